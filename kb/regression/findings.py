"""What was found of one edition: the nouns of its analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.answers import Status
from kb.decide import Decision
from kb.policy import Policy
from kb.solving.free import Held, Record, Slot
from kb.solving.witness import Departure
from kb.syntax import Atom, Clause, Predicate


@dataclass(frozen=True)
class Constant:
    """A criterion that can never be met, or never fail, whatever the case and the readings."""

    predicate: Predicate
    never: Status


@dataclass(frozen=True)
class Redundant:
    """A clause without which nothing is decided differently; ``by``: the one clause that covers it, if one does.

    ``never``: it can never be met itself; it may still leave its goal undocumented, and then it must not go.
    All clauses that ``can_go`` can go together.
    """

    clause: Clause
    by: Clause | None = None
    never: bool = False
    can_go: bool = True


@dataclass(frozen=True)
class Implication:
    """That one criterion is met wherever another is, under the readings that were chosen."""

    met: Predicate
    too: Predicate


@dataclass(frozen=True)
class Way:
    """A way to the root goal: the least that has to be documented, as a case that the engine approves.

    ``stated`` counts what it documents, ``held`` says it piece by piece; ``clause`` is the clause of the root goal
    that is met.
    """

    record: Record
    stated: int
    held: tuple[tuple[Slot, Held], ...]
    clause: Clause
    decision: Decision


@dataclass(frozen=True)
class Split:
    """Two values of a reading, and the smallest case on which they differ: in the verdict, or else in a criterion.

    ``goal`` is ``None`` where no case within the bounds tells them apart, all other readings as they were chosen.
    """

    reading: str
    values: tuple[str, str]
    goal: Atom | None = None
    statuses: tuple[Status, Status] | None = None
    record: Record | None = None
    departures: tuple[Departure, ...] = ()
    decisions: tuple[Decision, Decision] | None = None


@dataclass(frozen=True)
class Analysis:
    """All that was found of one edition. ``undecided`` says what the solver could not settle in its time.

    ``ways`` are those that ask for least, then the least by each clause of the root goal that none of them is by.
    """

    policy: Policy
    readings: Mapping[str, str]
    constants: tuple[Constant, ...]
    redundant: tuple[Redundant, ...]
    implications: tuple[Implication, ...]
    ways: tuple[Way, ...]
    splits: tuple[Split, ...]
    bounds: tuple[str, ...]
    undecided: tuple[str, ...]
