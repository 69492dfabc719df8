"""What is to be documented: it names every gap that leaves a case open, and nothing that is on record."""

from __future__ import annotations

from pathlib import Path

import pytest

from explain.missing import missing
from explain.packet import packet
from explain.prover import prove
from explain.report import Report, report, tallies
from explain.text import report_text
from kb.answers import Status
from kb.decide import decide
from kb.policy import load_policy
from kb.read_case import read_case
from tests.explain.test_packet import full_profile
from tests.oracle.random_cases import as_yaml
from tests.sampling import tries
from tests.support import HEADER, decided, policy_of
from tests.test_oracle import POLICIES, trials_of

LAMPS = (
    HEADER
    + """
:- type(colour, [red, dark_green: "dark green", blue]).
:- input(lamp(P: case, Colour: colour, Since: date), many, "Which lamps?",
    [says("a lamp, {Colour}, since {Since}"), noun("lamp")]).
:- input(wanted(P: case, Colour: colour), one, "Which colour?", [says("{Colour} is wanted"), noun("colour wanted")]).
"""
)
ON_A_LIST = "warm(red).\neligible(P) :- lamp(P, Colour, _), warm(Colour).\n"
AS_WANTED = "eligible(P) :- wanted(P, Colour), lamp(P, Colour, _).\n"
CONFLICT = '{evidence: [{value: red, source: "A"}, {value: dark_green, source: "B"}]}'


def report_of(rules: str, record: str) -> Report:
    """The report of a small case about lamps."""
    return report(prove(decided(policy_of(LAMPS + rules), f"case: A\nrequested_on: 2024-01-01\n{record}")))


def told(found: Report) -> str:
    """A report as text, in one line."""
    return " ".join(report_text(found).split())


def test_a_field_that_is_not_stated_is_asked_for_where_a_list_is_asked_of_it() -> None:
    """The row is named in the reason and among what is to be documented, in the packet too."""
    found = report_of(ON_A_LIST, "lamp: [{since: 2023-01-01, source: Bill}]\n")
    row = "not documented in full: a lamp, a colour that is not stated, since 2023-01-01 (Bill)"
    assert found.missing == (row,)
    assert f"{row}, so it cannot be held against the policy's list" in told(found)
    (item,) = packet(found.proof, full_profile())["missing"]["items"]
    assert any("a lamp, a colour that is not stated, since 2023-01-01 (Bill)" in each for each in item["words"])


def test_a_contradictory_field_is_asked_for_where_a_list_is_asked_of_it() -> None:
    """Both values are told by their labels, and they are not called missing."""
    found = report_of(ON_A_LIST, f"lamp: [{{since: 2023-01-01, colour: {CONFLICT}}}]\n")
    row = "conflicting evidence: lamp (since 2023-01-01): colour red (A) against dark green (B)"
    assert found.missing == (row,)
    assert f"CONFLICTING {row}, so it cannot be held against the policy's list" in told(found)
    assert "not documented" not in told(found).partition("Checklist")[2]


@pytest.mark.parametrize(
    ("record", "why"), [(f"wanted: {CONFLICT}\n", "contradictory"), ("wanted:\n", "not documented")]
)
def test_a_value_that_cannot_be_held_against_a_list_is_named(record: str, why: str) -> None:
    """Of a fact that is open itself the reason says which it is, and whether it is silent or contradicts itself."""
    rules = "warm(red).\neligible(P) :- wanted(P, Colour), warm(Colour).\n"
    found = report_of(rules, record)
    assert f"colour wanted: {why}, so it cannot be held against the policy's list" in told(found)


def test_a_value_that_the_head_of_a_rule_asks_for_is_to_be_documented() -> None:
    """No goal of the body asks for it."""
    found = report_of(
        "eligible(P) :- lamp(P, Colour, _), fits(P, Colour).\nfits(P, red) :- wanted(P, blue).\n",
        "lamp: [{since: 2023-01-01}]\nwanted: blue\n",
    )
    assert found.missing == ("not documented in full: a lamp, a colour that is not stated, since 2023-01-01",)


def test_a_value_of_which_it_is_open_whether_it_is_another_one_is_to_be_documented() -> None:
    """It could be the second of two, or the first again."""
    found = report_of(
        "eligible(P) :- case(P), at_least(2, Colour, lamp(P, Colour, _)).\n",
        "lamp: [{since: 2023-01-01}, {colour: red, since: 2023-05-01}]\n",
    )
    assert found.missing == ("not documented in full: a lamp, a colour that is not stated, since 2023-01-01",)


def test_a_row_that_is_documented_in_full_is_not_asked_for() -> None:
    """Where what it is held against contradicts itself, that alone is to be documented."""
    found = report_of(AS_WANTED, f"wanted: {CONFLICT}\nlamp: [{{colour: red, since: 2023-01-01}}]\n")
    assert found.missing == ("conflicting evidence: colour wanted: red (A) against dark green (B)",)
    row = "a lamp, red, since 2023-01-01, cannot be held against the colour wanted, which is contradictory"
    assert row in told(found)
    assert "not documented in full" not in told(found)


def test_a_row_that_may_be_any_of_several_is_named_beside_them() -> None:
    """There is something on record: a row that does not say which of them it is of."""
    rules = "warm(red).\nwarm(blue).\neligible(P) :- warm(Colour), bright(P, Colour).\nbright(P, C) :- lamp(P, C, _).\n"
    found = report_of(rules, "lamp: [{since: 2023-01-01, source: Bill}]\n")
    row = "a lamp, a colour that is not stated, since 2023-01-01 (Bill)"
    assert f"2 colours: on record only as {row}: red, blue" in told(found)
    assert found.missing == (f"not documented in full: {row}",)


def test_a_row_that_may_be_any_of_several_is_named_where_it_fails_too() -> None:
    """Whichever of them it is of, it does not do."""
    rules = """
warm(red).
warm(blue).
eligible(P) :- warm(Colour), bright(P, Colour).
bright(P, C) :- lamp(P, C, Since), Since >= '2023-06-01'.
"""
    found = report_of(rules, "lamp: [{since: 2023-01-01, source: Bill}]\n")
    assert "2 colours: on record only as a lamp, a colour that is not stated, since 2023-01-01 (Bill)" in told(found)


def test_what_is_missing_beside_the_criteria_is_in_the_headline() -> None:
    """No criterion is open for it, so none that is counted there would lead to it."""
    rules = """
:- criterion(lit/1, 'A', "a lamp").
lit(P) :- lamp(P, _, _).
eligible(P) :- wanted(P, blue), lit(P).
eligible(P) :- wanted(P, red), lit(P).
"""
    found = report_of(rules, "lamp:\n")
    assert tallies(found) == [
        "2 of 2 criteria are undocumented: A",
        "to be documented beside the criteria: colour wanted; needs blue or red",
    ]


@pytest.mark.parametrize("file", POLICIES, ids=lambda file: file.stem)
def test_what_leaves_a_criterion_open_is_always_to_be_documented(file: Path) -> None:
    """Whatever the case, each goal and each criterion that is undocumented says of what."""
    policy = load_policy(file)
    for trial in trials_of(policy, 7, tries(256, 24)):
        record = as_yaml(trial.record)
        found = report(prove(decide(policy, read_case(record, "case.yaml", policy.vocabulary), trial.readings)))
        assert found.missing or found.proof.status is not Status.UNDOCUMENTED, record
        for node in found.proof.nodes():
            if node.criterion and node.status is Status.UNDOCUMENTED:
                assert missing(found.words, [node]), (str(node.criterion.predicate), record)
