"""Tables of cases as text: CSV and parquet to rows of cells, each with its place.

CSV as spreadsheets save it: with or without a byte order mark, its cells parted by a comma, a semicolon
or a tab, whichever the first line holds most of.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

from kb.case_problems import CASE_CODES, Report, shown
from kb.problems import Problem, ProblemsError
from kb.source import decode, unwelcome_characters
from kb.syntax import NOWHERE, Span

MOST_BYTES = 50_000_000
TABLE_CODES: Mapping[str, str] = {
    "case-twice": "A row of a table whose case has the name of one in a row before it.",
    "table-cell": "A cell of a table that does not hold what its column asks for.",
    "table-column": "A column of a table that is not known, or stands there twice.",
    "table-file": "A table that cannot be read as one.",
}
"""Every code of a problem with a table, apart from those that it shares with a case file."""


class TableReport(Report):
    """Collects the problems of one table."""

    codes: ClassVar[Mapping[str, str]] = {**CASE_CODES, **TABLE_CODES}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text without the blanks around it, and its place in the file."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its number as a spreadsheet counts (the heading is row 1), and its cells by column."""

    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Table:
    """A table: the text of its file (none of a parquet file), its columns and its rows."""

    path: str
    text: str
    columns: tuple[Cell, ...]
    rows: tuple[TableRow, ...]


def load_table(path: str | os.PathLike[str]) -> Table:
    """The table of a file, CSV or by its ending parquet. Raises ``ProblemsError`` where it is none."""
    name = os.fspath(path)
    try:
        with Path(name).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "it cannot be read").lower()
        raise _wrong(name, reason, code="unreadable-file") from None
    if len(data) > MOST_BYTES:
        raise _wrong(name, f"the file is larger than {MOST_BYTES:,} bytes", "split it into several tables")
    if name.lower().endswith(".parquet"):
        return _parquet(data, name)
    return read_table(decode(data, name), name)


def read_table(text: str, path: str) -> Table:
    """The table that the text of a CSV file spells. Raises ``ProblemsError`` where it is none."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if problems := unwelcome_characters(text, path):
        raise ProblemsError(problems, {path: text})
    lines = list(_lines(text, path, _separator(text)))
    filled = [(number, cells) for number, cells in enumerate(lines, 1) if any(cell.text for cell in cells)]
    if not filled:
        raise _wrong(path, "the table is empty", "`policykb test --template` writes its heading")
    (_, heading), rows = filled[0], filled[1:]
    while heading and not heading[-1].text:
        heading = heading[:-1]
    found, problems = [], []
    for number, cells in rows:
        if any(cell.text for cell in cells[len(heading) :]):
            span = next(cell.span for cell in cells[len(heading) :] if cell.text)
            message = f"row {number} has {len(cells)} cells, and the heading has {len(heading)}"
            help = "put quotes around a cell that holds the separator"
            problems.append(Problem("table-cell", message, path, span, help))
        cells = [*cells, *(Cell("", cells[-1].span) for _ in heading[len(cells) :])]
        pairs = zip((column.text for column in heading), cells, strict=False)
        found.append(TableRow(number, dict(pairs)))
    problems += _columns(heading, path)
    if problems:
        raise ProblemsError(problems, {path: text})
    return Table(path, text, tuple(heading), tuple(found))


def _wrong(path: str, message: str, help: str = "", code: str = "table-file") -> ProblemsError:
    return ProblemsError([Problem(code, message, path, help=help)], {})


def _columns(heading: Sequence[Cell], path: str) -> Iterator[Problem]:
    seen = set()
    for number, cell in enumerate(heading, 1):
        if not cell.text:
            yield Problem("table-column", f"column {number} has no name", path, cell.span, "name it, or remove it")
        elif cell.text in seen:
            yield Problem("table-column", f"the column {shown(cell.text)} stands there twice", path, cell.span)
        seen.add(cell.text)


def _separator(text: str) -> str:
    """What parts the cells: whichever stands most often in the heading, outside of quotes."""
    heading = "".join(text.lstrip("\n").split("\n", 1)[0].split('"')[::2])
    return max(",;\t", key=heading.count)


def _lines(text: str, path: str, separator: str) -> Iterator[list[Cell]]:
    """The cells of each row, by RFC 4180; a quoted cell may hold the separator, quotes and line ends."""
    at, line, start = 0, 1, 0
    cells: list[Cell] = []
    while at < len(text):
        first = at
        begin = (line, at - start + 1)
        if text[at] == '"':
            words, at = _quoted(text, at, path, Span(*begin, begin[0], begin[1] + 1))
            line += text.count("\n", first, at)
            start = text.rfind("\n", 0, at) + 1
            rest = at
            while at < len(text) and text[at] not in (separator, "\n"):
                at += 1
            if text[rest:at].strip():
                span = Span(line, rest - start + 1, line, at - start + 1)
                problem = Problem("table-cell", "something follows the quote that closes a cell", path, span)
                raise ProblemsError([problem], {path: text})
        else:
            while at < len(text) and text[at] not in (separator, "\n"):
                at += 1
            words = text[first:at]
        lead = len(words) - len(words.lstrip()) if text[first] != '"' else 0
        column = begin[1] + lead
        end = max(column + 1, at - start + 1 if text[first] == '"' else column + len(words.strip()))
        cells.append(Cell(words.strip(), Span(begin[0], column, line, end)))
        if at < len(text) and text[at] == separator:
            at += 1
            if at == len(text) or text[at] == "\n":
                cells.append(Cell("", Span(line, at - start + 1, line, at - start + 2)))
            if at < len(text) and text[at] != "\n":
                continue
        yield cells
        cells = []
        at, line, start = at + 1, line + 1, at + 1
    if cells:
        yield cells


def _quoted(text: str, at: int, path: str, span: Span) -> tuple[str, int]:
    """The words of a quoted cell, and where it ends."""
    words = []
    at += 1
    while (end := text.find('"', at)) >= 0:
        words.append(text[at:end])
        if text[end + 1 : end + 2] != '"':
            return "".join(words), end + 1
        words.append('"')
        at = end + 2
    problem = Problem("table-cell", "the quote is never closed", path, span, 'close it with a second `"`')
    raise ProblemsError([problem], {path: text})


def _parquet(data: bytes, path: str) -> Table:
    try:
        import polars
    except ImportError:
        help = "install it with `pip install 'policykb[parquet]'`, or save the table as CSV"
        raise _wrong(path, "to read parquet, polars is needed, and it is not installed", help) from None
    import io

    try:
        frame = polars.read_parquet(io.BytesIO(data))
    except Exception:
        # What polars raises for bytes that are no parquet differs from release to release.
        raise _wrong(path, "this is not a parquet file") from None
    report = TableReport(path, "")
    heading = tuple(Cell(name.strip(), NOWHERE) for name in frame.columns)
    report.problems.extend(_columns(heading, path))
    rows = []
    for number, values in enumerate(frame.iter_rows(), 2):
        cells = {}
        for column, value in zip(heading, values, strict=True):
            words = _words(value)
            if words is None:
                message = f"row {number}, column {shown(column.text)}: a cell wants a text, a number, a date or a truth"
                report.wrong("table-cell", message, NOWHERE, "write lists as text: `rebif 2019-04-08 2021-10-25`")
            cells[column.text] = Cell(words or "", NOWHERE)
        if any(cell.text for cell in cells.values()):
            rows.append(TableRow(number, cells))
    for row in rows:
        for cell in row.cells.values():
            report.problems.extend(unwelcome_characters(cell.text, path)[:1])
    report.finish()
    return Table(path, "", heading, tuple(rows))


def _words(value: object) -> str | None:
    """A value of parquet as a cell of CSV would have it; none where no cell could hold it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | date():
            return str(value)
        case float():
            # The shortest digits that give the number again are those that somebody has written.
            return format(Decimal(repr(value)), "f") if value == value and abs(value) != float("inf") else None
        case Decimal():
            return format(value, "f")
        case str():
            return value.strip()
    return None
