"""Printing: parsing undoes it, and it is idempotent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.meaning import FORMS
from kb.parse import parse, parse_goal
from kb.policy import SHIPPED
from kb.pretty import pretty, pretty_clause, pretty_goal, pretty_term
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
    Goal,
    ListTerm,
    Negation,
    Program,
    Term,
    Unknown,
    Variable,
    substitute,
)
from tests.sampling import tries

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True).filter(lambda name: name not in FORMS and name != "is")
VARIABLES = st.from_regex(r"[A-Z_][A-Za-z0-9_]{0,3}", fullmatch=True).map(Variable)
TEXTS = st.text(max_size=8).filter(
    lambda text: ("\x00" not in text and text.isprintable()) or text in ("\n", "\t\u202e")
)
CONSTANTS = st.one_of(
    NAMES.map(lambda name: Constant("atom", name)),
    TEXTS.map(lambda text: Constant("atom", text)),
    TEXTS.map(lambda text: Constant("text", text)),
    st.integers(-(10**9), 10**9).map(lambda number: Constant("number", number)),
    st.decimals(-1000, 1000, places=3).map(lambda number: Constant("number", number)),
    st.dates().map(lambda day: Constant("date", day)),
)
TERMS: st.SearchStrategy[Term] = VARIABLES | CONSTANTS
ATOMS = st.builds(Atom, NAMES, st.lists(TERMS, max_size=3).map(tuple))
SIMPLE = ATOMS | st.builds(Comparison, st.sampled_from(("<", "=<", ">", ">=", "=", "\\=")), TERMS, TERMS)


def _larger(goals: st.SearchStrategy[Goal]) -> st.SearchStrategy[Goal]:
    several = st.lists(goals, min_size=2, max_size=3).map(tuple)
    named = VARIABLES.filter(lambda variable: variable.name != "_")
    return st.one_of(
        st.builds(Negation, goals),
        st.builds(Conjunction, several),
        st.builds(AtLeast, st.integers(0, 5), several),
        st.builds(AtLeastDistinct, st.integers(0, 5), named, goals),
    )


GOALS: st.SearchStrategy[Goal] = st.recursive(SIMPLE, _larger, max_leaves=6)
CLAUSES = st.builds(Clause, ATOMS, st.lists(GOALS, min_size=2, max_size=3).map(tuple) | st.just(()))


def _terms(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    args = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.builds(Compound, NAMES, args) | st.builds(ListTerm, st.lists(inner, max_size=3).map(tuple))


PAIRS = st.builds(Compound, st.sampled_from((":", "/")), st.tuples(TERMS, TERMS))
DIRECTIVES = st.builds(
    Directive, NAMES, st.lists(st.recursive(TERMS | PAIRS, _terms, max_leaves=5), max_size=3).map(tuple)
)


@given(st.lists(DIRECTIVES, max_size=3), st.lists(CLAUSES, max_size=4))
@settings(max_examples=tries(150, 40))
def test_parsing_undoes_printing(directives: list[Directive], clauses: list[Clause]) -> None:
    """Every program that can be written reads back as itself."""
    program = Program("test.pl", "", tuple(directives), tuple(clauses))
    text = pretty(program)
    again = parse(text, "test.pl")
    assert again == program
    assert pretty(again) == text


@given(GOALS)
def test_a_printed_goal_is_the_same_query(goal: Goal) -> None:
    """Goals go through a query unchanged."""
    assert parse_goal(pretty_goal(goal)) == goal


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.pl")), ids=lambda path: path.stem)
def test_a_shipped_policy_survives_printing(path: Path) -> None:
    """The real policies, too."""
    program = parse(path.read_text("utf-8"), path.name)
    assert parse(pretty(program), path.name) == program


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("p(X):-q(X).", "p(X) :- q(X)."),
        ("p(X):-q(X),\\+r(X).", "p(X) :-\n    q(X),\n    \\+ r(X)."),
        ("p(a).", "p(a)."),
        (
            "h:-all_of(p,q,r),at_least(1,[p,q]),at_least(5,[p]).",
            "h :-\n    all_of(p, q, r),\n    at_least(1, [p, q]),\n    at_least(5, [p]).",
        ),
        ("h :- at_least(2,X,p(X)).", "h :- at_least(2, X, p(X))."),
    ],
)
def test_a_clause_is_laid_out_one_way(text: str, shown: str) -> None:
    """One goal stays on the line of its head; several take a line each."""
    assert pretty_clause(parse(text, "test.pl").clauses[0]) == shown


@pytest.mark.parametrize(
    "text", ["three_of(p, q, r)", "all_of(p, q, r)", "two_of(p, q)", "all_of(p)", "one_of(p)", "at_least(2, [p, q])"]
)
def test_a_count_keeps_the_word_that_it_is_written_with(text: str) -> None:
    """What is quoted is in the file; under another number the word is one that says it."""
    goal = parse_goal(text)
    assert isinstance(goal, AtLeast)
    assert pretty_goal(goal) == text
    assert pretty_goal(substitute(goal, {})) == text
    other = replace(goal, count=5)
    assert parse_goal(pretty_goal(other)) == other


def test_a_long_directive_takes_a_line_for_each_item() -> None:
    """Long lists are broken, short ones are not."""
    values = ", ".join(f"value_{i}" for i in range(20))
    text = pretty(parse(f":- type(t, [{values}]).\n:- type(u, [a]).\n:- g.\n", "test.pl"))
    assert text.startswith(":- type(t, [\n    value_0,\n    value_1,")
    assert text.endswith("\n]).\n:- type(u, [a]).\n:- g.\n")


@pytest.mark.parametrize(
    ("term", "shown"),
    [
        (Constant("number", Decimal("4.50")), "4.50"),
        (Constant("number", Decimal("1E+3")), "1000"),
        (Constant("date", date(2024, 2, 29)), "'2024-02-29'"),
        (Constant("atom", "don't"), "'don\\'t'"),
        (Constant("text", 'a "b"\\\n\t\x1b'), '"a \\"b\\"\\\\\\n\\t\\x1B\\"'),
        (Unknown("edss.Score"), "?"),
    ],
)
def test_a_term_is_written_so_that_it_cannot_be_misread(term: Term, shown: str) -> None:
    """Quotes where they are needed, escapes for what cannot be seen."""
    assert pretty_term(term) == shown


def test_an_empty_program_is_an_empty_text() -> None:
    """Nothing prints as nothing."""
    assert pretty(Program("test.pl", "", (), ())) == ""
