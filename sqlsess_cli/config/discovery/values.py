"""What an expression comes to, as far as reading tells: a text, or an environment variable."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlsess_cli.config.discovery.code import Code
from sqlsess_cli.config.discovery.flask import instance_of
from sqlsess_cli.config.discovery.source import (
    Source,
    argument,
    assigned,
    called,
    last_name,
    text_of,
)

_MOST_STEPS = 100
_LONGEST = 2_000  # characters of a URL
_READS = frozenset({"getenv", "get", "env", "config", "str", "environ"})  # with a variable's name
# What leaves the meaning as it is: functions of it, and methods on it.
_SAME = frozenset({"str", "make_url", "SecretStr", "Path", "abspath", "realpath", "fspath",
                   "PostgresDsn", "AnyUrl"})  # fmt: skip
_SAME_ON = frozenset({"resolve", "absolute", "render_as_string", "unicode_string", "replace",
                      "get_secret_value", "as_posix", "strip"})  # fmt: skip
HERE = "\0"  # stands for the project's directory in a path, until that is written


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression comes to.

    Attributes:
        text: the text; of a variable, its default if it has one.
        variable: the variable of the environment that it is read from.
        dotenv: the application reads that variable from a file, too.
        at: where it is said.
    """

    text: str | None = None
    variable: str = ""
    dotenv: bool = False
    at: str = ""


@dataclass(slots=True)
class Reader:
    """Evaluates expressions of a project without running any.

    Attributes:
        code: the project.
        left: how many steps the present question may still take: names may go round in circles,
            and double what they stand for each time.
        locals: by a file's path, what its functions give names to.
        dotenv: the project reads variables from a file into its environment.
    """

    code: Code
    left: int = 0
    locals: dict[str, dict[str, ast.expr]] = field(default_factory=dict)
    dotenv: bool = False

    def __post_init__(self) -> None:
        self.dotenv = any(
            origin.module == "dotenv" or (origin.module, origin.name) == ("decouple", "config")
            for source in self.code.sources
            for origin in source.origins.values()
        )

    def value(self, source: Source, node: ast.expr | None) -> Value | None:
        """What an expression in a file comes to; None when reading does not tell."""
        self.left = _MOST_STEPS
        return self._value(source, node)

    def setting(self, name: str) -> Value | None:
        """The value of a setting of this name: a class attribute somewhere in the project."""
        self.left = _MOST_STEPS
        return self._field(name)

    def _value(self, source: Source, node: ast.expr | None) -> Value | None:
        self.left -= 1
        if node is None or self.left < 0:
            return None
        found: Value | None = None
        match node:
            case ast.Constant(value=str(text)):
                found = Value(text, at=source.at(node))
            case ast.Name():
                found = self._name(source, node)
            case ast.Attribute():
                found = self._attribute(source, node)
            case ast.Subscript():
                found = self._subscript(source, node)
            case ast.Call():
                found = self._call(source, node)
            case _:
                found = self._made_of(source, node)
        return found

    def _made_of(self, source: Source, node: ast.expr) -> Value | None:
        """What an expression comes to that puts others together, or chooses one of them."""
        match node:
            case ast.FormattedValue(value=inner):
                return self._value(source, inner)
            case ast.JoinedStr(values=parts):
                return self._all(source, parts, "")
            case ast.BinOp(left=left, op=ast.Add() | ast.Div() as operator, right=right):
                between = "/" if isinstance(operator, ast.Div) else ""
                return self._all(source, [left, right], between)
            case ast.BoolOp(op=ast.Or(), values=parts):
                return self._or(source, parts)
            case ast.IfExp(body=body, orelse=other):
                return self._value(source, body) or self._value(source, other)
        return None

    def _name(self, source: Source, node: ast.Name) -> Value | None:
        if node.id == "__file__":
            return Value(f"{HERE}/{source.path}", at=source.at(node))
        found = self.code.find(source, node)
        if found and found.source and isinstance(found.node, ast.expr):
            return self._value(found.source, found.node)
        return self._value(source, self._locals(source).get(node.id))

    def _locals(self, source: Source) -> dict[str, ast.expr]:
        """What a file gives names to anywhere, also in its functions; the first time counts."""
        if source.path not in self.locals:
            found: dict[str, ast.expr] = {}
            for item in source.nodes:
                for name, value in assigned(item).items() if isinstance(item, ast.stmt) else ():
                    found.setdefault(name, value)
            self.locals[source.path] = found
        return self.locals[source.path]

    def _attribute(self, source: Source, node: ast.Attribute) -> Value | None:
        if node.attr in {"parent", "value"}:
            held = self._value(source, node.value)
            if held is None or held.text is None or node.attr == "value":
                return held
            return replace(held, text=_parent(held.text))
        found = self.code.find(source, node)
        if found and found.source and isinstance(found.node, ast.expr):
            return self._value(found.source, found.node)
        if node.attr == "instance_path":  # of a Flask application
            return Value(posixpath.join(HERE, instance_of(self.code)), at=source.at(node))
        return self._field(node.attr)

    def _field(self, name: str) -> Value | None:
        for source, node in self.code.classes():
            settings = self.code.derives(source, node, "BaseSettings")
            for item in node.body:
                is_field = isinstance(item, ast.AnnAssign) and last_name(item.target) == name
                if settings and is_field and isinstance(item, ast.AnnAssign):
                    return self._setting(source, node, item, name)
                plain = isinstance(item, ast.Assign) and "test" not in node.name.lower()
                value = assigned(item).get(name) if plain and not settings else None
                if value is not None:
                    return self._value(source, value)
        return None

    def _setting(self, source: Source, node: ast.ClassDef, item: ast.AnnAssign, name: str) -> Value:
        """A field of pydantic's settings: a variable of its name, with a prefix or an alias."""
        told = _settings_config(node)
        variable = f"{text_of(told.get('env_prefix')) or ''}{name}".upper()
        default = item.value
        if isinstance(default, ast.Call) and called(default) == "Field":
            alias = argument(default, "validation_alias", None) or argument(default, "alias", None)
            if isinstance(alias, ast.Call) and alias.args:  # AliasChoices
                alias = alias.args[0]
            variable = text_of(alias) or variable
            default = argument(default, "default")
        usual = self._value(source, default)
        text = usual.text if usual else None
        return Value(text, variable, "env_file" in told, source.at(item))

    def _subscript(self, source: Source, node: ast.Subscript) -> Value | None:
        place = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(place, int) and isinstance(node.value, ast.Attribute):
            held = self._value(source, node.value.value)
            if held is None or held.text is None or node.value.attr != "parents":
                return None
            for _ in range(min(place, 16) + 1):
                held = replace(held, text=_parent(held.text or ""))
            return held
        key = text_of(node.slice)
        if key is None:
            return None
        if last_name(node.value) == "environ" or called(node.value) == "dotenv_values":
            return Value(None, key, self.dotenv, source.at(node))
        return self._field(key)  # app.config["SQLALCHEMY_DATABASE_URI"]

    def _or(self, source: Source, nodes: Sequence[ast.expr]) -> Value | None:
        first = self._value(source, nodes[0])
        if first is None or not first.variable or first.text is not None:
            return first
        rest = self._or(source, nodes[1:]) if len(nodes) > 1 else None
        return replace(first, text=rest.text if rest and not rest.variable else None)

    def _all(self, source: Source, nodes: Sequence[ast.expr], between: str) -> Value | None:
        """Texts that are put together; a variable among them is more than one line can say."""
        values = [self._value(source, item) for item in nodes]
        texts = [
            item.text for item in values if item and not item.variable and item.text is not None
        ]
        if not values or len(texts) < len(values) or sum(map(len, texts)) > _LONGEST:
            return None
        return Value(between.join(texts), at=source.at(nodes[0]))

    def _call(self, source: Source, node: ast.Call) -> Value | None:
        name = called(node)
        held = node.func.value if isinstance(node.func, ast.Attribute) else None
        first = argument(node, "")
        if name in {"join", "joinpath"} and held is not None:
            start = [] if last_name(held) == "path" else [held]
            return self._all(source, [*start, *node.args], "/")
        if name == "dirname":
            found = self._value(source, first)
            return found and replace(found, text=_parent(found.text or ""))
        key = text_of(first)
        environment = name != "get" or last_name(held) in {"environ", "env", "environment"}
        if name in _READS and environment and key and re.fullmatch(r"[A-Za-z_]\w*", key):
            usual = self._value(source, argument(node, "default", 1))
            text = usual.text if usual and not usual.variable else None
            return Value(text, key, self.dotenv, source.at(node))
        if name in _SAME:
            return self._value(source, first)
        return self._value(source, held) if name in _SAME_ON else None


def _parent(path: str) -> str:
    """The directory of a path, also above the project's."""
    if path == HERE or path.endswith("/.."):
        return f"{path}/.."
    return posixpath.dirname(path)


def _settings_config(node: ast.ClassDef) -> dict[str, ast.expr]:
    """What a settings class says of how it is read: model_config, or a class Config in it."""
    told: dict[str, ast.expr] = {}
    for item in node.body:
        value = assigned(item).get("model_config")
        if isinstance(value, ast.Call):
            told |= {word.arg: word.value for word in value.keywords if word.arg}
        elif isinstance(value, ast.Dict):
            keys = [text_of(key) or "" for key in value.keys]
            told |= dict(zip(keys, value.values, strict=True))
        if isinstance(item, ast.ClassDef) and item.name == "Config":
            told |= {name: found for line in item.body for name, found in assigned(line).items()}
    return told
