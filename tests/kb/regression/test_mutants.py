"""Mutants: which mistakes each operator makes, and that each is the policy that its text says."""

from __future__ import annotations

import random
import re

import pytest

from kb.order import flatten
from kb.parse import parse
from kb.policy import Policy, build_policy, load_policy
from kb.pretty import pretty
from kb.problems import ProblemsError
from kb.regression.mutants import Mutant, derive, mutants
from kb.regression.operators import ASKED_ONLY, OPERATORS
from kb.syntax import Predicate
from tests.support import HEADER, MS, policy_of

DATES = (
    HEADER
    + r"""
:- input(trial(P: case, Start: date, End: date), many, "Which trials?").
:- input(score(P: case, Value: decimal), one, "Which score?").
:- input(sign(P: case), one, "A sign?").
:- input(other(P: case), one, "Another?").
:- input(third(P: case), one, "A third?").
"""
)


def shown(found: list[Mutant]) -> list[str]:
    return [f"{each.was} => {each.becomes}" for each in found]


def made(operator: str, rules: str, header: str = DATES) -> list[str]:
    """What an operator makes of rules."""
    return shown(mutants(policy_of(header + rules), [operator]))


# By operator


def test_a_threshold_is_off_by_one() -> None:
    """A number that a variable is held against, on either side."""
    rules = "eligible(P) :- trial(P, A, B), months_between(A, B, N), N >= 3, 9 > N."
    assert made("threshold", rules) == ["N >= 3 => N >= 2", "N >= 3 => N >= 4", "9 > N => 8 > N", "9 > N => 10 > N"]


def test_a_decimal_is_off_by_its_last_place_too() -> None:
    """3.5 becomes 3.4 and 3.6, 2.5 and 4.5."""
    found = made("threshold", "eligible(P) :- score(P, V), V > 3.5.")
    assert found == [f"V > 3.5 => V > {each}" for each in ("3.4", "3.6", "2.5", "4.5")]


def test_a_date_that_something_is_held_against_is_off_by_a_day() -> None:
    """The last of a month becomes the first of the next."""
    found = made("threshold", "eligible(P) :- requested_on(P, D), D > '2024-02-29'.")
    assert found == ["D > '2024-02-29' => D > '2024-02-28'", "D > '2024-02-29' => D > '2024-03-01'"]


def test_a_number_in_a_fact_of_a_catalogue_is_off_by_one() -> None:
    """Each number of the fact by itself; a fact with a rule beside it is no catalogue."""
    rules = """
    step(1, 20).
    least(2).
    least(N) :- step(N, _).
    eligible(P) :- score(P, V), step(N, M), least(N), V > M.
    """
    assert made("number-in-fact", rules) == [
        "step(1, 20) => step(0, 20)",
        "step(1, 20) => step(2, 20)",
        "step(1, 20) => step(1, 19)",
        "step(1, 20) => step(1, 21)",
    ]


def test_a_comparison_is_strict_where_it_is_not_or_points_the_other_way() -> None:
    """Every sign."""
    rules = r"eligible(P) :- trial(P, A, B), A < B, A =< B, B > A, B >= A, score(P, V), V = 1, V \= 2."
    assert made("comparison-turned", rules) == [
        "A < B => A =< B",
        "A < B => A > B",
        "A =< B => A < B",
        "A =< B => A >= B",
        "B > A => B >= A",
        "B > A => B < A",
        "B >= A => B > A",
        "B >= A => B =< A",
        r"V = 1 => V \= 1",
        r"V \= 2 => V = 2",
    ]


def test_a_unit_is_taken_for_each_of_the_others() -> None:
    """Months for years and for days."""
    rules = "eligible(P) :- trial(P, A, B), months_between(A, B, N), N >= 3."
    assert made("unit-changed", rules) == [
        "months_between(A, B, N) => years_between(A, B, N)",
        "months_between(A, B, N) => days_between(A, B, N)",
    ]


def test_a_date_is_taken_for_another_of_the_clause() -> None:
    """Where dates are compared or counted from; the two ends of what is counted are swapped too."""
    rules = "eligible(P) :- trial(P, A, B), requested_on(P, C), days_between(A, B, N), N > 3, A < C."
    assert made("date-swapped", rules) == [
        "days_between(A, B, N) => days_between(C, B, N)",
        "days_between(A, B, N) => days_between(A, C, N)",
        "days_between(A, B, N) => days_between(B, A, N)",
        "A < C => B < C",
        "A < C => A < B",
    ]


def test_a_count_asks_for_one_fewer_or_one_more() -> None:
    """Of goals and of distinct values; a count of none, or of more goals than there are, is no policy."""
    rules = """
    eligible(P) :- two_of(sign(P), other(P), third(P)), at_least(1, D, trial(P, D, _)), case(P).
    """
    assert made("count-changed", rules) == [
        "two_of(sign(P), other(P), third(P)) => one_of(sign(P), other(P), third(P))",
        "two_of(sign(P), other(P), third(P)) => all_of(sign(P), other(P), third(P))",
        "at_least(1, D, trial(P, D, _)) => at_least(2, D, trial(P, D, _))",
    ]
    assert derive(policy_of(DATES + rules), ["count-changed"]).refused == {"count-changed": 1}


def test_a_member_of_a_counted_list_is_dropped() -> None:
    """The count stays; where all goals are asked for, all that are left still are."""
    rules = "eligible(P) :- case(P), two_of(sign(P), other(P), third(P)), all_of(sign(P), other(P))."
    policy = policy_of(DATES + rules)
    found = mutants(policy, ["member-dropped"])
    assert shown(found) == [f"{name}(P) => " for name in ("sign", "other", "third", "sign", "other")]
    texts = [pretty(each.policy.program).splitlines()[-2:] for each in found]
    assert texts[0] == ["    two_of(other(P), third(P)),", "    all_of(sign(P), other(P))."]
    assert texts[3] == ["    two_of(sign(P), other(P), third(P)),", "    all_of(other(P))."]


def test_a_condition_is_dropped_unless_another_needs_a_value_from_it() -> None:
    """What only said which variable is the case leaves `case(P)` behind; a goal that gives a value cannot go."""
    rules = """
    eligible(P) :- score(P, V), V > 3, \\+ sign(P), helper(P).
    helper(P) :- other(P).
    """
    assert made("literal-dropped", rules) == ["V > 3 => ", r"\+ sign(P) => ", "helper(P) => ", "other(P) => case(P)"]
    assert derive(policy_of(DATES + rules), ["literal-dropped"]).refused == {"literal-dropped": 1}


def test_a_condition_inside_a_count_or_a_negation_is_dropped_too() -> None:
    """But never the only one in it."""
    rules = r"eligible(P) :- requested_on(P, D), at_least(2, A, (trial(P, A, _), A < D)), \+ (sign(P), other(P))."
    assert made("literal-dropped", rules) == [
        "at_least(2, A, (trial(P, A, _), A < D)) => ",
        "A < D => ",
        r"\+ (sign(P), other(P)) => ",
        "sign(P) => ",
        "other(P) => ",
    ]


def test_a_condition_is_turned_into_its_opposite() -> None:
    """A negation loses its sign, a comparison gets the opposite one, any other goal is negated."""
    rules = r"eligible(P) :- score(P, V), V > 3, \+ sign(P), one_of(other(P), third(P))."
    assert made("literal-negated", rules) == [
        "V > 3 => V =< 3",
        r"\+ sign(P) => sign(P)",
        r"one_of(other(P), third(P)) => \+ one_of(other(P), third(P))",
        r"other(P) => \+ other(P)",
        r"third(P) => \+ third(P)",
    ]


def test_a_clause_or_a_fact_is_dropped_unless_nothing_would_be_left() -> None:
    """A predicate that is used and has no clause left is no policy."""
    rules = """
    low(1).
    low(2).
    eligible(P) :- helper(P).
    helper(P) :- sign(P).
    helper(P) :- score(P, V), low(V).
    """
    policy = policy_of(DATES + rules)
    assert shown(mutants(policy, ["fact-dropped"])) == ["low(1) => ", "low(2) => "]
    assert [each.was.split(" :-")[0] for each in mutants(policy, ["clause-dropped"])] == ["helper(P)", "helper(P)"]
    assert derive(policy, ["clause-dropped"]).refused == {"clause-dropped": 1}


def test_a_constant_is_replaced_only_where_that_is_asked_for() -> None:
    """By the values of its type that the policy names elsewhere, and by the other values of a reading."""
    found = made("constant-replaced", "also(P) :- hazard(P, hiv).\nmore(P) :- hazard(P, infection).\n", MS)
    assert "hazard(P, hiv) => hazard(P, infection)" in found
    assert "reading(window, request) => reading(window, trial)" in found
    assert set(OPERATORS) - ASKED_ONLY == {each.operator for each in mutants(policy_of(MS + "least(1).\n"))}


# What is no mutant


def test_what_says_the_same_as_the_original_or_as_another_mutant_is_left_out() -> None:
    """Turning `=` and negating it are one mistake; dropping what another clause says still is none."""
    rules = """
    eligible(P) :- score(P, V), V = 1.
    eligible(P) :- score(P, Value), Value = 1, sign(P).
    """
    found = derive(policy_of(DATES + rules))
    assert [each.operator for each in found.listed if each.becomes == r"V \= 1"] == ["comparison-turned"]
    assert found.repeated["literal-negated"] == 2
    assert "sign(P) => " in shown(list(found.listed))  # It makes the clause the other one, so that one way is gone.
    assert found.repeated["clause-dropped"] == 1


def test_a_loop_through_a_negation_is_no_mutant() -> None:
    """Negating the call by which a predicate is defined by itself would decide nothing."""
    rules = """
    reach(P, D) :- trial(P, D, _).
    reach(P, E) :- reach(P, D), trial(P, D, E).
    eligible(P) :- reach(P, _).
    """
    found = derive(policy_of(DATES + rules), ["literal-negated"])
    assert not any("reach(P, D)" in each.becomes for each in found.listed)


def test_a_title_that_would_name_an_unknown_variable_is_no_mutant() -> None:
    """The names in a title come from the heads of the clauses."""
    rules = """
    :- criterion(over/2, 'A', "over {Limit}").
    over(P, Limit) :- score(P, V), high(Limit), V > Limit.
    over(P, 7) :- sign(P).
    high(9).
    eligible(P) :- over(P, _).
    """
    found = derive(policy_of(DATES + rules), ["clause-dropped"])
    assert [each.was.split(" :-")[0] for each in found.listed] == ["over(P, 7)"]
    assert found.refused == {"clause-dropped": 2}


def test_an_operator_that_does_not_exist_is_a_problem() -> None:
    """All of them are told, with the one that is probably meant."""
    with pytest.raises(ProblemsError) as caught:
        mutants(policy_of(MS), ["treshold", "threshold", "nothing-like-it"])
    assert [problem.code for problem in caught.value.problems] == ["unknown-operator"] * 2
    assert caught.value.problems[0].help == "did you mean `threshold`?"


# What a mutant is


def test_mutants_come_in_the_order_of_the_file_with_ids_that_stay() -> None:
    """The id tells the line, the operator, and which of several."""
    found = mutants(policy_of(MS))
    assert [each.clause for each in found] == sorted(each.clause for each in found)
    ids = [each.id for each in found]
    assert len(set(ids)) == len(ids)
    assert ids == [each.id for each in mutants(policy_of(MS))]
    chosen = mutants(policy_of(MS), ["count-changed", "threshold"])
    assert [each.id for each in chosen] == [
        each.id for each in found if each.operator in ("count-changed", "threshold")
    ]
    assert chosen[0].id == f"{chosen[0].span.line}:threshold:1"


@pytest.mark.parametrize("policy", [load_policy("lemtrada"), policy_of(MS)], ids=["shipped", "small"])
def test_the_span_of_a_mutant_holds_what_was_there(policy: Policy) -> None:
    """By every operator, but for blanks and comments; written over it, what it becomes makes the mutated clause."""
    lines = policy.program.text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:i])) for i in range(len(lines))]
    for mutant in mutants(policy, list(OPERATORS)):
        whole, span = policy.program.clauses[mutant.clause].span, mutant.span
        ends = [(whole.line, whole.column), (span.line, span.column), (span.end_line, span.end_column)]
        first, start, end, last = (
            starts[line - 1] + at - 1 for line, at in (*ends, (whole.end_line, whole.end_column))
        )
        before, there, after = (policy.program.text[a:b] for a, b in ((first, start), (start, end), (end, last)))
        plain = [re.sub(r"%.*|\s", "", text) for text in (there, mutant.was)]
        assert plain[0] == plain[1], mutant.id
        if mutant.becomes and mutant.mutated is not None:
            written = parse(f"{before}{mutant.becomes}{after}.", "test.pl").clauses[0]
            assert written.head == mutant.mutated.head, mutant.id
            # What says which variable is the case comes first in the clause, wherever its place is.
            assert set(flatten(written.body)) == set(flatten(mutant.mutated.body)), mutant.id


def same(mutant: Mutant) -> None:
    """A mutant that was built quickly is the policy that its text says."""
    quick = mutant.policy
    whole = build_policy(pretty(quick.program).encode(), quick.path)
    assert whole.clauses == quick.clauses, mutant.id
    assert whole.components == quick.components, mutant.id
    assert whole.types == quick.types, mutant.id
    assert {each: one.variables for each, one in whole.vocabulary.criteria.items()} == {
        each: one.variables for each, one in quick.vocabulary.criteria.items()
    }
    assert mutant.clauses == quick.clauses.get(mutant.predicate, ())


def test_every_mutant_of_a_small_policy_is_the_policy_that_its_text_says() -> None:
    """Every operator, those that have to be asked for too."""
    found = mutants(policy_of(MS), list(OPERATORS))
    assert len(found) > 70
    for mutant in found:
        same(mutant)


@pytest.fixture(scope="module")
def lemtrada() -> Policy:
    """The shipped policy."""
    return load_policy("lemtrada")


def test_mutants_of_the_shipped_policy_are_the_policies_that_their_texts_say(lemtrada: Policy) -> None:
    """A sample of them, the same each time."""
    for mutant in random.Random(4).sample(mutants(lemtrada), 25):
        same(mutant)


def test_a_mutant_leaves_the_original_alone_and_has_a_hash_of_its_own(lemtrada: Policy) -> None:
    """So nothing that is kept by the hash of a policy is taken for that of another."""
    found = mutants(lemtrada, ["threshold"])
    assert len({each.policy.hash for each in found} | {lemtrada.hash}) == len(found) + 1
    assert Predicate("eligible", 1) in found[0].policy.clauses
    assert found[0].policy.clauses != lemtrada.clauses
