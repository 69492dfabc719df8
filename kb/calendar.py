"""Completed calendar units between two dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import ceil, floor
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction

MONTHS: Mapping[str, int] = {"month": 1, "year": 12}
"""The months that a unit is completed in, where it is completed in months."""
TURNED: Mapping[str, str] = {"<": ">", "=<": ">=", ">": "<", ">=": "=<"}
"""What a comparison is called with its sides exchanged."""


def months_between(start: date, end: date) -> int:
    """Completed months from ``start`` to ``end``; negative when ``end`` comes first.

    A month is complete on the same day number of a later month or, where that month lacks the day,
    on the first of the next: from 31 January one month is complete on 1 March.
    """
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months


def between(unit: str, start: date, end: date) -> int:
    """Completed units ("day", "month" or "year") from ``start`` to ``end``.

    Years are twelve completed months, so someone born on 29 February turns 17 on 1 March
    of a year that is not a leap year.
    """
    if unit == "day":
        return (end - start).days
    months = months_between(start, end)
    return months if unit == "month" else int(months / 12)


class InDates(NamedTuple):
    """What a comparison of completed units with a number says of the two dates.

    It holds where ``months`` (one or more) are completed from the first date to the second, or, not ``forward``,
    from the second to the first; where it does not say ``holds``, it holds exactly where they are not completed.
    """

    months: int
    forward: bool
    holds: bool


def in_dates(operator: str, unit: str, number: int | Decimal | Fraction) -> InDates:
    """What "completed units ``operator`` number" says of the dates, for units that are completed in months."""
    least = floor(number) + 1 if operator in (">", "=<") else ceil(number)
    holds = operator in (">", ">=")
    if least > 0:
        return InDates(MONTHS[unit] * least, True, holds)
    # Backwards units are completed as forwards: nought or more are, where one is not completed backwards.
    return InDates(MONTHS[unit] * (1 - least), False, not holds)


def in_units(months: int) -> tuple[int, str]:
    """Months as a number of units: of years where they are whole ones."""
    return (months // 12, "year") if months % 12 == 0 else (months, "month")
