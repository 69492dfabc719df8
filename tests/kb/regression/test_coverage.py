"""What a suite covers: small policies worked by hand, and the shipped suite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from explain.coverage.text import coverage_text
from kb.answers import Status
from kb.policy import Policy, load_policy
from kb.pretty import pretty_goal
from kb.problems import ProblemsError
from kb.read_case import load_case
from kb.regression.coverage import Coverage, coverage
from kb.regression.obligations import Obligation, Run, obligations, runs_of
from kb.regression.occurrences import Occurrence, Step
from kb.regression.possible import Possible
from kb.regression.walk import Walk, status
from kb.solving.formulas import Env
from kb.syntax import Clause
from kb.vocabulary import Criterion
from tests.solving.test_formulas import POLICIES, trials
from tests.support import HEADER, case_of, policy_of
from tests.test_cases import CASES, EXAMPLES, GROWN

START = "requested_on: 2024-01-01\n"
YES_NO = "".join(f':- input({name}(P: case), one, "{name}?").\n' for name in "abc")
DATES = """
:- input(relapse(P: case, Date: date), many, "Which relapses?").
:- input(span(P: case, Start: date, End: date), many, "Which spans?").
"""
WORDS = {Status.MET: "met", Status.NOT_MET: "not met", Status.UNDOCUMENTED: "undocumented"}


def named(each: Obligation) -> str:
    """An obligation in words: its kind, what it is about, what it asks for."""
    match each.subject:
        case Criterion(predicate=predicate):
            told = str(predicate)
        case Clause(head=head):
            told = pretty_goal(head)
        case Occurrence(literal=literal):
            told = pretty_goal(literal)
        case declared:
            told = declared.name
    return f"{told} {WORDS[each.wanted] if isinstance(each.wanted, Status) else each.wanted}"


def covered(policy: Policy, *cases: str, kind: str = "literal") -> set[str]:
    """What cases, as YAML without their first two keys, cover of one kind."""
    runs = [run for i, text in enumerate(cases) for run in one(policy, f"case: C-{i}\n{START}{text}", str(i))]
    return {named(each) for each in coverage(policy, runs).obligations if each.kind == kind and each.by}


def one(policy: Policy, text: str, source: str) -> list[Run]:
    """The runs of a case."""
    case = case_of(policy, text)
    return runs_of(source, case, case.expect["readings"] if isinstance(case.expect, dict) else ())


def impossible(policy: Policy) -> dict[str, str]:
    """What no case can show of a policy, with the reason."""
    return {named(each): each.cannot for each in obligations(policy) if each.cannot}


# A literal that stands by itself in its clause


BOTH = policy_of(HEADER + YES_NO + "eligible(P) :- a(P), b(P).\n")


@pytest.mark.parametrize(
    ("case", "alone"),
    [
        ("a: true\nb: true", {"a(P) met", "b(P) met"}),
        ("a: false\nb: true", {"a(P) not met"}),
        ("a: true", {"b(P) undocumented"}),
        ("a: false\nb: false", set()),
        ("a: false", set()),
        ("", set()),
    ],
)
def test_a_literal_decides_alone_where_everything_else_is_met(case: str, alone: set[str]) -> None:
    """In each of the three truths; two that fail together decide nothing alone."""
    assert covered(BOTH, case) == alone


def test_a_criterion_is_covered_by_the_statuses_that_it_had() -> None:
    """Each by the first case that shows it."""
    assert covered(BOTH, "a: true\nb: true", kind="criterion") == {"eligible/1 met"}
    assert covered(BOTH, "a: false", "a: true", kind="criterion") == {"eligible/1 not met", "eligible/1 undocumented"}


def test_a_clause_is_covered_where_all_of_it_is_met() -> None:
    """And by nothing less."""
    policy = policy_of(HEADER + YES_NO + "eligible(P) :- a(P).\neligible(P) :- b(P), c(P).\n")
    lines = {
        case: [
            each.by
            for each in coverage(policy, one(policy, f"case: C\n{START}{case}", "it")).obligations
            if each.kind == "clause"
        ]
        for case in ("a: true\nb: true", "a: false\nb: true\nc: true", "b: true")
    }
    assert list(lines.values()) == [["it", ""], ["", "it"], ["", ""]]


# Literals inside other goals


def test_under_a_negation_a_literal_decides_the_other_way() -> None:
    """Met, it alone keeps the clause from being met; not met, the clause is met."""
    policy = policy_of(HEADER + YES_NO + r"eligible(P) :- a(P), \+ b(P).")
    assert covered(policy, "a: true\nb: true") == {"b(P) met"}
    assert covered(policy, "a: true\nb: false") == {"b(P) not met", "a(P) met"}
    assert covered(policy, "a: true") == {"b(P) undocumented"}
    assert covered(policy, "a: false\nb: true") == set()


def test_a_conjunction_under_a_negation_has_a_literal_that_decides_where_the_others_are_met() -> None:
    """One of two that are not met decides nothing."""
    policy = policy_of(HEADER + YES_NO + r"eligible(P) :- c(P), \+ (a(P), b(P)).")
    assert covered(policy, "a: true\nb: true\nc: true") == {"a(P) met", "b(P) met"}
    assert covered(policy, "a: false\nb: true\nc: true") == {"c(P) met", "a(P) not met"}
    assert covered(policy, "a: false\nb: false\nc: true") == {"c(P) met"}
    assert covered(policy, "b: true\nc: true") == {"a(P) undocumented"}
    assert covered(policy, "c: true") == set()


def test_in_a_count_a_literal_decides_where_one_more_is_what_is_needed() -> None:
    """Neither where enough others are met, nor where too few are."""
    policy = policy_of(HEADER + YES_NO + "eligible(P) :- case(P), two_of(a(P), b(P), c(P)).")
    assert covered(policy, "a: true\nb: true\nc: false") == {"a(P) met", "b(P) met"}
    assert covered(policy, "a: true\nb: false\nc: false") == {"b(P) not met", "c(P) not met"}
    assert covered(policy, "a: true\nb: true\nc: true") == set()
    assert covered(policy, "a: false\nb: false\nc: false") == set()
    assert covered(policy, "a: true\nb: false") == {"c(P) undocumented"}
    assert covered(policy, "a: true") == set()


def test_in_a_count_of_values_a_literal_decides_where_its_values_are_those_that_lack() -> None:
    """The goal that gives the values, and the comparisons that choose among them."""
    policy = policy_of(
        HEADER
        + DATES
        + "eligible(P) :- requested_on(P, Now),\n"
        + "    at_least(2, Date, (relapse(P, Date), Date =< Now, Date > '2023-01-01')).\n"
    )
    known = {"requested_on(P, Now) met"}
    assert covered(policy, "relapse: [2023-05-01, 2023-06-01]") == known | {
        "relapse(P, Date) met",
        "Date =< Now met",
        "Date > '2023-01-01' met",
    }
    assert covered(policy, "relapse: [2023-05-01, 2024-06-01]") == {"Date =< Now not met"}
    assert covered(policy, "relapse: [2023-05-01, 2022-06-01]") == {"Date > '2023-01-01' not met"}
    assert covered(policy, "relapse: [2022-05-01, 2024-06-01]") == set(), "no one comparison stands in the way"
    assert covered(policy, "relapse: []") == {"relapse(P, Date) not met"}
    assert covered(policy, "") == {"relapse(P, Date) undocumented"}


def test_a_literal_that_gives_values_is_judged_without_the_goals_that_wait_for_them() -> None:
    """No span at all is the span that is not met; a span that is too short is the comparison."""
    policy = policy_of(
        HEADER + DATES + YES_NO + "eligible(P) :- a(P), span(P, Start, End), months_between(Start, End, M), M >= 3.\n"
    )
    short, long = (f"[{{start: 2023-01-01, end: {end}}}]" for end in ("2023-03-31", "2023-04-01"))
    assert covered(policy, "a: true\nspan: []") == {"span(P, Start, End) not met"}
    assert covered(policy, "a: true") == {"span(P, Start, End) undocumented"}
    assert covered(policy, f"a: true\nspan: {short}") == {"M >= 3 not met"}
    assert covered(policy, "a: true\nspan: [{start: 2023-01-01}]") == {"M >= 3 undocumented"}
    assert covered(policy, f"a: true\nspan: {long}") == {
        "a(P) met",
        "span(P, Start, End) met",
        "months_between(Start, End, M) met",
        "M >= 3 met",
    }


# Criteria with more arguments, readings, enumerations


LISTED = policy_of(
    HEADER
    + YES_NO
    + """
:- type(test, [cbc, skin, other]).
:- input(test(P: case, Test: test), flags, "Which tests?").
:- criterion(done/2, 'A', "done: {Test}").
eligible(P) :- done(P, cbc), done(P, skin).
done(P, Test) :- test(P, Test).
"""
)


def test_a_criterion_with_more_arguments_is_seen_in_the_instances_that_a_rule_asks_for() -> None:
    """Whether or not the rest of the rule holds; an item that no rule asks for says nothing."""
    assert covered(LISTED, "test: {cbc: true, skin: false}", kind="criterion") == {
        "eligible/1 not met",
        "done/2 met",
        "done/2 not met",
    }
    assert covered(LISTED, "test: {other: true}", kind="criterion") == {
        "eligible/1 undocumented",
        "done/2 undocumented",
    }
    assert "test(P, Test) not met" in covered(LISTED, "test: {cbc: false, skin: false, other: true}")


def test_a_value_is_covered_where_a_case_states_it() -> None:
    """As true or as false; a value that is attested where only a document counts is none."""
    assert covered(LISTED, "test: {cbc: true, skin: false}", kind="value") == {"test cbc", "test skin"}


def test_a_reading_is_covered_by_the_runs_that_use_it() -> None:
    """The default by every case, another where a case expects a verdict under it; so are the clauses that test it."""
    policy = policy_of(
        HEADER
        + YES_NO
        + """
:- reading(strict, no, [yes], "why").
eligible(P) :- reading(strict, no), a(P).
eligible(P) :- reading(strict, yes), b(P).
"""
    )
    both = "a: true\nb: true"
    assert covered(policy, both, kind="reading") == {"strict no"}
    assert covered(policy, both) == {"a(P) met"}
    stated = f"{both}\nexpect: {{verdict: proved, readings: {{strict=yes: proved}}}}"
    assert covered(policy, stated, kind="reading") == {"strict no", "strict yes"}
    assert covered(policy, stated) == {"a(P) met", "b(P) met"}


# What no case can show


def test_what_no_case_can_show_follows_from_the_declarations() -> None:
    """A catalogue is never undocumented, a single value is never missing, the calendar always computes."""
    policy = policy_of(
        HEADER
        + DATES
        + """
:- type(drug, [one, two]).
:- input(drug(P: case, Drug: drug), one, "Which drug?").
:- input(born(P: case, Date: date), one, "When?").
eligible(P) :- drug(P, Drug), listed(Drug), age(P, Years), Years >= 18.
listed(one).
age(P, Years) :- born(P, Born), requested_on(P, Now), years_between(Born, Now, Years).
"""
    )
    assert set(impossible(policy)) == {
        "listed(Drug) undocumented",
        "age(P, Years) not met",
        "Years >= 18 undocumented",
        "born(P, Born) not met",
        "requested_on(P, Now) not met",
        "years_between(Born, Now, Years) not met",
        "years_between(Born, Now, Years) undocumented",
    }


def test_a_value_in_a_row_of_several_may_be_unknown_though_the_row_is_met() -> None:
    """So a comparison with it may be undocumented alone, and nothing says that it cannot."""
    policy = policy_of(HEADER + DATES + "eligible(P) :- span(P, Start, End), Start < End, End > '2023-01-01'.\n")
    assert impossible(policy) == {}


def test_a_goal_that_says_as_much_leaves_nothing_to_another() -> None:
    """Where each clause of a goal asks for the literal too, and where every rule that asks for a clause does."""
    policy = policy_of(
        HEADER
        + DATES
        + """
eligible(P) :- span(P, Start, End), long(P, Start, End).
long(P, Start, End) :- span(P, Start, End), days_between(Start, End, Days), Days > 90.
"""
    )
    told = impossible(policy)
    assert told["span(P, Start, End) undocumented"] == "`long(P, Start, End)` says as much already"
    lines = [each.line for each in obligations(policy) if each.cannot and named(each) == "span(P, Start, End) not met"]
    assert len(lines) == 2


def test_what_cannot_be_shown_counts_for_nothing() -> None:
    """Neither as covered nor as missing."""
    policy = policy_of(HEADER + "eligible(P) :- requested_on(P, Now), Now > '2023-01-01'.")
    found = coverage(policy, one(policy, f"case: C\n{START}", "it"))
    assert found.total == sum(not each.cannot for each in found.obligations)
    assert found.covered + len(found.missing) == found.total


def test_a_policy_of_which_a_predicate_is_defined_by_itself_is_refused() -> None:
    """With the problem that says so."""
    policy = policy_of(
        HEADER
        + DATES
        + "eligible(P) :- linked(P, D), D < '2024-01-01'.\n"
        + "linked(P, D) :- relapse(P, D).\nlinked(P, E) :- linked(P, D), span(P, D, E).\n"
    )
    with pytest.raises(ProblemsError, match="defined by itself"):
        coverage(policy, one(policy, f"case: C\n{START}", "it"))


# The shipped suite


@cache
def shipped() -> Coverage:
    """The coverage of the shipped policy by the shipped cases."""
    policy = load_policy("lemtrada")
    runs = []
    for path in (*CASES, *GROWN, *EXAMPLES):
        case = load_case(path, policy.vocabulary)
        runs += runs_of(path.name, case, case.expect["readings"] if "readings" in (case.expect or {}) else ())  # type: ignore[index,operator]
    return coverage(policy, runs)


def contradicted(found: Coverage) -> list[str]:
    """What is said to be impossible and yet was shown."""
    possible = Possible(found.policy)
    return [
        named(each)
        for each in found.obligations
        if each.by
        and isinstance(each.wanted, Status)
        and (
            (isinstance(each.subject, Occurrence) and possible.literal(each.subject, each.wanted))
            or (isinstance(each.subject, Criterion) and possible.criterion(each.subject.predicate, each.wanted))
        )
    ]


def test_no_shipped_case_shows_what_is_said_to_be_impossible() -> None:
    """Each claim is held against all that the shipped cases show."""
    assert contradicted(shipped()) == []


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_no_random_case_shows_what_is_said_to_be_impossible(path: Path) -> None:
    """Of the shipped policy, and of one with every form of the language in it."""
    policy = load_policy(path)
    runs = [Run(str(i), case, trial.readings) for i, (trial, case) in enumerate(trials(policy, 17, 48))]
    assert contradicted(coverage(policy, runs)) == []


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_a_literal_that_is_turned_nowhere_leaves_its_goal_as_it_is(path: Path) -> None:
    """The way by which literals are turned says of every goal what the formulas say."""
    policy = load_policy(path)
    asked = 0
    # No literal has this status, so that none is turned.
    nothing: Status = cast("Status", None)
    for trial, case in trials(policy, 19, 12):
        walk = Walk(policy, obligations(policy))

        def held(steps: Sequence[Step], env: Env, walk: Walk = walk) -> bool:
            kept = walk.turned(steps, env, nothing, True)
            return status(kept) is walk.status(steps[0].goal, env)

        def alone(each: Occurrence, env: Env, *_: object, held: Callable[..., bool] = held) -> list[Status]:
            nonlocal asked
            if len(each.steps) > 1:
                asked += 1
                assert held(each.steps, env), pretty_goal(each.steps[0].goal)
            return []

        walk.alone = alone  # type: ignore[method-assign,assignment]
        walk.run(Run("it", case, trial.readings))
    assert asked > 20


def test_the_shipped_suite_covers_as_much_as_is_reviewed(regenerate: bool) -> None:
    """By kind and by section; a change of the policy or of a case shows here."""
    told = coverage_text(shipped()).partition("\n\nMissing")[0] + "\n"
    expected = Path(__file__).parent / "expected" / "shipped-coverage.txt"
    if regenerate:
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text("utf-8")


def test_a_claim_that_a_run_contradicts_is_taken_back() -> None:
    """What is shown is covered, whatever was said of it."""
    told = [replace(each, cannot="a mistake") for each in obligations(BOTH)]
    walk = Walk(BOTH, told)
    for run in one(BOTH, f"case: C\n{START}a: true\nb: true", "it"):
        walk.run(run)
    settled = [each for each in walk.settled() if each.by]
    assert settled
    assert not any(each.cannot for each in settled)
