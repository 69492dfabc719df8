"""Types as a file has them, told in few nouns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from duckdb.sqltypes import DuckDBPyType

RawKind: TypeAlias = Literal["text", "boolean", "date", "integer", "decimal", "float", "null", "other"]
_INTEGERS = {
    "tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RawScalar:
    """A single value, with the words that its file has for its type; for a decimal its digits and its places.

    ``written``: a text that spells the value, as a cell of CSV does; ``digits`` how many such a number may have.
    """

    kind: RawKind
    words: str
    digits: int = 18
    places: int = 0
    written: bool = False


@dataclass(frozen=True, slots=True)
class RawStruct:
    """Named values."""

    fields: tuple[tuple[str, Raw], ...]


@dataclass(frozen=True, slots=True)
class RawList:
    """A list."""

    item: Raw


Raw: TypeAlias = RawScalar | RawStruct | RawList


def raw_type(type: DuckDBPyType) -> Raw:
    """The type of a column, as DuckDB gives it."""
    name, words = type.id, str(type)
    if name in ("list", "array"):
        return RawList(raw_type(_child(type.children[0][1])))
    if name == "struct":
        return RawStruct(tuple((key, raw_type(_child(inner))) for key, inner in type.children))
    if name in _INTEGERS:
        return RawScalar("integer", words)
    if name == "decimal":
        (_, digits), (_, places) = type.children
        assert isinstance(digits, int) and isinstance(places, int)
        return RawScalar("decimal", words, digits, places)
    if name in ("float", "double"):
        return RawScalar("float", words)
    if name in ("varchar", "enum"):
        return RawScalar("text", words)
    if name in ("boolean", "date"):
        return RawScalar("boolean" if name == "boolean" else "date", words)
    return RawScalar("null" if words == '"NULL"' else "other", words)


def _child(inner: object) -> DuckDBPyType:
    from duckdb.sqltypes import DuckDBPyType

    assert isinstance(inner, DuckDBPyType)
    return inner


def raw_words(raw: Raw) -> str:
    """A type in the words of its file."""
    match raw:
        case RawList(item):
            return f"{raw_words(item)}[]"
        case RawStruct(fields):
            return f"STRUCT({', '.join(f'{name} {raw_words(inner)}' for name, inner in fields)})"
        case RawScalar(_, words):
            return words
