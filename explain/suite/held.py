"""A growing suite held against mutants: each new case against all that no case before it kills."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import replace

from explain.suite.entries import Entry
from explain.suite.processes import processes
from explain.suite.trial import Trial
from kb.policy import Policy
from kb.regression.mutants import Mutant

# With fewer mutants than this other processes take longer to start than they save.
MANY = 100
# So many of the mutants are held against a case before the others, for one of them is mostly the next.
FRONT = 8


class Alive:
    """The mutants that no case of a suite kills so far, in their order; ``kills`` names the case of each other."""

    def __init__(self, policy: Policy, mutants: Sequence[Mutant], readings: Mapping[str, str]) -> None:
        self.policy, self.readings = policy, readings
        self.listed = list(mutants)
        self.kills: dict[str, str] = {}

    def hold(self, entry: Entry) -> None:
        """Hold a case against all of them.

        Raises ``AssertionError`` where the formulas and the engine disagree: a defect of this software.
        """
        self.note(entry.name, killed(self.policy, self.readings, entry, self.listed))

    def note(self, name: str, ids: Collection[str]) -> None:
        """Note that a case kills these."""
        self.kills.update(dict.fromkeys(sorted(ids), name))
        self.listed = [each for each in self.listed if each.id not in ids]

    def first(self) -> Mutant | None:
        """The first of them, or none where none is left."""
        return self.listed[0] if self.listed else None

    def leave(self, mutant: Mutant) -> None:
        """Look at this one no more."""
        self.listed.remove(mutant)


class AliveElsewhere(Alive):
    """The same, found out by other processes while the next case is looked for."""

    def __init__(
        self, policy: Policy, mutants: Sequence[Mutant], readings: Mapping[str, str], pool: Executor, jobs: int
    ) -> None:
        super().__init__(policy, mutants, readings)
        self.pool, self.jobs = pool, jobs
        # What is under way for the last case, the front first: which mutants, and which of them it kills.
        self.last = ""
        self.parts: list[tuple[Collection[str], Future[Collection[str]]]] = []

    def hold(self, entry: Entry) -> None:
        """Have a case held against all of them, the first of them first."""
        while self.parts:
            self.wait()
        # The processes have the policy: sent along, it would be another one each time.
        alone, ids = replace(entry, policy=None), [each.id for each in self.listed]
        front, rest = ids[:FRONT], ids[FRONT:]
        shares = [front, *(rest[place :: self.jobs] for place in range(self.jobs))]
        self.last = entry.name
        self.parts = [(frozenset(share), self.pool.submit(_killed, alone, share)) for share in shares if share]

    def first(self) -> Mutant | None:
        """The first of them, as soon as that is known."""
        while self.listed and any(self.listed[0].id in ids for ids, _ in self.parts):
            self.wait()
        return super().first()

    def wait(self) -> None:
        """Wait for the next part that is under way."""
        _, found = self.parts.pop(0)
        self.note(self.last, found.result())


@contextmanager
def held(policy: Policy, mutants: Sequence[Mutant], readings: Mapping[str, str], jobs: int) -> Iterator[Alive]:
    """Mutants ready for the first case, held against in so many processes; what comes out is the same in any number."""
    if jobs == 1 or len(mutants) < MANY:
        yield Alive(policy, mutants, readings)
        return
    with processes(jobs, _start, policy, tuple(mutants), readings) as pool:
        yield AliveElsewhere(policy, mutants, readings, pool, jobs)


def killed(policy: Policy, readings: Mapping[str, str], entry: Entry, mutants: Sequence[Mutant]) -> Collection[str]:
    """The ids of the mutants that a case kills."""
    trial = Trial(policy, [entry], readings)
    return {each.id for each in mutants if trial.killer(each) is not None}


# Of a process of its own


_policy: Policy
_mutants: Mapping[str, Mutant]
_readings: Mapping[str, str]


def _start(policy: Policy, mutants: Sequence[Mutant], readings: Mapping[str, str]) -> None:
    global _policy, _mutants, _readings
    _policy, _mutants, _readings = policy, {each.id: each for each in mutants}, readings


def _killed(entry: Entry, ids: Sequence[str]) -> Collection[str]:
    return killed(_policy, _readings, replace(entry, policy=_policy), [_mutants[each] for each in ids])
