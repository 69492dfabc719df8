"""Values of a body as columns: whether two are equal, which says more, how they compare."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from kb.calendar import MONTHS, TURNED, between, in_dates
from kb.cohort.expressions import (
    NO,
    NULL,
    OPEN,
    YES,
    Between,
    Compare,
    Earlier,
    Field,
    FirstKnown,
    Joined,
    Lesser,
    Literal,
    Missing,
    Node,
    Place,
    Row,
    SameRow,
    Shown,
    Words,
    node,
)
from kb.cohort.folding import Folding
from kb.compare import ORDERINGS
from kb.syntax import Constant

# Further back than from the last date that there is to the first one no engine need count.
MOST_MONTHS = 12 * 9999


@dataclass(frozen=True)
class Value:
    """The value of a variable. ``label`` tells it from others where it is unknown; none where it never is.

    ``many``: it stands for any number of values, and is never known. ``origins`` names what its label can be of:
    two values that share none never have one label.
    """

    scalar: Node
    label: Node | None = None
    many: bool = False
    origins: frozenset[str] = field(default=frozenset(), compare=False)


def literal(constant: Constant) -> Value:
    """A constant of the policy."""
    return Value(node(Literal, Constant(constant.kind, constant.value)))


def of_row(row: Row, name: str, known: bool = False) -> Value:
    """A field of a row of an input, which is ``known`` in every row."""
    if known:
        return Value(node(Field, row, name))
    return Value(node(Field, row, name), node(Place, row, name), False, frozenset({f"{row.source.name}.{name}"}))


def of_column(scalar: Node, label: str) -> Value:
    """The value of an input of kind ``one``."""
    return Value(scalar, node(Words, label), False, frozenset({label}))


def of_rest(label: str) -> Value:
    """The value of a field in the rows of a list that is not complete."""
    return Value(NULL, node(Words, label), True, frozenset({label}))


def same(left: Value, right: Value, folding: Folding) -> Node:
    """Whether two values are equal: an unknown value equals itself, and any other possibly."""
    if left.many or right.many:
        return OPEN
    if left.scalar is right.scalar and left.label is right.label:
        return YES
    if isinstance(left.scalar, Literal) and isinstance(right.scalar, Literal):
        return YES if left.scalar.key == right.scalar.key else NO
    if isinstance(left.scalar, Literal):
        left, right = right, left
    equal = node(Compare, "=", left.scalar, right.scalar)
    if left.label is None or right.label is None or left.origins.isdisjoint(right.origins):
        return equal
    one, other = left.scalar, right.scalar
    plain = isinstance(left.label, Place) and isinstance(right.label, Place)
    if plain and isinstance(one, Field) and isinstance(other, Field) and not one.row.source.derived:
        return folding.some_of((node(SameRow, one.row, other.row), equal))
    alike = (node(Missing, one), node(Missing, other), node(Compare, "=", left.label, right.label))
    return folding.some_of((folding.all_of(alike), equal))


def says_more(left: Value, right: Value) -> Value:
    """What a variable is worth that stands for both of two values that may be equal."""
    if left.label is None or left == right:
        return left
    if right.label is None or left.many:
        return right
    if right.many:
        return left
    return Value(
        node(FirstKnown, left.scalar, right.scalar),
        node(Lesser, left.label, right.label),
        False,
        left.origins | right.origins,
    )


def elapsed(unit: str, start: Value, end: Value) -> Value:
    """Completed units from one date to another."""
    first, last = start.scalar, end.scalar
    if isinstance(first, Literal) and isinstance(last, Literal):
        one, other = first.constant.value, last.constant.value
        assert isinstance(one, date) and isinstance(other, date)
        return literal(Constant("number", between(unit, one, other)))
    origins = frozenset({f"{unit} between"})
    if start.many or end.many:
        return Value(NULL, node(Words, unit), True, origins)
    scalar = node(Between, unit, first, last)
    if start.label is None and end.label is None:
        return Value(scalar)
    said = node(Joined, (node(Words, f"{unit}s from "), _shown(start), node(Words, " to "), _shown(end)))
    return Value(scalar, said, False, origins)


def _shown(value: Value) -> Node:
    return node(Shown, value.scalar, value.label or node(Words, ""))


def compare(operator: str, left: Value, right: Value, folding: Folding) -> Node:
    """The status of a comparison."""
    if operator == "=":
        return same(left, right, folding)
    if operator == "\\=":
        return folding.negated(same(left, right, folding))
    if left.many or right.many:
        return OPEN
    one, other = left.scalar, right.scalar
    if isinstance(one, Literal) and isinstance(other, Literal):
        return YES if ORDERINGS[operator](one.constant.value, other.constant.value) else NO
    return by_dates(operator, one, other) or node(Compare, operator, one, other)


def by_dates(operator: str, left: Node, right: Node) -> Node | None:
    """Completed months or years against a number as one date against another, which takes an engine far less.

    So many months are completed from one date to another where the first is no later than that many before the
    second. ``None`` where it is no such comparison.
    """
    if isinstance(right, Between):
        operator, left, right = TURNED[operator], right, left
    if not (isinstance(left, Between) and left.unit in MONTHS and isinstance(right, Literal)):
        return None
    number = right.constant.value
    assert isinstance(number, int | Decimal)
    asked = in_dates(operator, left.unit, number)
    if asked.months > MOST_MONTHS:
        return None
    first, second = (left.start, left.end) if asked.forward else (left.end, left.start)
    return node(Compare, "=<" if asked.holds else ">", first, node(Earlier, second, asked.months))
