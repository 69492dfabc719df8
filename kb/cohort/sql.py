"""A lowered policy as SQL: one row a member, one column a status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from kb.cohort.columns import ATTESTED, CASE, Rows, columns
from kb.cohort.expressions import (
    Among,
    Column,
    Distinct,
    Exists,
    Gaps,
    HasRows,
    Named,
    Node,
    Rest,
    Row,
    RowNamed,
    Source,
    Values,
    bound_rows,
    children,
)
from kb.cohort.fragments import Sql, alias, column
from kb.cohort.lowered import Definition, Lowered, Relation, RowTruth, every_node, nodes
from kb.cohort.writer import Writer
from kb.policy import Policy
from kb.problems import printable


def layers(definitions: Sequence[Definition]) -> list[list[Definition]]:
    """The definitions in layers, each built on those before it."""
    height: dict[str, int] = {}
    found: list[list[Definition]] = []
    seen: dict[Node, int] = {}

    def of(each: Node) -> int:
        if each not in seen:
            own = 0
            if isinstance(each, Named | RowNamed | Among):
                own = height[each.name] + 1
            rows: tuple[Row, ...] = (each.row,) if isinstance(each, Exists) else ()
            rows = each.rows if isinstance(each, Values) else rows
            own = max([own, *(height[row.source.name] + 1 for row in rows if row.source.kind == "derived")])
            seen[each] = max([own, *map(of, children(each))])
        return seen[each]

    for definition in definitions:
        parts = nodes(definition)
        own = 0
        if isinstance(definition, Relation):
            own = max(height.get(row.source.name, -1) + 1 for row in definition.rows)
        if isinstance(definition, RowTruth):
            own = height.get(definition.row.source.name, -1) + 1
        level = max([own, *map(of, parts)])
        height[definition.name] = level
        while len(found) <= level:
            found.append([])
        found[level].append(definition)
    return found


@dataclass(frozen=True)
class Read:
    """The inputs that definitions read, what they ask of whole lists, and the columns in which no row may be twice."""

    inputs: tuple[str, ...]
    asked: tuple[Gaps | HasRows, ...]
    once: frozenset[str]


def read(definitions: Sequence[Definition]) -> Read:
    """What definitions read."""
    inputs: dict[str, None] = {}
    asked: dict[Gaps | HasRows, None] = {}
    once: set[str] = set()
    for definition in definitions:
        for row in definition.rows if isinstance(definition, Relation) else ():
            inputs[row.source.name] = None
        if isinstance(definition, RowTruth):
            inputs[definition.row.source.name] = None
    for each in every_node(definitions):
        match each:
            case Column(input) | Rest(input):
                inputs[input] = None
            case Gaps() | HasRows():
                asked[each] = None
                inputs[each.source.name] = None
            case Distinct(rows=Source() as rows):
                once.add(rows.column)
        for row in bound_rows(each):
            inputs[row.source.name] = None
    return Read(tuple(inputs), tuple(asked), frozenset(once))


def select(
    policy: Policy,
    lowered: Lowered,
    table: Sql | str,
    writer: Writer | None = None,
    attested: frozenset[str] = frozenset(),
    openable: frozenset[str] = frozenset(),
    keep: bool = False,
    carried: Sequence[str] = (),
) -> exp.Select:
    """The statement that decides every member of a table. ``carried`` are further columns of it, for the result too.

    ``keep``: the statuses are worked out before anything that is asked of them. DuckDB would else put the layers
    into one another under an aggregate, and plan for minutes.
    """
    writer = writer or Writer()
    optional = {f"{name}{ATTESTED}" for name in attested}
    used = read(lowered.definitions)
    rows = {each.name for each in columns(policy.vocabulary) if isinstance(each.type, Rows)}
    given = [
        alias(writer.rows(each.name, each.name in used.once), each.name) if each.name in rows else column(each.name)
        for each in columns(policy.vocabulary)
        if (each.required or each.name in optional) and (each.input is None or each.input.name in used.inputs)
    ]
    given += [column(each) for each in carried]
    lists = writer.lists([each for each in used.inputs if each in rows], openable, used.asked)
    members = exp.select(*given, *lists, copy=False)
    steps = [("members", members.from_(table, copy=False))]
    for number, layer in enumerate(layers(lowered.definitions), 1):
        named = []
        for definition in layer:
            for name, value in writer.definition(definition):
                written = alias(value, name)
                if definition.comment:
                    written.add_comments([f" {harmless(definition.comment)} "])
                named.append(written)
        step = exp.select(exp.Star(), *named, copy=False).from_(steps[-1][0], copy=False)
        steps.append((f"layer_{number}", step))
    put_out = (CASE, *(each.column for each in lowered.outputs), *carried)
    statement = exp.select(*map(column, put_out))
    if keep:
        steps.append(("statuses", statement.from_(steps[-1][0], copy=False)))
        statement = exp.select(exp.Star())
    for name, step in steps:
        statement = statement.with_(name, as_=step, materialized=True if name == "statuses" else None, copy=False)
    return statement.from_(steps[-1][0], copy=False)


def harmless(words: str) -> str:
    """Words that cannot end the comment that they stand in."""
    return printable(words).replace("*/", "* /").replace("/*", "/ *")
