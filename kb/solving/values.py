"""Values and truths of a case that is partly open: numbers and booleans, of Python where settled, else of z3.

Python's own booleans and numbers stand for what is settled, so that only what is open reaches z3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import z3

from kb.calendar import between
from kb.syntax import Constant

# A z3 expression, or the Python value that it would always have. z3 has no types of its own to speak of.
Truth: TypeAlias = Any
Number: TypeAlias = Any


def conj(*truths: Truth) -> Truth:
    """All of the truths."""
    left = [truth for truth in truths if truth is not True]
    if any(truth is False for truth in left):
        return False
    return True if not left else left[0] if len(left) == 1 else _joined(z3.Z3_mk_and, left)


def disj(*truths: Truth) -> Truth:
    """Any of the truths."""
    left = [truth for truth in truths if truth is not False]
    if any(truth is True for truth in left):
        return True
    return False if not left else left[0] if len(left) == 1 else _joined(z3.Z3_mk_or, left)


def _joined(make: Callable[..., Any], truths: Sequence[Truth]) -> Truth:
    """One expression of several booleans; ``z3.And`` itself asks each for its sort, which takes six times as long."""
    context = truths[0].ctx
    listed = (z3.Ast * len(truths))(*(truth.as_ast() for truth in truths))
    return z3.BoolRef(make(context.ref(), len(truths), listed), context)


def neg(truth: Truth) -> Truth:
    """Not the truth."""
    if isinstance(truth, bool):
        return not truth
    return z3.BoolRef(z3.Z3_mk_not(truth.ctx_ref(), truth.as_ast()), truth.ctx)


def truths_at_least(count: int, truths: Sequence[Truth]) -> Truth:
    """``count`` or more of the truths."""
    count -= sum(truth is True for truth in truths)
    left = [truth for truth in truths if not isinstance(truth, bool)]
    if count <= 0:
        return True
    if count > len(left):
        return False
    return z3.AtLeast(*left, count) if count > 1 else disj(*left)


@dataclass(frozen=True, slots=True)
class Pair:
    """The status of a goal: ``must`` where it is met, ``may`` where it is met or undocumented."""

    must: Truth
    may: Truth

    def __and__(self, other: Pair) -> Pair:
        return Pair(conj(self.must, other.must), conj(self.may, other.may))

    @property
    def opposite(self) -> Pair:
        return Pair(neg(self.may), neg(self.must))


YES, NO, OPEN = Pair(True, True), Pair(False, False), Pair(False, True)


def either(pairs: Iterable[Pair]) -> Pair:
    """The status of alternatives, any of which is enough."""
    listed = list(pairs)
    return Pair(disj(*(pair.must for pair in listed)), disj(*(pair.may for pair in listed)))


@dataclass(frozen=True, slots=True)
class Value:
    """A value: its number (see ``Coding``) and whether it is known.

    ``label`` tells one value that may be unknown from another; ``many`` marks that of a missing list.
    ``parts`` are those of a date that is open. ``between``: from which dates it is computed, and in which unit.
    ``either``: it is the first of two values where a condition holds, and else the second.
    """

    number: Number
    known: Truth = True
    label: str = ""
    many: bool = False
    parts: Months | None = None
    between: tuple[str, Value, Value] | None = None
    either: tuple[Truth, Value, Value] | None = None

    @property
    def settled(self) -> bool:
        """Whether there is nothing open about the value."""
        return self.known is True and isinstance(self.number, int | Fraction)


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A row of an input or of a derived predicate, with its status."""

    pair: Pair
    values: tuple[Value, ...]


class Coding:
    """Numbers for the constants of a policy and a case, so that equal constants have equal numbers.

    A date is ``(12 * year + month - 1) * 32 + day - 1``: in order, and its month and day easy to get at.
    """

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], int] = {}
        self.constants: dict[int, Constant] = {}
        self.spans: dict[tuple[object, object], dict[str, Value]] = {}
        # What holds of the time between dates, whatever they are; see ``_bounded``.
        self.bounds: list[Truth] = []

    def elapsed(self, unit: str, start: Value, end: Value) -> Value:
        """Completed units from one date to another; of two units between the same dates one bounds the other."""
        found = elapsed(unit, start, end)
        if found.known is not False and not found.settled:
            units = self.spans.setdefault((_key(start.number), _key(end.number)), {})
            if unit not in units:
                units[unit] = found
                pairs = [unit] if unit != "day" else [each for each in units if each != "day"]
                if "day" in units:
                    self.bounds += [_bounded(start, end, units["day"], each, units[each]) for each in pairs]
        return found

    def value(self, constant: Constant) -> Value:
        return Value(self.number(constant))

    def number(self, constant: Constant) -> int | Fraction:
        match constant.value:
            case date() as day:
                return (12 * day.year + day.month - 1) * 32 + day.day - 1
            case int() as whole:
                return whole
            case Decimal() as amount:
                exact = Fraction(amount)
                return int(exact) if exact.denominator == 1 else exact
        key = (constant.kind, str(constant.value))
        code = self.codes.setdefault(key, len(self.codes))
        self.constants[code] = constant
        return code


def _key(number: Number) -> object:
    """What tells a number from every other. Equal expressions are one to z3, and what was made of them keeps them."""
    return number if isinstance(number, int | Fraction) else ("open", number.get_id())


def _bounded(start: Value, end: Value, days: Value, unit: str, units: Value) -> Truth:
    """What holds of the days and of the months or years between two dates, whatever they are.

    It follows from what both are; but z3 takes minutes to see it, for the lengths of months are no straight line.
    """
    whole = lifted(units.number)
    years = whole / 12 if unit == "month" else whole
    between = z3.And(days.number >= 365 * years, days.number < 366 * (years + 1))
    return z3.Implies(lifted(start.number) <= end.number, between)


def day_of(code: int) -> date:
    """The date that a number stands for."""
    months, day = divmod(code, 32)
    return date(months // 12, months % 12 + 1, day + 1)


@dataclass(frozen=True, slots=True)
class Months:
    """A date taken apart: its months since the year nought, and its day of the month less one."""

    month: Number
    day: Number


def months_of(value: Value) -> Months:
    """The parts of a date."""
    if value.parts is not None:
        return value.parts
    month, day = divmod(int(value.number), 32)
    return Months(month, day)


def open_date(name: str) -> tuple[Value, Truth]:
    """A date that is open, by the name of its parts, and that it is a day which exists, of 1900 to 2100."""
    month, day = z3.Ints(f"{name}.month {name}.day")
    value = Value(32 * month + day, parts=Months(month, day), label=name)
    year, place = month / 12, month % 12
    leap = z3.And(year % 4 == 0, z3.Or(year % 100 != 0, year % 400 == 0))
    short = z3.Or(*(place == each for each in (3, 5, 8, 10)))
    exists = (
        z3.And(month >= 12 * 1900, month < 12 * 2101, day >= 0, day <= 30),
        z3.Or(day < 28, z3.And(place != 1, z3.Or(day < 30, z3.Not(short))), z3.And(place == 1, day < 29, leap)),
    )
    return value, z3.And(*exists)


def day_number(parts: Months) -> Number:
    """Days since a fixed day, for the distance of two dates."""
    year, month = lifted(parts.month) / 12, lifted(parts.month) % 12 + 1
    shifted = z3.If(month > 2, year, year - 1)
    place = z3.If(month > 2, month - 3, month + 9)
    return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + (153 * place + 2) / 5 + lifted(parts.day)


def elapsed(unit: str, start: Value, end: Value) -> Value:
    """Completed units from one date to another."""
    if start.settled and end.settled:
        return Value(between(unit, day_of(int(start.number)), day_of(int(end.number))))
    label = f"{unit}s from {_said(start)} to {_said(end)}"
    known, many = conj(start.known, end.known), start.many or end.many
    dates = (unit, start, end)
    if known is False:
        return Value(0, False, label, many, between=dates)
    first, last = months_of(start), months_of(end)
    if unit == "day":
        return Value(day_number(last) - day_number(first), known, label, many, between=dates)

    def forward(early: Months, late: Months) -> Number:
        whole = lifted(late.month) - early.month
        return z3.If(lifted(late.day) < early.day, whole - 1, whole)

    backward = lifted(end.number) < lifted(start.number)
    months = z3.If(backward, -forward(last, first), forward(first, last))
    if unit == "month":
        return Value(months, known, label, many, between=dates)
    # z3 rounds down and calendar years round towards nought.
    return Value(z3.If(months < 0, -((-months) / 12), months / 12), known, label, many, between=dates)


def _said(value: Value) -> str:
    """A date in the label of what is computed from it, as the engine has it (``kb.compare``)."""
    return str(day_of(int(value.number))) if value.settled and not value.label else value.label or str(value.number)


def chosen(condition: Truth, left: Value, right: Value) -> Value:
    """One value where a condition holds and another where it does not; both are known."""
    parts = None
    if left.parts is not None or right.parts is not None:
        first, last = months_of(left), months_of(right)
        parts = Months(
            z3.If(condition, lifted(first.month), lifted(last.month)),
            z3.If(condition, lifted(first.day), lifted(last.day)),
        )
    number = z3.If(condition, lifted(left.number), lifted(right.number))
    return Value(number, True, f"{left.label} or {right.label or right.number}", parts=parts)


def same(left: Value, right: Value) -> Pair:
    """Whether two values are equal."""
    one = identical(left, right)
    if one is True:
        return YES
    known = conj(left.known, right.known)
    if known is False:
        return Pair(one, True)
    equal = compared("=", left.number, right.number)
    return Pair(disj(one, conj(known, equal)), disj(neg(known), equal))


def identical(left: Value, right: Value) -> Truth:
    """Whether two values are one and the same, known or not; those of a missing list are not."""
    if left.either is None and right.either is not None:
        left, right = right, left
    if left.either is not None:
        if left.label == right.label and not left.many:
            return True
        condition, first, second = left.either
        return disj(conj(condition, identical(first, right)), conj(neg(condition), identical(second, right)))
    if left.many or right.many:
        return False
    if left.label and left.label == right.label:
        return True
    if left.between is None or right.between is None or left.between[0] != right.between[0]:
        return False
    dates = zip(left.between[1:], right.between[1:], strict=True)
    return conj(*(same(one, other).must for one, other in dates))


def compare(operator: str, left: Value, right: Value) -> Pair:
    """The status of a comparison."""
    if operator == "=":
        return same(left, right)
    if operator == "\\=":
        return same(left, right).opposite
    known = conj(left.known, right.known)
    if known is False:
        return OPEN
    holds = compared(operator, left.number, right.number)
    return Pair(conj(known, holds), disj(neg(known), holds))


COMPARISONS: Mapping[str, Callable[[Number, Number], Truth]] = {
    "=": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    "=<": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def compared(operator: str, left: Number, right: Number) -> Truth:
    """A comparison of two numbers."""
    if isinstance(left, int | Fraction) and isinstance(right, int | Fraction):
        return COMPARISONS[operator](left, right)
    return COMPARISONS[operator](lifted(left), lifted(right))


def lifted(number: Number) -> Number:
    """A number as z3 takes it."""
    if isinstance(number, Fraction):
        return z3.Q(number.numerator, number.denominator)
    return z3.IntVal(number) if isinstance(number, int) else number


def identity(number: Number) -> object:
    """A key that numbers have in common that are written alike; it lasts as long as one of them does."""
    return ("open", number.get_id()) if z3.is_expr(number) else number


def says_more(left: Value, right: Value) -> Value:
    """What a variable is worth that stands for both of two values which may be equal."""
    if left.known is True or left.label == right.label:
        return left
    if right.known is True:
        return right
    # Of two that are not known the first by name is kept.
    left_stays = disj(left.known, conj(neg(right.known), comes_first(left, right)))
    if isinstance(left_stays, bool):
        return left if left_stays else right
    # Which number stands for a value that is not known makes no difference.
    both = left if right.known is False else right if left.known is False else chosen(left.known, left, right)
    known, label = disj(left.known, right.known), f"{left.label} or {right.label}"
    many = left.many and right.many
    return replace(both, known=known, label=label, many=many, either=(left_stays, left, right))


def comes_first(left: Value, right: Value) -> Truth:
    """Whether one value comes before another, by what an engine calls them."""
    if left.either is not None:
        condition, first, second = left.either
        return disj(conj(condition, comes_first(first, right)), conj(neg(condition), comes_first(second, right)))
    if right.either is not None:
        condition, first, second = right.either
        return disj(conj(condition, comes_first(left, first)), conj(neg(condition), comes_first(left, second)))
    return (left.many, left.label) <= (right.many, right.label)
