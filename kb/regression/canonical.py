"""A clause in one form, however it is written: what is no change of meaning makes no difference to it.

Variables have names by what they do, goals and alternatives stand in one order, comparisons face one
way. Two clauses with the same form say the same: each variable keeps a name of its own, so no form can
hide a difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import count

from kb.order import flatten
from kb.syntax import (
    AtLeast,
    AtLeastDistinct,
    Atom,
    Clause,
    Comparison,
    Conjunction,
    Constant,
    Goal,
    Negation,
    Term,
    Variable,
    substitute,
    variables,
)

TURNED = {">": "<", ">=": "=<"}
EVEN = ("=", "\\=")
# Of variables that look all alike so many are tried in each other's place, which no real clause reaches.
MOST_ALIKE = 5


def canonical(clause: Clause) -> str:
    """The form of a clause: equal for two clauses that differ in names of variables and in order alone."""
    plain = apart(clause)
    goals = [plain.head, *flatten(plain.body)]
    names = list(dict.fromkeys(variable.name for goal in goals for variable in variables(goal)))
    return _named(goals, dict.fromkeys(names, 0))


def in_order(clause: Clause) -> str:
    """The form of a clause with its goals in the order of the file: variables are numbered as they come."""
    plain = apart(clause)
    goals = [plain.head, *flatten(plain.body)]
    names = dict.fromkeys(variable.name for goal in goals for variable in variables(goal))
    numbers = {name: f"V{at}" for at, name in enumerate(names)}
    return " ".join(shape(goal, numbers.__getitem__, ordered=True) for goal in goals)


def apart(clause: Clause) -> Clause:
    """The clause with a name of its own for each ``_`` and for the counted variable of each count."""
    numbers = count()

    def term(each: Term) -> Term:
        # No variable of the language has such a name.
        return Variable(f"?{next(numbers)}") if isinstance(each, Variable) and each.name == "_" else each

    def goal(each: Goal) -> Goal:
        match each:
            case Atom(name, args, span):
                return Atom(name, tuple(map(term, args)), span)
            case Comparison(operator, left, right, span):
                return Comparison(operator, term(left), term(right), span)
            case Negation(inner, span):
                return Negation(goal(inner), span)
            case Conjunction(goals, span):
                return Conjunction(tuple(map(goal, goals)), span)
            case AtLeast(number, goals, span):
                return AtLeast(number, tuple(map(goal, goals)), span)
            case AtLeastDistinct(number, counted, inner, span):
                own = Variable(f"#{next(numbers)}")
                return AtLeastDistinct(number, own, goal(substitute(inner, {counted.name: own})), span)

    return Clause(clause.head, tuple(map(goal, clause.body)), clause.span)


def shape(goal: Goal, name: Callable[[str], str], *, ordered: bool = False) -> str:
    """The text of a goal in one form, its variables named as wanted; ``ordered`` keeps the order of goals."""

    def listed(goals: Iterable[Goal]) -> str:
        told = [shape(each, name, ordered=ordered) for each in goals]
        return ", ".join(told if ordered else sorted(told))

    match goal:
        case Atom(name=predicate, args=args):
            return f"{predicate!r}({', '.join(_term(term, name) for term in args)})"
        case Comparison(operator=operator, left=left, right=right):
            sides = [_term(left, name), _term(right, name)]
            if operator in TURNED:
                return f"({sides[1]} {TURNED[operator]} {sides[0]})"
            return f"({f' {operator} '.join(sorted(sides) if operator in EVEN else sides)})"
        case Negation(goal=inner):
            return f"not {shape(inner, name, ordered=ordered)}"
        case AtLeast(count=number, goals=goals):
            return f"{number} of [{listed(goals)}]"
        case Conjunction(goals=goals):
            opened = flatten(goals)
            return shape(opened[0], name, ordered=ordered) if len(opened) == 1 else f"all [{listed(opened)}]"
        case AtLeastDistinct(count=number, variable=counted, goal=inner):
            return f"{number} of {_term(counted, name)}: {shape(inner, name, ordered=ordered)}"


def same_goal(left: Goal, right: Goal, bindings: Mapping[str, Term]) -> bool:
    """Whether two goals are the same once the variables of the first are called as in the second."""

    def own(name: str) -> str:
        return name

    return shape(substitute(left, bindings), own) == shape(right, own)


def _named(goals: list[Goal], ranks: Mapping[str, int]) -> str:
    """The smallest text of a clause over the ways to tell apart the variables that look alike."""
    ranks = _refined(goals, ranks)
    classes: dict[int, list[str]] = {}
    for name, rank in ranks.items():
        classes.setdefault(rank, []).append(name)
    alike = next((names for _, names in sorted(classes.items()) if len(names) > 1), None)
    if alike is None:
        head, *body = (shape(goal, lambda name: f"V{ranks[name]}") for goal in goals)
        return " ".join([head, *sorted(body)])
    # The chosen one comes before the others of its class, and nothing else moves.
    tried = alike if len(alike) <= MOST_ALIKE else alike[:1]
    return min(
        _named(goals, {name: 2 * rank + (rank == ranks[one] and name != one) for name, rank in ranks.items()})
        for one in tried
    )


def _refined(goals: list[Goal], ranks: Mapping[str, int]) -> Mapping[str, int]:
    """The variables ranked by what they do, until nothing more tells two apart."""
    holds = {name: [any(each.name == name for each in variables(goal)) for goal in goals] for name in ranks}
    while True:
        found = {name: _look(name, goals, holds[name], ranks) for name in ranks}
        order = {look: rank for rank, look in enumerate(sorted(set(found.values())))}
        classes = len(set(ranks.values()))
        ranks = {name: order[look] for name, look in found.items()}
        if len(order) == classes:
            return ranks


def _look(name: str, goals: list[Goal], holds: list[bool], ranks: Mapping[str, int]) -> tuple[int, str, str]:
    """What tells a variable from others: its rank, its place in the head, the goals that it stands in."""

    def called(other: str) -> str:
        return "*" if other == name else f"V{ranks[other]}"

    head, *body = (shape(goal, called) if held else "" for goal, held in zip(goals, holds, strict=True))
    return ranks[name], head, "\n".join(sorted(filter(None, body)))


def _term(term: Term, name: Callable[[str], str]) -> str:
    if isinstance(term, Variable):
        return name(term.name)
    assert isinstance(term, Constant)
    match term.value:
        case Decimal() as number:
            # 4.0 is 4; `normalize` would round what is longer than its context.
            whole, _, rest = format(number, "f").partition(".")
            return f"{whole}.{rest}".rstrip("0").rstrip(".")
        case int() as number:
            return str(number)
        case date() as day:
            return f"date {day.isoformat()}"
    return f"{term.kind} {term.value!r}"
