"""Pieces of evidence to facts: what the record as a whole says of each input.

Every form of a case file is first taken apart into pieces, one for each value that somebody
states. What they amount to is decided here, once for all forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from kb.answers import Row, Status
from kb.case import Case, Evidence, Fact, Reason
from kb.syntax import Constant, Predicate, Term, Unknown
from kb.vocabulary import Input, Vocabulary


@dataclass(frozen=True, slots=True)
class Piece:
    """One value that somebody states, and where; ``True`` or ``False`` for a flag or a yes-or-no."""

    value: Constant | bool
    evidence: Evidence


Slot: TypeAlias = tuple[Piece, ...]
"""All that is stated of one value; nothing, where the record is silent."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One row as stated: a slot for each field, and the evidence to show for the row."""

    slots: tuple[Slot, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """All that a case file states of one input.

    ``rows`` are its rows: of a ``many`` the list, of a ``one`` at most one.
    ``flags`` are the slots of the items of a ``flags``. ``whole`` is the evidence for a list as a whole;
    none where the list is not given.
    """

    rows: tuple[Statement, ...] = ()
    flags: Mapping[str, Slot] = field(default_factory=dict)
    whole: tuple[Evidence, ...] = ()


def build_case(
    vocabulary: Vocabulary,
    case: Constant,
    path: str,
    digest: str,
    title: str,
    stated: Mapping[str, Stated],
    expect: object = None,
) -> Case:
    """The case that the statements of a file amount to; an input without a statement is silent."""
    facts: dict[Predicate, tuple[Fact, ...]] = {}
    complete: dict[Predicate, tuple[Evidence, ...]] = {}
    for name, declared in vocabulary.inputs.items():
        given = stated.get(name, Stated())
        facts[declared.predicate], closed = settled_facts(declared, vocabulary, case, given)
        if closed:
            complete[declared.predicate] = given.whole
    return Case(case, path, digest, title, facts, complete, expect)


def settled_facts(
    declared: Input, vocabulary: Vocabulary, case: Constant, given: Stated
) -> tuple[tuple[Fact, ...], bool]:
    """The facts of one input, and whether they are a complete list."""
    if declared.kind == "flags":
        return _flags(declared, vocabulary, case, given.flags), False
    if declared.kind == "one":
        return (_one(declared, case, given.rows),), False
    return _many(declared, case, given)


def with_row(declared: Input, case: Constant, facts: Sequence[Fact], row: Statement) -> tuple[Fact, ...]:
    """The facts of a list with one row more."""
    labels = {term.label for fact in facts for term in fact.row if isinstance(term, Unknown)}
    number = len(facts) + 1
    while any(label.startswith(f"{declared.name}[{number}].") for label in labels):
        number += 1
    return _merged((*facts, _row(declared, case, number, row)))


@dataclass(frozen=True, slots=True)
class _Settled:
    """What a slot amounts to: its value, or the reason that there is none; the value where only attested."""

    value: Constant | bool | None
    reason: Reason
    attested: Constant | bool | None = None


def settle(slot: Slot, document: bool) -> _Settled:
    """What all pieces for one value amount to.

    An override wins over the rest. ``document``: attested pieces do not count.
    """
    if not slot:
        return _Settled(None, "missing")
    counted = [piece for piece in slot if not (document and piece.evidence.origin == "attestation")]
    if not counted:
        values = {piece.value for piece in slot}
        return _Settled(None, "attested", values.pop() if len(values) == 1 else None)
    overriding = [piece for piece in counted if piece.evidence.origin == "override"]
    values = {piece.value for piece in overriding or counted}
    return _Settled(values.pop(), "") if len(values) == 1 else _Settled(None, "conflicting")


def _weightiest(reasons: Iterable[Reason]) -> Reason:
    """The reason to name for a fact that has several."""
    found = set(reasons)
    order: tuple[Reason, ...] = ("conflicting", "attested")
    return next((reason for reason in order if reason in found), "missing")


def _truth(predicate: Predicate, row: Row, slot: Slot, document: bool) -> Fact:
    """The fact of a flag or a yes-or-no."""
    settled = settle(slot, document)
    evidence = tuple(piece.evidence for piece in slot)
    if settled.value is None:
        return Fact(predicate, row, Status.UNDOCUMENTED, settled.reason, evidence)
    return Fact(predicate, row, Status.MET if settled.value else Status.NOT_MET, "", evidence)


def _flags(declared: Input, vocabulary: Vocabulary, case: Constant, slots: Mapping[str, Slot]) -> tuple[Fact, ...]:
    enumeration = vocabulary.types[declared.fields[0].type]
    return tuple(
        _truth(declared.predicate, (case, Constant("atom", item)), slots.get(item, ()), declared.document)
        for item in enumeration.values
    )


def _one(declared: Input, case: Constant, rows: Sequence[Statement]) -> Fact:
    predicate = declared.predicate
    if not declared.fields:
        return _truth(predicate, (case,), rows[0].slots[0] if rows else (), declared.document)
    slots = rows[0].slots if rows else ((),) * len(declared.fields)
    evidence = rows[0].evidence if rows else ()
    terms: list[Term] = [case]
    gaps: dict[str, Reason] = {}
    for argument, slot in zip(declared.fields, slots, strict=True):
        settled = settle(slot, declared.document)
        if isinstance(settled.value, Constant):
            terms.append(settled.value)
        else:
            terms.append(Unknown(f"{declared.name}.{argument.name}"))
            gaps[argument.name] = settled.reason
    if len(gaps) == len(declared.fields):
        return Fact(predicate, tuple(terms), Status.UNDOCUMENTED, _weightiest(gaps.values()), evidence)
    return Fact(predicate, tuple(terms), Status.MET, "", evidence, gaps or None)


def _many(declared: Input, case: Constant, given: Stated) -> tuple[tuple[Fact, ...], bool]:
    """The facts of a list, and whether it is complete."""
    facts = [_row(declared, case, number, row) for number, row in enumerate(given.rows, 1)]
    attested = declared.document and all(each.origin == "attestation" for each in given.whole)
    if given.whole and not attested:
        return _merged(facts), True
    unknown = tuple(Unknown(f"{declared.name}.{argument.name}", many=True) for argument in declared.fields)
    reason: Reason = "attested" if given.whole else "missing"
    rest = Fact(declared.predicate, (case, *unknown), Status.UNDOCUMENTED, reason, given.whole)
    return (*_merged(facts), rest), False


def _row(declared: Input, case: Constant, number: int, row: Statement) -> Fact:
    settled = [settle(slot, declared.document) for slot in row.slots]
    attested = any(each.reason == "attested" for each in settled)
    if declared.document and not any(row.slots):
        attested = any(each.origin == "attestation" for each in row.evidence)
    terms: list[Term] = [case]
    gaps: dict[str, Reason] = {}
    for argument, each in zip(declared.fields, settled, strict=True):
        value = each.attested if each.reason == "attested" else each.value
        if isinstance(value, Constant):
            terms.append(value)
        else:
            terms.append(Unknown(f"{declared.name}[{number}].{argument.name}"))
            gaps[argument.name] = each.reason
    if attested:
        return Fact(declared.predicate, tuple(terms), Status.UNDOCUMENTED, "attested", row.evidence)
    return Fact(declared.predicate, tuple(terms), Status.MET, "", row.evidence, gaps or None)


def _merged(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts, those of one row joined into one: the surest status, all evidence."""
    found: dict[Row, Fact] = {}
    for fact in facts:
        if (known := found.get(fact.row)) is None:
            found[fact.row] = fact
        else:
            surest = max(known, fact, key=lambda each: each.status)
            evidence = tuple(dict.fromkeys((*known.evidence, *fact.evidence)))
            found[fact.row] = Fact(fact.predicate, fact.row, surest.status, surest.reason, evidence, surest.gaps)
    return tuple(found.values())
