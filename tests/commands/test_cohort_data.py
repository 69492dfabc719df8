"""The command about the data of cohorts: the template, the check, data made up."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb.cohort.codes import COHORT_CODES
from tests.commands.running import ROOT, STEERING, process, run, written

WRONG = '{"case": "A\\u001b[2J", "reply": 1}\n'


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small cohort in JSON by the line."""
    path = tmp_path_factory.mktemp("cohort") / "members.ndjson"
    assert run("cohort", "--synthetic", "50", "-o", path).exit_code == 0
    return path


@pytest.mark.parametrize("ending", ["parquet", "csv", "ndjson"])
def test_a_template_is_a_cohort_without_faults(ending: str, tmp_path: Path) -> None:
    """The file that it writes has the columns that the check asks for."""
    path = tmp_path / f"template.{ending}"
    assert run("cohort", "--template", "-o", path).exit_code == 0
    result = run("cohort", path)
    assert result.exit_code == 0
    assert "nothing wrong" in result.output


def test_the_template_can_be_read(tmp_path: Path) -> None:
    """On the terminal or in a file, a row for each column with its values."""
    shown = run("cohort", "--template")
    assert "| request_kind | value |" in shown.output
    assert "initial, continuation" in shown.output
    assert run("cohort", "--template", "-o", tmp_path / "columns.md").exit_code == 0
    assert (tmp_path / "columns.md").read_text("utf-8") == shown.output


@pytest.mark.parametrize("ending", ["parquet", "csv", "ndjson"])
def test_a_made_up_cohort_has_no_fault_and_is_its_owners_alone(ending: str, tmp_path: Path) -> None:
    """In every format; and nothing else is left in the folder."""
    path = tmp_path / f"members.{ending}"
    result = run("cohort", "--synthetic", "50", "--seed", "o'clock", "-o", path)
    assert result.exit_code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
    assert "50 rows, nothing wrong" in run("cohort", path).output


def test_fewer_members_are_the_first_of_more(members: Path, tmp_path: Path) -> None:
    """A member is the same however many are asked for."""
    few = tmp_path / "few.ndjson"
    run("cohort", "--synthetic", "20", "-o", few)
    assert few.read_text("utf-8").splitlines() == members.read_text("utf-8").splitlines()[:20]


def test_wrong_data_ends_with_two_and_names_the_row(members: Path, tmp_path: Path) -> None:
    """The column, the row and the value stand in the message, and nothing is written."""
    first, second, *rest = members.read_text("utf-8").splitlines()
    row = {**json.loads(second), "birth_date": "1990-02-30"}
    path = written(tmp_path / "wrong.ndjson", "\n".join([first, json.dumps(row), *rest]))
    result = run("cohort", path)
    assert result.exit_code == 2
    assert "the column `birth_date`" in result.output
    assert "row 2 (case `M-000000001`) has `1990-02-30`" in result.output


def test_lenient_writes_what_it_leaves_out(members: Path, tmp_path: Path) -> None:
    """Each with its row, its column, its value and the reason; as JSON it can be counted on."""
    lines = members.read_text("utf-8").splitlines()
    path, rejects = written(tmp_path / "wrong.ndjson", "\n".join([*lines, lines[0], "{"])), tmp_path / "r.ndjson"
    result = run("cohort", path, "--lenient", "--rejects", rejects, "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert (told["rows"], told["left_out"]) == (52, 3)
    assert rejects.stat().st_mode & 0o777 == 0o600
    found = [json.loads(line) for line in rejects.read_text("utf-8").splitlines()]
    assert {each["row"] for each in found} == {1, 51, 52}
    assert {each["case"] for each in found if each["column"] == "case" and each["case"]} == {"M-000000000"}


def test_no_file_is_written_over(members: Path, tmp_path: Path) -> None:
    """Neither data nor a template nor rejects."""
    before = members.read_bytes()
    for arguments in (
        ("--synthetic", "5", "-o", members),
        ("--template", "-o", members),
        (members, "--lenient", "--rejects", members),
    ):
        result = run("cohort", *arguments)
        assert result.exit_code == 2
        assert "already" in result.output
    assert members.read_bytes() == before


def test_options_that_make_no_sense_together_are_refused(members: Path) -> None:
    """What would do nothing is bad usage."""
    for arguments in (
        (),
        (members, "--template"),
        ("--synthetic", "5"),
        (members, "--lenient"),
        (members, "--rejects", "x"),
        (members, "-o", "x.csv"),
        ("--template", "--keep", "x"),
    ):
        assert run("cohort", *arguments).exit_code == 2, arguments


def test_a_name_without_a_format_and_a_folder_that_is_not_there_are_told(tmp_path: Path) -> None:
    """With the way out, and nothing is left behind."""
    named = run("cohort", "--synthetic", "5", "-o", tmp_path / "members.txt")
    assert named.exit_code == 2
    assert "`.parquet`" in named.output
    placed = run("cohort", "--synthetic", "5", "-o", tmp_path / "none" / "members.csv")
    assert placed.exit_code == 2
    assert "unwritable" in placed.output
    assert list(tmp_path.iterdir()) == []


def test_data_steers_no_terminal(tmp_path: Path) -> None:
    """What cannot be seen stands as its code, also in JSON."""
    path = written(tmp_path / "a.ndjson", WRONG)
    for arguments in ((path,), (path, "--json")):
        assert not STEERING.search(run("cohort", *arguments).output)


def test_the_template_starts_without_the_engine() -> None:
    """Whoever only asks for the columns needs no DuckDB."""
    result = process("cohort", "--template")
    assert result.returncode == 0
    assert result.stderr == ""


def test_every_code_of_a_cohort_is_in_the_reference() -> None:
    """The codes that the source reports are those with a meaning."""
    names = (
        *("check", "connection", "data", "export", "fitting", "job", "plan", "records"),
        *("sources", "spark_decide", "tables"),
    )
    texts = [(ROOT / "kb" / "cohort" / f"{name}.py").read_text("utf-8") for name in names]
    call = re.compile(r'(?:Problem|Check|_?problem|_wrong)\(\s*(?:source, )?\[?"([a-z-]+)"')
    found = {code for text in texts for code in call.findall(text)} | {"not-in-enumeration", "wrong-value"}
    assert found - {"exists", "unwritable"} == set(COHORT_CODES)


def test_an_interrupt_leaves_no_file(tmp_path: Path) -> None:
    """Neither the one that is named nor a part of it, and the program ends as it should."""
    path = tmp_path / "members.parquet"
    started = subprocess.Popen(
        [sys.executable, "-m", "cli", "cohort", "--synthetic", "100000000", "-o", str(path)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # What a shell starts in the background is deaf to an interrupt, and so are its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        while not (parts := list(tmp_path.iterdir())) or not parts[0].stat().st_size:
            assert started.poll() is None
            time.sleep(0.05)
        started.send_signal(signal.SIGINT)
        _, told = started.communicate(timeout=60)
    finally:
        started.kill()
    assert started.returncode == 1
    assert told.strip() == "Aborted!"
    assert list(tmp_path.iterdir()) == []


def test_lines_that_are_no_json_are_told_as_such(tmp_path: Path) -> None:
    """Rather than as a file in which every column is missing."""
    result = run("cohort", written(tmp_path / "members.ndjson", '{"case": "A-1"\n[1]\n'))
    assert result.exit_code == 2
    assert "no line of it is an object of JSON" in result.stderr
    assert "missing-column" not in result.stderr
    assert "it is empty" in run("cohort", written(tmp_path / "nothing.jsonl", "\n")).stderr
