"""What each catalogue lists that SQLAlchemy's inspector does not: databases and roles."""

from __future__ import annotations

from collections.abc import Mapping

_SQLITE: Mapping[str, str] = {
    "databases": "SELECT name, file FROM pragma_database_list",
}

_MYSQL: Mapping[str, str] = {
    "databases": "SELECT schema_name AS name, default_character_set_name AS charset, "
    "default_collation_name AS collation FROM information_schema.schemata ORDER BY 1",
    "roles": "SELECT DISTINCT grantee AS role FROM information_schema.user_privileges ORDER BY 1",
}

_POSTGRESQL: Mapping[str, str] = {
    "databases": "SELECT datname AS name, pg_get_userbyid(datdba) AS owner, "
    "pg_encoding_to_char(encoding) AS encoding, datcollate AS collation "
    "FROM pg_database WHERE NOT datistemplate ORDER BY 1",
    "roles": "SELECT rolname AS role, concat_ws(', ', "
    "CASE WHEN rolsuper THEN 'superuser' END, "
    "CASE WHEN rolcreaterole THEN 'creates roles' END, "
    "CASE WHEN rolcreatedb THEN 'creates databases' END, "
    "CASE WHEN NOT rolcanlogin THEN 'cannot log in' END) AS rights FROM pg_roles "
    "WHERE rolname NOT LIKE 'pg\\_%' ORDER BY 1",
}

# By SQLAlchemy's name of the database.
LISTINGS: Mapping[str, Mapping[str, str]] = {
    "sqlite": _SQLITE,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "postgresql": _POSTGRESQL,
}
