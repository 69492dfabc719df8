"""The columns of the data held against those of the layout: how each is read, or what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from kb.cohort.columns import CASE, Column, Struct
from kb.cohort.fitting import Check, Fitted, Misfit, column_type, fitted
from kb.cohort.quoting import name
from kb.cohort.raw import RawScalar, RawStruct
from kb.cohort.sources import ROW, Source, SourceColumn
from kb.cohort.tables import Tables
from kb.problems import Problem, ProblemsError, did_you_mean, printable

_TEMPLATE = "`policykb cohort --template` writes the columns that there are"


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of a source are read: every column of the layout that is there, then those that are kept.

    ``only``: what the name of a case is compared with, where one member alone is wanted.
    """

    source: Source | Tables
    fitted: tuple[Fitted, ...]
    kept: tuple[tuple[str, str], ...]
    only: str = ""

    @property
    def checks(self) -> tuple[Check, ...]:
        """Everything that could be wrong in a row."""
        own = self.source.checks
        # A row that cannot be read is no row without a name.
        read = "".join(f"NOT ({each.condition}) AND " for each in own)
        checks = (check for each in self.fitted for check in each.checks)
        return (
            *own,
            *(replace(each, condition=read + each.condition) if each.code == "no-case" else each for each in checks),
        )

    def rows(self, files: Sequence[str] | None = None, numbered: bool = False) -> str:
        """The rows with each column taken apart as far as the checks need it, as what SQL selects from."""
        parts = [f"{each.first} AS {name(each.column)}" for each in self.fitted]
        parts += [f"{sql} AS {name(f'kept {key}')}" for key, sql in self.kept]
        parts += self.source.extras
        parts += [name(ROW)] if numbered else []
        rows = f"SELECT {', '.join(parts)} FROM {self.source.rows(files, numbered)}"
        if not self.only:
            return f"({rows})"
        case = next(each for each in self.fitted if each.column == CASE)
        return f"(SELECT * FROM ({rows}) WHERE {case.value} {self.only})"

    def members(
        self, where: str = "", files: Sequence[str] | None = None, between: tuple[int, int] | None = None
    ) -> str:
        """The statement for the members: the columns of the layout as the engines read them, and those kept.

        ``files``: of these files alone; ``between``: of one file the rows with these numbers, the last included.
        """
        parts = [f"{each.value} AS {name(each.column)}" for each in self.fitted]
        parts += [f"{name(f'kept {key}')} AS {name(key)}" for key, _ in self.kept]
        conditions = [f"({where})"] if where else []
        conditions += [f"{name(ROW)} BETWEEN {between[0]} AND {between[1]}"] if between else []
        wanted = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"SELECT {', '.join(parts)} FROM {self.rows(files, between is not None)}{wanted}"


def plan(source: Source | Tables, layout: Sequence[Column], keep: Sequence[str] = ()) -> Plan:
    """How a source is read. Raises ``ProblemsError`` with every column that is missing, unknown or of a wrong type."""
    found, problems = [], []
    missing: list[str] = []
    given = {each.name: each for each in source.columns}
    used: set[str] = set()
    for column in layout:
        supplied = given.get(column.name)
        if supplied is None:
            supplied, items = _flags(column, given)
            used.update(items)
        if supplied is None:
            if column.required:
                missing.append(column.name)
            continue
        used.add(column.name)
        try:
            found.append(fitted(column, supplied.sql, supplied.raw, supplied.json))
        except Misfit as misfit:
            message = f"the column `{printable(column.name)}` {misfit.message}"
            problems.append(_wrong(source, "column-type", message, misfit.help))
    problems = [*_missing(source, missing, given.keys() - {each.name for each in layout}), *problems]
    problems += _others(source, layout, given, used, keep)
    if problems:
        raise ProblemsError(problems, {})
    kept = tuple((key, f"{given[key].sql} ->> '$'" if given[key].json else given[key].sql) for key in keep)
    return Plan(source, tuple(found), kept)


def _missing(source: Source | Tables, names: Sequence[str], others: Collection[str]) -> Iterator[Problem]:
    """The columns that are missing: each by itself for which another may be meant, the rest together."""
    near = {each: did_you_mean(each, others) for each in names}
    for each in filter(near.get, names):
        yield _wrong(source, "missing-column", f"the column `{each}` is missing", near[each])
    rest = [f"`{each}`" for each in names if not near[each]]
    if rest:
        said = f"the column {rest[0]} is" if len(rest) == 1 else f"{len(rest)} columns are"
        listed = f": {', '.join(rest)}" if len(rest) > 1 else ""
        help = "where nothing is known of it, write a column that is null throughout"
        yield _wrong(
            source, "missing-column", f"{said} missing{listed}", help if len(rest) == 1 else f"{help}; {_TEMPLATE}"
        )


def _wrong(source: Source | Tables, code: str, message: str, help: str = "") -> Problem:
    return Problem(code, message, source.data, help=help)


def _flags(column: Column, given: dict[str, SourceColumn]) -> tuple[SourceColumn | None, list[str]]:
    """The columns of a table that hold one item each, as one; an item without a column is undocumented."""
    if not isinstance(column.type, Struct) or not column.type.flags:
        return None, []
    items = [each.name for each in column.type.fields]
    columns = {item: given[f"{column.name}.{item}"] for item in items if f"{column.name}.{item}" in given}
    if not columns:
        return None, []
    cells = {item: f"nullif(trim({columns[item].sql}), '')" if item in columns else "NULL::VARCHAR" for item in items}
    packed = ", ".join(f"{name(item)} := {cells[item]}" for item in items)
    raw = RawStruct(tuple((item, RawScalar("text", "text", written=True)) for item in items))
    return SourceColumn(column.name, f"struct_pack({packed})", raw), [each.name for each in columns.values()]


def _others(
    source: Source | Tables,
    layout: Sequence[Column],
    given: dict[str, SourceColumn],
    used: set[str],
    keep: Sequence[str],
) -> Iterator[Problem]:
    """What is wrong with the columns that the layout does not have."""
    named = {column.name: column for column in layout}
    for key in given:
        if key in used or key in keep:
            continue
        flags, _, item = key.partition(".")
        if flags in named and isinstance(type := named[flags].type, Struct) and type.flags:
            help = did_you_mean(item, [each.name for each in type.fields])
        else:
            help = did_you_mean(key, named.keys() - given.keys()) or did_you_mean(key, named)
        help = help or f"{_TEMPLATE}; `--keep {printable(key)}` carries it along"
        yield _wrong(source, "unknown-column", f"the column `{printable(key)}` is not known", help)
    for key in keep:
        if key in named:
            message = f"the column `{printable(key)}` is one of the policy and cannot be kept beside it"
            yield _wrong(source, "unknown-column", message, "leave it out of `--keep`")
        elif key not in given:
            message = f"there is no column `{printable(key)}` to keep"
            yield _wrong(source, "missing-column", message, did_you_mean(key, given))


def empty_members(layout: Sequence[Column]) -> str:
    """A statement without rows: every column that has to be there, with its type."""
    parts = [f"NULL::{column_type(each.type)} AS {name(each.name)}" for each in layout if each.required]
    return f"SELECT {', '.join(parts)} WHERE false"


def silent_member(layout: Sequence[Column]) -> str:
    """A statement for one member of whom nothing is documented."""
    parts = [f"NULL::{column_type(each.type)} AS {name(each.name)}" for each in layout[1:] if each.required]
    return f"SELECT 'M-1' AS {name(layout[0].name)}, {', '.join(parts)}"
