"""A case: what the record says of one member, each fact with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from kb.answers import Row, Status
from kb.syntax import Constant, Predicate

Origin: TypeAlias = Literal["document", "attestation", "override"]
Reason: TypeAlias = Literal["", "missing", "attested", "conflicting"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: what it states, in the words of the file, and where it comes from.

    ``origin`` is ``document`` where the file does not say.
    ``place`` is ``file:line``.
    ``states`` holds the values that it states, by the key of the field; by none where there is one value alone.
    """

    value: str
    source: str
    origin: Origin
    place: str
    states: tuple[tuple[str, Constant | bool], ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Fact:
    """What the record says of one row of an input.

    ``row`` starts with the case; a field that is not stated is an ``Unknown``.
    ``status``: met; not met (documented as false: a flag or a yes-or-no); or undocumented,
    with the ``reason``: nothing given, attested where only a document counts, or contradictory.
    ``evidence`` holds every piece given: both pieces of a conflict, the attestation that did not count.
    ``gaps`` says for a field of a met row that is an ``Unknown`` why it is (by argument name).
    """

    predicate: Predicate
    row: Row
    status: Status
    reason: Reason = ""
    evidence: tuple[Evidence, ...] = ()
    gaps: Mapping[str, Reason] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Case:
    """One member's case: its facts by input, and for every list that is complete its evidence.

    Every input of the vocabulary has an entry in ``facts``: a silent input has an undocumented fact
    (for ``flags`` one for each silent item). ``complete`` names the ``many`` inputs that are given
    (their list is closed, even when empty), with the evidence for the list as a whole, if any.
    """

    id: Constant
    path: str
    hash: str
    title: str
    facts: Mapping[Predicate, tuple[Fact, ...]]
    complete: Mapping[Predicate, tuple[Evidence, ...]]
    expect: object = None
