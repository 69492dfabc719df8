"""Every member of a cohort decided by Spark, into the folder that DuckDB would write.

The data is checked by DuckDB on this machine first: Spark takes values as they are.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kb.cohort.data import Cohort
from kb.cohort.heard import heard, part_of
from kb.cohort.job import CHECK, Decided, Job, alone, begin, finish, prepare
from kb.cohort.spark import members, require_spark, session, write

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
                    return finish(job, cohort, stamp, explained, _parts(job.unfinished))
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


def _done(spark: SparkSession) -> float:
    """What share of the stage at work is done, as Spark counts it."""
    tracker = spark.sparkContext.statusTracker()
    stages = [tracker.getStageInfo(each) for each in tracker.getActiveStageIds()]
    return max(
        (each.numCompletedTasks / each.numTasks for each in stages if each is not None and each.numTasks), default=0
    )
