"""What the tests on Spark share: a cluster of two workers, and a session on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from kb.cohort.spark import require_spark, session
from tests.spark.cluster import ENVIRONMENT, Cluster, cluster

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A master and two workers; without Java or PySpark the tests fail, and are never skipped."""
    require_spark()
    with pytest.MonkeyPatch.context() as patch:
        for key, value in ENVIRONMENT.items():
            patch.setenv(key, value)
        with cluster(tmp_path_factory.mktemp("cluster"), 2) as found:
            yield found


@pytest.fixture(scope="session")
def spark(two_workers: Cluster) -> Iterator[SparkSession]:
    """A session on the cluster, with an executor on each worker."""
    settings = {"spark.executor.memory": "700m", "spark.driver.host": "127.0.0.1"}
    with session(two_workers.url, settings) as found:
        yield found
