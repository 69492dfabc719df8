"""What is looked for where a value of the member is not stated: rows that may be, and no row that is for certain."""

from __future__ import annotations

from datetime import date
from itertools import product

import duckdb
import pytest

from kb.cohort.connection import columns_of
from kb.cohort.duck import statement
from kb.cohort.expressions import (
    YES,
    All,
    Choice,
    Column,
    Compare,
    Earlier,
    Literal,
    Missing,
    Node,
    Not,
    OneOf,
    Some,
    When,
    node,
)
from kb.cohort.required import silent_without, stated, unmet_without
from kb.policy import build_policy
from kb.read_case import read_case
from kb.syntax import Constant, Predicate
from tests.kb.cohort.engines import judge, load
from tests.oracle.random_cases import as_yaml

ASKED, SEEN = node(Column, "asked_on"), node(Column, "seen_on")
RED = node(Literal, Constant("atom", "red"))
COLOUR = node(Column, "colour")
BEFORE = node(Compare, "=<", SEEN, node(Earlier, ASKED, 3))
IS_RED = node(OneOf, COLOUR, (RED,))
POLICY = b"""
:- policy(small, [title("Small"), payer("Nobody"), edition('1'), effective('2024-01-01'), root(near),
    request_date(asked_on), section('S', "All")]).
:- type(colour, [red, blue]).
:- input(asked_on(P: case, Date: date), one, "When?").
:- input(bead(P: case, Colour: colour, Found: date), many, "Beads?", [document]).
:- input(lost(P: case, Colour: colour), many, "Which were lost?").
:- criterion(near/1, 'S', "a bead found by then, or a red one").
:- criterion(lately/1, 'S', "a bead found by then").
:- criterion(never/1, 'S', "no bead found by then and not lost").
:- criterion(red/1, 'S', "red is gone").
:- criterion(blue/1, 'S', "blue is gone").
near(P) :- seen(P, _).
seen(P, Found) :- bead(P, red, Found).
seen(P, Found) :- bead(P, _, Found), asked_on(P, Today), Found =< Today.
lately(P) :- bead(P, _, Found), asked_on(P, Today), Found =< Today.
never(P) :- case(P), \\+ kept(P).
kept(P) :- bead(P, Colour, Found), asked_on(P, Today), Found =< Today, \\+ (lost(P, Colour), Found < Today).
red(P) :- gone(P, red).
blue(P) :- gone(P, blue).
gone(P, Colour) :- bead(P, Colour, Found), asked_on(P, Today), Found =< Today.
gone(P, Colour) :- lost(P, Colour).
"""


def test_a_comparison_takes_both_its_values_and_the_date_that_one_is_counted_from() -> None:
    """A choice between values takes what each of them takes."""
    chosen = node(Choice, COLOUR, ((RED,), ()), (node(Earlier, ASKED, 1), node(Earlier, ASKED, 2)))
    assert silent_without(BEFORE) >= {ASKED, SEEN}
    assert silent_without(node(Not, IS_RED)) >= {COLOUR}
    assert silent_without(node(Compare, "<", SEEN, chosen)) >= {ASKED, SEEN}
    mixed = node(Choice, COLOUR, ((RED,), ()), (ASKED, SEEN))
    assert silent_without(node(Compare, "<", SEEN, mixed)).isdisjoint({ASKED})


@pytest.mark.parametrize(
    ("part", "needed"),
    [
        (node(All, (BEFORE, IS_RED)), {ASKED, SEEN, COLOUR}),
        (node(Some, (BEFORE, IS_RED)), set()),
        (node(Some, (BEFORE, node(All, (BEFORE, IS_RED)))), {ASKED, SEEN}),
        (node(When, node(Missing, COLOUR), BEFORE), {ASKED, SEEN}),
        (node(Not, node(All, (BEFORE, IS_RED))), set()),
    ],
)
def test_what_no_truth_is_met_without_is_needed_in_all_its_alternatives(part: Node, needed: set[Node]) -> None:
    """What is needed for one of several, or to refute all, is not needed for the whole."""
    assert {each for each in unmet_without(part) if isinstance(each, Column)} == needed


def test_a_condition_is_taken_apart_by_what_every_part_needs() -> None:
    """A value that one of several lists of values does without stays a condition."""
    asked = node(Not, node(Missing, ASKED))
    assert stated(asked, [BEFORE]) == ([ASKED], [])
    assert stated(asked, [BEFORE, IS_RED]) == ([], [asked])
    assert stated(YES, [BEFORE]) == ([], [])


OLD, NEW = date(2024, 1, 1), date(2024, 9, 1)
BEADS: list[list[dict[str, object]] | None] = [
    None,
    [],
    [{"colour": "red", "found": OLD}],
    [{"colour": "blue", "found": OLD}],
    [{"colour": "red"}],
    [{"colour": "blue"}],
    [{"colour": "red", "found": NEW}, {"colour": "blue", "found": OLD}],
]


@pytest.mark.parametrize("asked", [date(2024, 6, 1), None], ids=["dated", "not dated"])
def test_a_row_that_takes_no_date_is_met_where_the_date_is_not_stated(asked: date | None) -> None:
    """Alternatives that rest on the date, and those that do not, in one list and over two."""
    policy = build_policy(POLICY, "small.pl")
    records: list[dict[str, object]] = []
    for beads, lost in product(BEADS, (None, [], ["red"])):
        said = {"asked_on": asked, "bead": beads, "lost": lost}
        kept = {key: value for key, value in said.items() if value is not None}
        records.append({"case": f"A-{len(records)}", **kept})
    wrong = judge(policy, records, {})
    assert not wrong, wrong


def test_a_row_is_looked_for_once_where_a_date_alone_can_be_missing() -> None:
    """The statement goes through the rows once, rather than in two ways of which one is for a missing date."""
    policy = build_policy(POLICY, "small.pl")
    record = {"case": "A-1", "asked_on": date(2024, 6, 1), "bead": [], "lost": []}
    with duckdb.connect() as engine:
        load(engine, policy, [read_case(as_yaml(record), "case.yaml", policy.vocabulary)])
        _, sql = statement(policy, {}, columns_of(engine), goal=Predicate("lately", 1), whole=["bead"])
    assert "_asked_on_known" in sql
    assert sql.count("LIST_TRANSFORM") == 1
    assert "LIST_MAX" not in sql
