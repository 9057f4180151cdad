"""Rows of MySQL and MariaDB exactly as they are stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, cast, literal_column, text, types
from sqlalchemy.dialects.mysql import BIT, YEAR

from sqlsess_cli.dialects._exact import Exact


class MySQLExact(Exact):
    """MySQL's and MariaDB's text of dates, times and decimals, which drivers change or drop."""

    def read(self, column: ColumnElement[Any], type_: types.TypeEngine[Any]) -> Any:
        """Dates may be zero, times have days; a FLOAT would be written with six digits."""
        if isinstance(type_, BIT):
            return column.op("+")(literal_column("0"))
        if isinstance(type_, types.Float):
            return column.op("+")(literal_column("0e0"))
        as_text = (types.Date, types.DateTime, types.Time, types.Numeric)
        if isinstance(type_, as_text) and not isinstance(type_, YEAR):
            return cast(column, types.CHAR())
        return column

    def identity(self, connection: Connection) -> str:
        """The server's own number where it has one, and the database's name."""
        said = text(
            "SHOW GLOBAL VARIABLES WHERE variable_name"
            " IN ('server_uuid', 'server_uid', 'hostname', 'port', 'datadir')"
        )
        known = {str(name): str(value) for name, value in connection.execute(said)}
        number = known.get("server_uuid") or known.get("server_uid")
        server = number or ":".join(known.get(name, "") for name in ("hostname", "port", "datadir"))
        return f"mysql:{server}:{connection.execute(text('SELECT DATABASE()')).scalar()}"

    def settings(self, connection: Connection) -> dict[str, str]:
        """The time zone of TIMESTAMP, and what dates are taken."""
        zone, mode = connection.execute(text("SELECT @@time_zone, @@sql_mode")).one()
        return {"time_zone": str(zone), "sql_mode": str(mode)}

    def using(self, settings: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
        """A key of 0 is not counted anew."""
        if "time_zone" in settings:
            yield "SET time_zone = :zone", {"zone": settings["time_zone"]}
        mode = ",".join(filter(None, [settings.get("sql_mode"), "NO_AUTO_VALUE_ON_ZERO"]))
        yield "SET sql_mode = :mode", {"mode": mode}
