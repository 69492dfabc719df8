"""A usual case is approved, says all that it can, and holds nothing that need not be."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from kb.answers import Status
from kb.policy import SHIPPED, Policy, build_policy, load_policy
from kb.regression.open_policy import OpenPolicy
from kb.solving.free import Stated
from kb.syntax import Predicate
from tests.solving.opened import conditions, decided, text_of
from tests.solving.test_free import ODD, model_of
from tests.support import HEADER, MS
from tests.test_oracle import EVERY_FORM

POLICIES = {
    **{path.stem: path for path in [*sorted(SHIPPED.glob("*.pl")), EVERY_FORM]},
    "ms": MS,
    "odd": ODD.replace('note(P, "  ")', "flag(P, unknown)"),
}


@cache
def base_of(name: str) -> OpenPolicy:
    source = POLICIES[name]
    policy = load_policy(source) if isinstance(source, Path) else build_policy(str(source).encode(), f"{name}.pl")
    return OpenPolicy(policy)


@pytest.mark.parametrize("name", POLICIES)
def test_a_usual_case_is_approved_by_the_engine(name: str) -> None:
    """Its case file is proved, and what its slots hold is a model of the open case."""
    base = base_of(name)
    assert base.usual
    for contents in base.usual:
        assert decided(base.policy, text_of(base.policy, base.free, contents), {}).verdict == "proved"
        assert model_of(base, contents) is not None


@pytest.mark.parametrize("name", ["lemtrada", "ms"])
def test_a_usual_case_is_documented_and_warns_of_nothing(name: str) -> None:
    """No slot is silent but rows that need not be there, none is attested; the first one meets no advisory but one."""
    base = base_of(name)
    for number, contents in enumerate(base.usual):
        for slots in base.free.slots.values():
            for slot in slots:
                held = contents[slot.name]
                assert held is not None or slot.number is not None, slot.name
                assert not isinstance(held, Stated) or (all(held.fields) and not held.attested), slot.name
        decision = decided(base.policy, text_of(base.policy, base.free, contents), {})
        kinds = {each: criterion.kind for each, criterion in base.policy.vocabulary.criteria.items()}
        warned = {each.name for each, kind in kinds.items() if kind == "advisory" and decision.answers.of(each)}
        # With as few rows as can be, a usual continuation has no earlier dose on record, which is advised of.
        assert warned <= ({"boxed_warning", "request_kind_doubtful"} if number else {"boxed_warning"})


def test_there_is_a_usual_case_for_each_clause_of_the_root_goal() -> None:
    """One for the initial course and one for a continuation."""
    found = [
        decided(base_of("lemtrada").policy, text_of(base_of("lemtrada").policy, base_of("lemtrada").free, each), {})
        for each in base_of("lemtrada").usual
    ]
    kinds = [next(iter(each.case.facts[Predicate("request_kind", 2)])).row[1] for each in found]
    assert [getattr(each, "value", None) for each in kinds] == ["initial", "continuation"]


def test_a_usual_case_has_as_few_rows_as_there_can_be() -> None:
    """A list that nothing asks for is empty, one that a count asks for has just that many."""
    rules = """
:- input(seen(P: case, Day: date), many, "?").
:- input(lost(P: case, Day: date), many, "?").
eligible(P) :- requested_on(P, _), at_least(2, Day, seen(P, Day)), \\\\+ at_least(1, Other, lost(P, Other)).
""".replace("\\\\", "\\")
    policy: Policy = build_policy((HEADER + rules).encode(), "p.pl")
    base = OpenPolicy(policy)
    (contents,) = base.usual
    rows = {
        name: sum(isinstance(contents[each.name], Stated) for each in base.free.slots[name])
        for name in ("seen", "lost")
    }
    assert rows == {"seen": 2, "lost": 0}


def test_a_policy_that_nothing_can_meet_has_no_usual_case() -> None:
    """There is nothing usual about it, and no error."""
    text = HEADER + "eligible(P) :- requested_on(P, Day), Day > '2024-01-01', Day < '2024-01-01'.\n"
    base = OpenPolicy(build_policy(text.encode(), "p.pl"))
    assert base.usual == []
    assert base.search.usual == [base.free.silent()]
    assert Status.MET is not base.formulas.status(Predicate("eligible", 1)).must
    assert conditions(base.free)
