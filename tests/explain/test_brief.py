"""A proof in brief: what stands in the way is the same as in a whole one, by much less."""

from __future__ import annotations

from pathlib import Path

import pytest

from explain.brief import prove_in_brief
from explain.proof import walk
from explain.prover import prove
from explain.suite.expect import in_the_way
from kb.answers import Status
from kb.decide import Decision, decide
from kb.policy import load_policy
from kb.read_case import load_case, read_case
from kb.regression.evaluate import Evaluator
from kb.regression.mutants import mutants
from tests.editions import edited
from tests.oracle.random_cases import as_yaml
from tests.sampling import tries
from tests.support import HEADER, decided, policy_of
from tests.test_cases import CASES, EXAMPLES
from tests.test_oracle import POLICIES, trials_of

DANGER = policy_of(
    edited(HEADER, ("section('A'", "section('B', \"b\"), section('C', \"c\"), section('D', \"d\"), section('A'"))
    + r"""
:- type(hazard, [fire, flood]).
:- input(seen(P: case, Item: hazard), flags, "What?").
:- input(sure(P: case), one, "Sure?").
:- criterion(certain/1, 'A', "certain").
:- criterion(safe/1, 'B', "safe").
:- criterion(danger/1, 'C', "danger").
:- criterion(burning/1, 'D', "burning").
certain(P) :- sure(P).
burning(P) :- seen(P, fire).
danger(P) :- burning(P).
safe(P) :- case(P), \+ danger(P).
eligible(P) :- certain(P), safe(P).
"""
)


def alike(decision: Decision) -> bool:
    """Whether the same stands in the way by a proof in brief and by a whole one."""
    return in_the_way(prove_in_brief(decision)) == in_the_way(prove(decision))


@pytest.mark.sampled(12)
@pytest.mark.parametrize("path", [*EXAMPLES, *CASES], ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_the_same_stands_in_the_way_of_a_shipped_case(path: Path) -> None:
    """Under the policy, and under some of its mutants."""
    policy = load_policy()
    evaluator = Evaluator(policy, load_case(path, policy.vocabulary))
    number = [*EXAMPLES, *CASES].index(path)
    assert alike(evaluator.original)
    for mutant in mutants(policy)[number % 97 :: 97]:
        assert alike(evaluator.under(mutant).decision), mutant.id


@pytest.mark.parametrize("file", POLICIES, ids=lambda file: file.stem)
def test_the_same_stands_in_the_way_of_random_cases(file: Path) -> None:
    """Of every form of the language too, with criteria in criteria and under negations."""
    policy = load_policy(file)
    for trial in trials_of(policy, 7, tries(200, 40)):
        decision = decide(policy, read_case(as_yaml(trial.record), "case.yaml", policy.vocabulary), trial.readings)
        assert alike(decision), as_yaml(trial.record)


def test_what_is_met_is_not_proved_further() -> None:
    """Only what stands in the way has children."""
    policy = load_policy()
    refusal = next(path for path in EXAMPLES if path.name.startswith("refusal"))
    decision = decide(policy, load_case(refusal, policy.vocabulary))
    brief, whole = ({*walk(proved(decision).root)} for proved in (prove_in_brief, prove))
    assert len(brief) < len(whole) / 2
    for each in brief:
        if each.criterion:
            assert bool(each.children) is (each.status is not Status.MET)
    assert {each.goal for each in brief} < {each.goal for each in whole}


def test_under_a_negation_what_is_met_stands_in_the_way() -> None:
    """A criterion that is met and must not be is told by the deepest one that makes it so."""
    decision = decided(DANGER, "case: A\nsure: true\nseen: {fire: true}\n")
    assert in_the_way(prove_in_brief(decision))[Status.NOT_MET] == ("D",)
    assert alike(decision)
