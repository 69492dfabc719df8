"""Clauses that say the same, whatever their variables are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from kb.syntax import AtLeastDistinct, Atom, Clause, Comparison, Goal, Variable, subgoals, variables

Key: TypeAlias = tuple[object, ...]


def occurrences(clause: Clause) -> Iterator[Variable]:
    """Every occurrence of a variable in a clause, its head first."""
    yield from (term for term in clause.head.args if isinstance(term, Variable))
    for goal in clause.body:
        yield from variables(goal)


def variant_key(clause: Clause) -> Key:
    """What a clause says: two clauses have equal keys when they differ in the names of variables alone."""
    names: dict[str, Variable] = {}
    for each in occurrences(clause):
        names.setdefault(each.name, Variable(each.name if each.name == "_" else f"V{len(names)}"))
    if not names:
        return (clause.head, clause.body)

    def renamed(goal: Goal) -> Key:
        match goal:
            case Atom(name=name, args=args):
                return (name, *(names[each.name] if isinstance(each, Variable) else each for each in args))
            case Comparison(operator=operator, left=left, right=right):
                pair = (names[each.name] if isinstance(each, Variable) else each for each in (left, right))
                return (operator, *pair)
        count = getattr(goal, "count", None)
        variable = names[goal.variable.name] if isinstance(goal, AtLeastDistinct) else None
        return (type(goal).__name__, count, variable, *(renamed(each) for each in subgoals(goal)))

    return (renamed(clause.head), *(renamed(goal) for goal in clause.body))
