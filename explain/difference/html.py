"""The difference between two editions as a page to look at: one file that asks for nothing, as all pages here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from explain.changes import Changes
from explain.changes import Side as ProofSide
from explain.difference.departures import parted
from explain.difference.text import problems_of
from explain.difference.told import (
    ORDER,
    Example,
    Flip,
    Told,
    edition_title,
    place,
    short_paths,
    source,
    title,
    turn_words,
)
from explain.html import MARKS, TEMPLATES, Mark, Step, environment, hash_of, steps
from explain.json import version
from explain.language import clean, counted
from kb.case_text import case_text
from kb.decide import VERDICTS
from kb.policy import Policy
from kb.problems import render_all
from kb.regression.difference import Difference, Edit, Effect, Shift

# The steps of one of two proofs, each with whether it changed.
Shown: TypeAlias = "list[tuple[Step, bool]]"
# The two proofs of so many cases are shown; the table has all.
MOST_PROOFS = 40


def difference_page(difference: Difference) -> bytes:
    """The page about the difference between two editions."""
    from markupsafe import Markup

    told = Told(difference)
    style = "\n".join((TEMPLATES / name).read_text("utf-8").strip() for name in ("page.css", "difference.css"))
    header, meaning, effect = difference.new.vocabulary.header, difference.meaning, difference.effect
    shown: dict[str, Any] = {
        "title": "The difference between two editions",
        "policy": f"{clean(header.title)}, {clean(header.payer)}",
        "told": told,
        "editions": [("Old", _edition(difference.old)), ("New", _edition(difference.new))],
        "readings": [f"{clean(name)}: {clean(value)}" for name, value in difference.readings.items()],
        "edits": [_edit(each) for each in difference.edits],
        "meaning": meaning,
        "shifts": [_shift(told, each) for each in told.shifted],
        "examples": [_example(told, each) for each in told.examples],
        "bounds": [clean(each) for each in meaning.bounds] if meaning else [],
        "notes": [clean(each) for each in meaning.notes] if meaning else [],
        "verdicts": [(MARKS[status], VERDICTS[status]) for status in ORDER],
        "effect": _effect(told, effect) if effect else None,
        "version": version(),
        "style": Markup(style),
        "style_hash": hash_of(style),
        "script": "",
        "script_hash": "'none'",
    }
    return environment().get_template("difference.html").render(**shown).encode("utf-8")


def _edition(policy: Policy) -> Mapping[str, str]:
    header = policy.vocabulary.header
    return {
        "title": edition_title(policy),
        "edition": clean(header.edition),
        "file": clean(policy.path),
        "hash": policy.hash,
    }


def _edit(edit: Edit) -> Mapping[str, str]:
    where = place(edit).removeprefix(", ".join(map(clean, edit.sections))).removeprefix(", ")
    return {
        "kind": edit.kind,
        "word": "note" if edit.kind == "reordered" else edit.kind,
        "name": clean(edit.name),
        "sections": ", ".join(map(clean, edit.sections)),
        "sentence": clean(edit.sentence),
        "place": where,
        "old": source(edit.old_text),
        "new": source(edit.new_text),
    }


def _shift(told: Told, shift: Shift) -> Mapping[str, Any]:
    turns = []
    for turn in shift.transitions:
        example = told.example(turn)
        words = f"{told.status(shift, turn.before)} to {told.status(shift, turn.after)}"
        turns.append((words, example.number if example else 0))
    return {
        "relation": shift.relation,
        "section": clean(shift.section),
        "title": title(shift),
        "turns": turns,
    }


def _example(told: Told, example: Example) -> Mapping[str, Any]:
    return {
        "number": example.number,
        "turns": [told.turn(shift, turn) for shift, turn in example.turns],
        "unusual": [parted(clean(each)) for each in example.witness.unusual],
        "sides": _sides(example.changes, f"w{example.number}"),
        "text": source(case_text(example.record)),
    }


def _sides(changes: Changes, prefix: str) -> list[tuple[str, Mark, str, Shown]]:
    """The two proofs of a goal where they differ: their words, their verdicts, their steps."""
    found = []
    for word, proof, side in zip(("Old", "New"), (changes.before, changes.after), changes.sides(), strict=True):
        whole = proof.root.goal == proof.decision.root
        verdict = VERDICTS[proof.status] if whole else MARKS[proof.status].word
        found.append((word, MARKS[proof.status], verdict, _steps(side.pruned, f"{prefix}{word[0].lower()}")))
    return found


def _steps(side: ProofSide | None, prefix: str) -> Shown:
    if side is None:
        return []
    return [(step, step.point in side.changed) for step in steps(side.proof, side.root, prefix)]


def _effect(told: Told, effect: Effect) -> Mapping[str, Any]:
    paths = [each.path for each in (*effect.flips, *effect.shifts)] + [each.path for each in effect.not_comparable]
    names = short_paths(paths)
    rows = []
    for before in ORDER:
        numbers = [(effect.verdicts.get((before, after), 0), before is not after) for after in ORDER]
        rows.append((MARKS[before], VERDICTS[before], numbers))
    return {
        "heading": f"{counted(effect.compared, 'case')} under both editions",
        "rows": rows,
        "flips": [_flip(each, names, f"f{at}-" if at < MOST_PROOFS else "") for at, each in enumerate(told.flips)],
        "shifts": [_flip(each, names, "") for each in told.shifts],
        "apart": [
            (names[each.path], [(words, source(render_all(error.problems, error.texts))) for words, error in problems])
            for each in effect.not_comparable
            if (problems := problems_of(each))
        ],
    }


def _flip(flip: Flip, names: Mapping[str, str], prefix: str) -> Mapping[str, Any]:
    outcome = flip.outcome
    return {
        "before": MARKS[outcome.before.status],
        "after": MARKS[outcome.after.status],
        "old": outcome.before.verdict,
        "new": outcome.after.verdict,
        "case": flip.case,
        "file": names[outcome.path],
        "where": [turn_words(each) for each in flip.causes] or [*flip.sections],
        "sides": _sides(flip.changes, prefix) if prefix else [],
    }
