"""What a trial passes over does not matter: where nothing tells a mutant apart, the engine finds nothing either."""

from __future__ import annotations

import random

from explain.suite.entries import entries
from explain.suite.expect import differences
from explain.suite.policies import Policies
from explain.suite.run import decider
from explain.suite.trial import Subject, Trial
from kb.policy import load_policy
from kb.regression.mutants import Mutant, mutants
from tests.sampling import tries
from tests.test_cases import CASES

PAIRS = tries(120, 24)


def passed_over(subject: Subject, mutant: Mutant) -> bool:
    """Whether a case is not even held against what it expects."""
    return not subject.affected(mutant) and not subject.hidden(mutant)


def test_a_case_that_is_passed_over_is_as_it_expects_by_the_engine() -> None:
    """Of the shipped policy and its cases, a sample, the same each time."""
    policy, chance = load_policy("lemtrada"), random.Random(5)
    files = chance.sample(CASES, 15)
    trial = Trial(policy, [each for each in entries(files, Policies("lemtrada")) if each.expectation], {})
    every = mutants(policy)
    pairs = [(chance.choice(every), chance.choice(trial.subjects)) for _ in range(PAIRS)]
    over = [(mutant, subject) for mutant, subject in pairs if passed_over(subject, mutant)]
    assert PAIRS // 4 < len(over) < PAIRS
    for mutant, subject in over:
        found = differences(subject.expectation, decider(mutant.policy, subject.case, {}))
        assert found == [], (mutant.id, subject.entry.name)
