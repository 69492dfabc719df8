"""The difference between two editions of a policy: what all parts of it are made of.

It has three parts: in words, what the files say differently; by meaning, what could be decided
differently of any case; by effect, what is decided differently of the cases that there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

from kb.answers import Status
from kb.decide import Decision
from kb.policy import Policy
from kb.problems import ProblemsError
from kb.syntax import Atom

# In words

EditKind: TypeAlias = Literal["added", "removed", "changed", "reordered"]
Subject: TypeAlias = Literal[
    "clause",  # a rule
    "threshold",  # a rule of which numbers alone changed
    "fact",  # a line of a catalogue
    "reading",
    "section",
    "type",
    "input",
    "criterion",  # or an advisory, or a grant
    "informational",
    "header",  # an entry of `:- policy(...)`
]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a policy file, counted from 1."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that the two files say differently.

    ``kind``: ``reordered`` is a note: the order of the goals changed, and nothing that they say.
    ``name``: what changed, by its name in the policy. ``sections``: those of the nearest criteria that
    rest on it. ``sentence`` tells the change, without the place. Where it was added there is no ``old``
    place and no ``old_text``, where it was removed no ``new`` ones; the texts are as the files have them.
    """

    kind: EditKind
    subject: Subject
    name: str
    sections: tuple[str, ...]
    sentence: str
    old: Place | None = None
    new: Place | None = None
    old_text: str = ""
    new_text: str = ""


# By meaning

# How the new edition bears on a goal, held against the old one. Met counts for more than undocumented,
# and undocumented for more than not met: `more permissive` says that no case comes to count for less.
Relation: TypeAlias = Literal["equivalent", "more permissive", "less permissive", "incomparable", "undecided"]


@dataclass(frozen=True)
class Witness:
    """A case on which the two editions differ, with as little as possible in it that is unusual.

    ``record``: the case as a case file holds it, plain maps, lists and values. ``unusual``: in what it
    departs from the usual case, a sentence for each row. ``goal``: the goal that is decided differently,
    with the values it has in this case. ``before`` and ``after``: its decisions by the deciding engine,
    each under its own edition.
    """

    record: Mapping[str, object]
    unusual: tuple[str, ...]
    goal: Atom
    before: Decision = field(repr=False)
    after: Decision = field(repr=False)


@dataclass(frozen=True)
class Transition:
    """That a goal can turn from one status to another, with a smallest case in which it does.

    There is no witness where none was looked for, or where none could be found in time.
    """

    before: Status
    after: Status
    witness: Witness | None = None


@dataclass(frozen=True)
class Shift:
    """What becomes of one goal: how the two editions relate, and each way in which its status can turn.

    ``goal`` is written as in the policy (``inadequate_response(P, Drug)``). ``undecided`` says that the
    solver gave up, or that the goal rests on inputs that the two editions take differently, those that it is
    compared ``without``; ``transitions`` then holds what was found all the same. ``readings``: under which it
    was compared, where they are others than those by default.
    """

    goal: str
    section: str
    title: str
    relation: Relation
    transitions: tuple[Transition, ...] = ()
    without: tuple[str, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)

    @property
    def turns(self) -> frozenset[tuple[Status, Status]]:
        """The ways in which the status can turn, each from what to what."""
        return frozenset((each.before, each.after) for each in self.transitions)


@dataclass(frozen=True)
class Meaning:
    """The difference by meaning: of the root goal and of each criterion that both editions have.

    ``otherwise``: of the root goal under other readings, those under which it can turn in other ways too.
    ``bounds``: within which the answer holds, a sentence for each (how many treatments, which dates).
    ``notes``: what could not be compared, and why, a sentence for each.
    """

    root: Shift
    criteria: tuple[Shift, ...]
    bounds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    otherwise: tuple[Shift, ...] = ()

    def about_root(self, shift: Shift) -> bool:
        """Whether it is the root goal that a shift tells of."""
        return shift is self.root or any(shift is each for each in self.otherwise)


# By effect


@dataclass(frozen=True)
class Outcome:
    """What became of one case: its decisions under both editions."""

    path: str
    before: Decision = field(repr=False)
    after: Decision = field(repr=False)

    @property
    def flipped(self) -> bool:
        """Whether the verdict changed."""
        return self.before.status is not self.after.status


@dataclass(frozen=True)
class NotComparable:
    """A case file that cannot be read under one of the two editions, or under both, and why."""

    path: str
    old: ProblemsError | None
    new: ProblemsError | None


@dataclass(frozen=True)
class Effect:
    """The difference by effect over a number of cases.

    ``flips``: the cases whose verdict changed. ``shifts``: those whose verdict stayed while a criterion
    changed its status. ``verdicts``: how many cases went from one verdict to another or kept it, for
    each of the nine pairs. What is not comparable is in none of these.
    """

    flips: tuple[Outcome, ...]
    shifts: tuple[Outcome, ...]
    verdicts: Mapping[tuple[Status, Status], int]
    not_comparable: tuple[NotComparable, ...] = ()

    @cached_property
    def compared(self) -> int:
        """How many cases were decided under both editions."""
        return sum(self.verdicts.values())


# The whole


@dataclass(frozen=True)
class Difference:
    """The difference between two editions. A part that was not asked for is ``None``.

    ``readings``: those that were chosen for both.
    """

    old: Policy
    new: Policy
    edits: tuple[Edit, ...]
    meaning: Meaning | None = None
    effect: Effect | None = None
    readings: Mapping[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> tuple[Edit, ...]:
        """The edits without those that are notes alone."""
        return tuple(edit for edit in self.edits if edit.kind != "reordered")


def relation(transitions: Iterable[Transition]) -> Relation:
    """How the new edition bears on a goal, by the ways in which its status can turn."""
    ways = {each.after > each.before for each in transitions}
    if not ways:
        return "equivalent"
    if len(ways) == 2:
        return "incomparable"
    return "more permissive" if ways == {True} else "less permissive"
