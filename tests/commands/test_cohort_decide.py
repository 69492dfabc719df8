"""The command that decides a cohort: the folder, the summary in its faces, what is left of a run that is killed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from tests.commands.running import ROOT, STEERING, run, written
from tests.explain.test_schemas import faults

COUNT = 120


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small cohort in JSON by the line, the first member with a name that would steer a terminal."""
    path = tmp_path_factory.mktemp("cohort") / "members.ndjson"
    assert run("cohort", "--synthetic", str(COUNT), "-o", path).exit_code == 0
    return written(path, path.read_text("utf-8").replace("M-000000000", "\\u001b[2J<b>x"))


@pytest.fixture(scope="module")
def outcome(members: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """The folder, what was printed, and the page."""
    folder = tmp_path_factory.mktemp("out")
    result = run("cohort", members, "-o", folder / "decided", "--html", folder / "page.html")
    assert result.exit_code == 0, result.output
    assert f"{COUNT} members decided" in result.stderr
    return folder / "decided", result.stdout, (folder / "page.html").read_text("utf-8")


def test_every_member_is_decided_and_the_summary_adds_up(outcome: tuple[Path, str, str]) -> None:
    """The verdicts that are printed are those of the rows."""
    folder, printed, _ = outcome
    found = duckdb.connect().execute(f"SELECT verdict, count(*) FROM '{folder}/*.parquet' GROUP BY 1").fetchall()
    assert sum(count for _, count in found) == COUNT
    for verdict, count in found:
        assert re.search(rf"^  {verdict} +{count} ", printed, re.M)


def test_the_summary_fits_in_100_columns_and_steers_nothing(outcome: tuple[Path, str, str]) -> None:
    """It is piped into files and mails."""
    _, printed, _ = outcome
    assert not [line for line in printed.splitlines() if len(line) > 100]
    assert not STEERING.search(printed)
    assert "Clause 1, request for initial course: " in printed


def test_the_summary_as_json_keeps_to_its_schema(members: Path, tmp_path: Path) -> None:
    """And its readings are those that were chosen."""
    result = run("cohort", members, "-o", tmp_path / "out", "--json", "--reading", "dose_edge=inside")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert faults("cohort", told) == []
    assert told["readings"]["dose_edge"] == "inside"
    assert sum(told["verdicts"].values()) == told["members"] == COUNT
    for each in told["statuses"]:
        assert each["met"] + each["not_met"] + each["undocumented"] == COUNT


def test_the_rows_that_are_left_out_are_written_and_counted(members: Path, tmp_path: Path) -> None:
    """As when the data is only checked."""
    data = written(tmp_path / "wrong.ndjson", members.read_text("utf-8") + '{"case": 5}\n{"case": 5}\n')
    out, rejects = tmp_path / "out", tmp_path / "rejects.ndjson"
    refused = run("cohort", data, "-o", out)
    assert refused.exit_code == 2
    assert not out.exists()
    result = run("cohort", data, "-o", out, "--lenient", "--rejects", rejects)
    assert result.exit_code == 0
    assert f"{COUNT} members, 2 rows left out" in result.stdout
    assert len(rejects.read_text("utf-8").splitlines()) == 2


def test_what_is_no_address_of_spark_is_told(members: Path, tmp_path: Path) -> None:
    """Before anything is read, and whether Spark is installed or not."""
    for master in ("nonsense", "local[x", "spark://host", "spark:// host:7077"):
        result = run("cohort", members, "-o", tmp_path / "out", "--engine", "spark", "--master", master)
        assert result.exit_code == 2
        assert "this is no address of Spark" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_options_without_a_folder_are_refused(members: Path, tmp_path: Path) -> None:
    """What would do nothing is bad usage."""
    for arguments in (
        (members, "--wide"),
        (members, "--resume"),
        (members, "--html", "x.html"),
        (members, "--reading", "dose_edge=inside"),
        ("--synthetic", "5", "--rows", "3", "-o", tmp_path / "x.csv"),
        (members, "-o", tmp_path / "out", "--html", tmp_path / "page.txt"),
        (members, "-o", tmp_path / "out", "--reading", "no=such"),
        (members, "--engine", "spark"),
        (members, "-o", tmp_path / "out", "--master", "local[1]"),
        (members, "-o", tmp_path / "out", "--engine", "spark", "--resume"),
        (members, "-o", tmp_path / "out", "--engine", "spark", "--rows", "5"),
        (members, "-o", tmp_path / "out", "--engine", "polars"),
    ):
        assert run("cohort", *arguments).exit_code == 2, arguments
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_killed_can_go_on(tmp_path: Path) -> None:
    """However it ends, there is no folder of the name; an interrupt says how to go on."""
    data, out = tmp_path / "members.parquet", tmp_path / "out"
    assert run("cohort", "--synthetic", "20000", "-o", data).exit_code == 0
    left = tmp_path / "out.unfinished"
    for how in (signal.SIGKILL, signal.SIGINT):
        arguments = ["cohort", str(data), "-o", str(out), "--rows", "2000"]
        arguments += ["--resume"] if how is signal.SIGINT else []
        before = len(list(left.glob("part-*"))) if left.exists() else 0
        started = subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            # What a shell starts in the background is deaf to an interrupt, and so are its children.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        while len(list(left.glob("part-*"))) <= before:
            assert started.poll() is None
            time.sleep(0.02)
        started.send_signal(how)
        _, told = started.communicate(timeout=60)
        assert not out.exists()
        if how is signal.SIGINT:
            assert started.returncode == 1, told
            assert "--resume goes on" in told
    result = run("cohort", data, "-o", out, "--rows", "2000", "--resume")
    assert result.exit_code == 0, result.output
    assert duckdb.connect().execute(f"SELECT count(DISTINCT \"case\") FROM '{out}/*.parquet'").fetchall() == [(20000,)]
    assert not left.exists()


def test_what_another_reading_changes_is_shown(members: Path) -> None:
    """As text in 100 columns, and as JSON by its schema; the examples steer no terminal."""
    arguments = ("cohort", members, "--against-reading", "relapse_window=request", "--reading", "dose_edge=inside")
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    assert "After: Lemtrada (alemtuzumab), Molina Healthcare, edition 2024; relapse_window = request" in result.stdout
    assert not [line for line in result.stdout.splitlines() if len(line) > 100]
    told = json.loads(run(*arguments, "--json").stdout)
    assert faults("cohort-difference", told) == []
    assert told["after"]["readings"]["dose_edge"] == "inside"
    assert re.search(rf"{told['flipped']} verdicts? flips?; something changes for {told['changed']}\.", result.stdout)
    assert sum(each["members"] for each in told["verdicts"]) == COUNT


def test_another_edition_is_a_file_or_a_name(members: Path, tmp_path: Path) -> None:
    """The file need not be of the same edition; a name that is none is told."""
    text = (ROOT / "kb" / "policies" / "lemtrada.pl").read_text("utf-8")
    file = written(tmp_path / "stricter.pl", text.replace("Score > 3.5", "Score > 3.0"))
    result = run("cohort", members, "--against", file)
    assert result.exit_code == 0, result.output
    assert f"{COUNT} members" in result.stdout
    assert run("cohort", members, "--against", "2024").exit_code == 0
    assert "no such file or policy" in run("cohort", members, "--against", "2031").stderr
    assert run("cohort", members, "--against", "2024", "--against-reading", "no=such").exit_code == 2


def test_a_comparison_writes_nothing(members: Path, tmp_path: Path) -> None:
    """What it would not heed is refused."""
    for arguments in (("-o", tmp_path / "out"), ("--keep", "x"), ("--wide",), ("--html", tmp_path / "x.html")):
        assert run("cohort", members, "--against", "2024", *arguments).exit_code == 2, arguments
    assert run("cohort", "--against", "2024", "--synthetic", "4", "-o", tmp_path / "x.csv").exit_code == 2
    assert list(tmp_path.iterdir()) == []
