"""The analysis of one edition: each kind of finding where it is there on purpose, and none where it is not."""

from __future__ import annotations

from functools import cache

import pytest

from kb.answers import Status
from kb.policy import Policy
from kb.problems import ProblemsError
from kb.regression.analysis import PARTS, Analysis, analyze
from kb.regression.meaning import compare
from tests.support import HEADER, MS, policy_of

DECLARED = HEADER + (
    """
:- type(drug, [avonex: "Avonex", rebif: "Rebif", copaxone: "Copaxone", other: "Another"]).
:- type(hazard, [hiv: "HIV", infection: "an infection"]).
:- input(years(P: case, Years: integer), one, "How old?", [says("{Years} years old"), noun("age")]).
:- input(benefit(P: case), one, "Covered?", [says("covered"), noun("benefit")]).
:- input(hazard(P: case, Item: hazard), flags, "Which hazards?", [says("{Item}"), noun("hazard")]).
:- input(trial(P: case, Drug: drug, Start: date), many, "Which drugs?", [says("{Drug} from {Start}"), noun("trial")]).
:- input(note(P: case, Text: text), many, "Which notes?", [says("noted {Text}"), noun("note")]).
:- reading(minimum, seventeen, [adult], "the text says both").
"""
)
ROOT = 'note(P, "in order")'
AGE = """
age(P) :- reading(minimum, seventeen), years(P, Years), Years >= 17.
age(P) :- reading(minimum, adult), years(P, Years), Years >= 18.
"""


def made(rules: str, *criteria: str, root: str = ROOT) -> Policy:
    """A policy of these rules, with a criterion for each of these predicates."""
    named = "".join(f":- criterion({name}, 'A', \"the {name.partition('/')[0]}\").\n" for name in criteria)
    return policy_of(f"{DECLARED}{named}{rules}\neligible(P) :- {root}.\n")


@cache
def found(rules: str, *criteria: str, root: str = ROOT) -> Analysis:
    """What is found of it; every question must have been settled."""
    analysis = analyze(made(rules, *criteria, root=root))
    assert analysis.undecided == ()
    return analysis


def constants(rules: str, *criteria: str) -> dict[str, Status]:
    return {each.predicate.name: each.never for each in found(rules, *criteria).constants}


def spare(rules: str, *criteria: str) -> list[tuple[int, int | None, bool, bool]]:
    """Which of the rules are told, counted from 1: the rule, the one that covers it, whether never met, can go."""
    analysis = found(rules, *criteria)
    first = analysis.policy.program.text.partition(rules.strip())[0].count("\n")
    return [
        (each.clause.span.line - first, each.by.span.line - first if each.by else None, each.never, each.can_go)
        for each in analysis.redundant
    ]


def implied(rules: str, *criteria: str) -> set[tuple[str, str]]:
    return {(each.met.name, each.too.name) for each in found(rules, *criteria).implications}


# Criteria that never change


def test_a_criterion_that_contradicts_itself_can_never_be_met() -> None:
    """It is told, and no other is."""
    rules = "odd(P) :- years(P, Years), Years > 30, Years < 20.\nold(P) :- years(P, Years), Years > 30."
    assert constants(rules, "odd/1", "old/1") == {"odd": Status.MET}


def test_a_criterion_that_holds_either_way_can_never_fail() -> None:
    """It may be undocumented all the same; a plain negation can fail."""
    rules = "any(P) :- hazard(P, hiv).\nany(P) :- case(P), \\+ hazard(P, hiv).\nnone(P) :- case(P), \\+ hazard(P, hiv)."
    assert constants(rules, "any/1", "none/1") == {"any": Status.NOT_MET}


@pytest.mark.parametrize(
    "rule",
    [
        # Beyond what a number mostly is.
        "it(P) :- years(P, Years), Years > 5000.",
        "it(P) :- years(P, 70000).",
        "it(P) :- years(P, Years), Years < 0.",
        "it(P) :- years(P, Years), Years < -20.",
        # More rows than the bounds have for what is merely used.
        "it(P) :- trial(P, avonex, _), trial(P, rebif, _), trial(P, copaxone, _), trial(P, other, _).",
        "it(P) :- case(P), at_least(4, Drug, trial(P, Drug, _)).",
        "it(P) :- case(P), at_least(6, Text, note(P, Text)).",
        "it(P) :- trial(P, Drug, _), \\+ rare(Drug).\nrare(avonex).",
        "it(P) :- case(P), \\+ trial(P, _, _), \\+ hazard(P, _).",
        # Only under another reading than the default.
        "it(P) :- reading(minimum, adult), years(P, Years), Years >= 18.",
    ],
)
def test_what_some_case_meets_is_not_told_to_be_never_met(rule: str) -> None:
    """However far from usual the case, and whatever the reading."""
    assert constants(rule, "it/1") == {}
    assert spare(rule, "it/1") == []


def test_more_values_than_an_enumeration_has_can_never_be_counted() -> None:
    """There are four drugs."""
    assert constants("it(P) :- case(P), at_least(5, Drug, trial(P, Drug, _)).", "it/1") == {"it": Status.MET}


def test_a_criterion_with_further_arguments_can_never_be_met_for_any() -> None:
    """One that is met for some drug is not told."""
    rules = "tried(P, Drug) :- trial(P, Drug, _), step(Drug).\nodd(P, Drug) :- tried(P, Drug), far(Drug).\n"
    rules += "step(avonex).\nstep(rebif).\nfar(other)."
    assert constants(rules, "tried/2", "odd/2") == {"odd": Status.MET}


def test_what_fails_only_with_more_rows_is_not_told_to_never_fail() -> None:
    """It takes three trials to keep it from being met."""
    rules = "few(P) :- case(P), \\+ three(P).\nthree(P) :- trial(P, avonex, _), trial(P, rebif, _), trial(P, other, _)."
    assert constants(rules, "few/1") == {}


def test_what_takes_too_many_rows_is_left_undecided() -> None:
    """It is told by its section and its title, and nothing is claimed of it."""
    drugs = [f"drug_{number}" for number in range(6)]
    text = DECLARED.replace("other: ", f"{', '.join(drugs)}, other: ")
    text += ":- criterion(all/1, 'A', \"all of them\").\nall(P) :- "
    text += ", ".join(f"trial(P, {drug}, _)" for drug in drugs) + ".\neligible(P) :- benefit(P).\n"
    analysis = analyze(policy_of(text))
    assert analysis.constants == ()
    assert any(each.startswith("whether A (all of them) can be met: it takes more rows") for each in analysis.undecided)


# Clauses that add nothing


def test_a_clause_that_asks_for_more_than_another_is_shadowed() -> None:
    """The one that covers it is named, and stays."""
    rules = "tried(P) :- trial(P, avonex, _).\ntried(P) :- trial(P, _, _).\ntried(P) :- benefit(P)."
    assert spare(rules, "tried/1") == [(1, 2, False, True)]


def test_of_two_clauses_that_say_the_same_the_later_is_told() -> None:
    """Not both: one of them must stay."""
    assert spare("old(P) :- years(P, Y), Y > 17.\nold(P) :- years(P, Y), Y >= 18.", "old/1") == [(2, 1, False, True)]


def test_a_clause_that_only_others_together_cover_names_none() -> None:
    """Of three ranges the middle one lies within the two others."""
    rules = """fit(P) :- years(P, Y), Y >= 12, Y =< 18.
fit(P) :- years(P, Y), Y >= 10, Y =< 15.
fit(P) :- years(P, Y), Y >= 15, Y =< 20."""
    assert spare(rules, "fit/1") == [(1, None, False, True)]


def test_ranges_with_a_gap_cover_nothing() -> None:
    """One age is left to the middle clause."""
    rules = """fit(P) :- years(P, Y), Y >= 12, Y =< 18.
fit(P) :- years(P, Y), Y >= 10, Y =< 14.
fit(P) :- years(P, Y), Y >= 16, Y =< 20."""
    assert spare(rules, "fit/1") == []


def test_a_stricter_negation_is_shadowed() -> None:
    """No trial at all is no trial of one drug; not the other way round."""
    rules = "new(P) :- case(P), \\+ trial(P, avonex, _).\nnew(P) :- case(P), \\+ trial(P, _, _)."
    assert spare(rules, "new/1") == [(2, 1, False, True)]


def test_a_larger_count_is_shadowed_by_a_smaller_one() -> None:
    """Counts over rows and over goals."""
    rules = "two(P) :- case(P), at_least(3, D, trial(P, D, _)).\ntwo(P) :- case(P), at_least(2, D, trial(P, D, _))."
    assert spare(rules, "two/1") == [(1, 2, False, True)]
    rules = "two(P) :- case(P), two_of(benefit(P), hazard(P, hiv), hazard(P, infection)).\n"
    rules += "two(P) :- case(P), one_of(benefit(P), hazard(P, hiv)).\n"
    assert spare(rules, "two/1") == [(1, 2, False, True)]
    rules = rules.replace("one_of(benefit(P), hazard(P, hiv))", "one_of(benefit(P))")
    assert spare(rules.replace("one_of(benefit(P))", "benefit(P)"), "two/1") == []


def test_a_clause_of_another_reading_adds_something() -> None:
    """Even where the default covers it: each clause serves its own reading."""
    assert spare(AGE, "age/1") == []
    wide = AGE + "age(P) :- reading(minimum, adult), benefit(P)."
    assert spare(wide, "age/1") == []
    assert [each[:2] for each in spare(AGE + "age(P) :- years(P, Years), Years >= 18.", "age/1")] == [(3, None)]


def test_a_clause_that_only_leaves_something_undocumented_must_not_go() -> None:
    """Two ages at once are never met, but undocumented where the age is."""
    rules = "fit(P) :- benefit(P).\nfit(P) :- years(P, Years), Years > 30, Years < 20."
    assert spare(rules, "fit/1") == [(2, None, True, False)]


def test_a_clause_that_is_met_by_what_is_stated_alone_adds_something() -> None:
    """A value that is not stated makes the other clause undocumented only."""
    rules = "fit(P) :- years(P, _).\nfit(P) :- years(P, Years), Years >= 0, benefit(P).\nfit(P) :- trial(P, _, _)."
    assert spare(rules, "fit/1") == [(2, 1, False, True)]
    rules = "held(P, Drug) :- trial(P, Drug, _).\nheld(P, avonex) :- benefit(P)."
    assert spare(rules, "held/2") == []


def test_rules_over_catalogues_are_held_against_each_other() -> None:
    """They have no argument for the case; lists that overlap in part cover nothing."""
    lists = "first(avonex).\nfirst(rebif).\nsecond(rebif).\nthird(copaxone).\nthird(rebif).\n"
    rules = lists + "step(Drug) :- first(Drug).\nstep(Drug) :- second(Drug).\nstep(Drug) :- third(Drug).\n"
    rules += "it(P) :- trial(P, Drug, _), step(Drug)."
    assert spare(rules, "it/1") in ([(7, 6, False, True)], [(7, 8, False, True)])
    rules = lists + "step(Drug) :- first(Drug), third(Drug), second(avonex).\nstep(Drug) :- first(Drug).\n"
    rules += "it(P) :- trial(P, Drug, _), step(Drug)."
    assert spare(rules, "it/1") == [(6, None, True, True)]


def test_a_clause_that_takes_more_rows_than_the_bounds_have_is_not_called_spare() -> None:
    """Three trials on record and no other way to the criterion."""
    rules = "it(P) :- benefit(P).\nit(P) :- trial(P, avonex, _), trial(P, rebif, _), trial(P, other, _)."
    assert spare(rules, "it/1") == []


def test_without_the_clauses_that_can_go_every_case_is_decided_alike() -> None:
    """All of them at once, by the comparison of editions."""
    more = MS + "clear(P) :- case(P), \\+ hazard(P, hiv), \\+ hazard(P, infection).\n"
    more = more.replace("disabled(P) :-", "disabled(P) :- edss(P, Score), Score >= 5.0.\ndisabled(P) :-")
    lines = more.split("\n")
    clear = [line for line in lines if line.startswith("clear(P) :-")]
    more = "\n".join([line for line in lines if line not in clear]).replace(
        "eligible(P) :- step", "\n".join(clear) + "\neligible(P) :- step"
    )
    policy = policy_of(more)
    gone = {each.clause.span.line for each in analyze(policy).redundant if each.can_go}
    assert len(gone) == 2
    left = "\n".join("" if at in gone else line for at, line in enumerate(more.split("\n"), 1))
    meaning = compare(policy, policy_of(left))
    assert {each.relation for each in (meaning.root, *meaning.criteria)} == {"equivalent"}


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
