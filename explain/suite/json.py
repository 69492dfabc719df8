"""The results of a suite for other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from explain.json import version
from explain.language import clean
from explain.suite.run import Result, tally
from kb.policy import Policy

FORMAT = "policykb-suite/1"


def suite_json(results: Sequence[Result], readings: Mapping[str, str]) -> dict[str, object]:
    """Every case with its outcome, and how many had each; ``readings`` are those chosen for all of them."""
    return {
        "format": FORMAT,
        "software": version(),
        "readings": dict(readings),
        "counts": dict(tally(results)),
        "cases": [_case(each) for each in results],
    }


def _case(result: Result) -> dict[str, object]:
    entry = result.entry
    return {
        "file": str(entry.path),
        "row": entry.row or None,
        "line": entry.line,
        "name": entry.name,
        "case": clean(str(entry.case.id.value)) if entry.case else None,
        "title": clean(entry.case.title) if entry.case else "",
        "policy": _policy(entry.policy) if entry.policy else None,
        "outcome": result.outcome,
        "verdict": result.verdict or None,
        "differences": [
            {"key": each.key, "expected": each.expected, "actual": each.actual} for each in result.differences
        ],
        "problems": [problem.as_json() for problem in entry.error.problems] if entry.error else [],
    }


def _policy(policy: Policy) -> dict[str, object]:
    header = policy.vocabulary.header
    return {"name": header.name, "edition": clean(header.edition), "file": policy.path, "sha256": policy.hash}
