"""What a cohort comes to as a page: tables with bars, in one file that asks for nothing, as all pages here."""

from __future__ import annotations

from typing import Any

from explain.cohort.words import KINDS, clause_title, heading, members, readings, share, title
from explain.html import MARKS, TEMPLATES, environment, hash_of
from explain.json import version
from explain.language import clean
from kb.answers import Status
from kb.cohort.summary import ClauseCounts, Step, Summary
from kb.policy import Policy

VERDICTS = {"proved": Status.MET, "refuted": Status.NOT_MET, "undetermined": Status.UNDOCUMENTED}


def summary_page(policy: Policy, summary: Summary) -> bytes:
    """The page about a decided cohort."""
    from markupsafe import Markup

    style = "\n".join((TEMPLATES / name).read_text("utf-8").strip() for name in ("page.css", "cohort.css"))
    several = len(summary.clauses) > 1
    shown: dict[str, Any] = {
        "title": f"A cohort decided: {members(summary)}",
        "policy": policy,
        "heading": heading(policy),
        "readings": readings(summary.manifest.readings.items(), policy),
        "verdicts": [
            (MARKS[status], verdict, summary.verdicts[verdict], share(summary.verdicts[verdict], summary.members))
            for verdict, status in VERDICTS.items()
        ],
        "whole": summary.members or 1,
        "clauses": [_clause(policy, each, several) for each in summary.clauses],
        "kinds": [(words, rows) for kind, words in KINDS.items() if (rows := _statuses(policy, summary, kind))],
        "marks": [MARKS[status] for status in (Status.MET, Status.NOT_MET, Status.UNDOCUMENTED)],
        "version": version(),
        "style": Markup(style),
        "style_hash": hash_of(style),
        "script": "",
        "script_hash": "'none'",
    }
    return environment().get_template("cohort.html").render(**shown).encode("utf-8")


def _clause(policy: Policy, clause: ClauseCounts, several: bool) -> dict[str, Any]:
    alone = [step for step in clause.steps if step.fails_only or step.lacks_only]
    alone.sort(key=lambda step: -step.fails_only - step.lacks_only)
    verdicts = [(MARKS[status], verdict, clause.verdicts[verdict]) for verdict, status in VERDICTS.items()]
    return {
        "number": clause.number,
        "title": clause_title(policy, clause, several),
        "whole": clause.members or 1,
        "verdicts": verdicts,
        "steps": [_step(policy, step) for step in clause.steps],
        "alone": [_step(policy, step) for step in alone],
        "most": max([1, *(step.fails_only + step.lacks_only for step in alone)]),
    }


def _step(policy: Policy, step: Step) -> dict[str, Any]:
    return {"section": clean(step.bit.output.section), "title": title(policy, step.bit.output), "counts": step}


def _statuses(policy: Policy, summary: Summary, kind: str) -> list[dict[str, Any]]:
    return [
        {"section": clean(bit.output.section), "title": title(policy, bit.output), "counts": counts}
        for bit, counts in summary.statuses
        if bit.output.kind == kind
    ]
