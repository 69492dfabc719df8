"""Truths, and what goes through rows, as SQL, node by node, as DuckDB has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from math import comb

from sqlglot import exp

from kb.cohort.expressions import (
    NO,
    OPEN,
    YES,
    All,
    Among,
    Column,
    Compare,
    Count,
    Distinct,
    Documented,
    Exists,
    Flag,
    Known,
    Missing,
    Named,
    Node,
    Not,
    OneOf,
    Rest,
    Row,
    RowNamed,
    Some,
    Truth,
    Values,
    When,
    children,
)
from kb.cohort.fragments import Sql, as_type, both, call, case, column, either, hidden, identifier, missing, unknown
from kb.cohort.list_writer import ListWriter, places
from kb.cohort.lowered import Keys
from kb.cohort.required import stated

FEW_WAYS = 6
"""So many ways to have enough of some parts are written out; of more the statement would grow too long."""
OPERATORS: Mapping[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "\\=": exp.NEQ,
    "<": exp.LT,
    "=<": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


class TruthWriter(ListWriter):
    """Writes truths, and what goes through rows."""

    def __init__(self) -> None:
        self.weighed: dict[Node, bool] = {}
        # The truths that hold where something is written.
        self.assumed: frozenset[Node] = frozenset()
        # What is looked up among values, by its name.
        self.written: dict[str, Keys] = {}
        # The values of the member of which it is read whether they are known, by the name of the truth.
        self.known: dict[str, Column] = {}

    # Truths

    def write_Truth(self, each: Truth) -> Sql:
        return unknown() if each.value is None else exp.true() if each.value else exp.false()

    def write_Flag(self, each: Flag) -> Sql:
        return self.sql(each.column)

    def write_Known(self, each: Known) -> Sql:
        if len(each.values) == 1 and isinstance(each.values[0], Column):
            return both(self.all_known(each.values))
        return self.known_one(each.values)

    def known_one(self, values: Sequence[Node]) -> Sql:
        """True where one of the values is known, else undocumented."""
        return case((either([exp.Not(this=missing(self.sql(value))) for value in values]), exp.true()))

    def write_Missing(self, each: Missing) -> Sql:
        return missing(self.sql(each.value))

    def write_Compare(self, each: Compare) -> Sql:
        return OPERATORS[each.operator](this=self.sql(each.left), expression=self.sql(each.right))

    def write_OneOf(self, each: OneOf) -> Sql:
        return exp.In(this=self.sql(each.value), expressions=[self.sql(one) for one in each.literals])

    def write_All(self, each: All) -> Sql:
        heavy = [part for part in each.parts if self.heavy(part)]
        light = [part for part in each.parts if part not in heavy]
        # What is undocumented or true is never false.
        decisive = [part for part in light if part is not OPEN and not isinstance(part, Known | Documented)]
        whole = both(self.parts([*light, *heavy]))
        if not heavy or not decisive:
            return whole
        # What goes through rows is not run where the rest is false already.
        no = exp.Is(this=exp.Paren(this=both(map(self.sql, decisive))), expression=exp.false())
        return case((no, exp.false()), default=whole)

    def heavy(self, part: Node) -> bool:
        """Whether a truth goes through rows."""
        if part not in self.weighed:
            own = isinstance(part, Exists | Distinct)
            self.weighed[part] = own or any(self.heavy(each) for each in children(part))
        return self.weighed[part]

    def write_Among(self, each: Among) -> Sql:
        wanted = [self.sql(value) for value in each.values]

        def among(which: str) -> Sql:
            listed = column(hidden(each.name, which))
            if len(wanted) == 1:
                return self.contains(listed, wanted[0])
            one = identifier("_one")
            those = exp.In(this=one.copy(), expressions=[value.copy() for value in wanted])
            return self.any_left(self.filter(listed, [one], those))

        keys = self.written[each.name]
        any_value = [column(hidden(each.name, "any"))] if keys.open is not NO else []
        values, left = keys.stated
        may = [among("may")] if left else []
        open_values = [both([either([*any_value, *may]), exp.null()])] if any_value or may else []
        return either([both([*self.all_known(values), among("met")]), *open_values])

    def write_Some(self, each: Some) -> Sql:
        return either(self.parts(each.parts))

    def parts(self, several: Sequence[Node]) -> list[Sql]:
        """Several truths, of which what is not known needs no type."""
        return [exp.null() if part is OPEN else self.sql(part) for part in several]

    def write_Not(self, each: Not) -> Sql:
        return exp.not_(self.sql(each.part), copy=False)

    def write_When(self, each: When) -> Sql:
        condition = self.sql(each.condition)
        return case((condition, self.given([each.condition], lambda: self.sql(each.part))), default=exp.false())

    def given(self, truths: Sequence[Node], write: Callable[[], Sql]) -> Sql:
        """What is written where truths hold."""
        before = self.assumed
        self.assumed = before.union(truths)
        written = write()
        self.assumed = before
        return written

    def write_Count(self, each: Count) -> Sql:
        few = comb(len(each.parts), each.number) <= FEW_WAYS
        if few and all(isinstance(part, Named | RowNamed) for part in each.parts):
            return either(both(map(self.sql, way)) for way in combinations(each.parts, each.number))
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

    def write_Named(self, each: Named) -> Sql:
        return column(each.name)

    def write_RowNamed(self, each: RowNamed) -> Sql:
        return exp.Bracket(this=column(each.name), expressions=[identifier(self.at(each.row))])

    def write_Exists(self, each: Exists) -> Sql:
        if isinstance(each.part, RowNamed) and each.part.row == each.row:
            return self.any_of(column(each.part.name))
        return self.some_row(each)

    def some_row(self, each: Exists) -> Sql:
        """Whether a truth holds of some row: to look for a true one takes less than to heed what is undocumented."""
        values, left = stated(each.sure, [each.part])
        if self.assumed.issuperset(left):
            return self.given(left, lambda: self.met_row(each, values))
        return self.of_some(each.row, [each.part], self.sql(each.part))

    def of_some(self, row: Row, nodes: Sequence[Node], truth: Sql) -> Sql:
        """Whether a truth holds of some row: the greatest there is of 0, or 1 where it is undocumented, or 2."""
        twice = exp.Mul(this=exp.Literal.number(2), expression=as_type(truth, "int"))
        degree = exp.Coalesce(this=twice, expressions=[exp.Literal.number(1)])
        most = call("list_max", self.through(row, nodes, degree))
        place = total([exp.Literal.number(1), exp.Coalesce(this=most, expressions=[exp.Literal.number(0)])])
        return self.pick(exp.Array(expressions=[exp.false(), unknown(), exp.true()]), place)

    def met_row(self, each: Exists, values: Sequence[Node]) -> Sql:
        """Whether a truth holds of some row that is never undocumented where these values are known.

        Without one of them no row is met: what may be is then looked for, and is undocumented.
        """
        truths = self.through(each.row, each.part, self.perhaps(self.sql(each.part), values))
        return both([*self.all_known(values), self.contains(truths, exp.true())])

    def perhaps(self, truth: Sql, values: Sequence[Node]) -> Sql:
        """A truth, or where it is undocumented for want of one of some values, true."""
        return exp.Coalesce(this=truth, expressions=[exp.true()]) if values else truth

    def all_known(self, values: Sequence[Node]) -> list[Sql]:
        """For each value of the member a truth that is undocumented where it is not known, and else true."""
        found = []
        for value in values:
            assert isinstance(value, Column)
            # A field stands behind a blank, which no name has.
            name = hidden(f"{value.input} {value.field}" if value.field else value.input, "known")
            self.known[name] = value
            found.append(column(name))
        return found

    def where(self, sure: Sequence[Node], one: Callable[[], Sql], other: Callable[[], Sql]) -> Sql:
        """One where truths hold that are never undocumented, else the other."""
        if NO in sure or any(isinstance(part, Not) and part.part in self.assumed for part in sure):
            return other()
        left = [part for part in sure if part not in self.assumed]
        certain = self.given(left, one)
        return case((both(map(self.sql, left)), certain), default=other()) if left else certain

    def any_of(self, truths: Sql) -> Sql:
        """Whether one of a list of truths that is worked out already holds."""
        found = self.contains(truths, exp.true())
        known = call("list_count", truths.copy())
        return case(
            (found, exp.true()),
            (exp.LT(this=known, expression=self.size(truths.copy())), unknown()),
            default=exp.false(),
        )

    def write_Distinct(self, each: Distinct) -> Sql:
        single = [value for value in each.values if not value.many]
        many = [self.possible(value) for value in each.values if value.many]
        least = exp.Literal.number(each.number)
        less = either(many) if many else exp.false()
        steps: list[tuple[Sql, Sql]] = []
        if single and all(len(value.rows) == 1 for value in single):
            # Fewer rows have fewer values, and to count rows takes less than to tell values apart.
            sources = dict.fromkeys(value.rows[0].source for value in single)
            rows = total([self.size(column(source.name)) for source in sources])
            steps.append((exp.LT(this=rows, expression=least), less.copy()))
        met = [value for value in single if value.part is not OPEN]
        if met:
            certain = self.number([self.listed(value, True) for value in met])
            steps.append((exp.GTE(this=certain, expression=least.copy()), exp.true()))
        if each.sure is YES:
            return case(*steps, default=less)
        if each.sure is not NO:
            steps.append((self.sql(each.sure), less.copy()))
        labelled = any(value.label is not None for value in single)
        listed = [self.labelled(value) if labelled else self.listed(value, False) for value in single]
        possible = exp.GTE(this=self.number(listed), expression=least.copy())
        return case(*steps, (possible, unknown()), default=less)

    def number(self, lists: Sequence[Sql]) -> Sql:
        """How many values lists have together."""
        return self.distinct(lists) if lists else exp.Literal.number(0)

    def possible(self, each: Values) -> Sql:
        """Undocumented where a truth is possible in some row, else false."""
        part = self.sql(each.part)
        for row in reversed(each.rows):
            part = self.of_some(row, [each.part, each.value], part)
        return part if isinstance(each.part, Rest) else both([part, exp.null()])

    def listed(self, each: Values, sure: bool) -> Sql:
        """The list of the values that are there for certain, or possibly; null where there is none."""
        if not sure and each.part is OPEN:
            return self.those(each, exp.true())
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

    def those(self, each: Values, truth: Sql) -> Sql:
        """The list of the values in the rows for which a truth holds."""
        if len(each.rows) != 1 or places(each.value, each.rows[0]):
            return self.each_of(each, [each.part, each.value], case((truth, self.sql(each.value))))
        (row,) = each.rows
        names = [identifier(self.row(row))]
        if places(each.part, row):
            names.append(identifier(self.at(row)))
        rows = column(row.source.name)
        found = rows if truth == exp.true() else self.filter(rows, names, truth)
        value = self.sql(each.value)
        return found if value == names[0] else self.transform(found, [names[0].copy()], value)

    def struct(self, fields: Sequence[tuple[str, Sql]]) -> Sql:
        return exp.Struct(
            expressions=[exp.PropertyEQ(this=identifier(name), expression=value) for name, value in fields]
        )


def total(parts: Sequence[Sql]) -> Sql:
    """The sum of the parts."""
    whole, *others = parts
    for part in others:
        whole = exp.Add(this=whole, expression=part)
    return whole
