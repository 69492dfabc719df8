"""How many rows of each list a case takes to show something: with fewer, that there is no such case says nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from kb.policy import Policy
from kb.syntax import (
    AtLeastDistinct,
    Atom,
    Clause,
    Goal,
    Negation,
    Predicate,
    Term,
    Variable,
    fill,
    subgoals,
    substitute,
    variables,
)


@dataclass(frozen=True)
class Need:
    """The rows that make a goal met, or keep it from being met.

    ``shared`` are those that its arguments name, as goals over ``#0``, ``#1`` and so on: goals beside it that name
    the same row share it. ``own`` counts all others, by the name of the list.
    """

    shared: frozenset[Atom]
    own: Mapping[str, int]


class RowsNeeded:
    """The rows that the goals of one policy take; none of its predicates may be defined by itself."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.lists = {each.predicate for each in policy.vocabulary.inputs.values() if each.kind == "many"}
        self.known: dict[tuple[Predicate, bool], Need] = {}

    def whole(self, predicate: Predicate, met: bool) -> Counter[str]:
        """How many rows of each list are enough for a goal to be met, or else to keep it from being met."""
        return total(self.predicate(predicate, met))

    def of_clause(self, clause: Clause, met: bool) -> Counter[str]:
        """The same of a clause by itself."""
        return total(self.clause(clause, met))

    def predicate(self, predicate: Predicate, met: bool) -> Need:
        """The need of any goal of a predicate. To be met it takes one clause, not to be met it takes them all."""
        if (predicate, met) not in self.known:
            needs = [self.clause(each, met) for each in self.policy.clauses.get(predicate, ())]
            own: Counter[str] = Counter()
            for need in needs:
                own = own | Counter(need.own) if met else own + Counter(need.own)
            shared = frozenset[Atom]().union(*(need.shared for need in needs))
            self.known[predicate, met] = Need(shared, own)
        return self.known[predicate, met]

    def clause(self, clause: Clause, met: bool) -> Need:
        formal: dict[str, Term] = {}
        for place, term in enumerate(clause.head.args):
            if isinstance(term, Variable):
                formal.setdefault(term.name, Variable(f"#{place}"))
        rows: set[Atom] = set()
        own: Counter[str] = Counter()
        for goal in clause.body:
            self.goal(substitute(goal, formal), met, rows, own)
        shared = {row for row in rows if all(each.name.startswith("#") for each in variables(row))}
        own.update(row.name for row in rows - shared)
        return Need(frozenset(shared), own)

    def goal(self, goal: Goal, met: bool, rows: set[Atom], own: Counter[str]) -> None:
        """Adds what a goal takes: the rows that it names, and how many others."""
        match goal:
            case Atom() if goal.predicate in self.lists:
                if met:
                    rows.add(goal)
            case Atom():
                need = self.predicate(goal.predicate, met)
                given = {f"#{place}": term for place, term in enumerate(goal.args)}
                rows.update(Atom(row.name, tuple(fill(term, given) for term in row.args)) for row in need.shared)
                own.update(need.own)
            case Negation(inner):
                self.goal(inner, not met, rows, own)
            case AtLeastDistinct(count, variable, inner) if met:
                named: set[Atom] = set()
                others: Counter[str] = Counter()
                self.goal(inner, met, named, others)
                each = {row for row in named if variable in row.args}
                rows.update(named - each)
                others.update(row.name for row in each)
                own.update({name: number * count for name, number in others.items()})
            case _:
                for inner in subgoals(goal):
                    self.goal(inner, met, rows, own)


def total(need: Need) -> Counter[str]:
    """All rows of a need by the name of their list."""
    return Counter(need.own) + Counter(row.name for row in need.shared)
