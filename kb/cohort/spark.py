"""Spark: runs a lowered policy over the members of a cohort in Parquet, on one machine or on many.

Every member is decided by itself, so the plan has no exchange: each machine reads its share of the rows and writes
what they come to. Spark commits the output at the end, and a job that is killed leaves no ``_SUCCESS``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kb.cohort.columns import columns
from kb.cohort.connection import connection
from kb.cohort.dialects import SparkWriter
from kb.cohort.duck import optional, whole_lists
from kb.cohort.job import Job
from kb.cohort.lower import lower
from kb.cohort.plan import plan
from kb.cohort.sources import find_files, open_source
from kb.cohort.spark_columns import escaped, fitted, quoted
from kb.cohort.sql import select
from kb.cohort.statuses import KEPT, Manifest, manifest, masks, member_rows
from kb.policy import Policy
from kb.problems import Problem, ProblemsError, printable

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LOCAL = "local[*]"
LOG = Path(__file__).with_name("spark_log.properties")
# A cluster of several masters names them all; what else there is of others is for Spark to say.
MASTER = re.compile(r"local(\[(\*|\d+)(, *\d+)?\])?|spark://\S+:\d+(,\S+:\d+)*|yarn|k8s://\S+")
OLDEST_JAVA = 17
_MEMBERS, _DECIDED = "policykb_members", "policykb_decided"
SETTINGS: Mapping[str, str] = {
    "spark.app.name": "policykb",
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={LOG.as_uri()}",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.ansi.enabled": "true",
    # Else a time that is kept would be without its zone.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # As one piece of Java the statement is too long: that is found out at every run, and takes half of its time.
    "spark.sql.codegen.wholeStage": "false",
    # A member costs much for how little of the file it takes, so a share of the work is a few megabytes.
    "spark.sql.files.maxPartitionBytes": "4m",
    # What a task has written counts when the job ends, and not before.
    "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "1",
    "spark.hadoop.fs.permissions.umask-mode": "077",
}


def require_spark(master: str = LOCAL) -> None:
    """Raises ``ProblemsError`` where this is no address, PySpark is not installed, or there is no Java for it."""
    if not MASTER.fullmatch(master):
        help = "`local[2]` for two processors of this machine, or `spark://HOST:7077` for a cluster"
        raise ProblemsError([Problem("no-engine", "this is no address of Spark", printable(master), help=help)], {})
    try:
        import pyspark  # noqa: F401
    except ImportError:
        raise _missing("PySpark is needed, and it is not installed", "pip install 'policykb[spark]'") from None
    home = os.environ.get("JAVA_HOME")
    java = os.path.join(home, "bin", "java") if home else shutil.which("java")
    wanted = f"Java {OLDEST_JAVA} or newer"
    debian = f"apt-get install openjdk-{OLDEST_JAVA}-jre-headless"
    if java is None or not os.access(java, os.X_OK):
        where = f"in `{printable(home)}`, which JAVA_HOME names" if home else "on the path"
        raise _missing(f"{wanted} is needed, and there is none {where}", debian)
    ran = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "(\d+)', ran.stderr)
    if version is None or int(version[1]) < OLDEST_JAVA:
        found = f"it is Java {version[1]}" if version else "it does not say its version"
        raise _missing(f"{wanted} is needed, and of `{printable(java)}` {found}", debian)


def _missing(message: str, command: str) -> ProblemsError:
    help = f"install it with `{command}`"
    return ProblemsError([Problem("no-engine", f"for cohorts on Spark {message}", "spark", help=help)], {})


@contextmanager
def session(master: str = LOCAL, settings: Mapping[str, str] | None = None) -> Iterator[SparkSession]:
    """A session of Spark for as long as the block runs.

    ``master``: ``local[N]``, ``local[*]``, or the address of a cluster such as ``spark://HOST:7077``. ``settings``
    are further ones of Spark's. Raises ``ProblemsError`` where Spark cannot be started, or the cluster not reached.
    """
    require_spark(master)
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master)
    if master.startswith("local"):
        # Nothing of it is for another machine.
        builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    for key, value in {**SETTINGS, **(settings or {})}.items():
        builder = builder.config(key, value)
    try:
        spark = builder.getOrCreate()
    except (Py4JError, PySparkException, OSError) as error:
        help = f"see that a master answers at this address; the engine says: {_words(error)}"
        raise ProblemsError([Problem("no-engine", "Spark cannot be started there", master, help=help)], {}) from None
    try:
        yield spark
    finally:
        spark.stop()


def decided(
    policy: Policy,
    readings: Mapping[str, str] | None,
    spark: SparkSession,
    data: str,
    wide: bool = False,
    whole: Iterable[str] = (),
) -> tuple[DataFrame, Manifest]:
    """The members of a Parquet cohort with what they come to, not yet worked out, and the manifest of its masks.

    The columns are those of ``kb.cohort.duck.run``. The types of the columns are checked here, values are not: they
    are taken as ``kb.cohort.data.opened`` leaves them. ``whole`` are the columns of lists no row of which has a gap.
    Raises ``ProblemsError``, also where Spark would not read
    what DuckDB reads.
    """
    return _decided(policy, readings, spark, data, (), None if wide else masks, whole=whole)


def members(job: Job, spark: SparkSession, data: str, whole: Iterable[str] = ()) -> tuple[DataFrame, Manifest]:
    """The rows of a decided cohort, not yet worked out, and the manifest of their masks.

    ``data``: that of the job, or its members as DuckDB reads them. Of both, and of ``whole``, the same holds as of
    ``decided``. Raises ``ProblemsError``.
    """

    def rows(told: Manifest, root: str, statuses: str) -> str:
        return member_rows(told, root, statuses, job.keep, job.wide)

    return _decided(job.policy, job.readings, spark, data, job.keep, rows, with_clauses=True, whole=whole)


def _decided(
    policy: Policy,
    readings: Mapping[str, str] | None,
    spark: SparkSession,
    data: str,
    keep: Sequence[str],
    rows: Callable[[Manifest, str, str], str] | None,
    with_clauses: bool = False,
    whole: Iterable[str] = (),
) -> tuple[DataFrame, Manifest]:
    """A column a status, or what ``rows`` makes of them: the statement, in DuckDB's words."""
    from sqlglot import parse_one

    format, files = find_files(data)
    if format != "parquet":
        raise _unread(data)
    layout = columns(policy.vocabulary)
    names = {each.name for each in layout}
    with connection(files) as engine:
        source = open_source(engine, data, format, files)
        others = [each.name for each in source.columns if each.name not in names]
        found = plan(source, layout, others)
    read = fitted(policy.vocabulary, found)
    if read is None:
        raise _unread(data)
    with _deciding(data):
        there = spark.read.parquet(*escaped(files))
    given = [each.column for each in found.fitted]
    attested, openable = optional(policy, given)
    lists = whole_lists(policy, given, whole)
    lowered = lower(policy, readings, attested, openable, lists, with_clauses=with_clauses)
    kept = [f"{quoted(key)} AS {quoted(KEPT + key)}" for key in keep]
    there.selectExpr(*read, *kept).createOrReplaceTempView(_MEMBERS)
    try:
        carried = [KEPT + key for key in keep]
        statuses = select(policy, lowered, _MEMBERS, SparkWriter(), attested, openable, carried=carried)
        frame = spark.sql(statuses.sql(dialect=SparkWriter.dialect))
        told = manifest(policy, lowered)
        if rows is not None:
            frame.createOrReplaceTempView(_DECIDED)
            written = parse_one(rows(told, lowered.root, f"SELECT * FROM {_DECIDED}"), read="duckdb")
            frame = spark.sql(written.sql(dialect=SparkWriter.dialect))
    finally:
        spark.catalog.dropTempView(_MEMBERS)
        spark.catalog.dropTempView(_DECIDED)
    return frame, told


def _unread(data: str) -> ProblemsError:
    help = "`policykb cohort --template -o FILE.parquet` writes the columns with the types that it reads"
    return ProblemsError([Problem("no-cohort", "Spark would not read in it what DuckDB reads", data, help=help)], {})


def run(
    policy: Policy,
    readings: Mapping[str, str] | None,
    spark: SparkSession,
    data: str,
    out: str,
    wide: bool = False,
) -> Manifest:
    """Decide every member of a Parquet cohort, and write a row for each to a folder of Parquet.

    The data and the folder lie where every machine of the cluster has them under the same path. The folder is whole
    when ``_SUCCESS`` stands in it. Raises ``ProblemsError`` where it is there already, and where the job fails.
    """
    if os.path.lexists(out):
        whole = os.path.exists(os.path.join(out, "_SUCCESS")) or not os.path.isdir(out)
        help = "choose another name" if whole else "remove it if no run is writing it: no `_SUCCESS` stands in it"
        raise ProblemsError([Problem("exists", "there is a file of this name already", out, help=help)], {})
    frame, told = decided(policy, readings, spark, data, wide)
    write(frame, out, data)
    return told


def write(frame: DataFrame, out: str, data: str) -> None:
    """Work out a frame into a folder of Parquet. Raises ``ProblemsError`` where the job fails."""
    with _deciding(data):
        frame.write.option("compression", "zstd").parquet("file://" + os.path.abspath(out))


@contextmanager
def _deciding(data: str) -> Iterator[None]:
    """Raises ``ProblemsError`` where Spark fails in the block."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        help = f"the engine says: {_words(error)}"
        raise ProblemsError([Problem("no-cohort", "it could not be decided to its end", data, help=help)], {}) from None


def _words(error: Exception) -> str:
    """The first line of an error of Spark that says something."""
    lines = [line.strip() for line in str(error).splitlines()]
    told = [line for line in lines if line and not line.startswith("An error occurred while calling")]
    words = re.sub(r"^(: )?([\w.$]+: )+", "", told[0]) if told else type(error).__name__
    return printable(words[:300])
