"""The attributes of a mapped class: which there are, what stands behind them, and each as SQL."""

from __future__ import annotations

import inspect as signatures
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, inspect, type_coerce
from sqlalchemy.orm import CompositeProperty, Mapper, RelationshipProperty

from sqlsess_cli.errors import UsageError
from sqlsess_cli.foreign import Foreign

_INTERNAL = "_sa_"  # what SQLAlchemy adds, such as a discriminator that nobody mapped


def columns(mapper: Mapper[Any]) -> tuple[str, ...]:
    """Columns and SQL expressions, in the order of the table; SQLAlchemy puts expressions first."""
    mapped = [item for item in mapper.column_attrs if not item.key.startswith(_INTERNAL)]
    mapped.sort(key=lambda item: not isinstance(item.columns[0], Column))
    return tuple(item.key for item in mapped)


def hybrids(mapper: Mapper[Any]) -> list[str]:
    """Hybrid properties, each once: a part of one (`@x.inplace.expression`) is an alias of it."""
    found = _descriptors(mapper, "HYBRID_PROPERTY")
    own = [item.__name__ for name, item in found.items() if name == item.__name__]
    return [name for name, item in found.items()
            if name == item.__name__ or item.__name__ not in own]  # fmt: skip


def synonyms(mapper: Mapper[Any]) -> dict[str, str]:
    """Other names, and the attribute that each means in the end."""
    said = {item.key: item.name for item in mapper.synonyms}

    def meant(name: str) -> str:
        return meant(said[name]) if name in said else name

    return {name: meant(name) for name in said}


def proxies(mapper: Mapper[Any]) -> dict[str, tuple[str, str]]:
    """Association proxies: the relationship and the attribute over there."""
    found = _descriptors(mapper, "ASSOCIATION_PROXY")
    return {name: (item.target_collection, item.value_attr) for name, item in found.items()}


def _descriptors(mapper: Mapper[Any], kind: str) -> dict[str, Any]:
    """Those that an extension calls so: it need not be imported where no model uses it."""
    known = mapper.all_orm_descriptors
    return {name: item for name, item in known.items() if item.extension_type.value == kind}


def composites(mapper: Mapper[Any]) -> dict[str, dict[str, str]]:
    """Composite attributes: the attribute behind each of their fields."""
    return {item.key: _fields(item) for item in mapper.composites}


def _fields(item: CompositeProperty[Any]) -> dict[str, str]:
    """The fields of a composite as its class names them; as the attributes where it does not."""
    keys = [prop.key for prop in item.props]
    named = _parameters(item.composite_class)
    return dict(zip(named if len(named) >= len(keys) else keys, keys, strict=False))


def _parameters(class_: Any) -> Sequence[str]:
    try:
        found: Mapping[str, signatures.Parameter] = signatures.signature(class_).parameters
    except (TypeError, ValueError):  # a class that is built in tells nothing
        return ()
    kinds = (signatures.Parameter.POSITIONAL_ONLY, signatures.Parameter.POSITIONAL_OR_KEYWORD)
    return [name for name, parameter in found.items() if parameter.kind in kinds]


def expression(mapper: Mapper[Any], source: Any, name: str) -> Any:
    """An attribute of a class, or of an alias of it, as SQL.

    Args:
        mapper: of the class.
        source: the class, or the alias.
        name: a column, an SQL expression, or a hybrid or synonym of one.

    Raises:
        UsageError: it is computed in Python only.
    """
    if name in mapper.column_attrs and not hasattr(mapper.class_, name):
        return _unseen(mapper, source, name)
    with Foreign() as hybrid:  # what it raises, it raises because this is not its use
        found = getattr(source, name)
        is_sql = isinstance(found.__clause_element__(), ColumnElement)
    if hybrid.error is not None:
        raise _in_python(mapper, name) from hybrid.error
    if not is_sql or isinstance(property_of(found), RelationshipProperty):
        raise _in_python(mapper, name)
    if not hasattr(found, "type"):  # a hybrid with a comparator of its own
        found.type = found.__clause_element__().type
    return found


def _unseen(mapper: Mapper[Any], source: Any, name: str) -> Any:
    """A column that the class has no attribute for, such as the discriminator of concrete ones."""
    item = mapper.column_attrs[name]
    comparator: Any = item.comparator_factory(item, mapper)
    about: Any = inspect(source)
    if about.is_aliased_class:
        comparator = comparator.adapt_to_entity(about)
    column = comparator.__clause_element__()
    # What it is annotated with would have it looked up on the class, which lacks it.
    return type_coerce(column, column.type)


def property_of(found: Any) -> Any:
    """The mapped property behind an attribute of a class; None when there is none."""
    try:
        return found.property
    except (AttributeError, NotImplementedError):  # hybrids with a comparator of their own
        return None


def _in_python(mapper: Mapper[Any], name: str) -> UsageError:
    message = f"{mapper.class_.__name__}.{name} is computed in Python, and not by the database"
    return UsageError(message, f"the hybrid has no SQL: give it one by @{name}.inplace.expression")


def in_python(mapper: Mapper[Any], name: str) -> bool:
    """Whether a name is of Python code of the class: a method, a property."""
    found = signatures.getattr_static(mapper.class_, name, None)
    known = mapper.all_orm_descriptors.get(name)
    if known is not None:
        return bool(known.extension_type.value == "HYBRID_METHOD")
    return isinstance(found, property) or signatures.isroutine(found)
