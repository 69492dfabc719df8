"""Every member of a cohort decided by Spark, into the folder that DuckDB would write.

The data is checked by DuckDB on this machine first: Spark takes values as they are.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kb.cohort.data import Cohort, opened
from kb.cohort.job import Decided, Job, alone, begin, finish, prepare
from kb.cohort.spark import members, require_spark, session, write

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_WRITTEN = "spark"
_SECONDS = 0.5


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
    require_spark()
    with opened(job.data, job.policy.vocabulary, job.keep, folders=[str(job.unfinished)]) as cohort:
        checked(cohort)
        with session(master, settings) as spark:
            frame, explained = members(job, spark)
            begin(job, stamp)
            try:
                with alone(job), _heard(spark, told):
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


@contextmanager
def _heard(spark: SparkSession, told: Callable[[float], None] | None) -> Iterator[None]:
    """Says what share of the work is done, as Spark counts it, for as long as the block runs."""
    if told is None:
        yield
        return
    tracker, ended = spark.sparkContext.statusTracker(), threading.Event()

    def listen() -> None:
        while not ended.wait(_SECONDS):
            stages = [tracker.getStageInfo(each) for each in tracker.getActiveStageIds()]
            running = [each for each in stages if each is not None and each.numTasks]
            if running:
                told(max(each.numCompletedTasks / each.numTasks for each in running))

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
