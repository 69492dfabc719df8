"""Parsing: what text means, and where it means nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.parse import parse, parse_goal
from kb.problems import Problem, ProblemsError, render
from kb.syntax import (
    AtLeast,
    AtLeastDistinct,
    Atom,
    Clause,
    Comparison,
    Compound,
    Conjunction,
    Constant,
    Directive,
    ListTerm,
    Negation,
    Span,
    Variable,
)

X, Y = Variable("X"), Variable("Y")
P = Atom("p", (X,))
Q = Atom("q", (X,))


def clause(text: str) -> Clause:
    """The only clause of a text."""
    (found,) = parse(text, "test.pl").clauses
    return found


def codes(text: str) -> list[str]:
    """The codes of the problems of a text, in the order of their places."""
    with pytest.raises(ProblemsError) as caught:
        parse(text, "test.pl")
    return [
        problem.code for problem in sorted(caught.value.problems, key=lambda each: (each.span.line, each.span.column))
    ]


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        ("avonex", Constant("atom", "avonex")),
        ("'A.2(b)'", Constant("atom", "A.2(b)")),
        ("'it''s'", Constant("atom", "it's")),
        (r"'it\'s'", Constant("atom", "it's")),
        ('"it\'s ""here"""', Constant("text", 'it\'s "here"')),
        (r'"a\nb\\c\x41\\u0042"', Constant("text", "a\nb\\cAB")),
        ('"a\\\nb"', Constant("text", "ab")),
        ('"a\\c\n   b"', Constant("text", "ab")),
        ('"100% % sure"', Constant("text", "100% % sure")),
        ("12", Constant("number", 12)),
        ("-3", Constant("number", -3)),
        ("3.50", Constant("number", Decimal("3.5"))),
        ("-0.25", Constant("number", Decimal("-0.25"))),
        ("'2024-02-29'", Constant("date", date(2024, 2, 29))),
        ("'2024-05'", Constant("atom", "2024-05")),
        ('"2024-02-30"', Constant("text", "2024-02-30")),
    ],
)
def test_constants_are_read_exactly(text: str, constant: Constant) -> None:
    """Each way to write a constant gives the constant it says."""
    assert clause(f"p({text}).").head.args == (constant,)


def test_a_decimal_is_never_a_float() -> None:
    """Decimals keep every digit."""
    (found,) = clause("p(34.9999999999).").head.args
    assert isinstance(found, Constant)
    assert found.value == Decimal("34.9999999999")


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        ("p(X)", P),
        ("p", Atom("p", ())),
        ("(p(X))", P),
        (r"\+ p(X)", Negation(P)),
        (r"\+p(X)", Negation(P)),
        (r"\+(p(X))", Negation(P)),
        (r"\+ \+ p(X)", Negation(Negation(P))),
        (r"\+ (p(X), q(X))", Negation(Conjunction((P, Q)))),
        (r"\+ X = 3", Negation(Comparison("=", X, Constant("number", 3)))),
        (r"X \= Y", Comparison("\\=", X, Y)),
        ("X =< Y", Comparison("=<", X, Y)),
        ("X >= -1", Comparison(">=", X, Constant("number", -1))),
        ("one_of(p(X), q(X))", AtLeast(1, (P, Q))),
        ("two_of(p(X), q(X))", AtLeast(2, (P, Q))),
        ("three_of(p(X), q(X))", AtLeast(3, (P, Q))),
        ("all_of(p(X), q(X))", AtLeast(2, (P, Q))),
        ("at_least(1, [p(X), (q(X), X < Y)])", AtLeast(1, (P, Conjunction((Q, Comparison("<", X, Y)))))),
        ("at_least(2, X, p(X))", AtLeastDistinct(2, X, P)),
        ("at_least(2, X, (p(X), q(X)))", AtLeastDistinct(2, X, Conjunction((P, Q)))),
    ],
)
def test_goals_mean_what_they_say(text: str, goal: object) -> None:
    """Each form of a goal is read as such, in a body and as a query."""
    assert clause(f"h(X) :- {text}.").body == (goal,)
    assert parse_goal(text) == goal
    assert parse_goal(f" {text} .\n") == goal
    assert parse_goal(f"{text} % a comment") == goal


def test_brackets_around_goals_are_kept_inside_a_body() -> None:
    """A bracketed conjunction is one goal; a body in brackets is a body."""
    assert clause("h :- (p(X), q(X)), p(X).").body == (Conjunction((P, Q)), P)
    assert clause("h :- (p(X), q(X)).").body == (P, Q)


def test_a_directive_is_read_as_terms() -> None:
    """Lists, pairs and indicators keep their form."""
    (found,) = parse(':- f(a/2, [x: "X", Y]).\n:- g.\n', "test.pl").directives[:1]
    pair = Compound(":", (Constant("atom", "x"), Constant("text", "X")))
    assert found == Directive("f", (Compound("/", (Constant("atom", "a"), Constant("number", 2))), ListTerm((pair, Y))))


def test_spans_count_from_one_and_end_after() -> None:
    """Places are those of an editor, across lines too."""
    found = clause("p(X) :-\n    q(X),\n    X = 3.\n")
    assert found.head.span == Span(1, 1, 1, 5)
    assert [goal.span for goal in found.body] == [Span(2, 5, 2, 9), Span(3, 5, 3, 10)]
    assert found.span == Span(1, 1, 3, 10)
    assert isinstance(found.body[1], Comparison)
    assert isinstance(found.body[1].left, Variable)
    assert found.body[1].left.span == Span(3, 5, 3, 6)


def test_clauses_are_equal_wherever_they_stand() -> None:
    """Two clauses that read the same are the same."""
    assert clause("p(X) :- q(X).") == clause("\n\n  p(X)\n:-   q(X)  .")


@pytest.mark.parametrize("text", ["", "% only a comment", "\n\n", "\ufeff", "\ufeff% mark\r\n"])
def test_a_text_without_clauses_is_an_empty_program(text: str) -> None:
    """Nothing is nothing, and no problem."""
    found = parse(text, "test.pl")
    assert (found.directives, found.clauses) == ((), ())


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    """Files saved by other editors read the same, with the same places."""
    plain = "p(X) :-\n    q(X).\n"
    other = parse("\ufeff" + plain.replace("\n", "\r\n"), "test.pl")
    assert other == parse(plain, "test.pl")
    assert other.clauses[0].body[0].span == Span(2, 5, 2, 9)


def test_a_full_stop_may_end_the_file_or_stand_before_a_comment() -> None:
    """Nothing need follow a full stop."""
    assert len(parse("p(a).% comment\np(b).", "test.pl").clauses) == 2


def test_all_mistakes_of_a_file_are_told_together() -> None:
    """A mistake in one clause hides none in the next."""
    assert codes("p(X :- q.\nq(X) <= r.\nr(a).\ns(1e5).\nt(X)\nu(X) :- p(X).\n") == [
        "unclosed",
        "operator",
        "number",
        "full-stop",
    ]


def test_a_thousand_brackets_are_refused_and_a_few_are_not() -> None:
    """Depth has a limit that no person meets, so no text exhausts the stack."""
    deep = "(" * 1000 + "p(X)" + ")" * 1000
    assert codes(f"h :- {deep}.\nq(a b).") == ["nesting", "syntax"]
    assert codes(f":- f({'[' * 1000}{']' * 1000}).") == ["nesting"]
    assert codes("h :- " + r"\+ " * 1000 + "p.") == ["nesting"]
    assert clause(f"h(X) :- {'(' * 50}p(X){')' * 50}.").body == (P,)
    assert len(clause("h(X) :- " + r", ".join([r"\+ p(X)"] * 500) + ".").body) == 500


def test_a_long_number_is_refused_before_it_is_converted() -> None:
    """Ten thousand digits are an error, neither a delay nor a crash."""
    assert codes(f"p({'9' * 10_000}).") == ["number"]


def test_a_long_list_and_a_long_body_are_read_quickly() -> None:
    """Length is not depth: thousands of items are fine."""
    items = ", ".join(f"v{i}" for i in range(5000))
    (found,) = parse(f":- type(t, [{items}]).", "test.pl").directives
    assert isinstance(found.args[1], ListTerm)
    assert len(found.args[1].items) == 5000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "syntax"),
        ("p(X). q(X).", "syntax"),
        ("p(X) :- q(X)", "syntax"),
        (":- p", "syntax"),
        ("p(X", "unclosed"),
        ("X + 1", "arithmetic"),
        ("p(\x00)", "control-character"),
        ("Variable", "not-a-goal"),
    ],
)
def test_a_query_that_is_no_goal_is_refused(text: str, code: str) -> None:
    """The problem names the query as its file."""
    with pytest.raises(ProblemsError) as caught:
        parse_goal(text)
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == (code, "query")


@given(st.text(alphabet="pqX_ (),.:-\\+=<[]'\"%\n3a|;{}\u00e9\x1b", max_size=60))
def test_any_text_is_a_program_or_a_list_of_problems(text: str) -> None:
    """No text makes the parser fail in any other way, and each problem has a place in the text."""
    problems: tuple[Problem, ...] = ()
    try:
        parse(text, "test.pl")
    except ProblemsError as error:
        problems = error.problems
    lines = text.split("\n")
    for problem in problems:
        assert 1 <= problem.span.line <= len(lines)
        assert 1 <= problem.span.column <= len(lines[problem.span.line - 1]) + 1
        assert problem.code in render(problem, {"test.pl": text})
