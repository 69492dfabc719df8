"""The dialects of SQL in which a lowered policy can be written, and why in the others it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from kb.cohort.expressions import Exists, Node, Row
from kb.cohort.fragments import Sql, call, missing
from kb.cohort.writer import Writer
from kb.problems import Problem, ProblemsError, did_you_mean, printable


class SparkWriter(Writer):
    """What Spark says otherwise than DuckDB. Its ``exists`` follows the three truths by itself."""

    dialect = "spark"

    def any(self, truths: Sql) -> Sql:
        name = exp.to_identifier("_one")
        return call("exists", truths, exp.Lambda(this=name.copy(), expressions=[name]))

    def distinct(self, lists: Sequence[Sql]) -> Sql:
        name = exp.to_identifier("_one")
        stated = exp.Lambda(this=exp.Not(this=missing(name.copy())), expressions=[name])
        return call("size", call("array_distinct", call("filter", self.joint(lists), stated)))

    def some_row(self, each: Exists) -> Sql:
        return self.of_some(each.row, [each.part], self.sql(each.part))

    def of_some(self, row: Row, nodes: Sequence[Node], truth: Sql) -> Sql:
        return self.any(self.through(row, nodes, truth))

    def any_of(self, truths: Sql) -> Sql:
        return self.any(truths)

    def contains(self, listed: Sql, value: Sql) -> Sql:
        return call("array_contains", listed, value)

    def both_lists(self, first: Sql, second: Sql) -> Sql:
        # Of a list that is null and another it makes null.
        return exp.Coalesce(this=call("concat", first, second), expressions=[first.copy(), second.copy()])

    def among_first(self, place: Sql, number: Sql) -> Sql:
        # It counts the places of rows from 0.
        return exp.LT(this=place, expression=number)

    def size(self, listed: Sql) -> Sql:
        return call("size", listed)

    def filter(self, listed: Sql, names: Sequence[exp.Identifier], truth: Sql) -> Sql:
        return call("filter", listed, exp.Lambda(this=truth, expressions=list(names)))

    def pick(self, listed: Sql, place: Sql) -> Sql:
        return call("element_at", listed, place)


WRITERS: Mapping[str, type[Writer]] = {"duckdb": Writer, "spark": SparkWriter, "databricks": SparkWriter}
"""Each is run against the other engines by the tests; Databricks runs what Spark does."""
_NO_LAMBDAS = "rows of a list are gone through with functions that see the other columns, and it has none for lists"
REFUSED: Mapping[str, str] = {
    "tsql": "it has no type for truth values, so a status cannot be a column, and no lists",
    "fabric": "it has no type for truth values, so a status cannot be a column, and no lists",
    "oracle": "it has had truth values as columns since its edition 23 only, and has no functions over lists",
    "mysql": "its truth values are numbers, and it has no lists",
    "sqlite": "its truth values are numbers, its dates are texts, and it has no lists",
    "bigquery": _NO_LAMBDAS,
    "postgres": _NO_LAMBDAS,
    "redshift": _NO_LAMBDAS,
    "snowflake": "its lists have no types of their own, so that dates inside compare as texts do, and no test runs it",
}


def writer_for(dialect: str) -> Writer:
    """The writer of a dialect. Raises ``ProblemsError`` where it would not be right, with the reason."""
    found = WRITERS.get(dialect.lower())
    if found is not None:
        return found()
    offered = f"dialects: {', '.join(WRITERS)}"
    if (reason := REFUSED.get(dialect.lower())) is not None:
        message = f"the policy cannot be written for `{dialect.lower()}`: {reason}"
        raise ProblemsError([Problem("refused-dialect", message, "--dialect", help=offered)], {})
    message = f"no dialect `{printable(dialect)}` is known, or none that has been tried"
    raise ProblemsError(
        [Problem("unknown-dialect", message, "--dialect", help=did_you_mean(dialect, WRITERS) or offered)], {}
    )
