"""What a truth takes: the values without which it is undocumented, and those without which it is not met."""

from __future__ import annotations

from collections.abc import Iterable

from kb.cohort.expressions import (
    YES,
    All,
    Between,
    Choice,
    Compare,
    Earlier,
    Exists,
    Missing,
    Node,
    Not,
    OneOf,
    Some,
    When,
)


def silent_without(part: Node) -> frozenset[Node]:
    """The values of which each, where it is not known, leaves a truth undocumented."""
    match part:
        case Compare(_, left, right):
            return _read(left) | _read(right)
        case OneOf(value):
            return _read(value)
        case Not(inner):
            return silent_without(inner)
    return frozenset()


def unmet_without(part: Node) -> frozenset[Node]:
    """The values of which each, where it is not known, leaves a truth undocumented or not met."""
    match part:
        case All(parts):
            return frozenset().union(*map(unmet_without, parts))
        case Some(parts):
            return frozenset.intersection(*map(unmet_without, parts))
        case Exists(_, inner) | When(_, inner):
            return unmet_without(inner)
    return silent_without(part)


def stated(sure: Node, parts: Iterable[Node]) -> tuple[list[Node], list[Node]]:
    """A condition under which no part is undocumented, taken apart.

    First the values that it asks to be known and without which no part is met, then the conditions that are left.
    """
    needed = frozenset.intersection(*map(unmet_without, parts))
    values: list[Node] = []
    left: list[Node] = []
    for condition in sure.parts if isinstance(sure, All) else (sure,):
        match condition:
            case Not(Missing(value)) if value in needed:
                values.append(value)
            case _ if condition is not YES:
                left.append(condition)
    return values, left


def _read(value: Node) -> frozenset[Node]:
    """A value and those without which it is not known."""
    match value:
        case Between(_, start, end):
            return frozenset([value]) | _read(start) | _read(end)
        case Earlier(date):
            return frozenset([value]) | _read(date)
        case Choice(_, _, results):
            return frozenset([value]) | frozenset.intersection(*map(_read, results))
    return frozenset([value])
