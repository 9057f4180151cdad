"""python -m app.seed: what a developer starts with."""

from datetime import date
from decimal import Decimal

from app.db import Base, SessionLocal, engine
from app.models.booking import Booking
from app.models.guest import Guest
from app.models.room import Room

if __name__ == "__main__":
    Base.metadata.create_all(engine)
    with SessionLocal.begin() as session:
        ada = Guest(name="Ada", email="ada@example.com")
        alan = Guest(name="Alan", email="alan@example.com")
        small, large = (
            Room(number=7, price=Decimal("80.00")),
            Room(number=9, price=Decimal("210.50")),
        )
        session.add_all([ada, alan, small, large])
        session.add(Booking(guest=ada, room=large, arrival=date(2026, 5, 1)))
        session.add(Booking(guest=ada, room=small, arrival=date(2026, 6, 1)))
        session.add(Booking(guest=alan, room=small, arrival=date(2026, 7, 1)))
