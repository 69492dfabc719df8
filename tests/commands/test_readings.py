"""`--reading`: an ambiguity of the policy decided otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kb.policy import load_policy
from kb.read_case import load_case
from tests.commands.running import CASES, REFUSAL, run

BIRTHDAY = CASES / "boundary-17th-birthday.case.yaml"


def expected() -> Iterator[tuple[str, str, str, str]]:
    """Each boundary case with a reading that turns its verdict: name, verdict, reading, other verdict."""
    vocabulary = load_policy().vocabulary
    for path in sorted(CASES.glob("boundary-*.case.yaml")):
        expect: Any = load_case(path, vocabulary).expect
        for reading, verdict in (expect.get("readings") or {}).items():
            if verdict != expect["verdict"]:
                yield path.name, expect["verdict"], reading, verdict


TURNED = list(expected())


@pytest.mark.parametrize(("name", "default", "reading", "other"), TURNED, ids=[f"{n}-{r}" for n, _, r, _ in TURNED])
def test_a_reading_turns_the_verdict(name: str, default: str, reading: str, other: str) -> None:
    """A case on the edge is decided one way by default and the other way under another reading."""
    assert json.loads(run("check", "--json", CASES / name).stdout)["verdict"] == default
    found = json.loads(run("check", "--json", "--reading", reading, CASES / name).stdout)
    assert found["verdict"] == other
    chosen, _, value = reading.partition("=")
    assert found["readings"][chosen] == value


def test_most_readings_turn_some_boundary_case() -> None:
    """The cases above are not a handful by accident."""
    assert len(TURNED) >= 10
    assert len({reading for _, _, reading, _ in TURNED}) >= 7


def test_a_reading_that_was_chosen_is_told() -> None:
    """Who sees the verdict sees under which reading it holds; a default goes without saying."""
    result = run("check", "--reading", "minimum_age=adult", BIRTHDAY)
    assert result.exit_code == 1
    assert "Reading chosen: minimum age: adult\n" in result.stdout
    assert "Reading chosen" not in run("check", "--reading", "minimum_age=seventeen", BIRTHDAY).stdout


def test_a_reading_holds_for_every_command_about_a_case() -> None:
    """The verdict that `query`, `explain` and `shell` give is that of `check`."""
    chosen = ("--reading", "minimum_age=adult")
    assert run("query", "eligible(P)", BIRTHDAY, *chosen).exit_code == 1
    assert run("explain", BIRTHDAY, *chosen).exit_code == 1
    assert "NOT MET" in run("shell", BIRTHDAY, *chosen, input="eligible(P)\n").stdout


def test_several_readings_are_chosen_together() -> None:
    """The option may be given several times, also twice the same."""
    chosen = ("--reading", "minimum_age=adult", "--reading", "edss_over=risen", "--reading", "minimum_age=adult")
    found = json.loads(run("check", "--json", BIRTHDAY, *chosen).stdout)
    assert (found["readings"]["minimum_age"], found["readings"]["edss_over"]) == ("adult", "risen")


@pytest.mark.parametrize(
    ("reading", "message", "hint"),
    [
        ("minimumage=adult", "no reading `minimumage`", "did you mean `minimum_age`?"),
        ("zzz=adult", "no reading `zzz`", "readings of this policy: attestation,"),
        ("minimum_age=adlt", "`adlt` is no value of the reading `minimum_age`", "values: seventeen, adult"),
        ("minimum_age", "`minimum_age` is not NAME=VALUE", "check --help"),
        ("=adult", "`=adult` is not NAME=VALUE", "check --help"),
        ("minimum_age=", "`minimum_age=` is not NAME=VALUE", "check --help"),
    ],
)
def test_a_wrong_reading_is_refused_with_a_hint(reading: str, message: str, hint: str) -> None:
    """Nothing is decided under a reading that the policy does not offer."""
    result = run("check", REFUSAL, "--reading", reading)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert hint in result.stderr


@pytest.mark.parametrize("command", [("query", "eligible(P)"), ("explain",), ("shell",)])
def test_every_command_refuses_a_wrong_reading(command: tuple[str, ...]) -> None:
    """In the same words as `check`."""
    wrong = (REFUSAL, "--reading", "minimum_age=adlt")
    result = run(*command, *wrong, input="eligible(P)\n")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", run("check", *wrong).stderr)


def test_two_values_for_one_reading_are_refused() -> None:
    """Neither would be what was meant."""
    result = run("check", REFUSAL, "--reading", "minimum_age=adult", "--reading", "minimum_age=seventeen")
    assert (result.exit_code, "`minimum_age` is chosen twice" in result.stderr) == (2, True)
