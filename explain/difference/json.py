"""The difference between two editions for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from explain.changes_json import turn_status
from explain.difference.told import Flip, Told
from explain.json import STATUSES, policy_json, version
from explain.language import clean
from kb.decide import VERDICTS
from kb.pretty import pretty_goal
from kb.problems import ProblemsError
from kb.regression.difference import Difference, Edit, Effect, Meaning, Place, Shift, Transition

FORMAT = "policykb-difference/1"


def difference_json(difference: Difference) -> dict[str, Any]:
    """The two editions, the summary, and the three parts; one that was not asked for is null."""
    told = Told(difference)
    return {
        "format": FORMAT,
        "software": version(),
        "old": policy_json(difference.old),
        "new": policy_json(difference.new),
        "readings": dict(difference.readings),
        "summary": list(told.summary),
        "words": {"changes": len(difference.changes), "edits": [_edit(each) for each in difference.edits]},
        "meaning": None if difference.meaning is None else _meaning(difference.meaning),
        "effect": None if difference.effect is None else _effect(told, difference.effect),
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {
        "kind": edit.kind,
        "subject": edit.subject,
        "name": clean(edit.name),
        "sections": [clean(name) for name in edit.sections],
        "words": clean(edit.sentence),
        "old": _text(edit.old, edit.old_text),
        "new": _text(edit.new, edit.new_text),
    }


def _text(place: Place | None, text: str) -> dict[str, Any] | None:
    return None if place is None else {"file": place.path, "line": place.line, "text": text}


def _meaning(meaning: Meaning) -> dict[str, Any]:
    return {
        "root": _shift(meaning.root),
        "criteria": [_shift(each) for each in meaning.criteria],
        "bounds": [clean(each) for each in meaning.bounds],
        "notes": [clean(each) for each in meaning.notes],
        "otherwise": [_shift(each) for each in meaning.otherwise],
    }


def _shift(shift: Shift) -> dict[str, Any]:
    return {
        "goal": clean(shift.goal),
        "section": clean(shift.section),
        "title": clean(shift.title),
        "readings": dict(shift.readings),
        "relation": shift.relation,
        "without": list(shift.without),
        "transitions": [_transition(each) for each in shift.transitions],
    }


def _transition(turn: Transition) -> dict[str, Any]:
    witness = turn.witness
    return {
        "before": STATUSES[turn.before],
        "after": STATUSES[turn.after],
        "witness": None
        if witness is None
        else {
            "goal": pretty_goal(witness.goal),
            "unusual": [clean(each) for each in witness.unusual],
            "case": plain(witness.record),
            "verdicts": {"before": witness.before.verdict, "after": witness.after.verdict},
        },
    }


def plain(value: object) -> Any:
    """A value of a case file as JSON has it: a date as year-month-day; a decimal that JSON would round as a text."""
    match value:
        case Mapping():
            return {str(key): plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
        case date():
            return value.isoformat()
        case Decimal():
            return float(value) if Decimal(repr(float(value))) == value else str(value)
        case None | bool() | int():
            return value
    return str(value)


def _effect(told: Told, effect: Effect) -> dict[str, Any]:
    return {
        "compared": effect.compared,
        "verdicts": [
            {"before": VERDICTS[before], "after": VERDICTS[after], "cases": number}
            for (before, after), number in effect.verdicts.items()
        ],
        "flips": [_flip(each) for each in told.flips],
        "shifts": [_flip(each) for each in told.shifts],
        "not_comparable": [
            {"file": each.path, "old": _problems(each.old), "new": _problems(each.new)}
            for each in effect.not_comparable
        ],
    }


def _flip(flip: Flip) -> dict[str, Any]:
    outcome = flip.outcome
    case = outcome.after.case
    return {
        "case": {
            "id": clean(str(case.id.value)),
            "title": clean(case.title),
            "file": outcome.path,
            "sha256": case.hash,
        },
        "before": outcome.before.verdict,
        "after": outcome.after.verdict,
        "sections": list(flip.sections),
        "criteria": [
            {
                "section": turn.section,
                "title": turn.title,
                "before": turn_status(turn.before),
                "after": turn_status(turn.after),
            }
            for turn in flip.causes
        ],
    }


def _problems(error: ProblemsError | None) -> list[dict[str, object]]:
    return [problem.as_json() for problem in error.problems] if error else []
