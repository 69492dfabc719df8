"""Every member of a cohort decided by DuckDB, in parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kb.cohort.connection import VIEW, columns_of
from kb.cohort.data import Cohort
from kb.cohort.export import write_members
from kb.cohort.heard import part_of
from kb.cohort.job import CHECK, STAGED, Decided, Job, alone, begin, finish, prepare
from kb.cohort.kept import kept_statement
from kb.cohort.quoting import name
from kb.cohort.slices import statements
from kb.cohort.statuses import KEPT, manifest, member_rows


def decide(
    job: Job,
    resume: bool = False,
    checked: Callable[[Cohort], None] = lambda cohort: None,
    told: Callable[[float], None] | None = None,
) -> Decided:
    """Decide every member, into a folder; ``resume`` goes on with what an earlier run left.

    ``checked`` hears of the data of a new run before anything is written; ``told`` hears what share is done.
    Raises ``ProblemsError`` with everything that is wrong with the data, where the folder is there already, and
    where a run cannot be gone on with.
    """
    stamp = prepare(job, resume)
    with job.opened(told) as cohort:
        if not resume:
            checked(cohort)
            begin(job, stamp)
        with alone(job):
            for left in job.unfinished.glob(".*.part"):
                left.unlink()
            return _decide(job, cohort, stamp, part_of(told, CHECK, 1 - CHECK))


def _decide(job: Job, cohort: Cohort, stamp: Mapping[str, Any], told: Callable[[float], None] | None) -> Decided:
    engine = cohort.connection
    given = [each for each in columns_of(engine) if each not in job.keep]
    whole = cohort.checked.whole
    carried = [KEPT + key for key in job.keep]
    statuses, written = kept_statement(job.policy, job.readings, given, VIEW, carried, with_clauses=True, whole=whole)
    explained = manifest(job.policy, statuses)
    query = member_rows(explained, statuses.root, written, job.keep, job.wide)
    found = statements(cohort, job.unfinished / STAGED, job.rows)
    total, done = sum(count for count, _ in found) or 1, 0
    parts = []
    for number, (count, members) in enumerate(found, 1):
        path = job.unfinished / f"part-{number:05}.parquet"
        if not path.exists():
            _show(cohort, job, members)
            write_members(cohort, query, path, part_of(told, done / total, count / total))
        done += count
        parts.append(path)
        if told is not None:
            told(done / total)
    return finish(job, cohort, stamp, explained, parts)


def _show(cohort: Cohort, job: Job, members: str) -> None:
    """Make a slice what the statement reads, its kept columns under names that no policy has."""
    renamed = ", ".join(f"{name(key)} AS {name(KEPT + key)}" for key in job.keep)
    shown = f"* RENAME ({renamed})" if renamed else "*"
    cohort.connection.execute(f"CREATE OR REPLACE TEMP VIEW {VIEW} AS SELECT {shown} FROM ({members})")
