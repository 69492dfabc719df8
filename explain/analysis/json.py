"""The analysis of an edition for other programs."""

from __future__ import annotations

from typing import Any

from explain.analysis.told import Apart, Named, Told
from explain.analysis.ways import Ways
from explain.changes_json import turn_status
from explain.difference.json import plain
from explain.json import STATUSES, policy_json, version
from explain.language import clean
from kb.pretty import pretty_goal
from kb.regression.findings import Analysis
from kb.syntax import Clause

FORMAT = "policykb-analysis/1"


def analysis_json(analysis: Analysis) -> dict[str, Any]:
    """Everything that was found, with the ways and the witnesses as case files hold them."""
    told = Told(analysis)
    policy = analysis.policy
    return {
        "format": FORMAT,
        "software": version(),
        "policy": policy_json(policy),
        "readings": dict(analysis.readings),
        "constants": [{"criterion": _named(each.criterion), "never": STATUSES[each.never]} for each in told.constants],
        "clauses": [
            {
                "kind": each.kind,
                "sections": list(each.sections),
                "clause": _clause(told, each.clause),
                "can_go": each.can_go,
                "covered_by": None if each.by is None else _clause(told, each.by),
            }
            for each in told.redundant
        ],
        "implications": [
            {"criteria": list(map(_named, each.criteria)), "implies": list(map(_named, each.implies))}
            for each in told.implications
        ],
        "ways": [each for ways in told.ways for each in _ways(told, ways)],
        "readings_that_differ": [_apart(each) for each in told.splits],
        "undecided": [clean(each) for each in analysis.undecided],
        "bounds": [clean(each) for each in analysis.bounds],
    }


def _named(criterion: Named) -> dict[str, str]:
    return {"section": criterion.section, "title": criterion.title}


def _clause(told: Told, clause: Clause) -> dict[str, Any]:
    return {"line": clause.span.line, "text": told.side.text(clause.span)}


def _ways(told: Told, ways: Ways) -> list[dict[str, Any]]:
    those = [way for way in told.analysis.ways if way.clause == ways.clause]
    return [
        {
            "clause": _clause(told, ways.clause),
            "things": way.stated,
            "document": [*ways.common, *own],
            "case": plain(way.record),
        }
        for way, own in zip(those, ways.each, strict=True)
    ]


def _apart(apart: Apart) -> dict[str, Any]:
    split = apart.split
    witness = None
    if split.goal is not None and split.statuses is not None and split.decisions is not None and apart.criterion:
        first, second = split.decisions
        witness = {
            "goal": pretty_goal(split.goal),
            "criterion": _named(apart.criterion),
            "statuses": [STATUSES[each] for each in split.statuses],
            "verdicts": [first.verdict, second.verdict],
            "criteria": [
                {
                    "section": turn.section,
                    "title": turn.title,
                    "statuses": [turn_status(turn.before), turn_status(turn.after)],
                }
                for turn in apart.causes
            ],
            "unusual": list(apart.unusual),
            "case": plain(split.record),
        }
    return {
        "reading": split.reading,
        "values": list(split.values),
        "sections": list(apart.sections),
        "witness": witness,
    }
