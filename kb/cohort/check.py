"""Every row of a cohort held against the layout, before any work: what is wrong, where, and how often."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from kb.case_problems import listed
from kb.cohort.columns import CASE
from kb.cohort.fitting import Check
from kb.cohort.plan import Plan
from kb.cohort.quoting import name
from kb.cohort.sources import ROW
from kb.cohort.tables import Stray, Tables, strays
from kb.problems import Problem, ProblemsError, did_you_mean, printable

if TYPE_CHECKING:
    import duckdb

FEW = 3
LONGEST_VALUE = 80
_BATCH = 1000
_DUPLICATE = Check("duplicate-case", CASE, "", "", "a name that no other row has")
_UNREADABLE = Check("malformed-row", "", "", "", "UTF-8 text, as many cells as the heading has, every quote closed")
DUPLICATES = "policykb_duplicates"


@dataclass(frozen=True, slots=True)
class Place:
    """A row that is wrong: its file and number, its case, and the value that stands there."""

    file: str
    row: int
    case: str | None
    value: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in some rows: how many there are, and the first few of them."""

    check: Check
    count: int
    first: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A cohort held against the layout: its rows, those of them with a fault, and the faults.

    ``members`` is the statement for the rows without any; ``whole`` are the columns of lists in which no field of any
    row is unknown.
    """

    rows: int
    rejected: int
    faults: tuple[Fault, ...]
    members: str
    whole: frozenset[str] = frozenset()

    def problems(self, path: str) -> tuple[Problem, ...]:
        """The faults as problems."""
        return tuple(_problem(each, path) for each in self.faults)


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that is left out, and one reason for it."""

    place: Place
    column: str
    reason: str


def check(connection: duckdb.DuckDBPyConnection, plan: Plan) -> Checked:
    """What is wrong with the rows. It reads everything once, and again where something is wrong."""
    checks = plan.checks
    conditions = [f"coalesce({each.condition}, false)" for each in checks]
    listed = [each for each in plan.fitted if each.gaps]
    counts = ", ".join(f"count_if({each})" for each in (*conditions, *(each.gaps for each in listed))) or "0"
    total, *numbers = _row(connection, f"SELECT count(*), {counts} FROM {plan.rows()}")
    whole = {each.column for each, number in zip(listed, numbers[len(checks) :], strict=False) if not number}
    case = _case(plan)
    pairs = zip(checks, numbers, strict=False)
    faults = [_fault(connection, plan, each, number) for each, number in pairs if number]
    unreadable = _unreadable(connection, plan)
    faults += [Fault(_UNREADABLE, sum(map(_lines, unreadable)), unreadable[:FEW])] if unreadable else []
    repeated = _duplicates(connection, plan)
    if repeated:
        duplicate = replace(_DUPLICATE, condition=f"{case} IN (SELECT {name(CASE)} FROM {DUPLICATES})", shown=case)
        faults.append(_fault(connection, plan, duplicate, repeated))
    for stray in strays(plan.source) if isinstance(plan.source, Tables) else ():
        (count,) = _row(connection, f"SELECT count(*) FROM {stray.source.rows()} WHERE {stray.condition}")
        if count:
            faults.append(Fault(_stray(stray), count, tuple(_stray_places(connection, stray, f" LIMIT {FEW}"))[:FEW]))
    where = rejected_where(faults)
    rejected = 0
    if where:
        (rejected,) = _row(connection, f"SELECT count(*) FROM {plan.rows()} WHERE {where}")
    members = plan.members(f"NOT ({where})" if where else "")
    lost = sum(_lines(place) for place in unreadable if place.file in plan.source.files)
    return Checked(total + lost, rejected + lost, tuple(faults), members, frozenset(whole))


def rejected_where(faults: Sequence[Fault]) -> str:
    """The condition that a row has a fault; empty where none has."""
    return " OR ".join(f"coalesce({each.check.condition}, false)" for each in faults if each.check.condition)


def rejects(connection: duckdb.DuckDBPyConnection, plan: Plan, checked: Checked) -> Iterator[Reject]:
    """Every row with a fault, once for each of its faults, file by file."""
    if any(each.check is _UNREADABLE for each in checked.faults):
        for place in _unreadable(connection, plan):
            yield Reject(place, "", _UNREADABLE.wants)
    for stray in strays(plan.source) if isinstance(plan.source, Tables) else ():
        for place in _stray_places(connection, stray, ""):
            yield Reject(place, stray.column, _stray(stray).wants)
    for fault in checked.faults:
        # What has no condition is of no row that could be read, or of another table.
        for place in _places(connection, plan, fault.check, "") if fault.check.condition else ():
            yield Reject(place, fault.check.column, fault.check.wants)


def _fault(connection: duckdb.DuckDBPyConnection, plan: Plan, check: Check, count: int) -> Fault:
    return Fault(check, count, tuple(islice(_places(connection, plan, check, f" LIMIT {FEW}"), FEW)))


def _places(connection: duckdb.DuckDBPyConnection, plan: Plan, check: Check, limit: str) -> Iterator[Place]:
    for file in plan.source.files:
        kept = f"{name(ROW)}, {_case(plan)}, left({check.shown}, 1000) FROM {plan.rows([file], numbered=True)}"
        query = f"SELECT {kept} WHERE coalesce({check.condition}, false) ORDER BY {name(ROW)}{limit}"
        found = _batches(connection.execute(query), file)
        yield from _with_lines(file, found) if check.code == _UNREADABLE.code else found


def _batches(result: duckdb.DuckDBPyConnection, file: str) -> Iterator[Place]:
    while batch := result.fetchmany(_BATCH):
        yield from (Place(file, *row) for row in batch)


def _with_lines(file: str, places: Iterator[Place]) -> Iterator[Place]:
    """Rows of JSON by the line: with its text each line of which the reader could make nothing."""
    with open(file, "rb") as opened:
        # To the reader a blank line is no row.
        lines = enumerate(filter(bytes.strip, opened), 1)
        for place in places:
            if place.value is None:
                line = next((line for number, line in lines if number == place.row), b"")
                yield replace(place, value=line.decode(errors="backslashreplace").strip())
            else:
                yield place


def _stray(stray: Stray) -> Check:
    return Check("stray-row", stray.column, "", "", "a case that is in the table of the members")


def _stray_places(connection: duckdb.DuckDBPyConnection, stray: Stray, limit: str) -> Iterator[Place]:
    for file in stray.source.files:
        rows = stray.source.rows([file], numbered=True)
        query = f"SELECT {name(ROW)}, {stray.key} FROM {rows} WHERE {stray.condition} ORDER BY {name(ROW)}{limit}"
        for row, case in connection.execute(query).fetchall():
            yield Place(file, row, None, case)


def _case(plan: Plan) -> str:
    case = next(each for each in plan.fitted if each.column == CASE)
    return case.value


def _unreadable(connection: duckdb.DuckDBPyConnection, plan: Plan) -> tuple[Place, ...]:
    """The rows of CSV that the reader had to set aside, by the line that each begins on."""
    there = "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'"
    if not _row(connection, there)[0]:
        return ()
    query = (
        "SELECT DISTINCT s.file_path, e.line, trim(e.csv_line, chr(13) || chr(10)) FROM reject_errors e"
        " JOIN reject_scans s USING (scan_id, file_id) ORDER BY 1, 2"
    )
    found = connection.execute(query).fetchall()
    return tuple(Place(file, line, None, value) for file, line, value in found)


def _lines(place: Place) -> int:
    """How many rows of CSV a row may be that cannot be read: a quote that is not closed takes others with it."""
    return (place.value or "").count("\n") + 1


def _duplicates(connection: duckdb.DuckDBPyConnection, plan: Plan) -> int:
    """How many rows have a case that another row has too; those cases stand in a table then."""
    case = _case(plan)
    # Numbers of eight bytes in place of names: where none meets another, no two names do.
    hashed = f"CASE WHEN {case} IS NOT NULL THEN hash({case}) END"
    query = f"SELECT count({case}), count(DISTINCT {hashed}) FROM {plan.rows()}"
    named, distinct = _row(connection, query)
    if named == distinct:
        return 0
    grouped = f"SELECT {case} AS {name(CASE)}, count(*) AS n FROM {plan.rows()} WHERE {case} IS NOT NULL GROUP BY 1"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {DUPLICATES} AS SELECT * FROM ({grouped}) WHERE n > 1")
    return _row(connection, f"SELECT coalesce(sum(n), 0)::BIGINT FROM {DUPLICATES}")[0]


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    """The only row of numbers of a query. It is run to its end: only then are the lines kept that were set aside."""
    ((*numbers,),) = connection.execute(query).fetchall()
    return tuple(numbers)


def refuse(checked: Checked, path: str) -> None:
    """Raises ``ProblemsError`` with all that is wrong, if anything is."""
    if checked.faults:
        raise ProblemsError(checked.problems(path), {})


def _problem(fault: Fault, path: str) -> Problem:
    column = f"the column `{printable(fault.check.column)}`: " if fault.check.column else ""
    several = f"{fault.count:,} rows are" if fault.count > 1 else "a row is"
    wants = f"{column}{several} wrong, wanted is {fault.check.wants}"
    many = len({place.file for place in fault.first}) > 1 or any(
        place.file != os.path.abspath(path) for place in fault.first
    )
    told = "; ".join(_told(place, many) for place in fault.first)
    more = f"; and {fault.count - len(fault.first):,} more" if fault.count > len(fault.first) else ""
    return Problem(fault.check.code, f"{wants}: {told}{more}", path, help=_help(fault))


def _help(fault: Fault) -> str:
    values = fault.check.values
    if not values:
        return fault.check.help
    near = (did_you_mean(place.value or "", values) for place in fault.first)
    return next(filter(None, near), f"values: {listed(values)}")


def _told(place: Place, several: bool) -> str:
    file = f" of {printable(os.path.basename(place.file))}" if several else ""
    case = f" (case `{printable(_short(place.case))}`)" if place.case is not None else ""
    value = f" has `{printable(_short(place.value))}`" if place.value else ""
    return f"row {place.row:,}{file}{case}{value}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
