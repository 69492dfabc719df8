"""The order of predicates, and loops through a negation or a count."""

from __future__ import annotations

import pytest

from kb.parse import parse
from kb.strata import cycles, strata


def order(text: str) -> list[list[str]]:
    """The components of a text, by the names of their predicates."""
    return [[predicate.name for predicate in component] for component in strata(parse(text, "test.pl"))]


def test_what_a_predicate_depends_on_comes_first() -> None:
    """Dependencies come first, through negations and counts too."""
    assert order("a :- b, \\+ c. b :- two_of(d, c). c :- d. d.") == [["d"], ["c"], ["b"], ["a"]]


def test_predicates_that_need_each_other_are_one_component() -> None:
    """A loop without a negation is fine, and is decided together."""
    text = "a :- b. b :- a. b :- c. c."
    assert order(text) == [["c"], ["a", "b"]]
    assert cycles(parse(text, "test.pl")) == ()


def test_independent_predicates_keep_the_order_of_the_file() -> None:
    """The same program always gives the same order."""
    assert order("c. a. b :- a.") == [["c"], ["a"], ["b"]]


def test_a_predicate_that_no_clause_defines_is_in_no_component() -> None:
    """Inputs come from the case."""
    assert order("a(P) :- input(P).") == [["a"]]


def test_an_empty_program_has_no_components() -> None:
    """Nothing has no order."""
    assert order("") == []


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("a :- \\+ a.", "negation"),
        ("a :- b. b :- c, \\+ a. c.", "negation"),
        ("a :- one_of(a, b). b.", "count"),
        ("a(X) :- at_least(2, Y, (b(X, Y), a(Y))). b(x, y).", "count"),
        ("a :- \\+ (b, \\+ a). b.", "negation"),
        ("a :- one_of(b, \\+ a). b.", "negation"),
    ],
)
def test_a_loop_through_a_negation_or_a_count_is_an_error(text: str, how: str) -> None:
    """Such a program has no agreed meaning, so it never runs."""
    (problem,) = cycles(parse(text, "test.pl"))
    assert problem.code == "loop"
    assert problem.message.endswith(f"depends on itself through a {how}")


def test_each_edge_of_a_loop_is_told_once() -> None:
    """Two clauses with the same mistake make one problem."""
    assert len(cycles(parse("a :- \\+ a. a :- \\+ a, b. b.", "test.pl"))) == 1
