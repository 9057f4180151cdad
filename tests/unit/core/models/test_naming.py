"""What relationships and attributes of reflected tables are called."""

from __future__ import annotations

import pytest

from sqlsess_cli.core.models.naming import attributes, inward, outward, shorter, stem
from sqlsess_cli.dialects._relations import ForeignKey

STEMS = {
    # the column, the column it refers to, its table: what it is about
    ("album_id", "id", "albums"): "album",
    ("AlbumId", "AlbumId", "Album"): "Album",
    ("albumID", "id", "album"): "album",
    ("ALBUM_ID", "ID", "ALBUM"): "ALBUM",
    ("album_uuid", "uuid", "albums"): "album",
    ("fk_album", "id", "album"): "album",
    ("fk_album_id", "id", "album"): "album",
    ("id_album", "id_album", "album"): "album",
    ("IdCliente", "IdCliente", "Cliente"): "Cliente",
    ("CustomerKey", "CustomerKey", "DimCustomer"): "Customer",
    ("albumid", "albumid", "album"): "album",
    ("customerid", "id", "customers"): "customer",
    ("home_club", "club", "clubs"): "home",
    ("sales_rep_employee_number", "employee_number", "employees"): "sales_rep",
    ("product_sku", "sku", "products"): "product",
    # nothing to tell
    ("emp_no", "emp_no", "employees"): "",
    ("id", "id", "people"): "",
    ("_id", "id", "people"): "",
    ("ReportsTo", "EmployeeId", "Employee"): "",
    ("paid", "id", "payments"): "",
    ("grid", "id", "layout"): "",
    ("GRID", "ID", "LAYOUT"): "",
    ("covid", "id", "illness"): "",
    ("", "id", "t"): "",
}


@pytest.mark.parametrize("column", STEMS)
def test_what_a_column_is_about(column: tuple[str, str, str]) -> None:
    assert stem(*column) == STEMS[column]


def key(table: str, columns: str, target: str, there: str = "id") -> ForeignKey:
    """A foreign key; several columns are parted by blanks."""
    return ForeignKey((None, table), (*columns.split(),), (None, target), (*there.split(),))


def to_one(*keys: ForeignKey, taken: str = "") -> list[str]:
    return [edge.name for edge in outward(keys, [*taken.split()])]


def to_many(*keys: ForeignKey, taken: str = "") -> list[str]:
    return [edge.name for edge in inward(keys, [], [*taken.split()])]


def test_to_one() -> None:
    assert to_one(key("track", "album_id", "albums")) == ["album"]
    assert to_one(key("dept_emp", "emp_no", "employees", "emp_no")) == ["employees"]
    assert to_one(key("city", "country_code", "countries", "code")) == ["country"]
    assert to_one(key("city", "land_code", "countries", "iso")) == ["land"]
    assert to_one(key("staff", "ReportsTo", "staff")) == ["ReportsTo_staff"]
    assert to_one(key("invoice", "customer", "customer"), taken="customer") == ["customer_row"]
    assert to_one(key("invoice", "Customer", "customer"), taken="Customer") == ["Customer_row"]
    assert to_one(key("game", "home_id", "team"), key("game", "away_id", "team")) == [
        "home", "away",
    ]  # fmt: skip
    assert to_one(key("game", "home", "team"), key("game", "away", "team")) == [
        "home_team", "away_team",
    ]  # fmt: skip
    assert to_one(key("order", "status_id", "status"), taken="status_id status") == [
        "status_id_status"
    ]
    assert to_one(key("a", "owner_id", "users"), key("a", "owner_id", "firms")) == [
        "owner", "firms",
    ]  # fmt: skip
    assert to_one(key("a", "x_id", "b"), key("a", "x_id", "b"), taken="x") == ["x_id_b", "x_id_b_2"]


def test_to_one_by_several_columns() -> None:
    tenant = key("bill", "tenant_id owner_id", "account", "tenant_id id")
    other = key("bill", "tenant_id payer_id", "account", "tenant_id id")
    assert to_one(tenant) == ["owner"]
    assert to_one(tenant, other) == ["owner", "payer"]
    assert to_one(key("game", "home_name home_year", "club", "name year")) == ["home"]
    assert to_one(key("venue", "name year", "club", "name year")) == ["club"]
    assert to_one(key("line", "order_id pack_id", "pack", "a b")) == ["pack"]


def test_to_many() -> None:
    assert to_many(key("track", "album_id", "album")) == ["track"]
    assert to_many(key("game", "home_id", "team"), key("game", "away_id", "team")) == [
        "game_by_home", "game_by_away",
    ]  # fmt: skip
    assert to_many(key("node", "parent_id", "node")) == ["children"]
    assert to_many(key("Node", "ParentId", "Node")) == ["Children"]
    assert to_many(key("node", "parent_id", "node"), taken="Children") == ["node_by_parent"]
    assert to_many(key("staff", "reports_to", "staff")) == ["staff_by_reports_to"]
    assert to_many(key("title", "emp_no", "emp", "emp_no"), taken="title") == ["title_by_emp_no"]


def test_beyond_an_association() -> None:
    likes = key("likes", "user_id", "users"), key("likes", "post_id", "posts")
    saves = key("saves", "user_id", "users"), key("saves", "post_id", "posts")
    assert [edge.name for edge in inward([], [likes], [])] == ["posts"]
    assert [edge.name for edge in inward([], [likes], ["posts"])] == ["posts_by_likes"]
    assert [edge.name for edge in inward([], [likes, saves], [])] == [
        "posts_by_likes", "posts_by_saves",
    ]  # fmt: skip
    me, them = key("follows", "follower_id", "users"), key("follows", "followed_id", "users")
    assert [edge.name for edge in inward([], [(me, them), (them, me)], [])] == [
        "users_by_follower", "users_by_followed",
    ]  # fmt: skip


def test_a_to_one_can_be_said_by_its_table_where_that_is_clear() -> None:
    edges = outward([key("post", "author_id", "users"), key("post", "blog_id", "blogs")], [])
    assert [edge.name for edge in shorter(edges, [])] == ["users", "blogs"]
    assert [edge.name for edge in shorter(edges, ["users"])] == ["blogs"]
    twice = outward([key("post", "author_id", "users"), key("post", "editor_id", "users")], [])
    assert list(shorter(twice, [])) == []


def test_attributes_that_a_class_cannot_have() -> None:
    assert attributes(["id", "metadata", "registry", "mro"]) == [
        "id",
        "metadata",
        "registry",
        "mro",
    ]
    assert attributes(["__class__", "__class___"]) == ["__class____", "__class___"]
    assert attributes(["__init__", "_sa_x", "sa_x"]) == ["__init___", "sa_x_", "sa_x"]
    assert attributes(["_aliased_insp"]) == ["aliased_insp"]
