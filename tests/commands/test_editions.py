"""Editions on the command line: each case by its own, or all by the one that is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.running import REFUSAL, run
from tests.editions import SHORTER, case_on, folder_of, lemtrada, small

SHORT = (("2023-06-01", "2023-03-01"), ("[2023-05-01, ", "[2023-02-01, "))


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """Two editions; only the later one is content with a trial of two months."""
    return folder_of(tmp_path / "policies", a=small("old", "2024-01-01"), b=small("new", "2024-02-01", "", SHORTER))


def case(path: Path, day: str) -> Path:
    """A case with a trial of two months."""
    text = case_on(path, day).read_text("utf-8")
    for old, new in SHORT:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """A case for each edition, one before both, and one without a date."""
    folder = tmp_path / "cases"
    case(folder / "a-old.yaml", "2024-01-31")
    case(folder / "b-new.yaml", "2024-02-01")
    case(folder / "c-early.yaml", "2023-12-31")
    case(folder / "d-undated.yaml", "")
    return folder


def test_each_case_of_a_folder_is_decided_by_its_own_edition(policies: Path, cases: Path) -> None:
    """One whose date leads to none is bad input, and hides no other."""
    result = run("check", cases, "--policy", policies)
    verdicts = [line.split()[0] for line in result.stdout.splitlines()[1:5]]
    assert (verdicts, result.exit_code) == (["refuted", "proved", "bad", "bad"], 2)
    assert "no-edition-in-force" in result.stderr
    assert "no-request-date" in result.stderr
    found = json.loads(run("check", cases, "--policy", policies, "--json").stdout)
    assert [each["policy"]["edition"] for each in found] == ["old", "new"]
    assert [each["cautions"] for each in found] == [[], []]


def test_an_edition_that_is_named_decides_every_case(policies: Path, cases: Path) -> None:
    """What was not in force on the day is cautioned of, in a report, in JSON and under a table."""
    result = run("check", cases, "--policy", policies, "--edition", "old")
    assert result.stdout.split("\n\n")[1].splitlines() == [
        "4 cases: 4 refuted",
        "Caution: b-new.yaml: the request comes after this edition ended, on 2024-01-31",
        "Caution: c-early.yaml: the request comes before this edition took effect, on 2024-01-01",
    ]
    after = "the request comes after this edition ended, on 2024-01-31"
    new = cases / "b-new.yaml"
    assert f"Caution: {after}" in run("check", new, "--policy", policies, "--edition", "old").stdout
    for command in (("check",), ("query", "step(P)"), ("repair",)):
        told = json.loads(run(*command, new, "--json", "--policy", policies, "--edition", "old").stdout)
        about = told["cases"][0] if "cases" in told else told
        assert about["cautions"] == [after], command


def test_the_only_edition_is_cautioned_of_outside_its_time(policies: Path, cases: Path) -> None:
    """One file is chosen by its name; the case is decided, and nobody can miss that the edition was not in force."""
    result = run("check", cases / "c-early.yaml", "--policy", policies / "a.pl")
    assert result.exit_code == 1
    assert "Caution: the request comes before this edition took effect, on 2024-01-01" in result.stdout


@pytest.mark.parametrize(
    "command",
    [("explain",), ("explain", "--core"), ("explain", "--goal", "step(P)"), ("query", "step(P)"), ("repair",)],
    ids=" ".join,
)
def test_every_command_about_a_case_takes_its_edition(command: tuple[str, ...], policies: Path, cases: Path) -> None:
    """By its date, or by name; a case without an edition is an error that teaches."""
    old, new = cases / "a-old.yaml", cases / "b-new.yaml"
    codes = {"repair": (0, 0)}.get(command[0], (1, 0))
    assert run(*command, old, "--policy", policies).exit_code == codes[0]
    assert run(*command, new, "--policy", policies).exit_code == codes[1]
    outputs = [run(*command, each, "--policy", policies).stdout for each in (old, new)]
    named = run(*command, old, "--policy", policies, "--edition", "new").stdout
    assert outputs[0] != outputs[1]
    assert named.splitlines()[-1] == outputs[1].splitlines()[-1]
    early = run(*command, cases / "c-early.yaml", "--policy", policies)
    assert (early.exit_code, early.stdout) == (2, "")
    assert "editions: `old` from 2024-01-01 to 2024-01-31, `new` from 2024-02-01 on" in early.stderr
    assert run(*command, old, "--policy", policies, "--edition", "older").exit_code == 2


def test_what_if_and_pages_take_the_edition(policies: Path, cases: Path, tmp_path: Path) -> None:
    """Both proofs of what if are by one edition; an index names them all."""
    new = cases / "b-new.yaml"
    told = run("explain", new, "--drop", "lesions", "--policy", policies)
    assert told.exit_code != 2, told.stderr
    assert "edition new" in told.stdout
    assert run("explain", cases, "-o", tmp_path / "pages", "--policy", policies).exit_code == 2
    index = (tmp_path / "pages" / "index.html").read_text("utf-8")
    assert "edition old, new" in index
    assert "edition new" in (tmp_path / "pages" / "b-new.yaml.html").read_text("utf-8")
    assert "edition old" in (tmp_path / "pages" / "a-old.yaml.html").read_text("utf-8")


def test_a_redacted_error_shows_nothing_of_the_case(policies: Path, cases: Path) -> None:
    """The date that leads to no edition stands in the file, which stays unnamed."""
    for command in (("check",), ("explain",), ("repair",), ("query", "step(P)"), ("explain", "--drop", "lesions")):
        result = run(*command, cases / "c-early.yaml", "--policy", policies, "--redact")
        assert result.exit_code == 2
        assert "no-edition-in-force" in result.stderr
        assert "c-early" not in result.stderr


def test_a_packet_says_by_which_edition_it_is_made_again(policies: Path, cases: Path) -> None:
    """The command in it names the edition that was named."""
    from commands.packet import again

    told = again("c.yaml", "p.yaml", "o.html", None, False, "policies", "old", ())
    assert told[-4:] == ["--policy", "policies", "--edition", "old"]
    assert "--edition" not in again("c.yaml", "p.yaml", "o.html", None, False, "policies", None, ())


@pytest.mark.parametrize("command", ["trace", "new", "schema"])
def test_a_command_without_a_case_asks_for_the_edition(command: str, policies: Path) -> None:
    """No date says which one is meant."""
    result = run(command, "--policy", policies)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "which-edition" in result.stderr
    assert run(command, "--policy", policies, "--edition", "old").exit_code == 0


def test_the_shell_takes_one_edition(policies: Path, cases: Path) -> None:
    """What is asked there is asked of all cases at once."""
    old = cases / "a-old.yaml"
    assert run("shell", old, "--policy", policies, input="").exit_code == 2
    told = run("shell", old, "--policy", policies, "--edition", "new", input="eligible(P)\n")
    assert told.stdout.splitlines()[-2].startswith("met") or "met" in told.stdout


def test_lint_of_a_folder_checks_the_editions_together(policies: Path) -> None:
    """Each file for itself, and whether they can stand side by side."""
    assert run("lint", policies).exit_code == 0
    folder_of(policies, c=small("third", "2024-02-01"))
    result = run("lint", policies)
    assert (result.exit_code, "editions-overlap" in result.stdout) == (2, True)


def test_a_reading_is_held_against_the_edition_of_each_case(policies: Path, cases: Path) -> None:
    """A value that one edition offers may be none of another's."""
    wider = ("reading(window, request, [trial]", "reading(window, request, [trial, year]")
    folder_of(policies, b=small("new", "2024-02-01", "", SHORTER, wider))
    result = run("check", cases, "--policy", policies, "--reading", "window=year")
    assert "unknown-reading-value" in result.stderr
    assert [line.split()[0] for line in result.stdout.splitlines()[1:3]] == ["bad", "proved"]


def test_a_goal_that_no_edition_has_is_bad_input(policies: Path, cases: Path) -> None:
    """And nothing is answered."""
    result = run("query", "stop(P)", cases / "a-old.yaml", "--policy", policies)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "undefined-predicate" in result.stderr


def test_two_editions_of_the_shipped_policy(tmp_path: Path) -> None:
    """The example is refuted by both, for another reason once two months are enough."""
    text = lemtrada("2024b", "2024-06-01", ("Months >= 3", "Months >= 2"))
    folder = folder_of(tmp_path / "policies", a=lemtrada("2024", "2024-01-01"), b=text)
    assert "not met: A.3 and PRESCRIBER" in run("check", REFUSAL, "--no-repair", "--policy", folder).stdout
    old = run("check", REFUSAL, "--no-repair", "--policy", folder, "--edition", "2024").stdout
    assert "not met: A.2, A.3 and PRESCRIBER" in old
