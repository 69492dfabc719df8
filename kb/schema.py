"""The form of a case file, from a policy's vocabulary: its JSON Schema, and an empty file to fill in."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from kb.case_problems import listed
from kb.case_values import NULLS, ORIGINS
from kb.problems import printable
from kb.vocabulary import Argument, Input, InputKind, Vocabulary

Schema: TypeAlias = dict[str, Any]

MOST_VALUES = 60
WIDTH = 96
_NULL: Schema = {"type": "null"}
_WORDS: Schema = {"type": ["string", "number", "null"], "pattern": r"\S"}
_BUILT_IN: dict[str, Schema] = {
    "boolean": {"type": "boolean"},
    "date": {
        "type": "string",
        "format": "date",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "description": "a date, year-month-day",
    },
    "integer": {"type": "integer", "description": "a whole number"},
    "decimal": {"type": "number", "description": "a number, written out in digits"},
    "text": {"type": ["string", "number"], "pattern": r"\S", "description": "a text"},
}
_SOURCED: Schema = {
    "source": {**_WORDS, "description": "where it comes from, such as `MRI report 2024-03-02`"},
    "origin": {"enum": [*ORIGINS, None], "description": "`document` where nothing is said"},
}
_GROUPS: dict[InputKind, tuple[str, str]] = {
    "one": ("One value each", "Left out: not documented."),
    "flags": ("True or false, item by item", "An item left out: not documented. It is never taken for false."),
    "many": (
        "Lists",
        "A list that is given is complete: what is not in it is false, and `[]` documents that there is none. "
        "Left out, or without a value: not documented.",
    ),
}
_INTRODUCTION = """\
#
# Take away the `#` that stands right before a key, and fill in the value.
# A key that is left out, or has no value, is silent: undocumented, never false.
# So is a list without a value; only `[]` says that there is none.
# Dates are written 2024-03-02, numbers without quotes, truth as true or false.
#
# Any value can carry its evidence:
#   key: {value: ..., source: "examination 2024-03-02", origin: document}
# An origin is document, attestation or override; document where nothing is said.
# Several pieces of evidence for one value:
#   key: {evidence: [{value: ..., source: "..."}, {value: ..., source: "..."}]}
# A row of several fields takes `source` and `origin` beside its fields.
# A list as a whole takes them so: key: {rows: [...], source: "...", origin: document}
"""


def json_schema(vocabulary: Vocabulary) -> Schema:
    """The JSON Schema (draft 2020-12) of a case file: what the reader accepts, as far as a schema can say.

    Beyond a schema: that a date exists (its format says so to validators that look), how a number is
    written, that a name is not given twice, and what policy is in a file. What a case expects the reader passes
    on as it is; there the schema says what `policykb test` accepts, but for the values of criteria.
    """
    header = vocabulary.header
    properties: Schema = {
        "case": {"type": ["string", "number"], "pattern": r"\S", "description": "the name of the case"},
        "policy": {
            # By the path of its file, which says in its text alone what policy it is; else by its name.
            "anyOf": [{"enum": [header.name, None]}, {"type": "string", "pattern": r"\.pl$"}],
            "description": "the policy that the case is made for",
        },
        "title": {**_WORDS, "description": "a few words on the case"},
        "expect": _expect(vocabulary),
    }
    for name, declared in vocabulary.inputs.items():
        if name not in properties:
            properties[name] = {"description": declared.question, **_input(declared, vocabulary)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A case for {header.title or header.name}",
        "type": "object",
        "required": ["case"],
        "additionalProperties": False,
        "properties": properties,
        "$defs": dict(_definitions(vocabulary)),
    }


def _expect(vocabulary: Vocabulary) -> Schema:
    """What a case may expect of its decision."""
    verdict: Schema = {"enum": ["proved", "refuted", "undetermined"]}
    named = (criterion.section for criterion in vocabulary.criteria.values())
    sections = {"enum": list(dict.fromkeys((*vocabulary.header.sections, *named)))}

    def goals(*kinds: str) -> Schema:
        names = (each.predicate.name for each in vocabulary.criteria.values() if each.kind in kinds)
        return {"type": "string", "pattern": rf"^({'|'.join(dict.fromkeys(map(re.escape, names)))})(\(.*\))?$"}

    def several(item: Schema) -> Schema:
        return {"anyOf": [_NULL, item, {"type": "array", "items": item}]}

    statuses = {"enum": ["met", "not met", "undocumented"]}
    criteria: Schema = {
        "description": "the status of criteria and advisories, such as `name` or `name(value)`",
        "type": ["object", "null"],
        "propertyNames": goals("criterion", "advisory"),
        "additionalProperties": statuses,
    }
    under: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"verdict": {"anyOf": [_NULL, verdict]}, "criteria": criteria},
    }
    pairs = (f"{reading.name}={value}" for reading in vocabulary.readings.values() for value in reading.values)
    pair = "|".join(map(re.escape, pairs))
    properties: Schema = {
        "verdict": {"anyOf": [_NULL, verdict]},
        "not_met": {"description": "the sections that are not met and decide", **several(sections)},
        "undocumented": {"description": "the sections that are undocumented and decide", **several(sections)},
        "criteria": criteria,
        "grants": {"description": "every grant that is met", **several(goals("grant"))},
        "advisories": {"description": "every advisory that is met", **several(goals("advisory"))},
        "readings": {
            "description": "what is expected under other readings: the verdict, or a map with criteria too",
            "type": ["object", "null"],
            "propertyNames": {"pattern": rf"^({pair})(, ({pair}))*$"} if pair else {"enum": []},
            "additionalProperties": {"anyOf": [verdict, under]},
        },
    }
    whole = {"type": "object", "additionalProperties": False, "properties": properties}
    return {"description": "the outcome that is expected, for tests", "anyOf": [_NULL, verdict, whole]}


def _definitions(vocabulary: Vocabulary) -> Iterator[tuple[str, Schema]]:
    """For each type: its value, and its value with evidence."""
    for name, built_in in _BUILT_IN.items():
        yield from _defined(name, built_in)
    for name, declared in vocabulary.types.items():
        labels = "; ".join(f"{value}: {vocabulary.label(name, value)}" for value in declared.values)
        yield from _defined(name, {"enum": [*declared.values], "description": labels})


def _defined(name: str, value: Schema) -> Iterator[tuple[str, Schema]]:
    at = {"$ref": f"#/$defs/{name}"}
    piece = {
        "type": "object",
        "required": ["value"],
        "additionalProperties": False,
        "properties": {"value": at, **_SOURCED},
    }
    pieces = {
        "type": "object",
        "required": ["evidence"],
        "additionalProperties": False,
        "properties": {"evidence": {"type": "array", "minItems": 1, "items": {"anyOf": [at, piece]}}},
    }
    long = {**piece, "properties": {"value": {"anyOf": [at, _NULL]}, **_SOURCED}}
    yield name, value
    yield f"{name}-stated", {"anyOf": [at, long, pieces]}
    yield f"{name}-slot", {"anyOf": [_NULL, {"$ref": f"#/$defs/{name}-stated"}]}


def _slot(type_name: str, vocabulary: Vocabulary, form: str = "slot") -> Schema:
    known = type_name if type_name in vocabulary.types or type_name in _BUILT_IN else "text"
    return {"$ref": f"#/$defs/{known}-{form}"}


def _input(declared: Input, vocabulary: Vocabulary) -> Schema:
    fields = declared.fields
    if declared.kind == "flags":
        items = vocabulary.types[fields[0].type].values
        described = {
            item: {"description": vocabulary.label(fields[0].type, item), **_slot("boolean", vocabulary)}
            for item in items
        }
        return {"type": ["object", "null"], "additionalProperties": False, "properties": described}
    if declared.kind == "one":
        if len(fields) > 1:
            return {**_row(fields, vocabulary), "type": ["object", "null"]}
        return _slot(fields[0].type if fields else "boolean", vocabulary)
    row = _slot(fields[0].type, vocabulary, "stated")
    if len(fields) > 1:
        # A row has to say something: one field at least has a value.
        says = [{"required": [each.key], "properties": {each.key: {"not": _NULL}}} for each in fields]
        row = {**_row(fields, vocabulary), "anyOf": says}
    rows = {"type": "array", "items": row}
    long = {
        "type": "object",
        "required": ["rows"],
        "additionalProperties": False,
        "properties": {"rows": {"anyOf": [_NULL, rows]}, **_SOURCED},
    }
    return {"anyOf": [_NULL, rows, long]}


def _row(fields: Iterable[Argument], vocabulary: Vocabulary) -> Schema:
    stated = {each.key: _slot(each.type, vocabulary) for each in fields}
    return {"type": "object", "additionalProperties": False, "properties": {**_SOURCED, **stated}}


def template(vocabulary: Vocabulary) -> str:
    """An empty case file: every input commented out, with its question, its values and its form.

    As it stands it is a case that documents nothing.
    """
    header = vocabulary.header
    edition = f", edition {header.edition}" if header.edition else ""
    lines = [*_prose(f"A case for {header.title or header.name}{edition}."), *_INTRODUCTION.splitlines()]
    lines += ["", "case: CASE-ID", f"policy: {_scalar(header.name)}", "#title: a few words on the case"]
    for kind, (heading, silence) in _GROUPS.items():
        group = [each for each in vocabulary.inputs.values() if each.kind == kind]
        if group:
            lines += ["", "", *_prose(f"---- {heading} ----"), *_prose(silence)]
        for declared in group:
            lines += ["", *_prose(declared.question or declared.noun), *_hints(declared, vocabulary)]
            lines += [f"#{line}" for line in _example(declared, vocabulary)]
    return "\n".join(lines) + "\n"


def _prose(text: str) -> list[str]:
    """A text as lines of comment."""
    words = printable(" ".join(text.split()))
    return [f"# {line}" for line in textwrap.wrap(words, WIDTH, break_on_hyphens=False)]


def _hints(declared: Input, vocabulary: Vocabulary) -> Iterator[str]:
    """What may stand in each field, and what counts as evidence."""
    if declared.kind == "flags":
        yield from _prose("true or false for each")
    elif not declared.fields:
        yield from _prose("true or false")
    for argument in declared.fields if declared.kind != "flags" else ():
        name = f"{argument.key}: " if len(declared.fields) > 1 else ""
        if argument.type in vocabulary.types:
            values = vocabulary.types[argument.type].values
            yield from _prose(f"{name}one of {listed(values, MOST_VALUES).replace('`', '')}")
        else:
            yield from _prose(name + _BUILT_IN.get(argument.type, _BUILT_IN["text"])["description"])
    if declared.document:
        yield from _prose("Only a document counts here: an attestation leaves it undocumented.")


def _example(declared: Input, vocabulary: Vocabulary) -> list[str]:
    """The form of an input, filled in with something of the right type."""
    fields = declared.fields
    if declared.kind == "flags":
        items = vocabulary.types[fields[0].type].values
        return [f"{declared.name}:", *(f"  {_scalar(item)}: true{_label(item, items[item])}" for item in items)]
    if not fields:
        return [f"{declared.name}: true"]
    values = [(argument.key, _sample(argument.type, vocabulary)) for argument in fields]
    if declared.kind == "one":
        if len(fields) == 1:
            return [f"{declared.name}: {values[0][1]}"]
        return [f"{declared.name}:", *(f"  {key}: {value}" for key, value in values)]
    if len(fields) == 1:
        return [f"{declared.name}:", f"  - {values[0][1]}"]
    starts = ["  - ", *["    "] * len(values)]
    return [
        f"{declared.name}:",
        *(f"{start}{key}: {value}" for start, (key, value) in zip(starts, values, strict=False)),
    ]


def _sample(type_name: str, vocabulary: Vocabulary) -> str:
    if declared := vocabulary.types.get(type_name):
        return _scalar(next(iter(declared.values)))
    return {"date": "2024-03-02", "integer": "1", "decimal": "3.5"}.get(type_name, '"a text"')


def _label(value: str, label: str) -> str:
    """The label of a value as a comment, where it says more than the value."""
    words = " ".join(label.split())
    return f"  # {printable(words)}" if words and words != value.replace("_", " ") else ""


def _scalar(text: str) -> str:
    """A text as YAML reads it back: plain where it is a plain word, else in quotes."""
    word = text.isascii() and text.replace("_", "").replace("-", "").isalnum() and text[:1].isalpha()
    if word and text.lower() not in {*NULLS, "true", "false", "yes", "no", "on", "off", "y", "n"}:
        return text
    return '"' + printable(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'
