"""The command that tries whether a suite would notice a mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.running import STEERING, run, written
from tests.explain.suite.test_mutation import FULL, POLICY

CASE = "case: {name}\npolicy: clinic\nrequested_on: 2024-01-01\n{record}expect: {expect}\n"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy and a suite beside it."""
    for name, age, verdict in (("grown", 18, "proved"), ("young", 17, "refuted")):
        record = FULL.replace("20", str(age))
        written(tmp_path / "suite" / f"{name}.case.yaml", CASE.format(name=name, record=record, expect=verdict))
    return written(tmp_path / "clinic.pl", POLICY)


def test_survivors_are_listed_and_the_exit_code_says_so(policy: Path) -> None:
    """1 where some survive, 0 where none does."""
    suite = policy.parent / "suite"
    some = run("mutate", policy, "--suite", suite, "--only", "threshold")
    assert some.exit_code == 1
    assert "2 cases kill 2 of 4 mutants (50.0 percent)" in some.output
    assert some.output.count("survived ") == 2
    written(suite / "one.case.yaml", CASE.format(name="one", record=FULL.replace(", beta", ""), expect="refuted"))
    paths = [argument for path in sorted(suite.iterdir()) for argument in ("--suite", path)]
    none = run("mutate", policy, *paths, "--only", "count-changed", "--only", "unit-changed", "--jobs", "2")
    assert (none.exit_code, none.output.splitlines()[-1]) == (0, "3 cases kill all 2 mutants")


def test_a_share_of_the_mutants_can_be_enough(policy: Path) -> None:
    """`--fail-under` alone decides then, also where all would have to be killed."""
    arguments = ("mutate", policy, "--suite", policy.parent / "suite", "--only", "threshold", "--fail-under")
    assert run(*arguments, "50").exit_code == 0
    assert run(*arguments, "50.1").exit_code == 1
    assert run(*arguments, "101").exit_code == 2


def test_the_cases_that_are_written_are_decided_by_the_policy_that_they_were_written_for(policy: Path) -> None:
    """A file is named by its path from the folder of the cases, whatever it is called."""
    mine = written(policy.parent / "of mine" / "called otherwise.pl", POLICY)
    for folder in (policy.parent / "deep" / "grown", mine.parent):
        assert run("suite", mine, "-o", folder, "--only", "count-changed").exit_code == 0
        found = run("test", folder)
        assert (found.exit_code, f"decided by {mine}: " in found.stdout) == (0, True), found.output
    folder = policy.parent / "killers"
    run("mutate", mine, "--suite", policy.parent / "suite", "--only", "threshold", "--write-cases", folder)
    assert 'policy: "../of mine/called otherwise.pl"\n' in next(folder.iterdir()).read_text("utf-8")
    assert run("test", folder).exit_code == 0
    found = run("mutate", policy, "--suite", folder, "--only", "threshold", "--no-search")
    assert "wrong-policy" not in found.output


@pytest.mark.parametrize(
    ("command", "name", "into", "code"),
    [
        ("mutate", "old-enough-threshold-2.case.yaml", "out", "exists"),
        ("mutate", "of-a-person.case.yaml", "out", ""),
        ("mutate", "of-a-person.case.yaml", "out/of-a-person.case.yaml/deeper", "unwritable"),
        ("suite", "of-a-person.case.yaml", "out", "exists"),
        ("suite", "of-a-person.case.yaml", "out/of-a-person.case.yaml", "unwritable"),
    ],
)
def test_a_folder_that_cannot_be_written_into_is_told_before_the_search(
    policy: Path, command: str, name: str, into: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case of another name than the search gives is in nobody's way, where cases are added to a suite."""
    written(policy.parent / "out" / name, "mine")

    def searched(*args: object) -> None:
        raise LookupError

    monkeypatch.setattr("explain.suite.mutation.mutate", searched)
    monkeypatch.setattr("explain.suite.grow.grow", searched)
    options = ("-o",) if command == "suite" else ("--suite", policy.parent / "suite", "--write-cases")
    if not code:
        with pytest.raises(LookupError):
            run(command, policy, *options, policy.parent / into)
        return
    found = run(command, policy, *options, policy.parent / into)
    assert (found.exit_code, f"error[{code}]" in found.stderr) == (2, True)


def test_the_json_lists_every_mutant(policy: Path) -> None:
    """With the cases and readings that it was held against."""
    found = run("mutate", policy, "--suite", policy.parent / "suite", "--reading", "adult=sixteen", "--json")
    assert found.exit_code == 2, "grown and young are both old enough under the other reading"
    found = run("mutate", policy, "--suite", policy.parent / "suite", "--only", "threshold", "--json")
    document = json.loads(found.output)
    assert document["format"] == "policykb-mutants/1"
    assert document["readings"] == {"adult": "eighteen"}
    assert [each["killed_by"] is None for each in document["mutants"]] == [False, False, True, True]


def test_a_suite_that_fails_without_any_mistake_is_bad_input(policy: Path) -> None:
    """The case is named, and so is one that cannot be read."""
    suite = policy.parent / "suite"
    written(suite / "wrong.case.yaml", CASE.format(name="wrong", record=FULL, expect="refuted"))
    written(suite / "worse.case.yaml", "case: worse\nagee: 3\n")
    found = run("mutate", policy, "--suite", suite)
    assert found.exit_code == 2
    assert "case `wrong` fails under the policy itself: verdict: expected refuted, found proved" in found.output
    assert "unknown-key" in found.output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--suite", "suite", "--only", "treshold"), "unknown-operator"),
        (("--suite", "nowhere"), "unreadable-file"),
        (("--suite", "empty"), "no-cases"),
        (("--suite", "suite", "--reading", "adult=ten"), "unknown-reading-value"),
    ],
)
def test_bad_input_has_its_problem(
    policy: Path, arguments: tuple[str, ...], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator, a suite or a reading that there is not."""
    (policy.parent / "empty").mkdir()
    monkeypatch.chdir(policy.parent)
    found = run("mutate", "clinic.pl", *arguments)
    assert found.exit_code == 2
    assert f"[{code}]" in found.output


def test_a_policy_cannot_steer_the_terminal(policy: Path) -> None:
    """What a policy says is shown with what cannot be seen escaped."""
    hostile = POLICY.replace("amount(5).", r'amount("\x1b\[2J\x202e\"). amount("b").')
    written(policy, hostile)
    found = run("mutate", policy, "--suite", policy.parent / "suite", "--only", "fact-dropped")
    assert found.exit_code == 1
    assert "becomes: nothing" in found.output
    assert r"\x1b\[2J" in found.output
    assert not STEERING.search(found.output)
