"""A cohort cut into slices, each decided by itself: ranges of rows of Parquet, in the order of the files.

Data of other formats, and data in several tables, is first written to one file of Parquet: a range of rows of
theirs can only be found by reading all rows before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb.cohort.check import Checked, rejected_where
from kb.cohort.connection import VIEW
from kb.cohort.data import Cohort
from kb.cohort.export import write_members
from kb.cohort.plan import Plan
from kb.cohort.quoting import name, paths

if TYPE_CHECKING:
    import duckdb

ROWS = 1_000_000
"""So many rows make a slice: enough that planning the statement anew for each costs little."""
_NUMBER = "file_row_number"


@dataclass(frozen=True, slots=True)
class Slice:
    """Whole files, or the rows of one file from the ``first`` to the ``last``, counted from 1."""

    files: tuple[str, ...]
    rows: int
    first: int = 0
    last: int = 0


def slices(engine: duckdb.DuckDBPyConnection, files: Sequence[str], most: int = ROWS) -> tuple[Slice, ...]:
    """The slices of files of Parquet: large files in several, small ones together."""
    query = f"SELECT file_name, num_rows FROM parquet_file_metadata({paths(files)})"
    counts = dict(engine.execute(query).fetchall())
    found: list[Slice] = []
    together: list[str] = []
    rows = 0
    for file in files:
        count = counts[file]
        if together and rows + count > most:
            found.append(Slice(tuple(together), rows))
            together, rows = [], 0
        if count > most:
            starts = range(1, count + 1, most)
            ends = [min(start + most - 1, count) for start in starts]
            found += [Slice((file,), end - start + 1, start, end) for start, end in zip(starts, ends, strict=True)]
        else:
            together.append(file)
            rows += count
    return (*found, Slice(tuple(together), rows)) if together else tuple(found)


def statements(cohort: Cohort, staged: Path, most: int = ROWS) -> list[tuple[int, str]]:
    """How many rows each slice of a cohort has, and the statement for its members.

    What is no Parquet is first written to ``staged``, unless that is there.
    """
    engine, source = cohort.connection, cohort.plan.source
    if source.format == "parquet":
        found = slices(engine, source.files, most)
        return [(each.rows, slice_of_data(cohort.plan, cohort.checked, each)) for each in found]
    if not staged.exists():
        stage(cohort, staged)
    return [(each.rows, slice_of_members(each)) for each in slices(engine, [str(staged)], most)]


def stage(cohort: Cohort, staged: Path) -> None:
    """The members written to one file of Parquet, as they are read, whole or not at all. Raises ``ProblemsError``."""
    write_members(cohort, f"SELECT * FROM {VIEW}", staged)


def slice_of_data(plan: Plan, checked: Checked, part: Slice) -> str:
    """The statement for the members of a slice of the data, those with a fault left out."""
    between = (part.first, part.last) if part.last else None
    where = rejected_where(checked.faults)
    return plan.members(f"NOT ({where})" if where else "", part.files, between)


def slice_of_members(part: Slice) -> str:
    """The statement for a slice of members that were written to a file as they are read."""
    read = f"read_parquet({paths(part.files)}, {_NUMBER} = true)"
    where = f" WHERE {_NUMBER} + 1 BETWEEN {part.first} AND {part.last}" if part.last else ""
    return f"SELECT * EXCLUDE ({name(_NUMBER)}) FROM {read}{where}"
