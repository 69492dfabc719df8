"""Random policies are decided as a cohort as they are case by case: not only the policies that we thought of."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from kb.answers import Status
from kb.cohort.writer import Writer
from kb.policy import Policy, build_policy
from kb.read_case import read_case
from tests.kb.cohort.engines import as_cohort, differences, judge
from tests.kb.cohort.random_policies import checked, policies
from tests.oracle.random_cases import Trial, as_yaml, random_trials
from tests.sampling import tries

MEMBERS = 24
POLICIES = tries(200, 20)


def members(policy: Policy, seed: int) -> list[Trial]:
    """Random members, their dates at the numbers of the policy, at the ends of months and on leap days."""
    return random_trials(policy, [], seed, MEMBERS)


class Differ(AssertionError):
    """A policy whose members are decided differently, with the members and the reading of it."""


def compare(*phases: Phase) -> None:
    """Raises ``Differ`` with the smallest policy found that is decided differently; the same policies at each run."""

    @settings(
        max_examples=POLICIES,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=phases,
    )
    @given(policies(), st.integers(0, 999), st.sampled_from(["inside", "outside"]))
    def check(text: str, seed: int, edge: str) -> None:
        policy = checked(text)
        assume(policy is not None)
        assert policy is not None
        cases = [read_case(as_yaml(each.record), "case.yaml", policy.vocabulary) for each in members(policy, seed)]
        if differences(policy, cases, {"edge": edge}):
            raise Differ(text, seed, edge)

    check()


def told(found: Differ) -> str:
    """The policy, and the smallest case that shows the difference."""
    text, seed, edge = found.args
    policy = build_policy(text.encode(), "random.pl")
    return f"{text}\n{judge(policy, [each.record for each in members(policy, seed)], {'edge': edge})}"


def test_random_policies_are_decided_alike() -> None:
    """Each status of each member of a random policy is the same by pyDatalog and by DuckDB."""
    try:
        compare(Phase.generate, Phase.shrink)
    except Differ as found:
        pytest.fail(told(found))


def test_a_difference_is_shown_by_its_policy_and_a_small_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a list that is not there an empty one, a case without any would show it."""
    monkeypatch.setattr(Writer, "write_Rest", lambda self, each: exp.false())
    with pytest.raises(Differ) as caught:
        compare(Phase.generate)
    policy, case = told(caught.value).split("cases differ")
    assert "good(P) :- " in policy
    assert "UNDOCUMENTED by pyDatalog, NOT_MET as a cohort" in case
    assert 'case: "R-' in case


def test_random_policies_reach_every_status() -> None:
    """Many statuses of random policies are met, not met and undocumented for some member, or the test would idle."""
    every, varied = 0, 0

    @settings(max_examples=POLICIES, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(policies())
    def count(text: str) -> None:
        nonlocal every, varied
        policy = checked(text)
        if policy is None:
            return
        cases = [read_case(as_yaml(t.record), "case.yaml", policy.vocabulary) for t in members(policy, 1)]
        _, found = as_cohort(policy, cases)
        for name in found[0]:
            seen = {each[name] for each in found}
            every += 1
            varied += seen == set(Status)

    count()
    assert every > 3 * POLICIES
    assert varied > every / 4, (varied, every)
