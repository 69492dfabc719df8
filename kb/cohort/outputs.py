"""The statuses that a lowered policy puts out for every member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from kb.syntax import Constant, Predicate
from kb.vocabulary import CriterionKind

OutputKind: TypeAlias = CriterionKind | Literal["goal"]


@dataclass(frozen=True)
class Output:
    """A status for every member.

    ``args`` are the arguments after the case where they can be listed; where they cannot, ``open``: the status
    is the greatest of all instances. A ``goal`` is what a clause of the root goal asks for beside criteria.
    """

    column: str
    predicate: Predicate
    kind: OutputKind
    section: str
    title: str
    args: tuple[Constant, ...]
    open: bool


@dataclass(frozen=True)
class Asked:
    """A requirement of a clause of the root goal, by the column of its status.

    ``condition``: it says of whom the clause speaks at all.
    """

    column: str
    condition: bool


@dataclass(frozen=True)
class Statuses:
    """The statuses to put out, the column of the root goal, and the readings under which they are said.

    ``clauses`` are those of the root goal with what each asks for, where they were wanted.
    """

    outputs: tuple[Output, ...]
    root: str
    readings: Mapping[str, str]
    clauses: tuple[tuple[Asked, ...], ...] = ()
