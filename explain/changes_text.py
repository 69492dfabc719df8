"""What changed between two proofs, for terminal and paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from explain.changes import Changes, Side
from explain.language import clean
from explain.phrases import Words
from explain.points import Point
from explain.report import verdict_line
from explain.text import STEP, WIDTH, Style, heading, plain, status_word, wrapped
from kb.answers import Status

# From this width on the two proofs stand side by side.
WIDE = 130
BETWEEN = " | "
TURNS: Mapping[Status | None, str] = {
    Status.MET: "met",
    Status.NOT_MET: "not met",
    Status.UNDOCUMENTED: "undocumented",
    None: "not in this edition",
}


def changes_text(changes: Changes, *, full: bool = False, width: int = WIDTH, style: Style = plain) -> str:
    """The verdict before and after, the criteria whose status changed, and the changed part of both proofs."""
    lines = heading(Words(changes.before.decision))
    for word, facts in (("Dropped", changes.dropped), ("Assumed", changes.assumed)):
        lines += [line for fact in facts for line in wrapped(f"{word}: {clean(fact)}", "", "  ", width)]
    lines.append("")
    for word, proof in (("Before", changes.before), ("After", changes.after)):
        lines += wrapped(f"{word}: {verdict_line(proof)}", "", "  ", width)
    lines += ["", "Criteria whose status changed"]
    for turn in changes.turns:
        said = f"{turn.section}  {turn.title}: {TURNS[turn.before]}, now {TURNS[turn.after]}"
        lines += wrapped(said, "  ~ ", "    ", width)
    if not changes.turns:
        lines.append("  none")
    left, right = (side.pruned for side in changes.sides(full=full))
    lines += ["", "What changed in the proof (~ marks what did)"]
    if left is None and right is None:
        return "\n".join([*lines, "  nothing"])
    if width >= WIDE and left and right:
        return "\n".join([*lines, *beside(left, right, width)])
    for word, side in (("Before", left), ("After", right)):
        lines += ["", word, *(tree(side.root, side, 0, width, style) if side else ["  nothing"])]
    return "\n".join(lines)


Placed: TypeAlias = tuple[Point | None, int]


def beside(left: Side, right: Side, width: int) -> Iterator[str]:
    """Two trees in two columns, what stands under the root in both at one height."""
    room = (width - len(BETWEEN)) // 2
    yield f"{'Before':<{room}}{BETWEEN}After"
    for pair in blocks(left, right):
        # Without colour, which would count as room.
        columns = [
            list(tree(point, side, depth, room) if depth else line(point, side, 0, room)) if point else []
            for (point, depth), side in zip(pair, (left, right), strict=True)
        ]
        for number in range(max(map(len, columns))):
            first, second = (column[number] if number < len(column) else "" for column in columns)
            yield f"{first:<{room}}{BETWEEN}{second}".rstrip()


def blocks(left: Side, right: Side) -> Iterator[tuple[Placed, Placed]]:
    """The roots, then what stands under either, paired by what it is about."""

    def named(side: Side) -> dict[str, Point]:
        return {f"{p.kind} {side.proof.ids.get(p.node, p.words)}": p for p in side.root.children}

    yield (left.root, 0), (right.root, 0)
    first, second = named(left), named(right)
    for key in dict.fromkeys((*first, *second)):
        yield (first.get(key), 1), (second.get(key), 1)


def tree(point: Point, side: Side, depth: int, width: int, style: Style = plain) -> Iterator[str]:
    """A point and what stands under it, each with a mark where it changed."""
    yield from line(point, side, depth, width, style)
    for child in point.children:
        yield from tree(child, side, depth + 1, width, style)


def line(point: Point, side: Side, depth: int, width: int, style: Style = plain) -> Iterator[str]:
    """One point, in as many lines as it takes."""
    word = status_word(point)
    note = f" ({point.note})" if point.note else ""
    said = f"{clean(point.section)}  {point.words}{note}" if point.section else f"{point.words}{note}"
    indent = " " * (STEP * depth)
    mark = "~ " if point in side.changed else "  "
    first, *rest = wrapped(said, f"{mark}{indent}{word:<7} ", f"  {indent}" + " " * 8, width)
    yield first.replace(word, style(word), 1)
    yield from rest
