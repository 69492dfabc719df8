"""The difference of two editions by meaning: what is told, within which bounds, and with which witness."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import partial
from random import Random

import pytest

from kb.answers import Status
from kb.case_text import case_text
from kb.decide import decide
from kb.policy import Policy, build_policy
from kb.problems import ProblemsError
from kb.read_case import read_case
from kb.regression import comparison as comparing
from kb.regression.comparison import TURNS, Comparison, ReplayError
from kb.regression.difference import Meaning, Shift
from kb.regression.meaning import compare
from kb.regression.mutants import mutants
from kb.regression.open_policy import OpenPolicy
from kb.syntax import Predicate
from tests.editions import edited
from tests.solving.enumerated import COUNTED, HEAD, NEGATED, READ, tried
from tests.support import HEADER, MS

MET, UNDOCUMENTED, NOT_MET = Status.MET, Status.UNDOCUMENTED, Status.NOT_MET
UP = {(NOT_MET, MET), (NOT_MET, UNDOCUMENTED), (UNDOCUMENTED, MET)}
KINDS = (
    HEADER
    + """
:- type(kind, [old]).
:- input(kind(P: case, Kind: kind), one, "Which?").
:- input(sure(P: case), one, "Sure?").
eligible(P) :- kind(P, _).
eligible(P) :- sure(P).
"""
)


SIZES = (
    HEADER
    + r"""
:- type(kind, [left, right, other]).
:- input(item(P: case, Kind: kind, Size: integer), many, "Which items?", [noun("item")]).
:- input(sealed(P: case), one, "Sealed?").
large_left(P) :- item(P, left, Size), Size >= 3.
large_right(P) :- item(P, right, Size), Size >= 3.
eligible(P) :- large_left(P), large_right(P), plain(P).
eligible(P) :- sealed(P), plain(P), \+ item(P, left, _).
plain(P) :- case(P), \+ item(P, other, _).
"""
)


def policy_of(text: str) -> Policy:
    return build_policy(text.encode(), "p.pl")


def difference(text: str, *changes: tuple[str, str], readings: dict[str, str] | None = None) -> Meaning:
    """What an edit of a policy changes, each witness decided again from its file."""
    old, new = policy_of(text), policy_of(edited(text, *changes))
    found = compare(old, new, readings)
    for shift in (found.root, *found.criteria):
        for each in shift.transitions:
            witness = each.witness
            assert witness is not None
            for policy, decision in ((old, witness.before), (new, witness.after)):
                case = read_case(case_text(witness.record), "w.case.yaml", policy.vocabulary)
                chosen = {name: value for name, value in (readings or {}).items() if name in policy.vocabulary.readings}
                assert decide(policy, case, chosen).answers.rows == decision.answers.rows
            if shift is not found.root:
                statuses = witness.before.answers.status(witness.goal), witness.after.answers.status(witness.goal)
                assert statuses == (each.before, each.after)
    return found


def shift_of(found: Meaning, goal: str) -> Shift:
    (shift,) = (each for each in found.criteria if each.goal == goal)
    return shift


def turns(shift: Shift) -> set[tuple[Status, Status]]:
    return {(each.before, each.after) for each in shift.transitions}


@pytest.mark.parametrize(
    ("change", "relation", "root"),
    [
        (("Months >= 3", "Months >= 1"), "more permissive", UP),
        (("Months >= 3", "Months >= 4"), "less permissive", {(after, before) for before, after in UP}),
        (("Months >= 3", "3 =< Months"), "equivalent", set()),
        (("Months >= 3", "Months > 2"), "equivalent", set()),
    ],
)  # fmt: skip
def test_a_threshold_turns_the_verdict_in_the_ways_that_it_can(
    change: tuple[str, str], relation: str, root: set[tuple[Status, Status]]
) -> None:
    """More permissive, less permissive, or equivalent, however it is written."""
    found = difference(MS, change)
    assert (found.root.relation, turns(found.root)) == (relation, root)


def test_what_is_undocumented_counts_between_met_and_not_met() -> None:
    """A second way to a goal lifts it as far as the record goes: to met, or to undocumented."""
    found = difference(
        MS,
        (
            "clear(P) :- case(P), \\+ hazard(P, _).",
            "clear(P) :- hazard(P, hiv).\nclear(P) :- case(P), \\+ hazard(P, _).",
        ),
    )
    assert shift_of(found, "clear(P)").relation == "more permissive"
    assert turns(shift_of(found, "clear(P)")) == {(NOT_MET, MET), (NOT_MET, UNDOCUMENTED)}


def test_readings_hold_for_both_editions() -> None:
    """A clause that tests a reading is compared under the reading that is chosen, and under the default else."""
    change = (
        "reading(window, trial), trial(P, _, Start, End),",
        "reading(window, trial), trial(P, avonex, Start, End),",
    )
    assert difference(MS, change).root.relation == "equivalent"
    assert difference(MS, change, readings={"window": "trial"}).root.relation == "less permissive"
    with pytest.raises(ProblemsError, match="no reading"):
        compare(policy_of(MS), policy_of(MS), {"windows": "trial"})


def test_another_default_of_a_reading_is_a_difference() -> None:
    """No clause changes, and yet other cases are decided otherwise."""
    found = difference(READ, ("reading(way, strict, [loose]", "reading(way, loose, [strict]"))
    assert shift_of(found, "old(P)").relation == "more permissive"
    assert shift_of(found, "enough(P, Amount)").relation == "equivalent"


def test_the_root_goal_is_compared_whatever_it_is_called() -> None:
    """With another name and the same clauses it is equivalent, with a clause less it is not."""
    renamed = (
        ("root(ok)", "root(fine)"), ("criterion(ok/1", "criterion(fine/1"),
        ("ok(P) :-", "fine(P) :-"), ("ok(P), liked", "fine(P), liked"),
    )  # fmt: skip
    found = difference(NEGATED, *renamed)
    assert found.root.relation == "equivalent"
    assert any("another name" in each for each in found.notes)
    assert (
        difference(NEGATED, *renamed, ("fine(P) :- none(P), liked(P, red).\n", "")).root.relation == "less permissive"
    )


def test_a_root_goal_that_is_no_criterion_is_compared_too() -> None:
    """It has no section, and is told by its name."""
    text = HEAD.replace(":- criterion(ok/1, 'A', \"ok\").\n", "") + "ok(P) :- asked_on(P, D), D > '2024-01-01'.\n"
    found = difference(text, ("D > ", "D >= "))
    assert (found.root.goal, found.root.relation, found.criteria) == ("ok(P)", "more permissive", ())


def test_what_only_one_edition_knows_is_silent_and_told() -> None:
    """Of an input or an item that only one of them has every case is without, in the formulas as by the engine."""
    added = (
        (":- input(signed", ':- input(known(P: case), one, "?").\n:- input(signed'),
        ("two_of(signed(P)", "two_of(known(P)"),
    )
    found = difference(NEGATED, *added)
    assert any("known is known to the new edition alone" in each for each in found.notes)
    grown = difference(NEGATED, ("[red, green]", "[red, green, blue]"))
    assert turns(shift_of(grown, "none(P)")) == {(MET, UNDOCUMENTED)}
    assert any("without blue" in each for each in grown.notes)


def test_a_kind_that_changes_makes_silence_say_something_else() -> None:
    """A list of which nothing is said may hold two dates; a single date may not."""
    found = difference(COUNTED, ('seen(P: case, On: date), many, "?"', 'seen(P: case, On: date), one, "?"'))
    assert (UNDOCUMENTED, NOT_MET) in turns(shift_of(found, "twice(P)"))
    assert any("given differently" in each for each in found.notes)


def test_a_grant_that_follows_the_root_goal_alone_is_not_told_again() -> None:
    """One that takes more from what changed is."""
    text = (
        HEADER
        + """
:- input(size(P: case, Number: integer), one, "?").
:- grant(plain/1, 'A', "plain").
:- grant(units/2, 'A', "{Number}").
amount(1, 5).
plain(P) :- eligible(P).
units(P, Number) :- eligible(P), size(P, Size), amount(Size, Number).
eligible(P) :- requested_on(P, _), size(P, Size), amount(Size, _).
"""
    )
    found = difference(text, ("amount(1, 5).", "amount(1, 6)."))
    assert found.root.relation == "equivalent"
    assert [each.goal for each in found.criteria if each.relation != "equivalent"] == ["units(P, Number)"]
    assert shift_of(found, "units(P, Number)").relation == "incomparable"
    more = difference(text, ("amount(1, 5).\n", "amount(1, 5).\namount(2, 5).\n"))
    assert more.root.relation == "more permissive"
    assert [each.goal for each in more.criteria] == ["units(P, Number)"]


def test_bounds_of_both_editions_hold() -> None:
    """What either of them names and counts can be stated, so that a change of it is seen; the words tell the range."""
    text = (
        HEADER
        + """
:- input(size(P: case, Number: decimal), one, "?").
:- input(seen(P: case, Day: date), many, "?", [noun("sighting")]).
eligible(P) :- requested_on(P, _), size(P, Size), Size > 5, at_least(2, Day, seen(P, Day)).
"""
    )
    found = difference(text, ("Size > 5", "Size > 5.0001"), ("at_least(2", "at_least(4"))
    assert found.root.relation == "less permissive"
    assert "at most 5 of each: sighting" in found.bounds
    assert any("5 decimal places" in each for each in found.bounds)
    assert any(each.startswith("dates from 1900 to 2100") for each in found.bounds)


def test_a_case_with_more_rows_than_the_bounds_have_is_found() -> None:
    """Three trials do where four were asked for; with two nothing can be told apart."""
    found = difference(tried(4), ("had_drug_0(P), had_drug_1(P)", "had_drug_1(P)"))
    assert found.root.relation == "more permissive"
    assert "at most 2 of each: trial" in found.bounds
    assert "up to 6 more of a list where what is asked takes them" in found.bounds
    (witness,) = (each.witness for each in found.root.transitions if (each.before, each.after) == (NOT_MET, MET))
    assert witness is not None
    assert isinstance(witness.record["trial"], list)
    assert len(witness.record["trial"]) == 3


def test_a_turn_from_undocumented_takes_rows_for_what_was_known_and_for_what_is() -> None:
    """Two items meet both goals now; a third of an unknown size left one of them open before."""
    text = "".join(line for line in SIZES.splitlines(keepends=True) if "\\+" not in line).replace(", plain(P)", "")
    found = difference(text, ("Size >= 3", "Size >= 2"))
    assert "at most 2 of each: item" in found.bounds
    assert turns(found.root) == UP
    (witness,) = (each.witness for each in found.root.transitions if (each.before, each.after) == (UNDOCUMENTED, MET))
    assert witness is not None
    assert isinstance(witness.record["item"], list)
    assert len(witness.record["item"]) == 3


@pytest.mark.parametrize(("text", "seed"), [(SIZES, 1), (SIZES, 2), (SIZES, 3), (MS, 1), (tried(4), 1)])
def test_with_more_rows_from_the_start_no_other_turn_is_found(text: str, seed: int) -> None:
    """What is not found within the bounds is looked for with as many rows as it takes, whatever the mistakes."""
    made = list(mutants(policy_of(text)))
    old, new = (each.policy for each in Random(seed).sample(made, 2))
    few, many = (compare(old, new, rows=rows) for rows in (0, 4))
    assert few.bounds != many.bounds
    for first, second in zip((few.root, *few.criteria), (many.root, *many.criteria), strict=True):
        assert (turns(first), first.relation) == (turns(second), second.relation), first.goal


def test_where_a_difference_could_take_too_many_rows_nothing_is_claimed() -> None:
    """Twelve trials are more than are looked at."""
    found = difference(tried(12), ("had_drug_0(P), had_drug_1(P)", "had_drug_1(P)"))
    assert found.root.relation == "undecided"


def test_of_an_enumeration_without_a_common_value_nothing_is_stated() -> None:
    """Cases in which the input is silent remain, and tell the editions apart."""
    found = difference(KINDS, ("[old]", "[new]"), ("eligible(P) :- sure(P).", ""))
    assert found.root.relation == "less permissive"
    assert turns(found.root) == {(MET, UNDOCUMENTED)}
    assert "of kind only the values that both editions know are used, without new, old" in found.notes


def test_what_cannot_turn_whatever_the_rest_says_is_ruled_out_at_once() -> None:
    """Under a stricter threshold nothing is met that was not before, whatever the rest of a case says."""
    comparison = Comparison(OpenPolicy(policy_of(MS)), policy_of(edited(MS, ("Score > 3.5", "Score > 4.5"))))
    root = comparison.root
    imagined = {
        turn
        for turn in TURNS
        if comparison.imaginable(root, partial(Comparison.turning, predicate=root, before=turn[0], after=turn[1]))
    }
    assert imagined == {(after, before) for before, after in UP}
    assert {turn for turn in TURNS if comparison.can_turn(root, *turn)} == imagined
    assert "hazard" not in comparison.reached(comparison.root)
    assert "hazard" in comparison.inputs(comparison.root)


def test_what_is_said_alike_and_rests_on_the_change_is_read() -> None:
    """A goal whose own clauses say the same is no guess where something below it has changed."""
    comparison = Comparison(OpenPolicy(policy_of(MS)), policy_of(edited(MS, ("Score > 3.5", "Score > 4.5"))))
    assert Predicate("clear", 1) in guesses(comparison)
    assert not guesses(comparison) & {Predicate("disabled", 1), Predicate("step", 1), comparison.root}


def test_what_rests_on_the_same_inputs_is_no_guess() -> None:
    """What says the same and reads nothing that the changed goals do not read keeps what it says, with every row."""
    policy = edited(MS, ("step(P), clear(P)", "step(P), clear(P), relapse(P, _), requested_on(P, _)"))
    comparison = Comparison(OpenPolicy(policy_of(policy)), policy_of(edited(policy, ("Score > 3.5", "Score > 4.5"))))
    assert guesses(comparison) == {Predicate("clear", 1)}


def guesses(comparison: Comparison) -> AbstractSet[Predicate]:
    """What may have any status where it is asked whether the root goal could turn."""
    guessed = comparison.guessing(comparison.root)
    return guessed.formulas[0].given.keys() - comparison.formulas[0].given.keys()


def test_recursion_is_refused_in_either_edition() -> None:
    """The message names the predicate."""
    looped = HEADER + "eligible(P) :- case(P), linked(P). linked(P) :- eligible(P). linked(P) :- requested_on(P, _).\n"
    plain = HEADER + "eligible(P) :- requested_on(P, _).\n"
    for old, new in ((looped, plain), (plain, looped)):
        with pytest.raises(ProblemsError, match="defined by itself"):
            compare(policy_of(old), policy_of(new))


def test_a_witness_that_the_engine_decides_otherwise_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Formulas and engine check each other: were one of them wrong, it would be said and nothing claimed."""
    old = policy_of(MS)
    monkeypatch.setattr(comparing, "decide_again", lambda before, *_: before)
    with pytest.raises(ReplayError, match="disagrees"):
        compare(old, policy_of(edited(MS, ("Months >= 3", "Months >= 1"))))


def test_other_readings_do_not_reach_the_ones_that_were_chosen() -> None:
    """An edition under another reading, made after its readings were opened, opens them from its own choice."""
    base = OpenPolicy(policy_of(READ))
    assert base.any_reading.readings == {"way": "strict", "unit": "ten"}
    other = base.under({"way": "loose"})
    assert other.any_reading.readings["way"] == "loose"
    assert base.formulas.status(Predicate("old", 1)).must is not other.formulas.status(Predicate("old", 1)).must


def test_another_reading_is_compared_where_other_clauses_differ_under_it() -> None:
    """What counts under it alone is told, with a case that the engine decides so under it, and not by default."""
    found = difference(MS, ("Date =< End)", "Date < End)"))
    assert found.root.relation == "equivalent"
    (shift,) = found.otherwise
    assert (shift.readings, shift.relation) == ({"window": "trial"}, "less permissive")
    witness = shift.transitions[0].witness
    assert witness is not None
    assert {each.readings["window"] for each in (witness.before, witness.after)} == {"trial"}
    assert witness.before.status > witness.after.status
    assert any("readings by default" in each for each in found.bounds)


@pytest.mark.parametrize("readings", [{"window": "request"}, {"window": "trial"}])
def test_a_reading_that_is_chosen_is_the_only_one(readings: dict[str, str]) -> None:
    """And an edit that counts under every reading is compared by default alone."""
    assert difference(MS, ("Date =< End)", "Date < End)"), readings=readings).otherwise == ()
    assert difference(MS, ("Months >= 3", "Months >= 6")).otherwise == ()


def test_what_rests_on_an_input_that_is_taken_differently_is_not_said_to_be_equivalent() -> None:
    """No case of the comparison states it; what rests on other inputs is compared all the same."""
    found = difference(MS, ('progression?", [document])', 'progression?", [])'))
    assert (found.root.relation, found.root.without) == ("undecided", ("lesions",))
    told = {each.goal: (each.relation, each.without) for each in found.criteria}
    assert told["clear(P)"] == ("equivalent", ())
    assert told["failed(P, Drug)"] == ("undecided", ("lesions",))


@pytest.mark.parametrize("new", ["Score > 3.6", "Score >= 3.6"])
def test_between_two_numbers_that_rules_name_there_is_room(new: str) -> None:
    """A score of 3.55 tells over 3.5 from 3.6 on, though no rule has two decimal places."""
    found = difference(MS, ("Score > 3.5", new))
    assert found.root.relation == "less permissive"


def test_policies_of_other_names_are_compared() -> None:
    """The witness is of both."""
    new = policy_of(edited(MS, ("policy(small", "policy(large"), ("Months >= 3", "Months >= 6")))
    assert compare(policy_of(MS), new).root.relation == "less permissive"


def test_the_dates_that_rules_name_are_within_the_bounds() -> None:
    """There is room on both sides of each, though it is centuries away."""
    far = ("Now), reading(window, request)", "Now), Now >= '2150-01-01', reading(window, request)")
    found = difference(edited(MS, far), ("Now >= '2150-01-01'", "Now > '2150-01-01'"))
    assert found.root.relation == "less permissive"
    assert any("dates from 1900 to 2151" in each for each in found.bounds)
