"""A lowered policy as SQL: one row a member, one column a status."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from kb.cohort.columns import CASE, Rows, columns
from kb.cohort.expressions import (
    Among,
    Column,
    Documented,
    Gaps,
    HasAttested,
    HasRows,
    Named,
    Node,
    Rest,
    Row,
    RowNamed,
    SomeDocumented,
    node,
)
from kb.cohort.fragments import Sql, alias, column
from kb.cohort.lowered import Definition, Lowered, Relation, RowTruth, every_node
from kb.cohort.renaming import bound_rows
from kb.cohort.writer import Writer
from kb.policy import Policy
from kb.problems import printable


def layers(definitions: Sequence[Definition]) -> list[list[Definition]]:
    """The definitions in layers, each read by later layers alone, and as late as it can be.

    Fewer columns are then handed from layer to layer, which an engine plans the sooner.
    """
    readers: dict[str, set[str]] = {each.name: set() for each in definitions}
    for definition in definitions:
        for name in names_in(definition):
            if name in readers:
                readers[name].add(definition.name)
    # How far before the last layer: whatever reads a definition stands after it.
    before: dict[str, int] = {}
    for definition in reversed(definitions):
        before[definition.name] = 1 + max((before[name] for name in readers[definition.name]), default=-1)
    found: list[list[Definition]] = [[] for _ in range(1 + max(before.values(), default=-1))]
    for definition in definitions:
        found[-1 - before[definition.name]].append(definition)
    return found


def names_in(definition: Definition) -> Iterator[str]:
    """The names that a definition reads: of other definitions, and of the sources of its rows."""
    match definition:
        case Relation(rows=rows):
            yield from (row.source.name for row in rows)
        case RowTruth(row=row):
            yield row.source.name
    for each in every_node([definition]):
        if isinstance(each, Named | RowNamed | Among):
            yield each.name
        yield from (row.source.name for row in bound_rows(each) if row.source.derived)


@dataclass(frozen=True)
class Read:
    """The inputs that definitions read, and what they ask of whole lists."""

    inputs: tuple[str, ...]
    asked: tuple[Node, ...]


def read(definitions: Sequence[Definition]) -> Read:
    """What definitions read."""
    inputs: dict[str, None] = {}
    asked: dict[Node, None] = {}
    for definition in definitions:
        for row in definition.rows if isinstance(definition, Relation) else ():
            inputs[row.source.name] = None
        if isinstance(definition, RowTruth):
            inputs[definition.row.source.name] = None
    for each in every_node(definitions):
        match each:
            case Column(input) | Rest(input):
                inputs[input] = None
            case Gaps(source) | HasRows(source) | HasAttested(source) | SomeDocumented(source):
                asked[each] = None
                inputs[source.name] = None
            case Documented(row):
                asked[node(Documented, Row(row.source, 0))] = None
        for row in bound_rows(each):
            inputs[row.source.name] = None
    return Read(tuple(inputs), tuple(asked))


def select(
    policy: Policy,
    lowered: Lowered,
    table: exp.Table | str,
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
    used = read(lowered.definitions)
    rows = {each.name for each in columns(policy.vocabulary) if isinstance(each.type, Rows)}
    given = [
        alias(writer.rows(each.name, each.name in attested), each.name) if each.name in rows else column(each.name)
        for each in columns(policy.vocabulary)
        if each.required and (each.input is None or each.input.name in used.inputs)
    ]
    given += [column(each) for each in carried]
    lists = writer.lists([each for each in used.inputs if each in rows], openable, used.asked)
    # An input may be called as a table is: its fields would be taken for columns.
    cohort = exp.alias_(exp.to_table(table), "_cohort", table=True)
    steps = [("_members", exp.select(*given, *lists, copy=False).from_(cohort, copy=False))]
    *inner, last = [written(layer, writer) for layer in layers(lowered.definitions)] or [{}]
    for number, layer in enumerate(inner, 1):
        step = exp.select(exp.Star(), *layer.values(), copy=False).from_(steps[-1][0], copy=False)
        steps.append((f"_layer_{number}", step))
    # What the layers ask of single values stands before them.
    steps[0][1].select(*writer.stated(), copy=False)
    put_out = (CASE, *(each.column for each in lowered.outputs), *carried)
    statement = exp.select(*(last.get(each) or column(each) for each in put_out), copy=False)
    if keep:
        steps.append(("_statuses", statement.from_(steps[-1][0], copy=False)))
        statement = exp.select(exp.Star())
    for name, step in steps:
        statement = statement.with_(name, as_=step, materialized=True if name == "_statuses" else None, copy=False)
    return statement.from_(steps[-1][0], copy=False)


def written(layer: Sequence[Definition], writer: Writer) -> dict[str, Sql]:
    """The columns of a layer by their names."""
    found = {}
    for definition in layer:
        for name, value in writer.definition(definition):
            found[name] = alias(value, name)
            if definition.comment:
                found[name].add_comments([f" {harmless(definition.comment)} "])
    return found


def harmless(words: str) -> str:
    """Words that cannot end the comment that they stand in."""
    return printable(words).replace("*/", "* /").replace("/*", "/ *")
