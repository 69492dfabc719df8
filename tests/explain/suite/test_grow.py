"""A suite grown from nothing kills every mutant that a case can kill, and reads back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from explain.suite import held
from explain.suite.entries import Entry
from explain.suite.grow import Grown, grow
from explain.suite.read_expect import read_expectation
from explain.suite.run import decider, result
from explain.suite.trial import Trial
from kb.policy import Policy, build_policy
from kb.read_case import read_case
from kb.regression.mutants import mutants
from tests.explain.suite.small import POLICY
from tests.solving.enumerated import HEAD, TINY
from tests.support import MS

# A grant that rests on more than the root goal, a root goal that is no criterion, a criterion that is an input,
# a mutant that only two readings at once bring to light, and a text to be careful with.
HARD = (
    HEAD.replace(":- criterion(ok/1, 'A', \"ok\").\n", "")
    + r"""
:- type(level, [low, high]).
:- input(level(P: case, Level: level), one, "?").
:- input(sure(P: case), one, "?").
:- input(word(P: case, Words: text), one, "?").
:- reading(one, no, [yes], "?").
:- reading(two, no, [yes], "?").
:- criterion(sure/1, 'A', "sure").
:- grant(units/2, 'A', "{Number} units").
amount(low, 5).
amount(high, 10).
units(P, Number) :- ok(P), level(P, Level), amount(Level, Number).
ok(P) :- level(P, Level), amount(Level, _), sure(P), \+ word(P, "yes: \\ \"no\" # {").
ok(P) :- reading(one, yes), reading(two, yes), word(P, "yes: \\ \"no\" # {").
"""
)
POLICIES = {"small": POLICY, "ms": MS, "hard": HARD, "read": TINY["read"]}


def policy_of(name: str) -> Policy:
    return build_policy(POLICIES[name].encode(), f"{name}.pl")


def entries(policy: Policy, grown: Grown, folder: Path) -> list[Entry]:
    """The files of a grown suite, read back from a folder."""
    found = []
    for name, text in grown.files.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        case = read_case(path.read_text(encoding="utf-8"), str(path), policy.vocabulary)
        found.append(Entry(path, name, policy, case, read_expectation(case, policy)))
    return found


@pytest.mark.parametrize("name", POLICIES)
def test_a_grown_suite_passes_and_kills_all_that_can_be_killed(name: str, tmp_path: Path) -> None:
    """Its files hold under the policy, each mutant but the equivalent ones breaks one, and no name is used twice."""
    policy = policy_of(name)
    grown = grow(policy, {})
    suite = entries(policy, grown, tmp_path)
    assert suite
    assert all(result(each, {}).outcome == "passed" for each in suite)
    trial = Trial(policy, suite, {})
    survivors = {each.id for each in mutants(policy) if trial.killer(each) is None}
    assert survivors == {each.id for each in (*grown.equivalent, *grown.undecided)}
    assert not grown.undecided
    assert len(survivors) < grown.mutants == len(mutants(policy))
    assert grown.kills.keys() | survivors == {each.id for each in mutants(policy)}


def test_growing_twice_gives_the_same_files() -> None:
    """Nothing in a grown suite depends on the run."""
    assert dict(grow(policy_of("hard"), {}).files) == dict(grow(policy_of("hard"), {}).files)


def test_a_mutant_that_only_two_readings_bring_to_light_is_killed_under_both() -> None:
    """The case expects a verdict under both readings at once."""
    assert any("one=yes, two=yes" in text for text in grow(policy_of("hard"), {}).files.values())


def test_a_suite_for_other_readings_holds_under_them(tmp_path: Path) -> None:
    """What a case expects is what the policy decides under the readings of the suite."""
    policy = policy_of("read")
    readings = {"way": "loose"}
    suite = entries(policy, grow(policy, readings), tmp_path)
    assert all(result(each, readings).outcome == "passed" for each in suite)
    cases = [decider(policy, each.case, readings)({}) for each in suite if each.case is not None]
    assert {each.verdict for each in cases} >= {"proved", "refuted"}


def test_a_suite_is_the_same_however_many_processes_grow_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which case kills which mutant does not hang on where that is found out, nor on what is known first."""
    alone = grow(policy_of("hard"), {})
    monkeypatch.setattr(held, "MANY", 1)
    monkeypatch.setattr(held, "FRONT", 2)
    for jobs in (2, 3):
        heard: list[int] = []
        elsewhere = grow(policy_of("hard"), {}, jobs=jobs, told=lambda done, total, heard=heard: heard.append(done))  # type: ignore[misc]
        assert (elsewhere.files, elsewhere.kills) == (alone.files, alone.kills)
        assert [each.mutant.id for each in elsewhere.ended] == [each.mutant.id for each in alone.ended]
        assert heard == sorted(heard)
        assert heard[-1] == alone.mutants
