"""What several truths read, worked out once: engines find no common part under "and", "or" and "case"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from kb.calendar import in_units
from kb.cohort.expressions import (
    All,
    Among,
    Column,
    Count,
    Distinct,
    Earlier,
    Exists,
    Named,
    Node,
    Not,
    Some,
    When,
    children,
    field_names,
    node,
)
from kb.cohort.lowered import Definition, Keys, MemberTruth, Relation, nodes
from kb.cohort.renaming import Facts, bound_rows


def shared(definitions: Sequence[Definition], facts: Facts, name: Callable[[str], str]) -> list[Definition]:
    """The definitions, with names of their own for what they have in common.

    That is what goes through rows and speaks of none outside, where it is read twice; and a date so many months
    before one of the member, which would else be worked out for every row. ``name`` gives a name not yet taken.
    """
    return _Sharing(definitions, facts, name).definitions()


class _Sharing:
    def __init__(self, given: Sequence[Definition], facts: Facts, name: Callable[[str], str]) -> None:
        self.given, self.facts, self.name = given, facts, name
        self.named: dict[Node, Node] = {}
        self.found: list[Definition] = []
        self.gone: dict[Node, bool] = {}
        self.readers: Counter[Node] = Counter(self.read())
        # What has a name already is read by it, before its own place too.
        truths = (each for each in reversed(given) if isinstance(each, MemberTruth))
        self.owned = {each.part: each for each in truths if self.apart(each.part)}

    def read(self) -> Iterator[Node]:
        """Every node, once for each other node or definition that it is directly in."""
        seen: set[Node] = set()
        todo: list[Node] = []
        for definition in self.given:
            yield from nodes(definition)
            todo += nodes(definition)
        while todo:
            each = todo.pop()
            if each not in seen:
                seen.add(each)
                yield from children(each)
                todo += children(each)

    def definitions(self) -> list[Definition]:
        for definition in self.given:
            if isinstance(definition, MemberTruth) and self.owned.get(definition.part) is definition:
                self.of(definition.part)
            else:
                # Its parts are named before it.
                changed = self.changed(definition)
                self.found.append(changed)
        return self.found

    def changed(self, definition: Definition) -> Definition:
        match definition:
            case Relation(condition=condition, part=part, values=values):
                written = tuple((key, self.of(value)) for key, value in values)
                return replace(definition, condition=self.of(condition), part=self.of(part), values=written)
            case Keys(values=values, open=open_values, sure=sure):
                return replace(definition, values=self.value(values), open=self.of(open_values), sure=self.of(sure))
        return replace(definition, part=self.of(definition.part))

    def apart(self, each: Node) -> bool:
        """Whether a node gets a name of its own."""
        if self.facts.free(each):
            return False
        if isinstance(each, Earlier):
            return isinstance(each.date, Column)
        return self.readers[each] > 1 and not isinstance(each, Not) and self.through(each)

    def through(self, each: Node) -> bool:
        """Whether a truth goes through rows."""
        if each not in self.gone:
            own = isinstance(each, Exists | Distinct | Among)
            inside = isinstance(each, All | Some | Not | When | Count) and any(map(self.through, children(each)))
            self.gone[each] = own or inside
        return self.gone[each]

    def of(self, each: Node) -> Node:
        """A node as it is read."""
        if each not in self.named:
            changed = self.inside(each)
            owner = self.owned.get(each)
            if owner is not None or self.apart(each):
                owner = owner or MemberTruth(self.name(_words(each)), changed)
                self.found.append(replace(owner, part=changed))
                changed = node(Named, owner.name)
            self.named[each] = changed
        return self.named[each]

    def inside(self, each: Node) -> Node:
        """A node whose parts are read."""
        values = [getattr(each, name) for name in field_names(type(each))]
        changed = [self.value(value) for value in values]
        same = all(one is other for one, other in zip(values, changed, strict=True))
        return each if same else node(type(each), *changed)

    def value(self, value: Any) -> Any:
        if isinstance(value, Node):
            return self.of(value)
        if isinstance(value, tuple) and any(isinstance(each, Node) for each in value):
            changed = tuple(map(self.of, value))
            return value if all(one is other for one, other in zip(value, changed, strict=True)) else changed
        return value


def _words(each: Node) -> str:
    """A name for what is read in common."""
    if isinstance(each, Earlier):
        assert isinstance(each.date, Column)
        number, unit = in_units(each.months)
        before = f"{number}_{unit}s_before" if number > 1 else f"a_{unit}_before"
        return "_".join(filter(None, (each.date.input, each.date.field, before)))
    return "_".join(["some", *dict.fromkeys(_sources(each))])


def _sources(each: Node) -> Iterator[str]:
    """The lists that a truth goes through, the outermost of each part."""
    rows = bound_rows(each)
    if rows:
        yield rows[0].source.name
    elif isinstance(each, Among):
        yield "_".join([each.name, *(str(value.constant.value) for value in each.values)])
    else:
        for inner in children(each):
            yield from _sources(inner)
