"""A decision that is made again after a change is the one that is made from nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kb.again import decide_again
from kb.bounds import Stage
from kb.case import Case
from kb.decide import Decision, decide
from kb.engine_datalog import Engine
from kb.policy import Policy, load_policy
from kb.problems import ProblemsError
from kb.read_case import load_case, read_case
from kb.regression.mutants import mutants
from tests.kb.cohort.random_policies import checked, policies
from tests.oracle.random_cases import as_yaml, random_trials
from tests.sampling import tries
from tests.support import FULL, HEADER, LOOPED, MS, case_of, policy_of
from tests.test_cases import CASES, EXAMPLES

SPARSE = "case: A-1\nrequested_on: 2024-01-01\nrelapse: [2023-05-01]\nlesions: true\n"
NUMBERS = """
:- input(score(P: case, V: decimal), one, "?").
:- input(seal(P: case), one, "?").
"""


def held(again: Decision, policy: Policy, case: Case, readings: dict[str, str]) -> Decision:
    """A decision made again, held against one from nothing: every row of every predicate, in the same order."""
    whole = decide(policy, case, readings)
    assert again == whole
    assert list(again.answers.rows) == list(whole.answers.rows)
    return again


def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The predicates that the engine works out from now on."""
    asked: list[str] = []
    run = Engine.work_out

    def heard(engine: Engine, stage: Stage) -> object:
        asked.extend(each.name for each in stage.predicates)
        return run(engine, stage)

    monkeypatch.setattr(Engine, "work_out", heard)
    return asked


def chain(edited: Sequence[str], record: str) -> list[Decision]:
    """One case under one policy after the other, each decided again from the one before."""
    first = policy_of(HEADER + NUMBERS + edited[0])
    found = [decide(first, case_of(first, record))]
    for text in edited[1:]:
        policy = policy_of(HEADER + NUMBERS + text)
        case = case_of(policy, record)
        found.append(held(decide_again(found[-1], policy, case), policy, case, {}))
    return found


@pytest.mark.parametrize("record", [FULL, SPARSE])
def test_every_mutant_of_a_small_policy_is_decided_as_from_nothing(record: str) -> None:
    """Of a full case and of one that leaves out nearly everything."""
    policy = policy_of(MS)
    before = decide(policy, case_of(policy, record))
    for mutant in mutants(policy):
        again = held(decide_again(before, mutant.policy), mutant.policy, before.case, {})
        # And back again, from what the mutant decides.
        assert decide_again(again, policy) == before


def test_a_changed_record_is_decided_as_from_nothing() -> None:
    """What is stated in one and silent in the other, in both directions."""
    policy = policy_of(MS)
    full, sparse = case_of(policy, FULL), case_of(policy, SPARSE)
    before = decide(policy, full)
    after = held(decide_again(before, policy, sparse), policy, sparse, {})
    assert after.verdict != before.verdict
    assert decide_again(after, policy, full) == before


def test_other_readings_are_decided_as_from_nothing() -> None:
    """The readings of the first decision hold where none are given."""
    policy = policy_of(MS)
    case = case_of(policy, FULL)
    before = decide(policy, case)
    after = held(decide_again(before, policy, readings={"window": "trial"}), policy, case, {"window": "trial"})
    assert after.answers != before.answers
    assert decide_again(after, policy).readings == {"window": "trial"}
    with pytest.raises(ProblemsError, match="no reading `windows`"):
        decide_again(before, policy, readings={"windows": "trial"})


def test_mutants_of_the_shipped_policy_are_decided_as_from_nothing() -> None:
    """A sample of mutants and of cases, the same each time."""
    policy = load_policy("lemtrada")
    chance = random.Random(5)
    for path in chance.sample([*CASES, *EXAMPLES], tries(40, 3)):
        before = decide(policy, load_case(path, policy.vocabulary))
        for mutant in chance.sample(mutants(policy), 4):
            held(decide_again(before, mutant.policy), mutant.policy, before.case, {})


@settings(max_examples=tries(200, 20), derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(policies(), st.randoms(use_true_random=False))
def test_random_policies_are_decided_as_from_nothing(text: str, chance: random.Random) -> None:
    """One record after the other, by one reading or the other, under the policy or one of its mutants."""
    policy = checked(text)
    assume(policy is not None)
    assert policy is not None
    editions = [policy, *(each.policy for each in mutants(policy)[:40])]
    last: Decision | None = None
    for trial in random_trials(policy, [], chance.randrange(999), 8):
        edition, readings = chance.choice(editions), {"edge": chance.choice(["inside", "outside"])}
        case = read_case(as_yaml({**trial.record, "case": "R"}), "case.yaml", edition.vocabulary)
        if last is not None:
            last = held(decide_again(last, edition, case, readings), edition, case, readings)
        else:
            last = decide(edition, case, readings)


def test_only_what_rests_on_the_change_is_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """And only for as long as something comes out otherwise."""
    base = "high(P) :- score(P, V), V > 3. low(P) :- score(P, V), V < 1. eligible(P) :- high(P), \\+ low(P)."
    policy = policy_of(HEADER + NUMBERS + base)
    before = decide(policy, case_of(policy, "case: A-1\nrequested_on: 2024-01-01\nscore: 5\n"))
    asked = worked_out(monkeypatch)
    decide_again(before, policy)
    assert asked == []
    decide_again(before, policy_of(HEADER + NUMBERS + base.replace("V > 3", "V > 4")))
    assert asked == ["high"]
    asked.clear()
    decide_again(before, policy_of(HEADER + NUMBERS + base.replace("V > 3", "V > 5")))
    assert asked == ["high", "eligible"]


def test_a_case_of_another_name_is_worked_out_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of one member is taken over for another."""
    policy = policy_of(MS)
    before = decide(policy, case_of(policy, FULL))
    other = case_of(policy, FULL.replace("A-1", "A-2"))
    asked = worked_out(monkeypatch)
    again = decide_again(before, policy, other)
    derived = {each for each in policy.clauses if each not in policy.catalogues}
    assert {*asked} == {each.name for each in derived}
    assert held(again, policy, other, {}).status is before.status


def test_predicates_come_and_go_and_change_what_they_are() -> None:
    """Clauses that are dropped, a catalogue that becomes a rule and the other way, what is new."""
    found = chain(
        [
            "least(3). high(P) :- score(P, V), least(L), V > L. eligible(P) :- high(P).",
            "least(3). least(1). high(P) :- score(P, V), least(L), V > L. eligible(P) :- high(P).",
            "least(3). least(L) :- score(_, L). high(P) :- score(P, V), least(L), V > L. eligible(P) :- high(P).",
            "eligible(P) :- seal(P).",
            "least(3). high(P) :- score(P, V), least(L), V > L. eligible(P) :- high(P).",
            "least(1). high(P) :- score(P, V), least(L), V > L. eligible(P) :- \\+ high(P), seal(P).",
        ],
        "case: A-1\nrequested_on: 2024-01-01\nscore: 2\nseal: true\n",
    )
    assert [each.verdict for each in found] == ["refuted", "proved", "refuted", "proved", "refuted", "refuted"]


def test_a_goal_without_arguments_may_be_undocumented() -> None:
    """It has no position that could hold an unknown value, and still is not settled."""
    rules = "some :- score(_, V), V > 3. other(P) :- seal(P). eligible(P) :- requested_on(P, _), some, \\+ other(P)."
    found = chain(
        [rules, rules.replace("\\+ other(P)", "other(P)")], "case: A-1\nrequested_on: 2024-01-01\nseal: true\n"
    )
    assert [each.verdict for each in found] == ["refuted", "undetermined"]


def test_a_policy_that_is_defined_by_itself_is_decided_as_from_nothing() -> None:
    """The whole component is asked until nothing new is found."""
    policy = policy_of(LOOPED)
    steps = "[{from: 2024-01-01, to: 2024-03-01}, {from: 2024-03-01, to: 2024-06-01}, {from: 2024-06-01}]"
    before = decide(policy, case_of(policy, f"case: A-1\nrequested_on: 2024-01-01\nstep: {steps}\n"))
    for mutant in mutants(policy):
        held(decide_again(before, mutant.policy), mutant.policy, before.case, {})
