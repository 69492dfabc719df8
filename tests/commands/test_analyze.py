"""The command that analyses a policy without any case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.running import run, written
from tests.explain.suite.test_mutation import POLICY


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A small policy with a reading."""
    return written(tmp_path / "clinic.pl", POLICY)


def test_the_analysis_is_told_and_its_cases_pass(policy: Path) -> None:
    """The text names the bounds, and the cases of the readings hold when they are run as a suite."""
    folder = policy.parent / "cases"
    found = run("analyze", policy, "--write-cases", folder)
    assert found.exit_code == 0
    assert "1900" in found.output
    assert list(folder.glob("*.case.yaml"))
    assert run("test", folder, "--policy", policy).exit_code == 0


def test_the_analysis_is_json_too(policy: Path) -> None:
    """For other programs, with the format and its number."""
    found = run("analyze", policy, "--json")
    assert found.exit_code == 0
    assert json.loads(found.output)["format"].startswith("policykb-analysis/")
