"""The nouns of the policy language: what a program is made of, once read.

Every value here is immutable and compares by what it says, never by where it stands:
two clauses are equal when they read the same, whatever their spans.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal as OneOf
from typing import NamedTuple, TypeAlias


class Span(NamedTuple):
    """A stretch of a file: lines and columns count from 1, the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


NOWHERE = Span(0, 0, 0, 0)


class Predicate(NamedTuple):
    """A name and the number of its arguments, written ``name/arity``."""

    name: str
    arity: int

    def __str__(self) -> str:
        return f"{self.name}/{self.arity}"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable; ``_`` is anonymous, and each ``_`` is a variable of its own."""

    name: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        # Of these there are most in a policy that is kept; what dataclasses do of themselves is slow.
        return type(self), (self.name, self.span)


ConstantKind: TypeAlias = OneOf["atom", "text", "number", "date"]


@dataclass(frozen=True, slots=True)
class Constant:
    """An atom, a text, a number or a date.

    ``value`` is a ``str`` for an atom and a text, an ``int`` or a ``Decimal`` (never a float)
    for a number, a ``datetime.date`` for a date. Numbers are equal by amount: 4 equals 4.0.
    """

    kind: ConstantKind
    value: str | int | Decimal | date
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.kind, self.value, self.span)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that exists but that the record does not state (a marked null).

    ``label`` tells one unknown value from another: an unknown value equals itself for certain
    and any other value possibly. ``many`` marks the unknown value of a list that is missing
    as a whole, which may stand for any number of different values.
    """

    label: str
    many: bool = False


Term: TypeAlias = Variable | Constant | Unknown


def better(left: Term, right: Term) -> Term:
    """Of two values that one variable meets the one that says more.

    That is a known value before an unknown one, and one unknown value before many; labels break ties.
    """
    if not isinstance(right, Unknown):
        return left if not isinstance(left, Unknown) else right
    if not isinstance(left, Unknown):
        return left
    return min(left, right, key=lambda term: (term.many, term.label))


@dataclass(frozen=True, slots=True)
class Atom:
    """A predicate applied to terms."""

    name: str
    args: tuple[Term, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.name, self.args, self.span)

    @property
    def predicate(self) -> Predicate:
        return Predicate(self.name, len(self.args))


Operator: TypeAlias = OneOf["<", "=<", ">", ">=", "=", "\\="]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two terms held against each other."""

    operator: Operator
    left: Term
    right: Term
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Negation:
    r"""``\+ Goal``: the goal is not met. Variables that occur nowhere else are existential."""

    goal: Goal
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Conjunction:
    """``(G1, G2)``: all of the goals."""

    goals: tuple[Goal, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """``at_least(K, [G1, ..., Gn])``, ``one_of(...)``, ``two_of(...)``: K or more of the goals.

    ``form`` is the word that it is written with, which says nothing more.
    """

    count: int
    goals: tuple[Goal, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    form: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AtLeastDistinct:
    """``at_least(K, Variable, Goal)``: K or more distinct values for which the goal holds."""

    count: int
    variable: Variable
    goal: Goal
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Goal: TypeAlias = Atom | Comparison | Negation | Conjunction | AtLeast | AtLeastDistinct


@dataclass(frozen=True, slots=True)
class Clause:
    """``head :- body.``; a fact has no body."""

    head: Atom
    body: tuple[Goal, ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Compound:
    """A term of a directive: ``name(args)``; ``left: right`` is ``:``, ``name/2`` is ``/``."""

    name: str
    args: tuple[DirectiveTerm, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ListTerm:
    """``[a, b, c]`` inside a directive."""

    items: tuple[DirectiveTerm, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


DirectiveTerm: TypeAlias = Variable | Constant | Compound | ListTerm


@dataclass(frozen=True, slots=True)
class Directive:
    """``:- name(args).``"""

    name: str
    args: tuple[DirectiveTerm, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Program:
    """A policy file as read: its directives and its clauses, each in the order of the file."""

    path: str
    text: str = field(compare=False, repr=False)
    directives: tuple[Directive, ...]
    clauses: tuple[Clause, ...]


CASE = Predicate("case", 1)
"""``case(P)`` holds of the case that is decided, and of nothing else."""
READING = Predicate("reading", 2)
"""``reading(Name, Value)`` holds of the chosen value of each reading."""
BETWEEN = {
    Predicate("years_between", 3): "year",
    Predicate("months_between", 3): "month",
    Predicate("days_between", 3): "day",
}
BUILTINS = frozenset({CASE, READING, *BETWEEN})


def subgoals(goal: Goal) -> tuple[Goal, ...]:
    """The goals directly inside a goal; none for an atom or a comparison."""
    match goal:
        case Negation(inner) | AtLeastDistinct(goal=inner):
            return (inner,)
        case Conjunction(goals) | AtLeast(goals=goals):
            return goals
        case _:
            return ()


def atoms(goal: Goal) -> Iterator[Atom]:
    """Every atom in a goal, at any depth, from left to right."""
    if isinstance(goal, Atom):
        yield goal
    for inner in subgoals(goal):
        yield from atoms(inner)


def variables(goal: Goal) -> Iterator[Variable]:
    """Every occurrence of a variable in a goal, at any depth, from left to right."""
    terms: tuple[Term, ...] = ()
    match goal:
        case Atom(args=args):
            terms = args
        case Comparison(left=left, right=right):
            terms = (left, right)
        case AtLeastDistinct(variable=counted):
            terms = (counted,)
    yield from (term for term in terms if isinstance(term, Variable))
    for inner in subgoals(goal):
        yield from variables(inner)


def fill(term: Term, bindings: Mapping[str, Term]) -> Term:
    """A term with its variable replaced by its value, where it has one."""
    return bindings.get(term.name, term) if isinstance(term, Variable) else term


def substitute(goal: Goal, bindings: Mapping[str, Term]) -> Goal:
    """A goal with every variable that has a value replaced by it."""
    match goal:
        case Atom(name, args, span):
            return Atom(name, tuple(fill(term, bindings) for term in args), span)
        case Comparison(operator, left, right, span):
            return Comparison(operator, fill(left, bindings), fill(right, bindings), span)
        case Negation(inner, span):
            return Negation(substitute(inner, bindings), span)
        case Conjunction(goals, span):
            return Conjunction(tuple(substitute(each, bindings) for each in goals), span)
        case AtLeast(count, goals, span, form):
            return AtLeast(count, tuple(substitute(each, bindings) for each in goals), span, form)
        case AtLeastDistinct(count, variable, inner, span):
            # The counted variable is the goal's own, whatever it is called outside.
            outside = {name: term for name, term in bindings.items() if name != variable.name}
            return AtLeastDistinct(count, variable, substitute(inner, outside), span)
