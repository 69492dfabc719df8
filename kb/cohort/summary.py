"""What a decided cohort comes to: counts by verdict, status and requirement, in one pass over its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.answers import Status
from kb.cohort.connection import connection
from kb.cohort.job import Decided
from kb.cohort.quoting import paths, text
from kb.cohort.statuses import (
    CLAUSE,
    MET,
    UNDOCUMENTED,
    VERDICT,
    Bit,
    Manifest,
    by_word,
    not_met_of,
    undocumented_of,
)

if TYPE_CHECKING:
    import duckdb

VERDICTS = ("proved", "refuted", "undetermined")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many members there are of each status."""

    met: int
    not_met: int
    undocumented: int

    def of(self, status: Status) -> int:
        """How many have a status."""
        return {Status.MET: self.met, Status.NOT_MET: self.not_met, Status.UNDOCUMENTED: self.undocumented}[status]


@dataclass(frozen=True, slots=True)
class Step:
    """A requirement of a clause, of the members that are held against the clause.

    ``left``: for so many it and all before it are met; ``open``: for so many none of these is not met.
    ``fails_only``: of the requirements of the clause only this one is not met; ``else_met``: and the others are met.
    ``lacks_only``: only this one is undocumented, and the others are met.
    """

    bit: Bit
    condition: bool
    left: int
    open: int
    fails_only: int
    else_met: int
    lacks_only: int


@dataclass(frozen=True, slots=True)
class ClauseCounts:
    """A clause of the root goal: how many members are held against it, their verdicts, its requirements."""

    number: int
    members: int
    verdicts: Mapping[str, int]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Summary:
    """What a decided cohort comes to."""

    manifest: Manifest
    members: int
    left_out: int
    verdicts: Mapping[str, int]
    statuses: tuple[tuple[Bit, Counts], ...]
    clauses: tuple[ClauseCounts, ...]


def summary(decided: Decided) -> Summary:
    """The summary of a decided cohort."""
    files = [str(each) for each in decided.parts]
    with connection(files) as engine:
        return _summary(engine, decided, f"read_parquet({paths(files)})")


def _summary(engine: duckdb.DuckDBPyConnection, decided: Decided, source: str) -> Summary:
    told = decided.manifest
    wanted = dict(_wanted(told))
    sums = ", ".join(f"count_if({condition})" for condition in wanted.values())
    found: dict[int, tuple[int, Mapping[str, int]]] = {}
    for clause, members, *numbers in engine.execute(
        f"SELECT {CLAUSE}, count(*), {sums} FROM {_counted(told, source)} GROUP BY 1 ORDER BY 1"
    ).fetchall():
        found[clause] = (members, dict(zip(wanted, numbers, strict=True)))

    def every(key: str) -> int:
        return sum(counts[key] for _, counts in found.values())

    statuses = []
    members = sum(count for count, _ in found.values())
    for bit in told.bits:
        met, undocumented = every(f"met {bit.output.column}"), every(f"undocumented {bit.output.column}")
        statuses.append((bit, Counts(met, members - met - undocumented, undocumented)))
    clauses = []
    for number, asked in enumerate(told.clauses, 1):
        count, counts = found.get(number, (0, dict.fromkeys(wanted, 0)))
        keys = ("left", "open", "fails only", "else met", "lacks only")
        steps = tuple(
            Step(told.bit(each.column), each.condition, *(counts[f"{number} {at} {key}"] for key in keys))
            for at, each in enumerate(asked)
        )
        clauses.append(ClauseCounts(number, count, {each: counts[each] for each in VERDICTS}, steps))
    verdicts = {each: every(each) for each in VERDICTS}
    return Summary(told, members, decided.left_out, verdicts, tuple(statuses), tuple(clauses))


def _counted(told: Manifest, source: str) -> str:
    """The parts with how much of their own clause fails and is undocumented for each member."""
    if not told.clauses:
        return source
    branches = {"nf": not_met_of, "nu": undocumented_of}
    columns = [
        f"CASE {CLAUSE} "
        + " ".join(
            f"WHEN {number} THEN {number_of([told.bit(each.column) for each in asked])}"
            for number, asked in enumerate(told.clauses, 1)
        )
        + f" END AS {key}"
        for key, number_of in branches.items()
    ]
    return f"(SELECT *, {', '.join(columns)} FROM {source})"


def _wanted(told: Manifest) -> Iterator[tuple[str, str]]:
    """What is counted, each with its condition."""
    for verdict in VERDICTS:
        yield verdict, f"{VERDICT} = {text(verdict)}"
    for bit in told.bits:
        yield f"met {bit.output.column}", _has(MET, bit)
        yield f"undocumented {bit.output.column}", _has(UNDOCUMENTED, bit)
    for number, asked in enumerate(told.clauses, 1):
        bits = [told.bit(each.column) for each in asked]
        for at, bit in enumerate(bits):
            here, before = f"{number} {at}", bits[: at + 1]
            mine = f"{CLAUSE} = {number}"
            met, lacking = _has(MET, bit), _has(UNDOCUMENTED, bit)
            fails = f"{mine} AND nf = 1 AND NOT ({met}) AND NOT ({lacking})"
            yield f"{here} left", f"{mine} AND {_all(before, MET)}"
            yield f"{here} open", f"{mine} AND {_all(before, f'{MET}_{{0}} | {UNDOCUMENTED}')}"
            yield f"{here} fails only", fails
            yield f"{here} else met", f"{fails} AND nu = 0"
            yield f"{here} lacks only", f"{mine} AND nf = 0 AND nu = 1 AND {lacking}"


def _has(which: str, bit: Bit) -> str:
    return f"{which}_{bit.number} & {1 << bit.place} <> 0"


def _all(bits: Sequence[Bit], which: str) -> str:
    """Whether masks have all of these bits."""
    parts = (f"({which.format(word)}_{word}) & {value} = {value}" for word, value in by_word(bits).items())
    return " AND ".join(parts)
