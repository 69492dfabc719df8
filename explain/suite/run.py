"""A suite run: each case decided and held against what it expects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from explain.suite.entries import Entry
from explain.suite.expect import Decided, Difference, differences
from kb.again import decide_again
from kb.case import Case
from kb.decide import Decision, decide
from kb.policy import Policy

Outcome: TypeAlias = Literal["passed", "failed", "updated", "bad input", "expects nothing"]


@dataclass(frozen=True)
class Result:
    """What came out of one case: its verdict, and everything that is not as expected.

    ``updated``: what it expects has been written anew since.
    """

    entry: Entry
    verdict: str = ""
    differences: tuple[Difference, ...] = ()
    updated: bool = False

    @property
    def outcome(self) -> Outcome:
        if self.entry.error is not None:
            return "bad input"
        if self.updated:
            return "updated"
        if self.entry.expectation is None:
            return "expects nothing"
        return "failed" if self.differences else "passed"


def decider(policy: Policy, case: Case, readings: Mapping[str, str]) -> Decided:
    """What decides a case under further readings, over those of the suite; each decision is made once."""
    known: dict[tuple[tuple[str, str], ...], Decision] = {}

    def decided(others: Mapping[str, str]) -> Decision:
        chosen = {**readings, **others}
        key = tuple(sorted(chosen.items()))
        if key not in known:
            first = next(iter(known.values()), None)
            known[key] = decide(policy, case, chosen) if first is None else decide_again(first, policy, case, chosen)
        return known[key]

    return decided


def result(entry: Entry, readings: Mapping[str, str]) -> Result:
    """The result of one case. Raises ``ProblemsError`` for a reading that its policy does not offer."""
    if entry.case is None or entry.policy is None:
        return Result(entry)
    decided = decider(entry.policy, entry.case, readings)
    found = differences(entry.expectation, decided) if entry.expectation is not None else ()
    return Result(entry, decided({}).verdict, tuple(found))


def tally(results: Sequence[Result]) -> dict[Outcome, int]:
    """How many cases had each outcome."""
    counts: dict[Outcome, int] = {}
    for each in results:
        counts[each.outcome] = counts.get(each.outcome, 0) + 1
    return counts
