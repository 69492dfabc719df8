"""The evidence of a packet: every piece of it, numbered, so that each reason can cite what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from explain.language import clean, joined
from explain.phrases import Words
from explain.points import Point
from explain.proof import walk
from explain.stated import apart, as_stated
from kb.answers import Row, Status
from kb.case import Evidence, Fact
from kb.syntax import Atom, Predicate, Unknown

ORIGINS: Mapping[str, str] = {"document": "document", "attestation": "attestation", "override": "override"}


class EvidenceList:
    """Every piece of evidence of one case, in the order of the policy's inputs."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.pieces: list[tuple[str, Evidence]] = []
        self.numbers: dict[tuple[Predicate, Row], list[int]] = {}
        self.lists: dict[Predicate, list[int]] = {}
        case = words.decision.case
        for predicate in words.inputs:
            for piece in case.complete.get(predicate, ()):
                if piece.value == "[]":
                    self.lists.setdefault(predicate, []).append(self.add(f"no {words.noun(predicate)}", piece))
            for fact in case.facts.get(predicate, ()):
                for piece in fact.evidence:
                    if piece.value != "[]":
                        number = self.add(self.said(fact, piece), piece)
                        self.numbers.setdefault((predicate, fact.row), []).append(number)

    def add(self, said: str, piece: Evidence) -> int:
        self.pieces.append((said, piece))
        return len(self.pieces)

    def said(self, fact: Fact, piece: Evidence) -> str:
        """What one piece of evidence states."""
        words, declared = self.words, self.words.inputs[fact.predicate]
        conflict = fact.reason == "conflicting" or "conflicting" in (fact.gaps or {}).values()
        stated = not any(isinstance(term, Unknown) for term in fact.row)
        if apart(declared, fact, piece):
            return words.alone(declared, piece)
        own = as_stated(declared, fact, piece)
        if fact.status is Status.MET and not conflict:
            return words.sentence(own.predicate, own.row) + (": no" if own.status is Status.NOT_MET else "")
        subject = words.sentence(own.predicate, own.row) if stated else words.noun(fact.predicate)
        if fact.status is Status.UNDOCUMENTED and stated and declared.fields and declared.kind != "flags":
            return subject
        return f"{subject}: {words.piece(piece, declared)}"

    def rows(self) -> list[dict[str, str]]:
        """The list as it is shown: number, statement, source, origin."""
        return [
            {
                "number": str(number),
                "words": said[:1].upper() + said[1:],
                "source": clean(piece.source) or "no source named",
                "origin": ORIGINS[piece.origin],
                "place": clean(piece.place),
            }
            for number, (said, piece) in enumerate(self.pieces, 1)
        ]

    def cited(self, point: Point) -> str:
        """The evidence that was looked at for a point, by number: ``items 3, 5 to 7``."""
        found: set[int] = set()
        for node in walk(point.node):
            for fact in node.facts:
                found.update(self.numbers.get((fact.predicate, fact.row), ()))
            if node.kind == "absence" and isinstance(node.goal, Atom):
                found.update(self.lists.get(node.goal.predicate, ()))
        ranges = list(_ranges(sorted(found)))
        if not ranges:
            return "none on file"
        return ("item " if len(found) == 1 else "items ") + joined(ranges)


def _ranges(numbers: Sequence[int]) -> Iterator[str]:
    """Numbers in a row as ``5 to 7``."""
    start = 0
    for place, number in enumerate(numbers):
        if place + 1 < len(numbers) and numbers[place + 1] == number + 1:
            continue
        first = numbers[start]
        yield (
            str(first)
            if first == number
            else f"{first} and {number}"
            if number == first + 1
            else f"{first} to {number}"
        )
        start = place + 1
