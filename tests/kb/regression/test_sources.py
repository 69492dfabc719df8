"""Where an edition comes from: files, names, editions by name, and revisions of a real git repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kb.problems import ProblemsError
from kb.regression.sources import load_source
from tests.commands.running import written
from tests.support import MS

CHANGED = MS.replace("Months >= 3", "Months >= 6")


def git(folder: Path, *args: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *args], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a policy in a folder: committed, tagged, then changed on disk."""
    folder = tmp_path / "repository"
    written(folder / "policies" / "ms.pl", MS)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "one")
    git(folder, "tag", "v1")
    written(folder / "policies" / "ms.pl", CHANGED)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("POLICYKB_CACHE", str(tmp_path / "cache"))
    return folder


def problem(source: str) -> tuple[str, str, str]:
    """The one problem of a source: its code, its message and its help."""
    with pytest.raises(ProblemsError) as caught:
        load_source(source)
    (only,) = caught.value.problems
    assert only.path == source
    return only.code, only.message, only.help


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("revision", ["HEAD", "main", "v1", "HEAD^{}", "main@{0}"])
def test_a_revision_gives_the_file_as_it_was(revision: str) -> None:
    """By any name of it; the file on disk is another. It shows under the name that was given."""
    policy = load_source(f"{revision}:policies/ms.pl")
    assert policy.program.text == MS
    assert policy.path == f"{revision}:policies/ms.pl"
    assert load_source("policies/ms.pl").program.text == CHANGED


def test_a_revision_is_found_from_a_folder_of_the_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the path from the root, as git itself has it, and by the path from the folder."""
    monkeypatch.chdir(repository / "policies")
    for path in ("policies/ms.pl", "ms.pl", "./ms.pl", "../policies/ms.pl"):
        assert load_source(f"HEAD:{path}").program.text == MS


def test_a_file_of_the_very_name_comes_first(repository: Path) -> None:
    """What is there on disk is what is meant."""
    written(repository / "HEAD:policies" / "ms.pl", CHANGED)
    assert load_source("HEAD:policies/ms.pl").program.text == CHANGED


@pytest.mark.usefixtures("repository")
def test_a_revision_or_a_path_that_is_not_there_is_told_with_help() -> None:
    """What is near it, or what to do about it."""
    assert problem("mian:policies/ms.pl") == ("no-such-revision", "no revision `mian`", "did you mean `main`?")
    code, _, help = problem("0123456789:policies/ms.pl")
    assert (code, "git fetch" in help) == ("no-such-revision", True)
    assert problem("v1:policies/msl.pl") == (
        "no-such-file",
        "no file `policies/msl.pl` in the revision `v1`",
        "did you mean `policies/ms.pl`?",
    )
    assert problem("v1:old/place/ms.pl")[2] == "did you mean `policies/ms.pl`?"
    assert problem("v1:policies")[0] == "no-such-file"


@pytest.mark.parametrize("source", ["--upload-pack=x:a", "-:policies/ms.pl", "--output=stolen:policies/ms.pl", ":a"])
def test_what_looks_like_an_option_is_refused(source: str, repository: Path) -> None:
    """Before git sees it."""
    code, message, _ = problem(source)
    assert (code, message.endswith("is no revision")) == ("no-such-revision", True)
    assert {path.name for path in repository.iterdir()} == {".git", "policies"}


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("source", ["HEAD:--help", "HEAD:$(touch x)", "HEAD; touch x:policies/ms.pl", "HEAD:a\x1b[31m"])
def test_nothing_in_a_source_is_run_or_steers_the_terminal(source: str) -> None:
    """It is looked for as it stands, and is not there."""
    code, message, _ = problem(source)
    assert code.startswith("no-such")
    assert message.isprintable()
    assert not Path("x").exists()


def test_outside_of_a_repository_git_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its own words."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    code, message, _ = problem("HEAD:ms.pl")
    assert code == "no-repository"
    assert message.startswith("git cannot read a repository here: not a git repository")


def test_without_git_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No program of that name is on the path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert problem("HEAD:ms.pl")[:2] == ("no-git", "`git` is not installed")


def test_a_shipped_policy_goes_by_its_name() -> None:
    """As for every command."""
    assert load_source("lemtrada").path == "kb/policies/lemtrada.pl"


def test_what_is_nothing_of_all_this_is_told_with_the_forms() -> None:
    """The name that is near it comes first."""
    code, _, help = problem("lemtrda")
    assert code == "no-such-policy"
    assert help.startswith("did you mean `lemtrada`?")
    assert "`REV:path`" in help


def test_an_edition_goes_by_its_name(tmp_path: Path) -> None:
    """As its file has it: without the end that the next edition gives to it."""
    written(tmp_path / "ms-1.pl", MS)
    written(tmp_path / "ms-2.pl", CHANGED.replace("edition('1'), effective('2024", "edition('2'), effective('2025"))
    first, second = (load_source(f"{tmp_path}@{name}") for name in "12")
    assert (first.program.text, first.vocabulary.header.until) == (MS, None)
    assert second.vocabulary.header.edition == "2"
    with pytest.raises(ProblemsError, match="no edition `3`"):
        load_source(f"{tmp_path}@3")
    told = "`1` from 2024-01-01 to 2024-12-31, `2` from 2025-01-01 on"
    for folder in (f"{tmp_path}", f"{tmp_path}/"):
        found = problem(folder)
        assert found == ("which-edition", "this is a folder of editions", f"write `{tmp_path}@NAME`; editions: {told}")
    (tmp_path / "empty").mkdir()
    assert problem(str(tmp_path / "empty"))[0] == "no-policy-file"


def test_an_error_of_a_policy_of_a_revision_shows_its_line(repository: Path) -> None:
    """Under the name that was given, with the excerpt."""
    written(repository / "policies" / "ms.pl", MS + "broken(P) :- nothing(P).\n")
    git(repository, "commit", "-q", "-a", "-m", "two")
    with pytest.raises(ProblemsError) as caught:
        load_source("HEAD:policies/ms.pl")
    assert "--> HEAD:policies/ms.pl:34:" in str(caught.value)
    assert "broken(P) :- nothing(P)." in str(caught.value)
