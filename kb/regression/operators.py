"""The operators of mutation: each makes one small mistake in a clause, as a person who edits it might.

An operator knows nothing of what a policy allows: its edits are checked afterwards (``kb/regression/mutants.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from kb.policy import Policy
from kb.pretty import pretty_clause, pretty_goal
from kb.syntax import (
    BETWEEN,
    CASE,
    READING,
    AtLeast,
    AtLeastDistinct,
    Atom,
    Clause,
    Comparison,
    Conjunction,
    Constant,
    Goal,
    Negation,
    Operator,
    Span,
    Term,
    Variable,
    atoms,
)

Where: TypeAlias = Literal["body", "conjunction", "member", "inside"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A clause with a mistake in it, or no clause where it is left out (``clause`` is ``None``).

    ``span`` is where the mistake stands, ``was`` and ``becomes`` what stands there in the policy's own language.
    """

    span: Span
    was: str
    becomes: str
    clause: Clause | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A goal of a clause, where it stands, and the body with another goal in its place, or with none.

    Where: in the body, in a conjunction inside another goal, as a member of a counted list, or inside
    a negation or a count by itself, where no goal can be left out (``put`` gives ``None``).
    """

    goal: Goal
    where: Where
    put: Callable[[Goal | None], tuple[Goal, ...] | None]


def spots(body: tuple[Goal, ...]) -> Iterator[Spot]:
    """Every goal of a body at any depth, from left to right, what contains a goal before it."""
    for i, goal in enumerate(body):

        def put(new: Goal | None, i: int = i) -> tuple[Goal, ...]:
            return (*body[:i], *(() if new is None else (new,)), *body[i + 1 :])

        yield from _spots(goal, "body", put)


def _spots(goal: Goal, where: Where, put: Callable[[Goal | None], tuple[Goal, ...] | None]) -> Iterator[Spot]:
    yield Spot(goal, where, put)
    match goal:
        case Negation(inner) | AtLeastDistinct(goal=inner):

            def inside(new: Goal | None) -> tuple[Goal, ...] | None:
                return None if new is None else put(replace(goal, goal=new))

            yield from _spots(inner, "inside", inside)
        case Conjunction(goals) | AtLeast(goals=goals):
            for i, each in enumerate(goals):

                def among(new: Goal | None, i: int = i) -> tuple[Goal, ...] | None:
                    assert isinstance(goal, Conjunction | AtLeast)
                    left = (*goal.goals[:i], *(() if new is None else (new,)), *goal.goals[i + 1 :])
                    if isinstance(goal, AtLeast):
                        # Where all of the goals are asked for, all that are left still are.
                        count = min(goal.count, len(left)) if goal.count == len(goal.goals) else goal.count
                        return put(replace(goal, count=count, goals=left)) if left else None
                    return put(left[0] if len(left) == 1 else replace(goal, goals=left)) if left else None

                yield from _spots(each, "member" if isinstance(goal, AtLeast) else "conjunction", among)


def _edit(clause: Clause, spot: Spot, new: Goal | None) -> Iterator[Edit]:
    """The edit that puts another goal, or none, in the place of a goal."""
    body = spot.put(new)
    if body is not None:
        becomes = "" if new is None else pretty_goal(new)
        yield Edit(spot.goal.span, pretty_goal(spot.goal), becomes, replace(clause, body=body))


# Numbers


def _steps(constant: Constant) -> Iterator[Constant]:
    """The constants next to a number or a date: off by one, and for a decimal by its last place."""
    value = constant.value
    match value:
        case date():
            for days in (-1, 1):
                if date.min < value < date.max:
                    yield replace(constant, value=value + timedelta(days=days))
        case int():
            for number in (value - 1, value + 1):
                yield replace(constant, value=number)
        case Decimal():
            last = Decimal(1).scaleb(min(int(value.as_tuple().exponent), 0))
            for step in dict.fromkeys((-last, last, Decimal(-1), Decimal(1))):
                yield replace(constant, value=value + step)


def threshold(policy: Policy, clause: Clause) -> Iterator[Edit]:
    """A number or a date that something is held against, off by one or by its last place."""
    for spot in spots(clause.body):
        match spot.goal:
            case Comparison(_, left, Constant(kind="number" | "date") as right) as goal if isinstance(left, Variable):
                for other in _steps(right):
                    yield from _edit(clause, spot, replace(goal, right=other))
            case Comparison(_, Constant(kind="number" | "date") as left, right) as goal if isinstance(right, Variable):
                for other in _steps(left):
                    yield from _edit(clause, spot, replace(goal, left=other))


def number_in_fact(policy: Policy, clause: Clause) -> Iterator[Edit]:
    """A number in a fact of a catalogue, off by one or by its last place."""
    if clause.head.predicate in policy.catalogues:
        for i, term in enumerate(clause.head.args):
            if isinstance(term, Constant) and term.kind == "number":
                for other in _steps(term):
                    head = replace(clause.head, args=(*clause.head.args[:i], other, *clause.head.args[i + 1 :]))
                    yield Edit(
                        clause.head.span, pretty_goal(clause.head), pretty_goal(head), replace(clause, head=head)
                    )


# Comparisons

_TURNED: Mapping[Operator, tuple[Operator, ...]] = {
    "<": ("=<", ">"),
    "=<": ("<", ">="),
    ">": (">=", "<"),
    ">=": (">", "=<"),
    "=": ("\\=",),
    "\\=": ("=",),
}
_OPPOSITE: Mapping[Operator, Operator] = {"<": ">=", "=<": ">", ">": "=<", ">=": "<", "=": "\\=", "\\=": "="}


def comparison_turned(policy: Policy, clause: Clause) -> Iterator[Edit]:
    """A comparison that is strict or not as it should not be, or that points the other way."""
    for spot in spots(clause.body):
        if isinstance(spot.goal, Comparison):
            for operator in _TURNED[spot.goal.operator]:
                yield from _edit(clause, spot, replace(spot.goal, operator=operator))


def unit_changed(policy: Policy, clause: Clause) -> Iterator[Edit]:
    """Years, months and days taken for one another."""
    for spot in spots(clause.body):
        if isinstance(spot.goal, Atom) and spot.goal.predicate in BETWEEN:
            for other in BETWEEN:
                if other != spot.goal.predicate:
                    yield from _edit(clause, spot, replace(spot.goal, name=other.name))


def date_swapped(policy: Policy, clause: Clause) -> Iterator[Edit]:
    """Another date of the clause in the place of a date that is compared or counted from, or the two ends swapped."""
    dates = [name for name, kind in variable_types(policy, clause).items() if kind == "date"]
    for spot in spots(clause.body):
        match spot.goal:
            case Atom(args=(Variable() as left, Variable() as right, result)) as goal if goal.predicate in BETWEEN:
                for one, other in (*_anchors(left, right, dates), (right, left)):
                    yield from _edit(clause, spot, replace(goal, args=(one, other, result)))
            case Comparison(_, Variable() as left, Variable() as right) as compared if left.name in dates:
                for one, other in _anchors(left, right, dates):
                    yield from _edit(clause, spot, replace(compared, left=one, right=other))


def _anchors(left: Variable, right: Variable, dates: list[str]) -> Iterator[tuple[Term, Term]]:
    """The pairs of dates in which one of the two is another."""
    for name in dates:
        if name not in (left.name, right.name):
            yield replace(left, name=name), right
            yield left, replace(right, name=name)


# Literals and clauses


def literal_dropped(policy: Policy, clause: Clause) -> Iterator[Edit]:
    """A condition left out."""
    for spot in spots(clause.body):
        if spot.where in ("body", "conjunction") and _is_condition(spot.goal):
            yield from _edit(clause, spot, None)


def literal_negated(policy: Policy, clause: Clause) -> Iterator[Edit]:
    """A condition turned into its opposite."""
    for spot in spots(clause.body):
        goal = spot.goal
        computes = isinstance(goal, Atom) and goal.predicate in BETWEEN
        if spot.where == "inside" or computes or not _is_condition(goal):
            continue
        if isinstance(goal, Negation):
            opposite = goal.goal
        elif isinstance(goal, Comparison):
            opposite = replace(goal, operator=_OPPOSITE[goal.operator])
        else:
            opposite = Negation(goal, goal.span)
        yield from _edit(clause, spot, opposite)


def _is_condition(goal: Goal) -> bool:
    """Whether a goal is a condition by itself: no conjunction, and not `case(P)`, which only gives a value."""
    return not isinstance(goal, Conjunction) and not (isinstance(goal, Atom) and goal.predicate == CASE)


def count_changed(policy: Policy, clause: Clause) -> Iterator[Edit]:
    """A count that asks for one fewer, or for one more."""
    for spot in spots(clause.body):
        if isinstance(spot.goal, AtLeast | AtLeastDistinct):
            for count in (spot.goal.count - 1, spot.goal.count + 1):
                yield from _edit(clause, spot, replace(spot.goal, count=count))


def member_dropped(policy: Policy, clause: Clause) -> Iterator[Edit]:
    """A goal left out of a counted list."""
    for spot in spots(clause.body):
        if spot.where == "member":
            yield from _edit(clause, spot, None)


def clause_dropped(policy: Policy, clause: Clause) -> Iterator[Edit]:
    """A way to meet a goal left out."""
    if clause.body:
        yield Edit(clause.span, pretty_clause(clause).removesuffix("."), "", None)


def fact_dropped(policy: Policy, clause: Clause) -> Iterator[Edit]:
    """A fact left out of a catalogue."""
    if not clause.body:
        yield Edit(clause.span, pretty_clause(clause).removesuffix("."), "", None)


def constant_replaced(policy: Policy, clause: Clause) -> Iterator[Edit]:
    """Another value of the same enumeration, one that the policy uses elsewhere, or another value of a reading."""
    used = _used(policy)
    for spot in spots(clause.body):
        goal = spot.goal
        if not isinstance(goal, Atom):
            continue
        kinds = policy.types.get(goal.predicate, ())
        for i, term in enumerate(goal.args):
            if not isinstance(term, Constant) or term.kind != "atom":
                continue
            if goal.predicate == READING:
                values = policy.vocabulary.readings[_name(goal.args[0])].values if i else ()
            else:
                values = used.get(kinds[i], ())
            for value in values:
                if value != term.value:
                    args = (*goal.args[:i], replace(term, value=value), *goal.args[i + 1 :])
                    yield from _edit(clause, spot, replace(goal, args=args))


def _name(term: Term) -> str:
    return str(term.value) if isinstance(term, Constant) else ""


def _used(policy: Policy) -> Mapping[str, tuple[str, ...]]:
    """The values of each enumeration that the clauses name."""
    found: dict[str, dict[str, None]] = {}
    for clause in policy.program.clauses:
        for atom in (clause.head, *(atom for goal in clause.body for atom in atoms(goal))):
            for kind, term in zip(policy.types.get(atom.predicate, ()), atom.args, strict=False):
                if isinstance(term, Constant) and term.kind == "atom":
                    found.setdefault(kind, {})[str(term.value)] = None
    return {kind: tuple(values) for kind, values in found.items()}


def variable_types(policy: Policy, clause: Clause) -> Mapping[str, str]:
    """The type of each variable of a clause, where an atom says it."""
    found: dict[str, str] = {}
    for atom in (clause.head, *(atom for goal in clause.body for atom in atoms(goal))):
        for kind, term in zip(policy.types.get(atom.predicate, ()), atom.args, strict=False):
            if isinstance(term, Variable) and term.name != "_" and kind:
                found.setdefault(term.name, kind)
    return found


OperatorOf: TypeAlias = Callable[[Policy, Clause], Iterator[Edit]]

OPERATORS: Mapping[str, OperatorOf] = {
    "threshold": threshold,
    "number-in-fact": number_in_fact,
    "comparison-turned": comparison_turned,
    "unit-changed": unit_changed,
    "date-swapped": date_swapped,
    "count-changed": count_changed,
    "member-dropped": member_dropped,
    "literal-dropped": literal_dropped,
    "literal-negated": literal_negated,
    "clause-dropped": clause_dropped,
    "fact-dropped": fact_dropped,
    "constant-replaced": constant_replaced,
}
"""Every operator by its id, in the order in which they are tried and listed."""
ASKED_ONLY = frozenset({"constant-replaced"})
"""The operators that are used only where they are named."""
