"""A decision held against what its case expects of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from explain.suite.goals import goal_text, met_texts
from explain.suite.read_expect import EXPECT_CODES, STATUSES, Expectation, read_expectation
from kb.answers import Status
from kb.decide import Decision
from kb.vocabulary import chosen_readings

if TYPE_CHECKING:
    from explain.points import Point
    from explain.proof import Proof

__all__ = [
    "EXPECT_CODES",
    "WORDS",
    "Decided",
    "Difference",
    "Expectation",
    "differences",
    "failing",
    "granted",
    "in_the_way",
    "observed",
    "read_expectation",
    "unproved_differences",
]

Decided: TypeAlias = Callable[[Mapping[str, str]], Decision]
"""Decides a case under these readings, over those of the suite."""

WORDS: Mapping[Status, str] = {status: word for word, status in STATUSES.items()}


@dataclass(frozen=True)
class Difference:
    """One thing that is not as the case expects: its key under `expect`, what is expected, what there is."""

    key: str
    expected: str
    actual: str


def differences(expectation: Expectation, decided: Decided) -> list[Difference]:
    """Everything in which a decision is not as its case expects; what needs no proof comes first."""
    decision = decided({})

    def known(readings: Mapping[str, str]) -> Decision:
        return decided(readings) if readings else decision

    return [*_unproved(expectation, known), *_failing_differences(expectation, known)]


def unproved_differences(expectation: Expectation, decided: Decided) -> list[Difference]:
    """The same without the sections that stand in the way, for which a proof is built: cheap."""
    return list(_unproved(expectation, decided))


def _unproved(expectation: Expectation, decided: Decided) -> Iterator[Difference]:
    decision = decided({})
    if expectation.verdict is not None and decision.verdict != expectation.verdict:
        yield Difference("verdict", expectation.verdict, decision.verdict)
    for goal, status in expectation.criteria.items():
        found = decision.answers.status(goal)
        if found is not status:
            yield Difference(f"criteria.{goal_text(goal, decision.policy)}", WORDS[status], WORDS[found])
    if expectation.grants is not None and expectation.grants != set(found_grants := granted(decision)):
        yield Difference("grants", _list(expectation.grants), _list(found_grants))
    if expectation.advisories is not None:
        advised = met_texts(decision, "advisory")
        if expectation.advisories != set(advised):
            yield Difference("advisories", _list(expectation.advisories), _list(advised))
    for pair, verdict in expectation.readings.items():
        other = decided(chosen_readings(pair)).verdict
        if other != verdict:
            yield Difference(f"readings.{pair}", verdict, other)
    for pair, criteria in expectation.under.items():
        under = decided(chosen_readings(pair))
        for goal, status in criteria.items():
            found = under.answers.status(goal)
            if found is not status:
                yield Difference(f"under.{pair}.{goal_text(goal, under.policy)}", WORDS[status], WORDS[found])


def _failing_differences(expectation: Expectation, decided: Decided) -> Iterator[Difference]:
    if expectation.not_met is None and expectation.undocumented is None:
        return
    sections = failing(decided({}))
    wanted = (
        ("not_met", Status.NOT_MET, expectation.not_met),
        ("undocumented", Status.UNDOCUMENTED, expectation.undocumented),
    )
    for key, status, expected in wanted:
        if expected is not None and expected != set(sections[status]):
            yield Difference(key, _list(expected), _list(sections[status]))


def granted(decision: Decision) -> tuple[str, ...]:
    """The grants that are met: whatever the verdict, so that a grant beside a refusal is seen."""
    return met_texts(decision, "grant")


def failing(decision: Decision) -> Mapping[Status, tuple[str, ...]]:
    """The sections of the criteria that stand in the way, not met and undocumented apart."""
    from explain.brief import prove_in_brief

    return in_the_way(prove_in_brief(decision))


def in_the_way(proof: Proof) -> Mapping[Status, tuple[str, ...]]:
    """The sections of the criteria that stand in the way in a proof.

    Of a criterion that holds others the deepest count: those that are reached through nothing but
    criteria of the same status.
    """
    from explain.outline import outline

    root = outline(proof)
    found = {}
    for status in (Status.NOT_MET, Status.UNDOCUMENTED):
        tops = [child for child in root.children if child.status is status]
        found[status] = tuple(dict.fromkeys(point.section for top in tops for point in deciding(top, status)))
    return found


def deciding(point: Point, status: Status) -> Iterator[Point]:
    """The deepest criteria that give a point a status, each reached through nothing but that status."""
    if point.status is status and point.kind != "apart":
        deeper = [found for child in point.children for found in deciding(child, status)]
        yield from deeper or ([point] if point.kind == "criterion" else [])


def observed(decision: Decision, full: bool) -> dict[str, object]:
    """What a case would expect so that this decision is as expected: plain data for its `expect:`.

    ``full`` adds what is granted and what is advised.
    """
    sections = failing(decision)
    found: dict[str, object] = {
        "verdict": decision.verdict,
        "not_met": list(sections[Status.NOT_MET]),
        "undocumented": list(sections[Status.UNDOCUMENTED]),
    }
    if full:
        found["grants"] = list(granted(decision))
        found["advisories"] = list(met_texts(decision, "advisory"))
    return found


def _list(words: Collection[str]) -> str:
    """Words in a row, in an order that does not depend on where they are from."""
    return "; ".join(sorted(words)) or "none"
