"""`policykb cohort --engine spark`: the folder that DuckDB would write."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from kb.cohort import spark_decide
from kb.cohort.data import Cohort
from kb.cohort.job import STAGED
from kb.cohort.slices import stage
from kb.cohort.spark import write
from tests.commands.running import ROOT, run
from tests.spark.alike import in_form, in_order, written
from tests.spark.cluster import ENVIRONMENT, Cluster

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


KEPT = "a `kept` one"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up members in four files, with a column that the policy does not have."""
    folder = tmp_path_factory.mktemp("engine")
    assert run("cohort", "--synthetic", "400", "--seed", "engine", "-o", folder / "all.parquet").exit_code == 0
    (folder / "members").mkdir()
    kept = f'*, hash("case")::VARCHAR AS "{KEPT}"'
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


@pytest.mark.sampled(2)
@pytest.mark.parametrize("form", ["csv", "ndjson", "tables", "texts"])
def test_every_form_of_data_is_decided_as_by_duckdb(
    form: str, data: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Spark would read otherwise is written for it, for its owner alone, and nothing of that is left."""
    members, ours, theirs = in_form(form, data, tmp_path), tmp_path / "spark", tmp_path / "duckdb"
    modes: list[int] = []

    def heard(cohort: Cohort, staged: Path) -> None:
        stage(cohort, staged)
        modes.append(stat.S_IMODE(staged.stat().st_mode))

    monkeypatch.setattr(spark_decide, "stage", heard)
    by_spark = run("cohort", members, "-o", ours, "--keep", KEPT, "--engine", "spark", "--master", address)
    assert by_spark.exit_code == 0, by_spark.output
    assert modes == [0o600]
    by_duckdb = run("cohort", members, "-o", theirs, "--keep", KEPT)
    assert by_spark.stdout == by_duckdb.stdout
    assert manifest(ours) == manifest(theirs)
    rows = written(ours)
    assert rows == in_order(written(theirs))
    assert len(rows) == 400
    told = {each.name for each in ours.iterdir()}
    assert told == {"manifest.json", *(each.name for each in ours.glob("part-?????.parquet"))}
    assert not list(tmp_path.glob("*.unfinished"))
    assert run("cohort", data, "-o", tmp_path / "plain", "--keep", KEPT).exit_code == 0
    assert rows == in_order(written(tmp_path / "plain"))


@pytest.mark.parametrize("wide", [[], ["--wide"]])
def test_spark_writes_what_duckdb_writes(wide: list[str], data: Path, address: str, tmp_path: Path) -> None:
    """Rows, manifest and summary are the same, what is kept with them; only the order of the rows is Spark's."""
    ours, theirs = tmp_path / "spark", tmp_path / "duckdb"
    options = ["--keep", KEPT, "--reading", "minimum_age=adult", *wide]
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
    """Values outside an enumeration are told as ever."""
    wrong, out = tmp_path / "wrong.parquet", tmp_path / "out"
    rows = f"SELECT * EXCLUDE (\"{KEPT}\") REPLACE ('odd' AS request_kind) FROM '{data}/0.parquet'"
    duckdb.connect().execute(f"COPY ({rows}) TO '{wrong}' (FORMAT parquet)")
    result = run("cohort", wrong, "-o", out, "--engine", "spark", "--master", address)
    assert result.exit_code == 2
    assert "error[not-in-enumeration]" in result.stderr
    assert not list(tmp_path.glob("out*"))


def test_nobody_is_a_cohort_as_well(address: str, tmp_path: Path) -> None:
    """A file without a row has a folder without a member."""
    empty, out = tmp_path / "empty.parquet", tmp_path / "out"
    assert run("cohort", "--template", "-o", empty).exit_code == 0
    result = run("cohort", empty, "-o", out, "--engine", "spark", "--master", address, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["members"] == 0


@pytest.mark.parametrize("form", ["parquet", "ndjson"])
def test_a_member_without_a_row_is_no_success(
    form: str, data: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a machine writes to a disk of its own: what is there is not the cohort, and nothing of it stays."""
    members, out = data if form == "parquet" else in_form(form, data, tmp_path), tmp_path / "out"
    staged = out.with_name("out.unfinished") / STAGED

    def lost(frame: DataFrame, out: str, data: str) -> None:
        write(frame, out, data)
        assert staged.exists() == (form != "parquet")
        next(Path(out).glob("part-*.parquet")).unlink()

    monkeypatch.setattr(spark_decide, "write", lost)
    result = run("cohort", members, "-o", out, "--keep", KEPT, "--engine", "spark", "--master", address)
    assert result.exit_code == 2
    assert "error[members-missing]" in result.stderr
    assert not list(tmp_path.glob("out*"))


def test_rows_with_a_fault_are_left_out_as_by_duckdb(data: Path, address: str, tmp_path: Path) -> None:
    """The same rows, with the same file of them; of Parquet too, whose right rows alone Spark is given."""
    wrong, rejects = tmp_path / "wrong", {"spark": tmp_path / "spark.ndjson", "duckdb": tmp_path / "duckdb.ndjson"}
    wrong.mkdir()
    odd = "CASE WHEN hash(\"case\") % 10 = 0 THEN 'odd' ELSE request_kind END AS request_kind"
    for number in range(3):
        rows = f"SELECT * REPLACE ({odd}) FROM '{data}/{min(number, 1)}.parquet'"
        duckdb.connect().execute(f"COPY ({rows}) TO '{wrong}/{number}.parquet' (FORMAT parquet)")
    results = {}
    where: dict[str, tuple[str, ...]] = {"spark": ("--master", address), "duckdb": ()}
    for engine, more in where.items():
        lenient = ("--keep", KEPT, "--lenient", "--rejects", rejects[engine])
        results[engine] = run("cohort", wrong, "-o", tmp_path / engine, *lenient, "--engine", engine, *more)
        assert results[engine].exit_code == 0, results[engine].output
    ours, theirs = results["spark"], results["duckdb"]
    assert ours.stdout == theirs.stdout
    assert ours.stderr.replace("spark", "duckdb") == theirs.stderr
    assert rejects["spark"].read_bytes() == rejects["duckdb"].read_bytes()
    assert 200 < len(rejects["spark"].read_text("utf-8").splitlines()) < 250
    assert manifest(tmp_path / "spark") == manifest(tmp_path / "duckdb")
    left = written(tmp_path / "spark")
    assert 50 < len(left) < 100
    assert left == in_order(written(tmp_path / "duckdb"))
    assert not list(tmp_path.glob("*.unfinished"))


def test_where_spark_fails_nothing_of_the_members_is_left(data: Path, address: str, tmp_path: Path) -> None:
    """Here at a column whose type it does not have, in a cohort that was written for it, with a row left out."""
    wrong = tmp_path / "wrong.parquet"
    odd = "CASE WHEN row_number() OVER () = 1 THEN 'odd' ELSE request_kind END AS request_kind"
    rows = f"SELECT * EXCLUDE (\"{KEPT}\") REPLACE ({odd}), TIME '10:00:00' AS hour FROM '{data}/0.parquet'"
    duckdb.connect().execute(f"COPY ({rows}) TO '{wrong}' (FORMAT parquet)")
    lenient = ("--lenient", "--rejects", tmp_path / "rejects.ndjson")
    on_spark = ("--engine", "spark", "--master", address)
    result = run("cohort", wrong, "-o", tmp_path / "out", "--keep", "hour", *lenient, *on_spark)
    assert result.exit_code == 2
    assert "the engine says: [UNSUPPORTED_TIME_TYPE]" in result.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["rejects.ndjson", "wrong.parquet"]


def test_an_interrupt_leaves_nothing_of_the_members(address: str, tmp_path: Path) -> None:
    """In the middle of Spark's work, on members that were written for it."""
    data, left = tmp_path / "members.ndjson", tmp_path / "out.unfinished"
    assert run("cohort", "--synthetic", "20000", "-o", data).exit_code == 0
    started = subprocess.Popen(
        [sys.executable, "-m", "cli", "cohort", data, "-o", tmp_path / "out", "--engine", "spark", "--master", address],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # What a shell starts in the background is deaf to an interrupt, and so are its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        while not list(left.glob("spark/_temporary/0/_temporary/*/*.parquet")):
            assert started.poll() is None
            time.sleep(0.02)
        assert (left / STAGED).exists()
        started.send_signal(signal.SIGINT)
        _, told = started.communicate(timeout=120)
    finally:
        started.kill()
    assert started.returncode == 1
    assert told.rstrip().endswith("Aborted!")
    assert "--resume" not in told
    assert list(tmp_path.iterdir()) == [data]
