"""The same cohort by Spark and by DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from kb.case import Case
from kb.cohort.bases import bases
from kb.cohort.duck import run, statement
from kb.cohort.quoting import text
from kb.cohort.spark import decided
from kb.cohort.synthetic import synthetic
from kb.policy import Policy
from tests.kb.cohort.cohort_files import rows_of
from tests.kb.cohort.engines import load

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def cohort_of(policy: Policy, cases: Sequence[Case], file: Path, more: int = 0) -> Path:
    """A file of Parquet with the cases as members, and so many made-up ones more."""
    with duckdb.connect() as engine:
        engine.execute("SET threads = 2")
        load(engine, policy, cases)
        members = "SELECT * FROM cohort"
        if more:
            members += f" UNION ALL BY NAME {synthetic(policy, 'spark', 0, more, bases(policy))}"
        engine.execute(f"COPY ({members}) TO {text(str(file))} (FORMAT parquet)")
    return file


def made_up(policy: Policy, folder: Path, files: int, members: int) -> Path:
    """A folder with so many files of so many made-up members each."""
    folder.mkdir()
    like = bases(policy)
    with duckdb.connect() as engine:
        engine.execute("SET threads = 2")
        for number in range(files):
            select = synthetic(policy, "spark", number * members, (number + 1) * members, like)
            engine.execute(f"COPY ({select}) TO {text(str(folder / f'{number:03}.parquet'))} (FORMAT parquet)")
    return folder


def by_duckdb(
    policy: Policy, data: Path, readings: Mapping[str, str] | None = None, wide: bool = True
) -> list[dict[str, Any]]:
    """A row for each member, in the order of their cases."""
    pattern = data / "*.parquet" if data.is_dir() else data
    with duckdb.connect() as engine:
        engine.execute("SET threads = 2")
        engine.execute(f"CREATE VIEW cohort AS SELECT * FROM {text(str(pattern))}")
        names = [row[0] for row in engine.execute("DESCRIBE cohort").fetchall()]
        if wide:
            _, query = statement(policy, readings, names)
            # Under an order DuckDB plans for minutes, so the rows are put in order here.
            return in_order(rows_of(engine.execute(query)))
        out = data.parent / "by-duckdb.parquet"
        run(policy, readings, engine, str(out))
        return written(out)


def by_spark(
    spark: SparkSession, policy: Policy, data: Path, readings: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """A row for each member, a truth for each status, in the order of their cases."""
    frame, _ = decided(policy, readings, spark, str(data), wide=True)
    return in_order([row.asDict() for row in frame.collect()])


def written(data: Path) -> list[dict[str, Any]]:
    """The rows of a file or folder of Parquet, in the order of their cases."""
    pattern = data / "*.parquet" if data.is_dir() else data
    with duckdb.connect() as engine:
        return in_order(rows_of(engine.execute(f"SELECT * FROM {text(str(pattern))}")))


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows in the order of their cases."""
    return sorted(rows, key=lambda row: str(row["case"]))


def differing(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[str]:
    """Where two results differ, a line each."""
    if [row["case"] for row in ours] != [row["case"] for row in theirs]:
        return [f"{len(ours)} members are not the {len(theirs)}"]
    return [
        f"{one['case']}: {key} is {one.get(key)} by Spark, {value} by DuckDB"
        for one, other in zip(ours, theirs, strict=True)
        for key, value in other.items()
        if one.keys() != other.keys() or one[key] != value
    ]
