"""Values and truths of a case that is partly open: numbers and booleans, of Python where settled, else of z3.

Python's own booleans and numbers stand for what is settled, so that only what is open reaches z3.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias

import z3

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


def put_in(truth: Truth, values: Sequence[tuple[Any, Any]]) -> Truth:
    """A truth with values in the place of variables, and simpler for it.

    ``z3.substitute`` asks each of them for its sort first, which takes many times as long as the rest.
    """
    if isinstance(truth, bool) or not values:
        return truth
    listed = [(z3.Ast * len(values))(*(each.as_ast() for each in side)) for side in zip(*values, strict=True)]
    found = z3.Z3_substitute(truth.ctx_ref(), truth.as_ast(), len(values), *listed)
    return z3.simplify(z3.BoolRef(found, truth.ctx))


def unknowns_of(*terms: Any) -> list[Any]:
    """The variables of terms, each once, in the order in which they come."""
    found, seen, todo = [], set[int](), [each for each in reversed(terms) if z3.is_expr(each)]
    while todo:
        term = todo.pop()
        if term.get_id() in seen:
            continue
        seen.add(term.get_id())
        below = term.children()
        if not below and term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            found.append(term)
        todo += reversed(below)
    return found


def truths_at_least(count: int, truths: Sequence[Truth]) -> Truth:
    """``count`` or more of the truths."""
    count -= sum(truth is True for truth in truths)
    left = [truth for truth in truths if not isinstance(truth, bool)]
    if count <= 0:
        return True
    if count > len(left):
        return False
    return z3.AtLeast(*left, count) if count > 1 else disj(*left)


def cost_at_most(most: int, truths: Sequence[Truth], costs: Sequence[int]) -> Truth:
    """That those of the truths that hold, none of them settled, cost no more than so much together.

    ``z3.PbLe`` asks each of them for its sort, which takes many times as long as the rest.
    """
    if not truths:
        return most >= 0
    context, number = truths[0].ctx, len(truths)
    listed, numbers = (z3.Ast * number)(*(each.as_ast() for each in truths)), (ctypes.c_int * number)(*costs)
    return z3.BoolRef(z3.Z3_mk_pble(context.ref(), number, listed, numbers, most), context)


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


@dataclass(frozen=True, slots=True)
class Months:
    """A date taken apart: its months since the year nought, and its day of the month less one.

    ``count``: the same date as the days since a fixed day (``date.toordinal``); of an open date a number of its own.
    """

    month: Number
    day: Number
    count: Number


def months_of(value: Value) -> Months:
    """The parts of a date."""
    if value.parts is not None:
        return value.parts
    month, day = divmod(int(value.number), 32)
    return Months(month, day, date(month // 12, month % 12 + 1, day + 1).toordinal())


def chosen(condition: Truth, left: Value, right: Value) -> Value:
    """One value where a condition holds and another where it does not; both are known."""
    parts = None
    if left.parts is not None or right.parts is not None:
        first, last = months_of(left), months_of(right)
        parts = Months(
            z3.If(condition, lifted(first.month), lifted(last.month)),
            z3.If(condition, lifted(first.day), lifted(last.day)),
            z3.If(condition, lifted(first.count), lifted(last.count)),
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
