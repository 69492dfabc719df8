"""What every engine returns: a status for each goal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from functools import cached_property

from kb.syntax import Atom, Constant, Predicate, Term, Unknown, Variable, better


class Status(IntEnum):
    """Kleene's three truths, ordered, so that "and" is ``min`` and "or" is ``max``."""

    NOT_MET = 0
    UNDOCUMENTED = 1
    MET = 2

    @property
    def opposite(self) -> Status:
        return Status(2 - self)


def at_least(count: int, statuses: Iterable[Status]) -> Status:
    """The status of "``count`` or more of these": the ``count``-th largest status."""
    ranked = sorted(statuses, reverse=True)
    if count <= 0:
        return Status.MET
    return ranked[count - 1] if count <= len(ranked) else Status.NOT_MET


Row = tuple[Term, ...]


def ordered(rows: Mapping[Row, Status]) -> list[tuple[Row, Status]]:
    """The rows in an order that is the same each time: the surest first, then by their values."""
    return sorted(rows.items(), key=lambda each: (-each[1], *map(_rank, each[0])))


def _rank(term: Term) -> tuple[int, Decimal, str]:
    match term:
        case Constant(value=int() | Decimal() as number):
            return 0, Decimal(number), ""
        case Constant(value=value):
            return 1, Decimal(0), str(value)
        case Unknown(label=label):
            return 2, Decimal(0), label
        case Variable(name=name):
            return 3, Decimal(0), name


def matches(pattern: Row, row: Row) -> Status:
    """How surely a row of constants and unknown values matches a pattern.

    A variable of the pattern matches anything; a variable that occurs twice must match equal values.
    """
    surest = Status.MET
    bound: dict[str, Term] = {}
    for wanted, found in zip(pattern, row, strict=True):
        if isinstance(wanted, Variable):
            if wanted.name == "_":
                continue
            if wanted.name not in bound:
                bound[wanted.name] = found
                continue
            name, wanted = wanted.name, bound[wanted.name]
            bound[name] = better(wanted, found)
        if wanted == found and not (isinstance(found, Unknown) and found.many):
            continue
        if isinstance(wanted, Unknown) or isinstance(found, Unknown):
            surest = Status.UNDOCUMENTED
        else:
            return Status.NOT_MET
    return surest


@dataclass(frozen=True)
class Answers:
    """For each predicate its rows that are met or undocumented; what is not listed is not met."""

    rows: Mapping[Predicate, Mapping[Row, Status]]

    def of(self, predicate: Predicate) -> Mapping[Row, Status]:
        return self.rows.get(predicate, {})

    @cached_property
    def vague(self) -> Mapping[Predicate, frozenset[int]]:
        """The predicates that have a row with an unknown value, each with the positions where one stands."""
        found: dict[Predicate, set[int]] = {}
        for predicate, rows in self.rows.items():
            for row in rows:
                for position, term in enumerate(row):
                    if isinstance(term, Unknown):
                        found.setdefault(predicate, set()).add(position)
        return {predicate: frozenset(positions) for predicate, positions in found.items()}

    def select(self, goal: Atom) -> list[tuple[Row, Status]]:
        """The rows that match a goal, each with the status of its match."""
        rows = self.of(goal.predicate)
        if self._exact(goal):
            return [(goal.args, rows[goal.args])] if goal.args in rows else []
        found: list[tuple[Row, Status]] = []
        for row, status in rows.items():
            sure = min(status, matches(goal.args, row))
            if sure is not Status.NOT_MET:
                found.append((row, sure))
        return found

    def status(self, goal: Atom) -> Status:
        """The status of a goal: that of its surest row."""
        if self._exact(goal):
            return self.of(goal.predicate).get(goal.args, Status.NOT_MET)
        return max((status for _, status in self.select(goal)), default=Status.NOT_MET)

    def _exact(self, goal: Atom) -> bool:
        """Whether only a row that equals the goal's arguments can match it."""
        return goal.predicate not in self.vague and all(isinstance(term, Constant) for term in goal.args)
