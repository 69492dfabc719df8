"""The formulas over a closed case say what the engine says, of every goal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from kb.answers import Status
from kb.case import Case
from kb.decide import decide
from kb.policy import Policy, load_policy
from kb.read_case import load_case
from kb.solving.closed import ClosedFormulas, closed_case
from kb.solving.coding import Coding
from kb.solving.formulas import Formulas
from kb.solving.values import Pair, Value
from kb.syntax import Constant, Term
from tests.sampling import tries
from tests.solving.test_formulas import POLICIES, trials
from tests.test_cases import CASES, EXAMPLES


def truth(pair: Pair) -> Status:
    """The status that a pair of truths stands for."""
    assert isinstance(pair.must, bool)
    assert isinstance(pair.may, bool)
    return Status.MET if pair.must else Status.UNDOCUMENTED if pair.may else Status.NOT_MET


def told(term: Term, coding: Coding) -> object:
    return coding.number(term) if isinstance(term, Constant) else str(getattr(term, "label", ""))


def agree(policy: Policy, case: Case, readings: Mapping[str, str], kind: type[Formulas]) -> None:
    """Hold every predicate that has rules, row by row, against the engine."""
    coding = Coding()
    formulas = kind(policy, readings, closed_case(policy, case, coding), coding)
    answers = decide(policy, case, readings).answers
    for component in policy.components:
        for predicate in component:
            nothing: tuple[Value | None, ...] = (None,) * predicate.arity
            found: dict[tuple[object, ...], Status] = {}
            for row in formulas.rows(predicate, nothing):
                if row.pair.may:
                    key = tuple(value.number if value.known else value.label for value in row.values)
                    found[key] = max(truth(row.pair), found.get(key, Status.NOT_MET))
            wanted = {tuple(told(term, coding) for term in row): each for row, each in answers.of(predicate).items()}
            assert found == wanted, (case.path, str(predicate))


@pytest.mark.sampled(6)
@pytest.mark.parametrize("path", [*EXAMPLES, *CASES], ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_of_a_shipped_case_both_say_the_same(path: Path) -> None:
    """Under the default readings."""
    policy = load_policy("lemtrada")
    agree(policy, load_case(path, policy.vocabulary), {}, ClosedFormulas)


@pytest.mark.parametrize("kind", [Formulas, ClosedFormulas])
@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_of_random_cases_both_say_the_same(path: Path, kind: type[Formulas]) -> None:
    """Of the shipped policy, and of one with every form of the language in it; looked up or worked out anew."""
    policy = load_policy(path)
    for trial, case in trials(policy, 23, tries(24, 6)):
        agree(policy, case, trial.readings, kind)
