"""The nouns of a lowered policy: three-valued expressions over the columns of one member.

A truth is true, false, or null where it is undocumented; a scalar is null where its value is unknown.
Every node is made once: two that say the same are one object, so that they compare, and are kept, by identity.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from kb.syntax import Constant

_made: WeakValueDictionary[object, Node] = WeakValueDictionary()
NodeKind = TypeVar("NodeKind", bound="Node")


@dataclass(frozen=True, eq=False)
class Node:
    """What an expression is made of. Nodes are made by ``node`` alone."""


def node(kind: type[NodeKind], *values: Any) -> NodeKind:
    """The one node of a kind with these fields."""
    key = (kind, *values)
    found = _made.get(key)
    if found is None:
        found = _made[key] = kind(*values)
    return found  # type: ignore[return-value]


@dataclass(frozen=True)
class Source:
    """A list whose rows can be gone through: those of an input, or of a predicate.

    ``fields`` are the names of the fields of a row; where ``bare``, a row is the value of its one field.
    ``attested``: after its documented rows it may have some that are only attested.
    ``derived``: its rows are those of a predicate over several lists.
    """

    name: str
    fields: tuple[str, ...]
    bare: bool = False
    attested: bool = False
    derived: bool = False


@dataclass(frozen=True)
class Row:
    """A row of a source that an expression goes through; ``number`` tells it from other rows of the source."""

    source: Source
    number: int


# Scalars


@dataclass(frozen=True, eq=False)
class Literal(Node):
    """A constant of the policy."""

    constant: Constant

    @property
    def key(self) -> tuple[str, object]:
        return self.constant.kind, self.constant.value


@dataclass(frozen=True, eq=False)
class Null(Node):
    """A value that is not known, whatever the member."""


@dataclass(frozen=True, eq=False)
class CaseId(Node):
    """The member's own name."""


@dataclass(frozen=True, eq=False)
class Column(Node):
    """The value of an input of kind ``one``, or, with a ``field``, of a field of it; the flag of an item."""

    input: str
    field: str = ""


@dataclass(frozen=True, eq=False)
class Field(Node):
    """A field of a row."""

    row: Row
    name: str


@dataclass(frozen=True, eq=False)
class Between(Node):
    """Completed units between two dates."""

    unit: str
    start: Node
    end: Node


@dataclass(frozen=True, eq=False)
class Earlier(Node):
    """The date so many months before another: the same day of the month, or the last one of a month without it."""

    date: Node
    months: int


@dataclass(frozen=True, eq=False)
class FirstKnown(Node):
    """The first of two values that is known."""

    left: Node
    right: Node


@dataclass(frozen=True, eq=False)
class Choice(Node):
    """One of the ``results``, by which ``literals`` a value is among; of a value that is among none, any of them."""

    value: Node
    literals: tuple[tuple[Literal, ...], ...]
    results: tuple[Node, ...]


# Labels: texts that tell one unknown value from another.


@dataclass(frozen=True, eq=False)
class Place(Node):
    """The label of a field of a row: the input, the place of the row, the field."""

    row: Row
    name: str


@dataclass(frozen=True, eq=False)
class Words(Node):
    """A label that never varies."""

    text: str


@dataclass(frozen=True, eq=False)
class Joined(Node):
    """Labels put together."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Shown(Node):
    """A value as a text where it is known, else its label."""

    value: Node
    label: Node


@dataclass(frozen=True, eq=False)
class Lesser(Node):
    """The first of two labels in their order."""

    left: Node
    right: Node


# Truths


@dataclass(frozen=True, eq=False)
class Truth(Node):
    """True, false, or undocumented (``None``)."""

    value: bool | None


@dataclass(frozen=True, eq=False)
class Flag(Node):
    """What the record says of a flag or a yes or no; ``row`` where it is a truth of a derived row."""

    column: Node


@dataclass(frozen=True, eq=False)
class Known(Node):
    """True where one of the values is known, else undocumented."""

    values: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Missing(Node):
    """Whether a value is not known. Never undocumented."""

    value: Node


@dataclass(frozen=True, eq=False)
class Compare(Node):
    """Two values held against each other: undocumented where one is not known."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, eq=False)
class OneOf(Node):
    """Whether a value is among these literals."""

    value: Node
    literals: tuple[Literal, ...]


@dataclass(frozen=True, eq=False)
class SameRow(Node):
    """Whether two rows of one source are the same row. Never undocumented."""

    left: Row
    right: Row


@dataclass(frozen=True, eq=False)
class Rest(Node):
    """Undocumented where the list of an input is not complete, so that further rows are possible; else false."""

    input: str


@dataclass(frozen=True, eq=False)
class Gaps(Node):
    """Whether a row of a list has a field that is not known. Never undocumented."""

    source: Source


@dataclass(frozen=True, eq=False)
class HasRows(Node):
    """Whether a list has any row. Never undocumented."""

    source: Source


@dataclass(frozen=True, eq=False)
class HasAttested(Node):
    """Whether a list has a row that is only attested. Never undocumented."""

    source: Source


@dataclass(frozen=True, eq=False)
class Documented(Node):
    """True of a row that is documented, undocumented of one that is only attested."""

    row: Row


@dataclass(frozen=True, eq=False)
class SomeDocumented(Node):
    """Whether a list has a documented row: undocumented where it has rows and all of them are only attested."""

    source: Source


@dataclass(frozen=True, eq=False)
class All(Node):
    """All of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Some(Node):
    """Any of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Not(Node):
    """Not the part."""

    part: Node


@dataclass(frozen=True, eq=False)
class When(Node):
    """The part where a condition holds that is never undocumented, else false. The part is not run elsewhere."""

    condition: Node
    part: Node


@dataclass(frozen=True, eq=False)
class Count(Node):
    """``number`` or more of the parts."""

    number: int
    parts: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Exists(Node):
    """Whether a truth holds of some row of a source.

    ``sure``: a truth that is never undocumented, and under which that of no row is.
    """

    row: Row
    part: Node
    sure: Node


@dataclass(frozen=True, eq=False)
class Values(Node):
    """The values that something has in the rows for which a truth holds. ``many``: any number of them."""

    rows: tuple[Row, ...]
    part: Node
    value: Node
    label: Node | None
    many: bool


@dataclass(frozen=True, eq=False)
class Distinct(Node):
    """``number`` or more distinct values.

    ``sure``: a truth that is never undocumented, and under which the values that are not ``many`` are known and
    there for certain or not at all.
    """

    number: int
    values: tuple[Values, ...]
    sure: Node


@dataclass(frozen=True, eq=False)
class Named(Node):
    """A truth of the member that has a name of its own."""

    name: str


@dataclass(frozen=True, eq=False)
class RowNamed(Node):
    """A truth of each row of a source that has a name of its own."""

    row: Row
    name: str


@dataclass(frozen=True, eq=False)
class Among(Node):
    """The status of any of some values among those that a predicate has, which have a name of their own."""

    name: str
    values: tuple[Literal, ...]


YES, NO, OPEN = node(Truth, True), node(Truth, False), node(Truth, None)
NULL = node(Null)
CASE_ID = node(CaseId)


def children(each: Node) -> tuple[Node, ...]:
    """The nodes directly inside a node."""
    found: list[Node] = []
    for name in field_names(type(each)):
        value = getattr(each, name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(inner for inner in value if isinstance(inner, Node))
    return tuple(found)


def field_names(kind: type[Node]) -> tuple[str, ...]:
    if kind not in _names:
        _names[kind] = tuple(each.name for each in fields(kind))
    return _names[kind]


_names: dict[type[Node], tuple[str, ...]] = {}
