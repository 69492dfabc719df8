"""Where the points of an outline come from: their section, their clauses, the evidence with its source.

Lines are those of the policy's file and of the case's file, which a face names once.
"""

from __future__ import annotations

from collections.abc import Iterator

from explain.language import clean, unique
from explain.phrases import Words
from explain.points import Point
from explain.proof import Elapsed, FieldOf, Node, Origin, Proof, walk
from explain.stated import apart, as_stated
from kb.answers import Status
from kb.case import Fact
from kb.syntax import Comparison, Unknown

MOST_EVIDENCE = 6


class Origins:
    """Says where the points of one proof come from: section, clause, evidence."""

    def __init__(self, proof: Proof) -> None:
        self.words = Words(proof.decision)
        self.case = proof.decision.case

    def of(self, point: Point) -> tuple[tuple[str, str], ...]:
        """What there is to say of one point, each with its label."""
        told = []
        if point.section:
            heading = self.words.heading(point.section)
            told.append(("Section", clean(point.section) + (f", {heading}" if heading else "")))
        clauses = [node.clause for node in (point.node, *point.node.children) if node.clause]
        if clauses:
            lines = ", ".join(dict.fromkeys(str(clause.span.line) for clause in clauses))
            word = "line" if len(clauses) == 1 else "lines"
            told.append(("Clause", f"{word} {lines}"))
        if point.kind in ("fact", "folded"):
            evidence = unique(line for fact in self.facts(point.node) for line in self.evidence(fact))
            told += [("Evidence", line) for line in evidence[:MOST_EVIDENCE]]
            if len(evidence) > MOST_EVIDENCE:
                told.append(("Evidence", f"and {len(evidence) - MOST_EVIDENCE} more"))
        return tuple(told)

    def facts(self, top: Node) -> Iterator[Fact]:
        """The facts that a sentence of evidence rests on, those behind its thresholds too."""
        for node in walk(top):
            yield from node.facts
            if isinstance(node.goal, Comparison):
                for term, origin in zip((node.goal.left, node.goal.right), node.origins, strict=True):
                    yield from self.holders(term, origin)

    def holders(self, term: object, origin: Origin | None) -> Iterator[Fact]:
        """The facts of the record that hold a value which was compared."""
        if isinstance(origin, Elapsed):
            yield from self.holders(origin.start, origin.origins[0])
            yield from self.holders(origin.end, origin.origins[1])
        elif isinstance(origin, FieldOf):
            facts = self.case.facts.get(origin.predicate, ())
            yield from (fact for fact in facts if fact.row[origin.position] == term)

    def evidence(self, fact: Fact) -> Iterator[str]:
        """Each piece of evidence of a fact: what it states, its source, its origin, its line in the case's file."""
        stated = not any(isinstance(term, Unknown) for term in fact.row) and fact.reason != "conflicting"
        declared = self.words.inputs[fact.predicate]
        for piece in fact.evidence:
            own = as_stated(declared, fact, piece)
            said = self.words.sentence(own.predicate, own.row) if stated else self.words.noun(fact.predicate)
            plain = stated and fact.status is own.status is Status.MET
            value = "" if plain else f": {self.words.piece(piece, declared)}"
            if stated and apart(declared, fact, piece):
                said, value = self.words.alone(declared, piece), ""
            source = clean(piece.source) or "no source named"
            line = piece.place.rpartition(":")[2]
            yield f"{said}{value} ({source}; {piece.origin}; line {line})"
