"""The same shop every time: rows made of a random number generator with a known seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy.orm import Session

from .catalogue import Category, PriceChange, Product, Review, Supplier, Tag
from .customers import Address, Cart, CartItem, Coupon, Customer
from .orders import (
    CardPayment,
    Item,
    Order,
    Payment,
    Refund,
    Return,
    Shipment,
    State,
    TransferPayment,
)
from .staff import Audit, Employee
from .stock import Stock, Warehouse

OPENED = datetime(2024, 1, 1, 8)

FIRST = "Ada Bob Cyd Dee Eve Fay Gil Hal Ida Jan Kai Léa Mia Nil Ömer Pia".split()
LAST = "Lovelace Young Tan O'Neill García Nowak Šimić Ng Khan Rossi Müller 田中".split()
CITIES = "Berlin Köln Paris Łódź Wien Oslo Roma".split()
TREE = {
    "Books": ["Novels", "Comics"], "Music": ["Vinyl", "Scores"], "Garden": ["Seeds", "Tools"],
    "Soon": ["Toys"],
}  # fmt: skip
TAGS = "new sale gift rare green heavy".split()
NOUNS = "lamp kettle atlas sonata spade tulip novel record score basket".split()
SAID = ("good", "it broke", "exactly as shown", None, "too small, but fine")


def seed(session: Session, customers: int = 40) -> None:
    """Fill an empty shop.

    Args:
        session: in a transaction.
        customers: how many; there are about two orders and half a product for each.
    """
    random = Random(20240229)
    for rows in _shop(random, customers):
        session.add_all(rows)
        session.flush()


def _shop(random: Random, count: int) -> Iterator[list[object]]:
    employees = _employees(random, 8)
    yield [*employees]
    warehouses = [Warehouse(code=code, city=city, keeper=keeper) for code, city, keeper in
                  (("B1", "Berlin", employees[2]), ("K1", "Köln", None),
                   ("O1", "Oslo", employees[2]))]  # fmt: skip
    yield [*warehouses]
    tops = [Category(name=name, children=[Category(name=item) for item in below])
            for name, below in TREE.items()]  # fmt: skip
    suppliers = [Supplier(name=f"{city} & Co", country=city[:2].upper(), days=index or None)
                 for index, city in enumerate(CITIES[:5])]  # fmt: skip
    tags = [Tag(name=name) for name in TAGS]
    yield [*tops, *suppliers, *tags]
    leaves = [leaf for top in tops[:-1] for leaf in top.children]  # one has no products yet
    products = [_product(random, index, leaves, suppliers, tags)
                for index in range(1, max(count // 2, 5) + 1)]  # fmt: skip
    yield [*products]
    yield [*_stock(random, products, warehouses)]
    coupons = [
        Coupon(code="TEN", percent=Decimal(10), expires=date(2024, 12, 31)),
        Coupon(code="FIVE", amount=Decimal(5)),
        Coupon(code="NEVER", percent=Decimal(99), expires=date(2020, 1, 1)),
    ]
    people = _customers(random, count)
    yield [*coupons, *people]
    yield [*_carts(random, people, products, coupons), *_reviews(random, people, products)]
    orders = _orders(random, people, products, coupons, employees)
    yield [*orders]
    yield [*_after(random, orders, warehouses)]
    yield [
        Audit(created=_moment(random), employee=random.choice([*employees, None]),
              action=random.choice(["insert", "update"]), table="products", row=str(product.id),
              changes=random.choice([None, {"price": [1, str(product.price)]}]))
        for product in products
    ]  # fmt: skip


def _moment(random: Random) -> datetime:
    return OPENED + timedelta(minutes=random.randrange(365 * 24 * 60))


def _money(random: Random, most: int) -> Decimal:
    return Decimal(random.randrange(100, most * 100)) / 100


def _employees(random: Random, count: int) -> list[Employee]:
    found: list[Employee] = []
    for index in range(count):
        boss = found[(index - 1) // 2] if index else None
        found.append(
            Employee(
                id=index + 1, name=f"{FIRST[index]} {LAST[index]}", boss=boss,
                title=random.choice(["clerk", "driver", None]) if boss else "head",
                hired=date(2020, 1, 1) + timedelta(days=random.randrange(1500)),
                salary=None if index == count - 1 else _money(random, 5000),
            )
        )  # fmt: skip
    return found


def _product(
    random: Random, index: int, leaves: list[Category], suppliers: list[Supplier], tags: list[Tag]
) -> Product:
    price = _money(random, 200)
    changes = [PriceChange(since=date(2023, month, 1), price=price + month)
               for month in random.sample(range(1, 13), random.randrange(3))]  # fmt: skip
    return Product(
        id=index, sku=f"P-{index:05}", name=f"{random.choice(NOUNS)} {index}", price=price,
        cost=random.choice([None, round(price / 2, 2)]), grams=random.choice([None, 250, 1200]),
        text=f"About product {index}." * random.randrange(3) or None, created=_moment(random),
        details=random.choice([None, {"colour": "red"}, {"size": [1, 2]}]),
        category=random.choice(leaves), supplier=random.choice([*suppliers[1:], None]),
        tags=random.sample(tags[1:], random.randrange(4)), prices=changes,
    )  # fmt: skip


def _stock(random: Random, products: list[Product], warehouses: list[Warehouse]) -> Iterator[Stock]:
    for product in products:
        for warehouse in random.sample(warehouses[:2], random.randrange(3)):
            shelf = random.choice([None, f"{random.randrange(1, 20)}-{random.choice('ABC')}"])
            yield Stock(
                product=product, warehouse=warehouse, shelf=shelf, quantity=random.randrange(50)
            )


def _customers(random: Random, count: int) -> list[Customer]:
    found: list[Customer] = []
    for index in range(1, count + 1):
        first, last = random.choice(FIRST), random.choice(LAST)
        found.append(
            Customer(
                id=index, first=first, last=last, email=f"{first.lower()}.{index}@example.org",
                phone=random.choice([None, f"+49 30 {index:05}"]), created=_moment(random),
                born=random.choice([None, date(1950, 1, 1) + timedelta(days=index * 411 % 20000)]),
                active=random.random() > 0.1,
                referred_by=random.choice(found) if found and random.random() < 0.3 else None,
                addresses=[_address(random) for _ in range(random.choice([1, 1, 2, 3]))],
            )
        )  # fmt: skip
    return found


def _address(random: Random) -> Address:
    return Address(
        street=f"{random.choice(LAST)} St {random.randrange(1, 200)}", city=random.choice(CITIES),
        postcode=f"{random.randrange(10000, 99999)}", country=random.choice(["DE", "FR", "NO"]),
    )  # fmt: skip


def _carts(
    random: Random, people: list[Customer], products: list[Product], coupons: list[Coupon]
) -> Iterator[Cart]:
    for customer in people[::4]:
        chosen = random.sample(products, random.randrange(4))
        yield Cart(
            customer=customer, created=_moment(random), coupon=random.choice([None, *coupons[:2]]),
            items=[CartItem(product=item, quantity=random.randrange(1, 4)) for item in chosen],
        )  # fmt: skip


def _reviews(random: Random, people: list[Customer], products: list[Product]) -> Iterator[Review]:
    for product in products[1:]:
        for customer in random.sample(people, min(random.randrange(5), len(people))):
            yield Review(
                product=product, customer=customer, stars=random.randrange(1, 6),
                text=random.choice(SAID), created=_moment(random),
            )  # fmt: skip


def _orders(
    random: Random, people: list[Customer], products: list[Product], coupons: list[Coupon],
    employees: list[Employee],
) -> list[Order]:  # fmt: skip
    buyers = people[:-2]  # two never bought anything
    return [
        Order(
            id=index, number=f"2024-{index:06}", customer=(customer := random.choice(buyers)),
            created=_moment(random), state=random.choice(list(State)),
            ship_to=customer.addresses[0], bill_to=random.choice([None, customer.addresses[-1]]),
            coupon=random.choice([None, None, *coupons[:2]]),
            clerk=random.choice([None, *employees[3:6]]),
            items=[
                Item(line=line, product=item, quantity=random.randrange(1, 6), price=item.price)
                for line, item in enumerate(random.sample(products, random.randrange(1, 5)), 1)
            ],
        )
        for index in range(1, len(people) * 2 + 1)
    ]  # fmt: skip


def _after(random: Random, orders: list[Order], warehouses: list[Warehouse]) -> Iterator[object]:
    """What became of the orders: payments, shipments, returns, refunds."""
    for order in orders:
        if order.state in {State.NEW, State.CANCELLED}:
            continue
        amount = sum((item.price * item.quantity for item in order.items), Decimal(0))
        payment = _payment(random, order, amount)
        yield payment
        if order.state is State.PAID:
            continue
        sent = None if random.random() < 0.2 else (order.created + timedelta(days=2)).date()
        tracking = f"T{order.id:08}" if sent else None
        yield Shipment(
            order=order, warehouse=random.choice(warehouses[:2]), sent=sent, tracking=tracking
        )
        if order.state is State.DONE and random.random() < 0.4:
            item = order.items[0]
            why = random.choice(SAID)
            back = Return(item=item, quantity=1, created=_moment(random), reason=why)
            yield back
            if random.random() < 0.7:
                yield Refund(
                    payment=payment, because_of=back, amount=item.price, created=_moment(random)
                )


def _payment(random: Random, order: Order, amount: Decimal) -> Payment:
    if random.random() < 0.5:
        digits = f"{random.randrange(10000):04}"
        return CardPayment(order=order, amount=amount, created=order.created, last_digits=digits)
    iban = random.choice([None, f"DE{random.randrange(10**20):020}"])
    return TransferPayment(order=order, amount=amount, created=order.created, iban=iban)
