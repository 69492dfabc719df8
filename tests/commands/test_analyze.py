"""`analyze`: what holds of every case under a policy, on the command line."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.commands.hostile import CONTROLS, policy_file
from tests.commands.running import STEERING, flat, process, run, written
from tests.explain.analysis.shown import POLICY


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy with every kind of finding in it."""
    return written(tmp_path / "small.pl", POLICY)


def test_the_findings_are_printed(policy: Path) -> None:
    """The exit code is 0, whatever is found."""
    result = run("analyze", policy)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "A  two ages at once: can never be met" in result.stdout
    assert "Within these bounds" in result.stdout


def test_json_is_a_document_of_its_own(policy: Path) -> None:
    """Nothing but it is printed."""
    assert json.loads(run("analyze", policy, "--json").stdout)["format"] == "policykb-analysis/1"


def test_a_reading_is_chosen(policy: Path) -> None:
    """It is told; one that the policy does not have is bad input."""
    result = run("analyze", policy, "--reading", "minimum=adult")
    assert "Reading chosen: minimum: adult" in result.stdout
    result = run("analyze", policy, "--reading", "minimm=adult")
    assert (result.exit_code, "did you mean `minimum`?" in result.stderr) == (2, True)


def test_more_rows_widen_the_bounds(policy: Path) -> None:
    """By as many in each list."""
    assert "at most 3 of each: trial, dose" in run("analyze", policy, "--rows", "1").stdout
    assert run("analyze", policy, "--rows", "99").exit_code == 2


def test_the_witnesses_are_written_as_cases_that_pass(policy: Path, tmp_path: Path) -> None:
    """For their owner alone, under the readings that were chosen."""
    folder = tmp_path / "cases"
    result = run("analyze", policy, "--write-cases", folder)
    assert (result.exit_code, result.stderr) == (0, f"{folder}: 1 case written\n")
    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert run("test", folder, "--policy", policy).exit_code == 0
    assert run("test", folder).exit_code == 0
    folder = tmp_path / "others"
    run("analyze", policy, "--write-cases", folder, "--reading", "minimum=adult")
    assert run("test", folder, "--policy", policy, "--reading", "minimum=adult").exit_code == 0


def test_a_file_that_is_there_is_left_alone(policy: Path, tmp_path: Path) -> None:
    """That is told before anything is looked for."""
    there = written(tmp_path / "cases" / "reading-1.case.yaml", "mine")
    result = run("analyze", policy, "--write-cases", there.parent)
    assert (result.exit_code, "error[exists]" in result.stderr, result.stdout) == (2, True, "")
    assert there.read_text("utf-8") == "mine"


def test_what_is_beyond_solving_and_what_is_no_policy_are_bad_input(policy: Path, tmp_path: Path) -> None:
    """With the cause."""
    again = POLICY.replace("twelve(P) :-", "twelve(P) :- twelve(P), old(P).\ntwelve(P) :-")
    result = run("analyze", written(tmp_path / "again.pl", again))
    assert (result.exit_code, "beyond what can be solved for" in flat(result.stderr)) == (2, True)
    result = run("analyze", "lemtrda")
    assert (result.exit_code, "did you mean `lemtrada`?" in result.stderr) == (2, True)


def test_an_edition_is_chosen(policy: Path) -> None:
    """By its name, as everywhere."""
    assert run("analyze", policy, "--edition", "1").exit_code == 0
    assert run("analyze", policy, "--edition", "2").exit_code == 2


def test_hostile_text_steers_no_terminal(tmp_path: Path) -> None:
    """Of a policy or a name of a file, printed or as JSON."""
    odd = policy_file(tmp_path / "\x1b[31m\u202e", CONTROLS)
    for more in ((), ("--json",), ("--write-cases", odd.parent / "cases")):
        result = run("analyze", odd, *more)
        assert result.exit_code == 0
        assert STEERING.search(result.output) is None


def test_a_whole_process_keeps_progress_from_a_pipe(policy: Path) -> None:
    """What is printed can be kept as it is."""
    ran = process("analyze", policy)
    assert (ran.returncode, ran.stderr) == (0, "")
