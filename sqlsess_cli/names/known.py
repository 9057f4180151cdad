"""The names of one database: its models by reference, and where paths lead from them."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlsess_cli.names.cache import Cache, Facts
from sqlsess_cli.names.entries import COMPOSITE, MANY, PROXY, Attribute, Model, found

_PLAIN = re.compile(r"[^\W\d]\w*$")
_STEP = re.compile(r'"(?:[^"]|"")*"?|[^."]+')


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that can be typed.

    Attributes:
        word: the whole word, with what is typed of it so far.
        shown: the part of it that is new to the reader.
        summary: what is told beside it.
        goes_on: something has to follow in the same word.
    """

    word: str
    shown: str
    summary: str = ""
    goes_on: bool = False

    def after(self, before: str) -> Proposal:
        """The same, at the end of a longer word."""
        return Proposal(before + self.word, self.shown, self.summary, self.goes_on)


@dataclass(frozen=True)
class Names:
    """What is known of one database.

    Attributes:
        cache: its models.
        aliases: other names for references, by the configuration.
    """

    cache: Cache = field(default_factory=lambda: Cache(Facts(), (), ()))
    aliases: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: str | None, aliases: Mapping[str, str]) -> Names:
        """The names that a file keeps; none of its models if the files they were in are gone."""
        cache = Cache.read(path) if path else None
        files = cache.facts.files if cache else ()
        is_gone = bool(files) and not any(os.path.exists(name) for name, *_ in files)
        return cls(Cache(Facts(), (), ()) if cache is None or is_gone else cache, aliases)

    def model(self, reference: str) -> Model | None:
        """What a reference means, if one model."""
        folded = {name.casefold(): meant for name, meant in self.aliases.items()}
        meant = self.aliases.get(reference) or folded.get(reference.casefold(), reference)
        return found(self.cache.models, meant)

    def attributes(self, model: Model) -> Sequence[Attribute]:
        """What a path can name on a model."""
        return self.cache.attributes(model)

    def references(self, typed: str) -> Iterator[Proposal]:
        """Models and aliases that begin so; by their tables if none does by its own name."""
        counts = Counter(model.label for model in self.cache.models)
        own = [(model, model.label if counts[model.label] == 1 else model.name)
               for model in self.cache.models]  # fmt: skip
        named = [*own, *((model, model.name) for model in self.cache.models if ":" in typed)]
        tables = [(model, model.table) for model in self.cache.models]
        said: dict[str, str] = {name: f"alias of {meant}" for name, meant in self.aliases.items()}
        for known in (named, tables):
            said |= {name: model.summary for model, name in known}
            beginning = list(begin(said, typed))
            if beginning:
                for name in beginning:
                    yield Proposal(name, name, said[name])
                return

    def reached(self, model: Model | None, path: str) -> Model | None:
        """The model that a path of relationships leads to."""
        for step in map(_unquoted, steps(path)):
            attribute = self.attribute(model, step)
            if model is None or attribute is None:
                return None
            if attribute.kind == PROXY:
                model = self.reached(model, attribute.about)
            else:
                model = found(self.cache.models, attribute.about) if attribute.leads else None
        return model

    def attribute(self, model: Model | None, name: str) -> Attribute | None:
        """The attribute of a name, in any case if no other has that."""
        known = self.attributes(model) if model else ()
        for fold in (str, str.casefold):
            matching = [item for item in known if fold(item.name) == fold(name)]
            if len(matching) == 1:
                return matching[0]
        return None

    def at(self, model: Model | None, path: str) -> Attribute | None:
        """The attribute that a path ends at."""
        *before, last = [*steps(path)] or [""]
        there = self.reached(model, ".".join(before))
        return self.attribute(there, _unquoted(last))

    def paths(self, model: Model | None, typed: str) -> Iterator[tuple[Proposal, Attribute]]:
        """The paths that begin so, one step further; each with what it ends at."""
        parts = [*steps(typed)]
        last = parts.pop() if parts and not typed.endswith(".") else ""
        before = typed[: len(typed) - len(last)]
        there: Iterable[Attribute]
        above = self.at(model, ".".join(parts)) if parts else None
        if above is not None and above.kind == COMPOSITE:
            there = [Attribute(name, "field", "field") for name in above.values]
        else:
            reached = self.reached(model, ".".join(parts))
            there = self.attributes(reached) if reached else ()
        known = {quoted(item.name): item for item in there}
        for name in begin(known, last):
            dot = "" if known[name].is_value else "."
            shown = Proposal(f"{before}{name}{dot}", f"{name}{dot}", known[name].summary, True)
            yield shown, known[name]

    def leads_to_many(self, model: Model | None, path: str) -> bool:
        """Whether a path crosses a relationship to many."""
        parts = [*steps(path)]
        crossed = (self.at(model, ".".join(parts[: end + 1])) for end in range(len(parts)))
        return any(item is not None and item.kind == MANY for item in crossed)


def begin(names: Iterable[str], typed: str) -> list[str]:
    """The names that begin so; in any case if none does as typed.

    Those that a line of text or a terminal cannot show are left out, and those that a command
    line would take for an option.
    """
    shown = [name for name in names if name.isprintable() and name and name[0] != "-"]
    exact = [name for name in shown if name.startswith(typed)]
    folded = typed.casefold()
    return exact or [name for name in shown if name.casefold().startswith(folded)]


def steps(path: str) -> list[str]:
    """The names of a path, as they are written."""
    return _STEP.findall(path)


def quoted(name: str) -> str:
    """A name as the filter language writes it."""
    from sqlsess_cli.names.language import KEYWORDS

    if _PLAIN.match(name) and name.casefold() not in KEYWORDS:
        return name
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _unquoted(name: str) -> str:
    """A name as it is."""
    if not name.startswith('"'):
        return name
    return name[1:].removesuffix('"').replace('""', '"')
