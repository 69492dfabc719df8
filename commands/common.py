"""What the commands share: options, case files, output."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kb.answers import Status
from kb.problems import Problem, ProblemsError, printable

if TYPE_CHECKING:
    from explain.proof import Proof
    from kb.case import Case
    from kb.policy import Policy

BAD_INPUT = 2
EXIT = {Status.MET: 0, Status.NOT_MET: 1, Status.UNDOCUMENTED: 3}
CASE_FILES = (".yaml", ".yml", ".json", ".pl")
MANY = 50

F = TypeVar("F", bound=Callable[..., Any])

policy_option = click.option(
    "--policy", default="lemtrada", show_default=True, metavar="POLICY", help="A policy file, or a shipped policy."
)
reading_option = click.option(
    "--reading", "readings", multiple=True, metavar="NAME=VALUE", help="Choose a reading of an ambiguous text."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
redact_option = click.option(
    "--redact",
    is_flag=True,
    help="Leave out names, identifiers and exact dates of birth.",
)
output_option = click.option("-o", "--output", metavar="FILE", help="Write to FILE rather than to the terminal.")


def parse_readings(pairs: Sequence[str]) -> dict[str, str]:
    """The readings chosen by ``--reading NAME=VALUE``, given any number of times."""
    chosen: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name or not value:
            raise click.BadParameter(f"`{printable(pair)}` is not NAME=VALUE", param_hint="--reading")
        if chosen.get(name, value) != value:
            raise click.BadParameter(f"`{printable(name)}` is chosen twice", param_hint="--reading")
        chosen[name] = value
    return chosen


def case_files(paths: Sequence[str]) -> list[Path]:
    """The case files that the arguments name: files as they are, folders searched but for what is hidden."""
    files: list[Path] = []
    for name in paths:
        path = Path(name)
        if not name:
            # To the system an empty name is the folder that one is in, which nobody means by it.
            raise ProblemsError([Problem("no-cases", "the name of a case is empty", "CASE")], {})
        if not path.is_dir():
            files.append(path)
            continue
        found = sorted(
            file
            for file in path.rglob("*")
            if file.suffix.lower() in CASE_FILES
            and not any(part.startswith(".") for part in file.relative_to(path).parts)
            and file.is_file()
        )
        if not found:
            help = f"case files end in {', '.join(CASE_FILES)}"
            raise ProblemsError([Problem("no-cases", "the folder holds no case file", str(path), help=help)], {})
        files += found
    return files


def read_cases(
    policy: Policy, files: Sequence[Path], redact: bool = False
) -> Iterator[tuple[Path, Case | ProblemsError]]:
    """Each case, or what is wrong with its file, so that one bad file hides no other case.

    Many cases show their progress on a terminal. With ``redact`` each is a redacted copy.
    """
    from explain.redact import redacted
    from kb.read_case import load_case

    def read() -> Iterator[tuple[Path, Case | ProblemsError]]:
        for path in files:
            try:
                case = load_case(path, policy.vocabulary)
                yield path, redacted(case, policy) if redact else case
            except ProblemsError as error:
                yield path, error

    if len(files) < MANY or not sys.stderr.isatty():
        yield from read()
        return
    with click.progressbar(read(), length=len(files), label="deciding", file=sys.stderr) as bar:
        yield from bar


def prove_case(
    path: str, policy: str, readings: Mapping[str, str], goal: str | None = None, redact: bool = False
) -> Proof:
    """The proof of one case's root goal or of another goal; with ``redact``, of a redacted copy of the case."""
    from explain.prover import prove
    from explain.redact import redacted, redacted_policy, refuse_names
    from kb.decide import decide
    from kb.policy import load_policy
    from kb.query import ask, question
    from kb.read_case import load_case

    loaded = load_policy(policy)
    if redact:
        loaded = redacted_policy(loaded)
    asked = question(loaded, goal) if goal is not None else None
    case = load_case(path, loaded.vocabulary)
    if redact:
        if asked is not None:
            refuse_names(asked.goal, case, loaded)
        case = redacted(case, loaded)
    if asked is None:
        return prove(decide(loaded, case, readings))
    decision, _ = ask(asked, case, readings)
    return prove(decision, asked.about(case))


def colour(word: str) -> str:
    """A status word or a verdict in its colour; where the output is no terminal, click takes it away again."""
    if os.environ.get("NO_COLOR"):
        return word
    colours = {"met": "green", "proved": "green", "not met": "red", "refuted": "red", "bad input": "red"}
    return click.style(word, fg=colours.get(word.lower(), "yellow"), bold=word.lower() not in ("met", "n/a"))


def width(piped: int = 100) -> int:
    """How wide a text may be: as wide as the terminal, within reason; ``piped`` where there is none."""
    if not sys.stdout.isatty():
        return piped
    return min(120, max(60, shutil.get_terminal_size().columns))


def json_text(value: object) -> str:
    """A value as JSON that no text in it can steer a terminal with: what cannot be seen stands as its code."""
    import json

    shown = json.dumps(value, indent=2, ensure_ascii=False)
    return "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in shown)


def dump(value: object) -> None:
    """Print a value as JSON."""
    click.echo(json_text(value))


def emit(text: str, output: str | None) -> None:
    """Print a text, or write it to a new file; a file that is there already is left alone."""
    from kb.files import write

    if output is None:
        click.echo(text, nl=False)
        return
    if Path(output).exists():
        problem = Problem("exists", "there is a file of this name already", output, help="choose another name")
        raise ProblemsError([problem], {})
    write(Path(output), text.encode("utf-8"))
    click.echo(f"{printable(output)}: written", err=True)
