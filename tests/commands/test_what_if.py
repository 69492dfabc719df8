"""`explain --assume`, `--drop` and `--core`: what would change, and what is needed."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.running import APPROVAL, PEND, REFUSAL, ROOT, STEERING, flat, run


def assume(*facts: str) -> list[str]:
    return [word for fact in facts for word in ("--assume", fact)]


def test_the_exit_code_is_that_of_the_changed_case() -> None:
    """An approval that lacks its benefit is refuted; without the fact altogether it is undetermined."""
    assert run("explain", APPROVAL, *assume("absent(benefit)")).exit_code == 1
    assert run("explain", APPROVAL, "--drop", "benefit").exit_code == 3


def test_the_verdict_is_told_before_and_after() -> None:
    """With the criteria whose status changed."""
    told = run("explain", APPROVAL, "--drop", "benefit").stdout
    assert "\nBefore: proved: coverage of alemtuzumab under the policy is met\n" in told
    assert "\nAfter: undetermined: coverage of alemtuzumab under the policy cannot be decided" in told
    assert "  ~ BENEFIT  drug covered by the member's benefit plan: met, now undocumented\n" in told


def test_any_goal_can_be_asked_before_and_after() -> None:
    """The exit code is that of the goal."""
    result = run("explain", REFUSAL, "--goal", "baseline_complete(P)", *assume("baseline(skin_exam)"))
    assert result.exit_code == 0
    assert "documented baseline tests is met" in flat(result.stdout)


@pytest.mark.parametrize("ending", [".svg", ".png", ".pdf", ".dot", ".txt", ".json"])
def test_the_changes_are_written_to_a_file(ending: str, tmp_path: Path) -> None:
    """For its owner alone; the terminal gets both verdicts."""
    output = tmp_path / f"changes{ending}"
    result = run("explain", PEND, "--drop", "benefit", "-o", output)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "before: undetermined: " in flat(result.stderr)
    assert "; after: undetermined: " in flat(result.stderr)
    assert output.stat().st_size > 100
    if ending == ".json":
        assert json.loads(output.read_bytes())["dropped"] == ["benefit"]


def test_a_mistake_in_a_fact_is_bad_input() -> None:
    """With its place, a caret and the value that was meant; nothing is decided."""
    result = run("explain", REFUSAL, *assume("baseline(skin_exm)"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--> --assume:1:10" in result.stderr
    assert "^^^^^^^^" in result.stderr
    assert "did you mean `skin_exam`?" in result.stderr


def test_no_fact_can_steer_the_terminal() -> None:
    """Neither in the text nor in an error."""
    for fact in ("baseline(skin_exam) % \x1b[31m", 'evidence(benefit, document, "\x1b[31m\u202e")'):
        result = run("explain", REFUSAL, "--assume", fact)
        assert not STEERING.search(result.stdout + result.stderr)


def test_a_wide_terminal_shows_both_proofs_side_by_side() -> None:
    """As wide as it is, and no wider."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cli", "explain", str(REFUSAL), *assume("baseline(skin_exam)")]
    ran = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "COLUMNS": "150", "NO_COLOR": "1"}, stdout=theirs)
    os.close(theirs)
    told = b""
    while True:
        try:
            read = os.read(ours, 4096)
        except OSError:
            break
        if not read:
            break
        told += read
    os.close(ours)
    assert ran.wait() == 1
    columns = [line for line in told.decode().splitlines() if " | " in line]
    assert columns[0].split(" | ")[1].strip() == "After"
    assert 130 < max(map(len, told.decode().splitlines())) <= 150


def test_the_core_is_smaller_than_the_proof() -> None:
    """It has the verdict's exit code, and says what it is."""
    whole, core = run("explain", REFUSAL), run("explain", REFUSAL, "--core")
    assert (core.exit_code, core.stderr) == (1, "")
    assert len(core.stdout.splitlines()) < len(whole.stdout.splitlines()) / 2
    assert "\nShown is the core alone: the smallest part of the proof that still establishes" in core.stdout


def test_the_core_of_two_proofs_is_not_shown() -> None:
    """That would compare what each needs, and not what changed."""
    result = run("explain", REFUSAL, "--core", "--drop", "benefit")
    assert result.exit_code == 2
    assert "--core shows one proof" in result.stderr
