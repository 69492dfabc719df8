"""The full policy on a cluster of Spark, warm, with one worker and with two, beside DuckDB.

    .venv/bin/python tests/bench/spark.py [SIZE]

The cluster is on this machine, a processor for each worker; Java and PySpark are needed, as for `make test-spark`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from kb.cohort.quoting import text  # noqa: E402
from kb.cohort.spark import run, session  # noqa: E402
from kb.policy import load_policy  # noqa: E402
from tests.spark.alike import differing, made_up, written  # noqa: E402
from tests.spark.cluster import ENVIRONMENT, cluster  # noqa: E402

SIZE, FILES, RUNS = 100_000, 20, 2


def by_duckdb(data: Path, out: Path, threads: int, _: int) -> None:
    """Every status as masks, on so many threads."""
    import duckdb

    from kb.cohort.duck import run as run_here

    out.unlink(missing_ok=True)
    with duckdb.connect() as engine:
        engine.execute(f"SET threads = {threads}")
        engine.execute(f"CREATE VIEW cohort AS SELECT * FROM {text(f'{data}/*.parquet')}")
        run_here(load_policy(), {}, engine, str(out))


def by_spark(spark: Any, data: Path, out: str, number: int) -> None:
    """The same on a cluster."""
    run(load_policy(), {}, spark, str(data), f"{out}-{number}")


def times(words: str, job: Callable[[int], object]) -> None:
    """Tell how long the first run takes, and the best of those after it."""
    taken = []
    for number in range(1 + RUNS):
        start = time.perf_counter()
        job(number)
        taken.append(time.perf_counter() - start)
    # On a machine with other work the figures say little: the load tells.
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"  {words:<22} first {taken[0]:>6.1f} s   then {min(taken[1:]):>6.1f} s   {load}", flush=True)


def main(size: int) -> None:
    os.environ.update(ENVIRONMENT)
    policy = load_policy()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = made_up(policy, folder / "members", FILES, size // FILES)
        print(f"{size:,} members, the full policy, all statuses as masks")
        for threads in (1, 2):
            times(f"DuckDB, threads: {threads}", partial(by_duckdb, data, folder / "duck.parquet", threads))
        for workers in (1, 2):
            (folder / f"cluster-{workers}").mkdir()
            with cluster(folder / f"cluster-{workers}", workers) as found:
                settings = {"spark.executor.memory": "700m", "spark.driver.host": "127.0.0.1"}
                with session(found.url, settings) as spark:
                    out = folder / f"spark-{workers}"
                    times(f"Spark, workers: {workers}", partial(by_spark, spark, data, str(out)))
            assert not differing(written(folder / f"spark-{workers}-0"), written(folder / "duck.parquet"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SIZE)
