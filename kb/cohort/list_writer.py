"""Lists as SQL: going through their rows, and what is asked of a whole list, as DuckDB has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from kb.cohort.columns import ATTESTED, OPEN
from kb.cohort.expressions import (
    Documented,
    Gaps,
    HasAttested,
    HasRows,
    Node,
    Place,
    Rest,
    Row,
    RowNamed,
    SameRow,
    SomeDocumented,
    Source,
    children,
)
from kb.cohort.fragments import Sql, alias, call, case, column, either, empty, hidden, identifier, missing, unknown
from kb.cohort.value_writer import ValueWriter


class ListWriter(ValueWriter):
    """Writes lists. The rows that are only attested stand after those that are documented."""

    def size(self, listed: Sql) -> Sql:
        return call("len", listed)

    def contains(self, listed: Sql, value: Sql) -> Sql:
        return call("list_contains", listed, value)

    def any_left(self, listed: Sql) -> Sql:
        """Whether a list has any value."""
        return exp.GT(this=self.size(listed), expression=exp.Literal.number(0))

    def pick(self, listed: Sql, place: Sql) -> Sql:
        """The value of a list at a place, counted from 1."""
        return call("list_extract", listed, place)

    def transform(self, listed: Sql, names: Sequence[exp.Identifier], value: Sql) -> Sql:
        return exp.Transform(this=listed, expression=exp.Lambda(this=value, expressions=list(names)))

    def filter(self, listed: Sql, names: Sequence[exp.Identifier], truth: Sql) -> Sql:
        """Those of a list for which a truth holds."""
        return call("list_filter", listed, exp.Lambda(this=truth, expressions=list(names)))

    def both_lists(self, first: Sql, second: Sql) -> Sql:
        """The rows of two lists, either of which may be null; null where both are."""
        return call("list_concat", first, second)

    def among_first(self, place: Sql, number: Sql) -> Sql:
        """Whether a place, as going through a list counts it, is one of the first so many."""
        return exp.LTE(this=place, expression=number)

    def through(self, row: Row, inner: Node | Sequence[Node], value: Sql) -> Sql:
        """The list of what a value is in each row."""
        names = [identifier(self.row(row))]
        nodes = (inner,) if isinstance(inner, Node) else inner
        if any(places(each, row) for each in nodes):
            names.append(identifier(self.at(row)))
        return self.transform(column(row.source.name), names, value)

    # Rows and lists

    def write_Documented(self, each: Documented) -> Sql:
        number = column(hidden(each.row.source.name, "documented"))
        return either([self.among_first(identifier(self.at(each.row)), number), exp.null()])

    def write_SameRow(self, each: SameRow) -> Sql:
        places = [identifier(self.at(row)) for row in (each.left, each.right)]
        return exp.EQ(this=places[0], expression=places[1])

    def write_Rest(self, each: Rest) -> Sql:
        return column(hidden(each.input, "rest"))

    def write_Gaps(self, each: Gaps) -> Sql:
        return column(hidden(each.source.name, "gaps"))

    def write_HasRows(self, each: HasRows) -> Sql:
        return column(hidden(each.source.name, "some"))

    def write_HasAttested(self, each: HasAttested) -> Sql:
        return column(hidden(each.source.name, "attested"))

    def write_SomeDocumented(self, each: SomeDocumented) -> Sql:
        return column(hidden(each.source.name, "some_documented"))

    def rows(self, name: str, attested: bool = False) -> Sql:
        """The rows of a list, those that are only ``attested`` among them; no row where there is no list."""
        listed = column(name)
        if attested:
            listed = self.both_lists(listed, column(f"{name}{ATTESTED}"))
        return exp.Coalesce(this=listed, expressions=[empty()])

    def lists(self, names: Iterable[str], openable: frozenset[str], asked: Iterable[Node]) -> list[Sql]:
        """For every list whether it is complete, and of some what else is asked of them."""
        found: list[Sql] = []
        for name in names:
            silent: Sql = missing(column(name))
            if name in openable:
                silent = either([silent, column(f"{name}{OPEN}")])
            found.append(alias(case((silent, unknown()), default=exp.false()), hidden(name, "rest")))
        return found + [alias(*self.answer(each)) for each in asked]

    def answer(self, asked: Node) -> tuple[Sql, str]:
        """What is asked of a list, and the name of the answer."""
        match asked:
            case Documented(Row(source)):
                return self.size(self.rows(source.name)), hidden(source.name, "documented")
            case HasRows(source):
                return self.any_left(self.rows(source.name, source.attested)), hidden(source.name, "some")
            case HasAttested(source):
                return self.any_left(self.rows(f"{source.name}{ATTESTED}")), hidden(source.name, "attested")
            case SomeDocumented(source):
                documented = self.any_left(self.rows(source.name))
                attested = self.any_left(self.rows(f"{source.name}{ATTESTED}"))
                status = case((documented, exp.true()), (attested, unknown()), default=exp.false())
                return status, hidden(source.name, "some_documented")
            case Gaps(source):
                return self.any_left(self.with_gaps(source)), hidden(source.name, "gaps")
        raise AssertionError(f"{asked} is not asked of a list")

    def with_gaps(self, source: Source) -> Sql:
        """The rows of a list of which some field is not known."""
        row = identifier("_one")
        absent = [missing(row.copy() if source.bare else self.field(row.copy(), name)) for name in source.fields]
        return self.filter(self.rows(source.name, source.attested), [row], either(absent))


def places(each: Node, row: Row) -> bool:
    """Whether a node speaks of the place of a row."""
    own = isinstance(each, Place | RowNamed | Documented) and each.row == row and not each.row.source.derived
    if own or (isinstance(each, SameRow) and row in (each.left, each.right)):
        return True
    return any(places(inner, row) for inner in children(each))
