"""The difference by effect: cases decided under both editions."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from kb.answers import Status
from kb.policy import Policy
from kb.problems import ProblemsError
from kb.regression.difference import Effect
from kb.regression.effect import effect, outcomes, split_readings, turned
from kb.syntax import Constant
from tests.commands.running import written
from tests.support import FULL, HEADER, MS, policy_of

# What the root goal says of a case, in all three truths, and in either edition.
GOALS = {Status.MET: "benefit(P)", Status.NOT_MET: r"case(P), \+ benefit(P)", Status.UNDOCUMENTED: "other(P)"}
INPUTS = ':- input(benefit(P: case), one, "Benefit?").\n:- input(other(P: case), one, "Other?").\n'


def edition(goal: str) -> Policy:
    """A policy whose root goal is this, and that uses its inputs."""
    spare = ":- advisory(spare/1, 'A', \"spare\").\nspare(P) :- benefit(P), other(P).\n"
    return policy_of(f"{HEADER}{INPUTS}{spare}eligible(P) :- {goal}.\n")


def ran(old: Policy, new: Policy, *cases: Path, **readings: str) -> Effect:
    return effect(outcomes(old, new, cases, readings))


@pytest.mark.parametrize(("before", "after"), list(product(Status, repeat=2)), ids=lambda status: status.name)
def test_every_turn_of_a_verdict_is_told_from_the_others(before: Status, after: Status, tmp_path: Path) -> None:
    """All nine; those that turn are flips, and each counts once."""
    case = written(tmp_path / "a.yaml", "case: A\nrequested_on: 2024-02-01\nbenefit: true\n")
    found = ran(edition(GOALS[before]), edition(GOALS[after]), case)
    assert len(found.flips) == (before is not after)
    assert {pair: number for pair, number in found.verdicts.items() if number} == {(before, after): 1}
    assert len(found.verdicts) == 9
    for each in found.flips:
        assert (each.before.status, each.after.status, each.path) == (before, after, str(case))


def test_a_verdict_that_stays_while_a_criterion_changes_is_told_apart(tmp_path: Path) -> None:
    """It is no flip; and a case of which nothing changed is counted alone."""
    changed = written(tmp_path / "changed.yaml", FULL.replace("hiv: false", "hiv: true"))
    same = written(
        tmp_path / "same.yaml", FULL.replace("edss: 4.0", "edss: 2.0").replace("lesions: true", "lesions: false")
    )
    old, new = policy_of(MS), policy_of(MS.replace("Months >= 3", "Months >= 6"))
    found = ran(old, new, changed, same)
    assert ([each.path for each in found.shifts], found.flips, found.compared) == ([str(changed)], (), 2)
    (shift,) = found.shifts
    turns = {(str(goal.predicate), old, new) for goal, old, new in turned(shift.before, shift.after)}
    assert turns == {("step/1", Status.MET, Status.NOT_MET), ("failed/2", Status.MET, Status.NOT_MET)}


def test_a_case_that_one_edition_cannot_read_is_told_and_not_counted(tmp_path: Path) -> None:
    """With what is wrong, under which edition; and the other cases are decided all the same."""
    new = policy_of(
        MS.replace(":- input(lesions(", ':- input(pregnant(P: case), one, "Pregnant?").\n:- input(lesions(')
    )
    whole, more = written(tmp_path / "a.yaml", FULL), written(tmp_path / "b.yaml", FULL + "pregnant: false\n")
    bad, gone = written(tmp_path / "c.yaml", FULL + "nothing: 1\n"), tmp_path / "d.yaml"
    found = ran(policy_of(MS), new, whole, more, bad, gone)
    assert (found.compared, found.flips, found.shifts) == (1, (), ())
    told = [(Path(each.path).name, bool(each.old), bool(each.new)) for each in found.not_comparable]
    assert told == [("b.yaml", True, False), ("c.yaml", True, True), ("d.yaml", True, True)]
    assert "`pregnant`" in str(found.not_comparable[0].old)


def test_each_row_of_a_table_is_a_case(tmp_path: Path) -> None:
    """Told by its number; a column that an edition does not know makes it not comparable."""
    table = written(
        tmp_path / "a.cases.csv",
        "case,requested_on,benefit\nA,2024-02-01,true\nB,2024-02-01,false\nC,2024-02-01,maybe\n",
    )
    found = ran(edition("benefit(P)"), edition("other(P)"), table)
    assert [each.path for each in found.flips] == [f"{table}, row 2", f"{table}, row 3"]
    assert [each.path for each in found.not_comparable] == [f"{table}, row 4"]
    fewer = policy_of(HEADER + INPUTS.split("\n")[1] + "\neligible(P) :- other(P).\n")
    found = ran(edition("benefit(P)"), fewer, table)
    assert len(found.not_comparable) == 3
    broken = written(tmp_path / "b.cases.csv", "")
    (only,) = ran(edition("benefit(P)"), fewer, broken).not_comparable
    assert (only.path, bool(only.old), bool(only.new)) == (str(broken), True, True)


def test_a_reading_is_chosen_in_each_edition_that_has_it() -> None:
    """One that neither has is bad input, and so is a value that an edition does not offer."""
    old, new = policy_of(MS), policy_of(MS.replace("[trial]", "[trial, both]"))
    none = edition("benefit(P)")
    assert split_readings(old, new, {"window": "trial"}) == ({"window": "trial"}, {"window": "trial"})
    assert split_readings(old, none, {"window": "trial"}) == ({"window": "trial"}, {})
    with pytest.raises(ProblemsError, match="neither edition has a reading `windw`"):
        split_readings(old, new, {"windw": "trial"})
    with pytest.raises(ProblemsError, match="`both` is no value of the reading `window`"):
        split_readings(old, new, {"window": "both"})


def test_a_chosen_reading_decides_in_both_editions(tmp_path: Path) -> None:
    """The same case, under the reading by which it fails."""
    case = written(tmp_path / "a.yaml", FULL.replace("lesions: true", "lesions: false"))
    old, new = policy_of(MS), policy_of(MS.replace("Months < 12", "Months < 2"))
    assert len(ran(old, new, case).flips) == 1
    assert ran(old, new, case, window="trial").flips == ()


def test_a_case_made_for_either_edition_by_its_name_is_of_both(tmp_path: Path) -> None:
    """Where the policy has another name; one that is made for a third is of neither."""
    cases = [written(tmp_path / f"{name}.yaml", f"policy: {name}\n{FULL}") for name in ("small", "large", "other")]
    found = ran(policy_of(MS), policy_of(MS.replace("policy(small", "policy(large")), *cases)
    assert found.compared == 2
    assert [each.path for each in found.not_comparable] == [str(cases[2])]


def test_a_grant_that_changes_while_the_verdict_stays_is_told(tmp_path: Path) -> None:
    """Where the verdict flips, what is granted changes with it and is not told by itself."""
    grant = ":- grant(vials/2, 'A', \"{Count} vials\").\ncount(5).\nvials(P, Count) :- eligible(P), count(Count).\n"
    old, new = policy_of(MS + grant), policy_of(MS + grant.replace("5", "3"))
    case = written(tmp_path / "a.yaml", FULL)
    (shift,) = ran(old, new, case).shifts
    found = [(goal.args[1], after) for goal, _, after in turned(shift.before, shift.after)]
    assert found == [(Constant("number", 5), Status.NOT_MET), (Constant("number", 3), Status.MET)]
    (flip,) = ran(old, policy_of((MS + grant).replace("Months >= 3", "Months >= 6")), case).flips
    assert {goal.predicate.name for goal, *_ in turned(flip.before, flip.after)} == {"step", "failed"}
