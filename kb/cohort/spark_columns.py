"""The columns of a Parquet cohort as Spark reads them, fitted to the layout."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kb.cohort.columns import CASE, DECIMAL_DIGITS, DECIMAL_PLACES, Column, Rows, Scalar, Struct, Type, columns
from kb.cohort.leaves import small_decimal
from kb.cohort.plan import Plan
from kb.cohort.raw import Raw, RawList, RawScalar, RawStruct
from kb.vocabulary import Vocabulary

_DECIMAL = f"decimal({DECIMAL_DIGITS},{DECIMAL_PLACES})"
_TYPES = {"boolean": "boolean", "date": "date", "integer": "bigint", "decimal": _DECIMAL, "text": "string"}
_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
"""The whole numbers that Spark has as such."""
_ROW = "one"


def fitted(vocabulary: Vocabulary, plan: Plan) -> list[str] | None:
    """Each column of the layout that is there, as an expression of Spark with its alias.

    None where Spark would not read what DuckDB reads: of another format than Parquet, or where DuckDB takes a column
    apart, such as texts for lists, doubles for numbers, or flags in columns of their own.
    """
    if plan.source.format != "parquet":
        return None
    given = {each.name: each.raw for each in plan.source.columns}
    there = {each.column for each in plan.fitted}
    try:
        return [f"{_column(each, given)} AS {quoted(each.name)}" for each in columns(vocabulary) if each.name in there]
    except _Unfit:
        return None


class _Unfit(Exception):
    """A type that Spark does not read as the layout asks."""


def quoted(name: str) -> str:
    """An identifier of Spark, whatever it holds."""
    return "`" + name.replace("`", "``") + "`"


def _column(column: Column, given: Mapping[str, Raw]) -> str:
    raw = given.get(column.name)
    if raw is None:
        raise _Unfit
    written = quoted(column.name)
    if column.name == CASE and isinstance(raw, RawScalar) and raw.words in _WHOLE:
        return f"CAST({written} AS STRING)"
    return _value(written, raw, column.type)


def _value(written: str, raw: Raw, type: Type) -> str:
    """The expression for a value of the layout's type: the value itself where it has that."""
    match raw, type:
        case RawScalar("null"), _:
            # To Spark a column of nothing has some type or other.
            return f"CAST(NULL AS {_sql_type(type)})"
        case RawScalar(), Scalar(kind) if _fits(raw, kind):
            return written if _same(raw, kind) else f"CAST({written} AS {_TYPES[kind]})"
        case RawStruct(given), Struct(fields):
            types = dict(given)
            there = [f"{written}.{quoted(key)}" for key, _ in given]
            parts = [_value(f"{written}.{quoted(each.name)}", types[each.name], each.type) for each in fields]
            made = ", ".join(f"{part} AS {quoted(each.name)}" for part, each in zip(parts, fields, strict=True))
            return written if parts == there else f"CASE WHEN {written} IS NOT NULL THEN struct({made}) END"
        case RawList(inner), Rows(item):
            made = _value(_ROW, inner, item)
            return written if made == _ROW else f"transform({written}, {_ROW} -> {made})"
    raise _Unfit


def _fits(raw: RawScalar, kind: str) -> bool:
    """Whether a value can be read as another without a loss."""
    if raw.kind == "integer":
        return kind in ("integer", "decimal") and raw.words in _WHOLE
    return raw.kind == kind and (kind != "decimal" or small_decimal(raw))


def _same(raw: RawScalar, kind: str) -> bool:
    """Whether a value that fits has the very type of the layout."""
    if raw.kind == "decimal":
        return (raw.digits, raw.places) == (DECIMAL_DIGITS, DECIMAL_PLACES)
    return raw.kind == kind and (kind != "integer" or raw.words == "BIGINT")


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
