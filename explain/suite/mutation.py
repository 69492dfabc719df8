"""Mutants of a policy held against a suite: which of them some case notices, and which none does.

A mutant is killed when the expectation of some case fails under it. Statuses come from formulas first, which
are quick; every kill is confirmed by the deciding engine before it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from explain.suite.entries import Entry
from explain.suite.expect import Difference
from explain.suite.processes import processes
from explain.suite.trial import Trial
from kb.policy import Policy
from kb.problems import Problem, ProblemsError
from kb.regression.mutants import Mutant, Mutants, derive
from kb.regression.operators import OPERATORS

CHUNK = 4


@dataclass(frozen=True)
class Tried:
    """What became of a mutant: the first case that notices it and in what, or none."""

    mutant: Mutant
    case: Entry | None = None
    difference: Difference | None = None

    @property
    def killed(self) -> bool:
        return self.case is not None


@dataclass(frozen=True)
class Mutation:
    """All mutants of a policy held against a suite of so many cases under its readings, in the order of the file."""

    policy: Policy
    readings: Mapping[str, str]
    cases: int
    mutants: Mutants = field(repr=False)
    tried: tuple[Tried, ...] = field(repr=False)

    @property
    def survivors(self) -> list[Mutant]:
        """The mutants that no case of the suite notices."""
        return [each.mutant for each in self.tried if not each.killed]

    @property
    def percent(self) -> float:
        """How many of a hundred mutants are killed; all where there is none."""
        return 100 * sum(each.killed for each in self.tried) / len(self.tried) if self.tried else 100.0

    def by_operator(self) -> Mapping[str, tuple[int, int]]:
        """For each operator that has a mutant how many are killed, and how many survive."""
        found: dict[str, tuple[int, int]] = {}
        for each in self.tried:
            killed, survived = found.get(each.mutant.operator, (0, 0))
            found[each.mutant.operator] = (killed + each.killed, survived + (not each.killed))
        return {name: found[name] for name in OPERATORS if name in found}


def mutate(
    policy: Policy,
    suite: Sequence[Entry],
    readings: Mapping[str, str],
    operators: Collection[str] = (),
    jobs: int = 1,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Mutation:
    """Hold the mutants of a policy against a suite, in so many processes; ``told`` hears how far it has come.

    Raises ``ProblemsError`` where the suite cannot judge: a case cannot be read, expects nothing at all, or is
    not as it expects under the policy itself.
    """
    chosen = policy.readings(readings)
    derived = derive(policy, operators)
    mutants = derived.listed
    usable = [entry for entry in suite if entry.judges]
    told(0, len(mutants))
    tried: list[Tried] = []
    jobs = min(jobs, len(mutants)) if len(mutants) > CHUNK else 1
    with _processes(jobs, policy, usable, readings, operators) as each_of:
        _judge(policy, suite, iter(each_of(_failing, range(len(usable)))))
        for place, difference in each_of(_noticing, range(len(mutants))):
            tried.append(Tried(mutants[len(tried)], usable[place] if place is not None else None, difference))
            told(len(tried), len(mutants))
    return Mutation(policy, chosen, len(usable), derived, tuple(tried))


def _judge(policy: Policy, suite: Sequence[Entry], failing: Iterator[Difference | None]) -> None:
    """Raises ``ProblemsError`` for a case that cannot be read or that fails, and where none expects anything.

    ``failing``: of each case that expects something the first difference under the policy itself, if there is one.
    """
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    judges = 0
    for entry in suite:
        if entry.error is not None:
            problems += entry.error.problems
            texts |= entry.error.texts
        elif entry.judges:
            judges += 1
            if found := next(failing):
                message = f"case `{entry.name}` fails under the policy itself: {found.key}: "
                message += f"expected {found.expected}, found {found.actual}"
                help = "mend the case or the policy first; `policykb test` shows all that is not as expected"
                problems.append(Problem("failing-case", message, str(entry.path), help=help))
    if not judges and not problems:
        help = "write what each case expects under `expect:`"
        problems.append(Problem("no-expectation", "no case of the suite expects anything", policy.path, help=help))
    if problems:
        raise ProblemsError(problems, texts)


# Several processes


_trial: Trial | None = None
_mutants: Sequence[Mutant] = ()


@contextmanager
def _processes(
    jobs: int, policy: Policy, suite: Sequence[Entry], readings: Mapping[str, str], operators: Collection[str]
) -> Iterator[Callable[..., Iterator[Any]]]:
    """What calls a function of a place for each place, in so many processes, and gives the results in order."""
    global _trial, _mutants
    start = policy, suite, readings, operators
    if jobs == 1:
        _start(*start)
        try:
            yield map
        finally:
            _trial, _mutants = None, ()
        return
    with processes(jobs, _start, *start) as pool:
        yield partial(pool.map, chunksize=CHUNK)


def _start(policy: Policy, suite: Sequence[Entry], readings: Mapping[str, str], operators: Collection[str]) -> None:
    global _trial, _mutants
    _trial = Trial(policy, suite, readings)
    _mutants = derive(policy, operators).listed


def _failing(place: int) -> Difference | None:
    """In what the case at a place is not as it expects under the policy itself."""
    assert _trial is not None
    return _trial.subjects[place].failing()


def _noticing(place: int) -> tuple[int, Difference] | tuple[None, None]:
    """The place of the first case that notices the mutant at a place, and in what."""
    assert _trial is not None
    return _trial.killer(_mutants[place]) or (None, None)
