"""`diff`: two editions held against each other on the command line, as files and as revisions."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from kb.policy import build_policy
from kb.read_case import load_case
from tests.commands.hostile import CONTROLS, case_file, policy_file
from tests.commands.running import STEERING, flat, process, run, written
from tests.support import FULL, MS

QUICK = "--no-meaning"


@pytest.fixture
def editions(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Two editions that differ in one threshold, and a folder with a case that flips and one that does not."""
    old, new = written(tmp_path / "old.pl", MS), written(tmp_path / "new.pl", MS.replace("Months >= 3", "Months >= 6"))
    written(tmp_path / "cases" / "flips.case.yaml", FULL)
    written(tmp_path / "cases" / "stays.case.yaml", FULL.replace("A-1", "B-2").replace("hiv: false", "hiv: true"))
    return old, new, tmp_path / "cases"


def test_the_text_has_a_summary_and_the_parts_that_were_asked_for(editions: tuple[Path, Path, Path]) -> None:
    """The exit code is 0, whatever the difference."""
    old, new, cases = editions
    result = run("diff", old, new, "--cases", cases, QUICK)
    assert result.exit_code == 0
    assert "threshold 3 becomes 6 (`Months >= 3` → `Months >= 6`)" in result.stdout
    assert "1 flips: 1 from proved to refuted at A; in 1 that stays a criterion or a grant changes." in flat(
        result.stdout
    )
    assert "By meaning" not in result.stdout
    assert "By effect" not in run("diff", old, new, QUICK).stdout


def test_a_flip_fails_where_that_is_asked_for(editions: tuple[Path, Path, Path]) -> None:
    """And only a flip: a changed criterion, or a change of the text alone, does not."""
    old, new, cases = editions
    assert run("diff", old, new, "--cases", cases, "--fail-on-flip", QUICK).exit_code == 1
    stays = cases / "stays.case.yaml"
    assert run("diff", old, new, "--cases", stays, "--fail-on-flip", QUICK).exit_code == 0
    assert run("diff", old, old, "--cases", cases, "--fail-on-flip", QUICK).exit_code == 0


def test_a_case_that_cannot_be_compared_is_told_and_does_not_fail(editions: tuple[Path, Path, Path]) -> None:
    """It is counted apart."""
    old, new, cases = editions
    bad = written(cases / "bad.yaml", "case: C\n\x1b: 1\n")
    result = run("diff", old, new, "--cases", cases, "--cases", bad, QUICK)
    assert result.exit_code == 0
    assert "cannot be compared" in flat(result.stdout)
    assert STEERING.search(result.stdout) is None


def test_cases_that_are_not_there_or_cannot_be_compared_are_no_cases_that_stay(
    editions: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    """A gate on flips would stay open for ever after a folder is renamed."""
    old, new, cases = editions
    missing = run("diff", old, new, "--cases", tmp_path / "case", QUICK)
    assert (missing.exit_code, "no such file or directory" in missing.stderr) == (2, True)
    bad = written(tmp_path / "bad.yaml", "case: C\nnothing: 1\n")
    assert run("diff", old, new, "--cases", bad, QUICK).exit_code == 2
    stays = cases / "stays.case.yaml"
    result = run("diff", old, new, "--cases", stays, "--cases", bad, "--fail-on-flip", QUICK)
    assert (result.exit_code, result.stderr) == (2, "Error: a case cannot be decided under both editions\n")
    assert run("diff", old, new, "--cases", cases, "--cases", bad, "--fail-on-flip", QUICK).exit_code == 1


def test_the_meaning_is_compared_by_default(editions: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """Its witnesses are written as case files that the two editions decide differently."""
    old, new, _ = editions
    result = run("diff", old, new, "--write-cases", tmp_path / "witnesses")
    assert result.exit_code == 0
    assert "The new edition is less permissive" in result.stdout
    assert "Within these bounds" in result.stdout
    files = sorted((tmp_path / "witnesses").iterdir())
    assert f"{tmp_path / 'witnesses'}: {len(files)} cases written" in result.stderr
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    first = tmp_path / "witnesses" / "witness-1.case.yaml"
    assert first.read_text("utf-8").startswith("# A  eligible: proved to ")
    policy = build_policy(MS.encode(), "old.pl")
    assert [str(load_case(path, policy.vocabulary).id.value) for path in files] == [
        path.name.partition(".")[0] for path in files
    ]
    found = json.loads(run("diff", old, new, "--cases", tmp_path / "witnesses", "--json", QUICK).stdout)
    assert "witness-1" in {each["case"]["id"] for each in found["effect"]["flips"]}
    assert found["effect"]["not_comparable"] == []
    assert '\npolicy: "../new.pl"\n' in first.read_text("utf-8")
    assert all(each["outcome"] == "expects nothing" for each in suite_of(tmp_path / "witnesses"))


def suite_of(folder: Path) -> list[dict[str, object]]:
    """The cases of a folder, each decided by the policy that it names."""
    found: list[dict[str, object]] = json.loads(run("test", folder, "--json").stdout)["cases"]
    return found


def test_a_policy_beyond_solving_has_the_other_parts_all_the_same(
    editions: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    """It says so; only where witnesses are to be written is it bad input."""
    old, _, cases = editions
    rule = "clear(P), again(P).\nagain(P) :- lesions(P).\nagain(P) :- again(P), disabled(P)."
    new = written(tmp_path / "again.pl", MS.replace("step(P), clear(P).", f"step(P), {rule}"))
    result = run("diff", old, new, "--cases", cases)
    assert result.exit_code == 0
    assert "the comparison by meaning is left out" in result.stderr
    assert "Of 2 cases all keep the verdict." in result.stdout
    assert run("diff", old, new, "--write-cases", tmp_path / "witnesses").exit_code == 2


def test_a_file_that_is_there_is_left_alone(
    editions: tuple[Path, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no other is written; that is told before anything is compared."""
    old, new, _ = editions
    monkeypatch.setattr("kb.regression.meaning.compare", None)
    there = written(tmp_path / "witnesses" / "witness-1.case.yaml", "mine")
    result = run("diff", old, new, "--write-cases", there.parent)
    assert (result.exit_code, "error[exists]" in result.stderr) == (2, True)
    assert [path.read_text("utf-8") for path in there.parent.iterdir()] == ["mine"]


def test_json_is_a_document_of_its_own(editions: tuple[Path, Path, Path]) -> None:
    """Nothing but it is printed."""
    old, new, cases = editions
    told = json.loads(run("diff", old, new, "--cases", cases, "--json", QUICK).stdout)
    assert told["format"] == "policykb-difference/1"
    assert told["meaning"] is None


def test_a_page_is_written_for_its_owner_alone(editions: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """The summary is told; `--json` can go with it."""
    old, new, cases = editions
    page = tmp_path / "page.html"
    result = run("diff", old, new, "--cases", cases, "-o", page, QUICK)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith(f"{page}: The editions differ in 1 threshold, in A.")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert json.loads(run("diff", old, new, "-o", page, "--json", QUICK).stdout)["effect"] is None


def test_a_reading_is_chosen_for_both_editions(editions: tuple[Path, Path, Path]) -> None:
    """It is told; one that neither has is bad input."""
    old, new, cases = editions
    result = run("diff", old, new, "--cases", cases, "--reading", "window=trial", QUICK)
    assert "Reading chosen: window: trial" in result.stdout
    result = run("diff", old, new, "--reading", "windw=trial", QUICK)
    assert (result.exit_code, "neither edition has a reading `windw`" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--fail-on-flip",), "--fail-on-flip needs --cases"),
        (("--write-cases", "x", QUICK), "--write-cases writes what the comparison by meaning finds"),
        (("-o", "x.txt", QUICK), "`x.txt` does not end in .html"),
        (("--cases", "", QUICK), "the name of a case is empty"),
    ],
)
def test_bad_usage_is_told(args: tuple[str, ...], message: str, editions: tuple[Path, Path, Path]) -> None:
    """Before anything is compared."""
    result = run("diff", *editions[:2], *args)
    assert (result.exit_code, message in flat(result.stderr)) == (2, True)


def test_what_is_wrong_with_both_editions_is_told_together(tmp_path: Path) -> None:
    """With the places in both files."""
    bad = written(tmp_path / "bad.pl", MS + "broken(P) :- nothing(P).\n")
    result = run("diff", bad, "lemtrda")
    assert result.exit_code == 2
    assert f"{bad}:34:" in result.stderr
    assert "did you mean `lemtrada`?" in result.stderr


def test_a_revision_is_compared_with_what_is_on_disk(editions: tuple[Path, Path, Path]) -> None:
    """From the folder of the repository, as on a pull request."""
    old, new, cases = editions
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for args in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run(["git", *who, *args], cwd=old.parent, check=True, capture_output=True)
    old.write_text(new.read_text("utf-8"), "utf-8")
    folder = os.getcwd()
    try:
        os.chdir(old.parent)
        result = run("diff", "main:old.pl", "old.pl", "--cases", cases, "--fail-on-flip", QUICK)
    finally:
        os.chdir(folder)
    assert result.exit_code == 1
    assert "(main:old.pl)" in flat(result.stdout)


def test_hostile_text_steers_no_terminal(tmp_path: Path) -> None:
    """Of a policy, a case or a name of a file, printed or as JSON."""
    odd = tmp_path / "\x1b[31m\u202e"
    old, new = policy_file(odd / "a", CONTROLS), policy_file(odd / "b", f"other {CONTROLS}")
    case = case_file(odd, "plain", "a\x07.yaml")
    for more in ((), ("--json",), ("-o", odd / "page.html")):
        result = run("diff", old, new, "--cases", case, QUICK, *more)
        assert result.exit_code == 0
        assert STEERING.search(result.output) is None


def test_a_whole_process_keeps_progress_from_a_pipe(editions: tuple[Path, Path, Path]) -> None:
    """What is printed can be posted as it is."""
    old, new, cases = editions
    ran = process("diff", old, new, "--cases", cases, QUICK)
    assert (ran.returncode, ran.stderr) == (0, "")
