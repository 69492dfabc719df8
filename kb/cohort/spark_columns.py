"""The columns of a Parquet cohort as Spark reads them, fitted to the layout."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kb.cohort.columns import CASE, DECIMAL_DIGITS, DECIMAL_PLACES, Column, Rows, Scalar, Struct, Type, columns
from kb.cohort.plan import Plan
from kb.cohort.raw import RawScalar
from kb.problems import Problem, ProblemsError, printable
from kb.vocabulary import Vocabulary

_DECIMAL = f"decimal({DECIMAL_DIGITS},{DECIMAL_PLACES})"
_TYPES = {"boolean": "boolean", "date": "date", "integer": "bigint", "decimal": _DECIMAL, "text": "string"}
_WHOLE = frozenset({"tinyint", "smallint", "int", "bigint"})
_RAW = "one"


def fitted(vocabulary: Vocabulary, plan: Plan, types: Mapping[str, object]) -> list[str]:
    """Each column of the layout that is there, as an expression of Spark with its alias.

    ``types`` are those that Spark sees, as the JSON of its schema. Raises ``ProblemsError`` with every column that
    DuckDB takes apart and Spark would not: texts for lists or dates, doubles for numbers.
    """
    there = {each.column for each in plan.fitted}
    # To Spark a column of nothing has some type or other.
    empty = {each.name for each in plan.source.columns if isinstance(each.raw, RawScalar) and each.raw.kind == "null"}
    parts, problems = [], []
    for column in columns(vocabulary):
        if column.name not in there:
            continue
        try:
            # Flags in columns of their own, an item each, are no column to Spark.
            found = "void" if column.name in empty else types.get(column.name)
            written = _value(quoted(column.name), found, column)
            parts.append(f"{written} AS {quoted(column.name)}")
        except _Unfit as unfit:
            message = f"the column `{printable(column.name)}` {unfit}, which Spark does not take apart"
            help = "`policykb cohort --template -o FILE.parquet` writes the columns with the types that it reads"
            problems.append(Problem("column-type", message, plan.source.data, help=help))
    if problems:
        raise ProblemsError(problems, {})
    return parts


class _Unfit(Exception):
    """A type that Spark does not read as the layout asks."""


def quoted(name: str) -> str:
    """An identifier of Spark, whatever it holds."""
    return "`" + name.replace("`", "``") + "`"


def _value(written: str, found: object, column: Column) -> str:
    if found is None:
        raise _Unfit("has its values in several columns")
    if column.name == CASE and isinstance(found, str) and _plain(found) in _WHOLE:
        return f"CAST({written} AS STRING)"
    return written if _same(found, column.type) else _made(written, found, column.type)


def _same(found: object, type: Type) -> bool:
    """Whether a type is that of the layout as it is."""
    match type, found:
        case Scalar(kind), str():
            return _plain(found) == _TYPES[kind]
        case Struct(fields), {"type": "struct", "fields": list(given)}:
            return len(given) == len(fields) and all(
                there["name"] == each.name and _same(there["type"], each.type)
                for there, each in zip(given, fields, strict=True)
            )
        case Rows(item), {"type": "array", "elementType": inner}:
            return _same(inner, item)
    return False


def _made(written: str, found: object, type: Type) -> str:
    """The expression for a value of the layout's type."""
    match type, found:
        case _, "void":
            return f"CAST(NULL AS {_sql_type(type)})"
        case Scalar(kind), str() if _fits(kind, _plain(found)):
            return f"CAST({written} AS {_TYPES[kind]})"
        case Struct(fields), {"type": "struct", "fields": list(given)}:
            types = {each["name"]: each["type"] for each in given}
            parts = (
                _made(f"{written}.{quoted(each.name)}", types.get(each.name, "void"), each.type) for each in fields
            )
            made = ", ".join(f"{part} AS {quoted(each.name)}" for part, each in zip(parts, fields, strict=True))
            return f"CASE WHEN {written} IS NOT NULL THEN struct({made}) END"
        case Rows(item), {"type": "array", "elementType": inner}:
            return f"transform({written}, {_RAW} -> {_made(_RAW, inner, item)})"
    shown = found if isinstance(found, str) else found["type"] if isinstance(found, dict) else found
    raise _Unfit(f"has the type {printable(_plain(str(shown)))} in it")


def _fits(kind: str, found: str) -> bool:
    """Whether a value can be read as another without a loss."""
    if found == _TYPES[kind] or (kind in ("integer", "decimal") and found in _WHOLE):
        return True
    digits = re.fullmatch(r"decimal\((\d+),(\d+)\)", found)
    if kind != "decimal" or digits is None:
        return False
    whole, places = int(digits[1]) - int(digits[2]), int(digits[2])
    return whole <= DECIMAL_DIGITS - DECIMAL_PLACES and places <= DECIMAL_PLACES


def _plain(found: str) -> str:
    """A type of Spark's schema under its name in SQL."""
    return {"integer": "int", "byte": "tinyint", "short": "smallint", "long": "bigint"}.get(found, found)


def _sql_type(type: Type) -> str:
    match type:
        case Scalar(kind):
            return _TYPES[kind]
        case Struct(fields):
            return f"struct<{', '.join(f'{quoted(each.name)}: {_TYPES[each.type.kind]}' for each in fields)}>"
        case Rows(item):
            return f"array<{_sql_type(item)}>"


def escaped(files: Sequence[str]) -> list[str]:
    """Paths as Spark reads them on a file system that all its machines share; no sign in a name is a pattern."""
    return ["file://" + re.sub(r"[\\*?\[\]{}]", r"\\\g<0>", file) for file in files]
