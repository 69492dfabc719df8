"""What a policy declares: the nouns of its vocabulary: types, inputs, criteria, readings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from kb.syntax import Predicate, Span

InputKind: TypeAlias = Literal["one", "many", "flags"]
CriterionKind: TypeAlias = Literal["criterion", "advisory", "grant"]
Change: TypeAlias = Literal["document", "act", "time", "never"]

BUILTIN_TYPES = ("case", "date", "integer", "decimal", "text")


@dataclass(frozen=True, slots=True)
class Type:
    """An enumeration: its values in the order of the file, each with the label that people read."""

    name: str
    values: Mapping[str, str]
    span: Span


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of an input: its name as written (a capital first) and the name of its type."""

    name: str
    type: str
    span: Span

    @property
    def key(self) -> str:
        """The key of this field in a case file: the name in lower snake case."""
        return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(self.name))


@dataclass(frozen=True, slots=True)
class Input:
    """A predicate that the case supplies; its first argument is the case.

    ``fields`` are the arguments after the case. Kind ``one``: a single value (no field: yes or no;
    several fields: a map of them). Kind ``many``: a list of values (one field) or rows (several).
    Kind ``flags``: one field of an enumeration; a map from item to true or false.
    ``document``: only a document counts as evidence, an attested value leaves it undocumented.
    ``change``: what could alter it: a ``document`` that is submitted, an ``act`` of a person,
    ``time`` alone, or ``never``.
    ``extends`` names the field, a date, that time moves on in a row that is there: the end of what goes on.
    ``personal``: its dates and texts tell who the member is, so a redacted copy shows the year alone.
    ``says`` is the sentence of one row, with ``{Field}`` in it; ``noun`` a short name for its value.
    """

    name: str
    arguments: tuple[Argument, ...]
    kind: InputKind
    question: str
    says: str
    noun: str
    document: bool
    change: Change
    span: Span
    extends: str = ""
    personal: bool = False

    @property
    def predicate(self) -> Predicate:
        return Predicate(self.name, len(self.arguments))

    @property
    def fields(self) -> tuple[Argument, ...]:
        return self.arguments[1:]


@dataclass(frozen=True, slots=True)
class Criterion:
    """Ties a predicate to its section and to the words that explain it.

    ``title`` may hold ``{Variable}``; ``variables`` names the predicate's arguments in order,
    taken from the heads of its clauses. Only a ``criterion`` bears on the verdict; an ``advisory``
    is shown and changes nothing; a ``grant`` is what an approval grants.
    """

    predicate: Predicate
    section: str
    title: str
    kind: CriterionKind
    variables: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Reading:
    """An ambiguity of the text, resolved openly: a default, the alternatives, and why."""

    name: str
    default: str
    alternatives: tuple[str, ...]
    why: str
    span: Span

    @property
    def values(self) -> tuple[str, ...]:
        return (self.default, *self.alternatives)


@dataclass(frozen=True, slots=True)
class Informational:
    """A part of the document that no rule encodes, on purpose: what it says, and why no rule."""

    section: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Header:
    """``:- policy(name, [...])``: whose policy, which edition, from when, and its root goal."""

    name: str
    title: str
    payer: str
    edition: str
    effective: date | None
    until: date | None
    codes: tuple[str, ...]
    root: str
    request_date: str
    sections: Mapping[str, str]
    span: Span


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All that a policy declares."""

    header: Header
    types: Mapping[str, Type]
    inputs: Mapping[str, Input]
    criteria: Mapping[Predicate, Criterion]
    readings: Mapping[str, Reading]
    informational: tuple[Informational, ...]

    def label(self, type_name: str, value: str) -> str:
        """The words for a value of an enumeration; underscores read as blanks where none are given."""
        declared = self.types.get(type_name)
        return (declared.values.get(value) if declared else None) or value.replace("_", " ")


def chosen_readings(pairs: str) -> dict[str, str]:
    """The readings that a text chooses: ``name=value``, or several of them with commas between."""
    return dict(map(_halves, pairs.split(", ")))


def _halves(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    return name, value
