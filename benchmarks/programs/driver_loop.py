"""The least that a Python program does: the driver's own cursor, and csv.writer or json.dumps.

    python driver_loop.py csv|jsonl KIND TARGET SQL

KIND is sqlite, mariadb or postgresql; TARGET a path or user:password@host:port/name. The rows are
not held: the servers' cursors stream, in the largest steps that still pay.
"""

import sys
from collections.abc import Iterator
from typing import Any

STEP = 2000
Blocks = Iterator[list[tuple[Any, ...]]]


def cursor_of(kind: str, target: str) -> Any:
    """A cursor that streams."""
    if kind == "sqlite":
        import sqlite3

        return sqlite3.connect(target).cursor()
    account, _, place = target.partition("@")
    user, _, password = account.partition(":")
    address, _, name = place.partition("/")
    host, _, port = address.partition(":")
    if kind == "mariadb":
        import pymysql
        from pymysql.cursors import SSCursor

        return pymysql.connect(
            host=host, port=int(port), user=user, password=password, database=name
        ).cursor(SSCursor)
    import psycopg

    connection = psycopg.connect(
        host=host, port=int(port), user=user, password=password, dbname=name
    )
    return connection.cursor(name="loop")


def main() -> None:
    """Print the rows of a query."""
    shape, kind, target, sql = sys.argv[1:]
    cursor = cursor_of(kind, target)
    cursor.execute(sql)
    names = [item[0] for item in cursor.description]
    with open(1, "w", newline="", encoding="utf-8", buffering=1 << 17, closefd=False) as out:
        if shape == "csv":
            import csv

            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(names)
            while rows := cursor.fetchmany(STEP):
                writer.writerows(rows)
        else:
            import json

            encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
            while rows := cursor.fetchmany(STEP):
                out.writelines(encode(dict(zip(names, row, strict=True))) + "\n" for row in rows)


main()
