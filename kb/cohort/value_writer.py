"""Values and labels as SQL, node by node, as DuckDB has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlglot import exp

from kb.calendar import in_units
from kb.cohort.expressions import (
    Between,
    CaseId,
    Choice,
    Column,
    Earlier,
    Field,
    FirstKnown,
    Joined,
    Lesser,
    Literal,
    Node,
    Null,
    Place,
    Row,
    Shown,
    Words,
)
from kb.cohort.fragments import Sql, as_type, both, case, column, hidden, identifier


class ValueWriter:
    """Writes values as DuckDB has them; other dialects say what is otherwise."""

    dialect = "duckdb"

    def sql(self, each: Node) -> Sql:
        """A node as SQL."""
        method: Any = getattr(self, f"write_{type(each).__name__}")
        written: Sql = method(each)
        return written

    # Scalars

    def write_Literal(self, each: Literal) -> Sql:
        value = each.constant.value
        if isinstance(value, date):
            return as_type(exp.Literal.string(value.isoformat()), "date")
        if isinstance(value, str):
            return exp.Literal.string(value)
        return exp.Literal.number(f"{value:f}" if not isinstance(value, int) else value)

    def write_Null(self, each: Null) -> Sql:
        return exp.null()

    def write_CaseId(self, each: CaseId) -> Sql:
        return column("case")

    def write_Column(self, each: Column) -> Sql:
        return self.field(column(each.input), each.field) if each.field else column(each.input)

    def write_Field(self, each: Field) -> Sql:
        row: Sql = identifier(self.row(each.row))
        return row if each.row.source.bare else self.field(row, each.name)

    def field(self, row: Sql, name: str) -> Sql:
        return exp.Dot(this=row, expression=identifier(name))

    def write_Between(self, each: Between) -> Sql:
        start, end = self.sql(each.start), self.sql(each.end)
        if each.unit == "day":
            return self.days(start, end)

        def part(unit: str, day: Sql) -> Sql:
            return exp.Extract(this=exp.var(unit), expression=day.copy())

        def less(unit: str) -> Sql:
            return exp.Sub(this=part(unit, end), expression=part(unit, start))

        def inside(day: Sql) -> Sql:
            if each.unit == "month":
                return part("day", day)
            month = exp.Mul(this=part("month", day), expression=exp.Literal.number(32))
            return exp.Add(this=month, expression=part("day", day))

        whole: Sql = less("year")
        if each.unit == "month":
            twelve = exp.Mul(this=exp.Paren(this=whole), expression=exp.Literal.number(12))
            whole = exp.Add(this=twelve, expression=exp.Paren(this=less("month")))
        short = both([exp.GTE(this=end, expression=start), exp.LT(this=inside(end), expression=inside(start))])
        back = both([exp.LT(this=end, expression=start), exp.GT(this=inside(end), expression=inside(start))])
        one = exp.Literal.number(1)
        part_over = case((short, one), (back, exp.Neg(this=one.copy())), default=exp.Literal.number(0))
        return exp.Paren(this=exp.Sub(this=whole, expression=part_over))

    def days(self, start: Sql, end: Sql) -> Sql:
        return exp.DateDiff(this=end, expression=start, unit=exp.var("day"))

    def write_Earlier(self, each: Earlier) -> Sql:
        number, unit = in_units(each.months)
        interval = exp.Interval(this=exp.Literal.string(str(number)), unit=exp.var(unit))
        return as_type(exp.Paren(this=exp.Sub(this=self.sql(each.date), expression=interval)), "date")

    def write_FirstKnown(self, each: FirstKnown) -> Sql:
        return exp.Coalesce(this=self.sql(each.left), expressions=[self.sql(each.right)])

    def write_Choice(self, each: Choice) -> Sql:
        *branches, (_, last) = zip(each.literals, each.results, strict=True)
        value = self.sql(each.value)
        cases = []
        for literals, result in branches:
            among = exp.In(this=value.copy(), expressions=[self.sql(one) for one in literals])
            cases.append((among, self.sql(result)))
        return case(*cases, default=self.sql(last))

    # Labels

    def write_Place(self, each: Place) -> Sql:
        if each.row.source.derived:
            return self.field(identifier(self.row(each.row)), each.name)
        before, after = f"{each.row.source.name}[", f"].{each.name}"
        place = as_type(identifier(self.at(each.row)), "text")
        return self.joined([exp.Literal.string(before), place, exp.Literal.string(after)])

    def joined(self, parts: Sequence[Sql]) -> Sql:
        whole = parts[0]
        for part in parts[1:]:
            whole = exp.DPipe(this=whole, expression=part, safe=True)
        return exp.Paren(this=whole)

    def write_Words(self, each: Words) -> Sql:
        return exp.Literal.string(each.text)

    def write_Joined(self, each: Joined) -> Sql:
        return self.joined([self.sql(part) for part in each.parts])

    def write_Shown(self, each: Shown) -> Sql:
        text = as_type(self.sql(each.value), "text")
        return exp.Coalesce(this=text, expressions=[self.sql(each.label)])

    def write_Lesser(self, each: Lesser) -> Sql:
        return exp.Least(this=self.sql(each.left), expressions=[self.sql(each.right)])

    def row(self, row: Row) -> str:
        """The name of a row inside the expression that goes through it. No column has it."""
        number = row.number if row.number > 0 else f"0{-row.number % 1000}"
        return hidden(row.source.name, f"row{number}")

    def at(self, row: Row) -> str:
        return f"{self.row(row)}_at"
