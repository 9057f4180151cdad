"""Every cursor position of the corpus."""

from __future__ import annotations

import pytest

from benchmarks.completion.corpus import DIALECTS, Case, cases, score
from benchmarks.completion.ours import known
from sqlsess_cli.names.sql.propose import proposals

SCHEMA = known()


@pytest.mark.parametrize("case", [pytest.param(it, id=f"{it.line}-{it.dialect}") for it in cases()])
def test_what_is_wanted_comes_first(case: Case) -> None:
    found = proposals(case.text, case.cursor, SCHEMA, case.dialect)
    assert [*case.faults([item.text for item in found])] == [], [it.text for it in found[:12]]


def test_the_corpus_is_large_enough() -> None:
    assert len({case.line for case in cases()}) >= 160
    assert {case.dialect for case in cases()} == set(DIALECTS)


def test_the_score_is_of_every_case() -> None:
    for dialect in DIALECTS:
        count, wrong = score(dialect, lambda _text, _cursor: [])
        only_unwanted = [it for it in cases() if it.dialect == dialect and not it.wanted]
        assert count - len(wrong) == len(only_unwanted)
