"""What the commands share: options, case files, output."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from commands.progress import patiently
from kb.answers import Status
from kb.problems import Problem, ProblemsError, printable

if TYPE_CHECKING:
    from explain.proof import Proof
    from kb.case import Case
    from kb.decide import Decision
    from kb.editions import Editions
    from kb.policy import Policy
    from kb.query import Question
    from kb.read_case import CaseText

BAD_INPUT = 2
EXIT = {Status.MET: 0, Status.NOT_MET: 1, Status.UNDOCUMENTED: 3}
CASE_FILES = (".yaml", ".yml", ".json", ".pl")

F = TypeVar("F", bound=Callable[..., Any])

policy_option = click.option(
    "--policy",
    default="lemtrada",
    show_default=True,
    metavar="POLICY",
    help="A policy file, a folder of the editions of one policy, or a shipped policy.",
)
edition_option = click.option(
    "--edition", metavar="NAME", help="Decide by this edition, rather than by that of the date of the request."
)
reading_option = click.option(
    "--reading", "readings", multiple=True, metavar="NAME=VALUE", help="Choose a reading of an ambiguous text."
)
member_option = click.option("--case", "member", metavar="ID", help="This member of a cohort; CASE is its data then.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
redact_option = click.option(
    "--redact",
    is_flag=True,
    help="Leave out names, identifiers and exact dates of birth.",
)
output_option = click.option("-o", "--output", metavar="FILE", help="Write to FILE rather than to the terminal.")


def parse_readings(pairs: Sequence[str], option: str = "--reading") -> dict[str, str]:
    """The readings chosen by ``--reading NAME=VALUE``, given any number of times."""
    chosen: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name or not value:
            raise click.BadParameter(f"`{printable(pair)}` is not NAME=VALUE", param_hint=option)
        if chosen.get(name, value) != value:
            raise click.BadParameter(f"`{printable(name)}` is chosen twice", param_hint=option)
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


def editions_for(
    policy: str, edition: str | None = None, readings: Mapping[str, str] | None = None, redact: bool = False
) -> Editions:
    """The editions that cases are decided by; with ``redact`` without the folders that their files are in.

    A reading that the only edition does not offer is told at once.
    """
    from kb.editions import Editions, load_editions

    found = load_editions(policy, edition)
    if redact:
        from explain.redact import redacted_policy

        chosen = redacted_policy(found.chosen) if found.chosen else None
        found = Editions(tuple(map(redacted_policy, found.policies)), chosen)
    if found.only is not None:
        found.only.readings(readings)
    return found


def policy_for(path: str | CaseText, editions: Editions, redact: bool = False) -> tuple[Policy, str | CaseText]:
    """The edition that decides the case of a file, and what is to be read under it."""
    from kb.editions import edition_for, under

    try:
        if not isinstance(path, str):
            return editions.only or edition_for(editions, path), path
        return under(editions, path)
    except ProblemsError as error:
        if not redact:
            raise
        from explain.redact import redacted_error

        raise redacted_error(error, "case") from None


def one_edition(policy: str, edition: str | None) -> Policy:
    """The only edition of a policy, or the one that is chosen, where no case says by its date which one is meant."""
    found = editions_for(policy, edition)
    if found.only is None:
        help = f"editions: {found.told()}; choose one with `--edition NAME`"
        raise ProblemsError([Problem("which-edition", "there are several editions", policy, help=help)], {})
    return found.only


@dataclass(frozen=True, slots=True)
class Read:
    """A case with the edition that decides it, and with the question that is asked of it, if any."""

    policy: Policy
    case: Case
    asked: Question | None = None

    def decision(self, readings: Mapping[str, str]) -> Decision:
        """The decision of the case; it answers the question too."""
        from kb.decide import decide

        return decide(self.asked.policy if self.asked else self.policy, self.case, readings)

    def proof(self, readings: Mapping[str, str]) -> Proof:
        """The proof of the question, or of the policy's root goal."""
        from explain.prover import prove

        decision = self.decision(readings)
        return prove(decision) if self.asked is None else prove(decision, self.asked.about(self.case))


def each_case(
    editions: Editions,
    files: Sequence[str | Path | CaseText],
    readings: Mapping[str, str],
    goal: str | None = None,
    redact: bool = False,
) -> Iterator[tuple[Path, Read | ProblemsError]]:
    """Each case with its edition, or what is wrong with its file, so that one bad file hides no other case.

    With ``redact`` each is a redacted copy, numbered where there are several, unless the goal names what
    is redacted.
    """
    from kb.query import question
    from kb.read_case import load_case

    @cache
    def asked_of(policy: Policy) -> Question | None:
        return question(policy, goal) if goal is not None else None

    if editions.only is not None:
        # What is wrong with the goal is told before any case is read.
        asked_of(editions.only)
    for number, path in enumerate(files, 1):
        place = Path(path if isinstance(path, str | Path) else path.path)
        try:
            policy, opened = policy_for(str(path) if isinstance(path, Path) else path, editions)
            policy.readings(readings)
            asked = asked_of(policy)
            case = load_case(opened, policy.vocabulary)
        except ProblemsError as error:
            if redact:
                from explain.redact import redacted_error

                error = redacted_error(error, f"case {number}" if len(files) > 1 else "case")
            yield place, error
            continue
        if redact:
            from explain.redact import redacted, refuse_names

            if asked is not None:
                refuse_names(asked.goal, case, policy)
            case = redacted(case, policy, number if len(files) > 1 else 0)
        yield place, Read(policy, case, asked)


def read_cases(
    editions: Editions,
    files: Sequence[str | Path | CaseText],
    readings: Mapping[str, str],
    goal: str | None = None,
    redact: bool = False,
) -> Iterator[tuple[Path, Read | ProblemsError]]:
    """The same; many cases show their progress on a terminal."""
    return patiently(each_case(editions, files, readings, goal, redact), len(files), "deciding")


def case_of(path: str, member: str | None, policy: str, edition: str | None) -> str | CaseText:
    """The case that a command is about: that of a file, or a member of a cohort."""
    if member is None:
        refuse_cohort(path)
        return path
    from kb.cohort.records import member_case

    return member_case(path, member, one_edition(policy, edition))


def refuse_cohort(path: str) -> None:
    """Raises where a file is plainly one of a cohort and no case."""
    from kb.cohort.endings import ENDINGS

    if Path(path).suffix.lower() in ENDINGS:
        raise click.UsageError(f"`{printable(path)}` is no case: of a cohort, --case ID takes one member")


def one_case(
    path: str | CaseText,
    policy: str,
    edition: str | None,
    readings: Mapping[str, str],
    goal: str | None = None,
    redact: bool = False,
) -> Read:
    """The case of one file with its edition; with ``redact`` a redacted copy."""
    editions = editions_for(policy, edition, readings, redact)
    ((_, found),) = each_case(editions, [path], readings, goal, redact)
    if isinstance(found, ProblemsError):
        raise found
    return found


def prove_case(
    path: str | CaseText,
    policy: str,
    readings: Mapping[str, str],
    goal: str | None = None,
    redact: bool = False,
    edition: str | None = None,
) -> Proof:
    """The proof of one case's root goal or of another goal; with ``redact``, of a redacted copy of the case."""
    return one_case(path, policy, edition, readings, goal, redact).proof(readings)


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
