"""Single values of a cohort in the SQL of DuckDB: when one is not what its column asks for, and what it is then."""

from __future__ import annotations

from kb.cohort.columns import DECIMAL_DIGITS, DECIMAL_PLACES, Scalar
from kb.cohort.quoting import text
from kb.cohort.raw import Raw, RawScalar

INTEGER_LIMIT = 10**18
JSON_DIGITS = 15
"""A number in JSON is read as a double, which holds so many digits whatever they are."""
_TRUE, _FALSE = "('true', 'yes')", "('false', 'no')"
_DECIMAL = f"DECIMAL({DECIMAL_DIGITS}, {DECIMAL_PLACES})"
_NUMBER = "'[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]{1,2})?'"
_FITTING: dict[str, frozenset[str]] = {
    "boolean": frozenset({"boolean", "text"}),
    "date": frozenset({"date", "text"}),
    "integer": frozenset({"integer", "decimal", "float", "text"}),
    "decimal": frozenset({"integer", "decimal", "float", "text"}),
    "text": frozenset({"text"}),
}


def fits(raw: Raw, scalar: Scalar) -> bool:
    """Whether values of a type can be read as what a column asks for, each by itself."""
    return isinstance(raw, RawScalar) and (raw.kind == "null" or raw.kind in _FITTING[scalar.kind])


def wanted(scalar: Scalar) -> str:
    """The words for what a column asks for."""
    if scalar.values:
        return "one of its values"
    return {
        "boolean": "`true` or `false`",
        "date": "a date that exists, as `2024-03-02`",
        "integer": "a whole number of at most 18 digits",
        "decimal": f"a number with at most 18 digits before the point and {DECIMAL_PLACES} after it",
        "text": "a text that is not empty",
    }[scalar.kind]


def wrong(x: str, raw: RawScalar, scalar: Scalar) -> str:
    """The condition that a value is not what its column asks for; empty where that cannot be. Null is never wrong."""
    if raw.kind == "null":
        return ""
    if scalar.values:
        return f"{x} NOT IN ({', '.join(map(text, scalar.values))})"
    if scalar.kind == "text":
        return f"trim({x}) = ''"
    if raw.kind == "text":
        return _wrong_text(x, raw, scalar)
    if scalar.kind == "date":
        return f"NOT ({x} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31')"
    if scalar.kind == "integer":
        if raw.kind == "integer":
            small = raw.words in ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER")
            return "" if small else f"NOT ({x} > -{INTEGER_LIMIT} AND {x} < {INTEGER_LIMIT})"
        # A double is sure of its whole numbers up to 2 to the 53rd.
        limit = 2**53 if raw.kind == "float" else INTEGER_LIMIT
        return f"NOT (isfinite({x}::DOUBLE) AND abs({x}) < {limit} AND {x} = floor({x}))"
    if scalar.kind == "decimal" and raw.kind == "float":
        return f"{x} IS NOT NULL AND (NOT isfinite({x}) OR {_inexact(f'{x}::VARCHAR')})"
    if scalar.kind == "decimal" and not (raw.kind == "decimal" and small_decimal(raw)):
        return f"(abs({x}) >= {INTEGER_LIMIT} OR TRY_CAST({x} AS {_DECIMAL}) IS DISTINCT FROM {x})"
    return ""


def value(x: str, raw: RawScalar, scalar: Scalar) -> str:
    """The value as its column has it; what is wrong may come out as null."""
    sql_type = scalar_type(scalar)
    if raw.kind == "null":
        return f"NULL::{sql_type}"
    if scalar.kind == "text":
        return x
    if scalar.kind == "boolean":
        return x if raw.kind == "boolean" else f"lower({x}) IN {_TRUE}"
    if scalar.kind == "date":
        return x if raw.kind == "date" else f"TRY_CAST({x} AS DATE)"
    if scalar.kind == "integer":
        return x if raw.words == "BIGINT" else f"TRY_CAST({x} AS BIGINT)"
    if raw.kind == "decimal":
        return x if small_decimal(raw) else f"TRY_CAST({x} AS {_DECIMAL})"
    # The shortest digits that give a double again are those that somebody has written.
    return f"TRY_CAST({x}::VARCHAR AS {_DECIMAL})"


def scalar_type(scalar: Scalar) -> str:
    """The type of a single value in the SQL of DuckDB."""
    kinds = {"boolean": "BOOLEAN", "date": "DATE", "integer": "BIGINT", "decimal": _DECIMAL, "text": "VARCHAR"}
    return kinds[scalar.kind]


def small_decimal(raw: RawScalar) -> bool:
    """Whether every value of a decimal has room in that of the layout."""
    return raw.digits - raw.places <= DECIMAL_DIGITS - DECIMAL_PLACES and raw.places <= DECIMAL_PLACES


def _wrong_text(x: str, raw: RawScalar, scalar: Scalar) -> str:
    if scalar.kind == "boolean":
        return f"lower({x}) NOT IN {_TRUE} AND lower({x}) NOT IN {_FALSE}"
    if scalar.kind == "date":
        known = f"TRY_CAST({x} AS DATE) BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"
        written = f"regexp_full_match({x}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
        return f"NOT coalesce({written} AND {known}, {x} IS NULL)"
    if scalar.kind == "integer":
        return f"NOT regexp_full_match({x}, '[-+]?[0-9]{{1,{raw.digits}}}([.]0*)?')"
    long = f"length(trim(regexp_replace({x}, '[eE].*|[^0-9]', '', 'g'), '0')) > {raw.digits}"
    return f"{x} IS NOT NULL AND (NOT regexp_full_match({x}, {_NUMBER}) OR {long} OR {_inexact(x)})"


def _inexact(x: str) -> str:
    """Whether a number has more digits than a column holds: cut off, it is another double."""
    cast = f"TRY_CAST({x} AS {_DECIMAL})"
    return f"({cast} IS NULL OR {cast}::DOUBLE IS DISTINCT FROM TRY_CAST({x} AS DOUBLE))"
