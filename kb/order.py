"""In which order the goals of a body can run, and what is known of its variables after each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from kb.syntax import BETWEEN, Atom, Comparison, Conjunction, Goal, Predicate, Variable, variables

Unknowns: TypeAlias = Mapping[Predicate, tuple[bool, ...]]
"""Which argument positions of a predicate can hold an unknown value."""


def needs(goal: Atom | Comparison) -> set[str]:
    """The variables that must have a value before a goal can be run."""
    if isinstance(goal, Comparison):
        return names(goal)
    return names(Atom("", goal.args[:2])) if goal.predicate in BETWEEN else set()


def names(goal: Goal) -> set[str]:
    """The names of the variables of a goal, ``_`` apart."""
    return {variable.name for variable in variables(goal) if variable.name != "_"}


def gives(goal: Goal) -> set[str]:
    """The variables to which a goal gives a value, or of which it says more."""
    if not isinstance(goal, Atom):
        return set()
    return names(Atom("", goal.args[2:])) if goal.predicate in BETWEEN else names(goal)


def waits(goal: Goal, others: Iterable[Goal], unsure: set[str]) -> bool:
    """Whether one of the others can still say more of an unsure variable that a goal reads."""
    if isinstance(goal, Atom) and goal.predicate not in BETWEEN:
        return False
    reads = names(Atom("", goal.args[:2]) if isinstance(goal, Atom) else goal) & unsure
    return bool(reads) and any(reads & gives(other) for other in others)


def learn(goal: Goal, have: set[str], unsure: set[str], unknowns: Unknowns) -> None:
    """Note in ``unsure`` which variables may have an unknown value once a goal has run.

    A variable keeps the value that says more, so one place where it is known is enough.
    ``have`` names the variables that had a value before, ``unknowns`` the positions with unknown values.
    """
    if not isinstance(goal, Atom):
        return
    if goal.predicate in BETWEEN:
        doubtful = bool(names(Atom("", goal.args[:2])) & unsure)
        flags: Sequence[bool] = (doubtful,)
    else:
        flags = unknowns.get(goal.predicate, (False,) * len(goal.args))
    told = [
        (term.name, flag)
        for term, flag in zip(goal.args[-len(flags) :], flags, strict=True)
        if isinstance(term, Variable)
    ]
    unsure |= {name for name, flag in told if flag} - have
    unsure -= {name for name, flag in told if not flag}


def rank(goal: Goal, catalogues: frozenset[Predicate], inputs: frozenset[Predicate]) -> int:
    """What to run first among the goals that can run: tests, then what is listed, then what is derived."""
    if not isinstance(goal, Atom) or goal.predicate in BETWEEN:
        return 0
    if goal.predicate in catalogues:
        return 1
    return 2 if goal.predicate in inputs else 3


def flatten(goals: Iterable[Goal]) -> list[Goal]:
    """The goals with every conjunction among them opened."""
    flat: list[Goal] = []
    for goal in goals:
        if isinstance(goal, Conjunction):
            flat.extend(flatten(goal.goals))
        else:
            flat.append(goal)
    return flat


@dataclass(frozen=True, slots=True)
class Schema:
    """What lowering must know of the predicates: which are catalogues, which are inputs."""

    catalogues: frozenset[Predicate]
    inputs: frozenset[Predicate]

    def order(
        self,
        body: Sequence[Goal],
        outer: set[str],
        bound: set[str],
        unsure: Iterable[str] = (),
        unknowns: Unknowns | None = None,
    ) -> list[Goal]:
        """The goals of a body in an order in which each can run; the order they were written in breaks ties.

        ``outer`` names the variables that the surroundings use, ``bound`` those that have a value,
        ``unsure`` those of them whose value may be unknown. Where ``unknowns`` are given, a goal also waits
        until no other can say more of an unsure variable that it reads.
        """
        goals = flatten(body)
        if len(goals) == 1:
            return goals
        used = [names(goal) for goal in goals]
        ranks = [rank(goal, self.catalogues, self.inputs) for goal in goals]
        # What a goal needs: of a goal with variables of its own, those that occur elsewhere too.
        wants = [
            needs(goal)
            if isinstance(goal, Atom | Comparison)
            else used[i] & outer.union(*(used[j] for j in range(len(goals)) if j != i))
            for i, goal in enumerate(goals)
        ]
        left = list(range(len(goals)))
        have, vague = set(bound), set(unsure)
        ordered: list[Goal] = []
        while left:
            ready = [i for i in left if wants[i] <= have]
            if vague:
                ready = [i for i in ready if not waits(goals[i], (goals[j] for j in left if j != i), vague)]
            # A body that passed the checks always has a goal that is ready, unless its head is asked open.
            best = min(ready or left, key=lambda i: (ranks[i], not used[i] & have, i))
            ordered.append(goals[best])
            if unknowns is not None:
                learn(goals[best], have, vague, unknowns)
            have |= used[best]
            left.remove(best)
        return ordered
