"""The engines and session factories that a project makes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from sqlsess_cli.config.discovery.code import Code
from sqlsess_cli.config.discovery.source import Source, argument, called, last_name
from sqlsess_cli.config.discovery.values import Reader, Value

_ENGINES = frozenset({"create_engine", "create_async_engine"})
_PREFERRED = ("SessionLocal", "SessionFactory", "session_factory", "Session", "session")


@dataclass(frozen=True, slots=True)
class Engine:
    """One call of create_engine.

    Attributes:
        at: `FILE:LINE`.
        url: what its URL comes to; None when reading does not tell.
        in_loop: it is for an event loop.
    """

    at: str
    url: Value | None
    in_loop: bool


@dataclass(frozen=True, slots=True)
class Factory:
    """One sessionmaker at the top level of a file.

    Attributes:
        name: `module:attribute`; "" when no import statement could name it.
        at: `FILE:LINE`.
        bound: it was given a bind.
        engine: that bind, if it is an engine that we saw made.
        in_loop: it makes sessions for an event loop, which we cannot use.
    """

    name: str
    at: str
    bound: bool
    engine: Engine | None
    in_loop: bool


def engines(code: Code, reader: Reader) -> Iterator[Engine]:
    """Every engine that is made anywhere."""
    for source in code.sources:
        for node in source.nodes:
            if isinstance(node, ast.Call) and called(node) in _ENGINES:
                yield _engine(reader, source, node)


def _engine(reader: Reader, source: Source, node: ast.Call) -> Engine:
    url = reader.value(source, argument(node, "url"))
    return Engine(source.at(node), url, called(node) == "create_async_engine")


def factories(code: Code, reader: Reader) -> list[Factory]:
    """The project's factories, the likeliest first: usable, bound, by the names people give."""
    found = [
        _factory(code, reader, source, name, node)
        for source in code.sources
        for name, node in source.values.items()
        if called(node) in {"sessionmaker", "async_sessionmaker", "scoped_session"}
    ]

    def rank(item: Factory) -> tuple[bool, bool, bool, int]:
        own = item.name.rpartition(":")[2]
        place = _PREFERRED.index(own) if own in _PREFERRED else len(_PREFERRED)
        return not item.name, item.in_loop, not item.bound, place

    return sorted(found, key=rank)


def _factory(code: Code, reader: Reader, source: Source, name: str, node: ast.expr) -> Factory:
    made, where = _unwrapped(code, source, node)
    bind, in_loop, engine = None, False, None
    if made is not None:
        class_ = last_name(argument(made, "class_", None))
        in_loop = called(made) == "async_sessionmaker" or class_ == "AsyncSession"
        bind = argument(made, "bind") or _configured(source, name)
    if bind is not None:
        found = code.find(where, bind)
        call = found.node if found and found.source else bind
        at = found.source if found and found.source else where
        if isinstance(call, ast.Call) and called(call) in _ENGINES:
            engine = _engine(reader, at, call)
    module = code.names[source.path].module
    return Factory(
        f"{module}:{name}" if module else "",
        source.at(node),
        bind is not None,
        engine,
        in_loop or bool(engine and engine.in_loop),
    )


def _unwrapped(code: Code, source: Source, node: ast.expr | None) -> tuple[ast.Call | None, Source]:
    """The call of sessionmaker, also inside scoped_session(), with the file that it is in."""
    for _ in range(4):
        if isinstance(node, ast.Call):
            if called(node) != "scoped_session":
                return (node, source) if called(node).endswith("sessionmaker") else (None, source)
            node = argument(node, "session_factory")
        elif isinstance(node, ast.Name | ast.Attribute):
            found = code.find(source, node)
            if found is None or found.source is None or not isinstance(found.node, ast.expr):
                break
            node, source = found.node, found.source
    return None, source


def _configured(source: Source, name: str) -> ast.expr | None:
    """The bind that the file gives its factory later: SessionLocal.configure(bind=engine)."""
    for item in source.tree.body:
        call = item.value if isinstance(item, ast.Expr) else None
        if not isinstance(call, ast.Call) or called(call) != "configure":
            continue
        if isinstance(call.func, ast.Attribute) and last_name(call.func.value) == name:
            return argument(call, "bind", None)
    return None
