"""Truths, rows and definitions as SQL, node by node, as DuckDB has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlglot import exp

from kb.cohort.columns import OPEN
from kb.cohort.expressions import (
    NO,
    All,
    Among,
    Compare,
    Count,
    Distinct,
    Exists,
    Flag,
    Gaps,
    HasRows,
    Known,
    Missing,
    Named,
    Node,
    Not,
    OneOf,
    Place,
    Rest,
    Row,
    RowNamed,
    SameRow,
    Some,
    Truth,
    Values,
    When,
    children,
)
from kb.cohort.fragments import Sql, alias, as_type, both, call, case, column, either, identifier, missing, unknown
from kb.cohort.lowered import Definition, Keys, MemberTruth, Relation, RowTruth
from kb.cohort.value_writer import ValueWriter

OPERATORS: Mapping[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "\\=": exp.NEQ,
    "<": exp.LT,
    "=<": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


class Writer(ValueWriter):
    """Writes truths, and what goes through rows."""

    def __init__(self) -> None:
        self.weighed: dict[Node, bool] = {}

    # Truths

    def write_Truth(self, each: Truth) -> Sql:
        return unknown() if each.value is None else exp.true() if each.value else exp.false()

    def write_Flag(self, each: Flag) -> Sql:
        return self.sql(each.column)

    def write_Known(self, each: Known) -> Sql:
        stated = [exp.Not(this=missing(self.sql(value))) for value in each.values]
        return case((either(stated), exp.true()))

    def write_Missing(self, each: Missing) -> Sql:
        return missing(self.sql(each.value))

    def write_Compare(self, each: Compare) -> Sql:
        return OPERATORS[each.operator](this=self.sql(each.left), expression=self.sql(each.right))

    def write_OneOf(self, each: OneOf) -> Sql:
        return exp.In(this=self.sql(each.value), expressions=[self.sql(one) for one in each.literals])

    def write_SameRow(self, each: SameRow) -> Sql:
        places = [identifier(self.at(row)) for row in (each.left, each.right)]
        return exp.EQ(this=places[0], expression=places[1])

    def write_Rest(self, each: Rest) -> Sql:
        return column(f"{each.input}__rest")

    def write_Gaps(self, each: Gaps) -> Sql:
        return column(f"{each.source.column}__gaps")

    def write_HasRows(self, each: HasRows) -> Sql:
        return column(f"{each.source.column}__some")

    def write_All(self, each: All) -> Sql:
        heavy = [part for part in each.parts if self.heavy(part)]
        if not heavy or len(heavy) == len(each.parts):
            return both(map(self.sql, each.parts))
        # What goes through rows is not run where the rest is false already.
        light = [part for part in each.parts if part not in heavy]
        no = exp.Is(this=exp.Paren(this=both(map(self.sql, light))), expression=exp.false())
        whole = both(map(self.sql, (*light, *heavy)))
        return case((no, exp.false()), default=whole)

    def heavy(self, part: Node) -> bool:
        """Whether a truth goes through rows."""
        if part not in self.weighed:
            own = isinstance(part, Exists | Distinct)
            self.weighed[part] = own or any(self.heavy(each) for each in children(part))
        return self.weighed[part]

    def contains(self, listed: Sql, value: Sql) -> Sql:
        return call("list_contains", listed, value)

    def size(self, listed: Sql) -> Sql:
        return call("len", listed)

    def write_Among(self, each: Among) -> Sql:
        wanted = [self.sql(value) for value in each.values]

        def among(which: str) -> Sql:
            listed = column(f"{each.name}__{which}")
            if len(wanted) == 1:
                return self.contains(listed, wanted[0])
            one = identifier("one")
            those = exp.In(this=one.copy(), expressions=[value.copy() for value in wanted])
            return exp.GT(this=self.size(self.filter(listed, [one], those)), expression=exp.Literal.number(0))

        may = either([column(f"{each.name}__any"), among("may")])
        return case((among("met"), exp.true()), (may, unknown()), default=exp.false())

    def write_Some(self, each: Some) -> Sql:
        return either(map(self.sql, each.parts))

    def write_Not(self, each: Not) -> Sql:
        return exp.not_(self.sql(each.part), copy=False)

    def write_When(self, each: When) -> Sql:
        return case((self.sql(each.condition), self.sql(each.part)), default=exp.false())

    def write_Count(self, each: Count) -> Sql:
        # Each part is run once: where it is undocumented it counts for more than all parts together.
        most = len(each.parts)
        silent = exp.Literal.number(most + 1)
        parts = [as_type(self.sql(part), "int") for part in each.parts]
        whole = total([exp.Coalesce(this=part, expressions=[silent.copy()]) for part in parts])
        statuses: list[Sql] = []
        for open_parts in range(most + 1):
            for met in range(most + 1 if open_parts < most else 1):
                if met >= each.number:
                    statuses.append(exp.true())
                else:
                    statuses.append(unknown() if met + open_parts >= each.number else exp.false())
        place = exp.Add(this=whole, expression=exp.Literal.number(1))
        found = self.pick(exp.Array(expressions=statuses), place)
        found.add_comments([f"{each.number} or more of {most}"])
        return found

    def pick(self, listed: Sql, place: Sql) -> Sql:
        """The value of a list at a place, counted from 1."""
        return call("list_extract", listed, place)

    def write_Named(self, each: Named) -> Sql:
        return column(each.name)

    def write_RowNamed(self, each: RowNamed) -> Sql:
        return exp.Bracket(this=column(each.name), expressions=[identifier(self.at(each.row))])

    # Rows

    def through(self, row: Row, inner: Node | Sequence[Node], value: Sql) -> Sql:
        """The list of what a value is in each row."""
        names = [identifier(self.row(row))]
        nodes = (inner,) if isinstance(inner, Node) else inner
        if any(places(each, row) for each in nodes):
            names.append(identifier(self.at(row)))
        return self.transform(column(row.source.column), names, value)

    def transform(self, listed: Sql, names: Sequence[exp.Identifier], value: Sql) -> Sql:
        return exp.Transform(this=listed, expression=exp.Lambda(this=value, expressions=list(names)))

    def filter(self, listed: Sql, names: Sequence[exp.Identifier], truth: Sql) -> Sql:
        """Those of a list for which a truth holds."""
        return call("list_filter", listed, exp.Lambda(this=truth, expressions=list(names)))

    def write_Exists(self, each: Exists) -> Sql:
        if isinstance(each.part, RowNamed) and each.part.row == each.row:
            return self.any(column(each.part.name))
        return self.any(self.through(each.row, each.part, self.sql(each.part)))

    def any(self, truths: Sql) -> Sql:
        """Whether one of a list of truths holds."""
        names = [identifier("one"), identifier("other")]
        kleene = exp.Lambda(this=either(name.copy() for name in names), expressions=names)
        return call("list_reduce", truths, kleene, exp.false())

    def write_Distinct(self, each: Distinct) -> Sql:
        single = [value for value in each.values if not value.many]
        many = [self.possible(value, self.sql(value.part)) for value in each.values if value.many]
        least = exp.Literal.number(each.number)
        less = case((either(many), unknown()), default=exp.false()) if many else exp.false()
        steps: list[tuple[Sql, Sql]] = []
        if single and all(len(value.rows) == 1 for value in single):
            # Fewer rows have fewer values, and to count rows takes less than to tell values apart.
            sources = dict.fromkeys(value.rows[0].source for value in single)
            rows = total([self.size(column(source.column)) for source in sources])
            steps.append((exp.LT(this=rows, expression=least), less.copy()))
        certain = self.number([self.listed(value, True) for value in single])
        steps.append((exp.GTE(this=certain, expression=least.copy()), exp.true()))
        if each.whole is not NO:
            steps.append((self.sql(each.whole), less))
        labelled = any(value.label is not None for value in single)
        listed = [self.labelled(value) if labelled else self.listed(value, False) for value in single]
        possible = exp.GTE(this=self.number(listed), expression=least.copy())
        return case(*steps, (either([possible, *many]), unknown()), default=exp.false())

    def number(self, lists: Sequence[Sql]) -> Sql:
        """How many values lists have together."""
        return self.distinct(lists) if lists else exp.Literal.number(0)

    def possible(self, each: Values, part: Sql) -> Sql:
        """Whether a truth is possible in some row."""
        for row in reversed(each.rows):
            part = self.any(self.through(row, [each.part, each.value], part))
        return exp.Coalesce(this=part, expressions=[exp.true()])

    def listed(self, each: Values, sure: bool) -> Sql:
        """The list of the values that are there for certain, or possibly; null where there is none."""
        part = self.sql(each.part)
        if not sure:
            part = exp.Coalesce(this=part, expressions=[exp.true()])
        return self.each_of(each, [each.part, each.value], case((part, self.sql(each.value))))

    def labelled(self, each: Values) -> Sql:
        """The list of the values that are there possibly, each with its label where it is not known.

        A label is no value, and a value no label: 3 and 3.0 are one, and would be two as texts.
        """
        part = exp.Coalesce(this=self.sql(each.part), expressions=[exp.true()])
        value, nodes = self.sql(each.value), [each.part, each.value]
        label: Sql = as_type(exp.null(), "text")
        if each.label is not None:
            label = case((missing(value.copy()), self.sql(each.label)))
            nodes.append(each.label)
        return self.each_of(each, nodes, case((part, self.struct([("value", value), ("label", label)]))))

    def each_of(self, each: Values, nodes: Sequence[Node], value: Sql) -> Sql:
        """The list of what a value is in all rows."""
        if not each.rows:
            return exp.Array(expressions=[value])
        for place, row in enumerate(reversed(each.rows)):
            value = self.through(row, nodes, value)
            if place:
                value = self.flatten(value)
        return value

    def flatten(self, lists: Sql) -> Sql:
        return call("flatten", lists)

    def distinct(self, lists: Sequence[Sql]) -> Sql:
        return call("list_unique", self.joint(lists))

    def joint(self, lists: Sequence[Sql]) -> Sql:
        return lists[0] if len(lists) == 1 else self.flatten(exp.Array(expressions=list(lists)))

    # Definitions

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
        """The values that are met, those that are undocumented, and whether a value that is not known may be."""
        met = self.joint([self.those(value, self.sql(value.part)) for value in each.values])
        may = self.joint([self.those(value, missing(exp.Paren(this=self.sql(value.part)))) for value in each.values])
        any_value = exp.Coalesce(this=self.sql(each.open), expressions=[exp.true()])
        return [(f"{each.name}__met", met), (f"{each.name}__may", may), (f"{each.name}__any", any_value)]

    def those(self, each: Values, truth: Sql) -> Sql:
        """The list of the values in the rows for which a truth holds."""
        if len(each.rows) != 1 or places(each.value, each.rows[0]):
            return self.each_of(each, [each.part, each.value], case((truth, self.sql(each.value))))
        (row,) = each.rows
        names = [identifier(self.row(row))]
        if places(each.part, row):
            names.append(identifier(self.at(row)))
        found = self.filter(column(row.source.column), names, truth)
        value = self.sql(each.value)
        return found if value == names[0] else self.transform(found, [names[0].copy()], value)

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
        return case((self.sql(each.condition), rows), default=exp.Array(expressions=[]))

    def struct(self, fields: Sequence[tuple[str, Sql]]) -> Sql:
        return exp.Struct(
            expressions=[exp.PropertyEQ(this=identifier(name), expression=value) for name, value in fields]
        )

    def lists(self, names: Iterable[str], openable: frozenset[str], whole: Iterable[Gaps | HasRows]) -> list[Sql]:
        """For every list whether it is complete; of some whether there is a row, or a row with a gap."""
        found: list[Sql] = []
        for name in names:
            silent: Sql = missing(column(name))
            if name in openable:
                silent = either([silent, column(f"{name}{OPEN}")])
            found.append(alias(case((silent, unknown()), default=exp.false()), f"{name}__rest"))
        for each in whole:
            source = each.source
            if isinstance(each, HasRows):
                size = self.size(self.rows(source.column))
                found.append(alias(exp.GT(this=size, expression=exp.Literal.number(0)), f"{source.column}__some"))
                continue
            row = identifier("one")
            absent = [missing(row.copy() if source.bare else self.field(row.copy(), name)) for name in source.fields]
            listed = self.transform(self.rows(source.column), [row], either(absent))
            found.append(alias(self.any(listed), f"{source.column}__gaps"))
        return found

    def rows(self, name: str) -> Sql:
        return exp.Coalesce(this=column(name), expressions=[exp.Array(expressions=[])])


def total(parts: Sequence[Sql]) -> Sql:
    """The sum of the parts."""
    whole, *others = parts
    for part in others:
        whole = exp.Add(this=whole, expression=part)
    return whole


def places(each: Node, row: Row) -> bool:
    """Whether a node speaks of the place of a row."""
    own = isinstance(each, Place | RowNamed) and each.row == row and each.row.source.kind != "derived"
    if own or (isinstance(each, SameRow) and row in (each.left, each.right)):
        return True
    return any(places(inner, row) for inner in children(each))
