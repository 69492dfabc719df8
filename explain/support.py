"""What a criterion that is met rests on: the evidence that proves it, in a few sentences."""

from __future__ import annotations

from explain.outline import Outliner
from explain.points import Leaf, Part, Point, applicable, named, points
from explain.proof import Node
from explain.thresholds import is_dated
from kb.answers import Status

MOST = 3


def support(outliner: Outliner, point: Point, most: int = MOST) -> tuple[str, ...]:
    """Sentences of the evidence by which a criterion is met; the first few and how many more."""
    found: dict[tuple[object, ...], Leaf] = {}
    seen: set[Node] = set()
    stack = [(child, point.positive) for child in reversed(applicable(point.node)[0])]
    while stack:
        node, positive = stack.pop()
        leaf = Leaf(node, positive)
        if leaf.status is not Status.MET or node in seen:
            continue
        seen.add(node)
        whole = node.kind == "folded" or (not positive and node.kind in ("clause", "instance"))
        if whole or node.kind == "absence" or (node.kind == "evidence" and (not positive or outliner.speaks(leaf))):
            found.setdefault(node.facts or (node,), leaf)
        elif node.kind == "comparison" and positive and not is_dated(outliner.words, node):
            found.setdefault((node,), leaf)
        if not whole:
            turned = positive is not (node.kind == "negation")
            children = applicable(node)[0] if node.kind == "goal" else node.children
            stack += [(child, turned) for child in reversed(children)]
    parts = named(list(found.values()))
    said: dict[str, None] = {}
    for used, part in enumerate(parts):
        if len(said) >= most:
            return (*list(said)[:most], f"and {max(len(parts) - used, len(said) - most)} more")
        said.update(dict.fromkeys(supporting(outliner, part)))
    return tuple(said)


def supporting(outliner: Outliner, part: Part) -> list[str]:
    if isinstance(part, Leaf) and part.node.kind not in ("folded", "clause", "instance"):
        return [words for _, words in outliner.sentences(part, ())]
    point = part if isinstance(part, Point) else outliner.way(part.node, part.positive)
    return [each.words for each in points(point) if each.kind in ("fact", "folded")]
