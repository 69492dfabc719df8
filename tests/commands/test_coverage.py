"""The command `coverage`: its faces, its exit codes, its suites."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.running import APPROVAL, EXAMPLES, STEERING, changed, flat, run, written
from tests.explain.suite.small import POLICY, RECORD


def test_a_suite_is_a_folder_or_files() -> None:
    """The examples by their folder, and one of them by its name."""
    every, one = run("coverage", EXAMPLES), run("coverage", APPROVAL)
    assert every.exit_code == one.exit_code == 0
    assert "3 cases in 3 runs" in every.output
    assert "1 case in 1 run" in one.output


def test_a_reading_with_its_verdict_is_a_run(tmp_path: Path) -> None:
    """And the reading is covered by it."""
    text = APPROVAL.read_text("utf-8").partition("\nexpect:")[0]
    case = written(
        tmp_path / "one.case.yaml", f"{text}\nexpect: {{verdict: proved, readings: {{minimum_age=adult: proved}}}}\n"
    )
    found = run("coverage", case, "--all")
    assert "1 case in 2 runs" in found.output
    assert f"`minimum_age` adult: {case} with minimum_age=adult".replace(" ", "") in found.output.replace(
        "\n", ""
    ).replace(" ", "")


def test_too_little_coverage_ends_with_1() -> None:
    """And just enough with 0."""
    percent = json.loads(run("coverage", EXAMPLES, "--json").output)["percent"]
    assert run("coverage", EXAMPLES, "--fail-under", str(percent - 0.01)).exit_code == 0
    less = run("coverage", EXAMPLES, "--fail-under", str(percent + 0.01))
    assert less.exit_code == 1
    assert "is covered" in less.stderr


def test_a_bad_case_ends_with_2_and_hides_no_other(tmp_path: Path) -> None:
    """Every problem of the suite is told, and no coverage, which would be wrong."""
    for name in ("a", "b"):
        changed(APPROVAL, tmp_path, ("request_kind: initial", f"request_kind: {name}"), name=f"{name}.case.yaml")
    found = run("coverage", tmp_path)
    assert found.exit_code == 2
    assert "`a`" in found.stderr
    assert "`b`" in found.stderr
    assert found.stdout == ""


def test_a_case_of_another_policy_is_told_with_the_option_that_names_it(tmp_path: Path) -> None:
    """For coverage is of one policy, whatever the cases name."""
    policy = written(tmp_path / "small.pl", POLICY)
    case = written(tmp_path / "suite" / "s.case.yaml", f"policy: ../small.pl\n{RECORD}")
    found = run("coverage", case)
    assert (found.exit_code, found.stderr.count("error[")) == (2, 1)
    assert f"it is decided by the policy that it names with `--policy {policy}`" in found.stderr
    assert run("coverage", case, "--policy", policy).exit_code == 0


def test_an_empty_folder_ends_with_2(tmp_path: Path) -> None:
    """For it covers nothing."""
    assert run("coverage", tmp_path).exit_code == 2


def test_the_page_is_written_to_a_folder_of_its_own(tmp_path: Path) -> None:
    """For its owner alone, under the name of the policy."""
    found = run("coverage", EXAMPLES, "--html", tmp_path / "made" / "here")
    file = tmp_path / "made" / "here" / "lemtrada.html"
    assert found.exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert flat(found.stderr).endswith("lemtrada.html: written")
    assert "Coverage: " in file.read_text("utf-8")


def test_json_is_all_that_is_printed() -> None:
    """So that a program can read it."""
    assert json.loads(run("coverage", APPROVAL, "--json").stdout)["format"] == "policykb-coverage/1"


def test_the_name_of_a_file_steers_no_terminal(tmp_path: Path) -> None:
    """In any face."""
    case = written(tmp_path / "\x1b[31m.case.yaml", APPROVAL.read_text("utf-8"))
    for option in ("--all", "--json"):
        assert not STEERING.search(run("coverage", case, option).output)
