"""Runs a command as its user would: in this process, or in one of its own where the process matters."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from click.testing import CliRunner, Result

from cli import main

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "kb" / "examples"
CASES = ROOT / "tests" / "cases"
APPROVAL = EXAMPLES / "approval.case.yaml"
REFUSAL = EXAMPLES / "refusal.case.yaml"
PEND = EXAMPLES / "pend.case.yaml"
VERDICTS = {APPROVAL: ("proved", 0), REFUSAL: ("refuted", 1), PEND: ("undetermined", 3)}
# What could steer a terminal: everything of these kinds but the newline.
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


def run(*args: str | Path, input: str | None = None, colour: bool = False, **env: str) -> Result:
    """The result of a command; any exception but the end of the program fails the test."""
    runner = CliRunner(env=env)
    return runner.invoke(main, [str(arg) for arg in args], input=input, color=colour, catch_exceptions=False)


def process(
    *args: str | Path, env: Mapping[str, str] | None = None, stdout: int | IO[bytes] = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own, without standard input."""
    return subprocess.run(
        [sys.executable, "-m", "cli", *map(str, args)],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


def flat(text: str) -> str:
    """A text in one line, so that it matters nowhere where its lines were broken."""
    return " ".join(text.split())


def changed(case: Path, folder: Path, *changes: tuple[str, str], name: str = "changed.yaml") -> Path:
    """A copy of a case file with texts replaced; each must be there once."""
    text = case.read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return written(folder / name, text)


def written(path: Path, text: str) -> Path:
    """A file with a text, and the folders that it stands in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path
