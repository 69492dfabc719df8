"""Every member of a cohort decided by Spark, into the folder that DuckDB would write.

The data is checked by DuckDB on this machine first: Spark takes values as they are.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kb.cohort.data import Cohort
from kb.cohort.heard import heard, part_of
from kb.cohort.job import CHECK, Decided, Job, alone, begin, finish, prepare
from kb.cohort.spark import members, require_spark, session, write
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
    where every machine has them under the same path. ``checked`` hears of the data before anything is written;
    ``told`` hears what share is done. Raises ``ProblemsError`` with everything that is wrong with the data, where
    the folder is there already, and where Spark does not come to its end; it leaves no folder then. Raises
    ``ValueError`` for a job with rejects.
    """
    if job.rejects is not None:
        raise ValueError("Spark leaves no rows out")
    stamp = prepare(job)
    require_spark(master)
    with job.opened(told) as cohort:
        checked(cohort)
        with session(master, settings) as spark:
            frame, explained = members(job, spark)
            begin(job, stamp)
            try:
                with alone(job), heard(lambda: _done(spark), part_of(told, CHECK, 1 - CHECK)):
                    write(frame, str(job.unfinished / _WRITTEN), job.data)
                    parts = _parts(job.unfinished)
                    _refuse_fewer(cohort, parts, job.out)
                    return finish(job, cohort, stamp, explained, parts)
            except BaseException:
                # What is there of it cannot be gone on with.
                shutil.rmtree(job.unfinished, ignore_errors=True)
                raise


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
    if found != cohort.checked.rows:
        message = f"of {cohort.checked.rows:,} members {found:,} have a row in it"
        help = "let the folder be one that all machines of the cluster write to under the same path"
        raise ProblemsError([Problem("members-missing", message, out, help=help)], {})


def _done(spark: SparkSession) -> float:
    """What share of the stage at work is done, as Spark counts it."""
    tracker = spark.sparkContext.statusTracker()
    stages = [tracker.getStageInfo(each) for each in tracker.getActiveStageIds()]
    return max(
        (each.numCompletedTasks / each.numTasks for each in stages if each is not None and each.numTasks), default=0
    )
