"""One table of every type of a database, with the values that are hard to print.

Each column: its name, its type in the database, its type in a mapped class, and SQL literals, one
for each row from the second on; the first row is NULL throughout, and so is what is not given.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

DIGITS = "1234567890123456789012345678"
HUGE = "99999999999999999999999999999999999999"  # 38 digits

# Text that some writer, reader, terminal or format gets wrong. The first ones look like NULL.
TEXTS = [
    "", "\\N", "NULL", " spaces ", "tab\tnewline\nCRLF\r\nend", "quote ' \" ` backslash \\ \\n",
    "comma, semicolon; pipe | percent %s %% :name ? ${HOME}", "日本語 中文 한국어",
    "👩‍👩‍👧 ❤️ 🇩🇪 👍🏽",
    "e\u0301 n\u0303 a\u0308\u0323", "שלום \u202eabc\u202c \u2066x\u2069 مرحبا",
    "\x1b]52;c;aGk=\x07\x1b[31mred\x1b[0m", "\x01\x08\x0c\x1f\x7f", "\x85\u2028\u2029\ufeff\u200b",
    "<b>&amp;</b> [bold]x[/bold] :heart: *a* _b_ <!-- -->", "--", "0012", "1e5", "TRUE",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column of the table.

    Attributes:
        name: what it is called; also in the class.
        type: in the database.
        mapped: in a class: an expression in a module that imports `types` and the dialect's.
        literals: SQL of its values.
    """

    name: str
    type: str
    mapped: str
    literals: tuple[str, ...]


def column(name: str, type_: str, mapped: str, *literals: str) -> TypedColumn:
    return TypedColumn(name, type_, mapped, literals)


def words(text: str) -> list[str]:
    return text.split()


def quoted(*texts: str) -> list[str]:
    return ["'" + text.replace("'", "''") + "'" for text in texts]


DOUBLES = words(
    "0 -0.0 0.1 1e23 -1.7976931348623157e308 1.7976931348623157e308 5e-324 2.2250738585072014e-308"
    " 0.30000000000000004 123456789012345680 1e16 -1e-7"
)
DOCUMENTS = [
    "null", "{}", "[]", '"text"', '{"a": 1.10, "b": [true, null, {"c": "d"}]}',
    '{"big": 123456789012345678901234567890, "small": 1e-9}', '"日本 \\" \\\\ \\u0001 \\n"', "0.0",
]  # fmt: skip
UUIDS = ["00000000-0000-0000-0000-000000000000", "123e4567-e89b-12d3-a456-426614174000"]

SQLITE = [
    column("id", "INTEGER PRIMARY KEY", "types.Integer"),
    column("number", "BIGINT", "types.BigInteger",
           "0", "-1", "9223372036854775807", "-9223372036854775808", "9007199254740993"),
    column("price", "NUMERIC(12, 3)", "types.Numeric(12, 3)",
           "0", "19.9", "-0.001", "123456789.125", "7"),
    # Only text keeps 38 digits in SQLite.
    column("exact", "TEXT", "types.String",
           *quoted(f"{DIGITS}.0123456789", f"-{HUGE}", "18446744073709551616")),
    column("ratio", "DOUBLE", "types.Double", *DOUBLES, "9e999", "-9e999"),
    column("ok", "BOOLEAN", "types.Boolean", "1", "0"),
    column("name", "TEXT", "types.Text", *quoted(*TEXTS), "'a' || char(0) || 'b'"),
    column("code", "VARCHAR(20)", "types.String(20)", "''", "'Ada'"),
    column("raw", "BLOB", "types.LargeBinary", "x''", "x'00ff'", "x'5c4e'", "x'68690a00'"),
    column("day", "DATE", "types.Date", *quoted("0001-01-01", "9999-12-31", "2024-02-29")),
    column("hour", "TIME", "types.Time",
           *quoted("00:00:00.000000", "23:59:59.999999", "12:30:00.000000")),
    column("at", "DATETIME", "types.DateTime",
           *quoted("0001-01-01 00:00:00.000000", "9999-12-31 23:59:59.999999",
                   "2024-02-29 12:30:00.000000", "1969-12-31 23:59:59.500000")),
    column("document", "JSON", "types.JSON", *quoted(*DOCUMENTS)),
    column("key", "CHAR(32)", "types.Uuid", *quoted(*(item.replace("-", "") for item in UUIDS))),
    column("colour", "VARCHAR(5)", "types.Enum(Colour)", "'RED'", "'GREEN'"),
]  # fmt: skip

MARIADB = [
    column("id", "INTEGER PRIMARY KEY", "types.Integer"),
    column("number", "BIGINT", "types.BigInteger",
           "0", "-1", "9223372036854775807", "-9223372036854775808"),
    column("counter", "BIGINT UNSIGNED", "mysql.BIGINT(unsigned=True)",
           "0", "9223372036854775808", "18446744073709551615"),
    column("year", "YEAR", "mysql.YEAR", "0", "1901", "2155"),
    column("huge", "DECIMAL(38, 0)", "types.Numeric(38, 0)", "0", HUGE, f"-{HUGE}"),
    column("exact", "DECIMAL(38, 10)", "types.Numeric(38, 10)",
           "0", f"{DIGITS}.0123456789", "-0.0000000001", "1.5"),
    column("widest", "DECIMAL(65, 30)", "types.Numeric(65, 30)",
           "1", f"{'9' * 35}.{'9' * 30}", f"-0.{'0' * 29}1"),
    column("ratio", "DOUBLE", "types.Double", *DOUBLES),
    column("single", "FLOAT", "types.Float", "0", "0.5", "-1.25e10", "16384", "1e-20"),
    column("ok", "BOOLEAN", "types.Boolean", "TRUE", "FALSE"),
    column("name", "TEXT CHARACTER SET utf8mb4", "types.Text",
           *(item.replace("\\", "\\\\") for item in quoted(*TEXTS)), "'a\\0b'"),
    column("code", "VARCHAR(20)", "types.String(20)", "''", "'Ada'"),
    column("letters", "CHAR(5)", "types.CHAR(5)", "''", "'ab'"),
    column("raw", "BLOB", "types.LargeBinary", "x''", "x'00ff'", "x'5c4e'", "x'68690a00'"),
    column("four", "BINARY(4)", "types.BINARY(4)", "x''", "x'00ff'"),
    column("bits", "BIT(10)", "mysql.BIT(10)", "b'0'", "b'1111111111'"),
    column("day", "DATE", "types.Date",
           *quoted("0000-00-00", "0001-01-01", "1000-01-01", "9999-12-31", "2024-02-29")),
    column("hour", "TIME(6)", "mysql.TIME(fsp=6)",
           *quoted("00:00:00", "23:59:59.999999", "-838:59:59", "838:59:59", "-00:00:00.5",
                   "24:00:00")),
    column("at", "DATETIME(6)", "mysql.DATETIME(fsp=6)",
           *quoted("0000-00-00 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999",
                   "2024-02-29 12:30:00", "2024-02-29 12:30:00.5")),
    column("moment", "TIMESTAMP(6) NULL", "mysql.TIMESTAMP(fsp=6)",
           *quoted("0000-00-00 00:00:00", "1970-01-02 00:00:00", "2038-01-19 03:14:07.999999")),
    column("document", "JSON", "types.JSON", *(
        item.replace("\\", "\\\\") for item in quoted(*DOCUMENTS))),
    column("key", "UUID", "types.UUID", *quoted(*UUIDS)),
    column("address", "INET6", "types.String", "'::1'", "'::ffff:192.0.2.1'"),
    column("colour", "ENUM('RED', 'GREEN')", "types.Enum(Colour)", "'RED'", "'GREEN'"),
    column("flags", "SET('a', 'b', 'c')", "mysql.SET('a', 'b', 'c')", "''", "'a'", "'a,c'"),
]  # fmt: skip

POSTGRESQL = [
    column("id", "INTEGER PRIMARY KEY", "types.Integer"),
    column("small", "SMALLINT", "types.SmallInteger", "0", "-32768", "32767"),
    column("number", "BIGINT", "types.BigInteger",
           "0", "-1", "9223372036854775807", "-9223372036854775808"),
    column("huge", "NUMERIC(38, 0)", "types.Numeric(38, 0)", "0", HUGE, f"-{HUGE}"),
    column("exact", "NUMERIC(38, 10)", "types.Numeric(38, 10)",
           "0", f"{DIGITS}.0123456789", "-0.0000000001", "'NaN'"),
    column("free", "NUMERIC", "types.Numeric",
           "0", "18446744073709551616", "1e40", "1e-40", "'NaN'", "'Infinity'", "'-Infinity'",
           "1.500", "0.000"),
    column("ratio", "DOUBLE PRECISION", "types.Double",
           *(f"'{item}'" for item in DOUBLES), "'NaN'", "'Infinity'", "'-Infinity'"),
    column("single", "REAL", "types.REAL",
           "0", "0.1", "3.4028235e38", "1e-45", "'NaN'", "'Infinity'", "16777216"),
    column("ok", "BOOLEAN", "types.Boolean", "TRUE", "FALSE"),
    column("name", "TEXT", "types.Text", *quoted(*TEXTS)),
    column("code", "VARCHAR(20)", "types.String(20)", "''", "'Ada'"),
    column("letters", "CHAR(5)", "types.CHAR(5)", "''", "'ab'"),
    column("raw", "BYTEA", "types.LargeBinary",
           r"'\x'", r"'\x00ff'", r"'\x5c4e'", r"'\x68690a00'"),
    column("day", "DATE", "types.Date",
           *quoted("0001-01-01", "9999-12-31", "2024-02-29", "infinity", "-infinity",
                   "4713-01-01 BC", "0001-12-31 BC", "5874897-12-31")),
    column("hour", "TIME", "types.Time",
           *quoted("00:00", "23:59:59.999999", "12:30", "24:00", "12:30:00.5")),
    column("hour_zone", "TIMETZ", "types.Time(timezone=True)",
           *quoted("00:00+00", "23:59:59.999999-12:30", "24:00+15:59", "12:30:00.5+05:30")),
    column("at", "TIMESTAMP", "types.DateTime",
           *quoted("0001-01-01 00:00", "9999-12-31 23:59:59.999999", "2024-02-29 12:30",
                   "infinity", "-infinity", "4713-01-01 00:00 BC", "294276-12-31 23:59:59.999999",
                   "2024-02-29 12:30:00.5")),
    column("moment", "TIMESTAMPTZ", "types.DateTime(timezone=True)",
           *quoted("0001-01-01 00:00+00", "9999-12-31 23:59:59.999999+00",
                   "2024-02-29 12:30+05:30", "infinity", "-infinity", "0044-03-15 12:00+00 BC",
                   "1883-11-18 12:03:58-04:56:02")),
    column("span", "INTERVAL", "types.Interval",
           *quoted("0", "1 month", "1 year 2 months 3 days 04:05:06.789", "-1 day 02:03",
                   "26:00:05", "-00:00:00.000001", "1 mon -1 day", "178000000 years")),
    column("document", "JSON", "types.JSON",
           *quoted(*DOCUMENTS, '{"b": 1,\n "a": 1, "b": 2}', "1e400")),
    column("binary_document", "JSONB", "postgresql.JSONB", *quoted(*DOCUMENTS[:6], "1e40")),
    column("key", "UUID", "types.Uuid", *quoted(*UUIDS)),
    column("colour", "colour", "types.Enum(Colour, name='colour')", "'RED'", "'GREEN'"),
    column("numbers", "INTEGER[]", "types.ARRAY(types.Integer)",
           *quoted("{}", "{1,NULL,3}", "{{1,2},{3,4}}")),
    column("prices", "NUMERIC[]", "types.ARRAY(types.Numeric)",
           *quoted("{}", f"{{1.10,{DIGITS}.5,NULL}}")),
    column("texts", "TEXT[]", "postgresql.ARRAY(types.Text)",
           *quoted("{}", '{"","NULL",NULL,"a,b","quote \\" backslash \\\\","日本"}')),
    column("days", "DATE[]", "types.ARRAY(types.Date)",
           *quoted("{}", "{2024-02-29,NULL,infinity}")),
    column("colours", "colour[]", "types.ARRAY(types.Enum(Colour, name='colour'))",
           *quoted("{}", "{GREEN,RED}")),
    column("between", "INT4RANGE", "postgresql.INT4RANGE",
           *quoted("empty", "[1,5)", "[,3)", "(,)")),
    column("during", "TSRANGE", "postgresql.TSRANGE",
           *quoted("empty", "[2024-01-01 00:00,2024-02-01 12:30]", "[2024-01-01 00:00,)")),
    column("bits", "BIT VARYING(10)", "postgresql.BIT(10, varying=True)", "B''", "B'1011'"),
    column("address", "INET", "postgresql.INET", *quoted("192.0.2.1/24", "::1")),
    column("words", "TSVECTOR", "postgresql.TSVECTOR", "to_tsvector('simple', 'Ada said ''hi''')"),
]  # fmt: skip

COLUMNS = {"sqlite": SQLITE, "mariadb": MARIADB, "postgresql": POSTGRESQL}
QUOTE = {"sqlite": '"', "mariadb": "`", "postgresql": '"'}
BEFORE = {"postgresql": ["CREATE TYPE colour AS ENUM ('RED', 'GREEN')"]}
# MariaDB takes dates of zeros only when it is asked to; every connection says so for itself.
FIRST = {"mariadb": "SET sql_mode = ''"}


def create(kind: str, table: str = "things") -> str:
    """The statement that makes the table."""
    mark = QUOTE[kind]
    parts = ", ".join(f"{mark}{item.name}{mark} {item.type}" for item in COLUMNS[kind])
    return f"CREATE TABLE {table} ({parts})"


def inserts(kind: str) -> list[str]:
    """The statements that fill it, a row each."""
    turned = zip_longest(*(item.literals for item in COLUMNS[kind][1:]), fillvalue="NULL")
    nothing = ["NULL"] * (len(COLUMNS[kind]) - 1)
    rows = [nothing, *turned]
    return [
        f"INSERT INTO things VALUES ({number}, {', '.join(row)})"
        for number, row in enumerate(rows, 1)
    ]


def models(kind: str) -> str:
    """A module that maps it."""
    lines = (
        f"    {item.name} = Column({item.mapped}{', primary_key=True' * (item.name == 'id')})"
        for item in COLUMNS[kind]
    )
    return f"""
import enum

from sqlalchemy import Column, types
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.orm import declarative_base


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


class Thing(declarative_base()):
    __tablename__ = "things"
{chr(10).join(lines)}
"""
