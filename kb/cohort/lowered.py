"""What a policy is lowered to: named truths of a member, in the order in which they build on each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from kb.cohort.expressions import All, Node, Row, Values, children, node
from kb.cohort.outputs import Statuses
from kb.cohort.required import stated


@dataclass(frozen=True)
class MemberTruth:
    """A truth of the member. ``comment`` is the section and the words of its criterion, if it has one."""

    name: str
    part: Node
    comment: str = ""


@dataclass(frozen=True)
class RowTruth:
    """A truth of every row of a source: a list of truths, one for each row, in the order of the rows."""

    name: str
    row: Row
    part: Node
    comment: str = ""


@dataclass(frozen=True)
class Relation:
    """The rows of a predicate over several lists: its truth, ``met``, and the values that its fields have.

    It is run where ``condition`` holds, which is never undocumented; elsewhere it has no row.
    """

    name: str
    rows: tuple[Row, ...]
    condition: Node
    part: Node
    values: tuple[tuple[str, Node], ...]
    comment: str = ""


@dataclass(frozen=True)
class Keys:
    """The values that an argument of a predicate has in its rows: those that are met, those that may be met.

    ``open``: whether there is a value that is not known. Where that is possible, any value may be met.
    ``sure``: a truth that is never undocumented, and under which no value is.
    """

    name: str
    values: tuple[Values, ...]
    open: Node
    sure: Node
    comment: str = ""

    @property
    def stated(self) -> tuple[list[Node], list[Node]]:
        """What ``sure`` asks for: values without which no row is met, and, where that is not all, the conditions.

        With conditions left there are no such values.
        """
        values, left = stated(self.sure, [each.part for each in self.values])
        return ([], list(self.sure.parts if isinstance(self.sure, All) else [self.sure])) if left else (values, [])


Definition: TypeAlias = MemberTruth | RowTruth | Relation | Keys


def nodes(definition: Definition) -> tuple[Node, ...]:
    """The nodes of a definition."""
    match definition:
        case Relation():
            return (definition.condition, definition.part, *(value for _, value in definition.values))
        case Keys():
            return (*definition.values, definition.open, definition.sure)
        case _:
            return (definition.part,)


def every_node(definitions: Iterable[Definition]) -> Iterator[Node]:
    """Every node of some definitions, each once."""
    seen: set[Node] = set()
    todo = [each for definition in definitions for each in nodes(definition)][::-1]
    while todo:
        each = todo.pop()
        if each not in seen:
            seen.add(each)
            yield each
            todo += children(each)[::-1]


def changed(definition: Definition, change: Callable[[Node], Node]) -> Definition:
    """A definition with its truths changed."""
    match definition:
        case Relation(condition=condition, part=part):
            return replace(definition, condition=change(condition), part=change(part))
        case Keys(values=values, open=unknown):
            kept = tuple(node(Values, v.rows, change(v.part), v.value, v.label, v.many) for v in values)
            return replace(definition, values=kept, open=change(unknown))
        case _:
            return replace(definition, part=change(definition.part))


@dataclass(frozen=True)
class Lowered(Statuses):
    """A policy under its readings, as named truths and the statuses to put out."""

    definitions: tuple[Definition, ...] = field(kw_only=True)
