r"""The rules of the three truths, one small program each, with statuses worked out by hand.

Both deciders answer every program: the one of the project and the oracle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import pytest

from kb.answers import Answers, Status
from kb.case import Case, Fact
from kb.decide import decide
from kb.policy import build_policy
from kb.syntax import Constant, Predicate, Term, Unknown
from tests.oracle.oracle import OracleError, Question, answer

DECLARATIONS = r"""
:- policy(tiny, [title("Tiny"), payer("Payer"), edition('1'), effective('2024-01-01'),
                 root(goal), request_date(requested_on), section('A', "All")]).
:- type(item, [x, y, z]).
:- input(requested_on(P: case, Date: date), one, "When?").
:- input(a(P: case, Item: item), many, "a?").
:- input(b(P: case, Item: item), many, "b?").
:- input(c(P: case, Item: item), many, "c?").
:- input(d(P: case, Date: date), many, "d?").
:- input(span(P: case, Start: date, End: date), many, "span?").
:- input(trial(P: case, Item: item, Date: date), many, "trial?").
:- input(n(P: case, Amount: decimal), one, "n?").
:- input(m(P: case, Amount: decimal), one, "m?").
:- input(words(P: case, Words: text), one, "words?").
:- input(f(P: case, Item: item), flags, "f?").
:- input(p(P: case), one, "p?").
:- input(q(P: case), one, "q?").
:- input(r(P: case), one, "r?").
:- reading(way, left, [right], "either").
:- criterion(goal/1, 'A', "the goal").
"""
ID = Constant("text", "A-1")
NO, OPEN, YES = Status
Value: TypeAlias = str | int | Decimal | date | Unknown
Given: TypeAlias = tuple[str, tuple[Value, ...], Status]
Values: TypeAlias = tuple[object, ...]


@dataclass(frozen=True)
class Program:
    """A program, the facts it is given, and the status of its goal; or the rows of ``found/2``."""

    name: str
    clauses: str
    given: tuple[Given, ...] = ()
    goal: Status | None = None
    found: Mapping[Values, Status] | None = None
    readings: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The whole policy; a program that finds rows has a goal that finds one."""
        return DECLARATIONS + self.clauses + ("" if self.found is None else "\ngoal(P) :- found(P, _).") + "\n"

    @property
    def case(self) -> Case:
        """The case with the facts given, and with no other row of any input."""
        facts: dict[Predicate, list[Fact]] = {}
        for name, values, status in self.given:
            row = (ID, *map(_term, values))
            facts.setdefault(Predicate(name, len(row)), []).append(Fact(Predicate(name, len(row)), row, status))
        return Case(ID, "case.yaml", "", "", {name: tuple(rows) for name, rows in facts.items()}, {})


def _term(value: Value) -> Term:
    match value:
        case Unknown():
            return value
        case date():
            return Constant("date", value)
        case int() | Decimal():
            return Constant("number", value)
        case _ if value.startswith("text "):
            return Constant("text", value)
        case _:
            return Constant("atom", value)


def yes(name: str, *values: Value) -> Given:
    """A row that is met."""
    return name, values, YES


def unsure(name: str, *values: Value) -> Given:
    """A row that is undocumented."""
    return name, values, OPEN


def no(name: str, *values: Value) -> Given:
    """A row that is documented as false."""
    return name, values, NO


U1, U2, U3, MANY = Unknown("u1"), Unknown("u2"), Unknown("u3"), Unknown("many", many=True)
D1, D2, D3 = date(2023, 1, 31), date(2023, 2, 28), date(2024, 2, 29)


def missing(value: object) -> object:
    """The value, or the shape of an unknown one: what its label is does not matter."""
    return ("several" if value.many else "unknown") if isinstance(value, Unknown) else value


def of_each(name: str, clauses: str, rows: Iterable[tuple[tuple[Given, ...], Status]]) -> list[Program]:
    """The same clauses on several records."""
    return [Program(f"{name}, {number}", clauses, given, goal) for number, (given, goal) in enumerate(rows, 1)]


def spans(unit: str, rows: Iterable[tuple[str, str, int]]) -> list[Program]:
    """Elapsed units from one date to another, and back."""
    programs = []
    for start, end, units in rows:
        dates = date.fromisoformat(start), date.fromisoformat(end)
        for there, back, number in ((*dates, units), (*dates[::-1], -units)):
            clauses = f"goal(P) :- span(P, S, E), {unit}_between(S, E, N), N = {number}."
            programs.append(Program(f"{number} {unit} from {there}", clauses, (yes("span", there, back),), YES))
    return programs


ROWS_AND_FIELDS = [
    *of_each(
        "an order comparison",
        "goal(P) :- n(P, X), X > 3.",
        [
            ((yes("n", 4),), YES),
            ((yes("n", 3),), NO),
            ((yes("n", Decimal("3.01")),), YES),
            ((yes("n", U1),), OPEN),
            ((unsure("n", U1),), OPEN),
            ((unsure("n", 4),), OPEN),
            ((unsure("n", 3),), NO),
            ((), NO),
        ],
    ),
    *of_each(
        "a row with an unknown field is there",
        "goal(P) :- n(P, _).",
        [((yes("n", U1),), YES), ((unsure("n", U1),), OPEN)],
    ),
    *of_each(
        "a constant holds by amount",
        "goal(P) :- n(P, 4).",
        [((yes("n", Decimal("4.0")),), YES), ((yes("n", U1),), OPEN), ((yes("n", Decimal("4.01")),), NO)],
    ),
    *of_each(
        "a decimal of the policy is exact",
        "goal(P) :- n(P, X), X >= 34.9.",
        [((yes("n", Decimal("34.9")),), YES), ((yes("n", Decimal("34.89999999999999999")),), NO)],
    ),
    *of_each(
        "a decimal of the case is exact",
        "goal(P) :- n(P, X), X >= 35.",
        [((yes("n", Decimal("34.9999999999")),), NO), ((yes("n", Decimal("35.0")),), YES)],
    ),
    *of_each("a negative number", "goal(P) :- n(P, X), X =< -2.", [((yes("n", -2),), YES), ((yes("n", -1),), NO)]),
    *of_each(
        "a date of the policy",
        "goal(P) :- d(P, X), X < '2023-02-28'.",
        [((yes("d", D1),), YES), ((yes("d", D2),), NO), ((yes("d", U1),), OPEN), ((unsure("d", D3),), NO)],
    ),
    *of_each(
        "a text is no atom of the same letters",
        'goal(P) :- words(P, "text one").',
        [((yes("words", "text one"),), YES), ((yes("words", "text two"),), NO), ((yes("words", U1),), OPEN)],
    ),
    *of_each(
        "strange characters in a text",
        'goal(P) :- words(P, X), X = "text \\"q\\\\ é %".',
        [((yes("words", 'text "q\\ é %'),), YES), ((yes("words", 'text "q é %'),), NO)],
    ),
    *of_each(
        "a flag",
        "goal(P) :- f(P, x).",
        [((yes("f", "x"),), YES), ((unsure("f", "x"),), OPEN), ((no("f", "x"), yes("f", "y")), NO)],
    ),
    *of_each("a yes or no", "goal(P) :- p(P).", [((yes("p"),), YES), ((unsure("p"),), OPEN), ((no("p"),), NO)]),
]

EQUALITY = [
    *of_each(
        "an unknown value equals itself",
        "goal(P) :- n(P, X), n(P, Y), X = Y.",
        [((yes("n", U1),), YES), ((yes("n", MANY),), OPEN), ((yes("n", 1),), YES)],
    ),
    *of_each(
        "an unknown value differs from itself nowhere",
        r"goal(P) :- n(P, X), n(P, Y), X \= Y.",
        [((yes("n", U1),), NO), ((yes("n", MANY),), OPEN), ((yes("n", 1),), NO)],
    ),
    *of_each(
        "an unknown value is not known to be at most itself", "goal(P) :- n(P, X), n(P, Y), X =< Y.", [((yes("n", U1),), OPEN)]
    ),
    *of_each(
        "two values that may differ",
        r"goal(P) :- n(P, X), m(P, Y), X \= Y.",
        [
            ((yes("n", 1), yes("m", 2)), YES),
            ((yes("n", 1), yes("m", Decimal("1.0"))), NO),
            ((yes("n", 1), yes("m", U1)), OPEN),
            ((yes("n", U1), yes("m", U2)), OPEN),
            ((yes("n", U1), yes("m", U1)), NO),
        ],
    ),
    *of_each(
        "a join",
        "goal(P) :- a(P, X), b(P, X).",
        [
            ((yes("a", "x"), yes("b", "x")), YES),
            ((yes("a", "x"), yes("b", "y")), NO),
            ((yes("a", "x"), unsure("b", "x")), OPEN),
            ((yes("a", U1), yes("b", "x")), OPEN),
            ((yes("a", "x"), yes("b", U1)), OPEN),
            ((yes("a", U1), yes("b", U2)), OPEN),
            ((yes("a", U1), yes("b", U1)), YES),
            ((yes("a", "x"), yes("b", "y"), unsure("b", MANY)), OPEN),
            ((yes("a", U1),), NO),
        ],
    ),
    *of_each(
        "a join of three",
        "goal(P) :- a(P, X), b(P, X), c(P, X).",
        [
            ((yes("a", "x"), yes("b", U1), yes("c", "x")), OPEN),
            ((yes("a", U1), yes("b", U1), yes("c", U1)), YES),
            ((yes("a", "x"), yes("b", U1), yes("c", "y")), NO),
            ((yes("a", U1), yes("b", "x"), yes("c", "y")), NO),
            ((yes("a", "x"), yes("b", "y"), yes("c", U1)), NO),
        ],
    ),
    *of_each(
        "what a join says of a value counts in a comparison",
        "goal(P) :- n(P, X), m(P, X), X > 3.",
        [((yes("n", U1), yes("m", 2)), NO), ((yes("n", 2), yes("m", U1)), NO), ((yes("n", U1), yes("m", 4)), OPEN)],
    ),
    *of_each(
        "a variable twice in an atom",
        "goal(P) :- span(P, X, X).",
        [
            ((yes("span", D1, D1),), YES),
            ((yes("span", D1, D2),), NO),
            ((yes("span", D1, U1),), OPEN),
            ((yes("span", U1, U1),), YES),
            ((yes("span", U1, U2),), OPEN),
        ],
    ),
    *of_each(
        "an anonymous variable joins nothing", "goal(P) :- a(P, _), b(P, _).", [((yes("a", "x"), yes("b", "y")), YES)]
    ),
]

NEGATION = [
    *of_each(
        "a negation",
        r"goal(P) :- case(P), \+ a(P, x).",
        [
            ((), YES),
            ((yes("a", "x"),), NO),
            ((yes("a", "y"),), YES),
            ((unsure("a", "x"),), OPEN),
            ((unsure("a", "y"),), YES),
            ((yes("a", U1),), OPEN),
            ((unsure("a", MANY),), OPEN),
            ((yes("a", "x"), unsure("a", MANY)), NO),
        ],
    ),
    *of_each(
        "a variable of a negation alone",
        r"goal(P) :- case(P), \+ a(P, _).",
        [((), YES), ((yes("a", "x"),), NO), ((yes("a", U1),), NO), ((unsure("a", MANY),), OPEN)],
    ),
    *of_each(
        "a negated conjunction",
        r"goal(P) :- case(P), \+ (a(P, X), b(P, X)).",
        [
            ((yes("a", "x"), yes("b", "y")), YES),
            ((yes("a", "x"), yes("b", "x")), NO),
            ((yes("a", "x"), yes("b", U1)), OPEN),
            ((yes("a", U1), yes("b", U1)), NO),
        ],
    ),
    *of_each(
        "a negation with a variable from outside",
        r"goal(P) :- a(P, X), \+ b(P, X).",
        [
            ((yes("a", "x"), yes("a", "y"), yes("b", "x")), YES),
            ((yes("a", "x"), yes("b", "x")), NO),
            ((yes("a", U1), yes("b", "x")), OPEN),
            ((yes("a", U1), yes("b", U1)), NO),
            ((yes("a", "x"), yes("b", U1)), OPEN),
            ((yes("a", "x"), yes("b", U1), yes("b", "x")), NO),
        ],
    ),
    *of_each(
        "a double negation",
        r"goal(P) :- case(P), \+ \+ a(P, x).",
        [((yes("a", "x"),), YES), ((yes("a", U1),), OPEN), ((), NO)],
    ),
    *of_each(
        "a catalogue is closed",
        r"listed(x). goal(P) :- a(P, X), \+ listed(X).",
        [((yes("a", "x"),), NO), ((yes("a", "y"),), YES), ((yes("a", U1),), OPEN), ((unsure("a", "y"),), OPEN)],
    ),
    *of_each(
        "a negation of a derived predicate",
        r"some(P, X) :- a(P, X), b(P, X). goal(P) :- case(P), \+ some(P, z).",
        [
            ((yes("a", U1), yes("b", "x")), YES),
            ((yes("a", "x"), yes("b", U1)), YES),
            ((yes("a", U1), yes("b", "z")), OPEN),
            ((yes("a", "z"), yes("b", "z")), NO),
        ],
    ),
]

TRUTHS = {"p": yes, "q": unsure, "r": no}
TWO_OF_THREE = [
    (YES, YES, NO, YES),
    (YES, YES, OPEN, YES),
    (YES, OPEN, NO, OPEN),
    (OPEN, OPEN, NO, OPEN),
    (YES, NO, NO, NO),
    (OPEN, NO, NO, NO),
    (OPEN, OPEN, OPEN, OPEN),
]
COUNTING = [
    *(
        Program(
            f"two of {first.name}, {second.name}, {third.name}",
            "goal(P) :- two_of(p(P), q(P), r(P)), case(P).",
            (("p", (), first), ("q", (), second), ("r", (), third)),
            expected,
        )
        for first, second, third, expected in TWO_OF_THREE
    ),
    *of_each(
        "one of",
        "goal(P) :- case(P), one_of(p(P), q(P)).",
        [((unsure("p"), yes("q")), YES), ((unsure("p"),), OPEN), ((no("p"), no("q")), NO)],
    ),
    *of_each(
        "all of",
        "goal(P) :- case(P), all_of(p(P), q(P)).",
        [((unsure("p"), yes("q")), OPEN), ((yes("p"), yes("q")), YES), ((yes("p"),), NO)],
    ),
    *of_each(
        "a list of goals, a conjunction and a negation among them",
        r"goal(P) :- case(P), at_least(2, [p(P), \+ q(P), (r(P), a(P, x))]).",
        [
            ((yes("p"), no("q")), YES),
            ((yes("p"), unsure("q")), OPEN),
            ((yes("p"), yes("q"), yes("r"), yes("a", U1)), OPEN),
            ((yes("p"), yes("q"), yes("r"), yes("a", "y")), NO),
        ],
    ),
    *of_each(
        "goals that are counted have variables of their own",
        "goal(P) :- case(P), two_of((a(P, X), b(P, X)), c(P, _), p(P)).",
        [
            ((yes("a", "x"), yes("b", "x"), yes("c", "y")), YES),
            ((yes("a", "x"), yes("b", "y"), yes("c", "y")), NO),
            ((yes("a", "x"), yes("b", U1), yes("c", "y")), OPEN),
        ],
    ),
    *of_each(
        "goals that are counted share a variable with the body",
        "goal(P) :- a(P, X), two_of(b(P, X), c(P, X)).",
        [
            ((yes("a", "x"), yes("a", "y"), yes("b", "x"), yes("c", "y")), NO),
            ((yes("a", "x"), yes("b", "x"), yes("c", "x")), YES),
            ((yes("a", U1), yes("b", "x"), yes("c", "x")), OPEN),
        ],
    ),
    *of_each(
        "a count under a negation",
        r"goal(P) :- case(P), \+ two_of(p(P), q(P), r(P)).",
        [((yes("p"), unsure("q")), OPEN), ((yes("p"), yes("q")), NO), ((yes("p"),), YES)],
    ),
]

DISTINCT = [
    *of_each(
        "two distinct values",
        "goal(P) :- case(P), at_least(2, D, d(P, D)).",
        [
            ((yes("d", D1), yes("d", D2)), YES),
            ((yes("d", D1),), NO),
            ((), NO),
            ((yes("d", D1), yes("d", U1)), OPEN),
            ((yes("d", U1), yes("d", U2)), OPEN),
            ((yes("d", U1),), NO),
            ((unsure("d", D1), yes("d", D2)), OPEN),
            ((unsure("d", D1), unsure("d", D2)), OPEN),
            ((unsure("d", MANY),), OPEN),
            ((yes("d", D1), unsure("d", MANY)), OPEN),
            ((yes("d", D1), yes("d", D2), unsure("d", MANY)), YES),
        ],
    ),
    *of_each(
        "one value",
        "goal(P) :- case(P), at_least(1, D, d(P, D)).",
        [((yes("d", U1),), YES), ((unsure("d", U1),), OPEN), ((unsure("d", MANY),), OPEN), ((), NO)],
    ),
    *of_each(
        "three distinct values",
        "goal(P) :- case(P), at_least(3, D, d(P, D)).",
        [
            ((yes("d", D1), yes("d", U1), yes("d", U2)), OPEN),
            ((yes("d", D1), yes("d", D2), yes("d", U1)), OPEN),
            ((yes("d", D1), yes("d", U1)), NO),
            ((yes("d", D1), yes("d", D2), yes("d", D3)), YES),
            ((unsure("d", MANY),), OPEN),
        ],
    ),
    *of_each(
        "the same value in several rows counts once",
        "goal(P) :- case(P), at_least(2, X, trial(P, X, _)).",
        [
            ((yes("trial", "x", D1), yes("trial", "x", D2)), NO),
            ((yes("trial", "x", D1), yes("trial", "y", D1)), YES),
            ((yes("trial", "x", D1), yes("trial", U1, D1)), OPEN),
            ((yes("trial", U1, D1), yes("trial", U1, D2)), NO),
        ],
    ),
    *of_each(
        "values with a condition",
        "goal(P) :- requested_on(P, Now), at_least(2, D, (d(P, D), D < Now)).",
        [
            ((yes("requested_on", D2), yes("d", D1), yes("d", D3)), NO),
            ((yes("requested_on", D3), yes("d", D1), yes("d", D2)), YES),
            ((yes("requested_on", D2), yes("d", D1), yes("d", U1)), OPEN),
            ((yes("requested_on", D2), yes("d", D3), yes("d", U1)), NO),
            ((yes("requested_on", U1), yes("d", D1), yes("d", D2)), OPEN),
        ],
    ),
    *of_each(
        "a count of values under a negation",
        r"goal(P) :- case(P), \+ at_least(2, D, d(P, D)).",
        [((yes("d", D1), yes("d", U1)), OPEN), ((yes("d", D1),), YES), ((yes("d", D1), yes("d", D2)), NO)],
    ),
    *of_each(
        "a value that a join makes known counts as known",
        "goal(P) :- case(P), at_least(2, X, (a(P, X), b(P, X))).",
        [
            ((yes("a", U1), yes("a", U2), yes("b", "x")), NO),
            ((yes("a", "x"), yes("b", U1), yes("b", U2)), NO),
            ((yes("a", "x"), yes("a", "y"), yes("b", U1), yes("b", U2)), OPEN),
        ],
    ),
]

CALENDAR = [
    *spans(
        "months",
        [
            ("2023-01-01", "2023-03-31", 2),
            ("2023-01-01", "2023-04-01", 3),
            ("2023-01-31", "2023-02-28", 0),
            ("2023-01-31", "2023-03-01", 1),
            ("2023-01-31", "2023-03-30", 1),
            ("2023-01-31", "2023-03-31", 2),
            ("2024-02-29", "2025-02-28", 11),
            ("2024-02-29", "2025-03-01", 12),
            ("2023-12-15", "2024-01-14", 0),
            ("2023-12-15", "2024-01-15", 1),
            ("2023-05-05", "2023-05-05", 0),
        ],
    ),
    *spans(
        "years",
        [
            ("2007-02-28", "2024-02-27", 16),
            ("2007-02-28", "2024-02-28", 17),
            ("2008-02-29", "2025-02-28", 16),
            ("2008-02-29", "2025-03-01", 17),
            ("2023-06-01", "2024-05-31", 0),
        ],
    ),
    *spans(
        "days",
        [
            ("2024-02-28", "2024-03-01", 2),
            ("2023-02-28", "2023-03-01", 1),
            ("1999-12-31", "2000-03-01", 61),
            ("1899-12-31", "1900-03-01", 60),
            ("2023-01-01", "2024-01-01", 365),
        ],
    ),
    *of_each(
        "an unknown date",
        "goal(P) :- span(P, S, E), months_between(S, E, N), N >= 3.",
        [
            ((yes("span", U1, D2),), OPEN),
            ((yes("span", D1, U1),), OPEN),
            ((yes("span", D1, D3),), YES),
            ((yes("span", D1, D2),), NO),
            ((unsure("span", MANY, MANY),), OPEN),
        ],
    ),
    *of_each(
        "the same dates give the same unknown number",
        "goal(P) :- span(P, S, E), months_between(S, E, M), months_between(S, E, N), M = N.",
        [((yes("span", U1, D2),), YES), ((yes("span", MANY, D2),), OPEN)],
    ),
    *of_each(
        "other dates give another unknown number",
        "goal(P) :- span(P, S, E), d(P, D), months_between(S, E, M), months_between(S, D, N), M = N.",
        [((yes("span", U1, D2), yes("d", D1)), OPEN), ((yes("span", U1, D2), yes("d", D2)), YES)],
    ),
    *of_each(
        "another unit gives another unknown number",
        "goal(P) :- span(P, S, E), months_between(S, E, M), days_between(S, E, N), M = N.",
        [((yes("span", U1, D2),), OPEN)],
    ),
    *of_each(
        "a number as the third argument",
        "goal(P) :- span(P, S, E), days_between(S, E, 28).",
        [((yes("span", D1, D2),), YES), ((yes("span", D1, D3),), NO), ((yes("span", D1, U1),), OPEN)],
    ),
    *of_each(
        "the third argument joins",
        "wanted(28). goal(P) :- days_between(S, E, N), span(P, S, E), wanted(N).",
        [((yes("span", D1, D2),), YES), ((yes("span", D1, D3),), NO), ((yes("span", D1, U1),), OPEN)],
    ),
]

RULES = [
    Program("the surest row stands", "found(P, X) :- a(P, X). found(P, X) :- b(P, X).",
            (unsure("a", "x"), yes("b", "x"), unsure("b", "y")), found={("x",): YES, ("y",): OPEN}),
    Program("a row keeps its unknown value", "found(P, X) :- a(P, X).", (yes("a", U1), unsure("a", MANY)),
            found={("unknown",): YES, ("several",): OPEN}),
    Program("a join keeps the value that is known", "found(P, X) :- a(P, X), b(P, X).",
            (yes("a", U1), yes("b", "x")), found={("x",): OPEN}),
    Program("a join keeps the value that is known, in the other order", "found(P, X) :- b(P, X), a(P, X).",
            (yes("a", U1), yes("b", "x")), found={("x",): OPEN}),
    Program("a join keeps the value that stands for one", "found(P, X) :- b(P, X), a(P, X).",
            (unsure("a", MANY), yes("b", U1)), found={("unknown",): OPEN}),
    Program("a catalogue names the items of an unknown value", "listed(x). listed(y). found(P, X) :- a(P, X), listed(X).",
            (yes("a", U1), yes("a", "y")), found={("x",): OPEN, ("y",): YES}),
    Program("a constant in a head", "found(P, x) :- p(P). found(P, y) :- q(P).", (yes("p"), unsure("q")),
            found={("x",): YES, ("y",): OPEN}),
    Program("the other way is not taken", "found(P, x) :- p(P), reading(way, left). found(P, y) :- p(P), reading(way, right).",
            (yes("p"),), found={("x",): YES}),
    Program("the chosen way is taken", "found(P, x) :- p(P), reading(way, left). found(P, y) :- p(P), reading(way, right).",
            (yes("p"),), found={("y",): YES}, readings={"way": "right"}),
    *of_each("a comparison may stand first", "goal(P) :- X > 3, n(P, X).",
             [((yes("n", 4),), YES), ((yes("n", 3),), NO), ((yes("n", U1),), OPEN)]),
    *of_each("a negation may stand first", r"goal(P) :- \+ b(P, X), a(P, X).",
             [((yes("a", "x"), yes("b", "y")), YES), ((yes("a", "x"), yes("b", "x")), NO)]),
    *of_each("a count may stand first", "goal(P) :- two_of(b(P, X), c(P, X)), a(P, X).",
             [((yes("a", "x"), yes("b", "x"), yes("c", "x")), YES), ((yes("a", "x"), yes("b", "y"), yes("c", "x")), NO)]),
    *of_each("an interval may stand first", "goal(P) :- N >= 1, months_between(S, E, N), span(P, S, E).",
             [((yes("span", D2, D3),), YES), ((yes("span", D1, D2),), NO)]),
    *of_each("a conjunction in brackets is part of the body", "goal(P) :- (a(P, X), p(P)), b(P, X).",
             [((yes("a", "x"), yes("p"), yes("b", "x")), YES), ((yes("a", "x"), yes("p"), yes("b", "y")), NO)]),
    *of_each("a chain of predicates", r"s(P, X) :- a(P, X), \+ b(P, X). t(P) :- s(P, X), c(P, X). goal(P) :- case(P), \+ t(P).",
             [((yes("a", "x"), yes("c", "x")), NO), ((yes("a", "x"), yes("c", "x"), unsure("b", "x")), OPEN),
              ((yes("a", "x"), yes("c", "x"), yes("b", "x")), YES)]),
]

PROGRAMS = [*ROWS_AND_FIELDS, *EQUALITY, *NEGATION, *COUNTING, *DISTINCT, *CALENDAR, *RULES]
GOAL, FOUND = Predicate("goal", 1), Predicate("found", 2)


def shown(answers: Answers, predicate: Predicate) -> dict[Values, Status]:
    """The rows of a predicate without the case; of rows that look the same the surest."""
    rows: dict[Values, Status] = {}
    for row, status in answers.of(predicate).items():
        values = tuple(missing(getattr(term, "value", term)) for term in row[1:])
        rows[values] = max(status, rows.get(values, NO))
    return rows


def check(program: Program, answers: Answers) -> None:
    """Compare the answers of a decider with what was worked out by hand."""
    if program.found is None:
        assert shown(answers, GOAL).get((), NO) is program.goal
    else:
        assert shown(answers, FOUND) == program.found


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda each: each.name)
def test_the_decision_follows_the_rules(program: Program) -> None:
    """The project decides every small program as worked out by hand."""
    policy = build_policy(program.text.encode(), "tiny.pl")
    case = program.case
    silent = {declared.predicate: () for declared in policy.vocabulary.inputs.values()}
    case = Case(case.id, case.path, case.hash, case.title, {**silent, **case.facts}, case.complete)
    check(program, decide(policy, case, program.readings).answers)


def test_the_oracle_follows_the_rules(tmp_path: Path) -> None:
    """The oracle decides every small program as worked out by hand."""
    wrong = []
    policy = tmp_path / "tiny.pl"
    texts: dict[str, list[Program]] = {}
    for program in PROGRAMS:
        texts.setdefault(program.text, []).append(program)
    for text, programs in texts.items():
        policy.write_text(text, encoding="utf-8")
        asked = [GOAL] if programs[0].found is None else [FOUND]
        answers = answer(policy, asked, [Question(program.case, program.readings) for program in programs])
        for program, each in zip(programs, answers, strict=True):
            try:
                check(program, each)
            except AssertionError as error:
                wrong.append(f"{program.name}: {error}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("clauses", "message"),
    [
        ("goal(P) :- p(P). goal(P) :- other(P). other(P) :- goal(P).", "depends_on_itself"),
        ("goal(P) :- missing(P).", "undefined_predicate"),
        ("goal(P) :- words(P, X), n(P, Y), X < Y.", "no_order_between"),
        ("goal(P) :- p(P), X = Y, Y = X.", "unbound_variable"),
        ("goal(P) :- p(P), a(P, Single).", "Singleton"),
        (":- nonsense(1). goal(P) :- p(P).", "no directive of a policy"),
        ("goal(P) :- p(P), .", "Syntax error"),
    ],
)
def test_the_oracle_refuses_what_it_cannot_judge(tmp_path: Path, clauses: str, message: str) -> None:
    """A predicate that depends on itself, and whatever the checks would refuse, is an error, never an answer."""
    policy = tmp_path / "tiny.pl"
    policy.write_text(DECLARATIONS + clauses + "\n", encoding="utf-8")
    given = (yes("p"), yes("q"), yes("words", "text"), yes("n", 1))
    case = Program("", "", given).case
    with pytest.raises(OracleError, match=message):
        answer(policy, [GOAL], [Question(case, {})])


def test_a_machine_without_swi_prolog_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests fail with the name of the package that is missing; they never skip."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(OracleError, match="swi-prolog-nox"):
        answer(Path("tiny.pl"), [GOAL], [])
