"""The statuses of a member in a few whole numbers, and the manifest that says what their bits mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb.answers import Status
from kb.cohort.lowered import Lowered, Output
from kb.cohort.quoting import name
from kb.policy import Policy

BITS = 62
"""Bits of a mask: what a signed number of 64 bits holds everywhere, with the sign left alone."""
VERDICT, MET, UNDOCUMENTED = "verdict", "met", "undocumented"


@dataclass(frozen=True)
class Bit:
    """What a bit means: in the columns ``met_N`` and ``undocumented_N``, at ``place`` from the lowest."""

    output: Output
    number: int
    place: int


@dataclass(frozen=True)
class Manifest:
    """What the columns of the statuses mean, for which policy under which readings."""

    policy: str
    edition: str
    hash: str
    readings: Mapping[str, str]
    bits: tuple[Bit, ...]

    @property
    def words(self) -> int:
        """How many numbers a mask takes."""
        return max((bit.number for bit in self.bits), default=0)

    def as_json(self) -> dict[str, object]:
        """The manifest as data."""
        return {
            "policy": self.policy,
            "edition": self.edition,
            "hash": self.hash,
            "readings": dict(self.readings),
            "bits": [
                {
                    "name": bit.output.column,
                    "predicate": str(bit.output.predicate),
                    "arguments": [str(each.value) for each in bit.output.args],
                    "any": bit.output.open,
                    "kind": bit.output.kind,
                    "section": bit.output.section,
                    "title": bit.output.title,
                    "word": bit.number,
                    "bit": bit.place,
                }
                for bit in self.bits
            ],
        }


def manifest(policy: Policy, lowered: Lowered) -> Manifest:
    """The manifest of a lowered policy. Where ``any`` is true, the status is the greatest of all instances."""
    header = policy.vocabulary.header
    bits = tuple(Bit(each, 1 + i // BITS, i % BITS) for i, each in enumerate(lowered.outputs))
    return Manifest(header.name, header.edition, policy.hash, lowered.readings, bits)


def masks(told: Manifest, root: str, decided: str) -> str:
    """The statement for the case, the verdict and the masks over a statement with a column a status."""
    verdict = f"CASE WHEN {name(root)} THEN 'proved' WHEN NOT {name(root)} THEN 'refuted' ELSE 'undetermined' END"
    parts = [name("case"), f"{verdict} AS {VERDICT}", *_words(told)]
    return f"SELECT {', '.join(parts)} FROM ({decided})"


def _words(told: Manifest) -> Iterator[str]:
    for number in range(1, told.words + 1):
        bits = [bit for bit in told.bits if bit.number == number]
        for which in (MET, UNDOCUMENTED):
            terms = []
            for bit in bits:
                column = name(bit.output.column)
                truth = f"coalesce({column}, false)" if which == MET else f"({column} IS NULL)"
                terms.append(f"({truth}::BIGINT << {bit.place})")
            yield f"({' | '.join(terms)}) AS {which}_{number}"


def status(bit: Bit, row: Mapping[str, int]) -> Status:
    """The status that a row's masks say of a bit."""
    if row[f"{MET}_{bit.number}"] >> bit.place & 1:
        return Status.MET
    return Status.UNDOCUMENTED if row[f"{UNDOCUMENTED}_{bit.number}"] >> bit.place & 1 else Status.NOT_MET
