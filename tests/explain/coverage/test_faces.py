"""The coverage of a suite as people and programs read it."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from explain.coverage.html import page
from explain.coverage.json import coverage_json
from explain.coverage.text import coverage_text
from kb.regression.coverage import Coverage, coverage
from kb.regression.obligations import runs_of
from tests.explain.test_html import Elements
from tests.support import HEADER, case_of, policy_of
from tests.test_cases import HERE

SMALL = policy_of(
    HEADER
    + r"""
:- type(drug, [one: "the first", two: "the second"]).
:- input(drug(P: case, Drug: drug), many, "Which drugs?").
:- input(notes(P: case), one, "Notes?").
:- reading(strict, no, [yes], "why").
eligible(P) :- reading(strict, no), drug(P, one), notes(P).
eligible(P) :- reading(strict, yes), notes(P), \+ drug(P, two).
"""
)
FULL = "case: C-1\nrequested_on: 2024-01-01\ndrug: [one]\nnotes: true\n"


@cache
def found(*cases: str) -> Coverage:
    """The coverage of the small policy by these cases."""
    runs = [run for i, text in enumerate(cases) for run in runs_of(f"{i}.case.yaml", case_of(SMALL, text))]
    return coverage(SMALL, runs)


def test_the_text_gives_the_totals_by_kind_and_by_section() -> None:
    """And they add up."""
    told = coverage_text(found(FULL))
    assert told.splitlines()[1] == "6 of 21 obligations covered: 28.5%"
    table, _, sections = told.partition("\n\nSection")
    rows = re.findall(r"^(\w+): .*?(\d+) +(\d+)$", table, re.M)
    assert {name: (int(covered), int(of)) for name, covered, of in rows} == {
        "criteria": (1, 3),
        "clauses": (1, 2),
        "literals": (2, 12),
        "readings": (1, 2),
        "enumerations": (1, 2),
    }
    assert re.findall(r"^A +5 +19 +14$", sections, re.M), "values of enumerations belong to no section"


def test_a_title_without_values_says_any() -> None:
    """As in the difference between two editions: there is no case here that would fill it in."""
    policy = policy_of(
        HEADER
        + ':- input(boxes(P: case, Number: integer), many, "Boxes?").\n'
        + ":- criterion(supply/2, 'A', \"{Number} boxes a year\").\n"
        + "eligible(P) :- supply(P, _).\nsupply(P, Number) :- boxes(P, Number), Number > 1.\n"
    )
    assert "any number boxes a year (`supply/2`)" in " ".join(coverage_text(coverage(policy, [])).split())


def test_what_is_missing_is_told_in_sentences_with_section_and_line() -> None:
    """One for each subject, with all that is missing of it."""
    told = " ".join(coverage_text(found(FULL), full=True).split())
    assert "A, line 12: no case meets everything in this clause of `eligible(P)`" in told
    assert "A, line 11: no case has everything else of this clause met and `notes(P)` not met or undocumented" in told
    assert "`drug(P, two)` not met, undocumented or met so that it decides the negation around it" in told
    assert "no case is decided under `strict=yes`" in told
    assert "no case states `two` (the second), of `drug`" in told
    assert "eligible (`eligible/1`) is not met or undocumented in no case" in told


def test_all_tells_what_covers_the_rest() -> None:
    """By the first case that does; without it the literals of a clause are folded."""
    full, short = coverage_text(found(FULL, FULL), full=True), coverage_text(found(FULL, FULL))
    assert "`notes(P)` met: 0.case.yaml" in full
    assert "1.case.yaml" not in full
    assert ".case.yaml" not in short
    assert (
        "no case hangs alone on `drug(P, one)` not met or undocumented; on `notes(P)` not met or undocumented"
        in " ".join(short.split())
    )


def test_a_share_is_rounded_down() -> None:
    """Only what is covered as a whole is told as 100%."""
    assert coverage_text(found(FULL)).splitlines()[1].endswith("%")
    assert "100.0%" not in coverage_text(found(FULL))


def test_the_json_keeps_to_its_schema() -> None:
    """With every obligation, each in one of three states."""
    schema: Any = json.loads((HERE.parent / "docs" / "schemas" / "coverage.json").read_text("utf-8"))
    document = json.loads(json.dumps(coverage_json(found(FULL))))
    assert [each.message for each in Draft202012Validator(schema).iter_errors(document)] == []
    states = [each["state"] for each in document["obligations"]]
    assert states.count("covered") == document["covered"]
    assert states.count("covered") + states.count("missing") == document["total"]
    assert all(bool(each["covered_by"]) is (each["state"] == "covered") for each in document["obligations"])
    assert all(bool(each["why"]) is (each["state"] != "covered") for each in document["obligations"])


def test_the_page_holds_the_file_and_what_is_missing_of_each_clause() -> None:
    """Every line once and in order, each state in words."""
    content = page(found(FULL))
    elements = Elements(content)
    lines = [int(number) for number in re.findall(rb'data-line="(\d+)"', content)]
    assert lines == list(range(1, len(SMALL.program.text.splitlines()) + 1))
    assert "no case meets everything in this clause of eligible(P)" in elements.text
    assert "no case hangs alone on notes(P) not met or undocumented" in elements.text
    for word in ("covered", "partly covered", "not covered"):
        assert word in elements.text
    marked = re.findall(rb"<mark>(.*?)</mark>", content)
    assert marked == [b"drug(P, one)", b"notes(P)", b"notes(P)", b"drug(P, two)"]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "</code><img src=x onerror=alert(1)>"])
def test_a_hostile_text_of_a_policy_stays_text(text: str) -> None:
    """The page has no element that it would not have else."""

    def tags(title: str) -> list[str]:
        policy = policy_of(
            HEADER.replace('"eligible"', f'"{title}"') + ':- input(a(P: case), one, "a?").\neligible(P) :- a(P).\n'
        )
        runs = runs_of(title, case_of(policy, "case: C\nrequested_on: 2024-01-01\n"))
        return [tag for tag, _ in Elements(page(coverage(policy, runs))).found]

    assert tags(text) == tags("harmless")
