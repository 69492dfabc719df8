"""The installed package is a plugin of pytest: in anyone's repository the cases of a suite are tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.commands.running import STEERING, written
from tests.commands.suite_files import EXPECT, TABLE, YOUNG, suite
from tests.explain.suite.small import RECORD

SETTINGS = """
[pytest]
addopts = --strict-config --strict-markers --import-mode=importlib
filterwarnings = error
policykb_policy = small.pl
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with a suite, and settings as strict as ours."""
    written(tmp_path / "pytest.ini", SETTINGS)
    return suite(tmp_path)


def pytest_in(folder: Path, *args: str) -> tuple[int, str]:
    """The exit code and the output of pytest, run in a folder."""
    command = [sys.executable, "-m", "pytest", "--no-header", "-p", "no:hypothesispytest", *args]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return found.returncode, found.stdout + found.stderr


def test_the_plugin_imports_nothing_of_ours_before_there_is_a_case() -> None:
    """It is loaded by every pytest on the machine."""
    code = "import policykb_pytest, sys; print({'kb', 'explain', 'commands', 'rich', 'ruamel'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_cases_of_a_suite_are_tests(folder: Path) -> None:
    """A failure shows expected against actual and why, and no traceback; a file that cannot be read fails."""
    code, output = pytest_in(folder, "-v", "--junitxml=report.xml")
    assert code == 1
    assert "cases/good.case.yaml::good PASSED" in output
    assert "cases/young.case.yaml::young FAILED" in output
    assert "cases/broken.case.yaml::broken FAILED" in output
    assert "2 failed, 1 passed" in output
    assert "silent" not in output
    assert "verdict: expected proved, actual refuted" in output
    assert "NOT MET B.1  old enough" in output
    assert "error[wrong-type]: `age` wants a whole number, found `old`" in output
    assert "Traceback" not in output
    assert "pytest_items.py" not in output
    cases = list(ElementTree.parse(folder / "report.xml").iter("testcase"))
    assert {case.get("name") for case in cases} == {"good", "young", "broken"}
    failed = {case.get("name") for case in cases if case.find("failure") is not None}
    assert failed == {"young", "broken"}


def test_cases_are_chosen_and_rerun_like_any_test(folder: Path) -> None:
    """By name, by their address, by what failed last; and the first failure can end the run."""
    assert "1 passed, 2 deselected" in pytest_in(folder, "-k", "good")[1]
    assert "1 passed" in pytest_in(folder, "cases/good.case.yaml::good")[1]
    assert "1 failed" in pytest_in(folder, "-x")[1]
    pytest_in(folder)
    code, output = pytest_in(folder, "--lf", "-v")
    assert code == 1
    assert "2 failed" in output
    assert "good" not in output


def test_cases_run_in_several_processes(folder: Path) -> None:
    """With the rows of a table among them."""
    written(folder / "t.cases.csv", TABLE)
    code, output = pytest_in(folder, "-n", "2", "-v")
    assert code == 1
    assert "4 failed, 2 passed" in output
    assert "row 4, column `requested_on`: `requested_on` wants a date, found `1/1/2024`" in output
    assert "PASSED t.cases.csv::T-1" in output
    assert "FAILED t.cases.csv::T-2" in output
    assert "T-4" not in output


@pytest.mark.parametrize("processes", [[], ["-n", "2"]])
def test_an_update_writes_the_expectations_and_shows_what_it_changed(folder: Path, processes: list[str]) -> None:
    """Of every case, one without an expectation too; then all of them pass."""
    (folder / "cases" / "broken.case.yaml").unlink()
    code, output = pytest_in(folder, "--policy-update", *processes)
    assert code == 0
    expect = 'expect: {"verdict": "refuted", "not_met": ["B.1"]}\n'
    assert (folder / "cases" / "young.case.yaml").read_text("utf-8") == f"# kept\n{YOUNG}{expect}# kept as well\n"
    assert (folder / "cases" / "good.case.yaml").read_text("utf-8") == RECORD + EXPECT
    assert "expectations written anew" in output
    assert f"-{EXPECT}+{expect}" in output
    assert "+  verdict: proved" in output
    assert "2 changes to review" in output
    code, output = pytest_in(folder)
    assert code == 0
    assert "3 passed" in output


def test_options_go_before_the_settings(folder: Path) -> None:
    """The policy and the readings; what is not known is told for each case."""
    young = "cases/young.case.yaml"
    assert pytest_in(folder, young, "--policy-reading", "adult=sixteen")[0] == 0
    written(folder / "pytest.ini", f"{SETTINGS}policykb_readings =\n    adult=sixteen\n")
    assert pytest_in(folder, young)[0] == 0
    assert pytest_in(folder, young, "--policy-reading", "adult=eighteen")[0] == 1
    code, output = pytest_in(folder, young, "--policy", "lemtradda")
    assert code == 1
    assert "did you mean `lemtrada`?" in output
    code, output = pytest_in(folder, young, "--policy-reading", "adult")
    assert code == 4
    assert "--policy-reading: 'adult' is not NAME=VALUE" in output
    assert "`ten` is no value" in pytest_in(folder, young, "--policy-reading", "adult=ten")[1]
    written(folder / "pytest.ini", f"{SETTINGS}policykb_readings =\n    adult\n")
    code, output = pytest_in(folder, young)
    assert code == 4
    assert "policykb_readings in pytest.ini: 'adult' is not NAME=VALUE" in output


def test_a_case_names_its_policy_where_nothing_is_given(folder: Path) -> None:
    """By its path from the case."""
    written(folder / "pytest.ini", SETTINGS.replace("policykb_policy = small.pl", ""))
    written(folder / "cases" / "good.case.yaml", f"policy: ../small.pl\n{RECORD}{EXPECT}")
    assert pytest_in(folder, "cases/good.case.yaml")[0] == 0
    written(folder / "cases" / "young.case.yaml", f"policy: ../small.pl\n{YOUNG}{EXPECT}")
    output = pytest_in(folder, "cases/young.case.yaml", "--policy-reading", "adult=eighteen")[1]
    assert "`policykb explain cases/young.case.yaml --policy small.pl --reading adult=eighteen` shows" in output


def test_hostile_files_fail_without_steering_a_terminal(folder: Path) -> None:
    """Bytes that are no text, a title that spells what cannot be seen, names that look like addresses."""
    (folder / "cases" / "bytes.case.yaml").write_bytes(b"\xff\xfe\x00expect")
    written(folder / "cases" / "young.case.yaml", 'title: "<b>\\u200B]]>"\n' + YOUNG + EXPECT)
    written(folder / "t.cases.csv", TABLE.replace("T-2", "a::b[c]").replace("T-1", "a::b[c]"))
    code, output = pytest_in(folder, "-v", "--junitxml=report.xml")
    assert code == 1
    assert "error[encoding]" in output
    assert "t.cases.csv::a:b(c) PASSED" in output
    assert "t.cases.csv::a:b(c)-row-3 FAILED" in output
    assert not STEERING.search(output)
    assert ElementTree.parse(folder / "report.xml").getroot().tag == "testsuites"
