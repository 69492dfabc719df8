"""What changed between two proofs, for other programs."""

from __future__ import annotations

from typing import Any

from explain.changes import Changes, Side
from explain.json import STATUSES, about, point_json
from explain.language import clean
from explain.proof import Proof
from kb.answers import Status


def changes_json(changes: Changes, *, full: bool = False) -> dict[str, Any]:
    """Both outlines, the criteria whose status changed, and the ids of all steps that changed."""
    before, after = changes.sides(full=full)
    return {
        "format": "policykb-changes/1",
        **about(changes.before.decision),
        "dropped": [clean(each) for each in changes.dropped],
        "assumed": [clean(each) for each in changes.assumed],
        "before": _side(changes.before, before),
        "after": _side(changes.after, after),
        "criteria": [
            {
                "id": turn.id,
                "section": turn.section,
                "title": turn.title,
                "before": turn_status(turn.before),
                "after": turn_status(turn.after),
            }
            for turn in changes.turns
        ],
        "changed": list(changes.ids),
    }


def turn_status(status: Status | None) -> str | None:
    """The word for a status; none where an edition does not know the criterion."""
    return None if status is None else STATUSES[status]


def _side(proof: Proof, side: Side) -> dict[str, Any]:
    return {"status": STATUSES[proof.status], "outline": point_json(proof, side.root)}
