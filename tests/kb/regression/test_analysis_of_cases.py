"""What follows from what, what asks for least, where readings differ: each on purpose, and not where it is not so."""

from __future__ import annotations

import pytest

from kb.answers import Status
from kb.problems import ProblemsError
from kb.regression.analysis import PARTS, analyze
from tests.kb.regression.analysed import AGE, DECLARED, SCHEDULE, found, made
from tests.support import policy_of


def implied(rules: str, *criteria: str) -> set[tuple[str, str]]:
    return {(each.met.name, each.too.name) for each in found(rules, *criteria).implications}


# Criteria that follow from others


def test_a_criterion_that_asks_for_more_implies_the_other() -> None:
    """And not the other way round."""
    rules = "old(P) :- years(P, Y), Y >= 21.\nyoung(P) :- years(P, Y), Y >= 12.\nfree(P) :- benefit(P)."
    assert implied(rules, "old/1", "young/1", "free/1") == {("old", "young")}


def test_criteria_that_ask_for_the_same_imply_each_other() -> None:
    """Both ways are found."""
    rules = "one(P) :- benefit(P).\nsame(P) :- benefit(P), case(P)."
    assert {("one", "same"), ("same", "one")} <= implied(rules, "one/1", "same/1")


def test_a_criterion_that_rests_on_another_is_not_told_to_imply_it() -> None:
    """Whoever reads the policy sees that."""
    assert implied("both(P) :- one(P), hazard(P, hiv).\none(P) :- years(P, 3).", "both/1", "one/1") == set()


def test_what_is_never_met_and_what_is_always_met_imply_nothing() -> None:
    """They would imply everything, or be implied by it."""
    rules = "odd(P) :- years(P, Y), Y > 30, Y < 20.\nsure(P) :- case(P).\nold(P) :- years(P, Y), Y > 30."
    assert implied(rules, "odd/1", "sure/1", "old/1") == set()


def test_an_implication_holds_under_the_readings_that_were_chosen() -> None:
    """At 18 the one implies the other, at 17 it does not."""
    rules = AGE + "adult(P) :- years(P, Years), Years >= 18, benefit(P).\nteen(P) :- years(P, Years), Years >= 18."
    policy = made(rules, "age/1", "teen/1")

    def pairs(**readings: str) -> set[tuple[str, str]]:
        return {(each.met.name, each.too.name) for each in analyze(policy, readings).implications}

    assert ("age", "teen") not in pairs()
    assert ("age", "teen") in pairs(minimum="adult")


def test_three_trials_imply_one_and_not_the_benefit() -> None:
    """With as many rows as the bounds have for a start neither could be told."""
    rules = """all(P) :- trial(P, avonex, _), trial(P, rebif, _), trial(P, other, _).
one(P) :- trial(P, rebif, _).
paid(P) :- benefit(P)."""
    assert implied(rules, "all/1", "one/1", "paid/1") & {("all", "one"), ("all", "paid")} == {("all", "one")}


def test_a_schedule_that_is_kept_implies_nothing_for_want_of_rows() -> None:
    """Not that there was never a note, with which the schedule begins."""
    rules = SCHEDULE.replace("wanted(Drug),", "note(P, _), wanted(Drug),")
    rules += "free(P) :- case(P), \\+ note(P, _).\nfirst(P) :- trial(P, avonex, _)."
    assert implied(rules, "kept/1", "free/1", "first/1") == {("free", "kept")}


# The least that the root goal asks for


def test_a_way_documents_what_is_needed_and_no_more() -> None:
    """Its case is plain, and the engine approves it."""
    root = "age(P), trial(P, avonex, _), \\+ hazard(P, hiv)"
    (way,) = found(AGE, root=root).ways
    assert dict(way.record) == {
        "case": "witness",
        "policy": "small",
        "years": 20,
        "hazard": {"hiv": False},
        "trial": way.record["trial"],
    }
    assert [row["drug"] for row in way.record["trial"]] == ["avonex"]  # type: ignore[attr-defined]
    assert way.stated == 3
    assert way.decision.verdict == "proved"


def test_each_way_goes_without_something_that_those_before_it_ask_for() -> None:
    """The least first, and no more than three."""
    rules = """fit(P) :- years(P, Y), Y > 20.
fit(P) :- hazard(P, hiv), hazard(P, infection).
fit(P) :- trial(P, avonex, _), trial(P, rebif, _), benefit(P).
fit(P) :- note(P, "a"), note(P, "b"), note(P, "c"), note(P, "d")."""
    analysis = found(rules, root="fit(P)")
    assert [way.stated for way in analysis.ways] == [1, 2, 3]
    assert [set(way.record) - {"case", "policy"} for way in analysis.ways] == [
        {"years"},
        {"hazard"},
        {"trial", "benefit"},
    ]


def test_a_clause_of_the_root_goal_that_asks_for_more_has_a_way_too() -> None:
    """The three that ask for least are all by the other clause."""
    rules = """fit(P) :- years(P, Y), Y > 20.
fit(P) :- benefit(P).
fit(P) :- hazard(P, hiv)."""
    more = 'note(P, "a"), trial(P, _, _), hazard(P, infection).\neligible(P) :- fit(P)'
    ways = found(rules, root=more).ways
    assert [way.stated for way in ways] == [1, 1, 1, 3]
    assert ways[3].clause.span.line < ways[0].clause.span.line


def test_a_policy_that_approves_nothing_has_no_way() -> None:
    """That is a finding about its root goal."""
    analysis = found("odd(P) :- years(P, Y), Y > 30, Y < 20.", "odd/1", root="odd(P)")
    assert analysis.ways == ()
    assert {each.predicate.name for each in analysis.constants} == {"odd", "eligible"}


# Readings


def test_the_witness_of_two_readings_is_decided_by_the_engine_under_both() -> None:
    """At 17, one is proved and the other refuted."""
    (split,) = found(AGE, "age/1", root="age(P)").splits
    assert split.statuses == (Status.MET, Status.NOT_MET)
    assert split.record is not None
    assert split.record["years"] == 17
    assert split.decisions is not None
    assert [each.verdict for each in split.decisions] == ["proved", "refuted"]
    assert [each.readings["minimum"] for each in split.decisions] == ["seventeen", "adult"]


def test_readings_that_no_verdict_rests_on_differ_in_a_criterion() -> None:
    """An advisory here."""
    rules = ":- advisory(young/1, 'A', \"young\").\nyoung(P) :- reading(minimum, adult), years(P, Y), Y < 18."
    (split,) = found(rules).splits
    assert split.goal is not None
    assert split.goal.name == "young"
    assert split.statuses is not None
    assert Status.NOT_MET in split.statuses


def test_readings_that_differ_in_nothing_have_no_witness() -> None:
    """The clause that tests them can never be met, nor left undocumented."""
    rules = "none(P) :- benefit(P).\nnone(P) :- reading(minimum, adult), trial(P, Drug, _), far(Drug), near(Drug).\n"
    rules += "far(avonex).\nnear(rebif)."
    (split,) = found(rules, "none/1").splits
    assert (split.goal, split.record) == (None, None)


def test_every_pair_of_three_values_is_told() -> None:
    """In the order of the file."""
    text = DECLARED.replace("[adult]", "[adult, senior]") + AGE
    text += "age(P) :- reading(minimum, senior), years(P, Y), Y >= 60.\neligible(P) :- age(P).\n"
    splits = analyze(policy_of(text)).splits
    assert [each.values for each in splits] == [("seventeen", "adult"), ("seventeen", "senior"), ("adult", "senior")]
    assert all(each.goal is not None for each in splits)


def test_a_policy_without_readings_is_analysed() -> None:
    """Every other part is there."""
    text = DECLARED.partition(":- reading")[0] + "eligible(P) :- benefit(P).\neligible(P) :- benefit(P), years(P, 3).\n"
    analysis = analyze(policy_of(text))
    assert analysis.splits == ()
    assert len(analysis.redundant) == 1
    assert len(analysis.ways) == 1
    assert analysis.bounds


# The whole


def test_the_parts_are_told_as_they_begin() -> None:
    """In their order."""
    parts: list[str] = []
    analyze(made(""), told=parts.append)
    assert tuple(parts) == PARTS


def test_an_analysis_is_the_same_every_time() -> None:
    """Also after others in the same process."""
    root = "age(P), trial(P, _, _), \\+ hazard(P, hiv)"
    first, second = (analyze(made(AGE, "age/1", root=root)) for _ in range(2))
    assert [way.record for way in first.ways] == [way.record for way in second.ways]
    assert [split.record for split in first.splits] == [split.record for split in second.splits]


def test_a_policy_beyond_solving_and_a_reading_that_is_not_offered_are_bad_input() -> None:
    """As for every question to the solver."""
    with pytest.raises(ProblemsError, match="beyond what can be solved for"):
        analyze(made("again(P) :- benefit(P).\nagain(P) :- again(P), years(P, 3).", root="again(P)"))
    with pytest.raises(ProblemsError, match="no value of the reading"):
        analyze(made(AGE, root="age(P)"), {"minimum": "child"})
