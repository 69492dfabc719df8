"""Completed months and years as the engine counts them, at every end of a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from kb.calendar import between
from kb.cohort.expressions import Between, Column, Literal, node
from kb.cohort.folding import Folding
from kb.cohort.values import Value, compare
from kb.cohort.writer import Writer
from kb.compare import ORDERINGS
from kb.syntax import Constant

# Around each end of a month, leap days and a century without one among them.
EDGES = sorted(
    {
        date(year, month, 1) + timedelta(days=days)
        for year in (1899, 1900, 2023, 2024, 2025)
        for month in range(1, 13)
        for days in (-4, -3, -2, -1, 0, 1, 14)
    }
)


NUMBERS = (-13, -12, -1, 0, 1, 2, 3, 12, 13, 17)
PAIRS = "SELECT a.day AS start_day, b.day AS end_day FROM days a, days b"


def written(unit: str, number: int, writer: Writer) -> str:
    """Every comparison of completed units with a number, as columns."""
    start, end = (node(Column, each, "") for each in ("start_day", "end_day"))
    right, folding = Value(node(Literal, Constant("number", number))), Folding(frozenset())
    asked = [compare(each, Value(node(Between, unit, start, end)), right, folding) for each in ORDERINGS]
    return ", ".join(writer.sql(each).sql(dialect=writer.dialect) for each in asked)


def hold(rows: Sequence[tuple[Any, ...]], unit: str, number: int) -> None:
    """Each row of two dates and the comparisons is what the calendar says."""
    for first, second, *truths in rows:
        units = between(unit, first, second)
        assert truths == [holds(units, number) for holds in ORDERINGS.values()], (first, second)


@pytest.mark.parametrize("unit", ["month", "year"])
@pytest.mark.parametrize("number", NUMBERS)
def test_months_against_a_number_are_those_of_the_calendar(unit: str, number: int) -> None:
    """Forwards and backwards, for every comparison, from one end of a month to another."""
    columns = written(unit, number, Writer())
    assert "INTERVAL" in columns
    assert "EXTRACT" not in columns
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE days AS SELECT unnest(?::DATE[]) AS day", [[str(each) for each in EDGES]])
        rows = engine.execute(f"SELECT start_day, end_day, {columns} FROM ({PAIRS})").fetchall()
    assert len(rows) == len(EDGES) ** 2
    hold(rows, unit, number)


def test_the_sides_of_a_comparison_of_months_can_stand_the_other_way_round() -> None:
    """Three months or more, and three or fewer are completed: the same dates."""
    months = Value(node(Between, "month", node(Column, "start_day", ""), node(Column, "end_day", "")))
    three, folding = Value(node(Literal, Constant("number", 3))), Folding(frozenset())
    for left, right in (("=<", ">="), ("<", ">"), (">=", "=<"), (">", "<")):
        assert compare(left, three, months, folding) is compare(right, months, three, folding)
