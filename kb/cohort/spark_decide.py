"""Every member of a cohort decided by Spark, into the folder that DuckDB would write.

The data is checked by DuckDB on this machine first: Spark takes values as they are. What Spark would read otherwise
than DuckDB does, DuckDB writes as Parquet into the folder, for as long as it is not whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kb.cohort.data import Cohort
from kb.cohort.heard import heard, part_of
from kb.cohort.job import CHECK, STAGED, Decided, Job, alone, begin, finish, prepare
from kb.cohort.slices import stage
from kb.cohort.spark import members, require_spark, session, write
from kb.cohort.spark_columns import fitted
from kb.problems import Problem, ProblemsError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_WRITTEN = "spark"


def decide(
    job: Job,
    master: str,
    settings: Mapping[str, str] | None = None,
    checked: Callable[[Cohort], None] = lambda cohort: None,
    told: Callable[[float], None] | None = None,
) -> Decided:
    """Decide every member on Spark, into a folder.

    ``master`` and ``settings`` are those of ``kb.cohort.spark.session``; on a cluster the data and the folder lie
    where every machine has them under the same path. ``checked`` hears of the data before any member is decided;
    ``told`` hears what share is done. Raises ``ProblemsError`` with everything that is wrong with the data, where
    the folder is there already, and where Spark does not come to its end; it leaves no folder then.
    """
    stamp = prepare(job)
    require_spark(master)
    with job.opened(told) as cohort:
        begin(job, stamp)
        try:
            with alone(job):
                data = _readable(job, cohort)
                # Ended before the folder is whole or goes away, so that no machine writes to it any more.
                with session(master, settings) as spark:
                    checked(cohort)
                    frame, explained = members(job, spark, data, cohort.checked.whole)
                    with heard(lambda: _done(spark), part_of(told, CHECK, 1 - CHECK)):
                        write(frame, str(job.unfinished / _WRITTEN), job.data)
                parts = _parts(job.unfinished)
                _refuse_fewer(cohort, parts, job.out)
                return finish(job, cohort, stamp, explained, parts)
        except BaseException:
            # What is there of it cannot be gone on with.
            shutil.rmtree(job.unfinished, ignore_errors=True)
            raise


def _readable(job: Job, cohort: Cohort) -> str:
    """What Spark is to read: the data, or its members where it would read something else in it, or too many rows."""
    if not cohort.checked.rejected and fitted(job.policy.vocabulary, cohort.plan) is not None:
        return job.data
    stage(cohort, job.unfinished / STAGED)
    return str(job.unfinished / STAGED)


def _parts(folder: Path) -> list[Path]:
    """What Spark has written, as parts of the folder."""
    written = folder / _WRITTEN
    parts = []
    for number, each in enumerate(sorted(written.glob("part-*.parquet")), 1):
        parts.append(folder / f"part-{number:05}.parquet")
        each.rename(parts[-1])
    shutil.rmtree(written)
    return parts


def _refuse_fewer(cohort: Cohort, parts: Sequence[Path], out: str) -> None:
    """Raises where not every member has a row here: a machine may have written to a disk of its own."""
    found = 0
    if parts:
        listed = [str(part) for part in parts]
        (found,) = cohort.connection.execute("SELECT count(*) FROM read_parquet(?)", [listed]).fetchone() or (0,)
    wanted = cohort.checked.rows - cohort.checked.rejected
    if found != wanted:
        message = f"of {wanted:,} members {found:,} have a row in it"
        help = "let the folder be one that all machines of the cluster write to under the same path"
        raise ProblemsError([Problem("members-missing", message, out, help=help)], {})


def _done(spark: SparkSession) -> float:
    """What share of the stage at work is done, as Spark counts it."""
    tracker = spark.sparkContext.statusTracker()
    stages = [tracker.getStageInfo(each) for each in tracker.getActiveStageIds()]
    return max(
        (each.numCompletedTasks / each.numTasks for each in stages if each is not None and each.numTasks), default=0
    )
