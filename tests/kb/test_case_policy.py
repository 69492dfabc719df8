"""Which policy a case is made for: the name of one, or the path of its file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kb.case_policy import is_for, named_source, policy_key
from kb.policy import load_policy
from kb.problems import ProblemsError
from kb.read_case import read_case
from tests.explain.suite.small import POLICY


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of a case, with a policy in the folder above that is not called as its file is."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cases").mkdir()
    (tmp_path / "mine.pl").write_text(POLICY, "utf-8")
    (tmp_path / "broken.pl").write_text(":- policy(small, [", "utf-8")
    return "cases/a.case.yaml"


@pytest.mark.parametrize(
    ("given", "whether"),
    [
        ("small", True),
        ("elsewhere/small.pl", True),
        ("../mine.pl", True),
        ("../mine", True),
        ("mine.pl", False),
        ("../broken.pl", False),
        ("lemtrada", False),
        ("", False),
        ("../mine.pl\0", False),
        ("x" * 5000, False),
    ],
)
def test_a_path_names_a_policy_by_what_its_file_is_called_or_says(case: str, given: str, whether: bool) -> None:
    """Whatever the file is called; a file that is no policy names none, and neither does one that is not there."""
    assert is_for(given, case, "small") is whether


@pytest.mark.parametrize("text", ["case: A\npolicy: {}\nagee: 3\n", "case('A').\npolicy('A', '{}').\nagee('A', 3).\n"])
def test_what_else_is_wrong_with_a_case_of_another_policy_is_not_told(case: str, text: str) -> None:
    """It would all be held against the wrong policy."""
    path = case if text.startswith("case:") else "cases/a.case.pl"
    vocabulary = load_policy("mine.pl").vocabulary
    for given, codes in (("nowhere", ["wrong-policy"]), ("../mine.pl", [])):
        with pytest.raises(ProblemsError) as raised:
            read_case(text.format(given), path, vocabulary)
        found = [each.code for each in raised.value.problems]
        assert found == codes or (not codes and found[0].startswith("unknown-"))


def test_a_case_names_a_file_by_the_path_from_its_folder(case: str, tmp_path: Path) -> None:
    """From where a link leads to; what a case cannot name by a path keeps the name of the policy."""
    assert policy_key("mine.pl", "small", Path("cases")) == "../mine.pl"
    assert policy_key(str(tmp_path / "mine.pl"), "small", Path("not/there/yet")) == "../../../mine.pl"
    assert policy_key("mine.pl", "small", Path()) == "mine.pl"
    (tmp_path / "far" / "cases").mkdir(parents=True)
    os.symlink("far/cases", tmp_path / "link")
    assert policy_key("mine.pl", "small", Path("link")) == "../../mine.pl"
    (tmp_path / "mine.txt").write_text(POLICY, "utf-8")
    (tmp_path / "a\x1bb.pl").write_text(POLICY, "utf-8")
    for source in ("lemtrada", "cases", "mine.txt", "mine.pl@1", "a\x1bb.pl"):
        assert policy_key(source, "small", Path("cases")) == "small"


def test_the_source_of_a_policy_is_told_as_short_as_it_can_be(case: str, tmp_path: Path) -> None:
    """But through a link, where another file would be meant."""
    assert named_source("../mine.pl", case) == "mine.pl"
    assert named_source("lemtrada", case) == "lemtrada"
    assert named_source("../nowhere", case) == "cases/../nowhere.pl"
    (tmp_path / "far" / "cases").mkdir(parents=True)
    (tmp_path / "far" / "mine.pl").write_text(POLICY, "utf-8")
    os.symlink("far/cases", tmp_path / "link")
    assert named_source("../mine.pl", "link/a.case.yaml") == "link/../mine.pl"
