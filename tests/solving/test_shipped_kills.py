"""Mutants of the shipped policy, a sample: each is killed by the case that is found for it, or by no case."""

from __future__ import annotations

from kb.decide import decide
from kb.policy import load_policy
from kb.read_case import read_case
from kb.regression.kill import Killer
from kb.regression.mutants import mutants
from tests.kb.regression.test_kill import replayed
from tests.oracle.random_cases import as_yaml, random_trials, read_record
from tests.test_cases import CASES

EVERY = 25
RANDOM_CASES = 200


def test_mutants_of_the_shipped_policy_are_killed_by_the_cases_that_are_found() -> None:
    """The case turns the goal as it says; what no case turns, no random case does, whatever the readings."""
    policy = load_policy()
    killer = Killer(policy)
    bases = [read_record(file) for file in CASES if read_record(file).get("policy") == "lemtrada"]
    equivalent = []
    for mutant in mutants(policy)[::EVERY]:
        kill = killer.kill(mutant)
        if kill is None:
            equivalent.append(mutant)
        else:
            assert kill.before is not kill.after, mutant.id
            assert replayed(kill) == (kill.before, kill.after), mutant.id
    for trial in random_trials(policy, bases, 7, RANDOM_CASES) if equivalent else ():
        case = read_case(as_yaml(trial.record), "case.yaml", policy.vocabulary)
        before = decide(policy, case, trial.readings).answers
        for mutant in equivalent:
            after = decide(mutant.policy, case, trial.readings).answers
            for predicate, criterion in policy.vocabulary.criteria.items():
                if criterion.kind != "grant" or not trial.readings:
                    assert before.of(predicate) == after.of(predicate), (mutant.id, as_yaml(trial.record))
