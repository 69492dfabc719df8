"""Numbers for the constants of a policy and a case, dates that are open, and the time between dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import z3

from kb.calendar import MONTHS, TURNED, between, in_dates
from kb.solving.bounds import FIRST_YEAR, LAST_YEAR
from kb.solving.solver import Seldom, whole
from kb.solving.values import (
    Months,
    Number,
    Pair,
    Truth,
    Value,
    compare,
    conj,
    disj,
    identity,
    lifted,
    months_of,
    neg,
    unknowns_of,
)
from kb.syntax import Constant


class Coding:
    """Numbers for the constants of a policy and a case, so that equal constants have equal numbers.

    A date is ``(12 * year + month - 1) * 32 + day - 1``: in order, and its month and day easy to get at.
    """

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], int] = {}
        self.constants: dict[int, Constant] = {}
        # With the value that it is of: as long as that is kept, its dates keep their keys.
        self.days: dict[tuple[object, object], tuple[Number, Value]] = {}
        self.completed: dict[tuple[object, object], dict[int, Completed]] = {}
        # What holds of the time between dates, whatever they are; see ``_bounded``.
        self.bounds: list[Truth] = []
        # The names of the open dates whose days are counted, as those of their counts.
        self.counted: dict[str, None] = {}

    def open_date(self, name: str, years: tuple[int, int] = (FIRST_YEAR, LAST_YEAR)) -> OpenDate:
        """A date that is open, from one year to another, by the name of its parts."""
        month, day, count = z3.Ints(f"{name}.month {name}.day {name}.count")
        parts = Months(month, day, count)
        year, place = month / 12, month % 12
        leap = z3.And(year % 4 == 0, z3.Or(year % 100 != 0, year % 400 == 0))
        short = z3.Or(*(place == each for each in (3, 5, 8, 10)))
        within = z3.And(month >= 12 * years[0], month < 12 * (years[1] + 1), day >= 0, day <= 30)
        exists = z3.Or(day < 28, z3.And(place != 1, z3.Or(day < 30, z3.Not(short))), z3.And(place == 1, day < 29, leap))
        counted = counting(parts, years, lambda: str(count) in self.counted)
        return OpenDate(Value(32 * month + day, parts=parts, label=name), within, (whole(exists), counted))

    def elapsed(self, unit: str, start: Value, end: Value) -> Value:
        """Completed units from one date to another; of two units between the same dates one bounds the other."""
        found = elapsed(unit, start, end)
        if unit == "day" and found.known is not False and not found.settled:
            if (identity(start.number), identity(end.number)) not in self.days:
                self.counted.update(dict.fromkeys(map(str, unknowns_of(found.number))))
                self.bounds.append(_by_months(months_of(start), months_of(end)))
            for first, second, days in ((start, end, found.number), (end, start, -found.number)):
                key = identity(first.number), identity(second.number)
                if key not in self.days:
                    self.days[key] = days, found
                    self.bounds += [_bounded(each, days) for each in self.completed.get(key, {}).values()]
        return found

    def compare(self, operator: str, left: Value, right: Value) -> Pair:
        """The status of a comparison; of months against a number, days between the same dates bound it."""
        known = conj(left.known, right.known)
        reached = None if known is False else by_dates(operator, left, right)
        if reached is None:
            return compare(operator, left, right)
        asked, holds = reached
        key = identity(asked.first.number), identity(asked.second.number)
        if asked.months not in self.completed.setdefault(key, {}):
            self.completed[key][asked.months] = asked
            if key in self.days:
                self.bounds.append(_bounded(asked, self.days[key][0]))
        truth = asked.truth if holds else z3.Not(asked.truth)
        return Pair(conj(known, truth), disj(neg(known), truth))

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


class OpenDate(NamedTuple):
    """A date that is open; that it is within its years; that its day exists, and what its count is."""

    value: Value
    within: Truth
    seldom: tuple[Seldom, Seldom]


@dataclass(frozen=True)
class Completed:
    """That so many months, one or more, are completed from one date to another."""

    first: Value
    second: Value
    months: int

    @property
    def truth(self) -> Truth:
        # The day of a month counts for less than a month does, which is 32.
        return lifted(self.first.number) + 32 * self.months <= lifted(self.second.number)


def by_dates(operator: str, left: Value, right: Value) -> tuple[Completed, bool] | None:
    """Completed months or years against a number as one date against another, and whether it holds where that does.

    To z3 that is a straight line. ``None`` where it is no such comparison.
    """
    if right.between is not None and operator in TURNED:
        operator, left, right = TURNED[operator], right, left
    if operator not in TURNED or left.between is None or left.between[0] not in MONTHS or not right.settled:
        return None
    unit, start, end = left.between
    asked = in_dates(operator, unit, right.number)
    first, second = (start, end) if asked.forward else (end, start)
    return Completed(first, second, asked.months), asked.holds


def _by_months(first: Months, last: Months) -> Truth:
    """What the months from one date to another say of the days: each has 28 to 31."""
    months, rest = last.month - first.month, last.count - first.count - (last.day - first.day)
    return z3.And(
        z3.Implies(months >= 0, z3.And(rest >= 28 * months, rest <= 31 * months)),
        z3.Implies(months <= 0, z3.And(rest <= 28 * months, rest >= 31 * months)),
    )


def _bounded(completed: Completed, days: Number) -> Truth:
    """What holds of the days between two dates where so many months are completed, and where they are not.

    It follows from what both are; but z3 takes minutes to see it, for the lengths of months are no straight line.
    """
    years, months = divmod(completed.months, 12)
    least, most = 365 * years + 28 * months, min(31 * completed.months, 366 * (years + (months > 0)))
    in_order = lifted(completed.first.number) <= lifted(completed.second.number)
    return z3.And(
        z3.Implies(completed.truth, days >= least),
        z3.Implies(z3.And(z3.Not(completed.truth), in_order), days < most),
    )


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
        return Value(lifted(last.count) - lifted(first.count), known, label, many, between=dates)

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


def counting(parts: Months, years: tuple[int, int], asked: Callable[[], bool]) -> Seldom:
    """That the count of a date's days is what it is; z3 is told of one year after the other, as models come to it."""
    year, month = parts.month / 12, parts.month % 12 + 1
    shifted = z3.If(month > 2, year, year - 1)
    place = z3.If(month > 2, month - 3, month + 9)
    before = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + (153 * place + 2) / 5 - 305
    near = nearly(parts, years)

    def in_its_year(model: Any) -> Truth:
        year = model.eval(parts.month, model_completion=True).as_long() // 12
        first, *others = (date(year, month, 1).toordinal() for month in range(1, 13))
        before = z3.IntVal(first)
        for place, day in enumerate(others, 1):
            before = z3.If(parts.month >= 12 * year + place, day, before)
        within = z3.And(parts.month >= 12 * year, parts.month < 12 * year + 12)
        return z3.And(near, z3.Implies(within, parts.count == before + parts.day))

    return Seldom(parts.count == before + parts.day, in_its_year, asked, near)


# So many days have so many months, whenever they begin.
DAYS, CYCLE = 146_097, 4_800


def nearly(parts: Months, years: tuple[int, int]) -> Truth:
    """Between what the count of a date's days is, by a month's mean length: no more than a few days are between.

    It follows from what the count is, and to z3 it is a straight line.
    """
    least, most = astray(years)
    off = CYCLE * parts.count - DAYS * parts.month - CYCLE * parts.day
    return z3.And(off >= least, off <= most)


@cache
def astray(years: tuple[int, int]) -> tuple[int, int]:
    """The least and the most of what ``nearly`` holds in bounds, over these years."""
    firsts = [date(year, month, 1) for year in range(years[0], years[1] + 1) for month in range(1, 13)]
    found = [CYCLE * each.toordinal() - DAYS * (12 * each.year + each.month - 1) for each in firsts]
    return min(found), max(found)


def day_of(code: int) -> date:
    """The date that a number stands for."""
    months, day = divmod(code, 32)
    return date(months // 12, months % 12 + 1, day + 1)
