"""The columns of a cohort: one row a member, laid out by the vocabulary of a policy.

Nothing of any engine stands here: what a column holds, as nouns and in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

from kb.problems import Problem, ProblemsError, printable
from kb.vocabulary import Argument, Input, Vocabulary

Kind: TypeAlias = Literal["boolean", "date", "integer", "decimal", "text"]
CASE = "case"
ATTESTED, OPEN = "__attested", "__open"
DECIMAL_DIGITS, DECIMAL_PLACES = 28, 10
"""A decimal as a column has it: so many digits, of which so many stand after the point."""
_WORDS = {"boolean": "true or false", "date": "date", "integer": "whole number", "decimal": "number", "text": "text"}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value. ``values`` are those of an enumeration, whose values are texts; none of any other type."""

    kind: Kind
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A named value inside a struct."""

    name: str
    type: Scalar


@dataclass(frozen=True, slots=True)
class Struct:
    """Several named values; each may be null. ``flags``: they are the items of an input of kind ``flags``."""

    fields: tuple[Field, ...]
    flags: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A list: null is undocumented, an empty list is documented none."""

    item: Scalar | Struct


Type: TypeAlias = Scalar | Struct | Rows


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``input`` is none for the column of the case's name.

    ``required``: it has to be there. What may be left out are the rows of a list that are only attested, and
    whether a list with rows is not complete.
    """

    name: str
    input: Input | None
    type: Type
    required: bool


def columns(vocabulary: Vocabulary) -> tuple[Column, ...]:
    """Every column of a cohort: the case, then those of the inputs in the order of the policy.

    Raises ``ProblemsError`` where two columns, or two items of one, have names that differ in capitals alone.
    """
    found = (Column(CASE, None, Scalar("text"), True), *_columns(vocabulary))
    groups = {"": [each.name for each in found]}
    groups |= {each.name: [item.name for item in each.type.fields] for each in found if isinstance(each.type, Struct)}
    problems = [
        _alike(vocabulary, f"{column}.{first}" if column else first, f"{column}.{second}" if column else second)
        for column, names in groups.items()
        for first, second in combinations(names, 2)
        if first.casefold() == second.casefold()
    ]
    if problems:
        raise ProblemsError(problems, {})
    return found


def _alike(vocabulary: Vocabulary, first: str, second: str) -> Problem:
    """That an engine would take two columns for one: it knows no capitals in names, be they quoted."""
    message = f"the columns `{printable(first)}` and `{printable(second)}` would be one: they differ in capitals alone"
    help = "rename one of the two in the policy; single cases can be decided as it is"
    return Problem("columns-alike", message, f"policy {vocabulary.header.name}", help=help)


def _columns(vocabulary: Vocabulary) -> Iterator[Column]:
    for declared in vocabulary.inputs.values():
        column = Column(declared.name, declared, _type(declared, vocabulary), True)
        yield column
        if declared.kind != "many":
            continue
        # An input that has such a name itself comes first.
        if declared.document and declared.name + ATTESTED not in vocabulary.inputs:
            yield Column(declared.name + ATTESTED, declared, column.type, False)
        if declared.name + OPEN not in vocabulary.inputs:
            yield Column(declared.name + OPEN, declared, Scalar("boolean"), False)


def _type(declared: Input, vocabulary: Vocabulary) -> Type:
    if declared.kind == "flags":
        items = vocabulary.types[declared.fields[0].type].values
        return Struct(tuple(Field(item, Scalar("boolean")) for item in items), True)
    if not declared.fields:
        return Scalar("boolean")
    fields = tuple(Field(each.key, _scalar(each, vocabulary)) for each in declared.fields)
    item = fields[0].type if len(fields) == 1 else Struct(fields)
    return Rows(item) if declared.kind == "many" else item


def _scalar(argument: Argument, vocabulary: Vocabulary) -> Scalar:
    if argument.type in vocabulary.types:
        return Scalar("text", tuple(vocabulary.types[argument.type].values))
    match argument.type:
        case "date" | "integer" | "decimal":
            return Scalar(argument.type)
        case _:
            return Scalar("text")


def type_words(type: Type, several: bool = False) -> str:
    """A type in plain words."""
    match type:
        case Rows(item):
            return f"list of {type_words(item, True)}"
        case Struct(_, True):
            return "true or false an item"
        case Struct(fields):
            named = ", ".join(f"{each.name}: {type_words(each.type)}" for each in fields)
            return f"rows ({named})" if several else f"fields ({named})"
        case Scalar("text", values) if values:
            return "values" if several else "value"
        case Scalar("boolean"):
            return _WORDS["boolean"]
        case Scalar(kind):
            return _WORDS[kind] + ("s" if several else "")


def meaning(column: Column) -> str:
    """What a column says of a member, in a sentence or two."""
    declared = column.input
    if declared is None:
        return "The name of the case: one row each."
    if column.name.endswith(OPEN) and not column.required:
        return f"True: the rows of `{declared.name}` are not all there are."
    if column.name.endswith(ATTESTED) and not column.required:
        return f"Rows of `{declared.name}` that are only attested, with no document."
    only = " Only what a document shows." if declared.document else ""
    return f"{declared.question}{only}"


def silence(column: Column) -> str:
    """What null means in a column."""
    match column.type:
        case _ if column.input is None:
            return "not allowed"
        case _ if not column.required:
            return "none such"
        case Rows():
            return "undocumented; an empty list documents that there is none"
        case Struct():
            return "undocumented, as a whole or a field by itself"
        case _:
            return "undocumented"


def allowed(type: Type) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The values that a type allows where they are listed, with the field that they are of (or nothing)."""
    match type:
        case Rows(item):
            return allowed(item)
        case Struct(fields, True):
            return (("", tuple(each.name for each in fields)),)
        case Struct(fields):
            return tuple((each.name, each.type.values) for each in fields if each.type.values)
        case Scalar(_, values):
            return (("", values),) if values else ()
