"""What a suite of cases covers of a policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from kb.policy import Policy
from kb.regression.obligations import Obligation, Run, obligations
from kb.regression.walk import Walk


@dataclass(frozen=True, eq=False)
class Coverage:
    """What a suite covers: every obligation of the policy, those of one kind together, in the order of the file."""

    policy: Policy
    cases: int
    runs: int
    obligations: tuple[Obligation, ...]

    @cached_property
    def missing(self) -> tuple[Obligation, ...]:
        return tuple(each for each in self.obligations if each.missing)

    @cached_property
    def total(self) -> int:
        """How many obligations there are."""
        return sum(each.counts for each in self.obligations)

    @property
    def covered(self) -> int:
        return self.total - len(self.missing)

    @property
    def percent(self) -> float:
        """Of a hundred obligations so many are covered; of none all are."""
        return 100 * self.covered / self.total if self.total else 100.0


def coverage(policy: Policy, runs: Sequence[Run], told: Callable[[int], None] = lambda done: None) -> Coverage:
    """What runs cover of a policy. ``told`` is called after each run with how many are done.

    Raises ``ProblemsError`` for a reading that the policy does not offer, and for a policy of which a
    predicate is defined by itself.
    """
    walk = Walk(policy, obligations(policy))
    for done, run in enumerate(runs, 1):
        walk.run(run)
        told(done)
    cases = len({id(run.case) for run in runs})
    return Coverage(policy, cases, len(runs), tuple(walk.settled()))
