"""Which file the names of a database are in: told by what names it, and not by what it answers."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence

from sqlsess_cli.config.mapped import is_demo, mapped, search_path
from sqlsess_cli.config.profiles import Config
from sqlsess_cli.config.targets import Target, absolute
from sqlsess_cli.config.urls import redacted
from sqlsess_cli.names.cache import folder


def place(
    target: Target, config: Config, flag: Sequence[str], environ: Mapping[str, str]
) -> str | None:
    """The path of the file; None where no names are to be kept.

    Databases that share their models share the file. Its name is a digest, so that it tells
    neither host nor user, and the password of a URL is no part of it.

    Args:
        target: the database.
        config: where its models are named.
        flag: the models that the command line names.
        environ: where the user's cache is.

    Raises:
        ConfigError: a variable of the configuration is not set.
    """
    within = folder(environ)
    if within is None:
        return None
    from hashlib import sha256

    said = json.dumps(_said(target, config, flag))
    return os.path.join(within, f"{sha256(said.encode()).hexdigest()[:32]}.names")


def _said(target: Target, config: Config, flag: Sequence[str]) -> list[object]:
    if is_demo(target) and not flag:
        return ["demo"]
    where = mapped(target, config, flag)
    if where.names:
        return ["models", where.folder, list(where.names), search_path(config)]
    if target.url is not None:
        return ["url", redacted(absolute(target.url, os.getcwd()))]
    return ["factory", [source.path for source in config.sources], target.path]
