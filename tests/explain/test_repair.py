"""Repairs: all of the smallest, none that is not one, in the order in which people would try them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explain.repair import Repair, repairs
from explain.text import repairs_text
from kb.answers import Status
from kb.case import Case
from kb.decide import Decision, decide
from kb.policy import Policy, load_policy
from kb.query import QUESTION, ask, question
from kb.read_case import load_case
from kb.syntax import Predicate
from tests.explain.test_faces import case, compare
from tests.sampling import tries
from tests.support import HEADER, case_of, policy_of
from tests.test_cases import CASES, EXAMPLES

# Every form of a rule over inputs with few values, so that all changes can be tried one by one.
SMALL = (
    HEADER
    + r"""
:- type(color, [red, green, blue]).
:- type(sign, [pain, fever]).
:- input(signed(P: case), one, "signed?", [change(act)]).
:- input(covered(P: case), one, "covered?", [change(never)]).
:- input(color(P: case, Color: color), one, "color?", [document, change(act)]).
:- input(sign(P: case, Sign: sign), flags, "sign?", [change(time)]).
:- input(count(P: case, Count: integer), one, "count?", [change(time)]).
:- criterion(calm/1, 'A', "calm").
:- criterion(bright/1, 'A', "bright").
eligible(P) :- covered(P), calm(P), bright(P).
calm(P) :- case(P), \+ sign(P, _).
calm(P) :- signed(P), \+ sign(P, fever).
bright(P) :- case(P), two_of(warm(P), signed(P), few(P)).
warm(P) :- color(P, Color), warm_color(Color).
warm_color(red).
warm_color(blue).
few(P) :- count(P, Count), Count < 2.
"""
)
POLICY = policy_of(SMALL)
ITEMS: Mapping[str, tuple[Any, ...]] = {
    "signed": (True, False),
    "covered": (True, False),
    "color": ("red", "green", "blue"),
    "pain": (True, False),
    "fever": (True, False),
    "count": (0, 5),
}
FIXED = {"covered"}
Record = Mapping[str, Any]
records: st.SearchStrategy[Record] = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in ITEMS.items()}
)


def small_case(record: Record) -> Case:
    """A case from a value for each item that is documented."""
    plain = {name: value for name, value in record.items() if name not in ("pain", "fever")}
    signs = {name: record[name] for name in ("pain", "fever") if name in record}
    return case_of(POLICY, json.dumps({"case": "A-1", **plain, "sign": signs}))


def smallest(record: Record) -> set[frozenset[str]]:
    """By trying every change: the sets of items that prove the goal when changed, and no subset of which does."""
    options = {
        name: [None] if name in FIXED and name in record else [None, *(v for v in values if v != record.get(name))]
        for name, values in ITEMS.items()
    }
    proving = set()
    for choice in product(*options.values()):
        chosen = {name: value for name, value in zip(options, choice, strict=True) if value is not None}
        if decide(POLICY, small_case({**record, **chosen})).status is Status.MET:
            proving.add(frozenset(chosen))
    return {each for each in proving if not any(other < each for other in proving)}


def items(repair: Repair, before: Case) -> frozenset[str]:
    """The items of a record that a repair changes."""
    changed = []
    for predicate, facts in repair.case.facts.items():
        for old, new in zip(before.facts[predicate], facts, strict=True):
            if (old.row, old.status) != (new.row, new.status):
                changed.append(str(old.row[1].value) if predicate.name == "sign" else predicate.name)  # type: ignore[union-attr]
    return frozenset(changed)


@given(records)
@settings(max_examples=tries(40, 8))
def test_the_repairs_are_all_of_the_smallest_and_no_others(record: Record) -> None:
    """As by brute force over every change to every item."""
    before = small_case(record)
    decision = decide(POLICY, before)
    found = repairs(decision, most=100)
    assert not found.more
    if decision.status is Status.MET:
        assert found.met
        return
    sets = [items(each, before) for each in found.found]
    assert len(sets) == len(set(sets))
    assert set(sets) == smallest(record)
    assert bool(found.blocked) is (record.get("covered") is False)


@given(records)
@settings(max_examples=tries(20, 8))
def test_documents_come_first_then_acts_then_time(record: Record) -> None:
    """The repairs are in the order of how much only time can change, then how much a person must do."""
    found = repairs(decide(POLICY, small_case(record)), most=100).found
    profiles = [
        [sum(step.effort == effort for step in each.steps) for effort in ("time", "act", "document")] for each in found
    ]
    assert profiles == sorted(profiles)


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The shipped policy."""
    return load_policy("lemtrada")


@pytest.mark.sampled(40)
@pytest.mark.parametrize("path", [*EXAMPLES, *CASES], ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_a_repair_of_a_shipped_case_is_proved_when_its_changes_are_made(policy: Policy, path: Path) -> None:
    """The repaired case is decided anew; what is met has nothing to repair, what has no repair says why."""
    decision = decide(policy, load_case(path, policy.vocabulary))
    found = repairs(decision, most=2)
    assert found.met is (decision.status is Status.MET)
    for repair in found.found:
        assert decide(policy, repair.case).status is Status.MET
        assert {step.effort for step in repair.steps} <= {"document", "act", "time"}
        assert not any("_" in step.words for step in repair.steps), "no internal names"
    assert found.met or found.found or found.blocked


def decided(policy: Policy, name: str, **readings: str) -> Decision:
    return decide(policy, load_case(case(name), policy.vocabulary), readings)


@pytest.mark.parametrize(
    "name", ["refused-three-unrelated", "conflict-edss", "pended-treatment-end", "pended-hiv-status"]
)
def test_the_repairs_of_a_case_read_as_expected(policy: Policy, name: str, regenerate: bool) -> None:
    """Each change in a sentence, under what it takes."""
    decision = decided(policy, name)
    compare(f"{name}.repairs.txt", repairs_text(decision, repairs(decision, most=3)), regenerate)


@pytest.mark.parametrize(
    ("name", "readings", "words"),
    [
        ("refused-leukemia", {}, ("diagnosis: B-cell chronic lymphocytic leukemia", "EXCLUSIONS (use for MS")),
        (
            "refused-hiv",
            {"addressed": "excluded"},
            ("infection with human immunodeficiency virus (HIV)", "EXCLUSIONS (not excluded by: infection with"),
        ),
        ("refused-benefit", {}, ("the benefit plan covers the drug: no", "BENEFIT (drug covered by")),
    ],
)
def test_what_nothing_can_change_is_named(
    policy: Policy, name: str, readings: dict[str, str], words: tuple[str, str]
) -> None:
    """An exclusion has no repair: the reason is the evidence in the way, and the criterion that it fails."""
    found = repairs(decided(policy, name, **readings))
    assert not found.found
    assert len(found.blocked) == 1
    fact, _, criteria = found.blocked[0].partition("; in the way of ")
    assert fact.startswith(words[0])
    assert words[1] in criteria


def test_a_document_that_is_attested_only_has_to_be_submitted(policy: Policy) -> None:
    """The repair of an attested treatment is its document, and nothing else."""
    (repair, *_) = repairs(decided(policy, "pended-treatment-attested"), most=1).found
    (step,) = repair.steps
    assert step.effort == "document"
    assert step.words.startswith("a document for what is attested: fingolimod (Gilenya)")


def test_any_goal_can_be_repaired(policy: Policy) -> None:
    """A question's repair makes the question met, whatever the verdict."""
    asked = question(policy, "step_b(P)")
    decision, _ = ask(asked, load_case(case("boundary-trial-a-day-short"), policy.vocabulary))
    found = repairs(decision, Predicate(QUESTION, len(asked.variables)), most=1)
    assert [step.words for step in found.found[0].steps] == [
        "natalizumab (Tysabri) from 2023-09-15 to 2023-12-15 at the earliest (now 2023-12-14)"
    ]


def test_most_limits_the_repairs_and_says_that_there_are_more(policy: Policy) -> None:
    """Nothing is left out silently."""
    decision = decided(policy, "refused-three-unrelated")
    few = repairs(decision, most=1)
    assert (len(few.found), few.more) == (1, True)
    assert "There are more" in repairs_text(decision, few)
