"""What must hold of clauses and declarations: what passes, and what is near to it and does not."""

from __future__ import annotations

import pytest

from kb.check import check
from kb.declarations import read_vocabulary
from kb.parse import parse
from kb.problems import Problem

DECLARED = """
:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('A', "All")]).
:- type(drug, [avonex, rebif]).
:- input(requested_on(P: case, Day: date), one, "When?").
:- input(trial(P: case, Drug: drug, Start: date), many, "Which?").
:- criterion(eligible/1, 'A', "{P}").
"""


def found(body: str, more: str = "") -> list[Problem]:
    """The problems of one clause for the root, beside a use of every input."""
    text = f"{DECLARED}eligible(P) :- {body}.\neligible(P) :- trial(P, _, _), requested_on(P, _).\n{more}"
    program = parse(text, "test.pl")
    vocabulary, problems = read_vocabulary(program)
    assert problems == ()
    return list(check(program, vocabulary))


@pytest.mark.parametrize(
    "body",
    [
        "case(P)",
        "trial(P, _, Day), requested_on(P, Day)",
        "trial(P, _, Start), requested_on(P, Day), months_between(Start, Day, N), N >= 3",
        # The order of goals has no meaning.
        "N >= 3, months_between(Start, Day, N), requested_on(P, Day), trial(P, _, Start)",
        "trial(P, _, Start), requested_on(P, Day), days_between(Start, Day, 3)",
        "case(P), \\+ trial(P, _, _)",
        "case(P), \\+ (trial(P, Drug, _), Drug \\= avonex)",
        "trial(P, Drug, _), \\+ (trial(P, Other, _), Other \\= Drug)",
        "case(P), one_of(trial(P, avonex, _), (trial(P, Drug, Day), requested_on(P, Day), Drug \\= avonex))",
        "case(P), at_least(2, Drug, trial(P, Drug, _))",
        "requested_on(P, Day), at_least(2, Drug, (trial(P, Drug, Start), months_between(Start, Day, N), N > 1))",
        "case(P), at_least(2, Drug, (trial(P, Drug, A), \\+ (trial(P, Drug, B), B < A)))",
        "case(P), \\+ \\+ trial(P, avonex, _)",
        "case(P), \\+ (case(P), \\+ trial(P, avonex, _))",
        "(trial(P, Drug, _), (Drug = avonex, case(P)))",
        "trial(P, _Drug, _)",
        "case(P), \\+ one_of(trial(P, avonex, _), trial(P, rebif, _))",
    ],
)
def test_a_sound_clause_has_no_problem(body: str) -> None:
    """What is bound, defined and used passes without an error or a warning."""
    assert found(body) == []


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("requested_on(P, _), Day > '2024-01-01', Day < '2025-01-01'", "Day"),
        ("\\+ trial(P, avonex, _)", "P"),
        ("one_of(trial(P, avonex, _), trial(P, rebif, _))", "P"),
        ("case(P), \\+ trial(P, Drug, _), Drug = avonex", "Drug"),
        ("case(P), one_of(trial(P, Drug, _), requested_on(P, _)), Drug = avonex", "Drug"),
        ("case(P), two_of(trial(P, Drug, '2024-01-01'), trial(P, Drug, '2024-01-02'))", "Drug"),
        ("case(P), \\+ trial(P, Drug, _), \\+ trial(P, Drug, '2024-01-01')", "Drug"),
        ("case(P), at_least(2, Drug, (trial(P, Drug, _), Day = Day2, Day2 = Day))", "Day"),
        ("case(P), at_least(2, Drug, (trial(P, Drug, Day))), at_least(1, A, trial(P, A, Day))", "Day"),
        ("case(P), at_least(2, N, months_between(A, A, N))", "A"),
        ("trial(P, _, A), months_between(A, B, C), months_between(A, C, B)", "B"),
        ("trial(P, _, A), _ = A", "_"),
        ("trial(P, _, A), months_between(A, _, _)", "_"),
        ("case(P), \\+ (\\+ trial(P, Drug, _), Drug = avonex)", "Drug"),
    ],
)
def test_a_variable_without_values_is_an_error(body: str, name: str) -> None:
    """What an engine would answer anyway, the check refuses."""
    unsafe = [problem.message for problem in found(body) if problem.code == "unsafe-variable"]
    assert any(message.startswith(f"nothing gives `{name}` a value") for message in unsafe)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "requested_on(P, Day), at_least(2, Day, trial(P, _, Day))",
            "`Day` is counted here and used outside the count",
        ),
        ("case(P), at_least(2, Day, trial(P, _, _))", "the goal does not mention `Day`, whose values are counted"),
    ],
)
def test_a_counted_variable_belongs_to_its_count(body: str, message: str) -> None:
    """Counting something bound elsewhere would always count one."""
    assert message in {problem.message for problem in found(body)}


def test_a_warning_is_not_an_error() -> None:
    """Odd but harmless things are reported and do not stop anything."""
    problems = found("trial(P, Drug, _)", "spare(P) :- case(P).\n")
    assert {(problem.code, problem.severity) for problem in problems} == {
        ("singleton-variable", "warning"),
        ("unused-predicate", "warning"),
    }


def test_what_an_advisory_uses_is_used_and_it_may_use_criteria() -> None:
    """An advisory depends on criteria, never the other way round."""
    more = ":- advisory(late/1, 'A', \"late\").\nlate(P) :- eligible(P), helper(P).\nhelper(P) :- case(P).\n"
    assert found("case(P)", more) == []


def test_an_advisory_may_use_a_grant() -> None:
    """Whatever does not bear on the verdict may depend on what does not either."""
    more = ":- advisory(late/1, 'A', \"late\").\n:- grant(doses/2, 'A', \"{N}\").\n"
    assert (
        found("case(P)", more + "late(P) :- doses(P, 5).\ndoses(P, N) :- case(P), N = 5.\n")[0].code
        == "unsafe-variable"
    )
    assert found("case(P)", more + "late(P) :- doses(P, _).\ndoses(P, 5) :- case(P).\n")[0].code == "placeholder"


def test_clauses_that_differ_only_in_the_names_of_variables_are_repeated() -> None:
    """A copy is a copy whatever it is called; a different anonymous variable is none."""
    same = found("trial(P, _, _), requested_on(P, _)")
    assert [problem.code for problem in same] == ["repeated-clause"]
    assert found("trial(P, Drug, Day), requested_on(P, Day), Drug = rebif") == []


def test_a_policy_without_a_root_says_only_that() -> None:
    """A missing header does not drown in warnings of unused predicates."""
    program = parse("eligible(P) :- case(P).\n", "test.pl")
    vocabulary, _ = read_vocabulary(program)
    assert [problem.code for problem in check(program, vocabulary)] == ["missing-policy"]
