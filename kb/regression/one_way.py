"""Which way a change can turn a goal, whatever the case: up to met, down to not met, or either.

All forms of the language but the negation are monotone in three truths: what is met or undocumented stays so where
the goals in it say more. So a threshold that asks for more, a clause less or a condition more can only turn a goal
down, however many rows a case has, and one way need not be looked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal

from kb.calendar import TURNED
from kb.order import flatten, gives
from kb.regression.canonical import canonical
from kb.regression.cones import Meanings, alike
from kb.syntax import (
    BUILTINS,
    CASE,
    READING,
    AtLeast,
    AtLeastDistinct,
    Atom,
    Clause,
    Comparison,
    Constant,
    Goal,
    Negation,
    Predicate,
    Term,
    Variable,
    subgoals,
)

Ways = frozenset[bool]
"""The ways in which a status can turn: ``True`` up to met, ``False`` down to not met."""
STAYS, UP, DOWN, EITHER = Ways(), Ways({True}), Ways({False}), Ways({True, False})


class OneWay:
    """The ways in which each predicate of two policies, none of which is defined by itself, can turn."""

    def __init__(self, old: Meanings, new: Meanings) -> None:
        self.old, self.new = old, new
        self.same = alike(old, new)
        self.known: dict[Predicate, Ways] = {}

    def ways(self, predicate: Predicate) -> Ways:
        """How the new policy can turn an instance of a predicate, in a case that both can read."""
        if predicate not in self.known:
            self.known[predicate] = self.found(predicate)
        return self.known[predicate]

    def found(self, predicate: Predicate) -> Ways:
        policies = self.old.policy, self.new.policy
        if predicate in BUILTINS:
            return STAYS
        if any(predicate in each.inputs for each in policies):
            return STAYS if predicate in self.same else EITHER
        before, after = (each.clauses.get(predicate, ()) for each in policies)
        own = between_clauses(before, after, policies[0].types.get(predicate, ()))
        return own.union(*(self.below(goal) for clause in (*before, *after) for goal in clause.body))

    def below(self, goal: Goal) -> Ways:
        """How a goal turns by the predicates that it calls."""
        if isinstance(goal, Atom):
            return self.reading(goal) if goal.predicate == READING else self.ways(goal.predicate)
        found = STAYS.union(*map(self.below, subgoals(goal)))
        return turned_round(found) if isinstance(goal, Negation) else found

    def reading(self, goal: Atom) -> Ways:
        """How a goal that asks for a reading turns, where other ones are chosen."""
        before, after = self.old.readings, self.new.readings
        if before == after:
            return STAYS
        name, value = goal.args
        if before is None or after is None or not isinstance(name, Constant) or not isinstance(value, Constant):
            return EITHER
        was, becomes = (each.get(str(name.value)) == value.value for each in (before, after))
        return STAYS if was == becomes else UP if becomes else DOWN


def between_clauses(old: Sequence[Clause], new: Sequence[Clause], types: Sequence[str]) -> Ways:
    """How a predicate, with arguments of these types, turns by a change of its own clauses."""
    forms = [{canonical(each): each for each in clauses} for clauses in (old, new)]
    gone = [each for form, each in forms[0].items() if form not in forms[1]]
    come = [each for form, each in forms[1].items() if form not in forms[0]]
    if len(gone) == len(come):
        return STAYS.union(*(between(*pair, types) for pair in zip(gone, come, strict=True)))
    return EITHER if gone and come else UP if come else DOWN


def between(old: Clause, new: Clause, types: Sequence[str]) -> Ways:
    """How what a clause says turns by a change of it."""
    if old.head != new.head:
        return EITHER
    case = {
        term.name
        for term, kind in zip(old.head.args, types, strict=False)
        if isinstance(term, Variable) and kind == CASE.name
    }
    return all_of(old.body, new.body, case)


def all_of(old: Iterable[Goal], new: Iterable[Goal], case: Collection[str]) -> Ways:
    """How goals that must hold together turn; ``case`` names the variables that stand for the case itself."""
    gone, come = differing(flatten(old), flatten(new))
    if len(gone) == len(come):
        return STAYS.union(*(between_goals(*pair, case) for pair in zip(gone, come, strict=True)))
    # An atom also says what its variables are; only goals that say nothing of them just come and go.
    if (gone and come) or any(gives(each) - {*case} for each in (*gone, *come)):
        return EITHER
    return DOWN if come else UP


def between_goals(old: Goal, new: Goal, case: Collection[str]) -> Ways:
    """How a goal turns by a change of it."""
    match old, new:
        case Comparison(), Comparison():
            return between_comparisons(old, new)
        case Negation(goal=inner), Negation(goal=other):
            return turned_round(all_of([inner], [other], case))
        case AtLeast(), AtLeast():
            # Each part has its variables for itself, so it comes and goes whatever it is.
            gone, come = differing(old.goals, new.goals)
            if len(gone) == len(come):
                parts = STAYS.union(*(all_of([was], [becomes], case) for was, becomes in zip(gone, come, strict=True)))
            else:
                parts = EITHER if gone and come else UP if come else DOWN
            return parts | by_count(old.count, new.count)
        case AtLeastDistinct(), AtLeastDistinct() if old.variable == new.variable:
            return all_of([old.goal], [new.goal], case) | by_count(old.count, new.count)
    return EITHER


def by_count(old: int, new: int) -> Ways:
    return STAYS if old == new else DOWN if new > old else UP


def between_comparisons(old: Comparison, new: Comparison) -> Ways:
    """How a comparison of one term with a constant turns where the constant moves, or whether it counts as well."""
    (term, operator, limit), (other, becomes, moved) = facing(old), facing(new)
    if term != other or operator[0] != becomes[0] or operator not in TURNED or becomes not in TURNED:
        return EITHER
    if not isinstance(limit, Constant) or not isinstance(moved, Constant) or limit.kind != moved.kind:
        return EITHER
    match limit.value, moved.value:
        case (int() | Decimal() as was, int() | Decimal() as now):
            further = (now > was) - (now < was)
        case (date() as day, date() as then):
            further = (then > day) - (then < day)
        case _:
            return EITHER
    if operator[0] in "=<":
        further = -further
    # At the same limit the one that counts it as well asks for less.
    asks_more = further or (operator in (">=", "=<")) - (becomes in (">=", "=<"))
    return DOWN if asks_more > 0 else UP if asks_more < 0 else STAYS


def facing(goal: Comparison) -> tuple[Term, str, Term]:
    """A comparison with a variable on its left, where it has just one."""
    if isinstance(goal.right, Variable) and not isinstance(goal.left, Variable):
        return goal.right, TURNED.get(goal.operator, goal.operator), goal.left
    return goal.left, goal.operator, goal.right


def differing(old: Iterable[Goal], new: Iterable[Goal]) -> tuple[list[Goal], list[Goal]]:
    """The goals of either side that the other has not, each as often."""
    gone, come = list(old), list(new)
    for goal in list(gone):
        if goal in come:
            gone.remove(goal)
            come.remove(goal)
    return gone, come


def turned_round(ways: Collection[bool]) -> Ways:
    return Ways(not each for each in ways)
