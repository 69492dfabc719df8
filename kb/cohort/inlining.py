"""Small truths in the place of their names: an engine plans fewer steps, though a person reads more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kb.cohort.expressions import Among, Count, Distinct, Exists, Named, Node, children, node
from kb.cohort.folding import Folding
from kb.cohort.lowered import Definition, Lowered, MemberTruth, changed, every_node

MOST = 16
"""A truth of more parts than these is worked out once, and read by its name."""


def inlined(lowered: Lowered, folding: Folding) -> Lowered:
    """The same statuses, each small truth that goes through no rows worked out wherever it is read."""
    small: dict[Node, Node] = {}
    found: list[Definition] = []
    for definition in lowered.definitions:
        definition = changed(definition, lambda part: folding.assuming(part, small))
        found.append(definition)
        if isinstance(definition, MemberTruth) and is_small(definition.part):
            small[node(Named, definition.name)] = definition.part
    return replace(lowered, definitions=tuple(read(found, {each.column for each in lowered.outputs})))


def is_small(part: Node) -> bool:
    """Whether a truth has few parts, goes through no rows, and looks nothing up among them."""
    parts = [part]
    for each in parts:
        if isinstance(each, Exists | Distinct | Among | Count) or len(parts) > MOST:
            return False
        parts += children(each)
    return True


def read(definitions: Sequence[Definition], wanted: set[str]) -> list[Definition]:
    """The definitions but for truths of the member that nobody reads."""
    names = set(wanted)
    kept: list[Definition] = []
    for definition in reversed(definitions):
        if not isinstance(definition, MemberTruth) or definition.name in names:
            names |= {each.name for each in every_node([definition]) if isinstance(each, Named)}
            kept.append(definition)
    return kept[::-1]
