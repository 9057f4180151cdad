"""What is to be set: words of a command line, or a JSON object, looked up on a mapped class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import null
from sqlalchemy import types as sqltypes

from sqlsess_cli.core.changes.values import from_json, from_text
from sqlsess_cli.core.models.entity import Entity, Relationship, kind_of
from sqlsess_cli.errors import UsageError
from sqlsess_cli.nearest import did_you_mean


@dataclass(slots=True)
class Asked:
    """What is to be set on an object.

    Attributes:
        entity: what it is of.
        values: by attribute.
        links: by to-one relationship, the conditions that tell the related object apart; None to
            have none.
        nested: by relationship, the objects to make and relate.
        computed: by attribute, an expression of the filter language.
    """

    entity: Entity
    values: dict[str, object] = field(default_factory=dict)
    links: dict[str, list[tuple[str, object]] | None] = field(default_factory=dict)
    nested: dict[str, list[Asked]] = field(default_factory=dict)
    computed: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.values or self.links or self.nested or self.computed)

    def set_words(self, words: Sequence[str]) -> None:
        """Take words `path=text`, or `path:=json`.

        Raises:
            UsageError: one is no such word, a name is unknown, or a value does not fit.
        """
        for word in words:
            path, equals, text = word.partition("=")
            if not equals or not path.strip(": "):
                raise UsageError(f"{word}: not PATH=VALUE", "such as score=8, or course.name=Art")
            if path.endswith(":"):
                self._set(path[:-1].strip(), _Json.of(word, text))
            else:
                self._set(path.strip(), text)

    def unset(self, paths: Sequence[str]) -> None:
        """Take paths that are to have no value.

        Raises:
            UsageError: a name is unknown.
        """
        for path in paths:
            self._set(path, None)

    def compute(self, words: Sequence[str]) -> None:
        """Take words `attribute = expression`.

        Raises:
            UsageError: one is no such word, or a name is unknown.
        """
        for word in words:
            name, equals, text = word.partition("=")
            if not equals:
                raise UsageError(f"{word}: not ATTRIBUTE = EXPRESSION", "such as score = score + 1")
            self.computed[self._column(name.strip())] = text.strip()

    def set_object(self, document: Mapping[str, Any], *, nested: bool) -> None:
        """Take the members of a JSON object.

        Args:
            document: values by attribute; for a relationship, an object or a list of them.
            nested: these are made as well; otherwise an object tells an existing one apart.

        Raises:
            UsageError: a name is unknown, or a value does not fit.
        """
        for name, value in document.items():
            found = self.entity.named(name)
            relationship = None if found is None else self.entity.links.get(found)
            if relationship is None or value is None:
                self._set(name, value if value is None else _Json(value))
                continue
            require_writable(relationship)
            if nested:
                members = value if isinstance(value, list) else [value]
                if isinstance(value, list) != bool(relationship.uselist):
                    noun = "a list of objects" if relationship.uselist else "one object"
                    raise UsageError(f"{name} takes {noun}")
                self.nested[relationship.key] = [
                    self._below(relationship, item) for item in members
                ]
            elif isinstance(value, Mapping):
                self._set_link(relationship, [(key, _Json(item)) for key, item in value.items()])
            else:
                raise UsageError(f"{name} leads to other objects", "--nested makes them as well")

    def _below(self, relationship: Relationship, document: object) -> Asked:
        if not isinstance(document, Mapping):
            raise UsageError(f"{relationship.key}: what is nested has to be an object")
        below = Asked(self.entity.links.entity(relationship))
        below.set_object(document, nested=True)
        return below

    def _set(self, path: str, value: object) -> None:
        whole = self.entity.named(path)  # a name may hold anything
        first, _, rest = (path, "", "") if whole else path.partition(".")
        name = whole or self.entity.named(first)
        if name is None:
            raise self.unknown(path, first)
        relationship = self.entity.links.get(name)
        if relationship is not None:
            self._relate(relationship, path, rest, value)
        elif name in self.entity.composites:
            self._set_field(name, rest, value)
        elif rest:
            raise UsageError(f"{path}: {name} has no attributes of its own")
        else:
            self.values[self._column(name)] = self._value(name, value)

    def _set_field(self, name: str, rest: str, value: object) -> None:
        """A field of a composite is the attribute behind it."""
        fields = self.entity.composites[name]
        if rest not in fields:
            raise UsageError(f"{name} is set field by field", f"{name}.{next(iter(fields))}=VALUE")
        self.values[fields[rest]] = self._value(fields[rest], value)

    def _relate(self, relationship: Relationship, path: str, rest: str, value: object) -> None:
        require_writable(relationship)
        if relationship.uselist:
            raise UsageError(f"{path}: {relationship.key} leads to many", "see --link and --unlink")
        if not rest:
            key = self.entity.links.entity(relationship).key
            if value is None:
                self.links[relationship.key] = None
                return
            if len(key) != 1:
                raise UsageError(
                    f"{path}: say which attribute tells it apart", f"{path}.{key[0]}=VALUE"
                    if key else "",
                )  # fmt: skip
            rest = key[0]
        self._set_link(relationship, [(rest, value)])

    def _set_link(self, relationship: Relationship, conditions: list[tuple[str, object]]) -> None:
        known = self.links.get(relationship.key) or []
        self.links[relationship.key] = [*known, *conditions]

    def _column(self, name: str) -> str:
        """An attribute that can be set."""
        found = self.entity.named(name)
        if found is None or found not in self.entity.names:
            raise self.unknown(name, name)
        if not settable(self.entity, found):
            raise UsageError(f"{found} is computed: it cannot be set")
        return found

    def _value(self, name: str, value: object) -> object:
        type_ = type_of(self.entity, name)
        if value is None:  # a JSON type would take None for JSON's own null
            return null() if kind_of(type_) == "json" else None
        if isinstance(value, _Json):
            return from_json(value.value, type_, name)
        return from_text(str(value), type_, name)

    def unknown(self, path: str, name: str) -> UsageError:
        """That a name is none of the entity's."""
        known = [*self.entity.everything]
        hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
        return UsageError(f"{self.entity.label} has no attribute {name!r} (in {path})"
                          if path != name else f"{self.entity.label} has no attribute {name!r}",
                          hint)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Json:
    """A value that came as JSON."""

    value: object

    @classmethod
    def of(cls, word: str, text: str) -> _Json | None:
        from sqlsess_cli.core.changes.documents import parsed

        value = parsed(text, word)
        return None if value is None else cls(value)


def text_of(value: object) -> str:
    """A value as the text of a `path=text` condition."""
    found = value.value if isinstance(value, _Json) else value
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found)


def type_of(entity: Entity, name: str) -> sqltypes.TypeEngine[Any]:
    """The type of an attribute."""
    found: sqltypes.TypeEngine[Any] = entity.attribute(entity.origin, name).type
    return found


def require_writable(relationship: Relationship) -> None:
    """See that what is put into a relationship is stored.

    Raises:
        UsageError: it is only read, as those are that nobody mapped and that lead to many.
    """
    if relationship.viewonly:
        other = relationship.mapper.class_.__name__
        raise UsageError(f"{relationship.key} is only read", f"relate it from {other}")


def settable(entity: Entity, name: str) -> bool:
    """Whether an attribute is stored, or is a property that can be set."""
    mapped = entity.mapper.all_orm_descriptors.get(name)
    setter = getattr(mapped, "fset", None)
    if mapped is not None and hasattr(mapped, "fget"):  # a hybrid
        return setter is not None
    if name in entity.mapper.column_attrs:
        column = entity.column_of(entity.mapper.column_attrs[name].class_attribute)
        return column is not None and column.computed is None
    return name in entity.names  # a synonym: SQLAlchemy sets what it stands for


def linked(entity: Entity, relationship: str) -> Iterator[str]:
    """The attributes that hold the foreign key of a to-one relationship."""
    found = entity.mapper.relationships[relationship]
    for column in found.local_columns:
        yield entity.mapper.get_property_by_column(column).key
