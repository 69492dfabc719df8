"""The smallest case that tells a mutant from the policy, or that no case within the bounds does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from kb.answers import Status
from kb.decide import Decision
from kb.policy import Policy
from kb.regression.comparison import Comparison, ReplayError
from kb.regression.cones import called, cones, reading_of
from kb.regression.mutants import Mutant
from kb.regression.open_policy import OpenPolicy
from kb.solving.formulas import Formulas, equal
from kb.solving.solver import GaveUp
from kb.solving.values import Pair, Truth, Value, conj, disj, either, neg
from kb.solving.witness import Departure
from kb.solving.witness import Witness as Found
from kb.syntax import READING, Atom, Predicate, Unknown, Variable


@dataclass(frozen=True)
class Kill:
    """A case that kills a mutant: its record, where it departs from a usual case, and what it tells apart.

    ``goal`` is a criterion, an advisory or a grant: ``before`` under the policy, ``after`` under the mutant.
    ``readings`` are those that it takes other than the base's. ``decision`` is that of the policy.
    """

    mutant: Mutant
    record: Mapping[str, object]
    departures: tuple[Departure, ...]
    goal: Atom
    before: Status
    after: Status
    decision: Decision
    readings: Mapping[str, str]


class Killer:
    """The search for cases that kill mutants of one policy."""

    def __init__(self, policy: Policy, readings: Mapping[str, str] | None = None, rows: int = 0) -> None:
        self.base = OpenPolicy(policy, readings, rows=rows)
        self.known: dict[tuple[str, str], OpenPolicy] = {}

    def kill(self, mutant: Mutant) -> Kill | None:
        """The smallest case in which a criterion, an advisory or a grant has another status under the mutant.

        Where there is none under the base's readings, one in which that is so under other ones.
        ``None`` where there is none either, within the bounds: the mutant is equivalent there.
        Raises ``GaveUp``, or ``ReplayError`` where the engine decides otherwise.
        """
        found = smallest(self.base, mutant)
        for name, value in self.near(mutant) if found is None else ():
            # Where the mistake stands under a reading that was not chosen, that reading is all that it takes.
            found = found or smallest(self.under(name, value), mutant, {name: value})
        if found is None and self.base.policy.vocabulary.readings:
            found = smallest(self.base.any_reading, mutant)
        return found or self.beyond(mutant)

    def beyond(self, mutant: Mutant) -> Kill | None:
        """A case that takes more rows than the bounds have, for a mutant that none within them kills.

        A goal that is the same in every case makes those that rest on the mistake through it alone the same.
        Raises ``GaveUp``.
        """
        base = self.base.any_reading if self.base.policy.vocabulary.readings else self.base
        comparison = Comparison(base, mutant.policy, base.readings)
        chosen = Comparison(self.base, mutant.policy, self.base.readings)
        same: set[Predicate] = set()
        if mutant.predicate not in base.policy.catalogues and never(comparison, mutant.predicate):
            return None
        for predicate in above(comparison, mutant.predicate):
            if through(comparison, predicate, mutant.predicate, same):
                same.add(predicate)
                continue
            # A suite tells of no grant under readings that were not chosen.
            asked = chosen if comparison.granted(predicate) else comparison
            found = asked.beyond(predicate, lambda wide, goal=predicate: differing(wide, goal))  # type: ignore[misc]
            if found is not None:
                return killing(asked, mutant, predicate, found, {})
            same.add(predicate)
        return None

    def under(self, name: str, value: str) -> OpenPolicy:
        """The policy under one other reading."""
        if (name, value) not in self.known:
            self.known[name, value] = self.base.under({**self.base.readings, name: value})
        return self.known[name, value]

    def near(self, mutant: Mutant) -> Iterator[tuple[str, str]]:
        """The readings other than the base's that the mutated clause tests, or a clause that rests on it directly."""
        policy = self.base.policy
        mutated = policy.program.clauses[mutant.clause]
        for clause in policy.program.clauses:
            below = list(called(clause))
            if clause is not mutated and all(atom.predicate != mutant.predicate for atom in below):
                continue
            for atom in below:
                if atom.predicate == READING:
                    name, value = reading_of(atom)
                    if self.base.readings[name] != value:
                        yield name, value


def smallest(base: OpenPolicy, mutant: Mutant, readings: Mapping[str, str] | None = None) -> Kill | None:
    """The smallest case that tells a mutant from the policy, the goal nearest to the mistake tried first.

    ``readings`` are those of the base that were not chosen; a suite tells of no grant under them.
    """
    comparison = Comparison(base, mutant.policy, base.readings)
    if mutant.predicate not in base.policy.catalogues and not unlike(comparison, mutant.predicate):
        return None
    elsewhere = bool(readings or base.open_readings)
    for predicate in above(comparison, mutant.predicate):
        if elsewhere and comparison.granted(predicate):
            continue
        found = comparison.within(predicate, lambda each, goal=predicate: differing(each, goal))  # type: ignore[misc]
        if found is not None:
            return killing(comparison, mutant, predicate, found, readings or {})
    return None


def killing(
    comparison: Comparison, mutant: Mutant, predicate: Predicate, found: Found, readings: Mapping[str, str]
) -> Kill:
    """A case as the engine decides it under the policy and under a mutant. Raises ``ReplayError`` where it agrees."""
    record = comparison.record(found)
    before, after = comparison.decided(record, found.readings)
    granted = comparison.granted(predicate)
    for goal in instances(predicate, before, after):
        statuses = before.answers.status(goal), after.answers.status(goal)
        if statuses[0] is not statuses[1] and (Status.MET in statuses or not granted):
            return Kill(mutant, record, found.departures, goal, *statuses, before, {**readings, **found.readings})
    raise ReplayError(f"{predicate} was to differ under {mutant.id}, and the engine decides it alike")


def never(comparison: Comparison, predicate: Predicate) -> bool:
    """Whether no case makes a predicate differ; where that is not settled, it may."""
    try:
        asked = differing(comparison, predicate)
        if comparison.possible(lambda _: asked, comparison.inputs(predicate)):
            return False
        return comparison.beyond(predicate, lambda wide: differing(wide, predicate)) is None
    except GaveUp:
        return False


def through(comparison: Comparison, predicate: Predicate, mutated: Predicate, same: Collection[Predicate]) -> bool:
    """Whether a predicate rests on the mutated one through predicates alone that are the same in every case."""
    below = cones(comparison.policies[0])
    todo, seen = [predicate], set[Predicate]()
    while todo:
        each = todo.pop()
        if each == mutated:
            return False
        if each in seen or each in same or mutated not in below.get(each, ()):
            continue
        seen.add(each)
        todo += [atom.predicate for clause in comparison.policies[0].clauses.get(each, ()) for atom in called(clause)]
    return True


def differing(comparison: Comparison, predicate: Predicate) -> Truth:
    """That some instance of a goal has another status; ``False`` where that is plain without looking for it.

    Of a grant only whether it is met tells, for that is what a suite sees of it.
    """
    found = []
    granted = comparison.granted(predicate)
    for values, there in comparison.instances(predicate):
        for stated, any_value in patterns(values):
            before, after = (instance(each, predicate, values, any_value) for each in comparison.formulas)
            may = False if granted else apart(before.may, after.may)
            found.append(conj(there, stated, disj(apart(before.must, after.must), may)))
    return disj(*found)


def unlike(comparison: Comparison, predicate: Predicate) -> bool:
    """Whether the formulas of a predicate are not the same ones in both."""
    for values, _ in comparison.instances(predicate):
        before, after = (each.instance(predicate, values) for each in comparison.formulas)
        if apart(before.must, after.must) is not False or apart(before.may, after.may) is not False:
            return True
    return False


def patterns(values: Sequence[Value]) -> Iterator[tuple[Truth, frozenset[int]]]:
    """Which values of a goal may not be stated, and that it is just these; such a one stands as any value."""
    sure = [place for place, value in enumerate(values) if value.known is False]
    vague = [place for place, value in enumerate(values) if not isinstance(value.known, bool)]
    for number in range(len(vague) + 1):
        for chosen in combinations(vague, number):
            stated = (neg(values[each].known) if each in chosen else values[each].known for each in vague)
            yield conj(*stated), frozenset((*sure, *chosen))


def instance(formulas: Formulas, predicate: Predicate, values: Sequence[Value], any_value: Collection[int]) -> Pair:
    """The status of a goal with these arguments, some of which stand for any value."""
    if not any_value:
        return formulas.instance(predicate, values)
    vague = formulas.vague.get(predicate, (False,) * predicate.arity)
    fixed = [place for place in range(predicate.arity) if place not in any_value]
    wanted = tuple(
        value if place in fixed and value.settled and not vague[place] else None for place, value in enumerate(values)
    )
    return either(
        row.pair & equal([values[each] for each in fixed], [row.values[each] for each in fixed])
        for row in formulas.rows(predicate, wanted)
    )


def apart(left: Truth, right: Truth) -> Truth:
    """That two truths are not the same."""
    if isinstance(left, bool) and isinstance(right, bool):
        return left is not right
    if isinstance(left, bool):
        return neg(right) if left else right
    if isinstance(right, bool):
        return neg(left) if right else left
    return False if left.eq(right) else left != right


def above(comparison: Comparison, mutated: Predicate) -> Iterator[Predicate]:
    """The criteria, and the root goal, that rest on a predicate, the nearest first."""
    below = cones(comparison.policies[0])
    root = comparison.root
    asked = [*comparison.criteria()]
    resting = [each for each in dict.fromkeys((*asked, root)) if mutated in below.get(each, ())]
    yield from sorted(resting, key=lambda each: len(below[each]))


def instances(predicate: Predicate, *decisions: Decision) -> Iterator[Atom]:
    """The goals of a predicate that some decision has a row for; what is not stated stands as any value.

    They come in one order, for that of the engine's answers is chance.
    """
    for decision in decisions:
        for row in sorted(decision.answers.of(predicate), key=repr):
            yield Atom(predicate.name, tuple(Variable("_") if isinstance(term, Unknown) else term for term in row))
