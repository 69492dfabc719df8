"""Which rows a node speaks of, and the same node speaking of other rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kb.cohort.expressions import Exists, Node, Row, Values, children, field_names, node


def bound_rows(each: Node) -> tuple[Row, ...]:
    """The rows that a node goes through itself."""
    if isinstance(each, Exists):
        return (each.row,)
    return each.rows if isinstance(each, Values) else ()


class Facts:
    """What is worked out of nodes again and again, kept."""

    def __init__(self) -> None:
        self._free: dict[Node, frozenset[Row]] = {}
        self._height: dict[Node, int] = {}

    def free(self, each: Node) -> frozenset[Row]:
        """The rows that a node speaks of and does not go through itself."""
        found = self._free.get(each)
        if found is None:
            rows = {value for name in field_names(type(each)) if isinstance(value := getattr(each, name), Row)}
            for inner in children(each):
                rows |= self.free(inner)
            found = self._free[each] = frozenset(rows - set(bound_rows(each)))
        return found

    def height(self, each: Node) -> int:
        """How deep the rows that a node goes through lie in one another."""
        found = self._height.get(each)
        if found is None:
            inner = max((self.height(child) for child in children(each)), default=0)
            numbers = [row.number for row in bound_rows(each)]
            found = self._height[each] = max([inner, *numbers])
        return found


def replaced(each: Node, rows: Mapping[Row, Row], facts: Facts) -> Node:
    """A node that speaks of other rows."""
    kept: dict[Node, Node] = {}

    def go(part: Node) -> Node:
        if facts.free(part).isdisjoint(rows):
            return part
        found = kept.get(part)
        if found is None:
            found = kept[part] = node(type(part), *(change(getattr(part, name)) for name in field_names(type(part))))
        return found

    def change(value: Any) -> Any:
        if isinstance(value, Row):
            return rows.get(value, value)
        if isinstance(value, Node):
            return go(value)
        if isinstance(value, tuple) and value and isinstance(value[0], Node):
            return tuple(go(inner) for inner in value)
        return value

    return go(each)
