"""Any goal asked of every member of a cohort: how many meet it, and who does."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.cohort.columns import CASE
from kb.cohort.connection import VIEW, columns_of, reading
from kb.cohort.data import opened
from kb.cohort.duck import statement
from kb.cohort.export import copy
from kb.cohort.quoting import name, paths
from kb.cohort.slices import ROWS, statements
from kb.policy import Policy
from kb.pretty import pretty_goal
from kb.query import QUESTION, question
from kb.syntax import Predicate


@dataclass(frozen=True)
class GoalCounts:
    """A goal, how many members there are of each status, and the first of those for whom it is met.

    Of a goal with variables the greatest status of all their values counts.
    """

    goal: str
    members: int
    met: int
    not_met: int
    undocumented: int
    first: tuple[str, ...]


def ask_cohort(
    data: str,
    policy: Policy,
    goal: str,
    readings: Mapping[str, str] | None = None,
    first: int = 10,
    told: Callable[[float], None] | None = None,
    rows: int = ROWS,
) -> GoalCounts:
    """Ask a goal of every member. Raises ``ProblemsError`` with what is wrong with the goal or with the data."""
    asked = question(policy, goal)
    predicate = Predicate(QUESTION, len(asked.variables))
    with (
        tempfile.TemporaryDirectory(prefix="policykb-") as folder,
        opened(data, policy.vocabulary, folders=[folder]) as cohort,
    ):
        engine = cohort.connection
        given, whole = columns_of(engine), cohort.checked.whole
        lowered, query = statement(asked.policy, readings, given, VIEW, goal=predicate, whole=whole)
        case, status = name(CASE), name(lowered.root)
        parts = statements(cohort, Path(folder, "members.parquet"), rows)
        total, done = sum(count for count, _ in parts) or 1, 0
        counts, found = [0, 0, 0], list[str]()
        answered = str(Path(folder, "answers.parquet"))
        for number, members in parts:
            engine.execute(f"CREATE OR REPLACE TEMP VIEW {VIEW} AS {members}")
            Path(answered).unlink(missing_ok=True)
            with reading(data):
                copy(engine, query, answered, "parquet")
            source = f"read_parquet({paths([answered])})"
            sums = f"count_if({status}), count_if(NOT {status}), count_if({status} IS NULL)"
            row = engine.execute(f"SELECT {sums} FROM {source}").fetchall()[0]
            counts = [before + more for before, more in zip(counts, row, strict=True)]
            if len(found) < first:
                wanted = f"SELECT {case} FROM {source} WHERE {status} LIMIT {first - len(found)}"
                found += [each for (each,) in engine.execute(wanted).fetchall()]
            done += number
            if told is not None:
                told(done / total)
    return GoalCounts(pretty_goal(asked.goal), sum(counts), counts[0], counts[1], counts[2], tuple(found))
