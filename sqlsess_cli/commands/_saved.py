"""Saved queries: `:NAME` stands for what the configuration says under [query.NAME]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlsess_cli.app import App
from sqlsess_cli.commands._arguments import names
from sqlsess_cli.core.queries.asked import Query
from sqlsess_cli.errors import UsageError
from sqlsess_cli.nearest import did_you_mean

Settings = Mapping[str, Any]


def saved(app: App, name: str, key: str) -> Settings:
    """The settings of a saved query.

    Args:
        app: whose configuration.
        name: with its colon.
        key: "model" or "sql": what the command needs it to have.

    Raises:
        UsageError: there is none of that name, or it is for another command.
    """
    known: Mapping[str, Settings] = app.config.get("query") or {}
    if name[1:] not in known:
        listed = [f":{item}" for item in known]
        hint = did_you_mean(name, listed) or (f"known: {', '.join(listed)}" if listed else
                                              "save one under [query.NAME]")  # fmt: skip
        raise UsageError(f"no query is saved as {name}", hint)
    settings = known[name[1:]]
    if key not in settings:
        where = app.config.where("query", name[1:])
        other = "sql" if key == "model" else "query"
        raise UsageError(f"{where}: {name} has no {key}", f"sqlsess {other} {name}")
    return settings


def merged(settings: Settings, asked: Query) -> Query:
    """A saved query with what is asked now: conditions add up, anything else replaces."""

    def either(now: Sequence[str], name: str) -> tuple[str, ...]:
        return tuple(now) or _listed(settings, name)

    limit = settings.get("limit") if asked.limit is None else asked.limit
    offset = settings.get("offset") if asked.offset is None else asked.offset
    return Query(
        conditions=(*_texts(settings, "where"), *asked.conditions),
        columns=either(asked.columns, "columns"),
        order=either(asked.order, "order"),
        limit=limit,
        offset=offset,
        distinct=asked.distinct or bool(settings.get("distinct")),
        parameters={**_parameters(settings), **asked.parameters},
        group_by=either(asked.group_by, "group_by"),
        having=(*_texts(settings, "having"), *asked.having),
        after=asked.after,
    )


def included(settings: Settings, include: Sequence[str]) -> tuple[str, ...]:
    """What to include: asked now, else saved."""
    return tuple(include) or _listed(settings, "include")


def _texts(settings: Settings, name: str) -> tuple[str, ...]:
    value = settings.get(name, ())
    return (value,) if isinstance(value, str) else tuple(value)


def _listed(settings: Settings, name: str) -> tuple[str, ...]:
    return names(_texts(settings, name))


def _parameters(settings: Settings) -> dict[str, str]:
    """The saved values of its parameters."""
    return {name: str(value) for name, value in settings.get("params", {}).items()}
