"""What a predicate rests on: its cone, the inputs in it, and what all of it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from kb.order import flatten
from kb.policy import Policy
from kb.regression.canonical import canonical
from kb.solving.shared import shape
from kb.syntax import READING, Atom, Clause, Constant, Predicate, atoms


@lru_cache(maxsize=64)
def cones(policy: Policy) -> Mapping[Predicate, frozenset[Predicate]]:
    """For each predicate all those that it rests on, itself among them."""
    found: dict[Predicate, frozenset[Predicate]] = {}
    for component in policy.components:
        below: set[Predicate] = set(component)
        for predicate in component:
            for clause in policy.clauses.get(predicate, ()):
                for atom in called(clause):
                    below |= found.get(atom.predicate, {atom.predicate})
        for predicate in component:
            found[predicate] = frozenset(below)
    return found


def called(clause: Clause) -> Iterator[Atom]:
    """Every atom in the body of a clause."""
    for goal in clause.body:
        yield from atoms(goal)


def inputs_below(policy: Policy, predicate: Predicate) -> frozenset[str]:
    """The names of the inputs that a predicate rests on."""
    return frozenset(each.name for each in cones(policy).get(predicate, {predicate}) if each in policy.inputs)


def live(policy: Policy, readings: Mapping[str, str]) -> Policy:
    """The policy without the clauses that ask for a reading which is not chosen."""
    clauses = policy.program.clauses
    left = tuple(each for each in clauses if all(readings[name] == value for name, value in readings_of(each)))
    return replace(policy, program=replace(policy.program, clauses=left)) if len(left) < len(clauses) else policy


def readings_of(clause: Clause) -> Iterator[tuple[str, str]]:
    """The readings that a clause asks for, outside of any negation or count, with their values."""
    for goal in flatten(clause.body):
        if isinstance(goal, Atom) and goal.predicate == READING:
            yield reading_of(goal)


def reading_of(goal: Atom) -> tuple[str, str]:
    """The reading that a goal asks for, and its value."""
    name, value = (str(term.value) for term in goal.args if isinstance(term, Constant))
    return name, value


class Meanings:
    """What each predicate of a policy says, as a text; equal texts say the same.

    ``readings`` are those under which it is said, ``None`` where they are open; ``policy`` is what is live under them.
    """

    def __init__(self, policy: Policy, readings: Mapping[str, str] | None) -> None:
        self.policy = policy if readings is None else live(policy, readings)
        self.readings = readings
        self.known: dict[Predicate, str] = {}

    def own(self, predicate: Predicate) -> str:
        """What the predicate's own clauses say, or the shape of an input."""
        if predicate not in self.known:
            if predicate in self.policy.inputs:
                declared = self.policy.vocabulary.inputs[predicate.name]
                items = self.policy.vocabulary.types[declared.fields[0].type].values if declared.kind == "flags" else ()
                self.known[predicate] = repr((shape(declared), sorted(items)))
            else:
                clauses = self.policy.clauses.get(predicate, ())
                self.known[predicate] = "\n".join(sorted({self.clause(clause) for clause in clauses}))
        return self.known[predicate]

    def clause(self, clause: Clause) -> str:
        """What a clause says, with the readings that it tests as they were chosen."""
        if self.readings is None:
            return canonical(clause)
        tested = set()
        for atom in called(clause):
            if atom.predicate == READING:
                name, value = reading_of(atom)
                tested.add(f"{name}={value}: {self.readings.get(name) == value}")
        return " ".join([canonical(clause), *sorted(tested)])


def alike(old: Meanings, new: Meanings) -> frozenset[Predicate]:
    """The predicates whose own clauses say the same in both policies."""
    # What is built in has no clauses and says the same everywhere.
    known = (frozenset[Predicate]().union(*cones(each.policy).values()) for each in (old, new))
    return frozenset(each for each in frozenset.intersection(*known) if says_alike(old, new, each))


def says_alike(old: Meanings, new: Meanings, predicate: Predicate) -> bool:
    """Whether a predicate's own clauses say the same in both; where they are the same, there is no need to look."""
    clauses = old.policy.clauses.get(predicate)
    if clauses and clauses == new.policy.clauses.get(predicate) and old.readings == new.readings:
        return True
    return old.own(predicate) == new.own(predicate)


def unchanged(old: Meanings, new: Meanings) -> frozenset[Predicate]:
    """The predicates of which everything that they rest on says the same in both policies."""
    before, after, same = cones(old.policy), cones(new.policy), alike(old, new)
    defined = before.keys() & after.keys()
    return frozenset(each for each in same & defined if before[each] == after[each] and before[each] <= same)
