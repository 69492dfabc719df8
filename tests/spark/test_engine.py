"""`policykb cohort --engine spark`: the folder that DuckDB would write."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from kb.cohort import spark_decide
from kb.cohort.spark import write
from tests.commands.running import run
from tests.spark.alike import in_order, written
from tests.spark.cluster import ENVIRONMENT, Cluster

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up members in four files, with a column that the policy does not have."""
    folder = tmp_path_factory.mktemp("engine")
    assert run("cohort", "--synthetic", "400", "--seed", "engine", "-o", folder / "all.parquet").exit_code == 0
    (folder / "members").mkdir()
    kept = """*, hash("case")::VARCHAR AS "a `kept` one\""""
    for number in range(4):
        rows = f"SELECT {kept} FROM '{folder}/all.parquet' LIMIT 100 OFFSET {number * 100}"
        duckdb.connect().execute(f"COPY ({rows}) TO '{folder}/members/{number}.parquet' (FORMAT parquet)")
    return folder / "members"


@pytest.fixture
def address(two_workers: Cluster, monkeypatch: pytest.MonkeyPatch) -> str:
    """The cluster's, and what its workers can hold."""
    for key, value in ENVIRONMENT.items():
        monkeypatch.setenv(key, value)
    return two_workers.url


def manifest(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return {key: value for key, value in told.items() if key != "parts"}


@pytest.mark.parametrize("wide", [[], ["--wide"]])
def test_spark_writes_what_duckdb_writes(wide: list[str], data: Path, address: str, tmp_path: Path) -> None:
    """Rows, manifest and summary are the same, what is kept with them; only the order of the rows is Spark's."""
    ours, theirs = tmp_path / "spark", tmp_path / "duckdb"
    options = ["--keep", "a `kept` one", "--reading", "minimum_age=adult", *wide]
    by_spark = run("cohort", data, "-o", ours, *options, "--engine", "spark", "--master", address)
    by_duckdb = run("cohort", data, "-o", theirs, *options)
    assert by_spark.exit_code == by_duckdb.exit_code == 0, by_spark.output
    assert by_spark.stdout == by_duckdb.stdout
    assert manifest(ours) == manifest(theirs)
    rows = written(ours)
    assert len(rows) == 400
    assert rows == in_order(written(theirs))
    assert {row["clause"] for row in rows} == {1, 2}
    assert {stat.S_IMODE(each.stat().st_mode) for each in ours.iterdir()} == {0o600}
    assert stat.S_IMODE(ours.stat().st_mode) == 0o700
    assert sorted(each.name for each in ours.iterdir())[:2] == ["manifest.json", "part-00001.parquet"]
    assert not list(tmp_path.glob("*.unfinished"))


def test_what_is_wrong_leaves_no_folder(data: Path, address: str, tmp_path: Path) -> None:
    """Values outside an enumeration are told as ever, and a format that Spark is not given."""
    wrong, lines, out = tmp_path / "wrong.parquet", tmp_path / "members.ndjson", tmp_path / "out"
    rows = f"SELECT * EXCLUDE (\"a `kept` one\") REPLACE ('odd' AS request_kind) FROM '{data}/0.parquet'"
    duckdb.connect().execute(f"COPY ({rows}) TO '{wrong}' (FORMAT parquet)")
    assert run("cohort", "--synthetic", "5", "-o", lines).exit_code == 0
    for file, code in ((wrong, "not-in-enumeration"), (lines, "no-cohort")):
        result = run("cohort", file, "-o", out, "--engine", "spark", "--master", address)
        assert result.exit_code == 2
        assert f"error[{code}]" in result.stderr
    assert not list(tmp_path.glob("out*"))


def test_nobody_is_a_cohort_as_well(address: str, tmp_path: Path) -> None:
    """A file without a row has a folder without a member."""
    empty, out = tmp_path / "empty.parquet", tmp_path / "out"
    assert run("cohort", "--template", "-o", empty).exit_code == 0
    result = run("cohort", empty, "-o", out, "--engine", "spark", "--master", address, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["members"] == 0


def test_a_member_without_a_row_is_no_success(
    data: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a machine writes to a disk of its own: what is there is not the cohort."""

    def lost(frame: DataFrame, out: str, data: str) -> None:
        write(frame, out, data)
        next(Path(out).glob("part-*.parquet")).unlink()

    monkeypatch.setattr(spark_decide, "write", lost)
    result = run(
        "cohort", data, "-o", tmp_path / "out", "--keep", "a `kept` one", "--engine", "spark", "--master", address
    )
    assert result.exit_code == 2
    assert "error[members-missing]" in result.stderr
    assert not list(tmp_path.iterdir())
