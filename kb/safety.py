"""Safety: every variable of a clause gets its values from somewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from kb.problems import Problem
from kb.syntax import (
    BETWEEN,
    READING,
    AtLeastDistinct,
    Atom,
    Clause,
    Comparison,
    Conjunction,
    Goal,
    Term,
    Variable,
    subgoals,
    variables,
)


def unsafe_variables(clause: Clause, path: str) -> list[Problem]:
    """A problem for each variable that no positive atom binds where it must be bound."""
    scope = _Scope(clause, path)
    bound = scope.check(clause.body, frozenset())
    for term in clause.head.args:
        if isinstance(term, Variable) and term.name != "_" and term.name not in bound:
            scope.unbound(term, "the head needs it")
    return scope.problems


class _Scope:
    """The variables of one clause, and those of them found unbound."""

    def __init__(self, clause: Clause, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.told: set[str] = set()
        first = clause.head.args[0] if clause.head.args else None
        self.case = first.name if isinstance(first, Variable) else ""
        self.total = Counter(term.name for term in clause.head.args if isinstance(term, Variable))
        for goal in clause.body:
            self.total.update(each.name for each in variables(goal))

    def unbound(self, variable: Variable, why: str) -> None:
        if variable.name in self.told:
            return
        if variable.name != "_":
            self.told.add(variable.name)
        help = "use it in a goal that is neither negated, counted nor a comparison"
        if self.case == variable.name:
            help = f"add the goal `case({variable.name})`, if it is the case"
        message = f"nothing gives `{variable.name}` a value: {why}"
        self.problems.append(Problem("unsafe-variable", message, self.path, variable.span, help))

    def check(self, goals: Iterable[Goal], outer: frozenset[str]) -> frozenset[str]:
        """Checks goals that hold together, given what is bound around them; returns what is bound with them."""
        flat = list(_flat(goals))
        bound = _bound(flat, outer)
        for goal in flat:
            match goal:
                case Comparison(left=left, right=right):
                    self.demand((left, right), bound, "a comparison needs it")
                case Atom() if goal.predicate in BETWEEN:
                    self.demand(goal.args[:2], bound, f"`{goal.name}` needs it")
                case _:
                    for inner in subgoals(goal):
                        self.nested(goal, inner, bound)
        return bound

    def demand(self, terms: Iterable[Term], bound: frozenset[str], why: str) -> None:
        for term in terms:
            if isinstance(term, Variable) and term.name not in bound:
                self.unbound(term, why)

    def nested(self, goal: Goal, inner: Goal, bound: frozenset[str]) -> None:
        """Checks a negated or counted goal: what it shares is bound outside, what is its own inside."""
        here = Counter(each.name for each in variables(inner))
        counted = goal.variable if isinstance(goal, AtLeastDistinct) else None
        if counted is not None:
            self.counted(goal, counted, here)
        shared = set()
        for each in variables(inner):
            if each.name == "_" or (counted is not None and each.name == counted.name):
                continue
            if self.total[each.name] > here[each.name]:
                shared.add(each.name)
                if each.name not in bound:
                    self.unbound(each, "it stands outside this negated or counted goal too")
        own = frozenset(here) - shared - {"_"}
        self.check((inner,), (bound | shared) - own)

    def counted(self, goal: Goal, counted: Variable, here: Counter[str]) -> None:
        if not here[counted.name]:
            message = f"the goal does not mention `{counted.name}`, whose values are counted"
            help = "count a variable of the goal"
            self.problems.append(Problem("counted-variable", message, self.path, counted.span, help))
        elif self.total[counted.name] > here[counted.name] + 1 and counted.name not in self.told:
            self.told.add(counted.name)
            message = f"`{counted.name}` is counted here and used outside the count"
            help = "use another variable for one of the two"
            self.problems.append(Problem("counted-variable", message, self.path, counted.span, help))


def _flat(goals: Iterable[Goal]) -> Iterator[Goal]:
    for goal in goals:
        if isinstance(goal, Conjunction):
            yield from _flat(goal.goals)
        else:
            yield goal


def _bound(goals: list[Goal], outer: frozenset[str]) -> frozenset[str]:
    """The variables that positive atoms bind, and those that follow from them by a difference of dates."""
    bound = set(outer)
    differences = []
    for goal in goals:
        if isinstance(goal, Atom):
            if goal.predicate in BETWEEN:
                differences.append(goal)
            elif goal.predicate != READING:
                bound.update(_names(goal.args))
    found = True
    while found:
        found = False
        for goal in differences:
            if set(_names(goal.args[:2])) <= bound and not set(_names(goal.args[2:])) <= bound:
                bound.update(_names(goal.args[2:]))
                found = True
    return frozenset(bound - {"_"})


def _names(terms: Iterable[Term]) -> Iterator[str]:
    return (term.name for term in terms if isinstance(term, Variable))
