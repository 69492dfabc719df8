"""The witnesses of the readings as cases of a suite, each with what is decided of it under both values."""

from __future__ import annotations

from collections.abc import Iterator

from explain.analysis.told import Apart, Told
from explain.suite.expect import WORDS, observed
from explain.suite.goals import goal_text
from kb.case_text import case_text
from kb.decide import Decision
from kb.regression.findings import Analysis


def reading_cases(analysis: Analysis, made_for: str = "") -> Iterator[tuple[str, str]]:
    """The name of each witness and the text of its case file, which a suite passes under the readings chosen.

    The files name the policy by ``made_for``, or by its name where that is empty.
    """
    told = Told(analysis)
    for each in told.splits:
        if each.split.goal is not None:
            yield each.name, _text(analysis, each, made_for)


def _text(analysis: Analysis, apart: Apart, made_for: str) -> str:
    split = apart.split
    assert split.goal is not None and split.record is not None and split.decisions is not None
    criterion = analysis.policy.vocabulary.criteria.get(split.goal.predicate)
    chosen = analysis.readings[split.reading]
    told: dict[str, object] = {}
    for value, decision in zip(split.values, split.decisions, strict=True):
        under: object = decision.verdict
        if criterion is not None and criterion.kind != "grant" and split.goal != decision.root:
            status = WORDS[decision.answers.status(split.goal)]
            under = {"verdict": decision.verdict, "criteria": {goal_text(split.goal, analysis.policy): status}}
        told[f"{split.reading}={value}"] = under
    expect = {**_observed(analysis, apart, chosen), "readings": told}
    comment = [f"{apart.turn}.", *(f"Unlike a usual case: {each}." for each in apart.unusual)]
    title = f"{split.reading}: {' or '.join(split.values)}"
    record = {key: value for key, value in split.record.items() if key not in ("case", "policy")}
    whole = {"case": apart.name, "policy": made_for or split.record["policy"], "title": title, **record}
    return case_text({**whole, "expect": expect}, "\n".join(comment))


def _observed(analysis: Analysis, apart: Apart, chosen: str) -> dict[str, object]:
    """What is decided under the readings that were chosen; with a third value of the reading, only under the two."""
    found: dict[str, Decision] = dict(zip(apart.split.values, apart.split.decisions or (), strict=True))
    return observed(found[chosen], full=True) if chosen in found else {}
