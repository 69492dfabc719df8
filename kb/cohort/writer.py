"""Definitions as SQL, as DuckDB has them."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from kb.cohort.expressions import NO, Truth
from kb.cohort.fragments import Sql, alias, case, empty, hidden, missing
from kb.cohort.lowered import Definition, Keys, MemberTruth, Relation, RowTruth
from kb.cohort.truth_writer import TruthWriter


class Writer(TruthWriter):
    """Writes definitions."""

    def definition(self, each: Definition) -> list[tuple[str, Sql]]:
        """The columns of a definition."""
        match each:
            case MemberTruth():
                return [(each.name, self.sql(each.part))]
            case RowTruth():
                return [(each.name, self.through(each.row, each.part, self.sql(each.part)))]
            case Relation():
                return [(each.name, self.relation(each))]
            case Keys():
                return self.keys(each)

    def keys(self, each: Keys) -> list[tuple[str, Sql]]:
        """The values that are met, those that are undocumented, and whether a value that is not known may be.

        Where those are met that no value but some of the member makes undocumented, they stand in one list.
        """
        self.written[each.name] = each
        values, left = each.stated
        found = [(hidden(each.name, "met"), self.listing(each, lambda truth: self.perhaps(truth, values)))]
        if left:
            may = self.where(left, empty, lambda: self.listing(each, lambda truth: missing(exp.Paren(this=truth))))
            found.append((hidden(each.name, "may"), may))
        if each.open is not NO:
            found.append((hidden(each.name, "any"), exp.Coalesce(this=self.sql(each.open), expressions=[exp.true()])))
        return found

    def listing(self, each: Keys, wanted: Callable[[Sql], Sql]) -> Sql:
        """The values of the rows of which it is true what is wanted of their truth."""
        return self.joint([self.those(value, wanted(self.sql(value.part))) for value in each.values])

    def relation(self, each: Relation) -> Sql:
        fields = [("met", self.sql(each.part)), *((name, self.sql(value)) for name, value in each.values)]
        nodes = [each.part, *(value for _, value in each.values)]
        rows = self.struct(fields)
        for place, row in enumerate(reversed(each.rows)):
            rows = self.through(row, nodes, rows)
            if place:
                rows = self.flatten(rows)
        if isinstance(each.condition, Truth):
            return rows
        return case((self.sql(each.condition), rows), default=empty())

    def stated(self) -> list[Sql]:
        """For every value of the member that was asked about: true where it is known, else undocumented."""
        return [alias(self.known_one([value]), name) for name, value in self.known.items()]
