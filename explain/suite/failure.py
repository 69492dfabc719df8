"""What a failed case looks like: expected against actual, and the part of the proof that explains it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from explain.language import clean, unique
from explain.outline import Outliner, outline
from explain.phrases import Words
from explain.points import Point, points
from explain.proof import Proof
from explain.prover import prove
from explain.report import topmost
from explain.suite.expect import Decided, Difference, deciding
from explain.suite.goals import NotNamedError, named_goal
from explain.support import support
from explain.text import WIDTH, Style, plain, tree, wrapped
from kb.answers import Status
from kb.decide import Decision
from kb.vocabulary import chosen_readings

MOST_POINTS = 4
MOST_LINES = 24
MOST_EVIDENCE = 8
LISTS = ("not_met", "undocumented", "grants", "advisories")
FAILING = {"not_met": Status.NOT_MET, "undocumented": Status.UNDOCUMENTED}


def failure_text(
    decided: Decided, found: Sequence[Difference], *, again: str = "", width: int = WIDTH, style: Style = plain
) -> str:
    """What is expected and what there is, and below it the criteria in question with their evidence.

    ``again`` are the arguments by which `policykb explain` shows the whole proof.
    """
    decision = decided({})
    words = Words(decision)
    lines = [*compared(found, width), "", words.case_title()]
    shown: list[str] = []
    for point in explaining(decided, decision, found):
        lines_of = list(tree(point, 0, width, style))
        if len(lines_of) > MOST_LINES:
            more = len(lines_of) - MOST_LINES
            lines_of = [*lines_of[:MOST_LINES], f"  ... and {more} more line{'s' * (more != 1)}"]
        shown += lines_of
    if shown:
        lines += ["", *shown]
    others = [each for each in found if each.key.startswith("readings.")]
    for each in others[:MOST_POINTS]:
        pair = each.key.removeprefix("readings.")
        other = decided(chosen_readings(pair))
        lines += ["", *wrapped(f"Under {clean(pair)}, {other.verdict}:", "", "  ", width)]
        for point in standing_in_the_way(other)[:MOST_POINTS]:
            lines += list(tree(point, 1, width, style))[:MOST_LINES]
    if again:
        lines += ["", f"`policykb explain {clean(again)}` shows the whole proof."]
    return "\n".join(lines)


def compared(found: Sequence[Difference], width: int = WIDTH) -> Iterator[str]:
    """Each difference: its key, what is expected, and what there is. Of long lists only what differs."""
    for each in found:
        expected, actual = clean(each.expected), clean(each.actual)
        line = f"{clean(each.key)}: expected {expected}, actual {actual}"
        if len(line) <= width and not (";" in expected or ";" in actual):
            yield line
            continue
        pairs = [("expected", expected), ("actual", actual)]
        if each.key in LISTS and len(expected) + len(actual) > width // 2:
            missing, extra = apart(each)
            pairs = [("expected, and not there", "; ".join(missing)), ("there, and not expected", "; ".join(extra))]
        yield f"{clean(each.key)} is not as expected"
        for label, said in pairs:
            if said:
                yield from wrapped(clean(said), f"  {label}: ", "    ", width)


def apart(each: Difference) -> tuple[list[str], list[str]]:
    """Of a difference between two lists, what is missing and what is there beyond it."""
    expected = [] if each.expected == "none" else each.expected.split("; ")
    actual = [] if each.actual == "none" else each.actual.split("; ")
    return [word for word in expected if word not in actual], [word for word in actual if word not in expected]


def explaining(decided: Decided, decision: Decision, found: Sequence[Difference]) -> list[Point]:
    """The points of the proof that explain the differences: only those that concern what is in question."""
    points: list[Point] = []
    keys = {each.key: each for each in found}
    proof = prove(decision)
    sections = [key for key in FAILING if key in keys]
    for key in sections:
        missing, extra = apart(keys[key])
        points += in_the_way(proof, FAILING[key], extra)
        points += of_sections(proof, missing)
    if "verdict" in keys and not sections:
        points += standing_in_the_way(decision)
    for key, kind in (("grants", "grant"), ("advisories", "advisory")):
        if key in keys:
            missing, extra = apart(keys[key])
            for word in (*missing, *extra)[:MOST_POINTS]:
                points += about(decision, word, (kind,))
    for each in found:
        if each.key.startswith("criteria."):
            points += about(decision, each.key.removeprefix("criteria."), ("criterion", "advisory"))
    return list({(point.section, point.words): point for point in points}.values())[: 2 * MOST_POINTS]


def in_the_way(proof: Proof, status: Status, sections: Sequence[str]) -> list[Point]:
    """The deepest criteria of these sections that give the root goal a status."""
    root = outline(proof)
    found = [point for top in root.children if top.status is status for point in deciding(top, status)]
    return [point for point in found if point.section in sections][:MOST_POINTS]


def of_sections(proof: Proof, sections: Sequence[str]) -> list[Point]:
    """For each section its first criterion, whatever its status, with its evidence."""
    pruned, full = outline(proof), outline(proof, full=True)
    open_ones = [each for each in points(pruned) if each.kind == "criterion" and each.status is not Status.MET]
    every = [each for each in (*open_ones, *points(full)) if each.kind == "criterion" and each.node is not full.node]
    firsts = [next((each for each in every if each.section == section), None) for section in unique(sections)]
    outliner = Outliner(Words(proof.decision))
    found = [each if each.status is not Status.MET else condensed(outliner, each) for each in firsts if each]
    return found[:MOST_POINTS]


def condensed(outliner: Outliner, point: Point, depth: int = 2) -> Point:
    """A criterion that is met with the criteria that it rests on, and the evidence of the last of them."""
    inner = [each for each in topmost(point.children) if each.status is Status.MET]
    if depth and inner:
        return replace(point, note="", children=tuple(condensed(outliner, each, depth - 1) for each in inner))
    said = support(outliner, point, MOST_EVIDENCE)
    facts = tuple(Point("fact", point.node, Status.MET, words) for words in said)
    return replace(point, note="", children=facts)


def standing_in_the_way(decision: Decision) -> list[Point]:
    """The criteria that keep a decision from being proved; of one that is proved, all of them, a line each."""
    root = outline(prove(decision))
    if decision.status is Status.MET:
        return list(topmost(root.children))
    return [point for top in root.children for point in deciding(top, decision.status)]


def about(decision: Decision, word: str, kinds: tuple[str, ...]) -> list[Point]:
    """The goal that a suite names, with its evidence."""
    try:
        goal = named_goal(word, decision.policy, decision.case.id, kinds)
    except NotNamedError:
        return []
    return [outline(prove(decision, goal))]
