"""Completed calendar units between two dates."""

from __future__ import annotations

from datetime import date


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
