"""A mutant is killed by a case that the deciding engine decides otherwise; else no case within the bounds does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations, product

import pytest

from kb.answers import Answers, Status
from kb.case_text import case_text
from kb.decide import decide
from kb.policy import Policy, build_policy
from kb.problems import ProblemsError
from kb.read_case import read_case
from kb.regression.comparison import turned
from kb.regression.kill import Kill, Killer, instances
from kb.regression.mutants import Mutant, mutants
from kb.solving.solver import GaveUp
from kb.syntax import Constant, Predicate
from tests.solving.enumerated import HEAD, JOINED, tried
from tests.support import HEADER


def mutant_of(policy: Policy, becomes: str) -> Mutant:
    """The one mutant that puts this in the place of something."""
    (found,) = (each for each in mutants(policy) if each.becomes == becomes)
    return found


def policy_of(text: str) -> Policy:
    return build_policy(text.encode(), "p.pl")


def replayed(kill: Kill) -> tuple[Status, Status]:
    """The statuses of the goal by the deciding engine, of the case as a file, under the policy and the mutant."""
    policy = kill.mutant.original
    case = read_case(case_text(kill.record), "kill.case.yaml", policy.vocabulary)
    before, after = (decide(each, case, kill.readings).answers for each in (policy, kill.mutant.policy))
    return before.status(kill.goal), after.status(kill.goal)


RULES = """
:- input(age(P: case, Number: integer), one, "?").
:- input(dose(P: case, Amount: decimal), one, "?").
:- input(word(P: case, Words: text), many, "?").
"""


@pytest.mark.parametrize(
    "rule",
    [
        "age(P, N), N > 1000",
        "age(P, N), N > 123456789",
        "age(P, N), N > -5",
        "age(P, 2000)",
        "age(P, N), N > 999999999999999998",
        "dose(P, N), N > 3.50",
        "dose(P, N), N > 3.123456",
        "dose(P, 3.55)",
        "dose(P, N), N > 99999999999999999.5",
        "dose(P, N), dose(P, M), N >= M, N < 0.01",
        'word(P, "a note")',
        r'word(P, "yes: # \"{\" \\\\ 東京")',
        'word(P, "text 1")',
        'word(P, W), W \\\\= "a note"',
        "case(P), at_least(3, W, word(P, W))",
        'word(P, "2024-01-01"), word(P, "true")',
    ],
)
def test_every_threshold_and_text_can_be_told_apart(rule: str) -> None:
    """However large, small, fine or odd a constant is, the mutants of it are killed: none is called equivalent."""
    text = HEADER + RULES + "eligible(P) :- requested_on(P, _), " + rule.replace("\\\\", "\\") + ".\n"
    policy = policy_of(text)
    killer = Killer(policy)
    for mutant in mutants(policy):
        kill = killer.kill(mutant)
        # That `N >= M` is always so where both are one value is the one thing that nothing can show.
        if kill is None:
            assert mutant.was == "N >= M" or "dose(P, M)" in mutant.was, mutant
        else:
            assert replayed(kill) == (kill.before, kill.after)


@pytest.mark.parametrize("text", ['word(P, "   ")', r'word(P, "a\x7\b")'])
def test_a_text_that_no_case_can_state_makes_a_rule_that_nothing_meets(text: str) -> None:
    """Blank, or with a control character: it never holds for certain, and may hold where it is unknown."""
    policy = policy_of(HEADER + RULES + f"eligible(P) :- requested_on(P, _), {text}.\n")
    for mutant in mutants(policy):
        kill = Killer(policy).kill(mutant)
        assert kill is None or replayed(kill) == (kill.before, kill.after)


def test_a_grant_that_rests_on_more_than_the_root_goal_is_looked_at() -> None:
    """A catalogue below the root goal that only the grant takes a value from."""
    policy = policy_of(
        HEAD
        + """
:- input(size(P: case, Number: integer), one, "?").
:- grant(units/2, 'A', "{Number}").
amount(1, 5).
amount(2, 10).
ok(P) :- size(P, Size), amount(Size, _).
units(P, Number) :- ok(P), size(P, Size), amount(Size, Number).
"""
    )
    kill = Killer(policy).kill(mutant_of(policy, "amount(1, 6)"))
    assert kill is not None
    assert kill.goal.name == "units"
    assert Status.MET in replayed(kill)


def test_a_difference_that_only_names_of_unknown_values_make_kills_nothing() -> None:
    """Which of two unknown values a row has is not seen by a suite; a case with known values is found instead."""
    policy = policy_of(
        JOINED.replace(
            "alone(P, Size) :- bead(P, Colour, Size)", "alone(P, Size) :- bead(P, Colour, Size), bead(P, _, Size)"
        )
    )
    for mutant in mutants(policy):
        kill = Killer(policy).kill(mutant)
        assert kill is None or replayed(kill) == (kill.before, kill.after)


def test_a_policy_that_nothing_is_approved_by_still_has_its_mutants_killed() -> None:
    """Without a usual case witnesses are told by how they depart from a case that says nothing."""
    policy = policy_of(
        HEAD
        + r"""
:- input(sure(P: case), one, "?").
:- criterion(known/1, 'A', "known").
known(P) :- sure(P), asked_on(P, Day), Day >= '2024-01-01'.
ok(P) :- known(P), \+ sure(P).
"""
    )
    killer = Killer(policy)
    assert not killer.base.usual
    kill = killer.kill(mutant_of(policy, "Day >= '2024-01-02'"))
    assert kill is not None
    assert len(kill.departures) == 1
    assert Constant("date", date(2024, 1, 1)) in {
        term for each in kill.departures if not isinstance(each.held, bool | None) for term in each.held.fields
    }


def test_a_policy_that_defines_a_predicate_by_itself_is_refused() -> None:
    """What is beyond solving is said, with the predicate's name."""
    text = HEADER + "eligible(P) :- case(P), linked(P). linked(P) :- eligible(P). linked(P) :- requested_on(P, _).\n"
    with pytest.raises(ProblemsError, match="defined by itself"):
        Killer(policy_of(text))


def test_headers_and_inputs_of_every_look_are_solved_for() -> None:
    """A policy in force long ago or far ahead, inputs of several fields, names that begin alike."""
    for year, (kind, fields) in product(
        ("0001", "1850", "9999"), (("one", "A: integer, B: date"), ("many", "Rows: text"))
    ):
        rules = f"""
:- input(thing(P: case, {fields}), {kind}, "?").
:- input(thing1(P: case, Number: integer), one, "?").
eligible(P) :- requested_on(P, _), thing(P{", _" * (fields.count(",") + 1)}), thing1(P, 3).
"""
        policy = policy_of(HEADER.replace("2024-01-01", f"{year}-01-01") + rules)
        for mutant in mutants(policy):
            kill = Killer(policy).kill(mutant)
            assert kill is not None, mutant.id
            assert replayed(kill) == (kill.before, kill.after), mutant.id


def test_what_takes_more_rows_than_the_bounds_have_is_no_equivalent() -> None:
    """A trial less is asked for: the case that shows it has three, where the bounds have two."""
    policy = policy_of(tried(4))
    killer = Killer(policy)
    assert killer.base.bounds.rows == {"trial": 2}
    dropped = [each for each in mutants(policy) if each.operator == "literal-dropped" and "had_" in each.was]
    assert len(dropped) == 4
    for mutant in dropped:
        kill = killer.kill(mutant)
        assert kill is not None
        assert isinstance(kill.record["trial"], list)
        assert len(kill.record["trial"]) == 3
        assert replayed(kill) == (kill.before, kill.after)


def test_what_takes_too_many_rows_is_undecided() -> None:
    """That no case within the bounds shows a difference says nothing then."""
    policy = policy_of(tried(12))
    dropped = next(each for each in mutants(policy) if each.operator == "literal-dropped" and "had_" in each.was)
    with pytest.raises(GaveUp):
        Killer(policy).kill(dropped)


def test_a_shorter_span_in_months_is_one_in_days_too() -> None:
    """Less than 12 months are never more than 366 days, so the first rule adds nothing, whatever the reading."""
    policy = policy_of(
        HEAD
        + r"""
:- input(dose(P: case, Date: date), many, "?").
:- reading(edge, outside, [inside], "Whether the day itself counts.").
recent(P) :- reading(edge, outside), dose(P, Date), asked_on(P, Day), Date =< Day,
    months_between(Date, Day, Months), Months < 12.
recent(P) :- reading(edge, inside), dose(P, Date), asked_on(P, Day), Date =< Day,
    days_between(Date, Day, Days), Days =< 366.
ok(P) :- asked_on(P, _), \+ recent(P).
"""
    )
    dropped = next(each for each in mutants(policy) if each.was == "reading(edge, outside)" and not each.becomes)
    killer = Killer(policy)
    assert killer.kill(dropped) is None
    assert killer.kill(mutant_of(policy, "Months < 13")) is not None
    assert killer.kill(mutant_of(policy, "Days =< 365")) is not None


SHADES = """
:- type(colour, [red, green, blue]).
:- input(bead(P: case, Colour: colour), many, "?").
:- criterion(shade/2, 'A', "{Colour}").
:- criterion(ok/1, 'A', "ok").
shade(P, Colour) :- bead(P, Colour).
ok(P) :- shade(P, red).
"""


def test_which_goal_a_case_is_about_does_not_hang_on_the_order_of_answers() -> None:
    """An engine gives its rows in an order of chance, and a file of a suite names one of them."""
    policy = policy_of(HEAD.replace(":- criterion(ok/1, 'A', \"ok\").\n", "") + SHADES)
    decision = decide(policy, read_case("case: c\nbead: [red, blue, green]\n", "c.case.yaml", policy.vocabulary))
    shade = Predicate("shade", 2)
    rows = list(decision.answers.of(shade).items())
    assert len(rows) == 3
    listed = [
        [*instances(shade, replace(decision, answers=Answers({shade: dict(order)})))] for order in permutations(rows)
    ]
    assert all(each == listed[0] for each in listed)
    statuses = [replace(decision.answers, rows={shade: dict(order)}) for order in permutations(rows)]
    names = {turned((shade, shade), Status.MET, Status.NOT_MET, (each, Answers({}))) for each in statuses}
    assert len(names) == 1
