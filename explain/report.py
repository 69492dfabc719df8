"""The report of a decision: its verdict, its checklist, what to document, what is granted, what is advised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from explain.language import clean, joined, listing, unique
from explain.missing import missing
from explain.outline import Outliner
from explain.phrases import Words
from explain.points import Point
from explain.proof import Node, Proof
from explain.support import support
from kb.answers import Status, ordered
from kb.syntax import Atom

DETERMINATIONS: Mapping[Status, str] = {
    Status.MET: "approve",
    Status.UNDOCUMENTED: "pend, and ask for what is to be documented",
    Status.NOT_MET: "refer to a clinician: the criteria are not met; only a named human reviewer can deny",
}
CORE = "the core alone: the smallest part of the proof that still establishes the verdict"
OUTCOMES: Mapping[Status, str] = {
    Status.MET: "is met",
    Status.NOT_MET: "is not met",
    Status.UNDOCUMENTED: "cannot be decided on what is documented",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the checklist: a point of the outline and, where it is met, the evidence that it rests on."""

    point: Point
    support: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """An advisory or a grant: its section, its predicate, its words and how surely it applies."""

    section: str
    predicate: str
    words: str
    status: Status


@dataclass(frozen=True)
class Report:
    """What `check` says of one decision, before any face gives it a form.

    ``advisories`` never change the verdict. ``grants`` apply only where the verdict is proved.
    """

    proof: Proof
    words: Words
    root: Point
    checklist: tuple[Line, ...]
    missing: tuple[str, ...]
    grants: tuple[Remark, ...]
    advisories: tuple[Remark, ...]

    @property
    def verdict(self) -> str:
        return self.proof.decision.verdict

    @property
    def criteria(self) -> tuple[Point, ...]:
        """The criteria of the checklist, those of each alternative where the root goal has several."""
        return tuple(topmost(self.root.children))

    @property
    def determination(self) -> str:
        granted = "; ".join(grant.words for grant in self.grants)
        return DETERMINATIONS[self.proof.status] + (f": {granted}" if granted else "")


def report(proof: Proof) -> Report:
    """The report of a proof of the policy's root goal."""
    words = Words(proof.decision)
    outliner = Outliner(words)
    root = outliner.root(proof.root)
    checklist = tuple(
        Line(point, support(outliner, point) if point.status is Status.MET and point.kind == "criterion" else ())
        for point in root.children
    )
    return Report(
        proof,
        words,
        root,
        checklist,
        missing(words, open_nodes(root)),
        tuple(remarks(words, "grant")) if proof.status is Status.MET else (),
        tuple(remarks(words, "advisory")),
    )


def topmost(points: Sequence[Point]) -> Iterator[Point]:
    """The criteria that no other criterion of these points holds."""
    for point in points:
        if point.kind == "criterion":
            yield point
        else:
            yield from topmost(point.children)


def open_nodes(root: Point) -> list[Node]:
    """Where what is to be documented starts: at the goal, or at the criteria that are undocumented beside others."""
    if root.status is Status.UNDOCUMENTED:
        return [root.node]
    return [point.node for point in topmost(root.children) if point.status is Status.UNDOCUMENTED]


def remarks(words: Words, kind: str) -> Iterator[Remark]:
    """The advisories or the grants that apply, or may apply, to a case, in the order of the policy."""
    for criterion in words.vocabulary.criteria.values():
        if criterion.kind != kind:
            continue
        rows = words.decision.answers.of(criterion.predicate)
        for row, status in ordered(rows):
            goal = Atom(criterion.predicate.name, row)
            yield Remark(clean(criterion.section), str(criterion.predicate), words.title(criterion, goal), status)


def verdict_line(proof: Proof) -> str:
    """The verdict in a sentence."""
    words = Words(proof.decision)
    title = Outliner(words).root(proof.root).words
    if proof.root.goal != proof.decision.root:
        return f"{title} {OUTCOMES[proof.status]}"
    return f"{proof.decision.verdict}: {title} {OUTCOMES[proof.status]}"


def tallies(found: Report) -> list[str]:
    """How many of the criteria are not met or undocumented, their sections, and what is missing beside them."""
    criteria, told = found.criteria, []
    for status, words in ((Status.NOT_MET, "not met"), (Status.UNDOCUMENTED, "undocumented")):
        those = [point for point in criteria if point.status is status]
        if those:
            verb = "is" if len(those) == 1 else "are"
            sections = joined(unique(clean(point.section) for point in those))
            told.append(f"{len(those)} of {len(criteria)} criteria {verb} {words}: {sections}")
    if criteria and (gaps := missing(found.words, [found.proof.root], apart=True)):
        told.append(f"to be documented beside the criteria: {listing([bare_gap(gap) for gap in gaps])}")
    return told


def bare_gap(words: str) -> str:
    """A sentence of what is missing, where it is plain that it is."""
    return words.removeprefix("not documented: ")
