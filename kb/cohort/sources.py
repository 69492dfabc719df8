"""Where a cohort is read from: Parquet, CSV or JSON, in one file or several, as columns under the names in the data."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb.cohort.connection import reading
from kb.cohort.endings import ENDINGS, Format
from kb.cohort.fitting import Check
from kb.cohort.quoting import name, paths, text
from kb.cohort.raw import Raw, RawScalar, raw_type
from kb.problems import Problem, ProblemsError, printable

if TYPE_CHECKING:
    import duckdb

ROW = "row"
LONGEST_HEADING = 1_000_000
_WRITTEN = RawScalar("text", "text", written=True)


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column under its name in the data: its expression in SQL, its type, and whether it is a value of JSON."""

    name: str
    sql: str
    raw: Raw
    json: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a cohort and their columns. ``separator`` parts the cells of CSV.

    ``checks`` are what could be wrong with a row as a whole, over ``extras``, which are selected beside its columns.
    """

    data: str
    format: Format
    files: tuple[str, ...]
    columns: tuple[SourceColumn, ...]
    separator: str = ""
    extras: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def first_row(self) -> int:
        """The number of the first row: a spreadsheet counts the heading."""
        return 2 if self.format == "csv" else 1

    def rows(self, files: Sequence[str] | None = None, numbered: bool = False) -> str:
        """The rows as what SQL selects from; ``numbered`` with a column of their numbers, of one file only."""
        files = self.files if files is None else files
        if self.format == "parquet":
            number = f", file_row_number + 1 AS {name(ROW)}" if numbered else ""
            kept = ", ".join(f"{name(each.name)} AS c{at}" for at, each in enumerate(self.columns))
            option = ", file_row_number = true" if numbered else ""
            return f"(SELECT {kept}{number} FROM read_parquet({paths(files)}{option}))"
        number = f", row_number() OVER () + {self.first_row - 1} AS {name(ROW)}" if numbered else ""
        if self.format == "csv":
            return f"(SELECT *{number} FROM {_csv(files, len(self.columns), self.separator)})"
        shape = "{" + ", ".join(f'{_json(each.name)}: "JSON"' for each in self.columns) + "}"
        read = f"read_ndjson_objects({paths(files)}, ignore_errors = true)"
        made = f"json_transform(CASE WHEN json_type(json) = 'OBJECT' THEN json END, {text(shape)})"
        return f"(SELECT {made} AS t, json AS line{number} FROM {read})"


def _json(key: str) -> str:
    import json

    return json.dumps(key)


def _csv(files: Sequence[str], count: int, separator: str) -> str:
    cells = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(count))
    return (
        f"read_csv({paths(files)}, header = true, delim = {text(separator)}, quote = '\"', escape = '\"',"
        f" auto_detect = false, columns = {{{cells}}}, store_rejects = true)"
    )


def find_files(data: str) -> tuple[Format, tuple[str, ...]]:
    """The files that a path, a folder or a pattern names, by their absolute paths, and their format.

    In a folder those whose names begin with ``.`` or ``_`` are passed over; a folder with a table ``members`` holds
    tables of their own. Raises ``ProblemsError``.
    """
    path = Path(data)
    if tables := table_paths(data):
        return "tables", tuple(file for each in tables.values() for file in find_files(str(each))[1])
    try:
        if path.is_dir():
            found = sorted(each for each in path.rglob("*") if _shown(each.relative_to(path)) and each.is_file())
        elif path.exists() or not glob.has_magic(data):
            found = [path]
        else:
            found = sorted(Path(each) for each in glob.glob(data, recursive=True) if Path(each).is_file())
    except (OSError, ValueError):
        raise problem("no-cohort", "it cannot be read", data) from None
    if not path.is_dir() and found == [path]:
        _readable(path, data)
    formats = {ENDINGS.get(each.suffix.lower()) for each in found}
    known = ", ".join(ENDINGS)
    if not found:
        raise problem("no-cohort", "there is no file to read", data, f"files of a cohort end in {known}")
    if len(formats) != 1 or None in formats:
        message = "the files are of several formats" if len(formats) > 1 else "its name does not say what it holds"
        raise problem("no-cohort", message, data, f"files of a cohort end in one of {known}")
    (only,) = formats
    assert only is not None
    return only, tuple(os.path.abspath(each) for each in found)


def table_paths(data: str) -> dict[str, Path]:
    """The tables of a folder that has one of ``members``, by their names: files, or folders of files. Else nothing."""
    path = Path(data)
    found: dict[str, Path] = {}
    try:
        if not path.is_dir():
            return {}
        for each in sorted(path.iterdir()):
            if _shown(Path(each.name)) and (each.is_dir() or each.suffix.lower() in ENDINGS):
                key = each.name if each.suffix.lower() not in ENDINGS else each.stem
                if key in found and "members" in {key, *found}:
                    raise problem("no-cohort", f"there are two tables `{printable(key)}`", data)
                found[key] = each
    except (OSError, ValueError):
        return {}
    return found if "members" in found else {}


def _shown(path: Path) -> bool:
    return not any(part.startswith((".", "_")) for part in path.parts)


def _readable(path: Path, data: str) -> None:
    try:
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "it cannot be read").lower()
        raise problem("no-cohort", reason, data) from None


def problem(code: str, message: str, path: str, help: str = "") -> ProblemsError:
    """A single problem with a cohort."""
    return ProblemsError([Problem(code, message, path, help=help)], {})


def open_source(connection: duckdb.DuckDBPyConnection, data: str, format: Format, files: tuple[str, ...]) -> Source:
    """The columns that the files have. Raises ``ProblemsError`` where they cannot be read, or have not the same."""
    with reading(data):
        if format == "parquet":
            return _parquet(connection, data, files)
        if format == "csv":
            return _delimited(data, files)
        return _objects(connection, data, files)


def _parquet(connection: duckdb.DuckDBPyConnection, data: str, files: tuple[str, ...]) -> Source:
    found: tuple[SourceColumn, ...] = ()
    for number, file in enumerate(files):
        relation = connection.sql(f"SELECT * FROM read_parquet({paths([file])})")
        pairs = zip(relation.columns, relation.types, strict=True)
        columns = tuple(SourceColumn(each, f"c{at}", raw_type(type)) for at, (each, type) in enumerate(pairs))
        if number and {(each.name, each.raw) for each in columns} != {(each.name, each.raw) for each in found}:
            message = f"its columns are not those of `{printable(files[0])}`"
            raise problem("files-differ", message, file, "write all files with the same columns and types")
        found = found or columns
    return Source(data, "parquet", files, found)


def _delimited(data: str, files: tuple[str, ...]) -> Source:
    from kb.table import read_table

    found: tuple[str, ...] = ()
    separator = ""
    for number, file in enumerate(files):
        with open(file, "rb") as opened:
            line = opened.readline(LONGEST_HEADING)
        try:
            heading = line.decode("utf-8-sig").rstrip("\r\n")
        except UnicodeDecodeError:
            raise problem("no-cohort", "its first line is not UTF-8 text", file) from None
        if not heading.strip():
            help = "the first line names the columns; `policykb cohort --template` writes them"
            raise problem("no-cohort", "its first line is empty", file, help)
        # The table of a heading alone: it says what is wrong with its columns.
        columns = tuple(cell.text for cell in read_table(heading, file).columns)
        parted = max(",;\t", key="".join(heading.split('"')[::2]).count)
        if number and (columns, parted) != (found, separator):
            message = f"its heading is not that of `{printable(files[0])}`"
            raise problem("files-differ", message, file, "write all files with the same columns")
        found, separator = columns, parted
    made = tuple(SourceColumn(each, f"c{at}", _WRITTEN) for at, each in enumerate(found))
    return Source(data, "csv", files, made, separator)


def _objects(connection: duckdb.DuckDBPyConnection, data: str, files: tuple[str, ...]) -> Source:
    read = f"read_ndjson_objects({paths(files)}, ignore_errors = true)"
    keys = "CASE WHEN json_type(json) = 'OBJECT' THEN json_keys(json) END"
    rows = connection.execute(f"SELECT DISTINCT unnest({keys}) AS k FROM {read} ORDER BY k").fetchall()
    if not rows:
        (lines,) = connection.execute(f"SELECT count(*) FROM {read}").fetchone() or (0,)
        help = "write a member a line, as an object with a key for each column"
        message = (
            "no line of it is an object of JSON" if lines else "it is empty, so it does not say what its columns are"
        )
        raise problem("no-cohort", message, data, help)
    made = tuple(SourceColumn(key, f"t.{name(key)}", RawScalar("text", "JSON"), True) for (key,) in rows)
    twice = "len(json_keys(line)) <> len(list_distinct(json_keys(line)))"
    malformed = f"CASE WHEN line IS NULL OR json_type(line) <> 'OBJECT' THEN true ELSE {twice} END"
    check = Check("malformed-row", "", malformed, "line::VARCHAR", "a JSON object, each key once")
    return Source(data, "ndjson", files, made, extras=("line",), checks=(check,))
