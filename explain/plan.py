"""In which steps a body is proved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from explain.proof import FieldOf, Origin
from kb.order import Schema, flatten, gives, names
from kb.policy import Policy
from kb.syntax import BETWEEN, CASE, Atom, Clause, Comparison, Conjunction, Goal, Predicate, Variable

Origins = Mapping[str, Origin]
Place = tuple[Predicate, int]


@dataclass(frozen=True, slots=True)
class Step:
    """Part of a conjunction: a goal without open variables, or goals that share one.

    Of the latter ``first`` chooses values and ``rest`` follows; ``free`` are those of the rest that do
    not hang on what is chosen.
    """

    goals: tuple[Goal, ...]
    first: Goal | None = None
    rest: tuple[Goal, ...] = ()
    free: tuple[Goal, ...] = ()


@dataclass(frozen=True, slots=True)
class Giving:
    """The atoms of a conjunction, each with the variables of which it says something, and the names of
    those variables that occur in it more than once."""

    atoms: tuple[tuple[Atom, frozenset[str]], ...]
    often: frozenset[str]


class Planner:
    """In which steps a body is proved. That hangs on which variables have values, not on the values."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        # By the identity of the body, which the entry keeps alive.
        self.known: dict[tuple[int, frozenset[str]], tuple[tuple[Goal, ...], tuple[Step, ...]]] = {}
        self.sources: dict[int, tuple[Clause, Origins]] = {}
        self.places: dict[int, tuple[Clause, Mapping[str, tuple[Place, ...]]]] = {}
        self.told: dict[int, tuple[tuple[Goal, ...], Giving]] = {}
        self.single: dict[int, tuple[Goal, ...]] = {}

    def steps(self, body: tuple[Goal, ...], bound: frozenset[str]) -> tuple[Step, ...]:
        """The steps of a body, in the order it is written, when these variables have values."""
        key = (id(body), bound)
        if key not in self.known:
            goals = [goal for goal in flatten(body) if not is_case(goal) and not is_idle(goal)]
            self.known[key] = (body, tuple(self.step(group, opened, bound) for group, opened in _groups(goals, bound)))
        return self.known[key][1]

    def step(self, group: list[Goal], opened: bool, bound: frozenset[str]) -> Step:
        if not opened:
            return Step(tuple(group))
        first, *rest = self.schema.order(group, set(), set(bound))
        if isinstance(first, Atom) and first.predicate in self.schema.catalogues:
            # The record chooses before a catalogue does: what was found is then held against the list.
            stated = (goal for goal in rest if isinstance(goal, Atom) and goal.predicate in self.schema.inputs)
            if (evidence := next(stated, None)) is not None:
                first, rest = evidence, [first, *(goal for goal in rest if goal is not evidence)]
        chosen = names(first) - bound
        free = tuple(goal for goal in rest if not names(goal) & chosen)
        return Step(tuple(group), first, tuple(rest), free)

    def origins(self, clause: Clause) -> Origins:
        """The field of an input that each variable of a clause stands for, where a goal of its body says so."""
        if id(clause) not in self.sources:
            found: dict[str, Origin] = {}
            for goal in flatten(clause.body):
                if isinstance(goal, Atom) and goal.predicate in self.schema.inputs:
                    for position, term in enumerate(goal.args):
                        if position and isinstance(term, Variable) and term.name != "_":
                            found.setdefault(term.name, FieldOf(goal.predicate, position))
            self.sources[id(clause)] = (clause, found)
        return self.sources[id(clause)][1]

    def first(self, goals: tuple[Goal, ...], wanted: frozenset[str], bound: frozenset[str]) -> Step:
        """The goals as one step, whatever they share, so that the wanted variables get values."""
        # A blank cannot stand in a variable's name, so these keys are never those of ``steps``.
        key = (id(goals), bound.union(["to bind"], (f"bind {name}" for name in wanted)))
        if key not in self.known:
            left = [goal for goal in flatten(goals) if not ((is_case(goal) and names(goal) <= bound) or is_idle(goal))]
            ordered = self.schema.order(left, set(wanted), set(bound))
            self.known[key] = (goals, (Step(goals, ordered[0] if ordered else None, tuple(ordered[1:])),))
        return self.known[key][1][0]

    def given(self, clause: Clause) -> Mapping[str, tuple[Place, ...]]:
        """The places in a clause's body where each variable gets a value, or where more is said of it."""
        if id(clause) not in self.places:
            found: dict[str, tuple[Place, ...]] = {}
            for goal in flatten(clause.body):
                if isinstance(goal, Atom):
                    for position, term in enumerate(goal.args):
                        if isinstance(term, Variable) and term.name in gives(goal):
                            found[term.name] = (*found.get(term.name, ()), (goal.predicate, position))
            self.places[id(clause)] = (clause, found)
        return self.places[id(clause)][1]

    def giving(self, body: tuple[Goal, ...]) -> Giving:
        """Where the variables of a body get values."""
        if id(body) not in self.told:
            goals = flatten(body)
            often = Counter(name for goal in goals for name in _occurrences(goal))
            given = tuple((goal, frozenset(gives(goal))) for goal in goals if isinstance(goal, Atom))
            self.told[id(body)] = (body, Giving(given, frozenset(name for name in often if often[name] > 1)))
        return self.told[id(body)][1]

    def opened(self, goal: Goal) -> tuple[Goal, ...]:
        """The goals of a conjunction, always the same tuple for the same goal, so that its plan is found."""
        if isinstance(goal, Conjunction):
            return goal.goals
        if id(goal) not in self.single:
            self.single[id(goal)] = (goal,)
        return self.single[id(goal)]


def _occurrences(goal: Goal) -> Iterable[str]:
    if isinstance(goal, Atom):
        return [term.name for term in goal.args if isinstance(term, Variable)]
    return names(goal)


def is_idle(goal: Goal) -> bool:
    """Whether a goal holds whatever its dates are, for it asks for any time between them."""
    return isinstance(goal, Atom) and goal.predicate in BETWEEN and goal.args[2] == Variable("_")


def is_case(goal: Goal) -> bool:
    """Whether a goal only says which case it is about."""
    return isinstance(goal, Atom) and goal.predicate == CASE


def planner(policy: Policy) -> Planner:
    """The planner of a policy: the same for all that differ in clauses alone, such as mutants."""
    return _planner(policy.catalogues, policy.inputs)


@lru_cache(maxsize=16)
def _planner(catalogues: frozenset[Predicate], inputs: frozenset[Predicate]) -> Planner:
    return Planner(Schema(catalogues, inputs))


def _groups(goals: Sequence[Goal], bound: frozenset[str]) -> list[tuple[list[Goal], bool]]:
    """The goals grouped by the open variables that they share, each group with whether it has any.

    A variable that occurs in one negated or counted goal alone is that goal's own and not open.
    """
    used = [names(goal) - bound for goal in goals]
    groups: list[tuple[set[str], list[int]]] = []
    for i, goal in enumerate(goals):
        mine = used[i]
        if not isinstance(goal, Atom | Comparison):
            mine = mine & set().union(*(used[j] for j in range(len(goals)) if j != i))
        joined, members = set(mine), [i]
        apart = []
        for opened, indexes in groups:
            if opened & joined:
                joined |= opened
                members += indexes
            else:
                apart.append((opened, indexes))
        groups = [*apart, (joined, sorted(members))]
    groups.sort(key=lambda group: group[1][0])
    return [([goals[i] for i in members], bool(opened)) for opened, members in groups]
