"""A cohort in several tables: one of members, and for an input a table of its own, each row under its case.

A list is documented for a member who has rows in its table, or who stands in the table ``<input>.given``: there
without any row, it is documented that there is none. Whoever stands in neither has nothing documented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.cohort.columns import CASE, Column, Rows, Scalar, Struct
from kb.cohort.endings import Format
from kb.cohort.fitting import Check
from kb.cohort.leaves import JSON_DIGITS
from kb.cohort.quoting import name
from kb.cohort.raw import Raw, RawList, RawScalar, RawStruct
from kb.cohort.sources import Source, SourceColumn, find_files, open_source, table_paths
from kb.problems import Problem, ProblemsError, did_you_mean, printable

if TYPE_CHECKING:
    import duckdb

GIVEN = ".given"
_VALUE = "value"


@dataclass(frozen=True, slots=True)
class Table:
    """A table apart: its column in the layout, its source, its key, one row of it in SQL, and who else has the list."""

    column: Column
    source: Source
    key: str
    item: str
    given: Source | None = None

    @property
    def several(self) -> bool:
        """Whether a member may have several rows."""
        return isinstance(self.column.type, Rows)


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a cohort as one: what ``Source`` is for one table."""

    data: str
    members: Source
    apart: tuple[Table, ...]
    columns: tuple[SourceColumn, ...]
    extras: tuple[str, ...]
    checks: tuple[Check, ...]
    format: Format = "tables"

    @property
    def files(self) -> tuple[str, ...]:
        """The files of the members: each row of the cohort is one of theirs."""
        return self.members.files

    def rows(self, files: Sequence[str] | None = None, numbered: bool = False) -> str:
        """The rows as what SQL selects from."""
        joins = [_join(table, number) for number, table in enumerate(self.apart)]
        case = next(each for each in self.members.columns if each.name == CASE)
        kept = ["m.*", *(f"l{number}.v AS v{number}, l{number}.n AS n{number}" for number in range(len(self.apart)))]
        inner = f"(SELECT *, {_key(case)} AS k FROM {self.members.rows(files, numbered)})"
        given = [
            f"g{number}.k IS NOT NULL AS g{number}"
            for number, table in enumerate(self.apart)
            if table.given is not None
        ]
        return f"(SELECT {', '.join([*kept, *given])} FROM {inner} m {' '.join(joins)})"


def _key(column: SourceColumn) -> str:
    """The name of a case as a text, so that it is the same in every table."""
    return f"trim({column.sql} ->> '$')" if column.json else f"trim({column.sql}::VARCHAR)"


def _join(table: Table, number: int) -> str:
    value = f"list({table.item})" if table.several else f"any_value({table.item})"
    rows = f"(SELECT {table.key} AS k, {value} AS v, count(*) AS n FROM {table.source.rows()} GROUP BY 1)"
    joined = f"LEFT JOIN {rows} l{number} ON l{number}.k = m.k"
    if table.given is not None:
        case = next(each for each in table.given.columns if each.name == CASE)
        joined += (
            f" LEFT JOIN (SELECT DISTINCT {_key(case)} AS k FROM {table.given.rows()}) g{number} ON g{number}.k = m.k"
        )
    return joined


def open_tables(connection: duckdb.DuckDBPyConnection, data: str, layout: Sequence[Column]) -> Tables:
    """The tables of a folder. Raises ``ProblemsError`` with every table and column that is wrong."""
    found = {key: _open(connection, str(path)) for key, path in table_paths(data).items()}
    named = {each.name: each for each in layout if each.input is not None}
    lists = {f"{each.name}{GIVEN}" for each in named.values() if isinstance(each.type, Rows) and each.required}
    problems = [
        Problem("unknown-table", f"the table `{printable(key)}` is not known", data, help=_near(key, named, lists))
        for key in found
        if key not in named and key not in lists and key != "members"
    ]
    problems += [
        Problem("missing-column", "the column `case` is missing", source.data)
        for source in found.values()
        if CASE not in {each.name for each in source.columns}
    ]
    if problems:
        raise ProblemsError(problems, {})
    apart = []
    for key, column in named.items():
        if key in found:
            apart.append(_table(column, found[key], found.get(key + GIVEN), problems))
        elif key + GIVEN in found:
            message = f"there is a table `{key + GIVEN}`, and none `{key}`"
            problems.append(Problem("unknown-table", message, data, help="write it without rows"))
    members = found["members"]
    for each in members.columns:
        if each.name in found:
            message = f"`{printable(each.name)}` is both a column of the members and a table"
            problems.append(Problem("unknown-table", message, data))
    if problems:
        raise ProblemsError(problems, {})
    made, extras, checks = list(members.columns), list(members.extras), list(members.checks)
    for number, table in enumerate(apart):
        sql = f"v{number}"
        if table.given is not None:
            sql = f"CASE WHEN v{number} IS NULL AND g{number} THEN [] ELSE v{number} END"
        made.append(SourceColumn(table.column.name, sql, _raw(table)))
        if not table.several:
            extras.append(f"n{number} AS {name(f'n {number}')}")
            many = f"{name(f'n {number}')} > 1"
            checks.append(
                Check("repeated-row", table.column.name, many, f"{name(f'n {number}')}::VARCHAR", "one row for a case")
            )
    return Tables(data, members, tuple(apart), tuple(made), tuple(extras), tuple(checks))


def _open(connection: duckdb.DuckDBPyConnection, path: str) -> Source:
    return open_source(connection, path, *find_files(path))


def _near(key: str, named: dict[str, Column], lists: set[str]) -> str:
    return did_you_mean(key, [*named, *lists, "members"]) or "a table is named after an input, or `INPUT.given`"


def _fields(column: Column) -> tuple[str, ...]:
    """The columns of a table apart, after the case: the fields of the input, or a value alone."""
    item = column.type.item if isinstance(column.type, Rows) else column.type
    if isinstance(item, Struct):
        return tuple(each.name for each in item.fields)
    fields = column.input.fields if column.input is not None and column.type != Scalar("boolean") else ()
    return tuple(each.key for each in fields) or (_VALUE,)


def _table(column: Column, source: Source, given: Source | None, problems: list[Problem]) -> Table:
    columns = {each.name: each for each in source.columns}
    fields = _fields(column)
    for key in fields:
        if key not in columns:
            help = did_you_mean(key, columns) or "where nothing is known of it, write a column that is null throughout"
            problems.append(
                Problem("missing-column", f"the column `{printable(key)}` is missing", source.data, help=help)
            )
    for key in columns:
        if key not in fields and key != CASE:
            help = did_you_mean(key, fields) or f"columns: {', '.join(map(printable, (CASE, *fields)))}"
            problems.append(
                Problem("unknown-column", f"the column `{printable(key)}` is not known", source.data, help=help)
            )
    cells = {key: _cell(columns[key]) for key in fields if key in columns}
    packed = ", ".join(f"{name(key)} := {sql}" for key, sql in cells.items())
    single = not isinstance(column.type.item if isinstance(column.type, Rows) else column.type, Struct)
    item = next(iter(cells.values()), "NULL") if single else f"struct_pack({packed})"
    return Table(column, source, _key(columns[CASE]), item, given)


def _cell(column: SourceColumn) -> str:
    if column.json:
        return f"nullif(trim({column.sql} ->> '$'), '')"
    written = getattr(column.raw, "written", False)
    return f"nullif(trim({column.sql}), '')" if written else column.sql


def _raw(table: Table) -> Raw:
    spelled = RawScalar("text", "JSON", JSON_DIGITS, written=True)
    columns = {each.name: spelled if each.json else each.raw for each in table.source.columns}
    fields = _fields(table.column)
    item = table.column.type.item if isinstance(table.column.type, Rows) else table.column.type
    raw: Raw = (
        RawStruct(tuple((key, columns[key]) for key in fields)) if isinstance(item, Struct) else columns[fields[0]]
    )
    return RawList(raw) if table.several else raw


@dataclass(frozen=True, slots=True)
class Stray:
    """Rows of a table apart whose case is no member's: the column, the table, the key of a row, and the condition."""

    column: str
    source: Source
    key: str
    condition: str


def strays(tables: Tables) -> tuple[Stray, ...]:
    """For each table apart, how to find its rows that belong to no member."""
    case = next(each for each in tables.members.columns if each.name == CASE)
    keys = f"(SELECT {_key(case)} AS k FROM {tables.members.rows()} WHERE {_key(case)} IS NOT NULL)"
    found = []
    for table in tables.apart:
        for source in (table.source, table.given):
            if source is not None:
                key = _key(next(each for each in source.columns if each.name == CASE))
                found.append(Stray(table.column.name, source, key, f"coalesce({key} NOT IN {keys}, true)"))
    return tuple(found)
