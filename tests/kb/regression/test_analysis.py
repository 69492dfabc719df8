"""What never changes and what adds nothing: found where it is there on purpose, and never where it is not."""

from __future__ import annotations

import pytest

from kb.answers import Status
from kb.regression.analysis import analyze
from kb.regression.meaning import compare
from tests.kb.regression.analysed import AGE, DECLARED, SCHEDULE, found
from tests.support import MS, policy_of


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


LISTED = SCHEDULE[SCHEDULE.index("wanted(avonex)") :]


@pytest.mark.parametrize(
    "rules",
    [
        SCHEDULE,
        SCHEDULE.replace("\\+ trial(P, Drug, _)", "\\+ had(P, Drug)") + "had(P, Drug) :- trial(P, Drug, _).",
        SCHEDULE.replace("late(P, _).", "late(P, _).\nkept(P) :- benefit(P), \\+ late(P, avonex)."),
        LISTED + "kept(P) :- case(P), \\+ late(P).\nlate(P) :- case(P), wanted(Drug), \\+ trial(P, Drug, _).",
        LISTED + "kept(P) :- benefit(P), \\+ (wanted(Drug), \\+ trial(P, Drug, _)).",
    ],
)
def test_a_schedule_takes_a_row_for_each_of_its_lines(rules: str) -> None:
    """For every drug that is wanted there has to be a trial: four rows, though no goal counts to four."""
    assert constants(rules, "kept/1") == {}
    assert spare(rules, "kept/1") == []


def test_what_takes_too_many_rows_is_left_undecided() -> None:
    """It is told by its section and its title, and nothing is claimed of it."""
    drugs = [f"drug_{number}" for number in range(9)]
    text = DECLARED.replace("other: ", f"{', '.join(drugs)}, other: ") + ":- criterion(all/1, 'A', \"all of them\").\n"
    text += "".join(f"had_{drug}(P) :- trial(P, {drug}, _).\n" for drug in drugs)
    text += f"all(P) :- {', '.join(f'had_{drug}(P)' for drug in drugs)}.\neligible(P) :- benefit(P).\n"
    analysis = analyze(policy_of(text))
    assert analysis.constants == ()
    assert (
        "whether A (all of them) can be met: it takes 7 more rows of a list than the bounds have" in analysis.undecided
    )
    wider = analyze(policy_of(text), rows=7)
    assert (wider.constants, wider.undecided) == ((), ())


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


def test_a_clause_that_is_undocumented_where_the_others_fail_adds_something() -> None:
    """It is met where they are, and what it asks beside that is never met; unknown it still pends a request."""
    rules = "fit(P) :- benefit(P).\nfit(P) :- case(P), one_of(benefit(P), odd(P)).\n"
    rules += "odd(P) :- years(P, Years), Years > 30, Years < 20."
    assert spare(rules, "fit/1") == [(1, 2, False, True), (3, None, True, False)]


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
