"""A column as a file has it, fitted to what the layout asks for: what would be wrong in a row, and its value.

All of it is SQL of DuckDB. A text is taken apart first: JSON, or the compact form of a table of cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kb.cohort.columns import CASE, Column, Field, Rows, Scalar, Struct, Type, type_words
from kb.cohort.leaves import JSON_DIGITS, fits, scalar_type, value, wanted, wrong
from kb.cohort.quoting import name, text
from kb.cohort.raw import Raw, RawList, RawScalar, RawStruct, raw_words
from kb.problems import did_you_mean, printable


@dataclass(frozen=True, slots=True)
class Check:
    """What could be wrong in a row: the condition, the value to show, and what is wanted there."""

    code: str
    column: str
    condition: str
    shown: str
    wants: str
    help: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fitted:
    """A column that can be read: a first expression to be worked out once, under a name; then all over that name.

    ``gaps``: of a list, the condition that a field of a row of it is not known.
    """

    column: str
    first: str
    value: str
    checks: tuple[Check, ...]
    gaps: str = ""


class Misfit(Exception):
    """The type of a column is not one that can be read; says why, and the way out."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message, self.help = message, help


def fitted(column: Column, sql: str, raw: Raw, json: bool = False) -> Fitted:
    """A column fitted. ``sql`` is its expression; ``json``: it is a value of JSON. Raises ``Misfit``."""
    shown = name(column.name)
    if isinstance(raw, RawScalar) and raw.kind == "text" and (json or not isinstance(column.type, Scalar)):
        first, raw, malformed = _apart(column, sql, json)
        checks = list(malformed)
        shown += ".parts"
    else:
        first, checks = sql, []
        if isinstance(raw, RawScalar) and raw.written:
            first = f"nullif(trim({sql}), '')"
    if column.name == CASE:
        if isinstance(raw, RawScalar) and raw.kind == "integer":
            first, raw = f"{first}::VARCHAR", RawScalar("text", "VARCHAR")
        checks.append(Check("no-case", CASE, f"{shown} IS NULL", "''", "a name in every row"))
    _require(column, raw)
    checks += _checks(column, shown, raw)
    value = _value(column.type, shown, raw)
    return Fitted(column.name, first, value, tuple(checks), gaps(column.type, value))


def gaps(type: Type, value: str) -> str:
    """The condition that a row of a list has a field that is not known; empty where it is no list."""
    if not isinstance(type, Rows):
        return ""
    fields = [f"g.{name(field.name)}" for field in type.item.fields] if isinstance(type.item, Struct) else ["g"]
    absent = " OR ".join(f"{field} IS NULL" for field in fields)
    return f"coalesce(len(list_filter({value}, lambda g: {absent})), 0) > 0"


def _require(column: Column, raw: Raw) -> None:
    """Raises ``Misfit`` where a type cannot be read as another."""

    def matched(raw: Raw, type: Type) -> bool:
        match raw, type:
            case RawScalar("null"), _:
                return True
            case RawList(inner), Rows(item):
                return matched(inner, item)
            case RawStruct(given), Struct(fields):
                _same_fields(column, [key for key, _ in given], [each.name for each in fields])
                found = dict(given)
                return all(matched(found[each.name], each.type) for each in fields)
            case _, Scalar():
                return fits(raw, type)
        return False

    if not matched(raw, column.type):
        words = type_words(column.type)
        raise Misfit(f"wants {words}, and its type is {printable(raw_words(raw))}", _advice(raw, column.type))


def _same_fields(column: Column, given: list[str], fields: list[str]) -> None:
    for each in fields:
        if each not in given:
            raise Misfit(f"lacks the field `{printable(each)}`", "where nothing is known of it, make it null")
    for each in given:
        if each not in fields:
            help = did_you_mean(each, fields) or f"fields: {', '.join(f'`{printable(known)}`' for known in fields)}"
            raise Misfit(f"has a field `{printable(each)}` that is not known", help)


def _advice(raw: Raw, type: Type) -> str:
    if isinstance(raw, RawScalar) and raw.words.startswith("TIMESTAMP") and type == Scalar("date"):
        return "make it a date without a time"
    return "`policykb cohort --template` writes the columns with their types"


# What is wrong in a row


def _checks(column: Column, x: str, raw: Raw) -> Iterator[Check]:
    match raw, column.type:
        case RawScalar("null"), _:
            return
        case RawScalar(), Scalar() as scalar:
            yield from _check(column, "", wrong(x, raw, scalar), x, scalar)
        case RawStruct(), Struct() as struct:
            for field, inner in _pairs(raw, struct):
                at = f"{x}.{name(field.name)}"
                yield from _check(column, field.name, wrong(at, inner, field.type), at, field.type)
        case RawList(RawScalar() as inner), Rows(Scalar() as scalar):
            yield from _some(column, "", x, "e", wrong("e", inner, scalar), scalar)
        case RawList(RawStruct() as inside), Rows(Struct() as struct):
            for field, inner in _pairs(inside, struct):
                at = f"e.{name(field.name)}"
                yield from _some(column, field.name, x, at, wrong(at, inner, field.type), field.type)
            says = " AND ".join(f"e.{name(field.name)} IS NULL" for field in struct.fields)
            condition = f"list_bool_or(list_transform({x}, lambda e: {says}))"
            yield Check("empty-row", column.name, condition, f"{x}::VARCHAR", "a value in every row of its list")


def _pairs(raw: RawStruct, struct: Struct) -> Iterator[tuple[Field, RawScalar]]:
    found = dict(raw.fields)
    for field in struct.fields:
        inner = found[field.name]
        assert isinstance(inner, RawScalar)
        yield field, inner


def _some(column: Column, field: str, x: str, at: str, condition: str, scalar: Scalar) -> Iterator[Check]:
    if condition:
        values = f"list_transform({x}, lambda e: CASE WHEN {condition} THEN {at} END)"
        shown = f"list_filter({values}, lambda v: v IS NOT NULL)[1]"
        any_of = f"list_bool_or(list_transform({x}, lambda e: {condition}))"
        yield from _check(column, field, any_of, shown, scalar)


def _check(column: Column, field: str, condition: str, shown: str, scalar: Scalar) -> Iterator[Check]:
    if condition:
        code = "not-in-enumeration" if scalar.values else "wrong-value"
        named = f"{column.name}.{field}" if field else column.name
        yield Check(code, named, condition, f"{shown}::VARCHAR", wanted(scalar), "", scalar.values)


# What it is


def _value(type: Type, x: str, raw: Raw) -> str:
    if isinstance(raw, RawScalar) and raw.kind == "null":
        return f"NULL::{column_type(type)}"
    match raw, type:
        case RawScalar(), Scalar():
            return value(x, raw, type)
        case RawStruct(), Struct():
            packed = _packed(type, x, raw)
            return x if packed is None else f"CASE WHEN {x} IS NOT NULL THEN {packed} END"
        case RawList(RawScalar() as inner), Rows(Scalar() as item):
            made = value("e", inner, item)
            return x if made == "e" else f"list_transform({x}, lambda e: {made})"
        case RawList(RawStruct() as inside), Rows(Struct() as item):
            packed = _packed(item, "e", inside)
            return x if packed is None else f"list_transform({x}, lambda e: {packed})"
    raise AssertionError(type)


def _packed(struct: Struct, x: str, raw: RawStruct) -> str | None:
    """A struct made anew; none where it is right as it is."""
    same, parts = True, []
    for field, inner in _pairs(raw, struct):
        at = f"{x}.{name(field.name)}"
        made = value(at, inner, field.type)
        same = same and made == at
        parts.append(f"{name(field.name)} := {made}")
    return None if same else f"struct_pack({', '.join(parts)})"


def column_type(type: Type) -> str:
    """The type of a column in the SQL of DuckDB."""
    match type:
        case Rows(item):
            return f"{column_type(item)}[]"
        case Struct(fields):
            return f"STRUCT({', '.join(f'{name(each.name)} {scalar_type(each.type)}' for each in fields)})"
        case Scalar():
            return scalar_type(type)


# Texts taken apart


def _apart(column: Column, sql: str, json: bool) -> tuple[str, Raw, Iterator[Check]]:
    """A text or a value of JSON as a struct of what it was and of its parts, and what is malformed about it."""
    whole = f"{name(column.name)}.whole"
    leaf = RawScalar("text", "text", JSON_DIGITS, written=True)
    if isinstance(column.type, Scalar):
        first = f"struct_pack(whole := {sql}, parts := nullif(trim({sql} ->> '$'), ''))"
        wrong_kind = f"json_type({whole}) IN ('OBJECT', 'ARRAY')"
        single = Check("malformed-value", column.name, wrong_kind, f"{whole}::VARCHAR", "a single value")
        return first, leaf, iter((single,))
    cell = f"CASE WHEN json_type({sql}) <> 'NULL' THEN {sql}::VARCHAR END" if json else f"nullif(trim({sql}), '')"
    listed = isinstance(column.type, Rows)
    item = column.type.item if isinstance(column.type, Rows) else column.type
    keys = [each.name for each in item.fields] if isinstance(item, Struct) else []
    shape = "{" + ", ".join(f'{_json(key)}: "VARCHAR"' for key in keys) + "}" if keys else '"VARCHAR"'
    raw: Raw = RawStruct(tuple((key, leaf) for key in keys)) if keys else leaf
    opening = "'['" if listed else "'{'"
    spelled = f"json_transform(CASE WHEN json_valid(c) THEN c END, {text(f'[{shape}]' if listed else shape)})"
    flags = isinstance(item, Struct) and item.flags
    if json or flags:
        made = spelled
    else:
        made = (
            f"CASE WHEN starts_with(c, {opening}) THEN {spelled} WHEN c IS NOT NULL THEN {_compact(keys, listed)} END"
        )
    bad = _bad_json("c", keys, listed)
    if not (json or flags):
        bad = f"CASE WHEN starts_with(c, {opening}) THEN {bad} ELSE {_bad_compact('c', keys, listed)} END"
    # Lists of one value, so that the cell and what is malformed about it are worked out once.
    judged = (
        f"list_transform([{cell}], lambda c: struct_pack(whole := c, bad := c IS NOT NULL AND coalesce({bad}, true)))"
    )
    made = f"list_transform([CASE WHEN NOT w.bad THEN w.whole END], lambda c: {made})[1]"
    first = f"list_transform({judged}, lambda w: struct_pack(whole := w.whole, bad := w.bad, parts := {made}))[1]"
    form = f"{{{', '.join(f'{chr(34)}{key}{chr(34)}: ...' for key in keys[:4])}}}" if keys else '"..."'
    help = "" if json or flags else _compact_help(keys, listed)
    wants = f"JSON such as `{printable(f'[{form}]' if listed else form)}`"
    check = Check("malformed-value", column.name, f"{name(column.name)}.bad", whole, wants, help)
    return first, RawList(raw) if listed else raw, iter((check,))


def _json(key: str) -> str:
    import json

    return json.dumps(key)


def _compact_help(keys: list[str], listed: bool) -> str:
    form = " ".join(keys) if keys else "value"
    if not listed:
        return f"or its values with blanks between, `?` for what is not known: `{printable(form)}`"
    silence = "`?` for what is not known, `none` for none at all"
    return f"or the compact form: `{printable(form)}; {printable(form)}`, {silence}"


def _compact(keys: list[str], listed: bool) -> str:
    """The parts of a cell in compact form: rows parted by `;`, their values by blanks."""
    if keys:
        fields = ", ".join(f"{name(key)} := nullif(s[{number}], '?')" for number, key in enumerate(keys, 1))
        row = f"list_transform([string_split_regex(trim(p), '\\s+')], lambda s: struct_pack({fields}))[1]"
    else:
        row = "nullif(trim(p), '?')"
    if not listed:
        return row.replace("trim(p)", "trim(c)")
    parts = "list_filter(string_split(c, ';'), lambda p: trim(p) <> '')"
    return f"CASE WHEN c = 'none' THEN [] ELSE list_transform({parts}, lambda p: {row}) END"


def _bad_compact(whole: str, keys: list[str], listed: bool) -> str:
    quotes = f"regexp_matches({whole}, '[\"''()\\[\\]{{}}]')"
    each = f"len(string_split_regex(trim(p), '\\s+')) <> {max(1, len(keys))}"
    parts = f"string_split({whole}, ';')" if listed else f"[{whole}]"
    rows = f"list_bool_or(list_transform({parts}, lambda p: trim(p) <> '' AND {each}))"
    return f"{whole} <> 'none' AND ({quotes} OR {rows})" if listed else f"({quotes} OR {rows})"


def _bad_json(whole: str, keys: list[str], listed: bool) -> str:
    """Whether JSON is not of the form that a column wants."""
    known = ", ".join(map(text, keys))
    if keys:
        keyed = "json_keys(j)"
        each = (
            f"json_type(j) <> 'OBJECT' OR len({keyed}) <> len(list_distinct({keyed}))"
            f" OR len(list_filter({keyed}, lambda k: k NOT IN ({known}))) > 0"
            f" OR len(list_filter(json_extract(j, '$.*'), lambda v: json_type(v) IN ('OBJECT', 'ARRAY'))) > 0"
        )
    else:
        each = "json_type(j) IN ('OBJECT', 'ARRAY')"
    items = f"json_extract({whole}, '$[*]')" if listed else f"[{whole}::JSON]"
    rows = f"coalesce(list_bool_or(list_transform({items}, lambda j: {each})), false)"
    kind = "ARRAY" if listed else "OBJECT"
    return f"CASE WHEN json_valid({whole}) THEN json_type({whole}) <> '{kind}' OR {rows} ELSE true END"
