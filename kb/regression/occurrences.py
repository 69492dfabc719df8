"""Where each literal of a policy stands: in which clause, and inside which goals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from kb.order import flatten, names, needs
from kb.policy import Policy
from kb.syntax import (
    CASE,
    READING,
    Atom,
    Clause,
    Comparison,
    Goal,
    Predicate,
    Span,
    Variable,
    subgoals,
)


@dataclass(frozen=True, eq=False)
class Step:
    """One step on the way from a clause to a literal: of the goals that hold together the one that it is in.

    ``branch`` tells which of the goals inside that one comes next. ``around`` names the variables of what stands
    around these goals: the head, and the goals of the steps before.
    """

    goals: tuple[Goal, ...]
    index: int
    branch: int
    around: AbstractSet[str]

    @property
    def goal(self) -> Goal:
        return self.goals[self.index]

    @cached_property
    def others(self) -> tuple[Goal, ...]:
        """The goals beside this one."""
        return self.goals[: self.index] + self.goals[self.index + 1 :]


@dataclass(frozen=True, eq=False)
class Occurrence:
    """A literal, an atom or a comparison, where it stands in a clause: the steps that lead to it."""

    clause: Clause
    steps: tuple[Step, ...]

    @property
    def literal(self) -> Atom | Comparison:
        goal = self.steps[-1].goal
        assert isinstance(goal, Atom | Comparison)
        return goal

    @property
    def span(self) -> Span:
        return self.literal.span

    @cached_property
    def beside(self) -> AbstractSet[str]:
        """The variables that occur in the clause outside the literal: in its head, or beside it at any step."""
        found = set(self.steps[-1].around)
        for goal in self.steps[-1].others:
            found |= names(goal)
        return found


def occurrences(clause: Clause) -> list[Occurrence]:
    """The literals of a clause from left to right, at any depth; ``case(P)`` and readings are none."""
    head = names(clause.head)
    return [
        found
        for found in _inside(clause, (), clause.body, head)
        if not (isinstance(found.literal, Atom) and found.literal.predicate in (CASE, READING))
    ]


def _inside(
    clause: Clause, before: tuple[Step, ...], goals: Iterable[Goal], around: AbstractSet[str]
) -> Iterator[Occurrence]:
    flat = tuple(flatten(goals))
    for index, goal in enumerate(flat):
        if isinstance(goal, Atom | Comparison):
            yield Occurrence(clause, (*before, Step(flat, index, 0, around)))
            continue
        outside = set(around)
        for other in flat[:index] + flat[index + 1 :]:
            outside |= names(other)
        for branch, inner in enumerate(subgoals(goal)):
            yield from _inside(clause, (*before, Step(flat, index, branch, around)), [inner], outside)


def apart(step: Step, bound: AbstractSet[str]) -> tuple[list[Goal], list[Goal]]:
    """The goals beside that of a step, in two parts: those that can run without it, and those that cannot.

    ``bound`` names the variables that have a value before.
    """
    have, left = set(bound), list(step.others)
    first: list[Goal] = []
    while True:
        ready = [goal for goal in left if wanted(goal, step, bound) <= have]
        if not ready:
            return first, left
        for goal in ready:
            left.remove(goal)
            first.append(goal)
            if isinstance(goal, Atom):
                have |= names(goal)


def wanted(goal: Goal, step: Step, bound: AbstractSet[str]) -> AbstractSet[str]:
    """The variables that must have a value before a goal can run: of a goal with a scope those that it shares."""
    if isinstance(goal, Atom | Comparison):
        return needs(goal)
    shared = set(step.around) | bound
    for other in step.goals:
        if other is not goal:
            shared |= names(other)
    return names(goal) & shared


def binders(step: Step, bound: AbstractSet[str], cases: AbstractSet[str]) -> list[Goal]:
    """The atoms beside the goal of a step that give values to its variables, and the readings that a clause needs.

    Those, that is, which can run without it. ``cases`` names the variables that stand for the case, which has
    its value already.
    """
    chosen: list[Goal] = []
    reach = names(step.goal) - cases
    waiting = [goal for goal in apart(step, bound)[0] if isinstance(goal, Atom)]
    found = True
    while found:
        near = [goal for goal in waiting if goal.predicate == READING or names(goal) & reach]
        found = bool(near)
        for goal in near:
            waiting.remove(goal)
            chosen.append(goal)
            reach |= names(goal) - cases
    return chosen


def case_variables(policy: Policy, clause: Clause) -> AbstractSet[str]:
    """The variables of a clause that stand for the case."""
    found: set[str] = set()
    for atom in (clause.head, *atoms_of(clause.body)):
        types = policy.types.get(atom.predicate, ())
        pairs = zip(atom.args, types, strict=False)
        found |= {term.name for term, kind in pairs if isinstance(term, Variable) and kind == "case"}
    return found


def atoms_of(goals: Iterable[Goal]) -> Iterator[Atom]:
    """Every atom of some goals, at any depth."""
    for goal in goals:
        if isinstance(goal, Atom):
            yield goal
        yield from atoms_of(subgoals(goal))


def sections(policy: Policy) -> dict[Predicate, str]:
    """The section of every predicate that has rules: its own, else that of the first criterion that rests on it."""
    found = {each.predicate: each.section for each in policy.vocabulary.criteria.values()}
    # From what rests on others to what they rest on.
    for component in reversed(policy.components):
        for predicate in component:
            for atom in uses(policy, (predicate,)):
                if predicate in found:
                    found.setdefault(atom.predicate, found[predicate])
    return found


def uses(policy: Policy, predicates: Sequence[Predicate]) -> Iterator[Atom]:
    """Every atom in the bodies of some predicates."""
    for predicate in predicates:
        for clause in policy.clauses.get(predicate, ()):
            yield from atoms_of(clause.body)
