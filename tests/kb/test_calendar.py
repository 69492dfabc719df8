"""Completed months and years, counted and said of the dates themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.calendar import MONTHS, TURNED, between, in_dates, months_between
from kb.compare import ORDERINGS

DATES = st.dates(date(1996, 1, 1), date(2004, 12, 31))
NUMBERS = st.integers(-40, 40) | st.decimals(-40, 40, places=1)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2023, 1, 31), date(2023, 2, 28), 0),
        (date(2023, 1, 31), date(2023, 3, 1), 1),
        (date(2024, 2, 29), date(2025, 2, 28), 11),
        (date(2024, 2, 29), date(2025, 3, 1), 12),
        (date(2023, 3, 1), date(2023, 1, 31), -1),
        (date(2023, 2, 28), date(2023, 1, 31), 0),
    ],
)
def test_a_month_is_complete_on_the_same_day_or_on_the_first_of_the_next(start: date, end: date, months: int) -> None:
    """Forwards and backwards alike."""
    assert months_between(start, end) == months


@given(DATES, DATES, st.sampled_from(sorted(MONTHS)), st.sampled_from(sorted(TURNED)), NUMBERS)
def test_a_comparison_of_months_is_one_of_the_dates(
    start: date, end: date, unit: str, operator: str, number: int | Decimal
) -> None:
    """Whatever the number, whole or not, below nought or above, and whichever date comes first."""
    asked = in_dates(operator, unit, number)
    first, second = (start, end) if asked.forward else (end, start)
    assert asked.months >= 1
    assert (months_between(first, second) >= asked.months) == (
        ORDERINGS[operator](between(unit, start, end), number) == asked.holds
    )


@given(st.integers(-9, 9), st.integers(-9, 9), st.sampled_from(sorted(TURNED)))
def test_a_comparison_is_turned_with_its_sides(left: int, right: int, operator: str) -> None:
    """It holds as before."""
    assert ORDERINGS[operator](left, right) == ORDERINGS[TURNED[operator]](right, left)
