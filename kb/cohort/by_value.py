"""Truths over one list that differ in constants alone, looked up among the values of one field.

A test done within a month, another within a year: each asks of the rows whether one has its value and the rest holds.
To go through the rows once for all of them, and keep the values for which it holds, takes an engine far less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kb.cohort.expressions import (
    NO,
    All,
    Among,
    Choice,
    Compare,
    Earlier,
    Exists,
    Field,
    Literal,
    Named,
    Node,
    Row,
    RowNamed,
    children,
    field_names,
    node,
)
from kb.cohort.folding import Folding
from kb.cohort.lowered import Definition, Keys, changed, every_node
from kb.cohort.renaming import bound_rows

FEWEST = 3
"""Fewer values than these are found sooner one by one."""


def by_value(definitions: Sequence[Definition], folding: Folding, name: Callable[[str], str]) -> list[Definition]:
    """The definitions, with what differs in constants alone looked up. ``name`` gives a name not yet taken.

    It is right where the field of no row is unknown, and so it is for lists without gaps alone.
    """
    groups: dict[tuple[Row, Field, object], dict[Literal, tuple[Exists, Node]]] = {}
    for each in every_node(definitions):
        if isinstance(each, Exists) and each.row.source.name in folding.whole and not folding.facts.free(each):
            for value, literal, rest in _split(each, folding):
                alike = groups.setdefault((each.row, value, _skeleton(rest)), {})
                alike.setdefault(literal, (each, rest))
    settled: dict[Node, Node] = {}
    made: list[Definition] = []
    for (row, value, _), alike in groups.items():
        left = {literal: rest for literal, (each, rest) in alike.items() if each not in settled}
        if len(left) < FEWEST:
            continue
        rest = _merged(list(left.values()), list(left), value)
        keys = name(f"{row.source.name}__by_{value.name}")
        made.append(Keys(keys, (folding.values((row,), rest, value, None, False),), NO, folding.sure_of([rest])))
        settled |= {alike[literal][0]: node(Among, keys, (literal,)) for literal in left}
    if not settled:
        return list(definitions)
    return [*made, *(changed(each, lambda part: folding.assuming(part, settled)) for each in definitions)]


def _split(each: Exists, folding: Folding) -> Iterator[tuple[Field, Literal, Node]]:
    """The truth of a row as "a field has this value, and the rest", which reads nothing that has a name."""
    parts = each.part.parts if isinstance(each.part, All) else (each.part,)
    for place, part in enumerate(parts):
        rest = (*parts[:place], *parts[place + 1 :])
        match part:
            case Compare("=", Field(row) as value, Literal() as literal) if row == each.row:
                # Of numbers two constants may be one value.
                if literal.constant.kind == "atom" and all(map(_apart, rest)):
                    yield value, literal, folding.all_of(rest)


def _apart(each: Node) -> bool:
    """Whether a node reads no other definition, before which it could not stand."""
    if isinstance(each, Named | RowNamed | Among) or any(row.source.derived for row in bound_rows(each)):
        return False
    return all(map(_apart, children(each)))


def _skeleton(each: Node) -> object:
    """A node without its constants, and without how long before a date another is."""
    match each:
        case Literal(constant):
            return "constant", constant.kind, type(constant.value)
        case Earlier(date):
            return "date", _skeleton(date)
    return type(each), tuple(_bare(getattr(each, name)) for name in field_names(type(each)))


def _bare(value: object) -> object:
    if isinstance(value, Node):
        return _skeleton(value)
    return tuple(map(_bare, value)) if isinstance(value, tuple) else value


def _merged(several: Sequence[Node], literals: Sequence[Literal], value: Node) -> Node:
    """Nodes with one skeleton as one, with a choice by the value where they differ."""
    first = several[0]
    if all(each is first for each in several):
        return first
    if isinstance(first, Literal | Earlier):
        chosen: dict[Node, list[Literal]] = {}
        for each, literal in zip(several, literals, strict=True):
            chosen.setdefault(each, []).append(literal)
        return node(Choice, value, tuple(tuple(those) for those in chosen.values()), tuple(chosen))

    def both(values: Sequence[object]) -> object:
        one = values[0]
        if isinstance(one, Node):
            return _merged([each for each in values if isinstance(each, Node)], literals, value)
        if isinstance(one, tuple):
            return tuple(both(inner) for inner in zip(*values, strict=True))
        return one

    return node(type(first), *(both([getattr(each, name) for each in several]) for name in field_names(type(first))))
