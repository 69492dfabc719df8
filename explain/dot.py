"""The picture's source: a proof in the DOT language.

Status is told by colour, by shape and by word together, so that it survives a grey printer and eyes
that do not see red and green apart. Every text passes through ``escaped``: nothing that a policy or a
case says can end a label, open a tag or add a node.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import graphviz

from explain.language import STATUS_WORDS, clean
from explain.outline import outline
from explain.phrases import Words
from explain.points import Point
from explain.proof import Proof
from explain.report import CORE, verdict_line
from kb.answers import Status

Medium: TypeAlias = Literal["dot", "svg", "png", "pdf"]

# After the first two stand fonts that are as wide as they are, or nearly so: the boxes are made for their letters.
FONT = "Helvetica,Arial,Liberation Sans,Nimbus Sans,DejaVu Sans Condensed,DejaVu Sans,sans-serif"
# A longer text is cut in the picture; the text and JSON faces have it whole.
LONGEST = 1200
NARROW, MIDDLE, WIDE = 16, 30, 36
# Criteria that are met, of one section and side by side, are drawn as one node from this number on.
TOGETHER = 3
# So that one page of letter paper, laid across, holds the picture: its size in inches within the margins.
MEDIA: Mapping[Medium, Mapping[str, str]] = {
    "dot": {},
    "svg": {},
    "png": {"dpi": "144"},
    "pdf": {"size": "10.2,7.7"},
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a status is drawn: its word, its outline and the words for that, its colours."""

    word: str
    legend: str
    shape: str
    style: str
    line: str
    fill: str
    width: str = "1"
    frames: str = "1"


LOOKS: Mapping[Status | str, Look] = {
    Status.MET: Look(STATUS_WORDS[Status.MET], "rounded", "box", "rounded,filled", "#2e7d32", "#eff8ef"),
    Status.NOT_MET: Look(
        STATUS_WORDS[Status.NOT_MET], "double frame", "box", "filled", "#b71c1c", "#fde7e4", "2.5", "2"
    ),
    Status.UNDOCUMENTED: Look(
        STATUS_WORDS[Status.UNDOCUMENTED], "folded corner, dashed", "note", "filled,dashed", "#8a5a00", "#fff4d6", "1.8"
    ),
    "conflicting": Look(
        STATUS_WORDS["conflicting"], "folder, dashed", "folder", "filled,dashed", "#6a1b9a", "#f5e9fa", "1.8"
    ),
    "apart": Look("does not apply", "", "plaintext", "", "#616161", "#ffffff"),
}


def dot(proof: Proof, *, full: bool = False, medium: Medium = "dot") -> str:
    """The proof as DOT source; ``full`` draws what is met and what says nothing as well."""
    return Drawing(proof, medium).source(outline(proof, full=full))


class Drawing:
    """One picture under way."""

    def __init__(self, proof: Proof, medium: Medium) -> None:
        self.proof = proof
        self.words = Words(proof.decision)
        self.names: dict[object, str] = {}
        self.graph = graphviz.Digraph(
            "proof",
            graph_attr={
                "rankdir": "LR",
                "fontname": FONT,
                "fontsize": "12",
                "labelloc": "t",
                "labeljust": "l",
                "nodesep": "0.09",
                "ranksep": "0.25",
                "margin": "0.15",
                "bgcolor": "white",
                **MEDIA[medium],
            },
            node_attr={"fontname": FONT, "fontsize": "11", "margin": "0.09,0.05"},
            edge_attr={"arrowhead": "none"},
        )

    def source(self, root: Point) -> str:
        self.graph.attr(label=self.title())
        self.draw(root, NARROW, True)
        drawn = {root}
        decisive = {root}
        waiting = [root]
        while waiting:
            point = waiting.pop()
            for group in grouped(() if inside(point) else point.children):
                if len(group) > 1:
                    self.together(point, group)
                    continue
                (child,) = group
                # What shares the status of everything above it is what decides; the rest is drawn thin.
                if point in decisive and (child.status is root.status or child.conflicting):
                    decisive.add(child)
                self.join(point, child, look_of(child), child in decisive)
                if child not in drawn:
                    drawn.add(child)
                    self.draw(child, MIDDLE, child in decisive)
                    waiting.append(child)
        return str(self.graph.source)

    def name(self, key: object) -> str:
        """A node's name in the source: a letter and a number, whatever the node is about."""
        return self.names.setdefault(key, f"n{len(self.names)}")

    def draw(self, point: Point, columns: int, decisive: bool) -> None:
        """A node for a point; evidence that stands alone under a criterion is written into its box."""
        look = look_of(point)
        # The blanks keep the heading clear of a folded corner.
        heading = (
            f"{look.word}  {cut(clean(point.section))}" if point.section else look.word
        ) + "\N{NO-BREAK SPACE}" * 3
        label = lines([heading], "b")
        label += lines(wrapped(point.words, columns if point.section else WIDE))
        if point.note:
            label += lines(wrapped(point.note, columns), "i")
        for each in inside(point):
            mark = "- " if each.status is point.status else f"- {look_of(each).word}: "
            label += lines(wrapped(mark + cut(each.words), WIDE, "  "))
        counting = point.kind in ("any", "all", "count")
        self.node(point, look, label, self.tooltip(point), "#ffffff" if counting else look.fill, decisive)

    def together(self, parent: Point, alike: Sequence[Point]) -> None:
        """Several criteria of one section that are met, as one node with a line for each."""
        look = LOOKS[Status.MET]
        key = ("together", *alike)
        label = lines([f"{look.word}  {cut(clean(alike[0].section))}: {len(alike)} criteria"], "b")
        for point in alike:
            label += lines(wrapped("- " + cut(point.words), WIDE, "  "))
        self.node(key, look, label, f"{len(alike)} criteria are met", look.fill, False)
        self.join(parent, key, look, False)

    def node(self, key: object, look: Look, label: str, tooltip: str, fill: str, decisive: bool) -> None:
        self.graph.node(
            self.name(key),
            label=f"<{label}>",
            # Graphviz reads `&#27;` in a tooltip as the character itself.
            tooltip=graphviz.escape(tooltip.replace("&", "&amp;")),
            shape=look.shape,
            style=look.style,
            color=look.line,
            fillcolor=fill,
            penwidth=look.width if decisive else "1",
            peripheries=look.frames if look.shape == "box" else "",
        )

    def join(self, parent: object, child: object, look: Look, decisive: bool) -> None:
        self.graph.edge(
            self.name(parent),
            self.name(child),
            color=look.line,
            penwidth=look.width if decisive else "1",
            style="dashed" if "dashed" in look.style else "dotted" if look.shape == "plaintext" else "solid",
        )

    def tooltip(self, point: Point) -> str:
        """Where a node comes from: its section, and the lines of the policy that define it."""
        node = point.node
        told = [point.words]
        if point.section:
            told.append(f"section {clean(point.section)}: {self.words.heading(point.section)}")
        clauses = [child.clause for child in (node, *node.children) if child.clause]
        if clauses:
            numbers = ", ".join(str(clause.span.line) for clause in clauses)
            told.append(f"{clean(self.proof.decision.policy.path)}, line {numbers}")
        return "; ".join(map(cut, told))

    def title(self, sentence: str = "", more: Sequence[str] = ()) -> str:
        """The verdict, the case, the policy, the date, the readings and the legend, above the picture."""
        sentence = sentence or verdict_line(self.proof)
        told = [
            *((CORE,) if self.proof.core else ()),
            self.words.case_title(),
            f"{self.words.policy_title()}; requested on {self.words.request_date()}",
            *(f"caution: {each}" for each in self.words.cautions()),
            *(f"reading chosen: {each}" for each in self.words.readings()),
            *more,
        ]
        rows = [
            row(f'<font point-size="17"><b>{escaped(part)}</b></font>')
            for part in wrapped(sentence[:1].upper() + sentence[1:], 80)
        ]
        rows += [row(escaped(part)) for each in told for part in wrapped(each, 110)]
        cells = "".join(
            f'<td border="{look.frames}" color="{look.line}" bgcolor="{look.fill}"'
            f' style="{"dashed" if "dashed" in look.style else "rounded" if "rounded" in look.style else "solid"}">'
            f'<font point-size="10">{escaped(f"{look.word} ({look.legend})")}</font></td>'
            for look in LOOKS.values()
            if look.legend
        )
        legend = f'<table border="0" cellborder="1" cellspacing="5" cellpadding="3"><tr>{cells}</tr></table>'
        rows.append(f'<tr><td align="left">{legend}</td></tr>')
        return f'<<table border="0" cellborder="0" cellspacing="1" cellpadding="1">{"".join(rows)}</table>>'


def look_of(point: Point) -> Look:
    """How a point is drawn."""
    if point.kind == "apart":
        return LOOKS["apart"]
    return LOOKS["conflicting" if point.conflicting else point.status]


def inside(point: Point) -> tuple[Point, ...]:
    """The evidence that is written into the box of a criterion: all of its children, where they are nothing else."""
    if all(each.kind in ("fact", "folded") and not each.children for each in point.children):
        return point.children
    return ()


def grouped(children: Sequence[Point]) -> list[list[Point]]:
    """The children in order, each by itself, but for criteria of one section that are met and say no more."""
    quiet: dict[str, list[Point]] = {}
    for child in children:
        if child.kind == "criterion" and child.status is Status.MET and not child.children:
            quiet.setdefault(child.section, []).append(child)
    groups: list[list[Point]] = []
    for child in children:
        alike = quiet.get(child.section, [])
        if child not in alike or len(alike) < TOGETHER:
            groups.append([child])
        elif child is alike[0]:
            groups.append(alike)
    return groups


def wrapped(text: str, columns: int, indent: str = "") -> list[str]:
    """A text in lines of at most so many characters, cut where it is far too long."""
    return textwrap.wrap(cut(text, LONGEST + 40), columns, subsequent_indent=indent, break_on_hyphens=False) or [""]


def cut(text: str, longest: int = LONGEST) -> str:
    """A text, cut where it is far too long: Graphviz reads no more than 16,384 characters in one piece."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def lines(texts: Sequence[str], tag: str = "") -> str:
    """Lines of a label, left-aligned, in bold or italic letters."""
    opening, closing = (f"<{tag}>", f"</{tag}>") if tag else ("", "")
    return "".join(f'{opening}{escaped(text)}{closing}<br align="left"/>' for text in texts)


def row(content: str) -> str:
    return f'<tr><td align="left">{content}</td></tr>'


def escaped(text: str) -> str:
    """A text inside a label: the characters that mean something there by their codes."""
    return html.escape(text, quote=True)
