"""MariaDB, under its own name in the URL."""

from __future__ import annotations

from typing import ClassVar

from sqlsess_cli.dialects.mysql import MySQL


class MariaDB(MySQL):
    """What MySQL does holds here too."""

    label: ClassVar[str] = "MariaDB"


DIALECT = MariaDB()
