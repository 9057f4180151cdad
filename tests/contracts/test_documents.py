"""The documents are in step with the program, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from servers.program import ROOT

from sqlsess_cli.config.schema import DATABASE, GROUP, OUTPUT, PASSWORD, TOP
from sqlsess_cli.core.filters.aggregates import AGGREGATES
from sqlsess_cli.core.filters.functions import FUNCTIONS
from sqlsess_cli.errors import ExitCode
from sqlsess_cli.formats._base import FORMATS
from sqlsess_cli.options import SETTINGS

DOCUMENTS = sorted([*Path(ROOT).glob("*.md"), *Path(ROOT, "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def read(*path: str) -> str:
    return Path(ROOT, *path).read_text(encoding="utf-8")


def anchors(path: Path) -> set[str]:
    """What the headings of a page can be linked as."""
    headings = re.findall(r"^#+ +(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in DOCUMENTS])
def test_links_lead_somewhere(path: Path) -> None:
    for link in LINK.findall(CODE.sub("", path.read_text(encoding="utf-8"))):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_is_found_from_the_readme() -> None:
    pages = [Path(ROOT, "README.md")]
    for page in pages:
        for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.exists() and target not in pages:
                pages.append(target)
    assert [path.name for path in DOCUMENTS if path.resolve() not in map(Path.resolve, pages)] == []


def test_every_decision_is_listed() -> None:
    folder = Path(ROOT, "docs", "decisions")
    listed = LINK.findall(read("docs", "decisions", "README.md"))
    assert listed == sorted(path.name for path in folder.glob("0*.md"))


def test_every_exit_code_is_told() -> None:
    told = re.findall(r"^\| ([\d, ]+) \|", read("docs", "exit-codes.md"), re.MULTILINE)
    codes = {int(code) for cell in told for code in cell.split(",")}
    assert codes == {*map(int, ExitCode), 128 + 1, 128 + 2, 128 + 15}


def test_every_format_is_told() -> None:
    cells = re.findall(r"^\| (`[^|]*`) \|", read("docs", "formats.md"), re.MULTILINE)
    assert {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} == set(FORMATS.names)


def test_every_function_of_the_filter_language_is_told() -> None:
    told = set(re.findall(r"\b(\w+)\(", read("docs", "filters.md")))
    assert {*FUNCTIONS, *AGGREGATES} <= told, {*FUNCTIONS, *AGGREGATES} - told


def test_every_key_and_variable_is_told() -> None:
    text = read("docs", "configuration.md")
    words = set(re.findall(r"\w+", text))
    keys = {*TOP, *DATABASE, *GROUP, *OUTPUT, *PASSWORD}
    variables = {name for setting in SETTINGS.values() for name in setting.env}
    assert keys | variables <= words, (keys | variables) - words
