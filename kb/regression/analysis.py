"""What can be said of one edition without any case: what never holds, what adds nothing, what asks for least.

Everything is asked of z3 over an open case, within its bounds, and under whatever readings unless it is said
otherwise. Every case that is found is decided by the engine as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kb.policy import Policy
from kb.regression.analyst import Analyst
from kb.regression.findings import Analysis, Constant, Implication, Redundant, Split, Way
from kb.regression.open_policy import OpenPolicy
from kb.regression.splits import splits
from kb.regression.ways import ways

PARTS = (
    "criteria that never change",
    "clauses that add nothing",
    "criteria that follow from others",
    "what the root goal asks for",
    "readings that differ",
)

__all__ = ["PARTS", "Analysis", "Constant", "Implication", "Redundant", "Split", "Way", "analyze"]


def analyze(
    policy: Policy,
    readings: Mapping[str, str] | None = None,
    rows: int = 0,
    told: Callable[[str], None] = lambda part: None,
) -> Analysis:
    """Analyse one edition; ``told`` hears which of ``PARTS`` is begun, ``rows`` widens the bounds of every list.

    Raises ``ProblemsError`` for a policy that defines a predicate by itself, or a reading that it does not offer;
    ``ReplayError`` for a case that the engine decides otherwise.
    """
    base = OpenPolicy(policy, readings, rows=rows)
    undecided: list[str] = []
    analyst = Analyst(base, undecided)
    told(PARTS[0])
    constants = tuple(analyst.constants())
    told(PARTS[1])
    redundant = tuple(analyst.redundant())
    told(PARTS[2])
    implications = tuple(analyst.implications())
    told(PARTS[3])
    found = tuple(ways(base, undecided))
    told(PARTS[4])
    apart = tuple(splits(base, undecided))
    bounds = base.bounds.words(base.inputs)
    return Analysis(policy, base.readings, constants, redundant, implications, found, apart, bounds, tuple(undecided))
