"""For each pair of values of a reading the smallest case on which they differ."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from kb.regression.comparison import Comparison, ReplayError
from kb.regression.findings import Split
from kb.regression.kill import differing, instances
from kb.regression.open_policy import OpenPolicy
from kb.solving.free import Slot
from kb.solving.shared import anchor_of
from kb.solving.solver import GaveUp
from kb.solving.usual import plain_values
from kb.syntax import Constant, Predicate
from kb.vocabulary import Argument


def splits(base: OpenPolicy, undecided: list[str]) -> Iterator[Split]:
    """Every pair of values of every reading, all other readings as they were chosen.

    What the solver cannot settle in its time is noted. Raises ``ReplayError`` where the engine decides otherwise.
    """
    for name, reading in base.policy.vocabulary.readings.items():
        for first, second in combinations(reading.values, 2):
            yield split(base, name, first, second, undecided)


def split(base: OpenPolicy, name: str, first: str, second: str, undecided: list[str]) -> Split:
    """The smallest case on which two values of a reading differ: in the verdict, or else in a criterion."""
    policy = base.policy
    under = base.under({**base.readings, name: first})
    comparison = Comparison(under, policy, {**base.readings, name: second})
    today = anchor_of(policy)

    def plain(slot: Slot, argument: Argument) -> Iterator[Constant]:
        return plain_values(base.free, slot, argument, today)

    root = Predicate(policy.vocabulary.header.root, 1)
    for predicate in (root, *(each for each in policy.vocabulary.criteria if each != root)):
        if predicate in comparison.unchanged:
            continue
        try:
            found = comparison.search.smallest(differing(comparison, predicate), comparison.inputs(predicate), plain)
        except GaveUp:
            criterion = policy.vocabulary.criteria.get(predicate)
            about = f"{criterion.section} ({criterion.title})" if criterion else "the root goal"
            undecided.append(f"whether {first} and {second} of the reading {name} differ in {about}")
            continue
        if found is None:
            continue
        record = comparison.record(found)
        before, after = comparison.decided(record, {})
        for goal in instances(predicate, before, after):
            statuses = before.answers.status(goal), after.answers.status(goal)
            if statuses[0] is not statuses[1]:
                return Split(name, (first, second), goal, statuses, record, found.departures, (before, after))
        if before.answers.of(predicate) == after.answers.of(predicate):
            raise ReplayError(f"{predicate} was to differ by the reading {name}, and the engine decides it alike")
    return Split(name, (first, second))
