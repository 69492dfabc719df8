"""`policykb test` runs suites, tells what failed and why, and writes expectations anew."""

from __future__ import annotations

import json
import os
import shlex
import stat
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from kb.policy import SHIPPED
from tests.commands.running import CASES, ROOT, STEERING, flat, run, written
from tests.commands.suite_files import EXPECT, TABLE, YOUNG, suite
from tests.explain.suite.small import POLICY, RECORD


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite, in the folder that one is in."""
    monkeypatch.chdir(tmp_path)
    return suite(tmp_path)


def test_each_case_has_its_verdict_and_its_outcome_in_a_table(folder: Path) -> None:
    """One that expects nothing is listed, and counted as what it is."""
    result = run("test", "cases", "--policy", "small.pl")
    assert result.exit_code == 2
    for line in (
        "bad input cases/broken.case.yaml",
        "passed proved cases/good.case.yaml",
        "expects nothing proved cases/silent.case.yaml",
        "failed refuted cases/young.case.yaml",
        "4 cases: 1 bad input, 1 passed, 1 expects nothing, 1 failed",
        "verdict: expected proved, actual refuted",
        "NOT MET B.1 old enough",
        "`policykb explain cases/young.case.yaml --policy small.pl` shows the whole proof",
    ):
        assert line in flat(result.stdout)
    assert "`age` wants a whole number, found `old`" in result.stderr


@pytest.mark.parametrize(
    ("names", "code"), [(["good"], 0), (["good", "silent"], 0), (["good", "young"], 1), (["silent"], 2), (["none"], 2)]
)
def test_the_exit_code_tells_the_worst(folder: Path, names: list[str], code: int) -> None:
    """0 all pass, 1 one fails, 2 bad input or no case that expects anything."""
    paths = [f"cases/{name}.case.yaml" for name in names]
    assert run("test", *paths, "--policy", "small.pl").exit_code == code


def test_a_folder_without_a_case_is_bad_input(tmp_path: Path) -> None:
    """The endings are told."""
    result = run("test", tmp_path)
    assert result.exit_code == 2
    assert ".case.yaml" in result.stderr


def test_a_table_with_columns_of_another_policy_is_told_under_which_it_was_read(folder: Path) -> None:
    """Once, and only where no policy was asked for."""
    written(folder / "t.cases.csv", TABLE)
    result = run("test", "t.cases.csv")
    assert result.stderr.count("is not known") == 4
    told = "the table is read under `lemtrada`, and with `--policy POLICY` under another"
    assert flat(result.stderr).count(told) == 1
    written(folder / "t.cases.csv", TABLE.replace("age;", "ages;"))
    assert told not in flat(run("test", "t.cases.csv", "--policy", "small.pl").stderr)


def test_a_table_without_a_row_is_bad_input(folder: Path) -> None:
    """Like a folder without a case."""
    written(folder / "t.cases.csv", TABLE.splitlines()[0])
    result = run("test", "t.cases.csv", "--policy", "small.pl")
    assert result.exit_code == 2
    assert "error[no-cases]: the table has no rows\n --> t.cases.csv\n" in result.stderr
    assert "1 case: 1 bad input" in result.stdout


def test_where_no_case_expects_anything_the_paths_are_named(folder: Path) -> None:
    """Each as it was given; without one, the folder that one is in."""
    result = run("test", "cases/silent.case.yaml", "--policy", "small.pl")
    assert "error[no-expectation]: no case expects anything\n --> cases/silent.case.yaml\n" in result.stderr
    for name in ("good", "young", "broken"):
        (folder / "cases" / f"{name}.case.yaml").unlink()
    for paths, told in (((), [" --> ."]), (("cases", "./cases"), [" --> ./cases", " --> cases"])):
        lines = run("test", *paths, "--policy", "small.pl").stderr.splitlines()
        assert [line for line in lines if line.startswith(" -->")] == told


def test_only_files_of_a_suite_are_found_in_a_folder(folder: Path) -> None:
    """Without a path, the folder that one is in; what is hidden and what is named otherwise is left alone."""
    written(folder / "cases" / "broken.case.yaml", RECORD + EXPECT)
    written(folder / "cases" / "young.case.yaml", RECORD + EXPECT)
    written(folder / ".hidden" / "a.case.yaml", "x")
    written(folder / "other.yaml", "x")
    result = run("test", "--policy", "small.pl")
    assert result.exit_code == 0
    assert "4 cases: 3 passed, 1 expects nothing" in result.stdout


def test_a_case_is_decided_by_the_policy_that_it_names(folder: Path) -> None:
    """A file beside it, a path from it, or a shipped policy; an option goes before all of them."""
    for name, policy in (("a", "small"), ("b", "../small.pl"), ("c", "lemtrada")):
        written(folder / "cases" / f"{name}.case.yaml", f"policy: {policy}\n{RECORD}expect: proved\n")
    written(folder / "cases" / "small.pl", POLICY)
    for name in "ab":
        assert run("test", f"cases/{name}.case.yaml").exit_code == 0
    assert "no key `age`" in flat(run("test", "cases/c.case.yaml").stderr)
    assert "is made for the policy `lemtrada`" in run("test", "cases/c.case.yaml", "--policy", "small.pl").stderr


def test_the_policies_that_decided_are_told(folder: Path) -> None:
    """Once where there is one, else each with the number of its cases; a shipped one by its name."""
    result = run("test", "cases/good.case.yaml", "cases/silent.case.yaml", "--policy", "small.pl")
    assert "\ndecided by small.pl: Small, edition 1\n2 cases: 1 passed, 1 expects nothing\n" in result.stdout
    written(folder / "cases" / "good.case.yaml", f"policy: ../small.pl\n{RECORD}{EXPECT}")
    result = run("test", "cases/good.case.yaml", CASES / "refused-route.case.yaml")
    assert "\n1 case decided by small.pl: Small, edition 1\n1 case decided by lemtrada (shipped): " in result.stdout
    result = run("test", "cases/broken.case.yaml", "--policy", "small.pl")
    assert "decided by" not in result.stdout


def test_a_policy_that_a_case_names_and_that_is_not_there_is_told_at_its_key(folder: Path) -> None:
    """With the file that was looked for, and the option that goes before it."""
    written(folder / "cases" / "good.case.yaml", f"policy: smal\n{RECORD}{EXPECT}")
    result = run("test", "cases/good.case.yaml")
    assert result.exit_code == 2
    for words in (
        "error[no-such-policy]: the case is made for the policy `smal`, and there is no such file or policy\n"
        " --> cases/good.case.yaml:1:9\n",
        "there is no file `cases/smal.pl`",
        "with `--policy POLICY` the case is decided by that one",
    ):
        assert words in result.stderr
    result = run("test", "cases/good.case.yaml", "--policy", "smal.pl")
    assert "the case is made for" not in result.stderr


def test_a_failure_shows_the_whole_command_that_explains_it(folder: Path) -> None:
    """By the policy that the case names, the edition and the readings; it is what a shell takes, and it runs."""
    written(folder / "odd name.pl", POLICY)
    written(folder / "cases" / "young.case.yaml", f"policy: ../odd name.pl\n{YOUNG}{EXPECT}")
    result = run("test", "cases/young.case.yaml", "--edition", "1", "--reading", "adult=eighteen")
    command = "policykb explain cases/young.case.yaml --policy 'odd name.pl' --edition 1 --reading adult=eighteen"
    assert f"`{command}` shows the whole proof." in flat(result.stdout)
    assert "NOT MET B.1 old enough" in flat(run(*shlex.split(command)[1:]).stdout)


def test_a_case_of_another_policy_has_that_one_problem(folder: Path) -> None:
    """Whatever else stands in it; the help says by which policy it would be decided."""
    for name in ("../small.pl", "../called otherwise.pl", "lemtrada", "nowhere"):
        written(folder / "cases" / "good.case.yaml", f"policy: {name}\nbirth: 2000-01-01\n{RECORD}{EXPECT}")
        written(folder / "called otherwise.pl", POLICY)
        result = run("check", "cases/good.case.yaml", "--policy", SHIPPED / "lemtrada.pl")
        assert result.exit_code == 2
        if name == "lemtrada":
            assert "[wrong-policy]" not in result.stderr
            continue
        assert "1 error" in result.stderr
        assert f"is made for the policy `{name}`, and this is `lemtrada`" in result.stderr
        way = {"../small.pl": "small.pl", "nowhere": "POLICY"}.get(name, "'called otherwise.pl'")
        assert f"with `--policy {way}`" in result.stderr


def test_a_case_cannot_have_just_any_file_shown(folder: Path) -> None:
    """What it names as its policy is the file of a policy, or is not read."""
    written(folder / "secret.txt", "word of pass")
    for name in ("../secret.txt", str(folder / "secret.txt"), "secret.txt", "../secret"):
        written(folder / "cases" / "good.case.yaml", f"policy: {name}\n{RECORD}{EXPECT}")
        result = run("test", "cases/good.case.yaml")
        assert result.exit_code == 2
        assert "no such file or policy" in result.stderr
        assert "word of pass" not in result.output


def test_what_a_row_expects_is_checked_at_its_cell(folder: Path) -> None:
    """With its row, its column and a way out; a table with a column that is not known is one problem."""
    written(folder / "t.cases.csv", TABLE.replace("yes;TRUE;none;proved;\nT-2", "yes;TRUE;none;provd;B.9\nT-2"))
    result = run("test", "t.cases.csv", "--policy", "small.pl")
    assert "row 2, column `expect.verdict`: `expect.verdict` wants a verdict, found `provd`" in result.stderr
    assert "row 2, column `expect.not_met`: `expect.not_met` names no section" in result.stderr
    assert "help: did you mean `proved`?" in result.stderr
    written(folder / "t.cases.csv", TABLE.replace("age;", "ages;"))
    result = run("test", "t.cases.csv", "--policy", "small.pl")
    assert result.exit_code == 2
    assert "the column `ages` is not known" in result.stderr
    assert "1 case: 1 bad input" in result.stdout


def test_a_reading_decides_every_case(folder: Path) -> None:
    """And one that the policy does not offer is bad input."""
    young = ("test", "cases/young.case.yaml", "--policy", "small.pl", "--reading")
    assert run(*young, "adult=sixteen").exit_code == 0
    assert run(*young, "adult=eighteen").exit_code == 1
    result = run(*young, "adult=ten")
    assert result.exit_code == 2
    assert "`ten` is no value" in result.stderr


def test_the_results_as_json(folder: Path) -> None:
    """Every case with what differs, and what is wrong."""
    result = run("test", "cases", "--policy", "small.pl", "--json")
    told = json.loads(result.stdout)
    assert told["counts"] == {"bad input": 1, "passed": 1, "expects nothing": 1, "failed": 1}
    cases = {case["name"]: case for case in told["cases"]}
    assert [each["key"] for each in cases["young"]["differences"]] == ["verdict", "not_met"]
    assert cases["broken"]["problems"][0]["code"] == "wrong-type"
    assert cases["young"]["line"] == 8
    schema = json.loads((ROOT / "docs" / "schemas" / "suite.json").read_text("utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(told)) == []


def test_an_update_changes_the_expectation_alone_and_shows_it(folder: Path) -> None:
    """The rest of the file stays, its mode too; a second update has nothing to do."""
    path = folder / "cases" / "young.case.yaml"
    path.chmod(0o640)
    result = run("test", path, "--policy", "small.pl", "--update")
    assert result.exit_code == 0
    expect = 'expect: {"verdict": "refuted", "not_met": ["B.1"]}\n'
    assert path.read_text("utf-8") == f"# kept\n{YOUNG}{expect}# kept as well\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert f"-{EXPECT}+{expect}" in result.stdout
    assert "1 change to review" in result.stdout
    assert run("test", path, "--policy", "small.pl").exit_code == 0
    again = run("test", path, "--policy", "small.pl", "--update")
    assert "0 changes to review" in again.stdout


def test_an_update_gives_an_expectation_to_a_case_without_one(folder: Path) -> None:
    """In full with what is granted and advised."""
    path = folder / "cases" / "silent.case.yaml"
    before = path.read_text("utf-8")
    assert run("test", path, "--policy", "small.pl", "--update", "--full").exit_code == 0
    after = path.read_text("utf-8")
    assert after == before + (
        "\nexpect:\n  verdict: proved\n  not_met: []\n  undocumented: []\n"
        "  grants: [doses(5), 'code(\"J1, or J2\")']\n  advisories: [shot_soon(2023-12-01)]\n"
    )
    assert run("test", path, "--policy", "small.pl").exit_code == 0


def test_an_update_follows_a_link(folder: Path) -> None:
    """The file that it leads to is written, and the link stays."""
    link = folder / "link.case.yaml"
    os.symlink(folder / "cases" / "young.case.yaml", link)
    assert run("test", link, "--policy", "small.pl", "--update").exit_code == 0
    assert link.is_symlink()
    assert "refuted" in (folder / "cases" / "young.case.yaml").read_text("utf-8")


def test_the_rows_of_a_table_are_cases(folder: Path) -> None:
    """Each by its name; a table is not written, and what to type into it is told."""
    written(folder / "t.cases.csv", TABLE)
    result = run("test", "t.cases.csv", "--policy", "small.pl")
    assert result.exit_code == 2
    for line in (
        "passed proved t.cases.csv::T-1",
        "failed refuted t.cases.csv::T-2",
        "nothing refuted t.cases.csv::T-4",
    ):
        assert line in flat(result.stdout)
    assert "row 4, column `requested_on`: `requested_on` wants a date" in result.stderr
    good = TABLE.replace("1/1/2024", "2024-01-01")
    written(folder / "t.cases.csv", good)
    result = run("test", "t.cases.csv", "--policy", "small.pl", "--update")
    assert "row 3: a table is not written; its cells should be" in flat(result.stdout)
    assert "expect.not_met: B.1" in result.stdout
    assert (folder / "t.cases.csv").read_text("utf-8") == good


def test_the_heading_of_a_table_is_made_from_the_policy(folder: Path) -> None:
    """It is a table without a row."""
    result = run("test", "--template", "--policy", "small.pl")
    assert result.stdout == (
        "case,title,requested_on,age,tested.cbc,tested.skin,shot,expect.verdict,expect.not_met,"
        "expect.undocumented,expect.grants,expect.advisories\n"
    )
    assert run("test", "--template", "--policy", "small.pl", "-o", "new.cases.csv").exit_code == 0
    assert (folder / "new.cases.csv").read_text("utf-8") == result.stdout


@pytest.mark.parametrize("options", [["--full"], ["-o", "x"]])
def test_options_that_go_with_others_are_refused_alone(options: list[str]) -> None:
    """As bad usage."""
    assert run("test", *options).exit_code == 2


def test_hostile_text_cannot_steer_a_terminal(folder: Path) -> None:
    """Of a title, of an expectation, of a table's cell and of a file's name."""
    written(folder / "a" / "b\x1b[31m.case.yaml", 'title: "<b>\\u200B"\n' + YOUNG + 'expect: {not_met: ["A"]}\n')
    written(folder / "a" / "c.case.yaml", RECORD + 'expect: {not_met: ["\\u200Bx"]}\n')
    written(folder / "a" / "t.cases.csv", TABLE.replace("T-2", "T\u200b2").replace("\u200b", "\u2060"))
    result = run("test", "a", "--policy", "small.pl")
    assert result.exit_code == 2
    assert not STEERING.search(result.stdout + result.stderr)
    assert "\u2060" not in result.stdout + result.stderr


def test_a_shipped_case_passes() -> None:
    """By the policy that it names; the plugin runs the others."""
    assert run("test", CASES / "refused-route.case.yaml").exit_code == 0


def test_cases_and_rows_are_decided_by_the_edition_of_their_request_date(folder: Path) -> None:
    """Or by the one that is chosen."""
    later = POLICY.replace("edition('1'), effective('2024-01-01')", "edition('2'), effective('2024-06-01')")
    written(folder / "both" / "one.pl", POLICY)
    written(folder / "both" / "two.pl", later.replace("Years >= 18", "Years >= 17"))
    new = YOUNG.replace("2024-01-01", "2024-07-01").replace("S-2", "S-5")
    written(folder / "new" / "old.case.yaml", f"{YOUNG}expect: refuted\n")
    written(folder / "new" / "new.case.yaml", f"{new}expect: proved\n")
    rows = "case,requested_on,age,tested.cbc,tested.skin,expect.verdict,expect.not_met\n"
    rows += "T-1,2024-01-01,17,yes,yes,refuted,B.1\nT-2,2024-07-01,17,yes,yes,proved,\nT-3,,17,yes,yes,proved,\n"
    written(folder / "new" / "t.cases.csv", rows)
    result = run("test", "new", "--policy", "both")
    assert "5 cases: 4 passed, 1 bad input" in result.stdout
    assert "row 4" in result.stderr
    assert "the edition hangs on it" in result.stderr
    result = run("test", "new", "--policy", "both", "--edition", "1")
    outcomes = {line.split()[-1]: line.split()[0] for line in result.stdout.splitlines() if " new/" in line}
    assert outcomes["new/old.case.yaml"] == outcomes["new/t.cases.csv::T-1"] == "passed"
    assert outcomes["new/new.case.yaml"] == outcomes["new/t.cases.csv::T-2"] == "failed"
    assert run("test", "new/new.case.yaml", "--policy", "both", "--edition", "2").exit_code == 0
    assert run("test", "new/new.case.yaml", "--policy", "both", "--edition", "1").exit_code == 1
