"""What is said to turn one way alone never turns the other way, whatever the case; and plain edits turn one way."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping

import pytest

from kb.answers import Status
from kb.decide import Decision, decide
from kb.policy import Policy, build_policy, load_policy
from kb.read_case import load_case, read_case
from kb.regression.comparison import TURNS, Comparison
from kb.regression.cones import Meanings, cones
from kb.regression.evaluate import Evaluator
from kb.regression.mutants import mutants
from kb.regression.one_way import DOWN, EITHER, STAYS, UP, OneWay, Ways
from kb.regression.open_policy import OpenPolicy
from kb.syntax import Atom, Predicate
from tests.editions import edited
from tests.oracle.random_cases import as_yaml, random_trials
from tests.sampling import sample, tries
from tests.solving.enumerated import COUNTED
from tests.support import HEADER, MS, policy_of
from tests.test_cases import CASES, EXAMPLES
from tests.test_oracle import EVERY_FORM

SCORED = (
    HEADER
    + r"""
:- type(drug, [old, new]).
:- input(score(P: case, Day: date, Score: decimal), many, "?").
:- input(trial(P: case, Drug: drug, Start: date, End: date), many, "?").
:- input(sure(P: case), one, "?").
:- input(free(P: case), one, "?").
:- reading(how, strict, [loose], "?").
listed(old).
high(P) :- score(P, Day, Score), requested_on(P, Today), Day =< Today, Score > 3.5.
low(P) :- case(P), \+ (score(P, _, Score), 6 =< Score).
often(P) :- case(P), at_least(2, Day, (score(P, Day, Score), Score >= 2)).
some(P) :- case(P), one_of(high(P), often(P), sure(P)).
tried(P, Drug) :- trial(P, Drug, Start, End), listed(Drug), Start < End.
read(P) :- reading(how, strict), sure(P).
eligible(P) :- some(P), low(P), sure(P), \+ tried(P, new), \+ free(P).
"""
)


def ways(old: Policy, new: Policy, readings: Mapping[str, str] | None = None) -> OneWay:
    """The ways in which predicates can turn, under other readings in the new policy."""
    return OneWay(Meanings(old, old.readings()), Meanings(new, new.readings(readings)))


def turns(before: Decision, after: Decision, predicate: Predicate) -> list[bool]:
    """The ways in which instances of a predicate turn from one decision to another: whether up."""
    found = []
    for row in {**before.answers.of(predicate), **after.answers.of(predicate)}:
        goal = Atom(predicate.name, row)
        was, becomes = before.answers.status(goal), after.answers.status(goal)
        if was is not becomes:
            found.append(becomes > was)
    return found


@pytest.mark.parametrize(
    ("was", "becomes", "goal", "expected"),
    [
        ("Score > 3.5", "Score > 4", "high", DOWN),
        ("Score > 3.5", "Score >= 3.5", "high", UP),
        ("Score > 3.5", "Score >= 4", "high", DOWN),
        ("Score > 3.5", "Score >= 3", "high", UP),
        ("Score > 3.5", "3.5 < Score", "high", STAYS),
        ("Score > 3.5", "3.4 < Score", "high", UP),
        ("Score > 3.5", "Score < 3.5", "high", EITHER),
        ("Score > 3.5", "Score = 3.5", "high", EITHER),
        ("Score > 3.5", "Day > '2024-01-01'", "high", EITHER),
        ("Score > 3.5", "Score > 3.5, Score < 9", "high", DOWN),
        ("Day =< Today, Score", "Score", "high", UP),
        ("Day =< Today", "Day < Today", "high", EITHER),
        ("6 =< Score", "7 =< Score", "low", UP),
        ("6 =< Score", "7 =< Score", "eligible", UP),
        ("6 =< Score", "6 < Score", "low", UP),
        ("6 =< Score", "5 =< Score", "low", DOWN),
        ("at_least(2, Day", "at_least(3, Day", "often", DOWN),
        ("Score >= 2", "Score >= 1", "often", UP),
        ("(score(P, Day, Score)", "(score(P, Day, _), score(P, _, Score)", "often", EITHER),
        ("one_of(high(P), ", "one_of(", "some", DOWN),
        ("one_of(high(P), ", "two_of(high(P), ", "some", DOWN),
        ("one_of(high(P), ", "one_of(high(P), low(P), ", "some", UP),
        ("one_of(high(P), ", "two_of(high(P), low(P), ", "some", EITHER),
        ("listed(old).", "listed(old).\nlisted(new).", "tried", UP),
        ("listed(old).", "listed(old).\nlisted(new).", "eligible", DOWN),
        ("listed(old).", "listed(new).", "tried", EITHER),
        ("Start < End", "Start =< End", "tried", EITHER),
        ("sure(P), \\+ tried", "\\+ tried", "eligible", UP),
        ("\\+ tried(P, new), ", "", "eligible", UP),
        ("\\+ tried(P, new), ", "\\+ tried(P, old), ", "eligible", EITHER),
        (", listed(Drug)", "", "tried", EITHER),
        (":- input(sure(P: case), one", ":- input(sure(P: case), one", "eligible", STAYS),
        ('sure(P: case), one, "?"', 'sure(P: case), one, "?", [document]', "read", EITHER),
        ("read(P) :-", "read(P) :- free(P), low(P).\nread(P) :-", "read", UP),
        ("read(P) :-", "read(P) :- free(P), high(P).\nread(P) :- reading(how, loose), ", "read", EITHER),
        ("Score > 3.5.", "Score > 3.5.\nhigh(P) :- score(P, _, Score), Score > 9.", "eligible", UP),
    ],
)  # fmt: skip
def test_a_plain_edit_turns_goals_one_way(was: str, becomes: str, goal: str, expected: Ways) -> None:
    """A threshold, a clause, a condition or a count that asks for more turns down, through a negation up."""
    old, new = (build_policy(each.encode(), "p.pl") for each in (SCORED, edited(SCORED, (was, becomes))))
    found = ways(old, new)
    assert found.ways(Predicate(goal, 2 if goal == "tried" else 1)) == expected


def test_another_reading_turns_what_asks_for_it() -> None:
    """What asks for the reading that is no longer chosen turns down; under the same ones nothing turns."""
    policy = build_policy(SCORED.encode(), "p.pl")
    loose = build_policy(edited(SCORED, ("reading(how, strict), sure", "reading(how, loose), sure")).encode(), "p.pl")
    goal = Predicate("read", 1)
    assert ways(policy, policy, {"how": "loose"}).ways(goal) == DOWN
    assert ways(loose, loose, {"how": "loose"}).ways(goal) == UP
    assert ways(policy, policy).ways(goal) == STAYS
    opened = Meanings(policy, None)
    assert OneWay(opened, opened).ways(goal) == STAYS


def test_no_mutant_of_the_shipped_policy_turns_a_case_the_other_way() -> None:
    """Over the shipped cases, every predicate of them, row by row; many mutants are said to turn one way, and do."""
    policy = load_policy("lemtrada")
    cases = [load_case(path, policy.vocabulary) for path in sample((*CASES, *EXAMPLES), 10)]
    seen: Counter[tuple[bool, int]] = Counter()
    evaluators = [Evaluator(policy, case) for case in cases]
    every = mutants(policy)
    for mutant in random.Random(5).sample(every, tries(len(every), 120)):
        found = ways(policy, mutant.policy)
        for evaluator in evaluators:
            under = evaluator.under(mutant)
            for predicate in under.changed:
                allowed = found.ways(predicate)
                for up in turns(evaluator.original, under.decision, predicate):
                    assert up in allowed, (mutant.id, evaluator.case.id, predicate)
                    seen[up, len(allowed)] += 1
    assert all(seen[up, number] > 20 for up in (True, False) for number in (1, 2)), seen


@pytest.mark.parametrize("text", [MS, EVERY_FORM.read_text("utf-8")], ids=["ms", "every_form"])
def test_no_mutant_of_a_small_policy_turns_a_random_case_the_other_way(text: str) -> None:
    """With every form of the language, and unknown values, as the deciding engine has it."""
    policy = policy_of(text)
    trials = random_trials(policy, [], tries(8, 3), tries(8, 4))
    cases = [read_case(as_yaml(each.record), "case.yaml", policy.vocabulary) for each in trials]
    decisions = [decide(policy, each) for each in cases]
    told = 0
    for mutant in sample(mutants(policy), 7):
        found = ways(policy, mutant.policy)
        for before in decisions:
            after = decide(mutant.policy, before.case)
            for predicate in cones(policy):
                rows = turns(before, after, predicate)
                assert {*rows} <= found.ways(predicate), (mutant.id, before.case.id, predicate)
                told += len(found.ways(predicate)) == 1 and bool(rows)
    assert told > 4


@pytest.mark.parametrize("text", [MS, COUNTED], ids=["ms", "counted"])
def test_no_case_at_all_turns_the_other_way(text: str) -> None:
    """z3 finds no case for a turn that was ruled out, of any criterion or the root goal."""
    policy = policy_of(text)
    base = OpenPolicy(policy)
    ruled_out = 0
    for mutant in sample(mutants(policy), 3):
        comparison = Comparison(base, mutant.policy)
        for predicate in (comparison.root, *comparison.criteria()):
            if predicate in comparison.unchanged:
                continue
            for before, after in TURNS:
                if (after > before) not in comparison.ways(predicate):
                    asked = comparison.turning(predicate, before, after)
                    assert not base.search.possible(asked, comparison.inputs(predicate)), (mutant.id, predicate)
                    ruled_out += 1
    assert ruled_out > 10


def test_what_a_change_rules_out_is_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a threshold that asks for more the three ways up are not put to z3."""
    old, new = (build_policy(each.encode(), "p.pl") for each in (MS, edited(MS, ("Score > 3.5", "Score > 4"))))
    comparison = Comparison(OpenPolicy(old, None, [new]), new)
    asked: list[tuple[Status, Status]] = []
    smallest = comparison.smallest

    def noted(predicate: Predicate, before: Status, after: Status) -> object:
        asked.append((before, after))
        return smallest(predicate, before, after)

    monkeypatch.setattr(comparison, "smallest", noted)
    assert comparison.shift(comparison.root).relation == "less permissive"
    assert len(asked) == 3
    assert all(after < before for before, after in asked)
