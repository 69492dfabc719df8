"""The quick evaluator says what the deciding engine says: of every goal, row by row."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from kb.answers import Row, Status
from kb.case import Case
from kb.decide import Decision, decide
from kb.policy import Policy, load_policy
from kb.read_case import load_case
from kb.regression.evaluate import Evaluator
from kb.regression.mutants import Mutant, mutants
from kb.syntax import Predicate
from tests.sampling import sample, tries
from tests.support import FULL, HEADER, LOOPED, MS, case_of, policy_of
from tests.test_cases import CASES, EXAMPLES

Rows = Mapping[Predicate, Mapping[Row, Status]]


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The shipped policy."""
    return load_policy("lemtrada")


@pytest.fixture(scope="module")
def cases(policy: Policy) -> list[Case]:
    """The shipped cases."""
    return [load_case(path, policy.vocabulary) for path in (*CASES, *EXAMPLES)]


def stated(decision: Decision) -> Rows:
    """What a decision states of every predicate, without those that hold of nothing."""
    return {predicate: dict(rows) for predicate, rows in decision.answers.rows.items() if rows}


def agreed(mutant: Mutant, evaluator: Evaluator) -> bool:
    """Whether a mutant changes anything; after the engine has said the same."""
    found = evaluator.under(mutant)
    before = evaluator.original
    after = decide(mutant.policy, evaluator.case, evaluator.readings)
    assert stated(found.decision) == stated(after), (mutant.id, evaluator.case.id)
    assert found.decision.policy is mutant.policy
    names = before.answers.rows.keys() | after.answers.rows.keys()
    assert found.changed == {each for each in names if before.answers.of(each) != after.answers.of(each)}
    return bool(found.changed)


def test_every_shipped_case_is_decided_as_by_the_engine(policy: Policy, cases: list[Case]) -> None:
    """Every goal of every case, unknown values with their names."""
    for case in sample(cases, 6):
        assert stated(Evaluator(policy, case).original) == stated(decide(policy, case)), case.id


def test_other_readings_are_decided_as_by_the_engine(policy: Policy, cases: list[Case]) -> None:
    """Each value of each reading in some cases."""
    chance = random.Random(7)
    for reading in policy.vocabulary.readings.values():
        for value in reading.values:
            for case in chance.sample(cases, tries(4, 1)):
                found = Evaluator(policy, case, {reading.name: value}).original
                assert stated(found) == stated(decide(policy, case, {reading.name: value})), (case.id, reading, value)


def test_mutants_of_the_shipped_policy_are_decided_as_by_the_engine(policy: Policy, cases: list[Case]) -> None:
    """A sample of both, the same each time; some of them change something."""
    chance = random.Random(11)
    evaluators = [Evaluator(policy, case) for case in chance.sample(cases, 12)]
    found = [agreed(each, chance.choice(evaluators)) for each in chance.sample(mutants(policy), tries(100, 24))]
    assert 0.15 < sum(found) / len(found) < 0.85


def test_every_mutant_of_a_small_policy_is_decided_as_by_the_engine() -> None:
    """Of a full case and of one that leaves out nearly everything, one mutant after the other."""
    policy = policy_of(MS)
    for text in (FULL, "case: A-2\nrequested_on: 2024-01-01\nrelapse: [2023-05-01]\nlesions: true\n"):
        evaluator = Evaluator(policy, case_of(policy, text))
        changing = [agreed(mutant, evaluator) for mutant in mutants(policy)]
        assert any(changing)
        # What was tried leaves nothing behind.
        assert stated(evaluator.original) == stated(decide(policy, evaluator.case))


def test_a_number_of_many_digits_stays_what_it_is() -> None:
    """Decimals are compared and shown exactly, in a case and in a policy."""
    rules = """
    :- input(score(P: case, V: decimal), one, "?").
    least(1.234567890123456789012345678901234567).
    high(P, V, N) :- score(P, V), least(N), V < N.
    eligible(P) :- high(P, _, _).
    """
    policy = policy_of(HEADER + rules)
    case = case_of(policy, "case: A-1\nrequested_on: 2024-01-01\nscore: 1.23456789012345678\n")
    found = Evaluator(policy, case).original
    assert found.verdict == "proved"
    assert stated(found) == stated(decide(policy, case))


def test_a_policy_that_is_defined_by_itself_is_left_to_the_engine() -> None:
    """The formulas refuse it; the evaluator does not."""
    policy = policy_of(LOOPED)
    steps = "[{from: 2024-01-01, to: 2024-03-01}, {from: 2024-03-01, to: 2024-06-01}]"
    evaluator = Evaluator(policy, case_of(policy, f"case: A-1\nrequested_on: 2024-01-01\nstep: {steps}\n"))
    assert evaluator.original.verdict == "proved"
    changing = [agreed(mutant, evaluator) for mutant in mutants(policy)]
    assert any(changing)
    assert not all(changing)
