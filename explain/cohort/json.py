"""What a cohort comes to, for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from explain.cohort.words import title
from explain.json import policy_json, version
from explain.language import clean
from kb.cohort.against import Difference, Side, Turn
from kb.cohort.goals import GoalCounts
from kb.cohort.outputs import Output
from kb.cohort.summary import ClauseCounts, Summary
from kb.policy import Policy

FORMAT, DIFFERENCE, ANSWERS = "policykb-cohort-summary/1", "policykb-cohort-difference/1", "policykb-cohort-answers/1"


def output_json(policy: Policy, output: Output) -> dict[str, Any]:
    """What a status is of."""
    return {
        "name": output.column,
        "predicate": "" if output.kind == "goal" else str(output.predicate),
        "arguments": [str(each.value) for each in output.args],
        "any": output.open,
        "kind": output.kind,
        "section": clean(output.section),
        "title": title(policy, output),
    }


def summary_json(policy: Policy, summary: Summary) -> dict[str, Any]:
    """The summary of a decided cohort."""
    return {
        "format": FORMAT,
        "software": version(),
        "policy": policy_json(policy),
        "readings": dict(summary.manifest.readings),
        "members": summary.members,
        "left_out": summary.left_out,
        "verdicts": dict(summary.verdicts),
        "statuses": [
            {
                **output_json(policy, bit.output),
                "met": counts.met,
                "not_met": counts.not_met,
                "undocumented": counts.undocumented,
            }
            for bit, counts in summary.statuses
        ],
        "clauses": [_clause(policy, each) for each in summary.clauses],
    }


def _clause(policy: Policy, clause: ClauseCounts) -> dict[str, Any]:
    return {
        "number": clause.number,
        "members": clause.members,
        "verdicts": dict(clause.verdicts),
        "requirements": [
            {
                "name": step.bit.output.column,
                "section": clean(step.bit.output.section),
                "title": title(policy, step.bit.output),
                "condition": step.condition,
                "left": step.left,
                "open": step.open,
                "fails_only": step.fails_only,
                "else_met": step.else_met,
                "lacks_only": step.lacks_only,
            }
            for step in clause.steps
        ],
    }


def difference_json(difference: Difference) -> dict[str, Any]:
    """The difference that two sides make to a cohort."""
    return {
        "format": DIFFERENCE,
        "software": version(),
        "before": _side(difference.before),
        "after": _side(difference.after),
        "members": difference.members,
        "left_out": difference.left_out,
        "flipped": difference.flipped,
        "changed": difference.changed,
        "verdicts": [_turn(each) for each in difference.verdicts],
        "statuses": [
            {**output_json(difference.before.policy, output), "transitions": [_turn(each) for each in turns]}
            for output, turns in difference.statuses
        ],
        "not_compared": [clean(each) for each in difference.not_compared],
    }


def answers_json(policy: Policy, readings: Mapping[str, str], found: GoalCounts) -> dict[str, Any]:
    """How a goal stands with the members of a cohort."""
    return {
        "format": ANSWERS,
        "software": version(),
        "policy": policy_json(policy),
        "readings": dict(readings),
        "goal": found.goal,
        "members": found.members,
        "met": found.met,
        "not_met": found.not_met,
        "undocumented": found.undocumented,
        "first": list(found.first),
    }


def _side(side: Side) -> dict[str, Any]:
    return {"policy": policy_json(side.policy), "readings": dict(side.readings)}


def _turn(turn: Turn) -> dict[str, Any]:
    return {"before": turn.before, "after": turn.after, "members": turn.members, "examples": list(turn.examples)}
