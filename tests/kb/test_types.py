"""Types: inferred for every argument, and every conflict told."""

from __future__ import annotations

import pytest

from kb.declarations import read_vocabulary
from kb.parse import parse
from kb.problems import Problem
from kb.syntax import Predicate
from kb.types import infer_types

DECLARED = """
:- type(drug, [avonex, rebif, other]).
:- type(sign, [weakness, other]).
:- input(trial(P: case, Drug: drug, Start: date), many, "Which?").
:- input(sign(P: case, Sign: sign), many, "Which?").
:- input(edss(P: case, Score: decimal), one, "What?").
:- input(age(P: case, Years: integer), one, "What?").
:- input(name(P: case, Name: text), one, "What?").
"""


def infer(text: str) -> tuple[dict[str, tuple[str, ...]], tuple[Problem, ...]]:
    """The types of the predicates, by name, and the problems."""
    program = parse(DECLARED + text, "test.pl")
    types, problems = infer_types(program, read_vocabulary(program)[0])
    return {predicate.name: found for predicate, found in types.items()}, problems


@pytest.mark.parametrize(
    ("text", "name", "types"),
    [
        ("", "trial", ("case", "drug", "date")),
        ("", "edss", ("case", "decimal")),
        ("p(P, D) :- trial(P, D, _).", "p", ("case", "drug")),
        ("q(P, D) :- p(P, D). p(P, D) :- trial(P, D, _).", "q", ("case", "drug")),
        ("p(N, D) :- trial(P, _, D), years_between(D, D, N), age(P, N).", "p", ("integer", "date")),
        ("listed(avonex).", "listed", ("drug",)),
        ("listed(other). listed(weakness).", "listed", ("sign",)),
        ("listed(other).", "listed", ("drug",)),
        ("p(X) :- sign(_, X), X = other.", "p", ("sign",)),
        ("dose(avonex, 12).", "dose", ("drug", "integer")),
        ("dose(avonex, 12). dose(rebif, 12.5).", "dose", ("drug", "decimal")),
        ('words("a").', "words", ("text",)),
        ("from('2024-01-01').", "from", ("date",)),
        ("p(X, Y) :- listed(X, Y), X = Y, Y = avonex. listed(avonex, avonex).", "p", ("drug", "drug")),
        ("p(X) :- q(X), X > 3.5.", "p", ("decimal",)),
        ("p(X) :- q(X).", "p", ("",)),
        ("p(P) :- case(P).", "p", ("case",)),
        ("p(X) :- edss(P, X), age(P, Y), X > Y.", "p", ("decimal",)),
        ("p(Y) :- edss(P, X), age(P, Y), X > Y.", "p", ("integer",)),
        ("p(_).", "p", ("",)),
    ],
)
def test_types_follow_from_declarations_comparisons_and_constants(text: str, name: str, types: tuple[str, ...]) -> None:
    """Whatever says the type of an argument, it is found, through other predicates too."""
    found, problems = infer(text)
    assert found[name] == types
    assert problems == ()


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (
            "p(P) :- trial(P, X, X).",
            "type-conflict",
            "`X` is a date here and a value of `drug` elsewhere in the clause",
        ),
        ("p(P) :- trial(P, X, _), sign(P, Y), q(X, Y). q(Z, Z).", "", ""),
        ("p(P) :- q(P, X), edss(P, X). q(P, D) :- trial(P, _, D).", "type-conflict", ""),
        ("p(P) :- trial(P, _, D), D = avonex.", "type-conflict", "`avonex` is an atom, and `D` is a date"),
        ("p(P) :- name(P, avonex).", "type-conflict", "`avonex` is an atom, and argument 2 of `name/2` is a text"),
        ("p(P) :- trial(P, weakness, _).", "outside-enumeration", "`weakness` is not a value of `drug`"),
        ("p(P) :- name(P, N), edss(P, N).", "type-conflict", ""),
        ("p(P) :- trial(P, D, _), D < rebif.", "no-order", "a value of `drug` has no order"),
        ('p(P) :- name(P, N), N > "M".', "no-order", "a text has no order"),
        ("p(P) :- name(P, N), trial(P, _, D), N = D.", "type-conflict", "a text is compared with a date"),
        (
            "p(X) :- q(X), X = other. q(avonex). q(weakness).",
            "outside-enumeration",
            "`weakness` is not a value of `drug`",
        ),
        ('p("A-1") :- trial("A-1", _, _). p(P) :- case(P).', "type-conflict", ""),
        ("p(P) :- age(P, 17.5).", "type-conflict", "`17.5` is not an integer, and argument 2 of `age/2` is"),
    ],
)
def test_a_conflict_is_told_where_it_arises(text: str, code: str, message: str) -> None:
    """Two types that have no value in common never meet in silence."""
    _, problems = infer(text)
    assert {problem.code for problem in problems} == ({code} if code else {"type-conflict"})
    assert not message or message in {problem.message for problem in problems}


def test_a_number_at_the_place_of_an_integer_may_be_whole() -> None:
    """4.0 is 4."""
    assert infer("p(P) :- age(P, 17.0).")[1] == ()


def test_readings_are_not_typed() -> None:
    """The values of a reading are its own, in no enumeration."""
    types, problems = infer(':- reading(window, request, [trial], "why").\np(P) :- case(P), reading(window, request).')
    assert problems == ()
    assert "reading" not in types


def test_every_predicate_is_typed_by_name_and_arity() -> None:
    """Two predicates of one name are told apart."""
    program = parse(DECLARED + "p(avonex).\np(avonex, 3).\n", "test.pl")
    types, _ = infer_types(program, read_vocabulary(program)[0])
    assert types[Predicate("p", 1)] == ("drug",)
    assert types[Predicate("p", 2)] == ("drug", "integer")
