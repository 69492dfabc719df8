"""The statuses of a member in a few whole numbers, and the manifest that says what their bits mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.answers import Status
from kb.cohort.outputs import Asked, Output, Statuses
from kb.cohort.quoting import name, text
from kb.policy import Policy

BITS = 62
"""Bits of a mask: what a signed number of 64 bits holds everywhere, with the sign left alone."""
VERDICT, MET, UNDOCUMENTED = "verdict", "met", "undocumented"
CLAUSE, FAILS, LACKS = "clause", "fails", "lacks"
KEPT = "kept "
"""What stands before the name of a kept column inside a statement: no name of a policy has a blank."""
WORDS: Mapping[Status, str] = {Status.MET: "met", Status.NOT_MET: "not met", Status.UNDOCUMENTED: "undocumented"}


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
    clauses: tuple[tuple[Asked, ...], ...] = ()

    def bit(self, column: str) -> Bit:
        """The bit of a status."""
        return next(bit for bit in self.bits if bit.output.column == column)

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
            "clauses": [
                [{"name": each.column, "condition": each.condition} for each in clause] for clause in self.clauses
            ],
        }


def manifest(policy: Policy, statuses: Statuses) -> Manifest:
    """The manifest of the statuses of a policy. Where ``any`` is true, the status is the greatest of all instances."""
    header = policy.vocabulary.header
    bits = tuple(Bit(each, 1 + i // BITS, i % BITS) for i, each in enumerate(statuses.outputs))
    return Manifest(header.name, header.edition, policy.hash, statuses.readings, bits, statuses.clauses)


def masks(told: Manifest, root: str, decided: str) -> str:
    """The statement for the case, the verdict and the masks over a statement with a column a status."""
    return f"SELECT {', '.join([name('case'), *_verdict(root), *_words(told.bits)])} FROM ({decided})"


def member_rows(told: Manifest, root: str, decided: str, kept: Sequence[str] = (), wide: bool = False) -> str:
    """The statement for the rows of a decided cohort, over a statement with a column a status.

    They have the case, the verdict, the clause of the root goal that a member is held against, the sections of what
    fails and of what is undocumented in it, the masks, and the columns that are kept; ``wide``, a text a status too.
    """
    inner = [name("case"), *_verdict(root), *_words(told.bits), *(name(KEPT + key) for key in kept)]
    inner += [f"{_said(name(bit.output.column))} AS {name(KEPT + bit.output.column)}" for bit in told.bits if wide]
    clause = f"{_closest(told)} AS {CLAUSE}" if len(told.clauses) > 1 else f"1 AS {CLAUSE}"
    outer = [name("case"), VERDICT, CLAUSE]
    for which, mask in ((FAILS, _not_met), (LACKS, _undocumented)):
        branches = " ".join(
            f"WHEN {number} THEN {_sections(told, asked, mask)}" for number, asked in enumerate(told.clauses, 1)
        )
        listed = f"CASE {CLAUSE} {branches} END" if branches else "[]::VARCHAR[]"
        outer.append(f"CASE WHEN {VERDICT} = 'proved' THEN []::VARCHAR[] ELSE {listed} END AS {which}")
    outer += [f"{which}_{word}" for word in range(1, told.words + 1) for which in (MET, UNDOCUMENTED)]
    outer += [f"{name(KEPT + bit.output.column)} AS {name(wide_name(bit))}" for bit in told.bits if wide]
    outer += [f"{name(KEPT + key)} AS {name(key)}" for key in kept]
    held = f"SELECT *, {clause} FROM (SELECT {', '.join(inner)} FROM ({decided}))"
    return f"SELECT {', '.join(outer)} FROM ({held})"


def own_columns(told: Manifest, wide: bool) -> list[str]:
    """The columns of a decided cohort that are not kept ones."""
    pairs = [f"{which}_{word}" for word in range(1, told.words + 1) for which in (MET, UNDOCUMENTED)]
    return ["case", VERDICT, CLAUSE, FAILS, LACKS, *pairs, *(wide_name(bit) for bit in told.bits if wide)]


def wide_name(bit: Bit) -> str:
    """The column of a status where each has one; it cannot be one of the others."""
    column = bit.output.column
    others = {VERDICT, CLAUSE, FAILS, LACKS}
    numbered = column.rpartition("_")[0] in (MET, UNDOCUMENTED) and column.rpartition("_")[2].isdigit()
    return f"{column}_status" if column in others or numbered else column


def _said(column: str) -> str:
    met, not_met, undocumented = (text(WORDS[each]) for each in (Status.MET, Status.NOT_MET, Status.UNDOCUMENTED))
    return f"CASE WHEN {column} THEN {met} WHEN NOT {column} THEN {not_met} ELSE {undocumented} END"


def _verdict(root: str) -> Iterator[str]:
    truth = name(root)
    yield f"CASE WHEN {truth} THEN 'proved' WHEN NOT {truth} THEN 'refuted' ELSE 'undetermined' END AS {VERDICT}"


def _not_met(word: int) -> str:
    return f"(~({MET}_{word} | {UNDOCUMENTED}_{word}))"


def _undocumented(word: int) -> str:
    return f"{UNDOCUMENTED}_{word}"


def by_word(bits: Iterable[Bit]) -> dict[int, int]:
    """For each word of the masks, the number that has these bits."""
    found: dict[int, int] = {}
    for bit in bits:
        found[bit.number] = found.get(bit.number, 0) | 1 << bit.place
    return found


def number_of(bits: Iterable[Bit], mask: Callable[[int], str]) -> str:
    """How many of these bits a mask has."""
    counted = [f"bit_count({mask(word)} & {value})" for word, value in by_word(bits).items()]
    return f"({' + '.join(counted) or '0'})"


def not_met_of(bits: Iterable[Bit]) -> str:
    """How many of these statuses are not met."""
    return number_of(bits, _not_met)


def undocumented_of(bits: Iterable[Bit]) -> str:
    """How many of these statuses are undocumented."""
    return number_of(bits, _undocumented)


def _closest(told: Manifest) -> str:
    """The number of the clause that a member is held against.

    It is one whose conditions do not fail, where there is such a one; of several that of which least fails, then
    least is undocumented, then the first.
    """
    scores = []
    for asked in told.clauses:
        bits = [told.bit(each.column) for each in asked]
        conditions = [bit for bit, each in zip(bits, asked, strict=True) if each.condition]
        apart = f"CASE WHEN {not_met_of(conditions)} > 0 THEN 1 ELSE 0 END" if conditions else "0"
        scores.append(f"{apart} * 1000000 + {not_met_of(bits)}::INTEGER * 1000 + {undocumented_of(bits)}")
    # A list of one list, so that the scores are worked out once.
    return f"list_transform([[{', '.join(scores)}]], lambda s: array_position(s, list_min(s)))[1]::INTEGER"


def _sections(told: Manifest, asked: Sequence[Asked], mask: Callable[[int], str]) -> str:
    """The sections of those requirements of a clause whose bits a mask has, in their order, each once."""
    by: dict[str, list[Bit]] = {}
    for each in asked:
        bit = told.bit(each.column)
        by.setdefault(bit.output.section, []).append(bit)
    there = [f"CASE WHEN {number_of(bits, mask)} > 0 THEN {text(section)} END" for section, bits in by.items()]
    return f"list_filter([{', '.join(there)}]::VARCHAR[], lambda s: s IS NOT NULL)"


def _words(every: Sequence[Bit]) -> Iterator[str]:
    for number in range(1, max((bit.number for bit in every), default=0) + 1):
        bits = [bit for bit in every if bit.number == number]
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
