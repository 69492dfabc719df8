"""The command line as a whole: its help, its mistakes, its streams; and `demo`."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from cli import COMMANDS
from tests.commands.running import APPROVAL, PEND, REFUSAL, ROOT, STEERING, flat, process, run, written
from tests.support import MS


def test_the_demo_draws_its_proof(tmp_path: Path) -> None:
    """It prints the verdict and the checklist, and says where the picture is."""
    output = tmp_path / "proof.svg"
    result = run("demo", "-o", output)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("REFUTED: ")
    assert "3 of 12 criteria are not met: A.2, A.3 and PRESCRIBER" in result.stdout
    assert f"The proof is drawn in {output}" in result.stdout
    assert ElementTree.fromstring(output.read_text("utf-8")).tag.endswith("svg")


def test_the_demo_needs_no_program_on_the_path(tmp_path: Path) -> None:
    """With an empty path, and nothing in its environment but a place for its cache, it does the same."""
    env = {"PATH": "", "POLICYKB_CACHE": str(tmp_path / "cache")}
    ran = process("demo", "-o", tmp_path / "proof.svg", env=env)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("REFUTED: ")
    assert (tmp_path / "proof.svg").read_bytes().startswith(b"<?xml")


def test_the_demo_refuses_an_unknown_ending(tmp_path: Path) -> None:
    """Before it prints anything."""
    result = run("demo", "-o", tmp_path / "proof.gif")
    assert (result.exit_code, result.stdout, list(tmp_path.iterdir())) == (2, "", [])


# Help


def test_no_arguments_show_the_commands() -> None:
    """Each of them, in the order of a reader's first day."""
    result = run()
    assert result.exit_code == 2
    listed = re.findall(r"^  (\w+) ", result.output.partition("Commands:")[2], re.MULTILINE)
    assert listed == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_has_help(command: str, option: str) -> None:
    """It says how the command is called and, where it decides, what its exit codes mean."""
    result = run(command, option)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"Usage: main {command} ")
    assert "Exit code: " in result.stdout or command in ("shell", "new", "schema", "trace")


def test_the_version_is_that_of_the_package() -> None:
    """One line, for reports of mistakes."""
    result = run("--version")
    assert (result.exit_code, re.fullmatch(r"policykb, version \d+\.\d+\.\d+\n", result.stdout) is not None) == (
        0,
        True,
    )


# Mistakes


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("chekc", "x"), "no such command `chekc`; did you mean `check`?"),
        (("zzz",), "No such command 'zzz'."),
        (("check", "--polcy", "x", "y"), "Did you mean '--policy'?"),
        (("check",), "Missing argument 'CASE...'"),
        (("query", "eligible(P)"), "Missing argument 'CASE...'"),
        (("query",), "Missing argument 'GOAL'"),
        (("explain",), "Missing argument 'CASE'"),
        (("explain", "a.yaml", "b.yaml"), "unexpected extra argument"),
    ],
)
def test_wrong_usage_is_told_with_a_hint(args: tuple[str, ...], told: str) -> None:
    """The way to the help stands beside it."""
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert "--help' for help." in result.stderr


@pytest.mark.parametrize("command", [("check",), ("query", "eligible(P)"), ("explain",), ("shell",)])
def test_a_case_that_cannot_be_read_is_told(command: tuple[str, ...], tmp_path: Path) -> None:
    """A file that is missing, a folder without cases, a file that says nothing, one that is no text."""
    empty, binary = written(tmp_path / "empty.yaml", ""), tmp_path / "binary.yaml"
    binary.write_bytes(b"\x89PNG\x00\xff")
    folder = tmp_path / "folder"
    written(folder / "notes.txt", "")
    for path, told in (
        (tmp_path / "missing.yaml", "no such file or directory"),
        (folder, "a folder of cases needs -o" if command == ("explain",) else "the folder holds no case file"),
        (empty, "error[empty-case]: the file says nothing"),
        (binary, "error[encoding]"),
        ("a\x00b", "the name holds a NUL byte"),
        ("", "is a directory" if command == ("explain",) else "the name of a case is empty"),
    ):
        result = run(*command, path, input="")
        assert (result.exit_code, result.stdout) == (2, "")
        assert told in result.stderr


@pytest.mark.parametrize(
    "args",
    [
        ("check", "\x1b[31m\x07.yaml"),
        ("check", "--policy", "\x1b[31m\x07", str(APPROVAL)),
        ("check", "--reading", "\x1b[31m\x07=x", str(APPROVAL)),
        ("check", "--reading", "minimum_age=\x1b[31m\x07", str(APPROVAL)),
        ("check", "--reading", "\x1b[31m\x07", str(APPROVAL)),
        ("explain", str(APPROVAL), "--goal", "\x1b[31m\x07"),
        ("explain", str(APPROVAL), "-o", "no/\x1b[31m\x07.svg"),
        ("\x1b[31m\x07",),
        ("chec\x1bk",),
        ("check", "--pol\x1b[31m\x07cy"),
    ],
    ids=repr,
)
def test_no_argument_steers_the_terminal(args: tuple[str, ...]) -> None:
    """What was typed, or pasted, is told with its control characters as escapes."""
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert STEERING.search(result.stderr) is None


# Streams


@pytest.mark.parametrize("case", [REFUSAL, PEND, APPROVAL], ids=lambda path: path.name)
def test_a_reader_that_has_seen_enough_ends_a_command_without_a_verdict(case: Path) -> None:
    """A pipe that is closed, as by `head`, is no mistake, and its exit code is that of no outcome."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        ran = process("check", case, stdout=closed)
    assert (ran.returncode, ran.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_output_that_cannot_be_written_is_told() -> None:
    """A full disk is told in a line, and is bad input rather than a verdict."""
    with Path("/dev/full").open("wb") as full:
        ran = process("check", APPROVAL, stdout=full)
    assert (ran.returncode, ran.stderr) == (2, "error: the output cannot be written: no space left on device\n")


@pytest.mark.parametrize(
    "args",
    [("check", REFUSAL), ("check", REFUSAL, PEND), ("query", "eligible(P)", REFUSAL), ("explain", PEND)],
    ids=str,
)
def test_colour_is_for_terminals_that_want_it(args: tuple[str | Path, ...]) -> None:
    """Through a pipe there is none, `NO_COLOR` turns it off, and it changes no word."""
    plain, quiet, coloured = (
        run(*args).stdout,
        run(*args, colour=True, NO_COLOR="1").stdout,
        run(*args, colour=True).stdout,
    )
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    assert plain == quiet == re.sub(r"\x1b\[[\d;]*m", "", coloured)


def on_a_terminal(*args: str | Path, impatient: bool = False, **env: str) -> str:
    """What a command shows on a terminal; ``impatient``: its progress, however short it is."""
    ours, theirs = pty.openpty()
    start = "import cli, commands.progress; commands.progress.PATIENCE = 0; cli.main()"
    command = [sys.executable, *(("-c", start) if impatient else ("-m", "cli")), *map(str, args)]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env}, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        shown = b""
        try:
            while data := os.read(ours, 65536):
                shown += data
        except OSError:
            # The terminal is gone when the last program that holds it ends.
            pass
    os.close(ours)
    return shown.decode("utf-8")


def test_a_terminal_shows_colour_unless_it_is_not_wanted() -> None:
    """The words are the same either way."""
    coloured, plain = on_a_terminal("check", REFUSAL), on_a_terminal("check", REFUSAL, NO_COLOR="1")
    assert "\x1b[" in coloured
    assert "\x1b" not in plain
    assert flat(re.sub(r"\x1b\[[\d;]*m", "", coloured)) == flat(plain)


def test_many_cases_show_their_progress_on_a_terminal(tmp_path: Path) -> None:
    """And the table is complete below it; through a pipe there is the table alone."""
    many = 5
    policy = written(tmp_path / "small.pl", MS)
    for number in range(many):
        written(tmp_path / "cases" / f"{number}.yaml", f"case: A-{number}\n")
    shown = on_a_terminal("check", "--policy", policy, tmp_path / "cases", impatient=True)
    assert "deciding" in shown
    assert f"{many} cases: {many} undetermined" in shown
    assert "deciding" not in run("check", "--policy", policy, tmp_path / "cases").output
