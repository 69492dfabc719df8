"""The coverage of a suite for other programs."""

from __future__ import annotations

from typing import Any

from explain.coverage.words import gaps, sentence, subject, word
from explain.json import policy_json, version
from explain.language import clean
from kb.policy import Policy
from kb.pretty import pretty_goal
from kb.regression.coverage import Coverage
from kb.regression.obligations import KINDS, Obligation
from kb.regression.occurrences import Occurrence
from kb.syntax import Clause
from kb.vocabulary import Criterion, Reading, Type

FORMAT = "policykb-coverage/1"


def coverage_json(coverage: Coverage) -> dict[str, Any]:
    """Every obligation with what covers it, or why nothing does."""
    policy = coverage.policy
    return {
        "format": FORMAT,
        "software": version(),
        "policy": policy_json(policy),
        "cases": coverage.cases,
        "runs": coverage.runs,
        "total": coverage.total,
        "covered": coverage.covered,
        "percent": round(coverage.percent, 4),
        "kinds": {
            kind: {
                "total": sum(each.counts for each in coverage.obligations if each.kind == kind),
                "covered": sum(bool(each.by) for each in coverage.obligations if each.kind == kind),
            }
            for kind in KINDS
        },
        "obligations": [obligation_json(policy, each) for each in coverage.obligations],
    }


def obligation_json(policy: Policy, each: Obligation) -> dict[str, Any]:
    """One obligation."""
    state = "covered" if each.by else "impossible" if each.cannot else "missing"
    return {
        "kind": each.kind,
        "section": clean(each.section),
        "line": each.line,
        "subject": name(each.subject),
        "clause": each.subject.clause.span.line if isinstance(each.subject, Occurrence) else None,
        "wanted": word(each.wanted),
        "state": state,
        "covered_by": each.by,
        "why": sentence(policy, gaps([each])[0]) if state == "missing" else each.cannot,
    }


def name(each: Criterion | Clause | Occurrence | Reading | Type) -> str:
    """The subject as the policy writes it."""
    match each:
        case Criterion():
            return str(each.predicate)
        case Clause():
            return pretty_goal(each.head)
        case Occurrence():
            return pretty_goal(each.literal)
    return subject(each).strip("`")
