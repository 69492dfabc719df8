"""What changed between two proofs, as one picture: a cluster for each, the changed nodes marked."""

from __future__ import annotations

from collections.abc import Sequence

import graphviz

from explain.changes import Changes, Side
from explain.dot import Drawing, Look, Medium, cut, escaped, inside, lines, row, wrapped
from explain.language import clean
from explain.points import Point
from explain.report import verdict_line

# The mark of a changed node: a word in its box, and a frame of this width.
CHANGED, FRAME = "changed", "4"


def changes_dot(changes: Changes, *, full: bool = False, medium: Medium = "dot") -> str:
    """Both proofs as DOT source."""
    sides = changes.sides(full=full)
    whole = Drawing(changes.before, medium)
    facts = [("dropped", each) for each in changes.dropped] + [("assumed", each) for each in changes.assumed]
    told = [f"{word}: {clean(each)}" for word, each in facts]
    told.append(f"nodes that changed have a thick frame and the word `{CHANGED}`")
    whole.graph.attr(label=whole.title("what if", told))
    # Graphviz puts the first at the bottom.
    for name, side in reversed(list(zip(("before", "after"), sides, strict=True))):
        drawing = ChangedDrawing(side, name, medium)
        drawing.source(side.root)
        cluster = graphviz.Digraph(f"cluster_{name}", graph_attr={"margin": "12", "color": "#616161"})
        cluster.body += drawing.graph.body
        whole.graph.subgraph(cluster)
    return str(whole.graph.source)


class ChangedDrawing(Drawing):
    """The picture of one of two proofs."""

    def __init__(self, side: Side, name: str, medium: Medium) -> None:
        super().__init__(side.proof, medium)
        self.side = side
        self.prefix = name

    def name(self, key: object) -> str:
        return f"{self.prefix}_{super().name(key)}"

    def title(self, sentence: str = "", more: Sequence[str] = ()) -> str:
        sentence = sentence or f"{self.prefix}: {verdict_line(self.proof)}"
        rows = [row(f'<font point-size="15"><b>{escaped(part)}</b></font>') for part in wrapped(sentence, 90)]
        return f'<<table border="0" cellborder="0" cellspacing="1" cellpadding="1">{"".join(rows)}</table>>'

    def node(self, key: object, look: Look, label: str, tooltip: str, fill: str, decisive: bool) -> None:
        shown = key if isinstance(key, tuple) else (key, *inside(key)) if isinstance(key, Point) else ()
        marked = any(point in self.side.changed for point in shown)
        if marked:
            label = lines([CHANGED], "b") + label
            tooltip = f"{CHANGED}; {cut(tooltip)}"
        super().node(key, look, label, tooltip, fill, decisive)
        if marked:
            self.graph.node(self.name(key), penwidth=FRAME)
