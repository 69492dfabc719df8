"""The JSON face: a proof, a report and the answers of a query for other programs.

Every document says its ``format``: a name and a version that changes when a key changes its meaning
or goes. Node ids are stable: the same step has the same id in the proofs of other cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from explain.language import clean
from explain.outline import outline
from explain.phrases import Words
from explain.points import Point
from explain.proof import Node, Proof
from explain.report import Remark, Report
from kb.answers import Status
from kb.case import Evidence, Fact
from kb.pretty import pretty_clause, pretty_goal, pretty_term
from kb.syntax import Atom, Constant, Term

if TYPE_CHECKING:
    from explain.repair import Repairs
    from kb.decide import Decision
    from kb.policy import Policy
    from kb.query import Answer, Question

STATUSES = {Status.MET: "met", Status.NOT_MET: "not met", Status.UNDOCUMENTED: "undocumented"}


def report_json(found: Report) -> dict[str, Any]:
    """The report of one decision."""
    decision = found.proof.decision
    return {
        "format": "policykb-report/1",
        **about(decision),
        "verdict": found.verdict,
        "determination": found.determination,
        "criteria": [
            {**point_json(found.proof, line.point), "support": list(line.support)} for line in found.checklist
        ],
        "to_document": list(found.missing),
        "grants": [remark_json(each) for each in found.grants],
        "advisories": [remark_json(each) for each in found.advisories],
    }


def proof_json(proof: Proof) -> dict[str, Any]:
    """The proof as a graph: every node by its id, each with the ids of its children, and its outline."""
    words = Words(proof.decision)
    return {
        "format": "policykb-proof/1",
        **about(proof.decision),
        "goal": pretty_goal(proof.root.goal),
        "status": STATUSES[proof.status],
        "core": proof.core,
        "root": proof.ids[proof.root],
        "nodes": {proof.ids[node]: node_json(proof, words, node) for node in proof.nodes()},
        "outline": point_json(proof, outline(proof)),
    }


def answers_json(asked: Question, found: Sequence[tuple[Decision, Sequence[Answer]]]) -> dict[str, Any]:
    """The answers of a query, case by case."""
    return {
        "format": "policykb-answers/1",
        "goal": pretty_goal(asked.goal),
        "cases": [
            {
                **about(decision),
                "answers": [
                    {
                        "status": STATUSES[answer.status],
                        "bindings": {
                            variable: plain_value(value)
                            for variable, value in zip(asked.variables, answer.bindings, strict=True)
                            if variable not in asked.cases
                        },
                    }
                    for answer in answers
                ],
            }
            for decision, answers in found
        ],
    }


def repairs_json(decision: Decision, found: Repairs) -> dict[str, Any]:
    """The repairs of a goal."""
    return {"format": "policykb-repairs/1", **about(decision), **repairs_part(found)}


def repairs_part(found: Repairs) -> dict[str, Any]:
    """The repairs themselves: each the steps that it takes, or what stands in the way of all."""
    return {
        "met": found.met,
        "repairs": [
            {"steps": [{"effort": step.effort, "words": step.words} for step in each.steps]} for each in found.found
        ],
        "more": found.more,
        "blocked": list(found.blocked),
    }


def plain_value(term: Term) -> str | int | float | None:
    """A value as JSON has it: a date as year-month-day, an unknown value as null.

    A decimal that a JSON number would round is spelled out as a text.
    """
    if not isinstance(term, Constant):
        return None
    match term.value:
        case Decimal() as amount:
            return float(amount) if Decimal(repr(float(amount))) == amount else str(amount)
        case date() as day:
            return day.isoformat()
    return term.value


def policy_json(policy: Policy) -> dict[str, Any]:
    """A policy by its header, its file and the hash of it."""
    header = policy.vocabulary.header
    return {
        "name": header.name,
        "title": clean(header.title),
        "payer": clean(header.payer),
        "edition": clean(header.edition),
        "file": policy.path,
        "sha256": policy.hash,
    }


def about(decision: Decision) -> dict[str, Any]:
    """What was decided, under what, and by which version of this software."""
    case = decision.case
    return {
        "software": version(),
        "policy": policy_json(decision.policy),
        "case": {
            "id": clean(str(case.id.value)),
            "title": clean(case.title),
            "file": case.path,
            "sha256": case.hash,
        },
        "requested_on": Words(decision).request_date(),
        "cautions": Words(decision).cautions(),
        "readings": dict(decision.readings),
    }


@cache
def version() -> str:
    """The version of this software."""
    from importlib.metadata import version as installed

    return f"policykb {installed('policykb')}"


def point_json(proof: Proof, point: Point) -> dict[str, Any]:
    """A point of the outline and what stands under it."""
    return {
        "id": proof.ids.get(point.node, ""),
        "kind": point.kind,
        "status": "does not apply" if point.kind == "apart" else STATUSES[point.status],
        "conflicting": point.conflicting,
        "section": clean(point.section),
        "words": point.words,
        "note": point.note,
        "evidence": [fact_json(fact) for fact in point.node.facts],
        "children": [point_json(proof, child) for child in point.children],
    }


def node_json(proof: Proof, words: Words, node: Node) -> dict[str, Any]:
    """One step of a proof: what holds, by which clause, with which values, on which evidence."""
    found: dict[str, Any] = {
        "kind": node.kind,
        "status": STATUSES[node.status],
        "goal": pretty_goal(node.goal),
        "children": [proof.ids[child] for child in node.children],
    }
    if node.criterion and isinstance(node.goal, Atom):
        found["section"] = clean(node.criterion.section)
        found["title"] = words.title(node.criterion, node.goal)
    if node.clause:
        found["clause"] = {
            "file": proof.decision.policy.path,
            "line": node.clause.span.line,
            "text": pretty_clause(node.clause),
        }
    if node.bindings:
        found["bindings"] = {name: plain_value(term) for name, term in node.bindings}
    if node.count:
        found["needs"] = node.count
    if node.facts:
        found["evidence"] = [fact_json(fact) for fact in node.facts]
    return found


def fact_json(fact: Fact) -> dict[str, Any]:
    """What the record says of one row of an input, with every piece of evidence for it."""
    return {
        "fact": f"{fact.predicate.name}({', '.join(pretty_term(term) for term in fact.row)})",
        "status": STATUSES[fact.status],
        "reason": fact.reason,
        "pieces": list(pieces(fact.evidence)),
    }


def pieces(evidence: Iterable[Evidence]) -> Iterable[dict[str, str]]:
    """Pieces of evidence as they were given."""
    for piece in evidence:
        yield {
            "value": clean(piece.value),
            "source": clean(piece.source),
            "origin": piece.origin,
            "place": piece.place,
        }


def remark_json(remark: Remark) -> dict[str, str]:
    """An advisory or a grant."""
    return {
        "section": remark.section,
        "predicate": remark.predicate,
        "words": remark.words,
        "status": STATUSES[remark.status],
    }
