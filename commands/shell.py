"""The shell: goals asked at a prompt."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from commands.common import (
    case_files,
    colour,
    edition_option,
    editions_for,
    one_edition,
    parse_readings,
    policy_option,
    read_cases,
    reading_option,
    width,
)
from kb.problems import ProblemsError

if TYPE_CHECKING:
    from kb.case import Case
    from kb.policy import Policy

HELP = """Write a goal, such as  eligible(P)  or  inadequate_response(P, Drug) .
why GOAL   shows its proof        help   shows this
predicates lists what can be asked quit   leaves (so does the end of the input)"""


@click.command()
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@policy_option
@edition_option
@reading_option
def shell(cases: tuple[str, ...], policy: str, edition: str | None, readings: tuple[str, ...]) -> None:
    """Ask goals at a ?- prompt, with history and completion; `why GOAL` explains."""
    chosen = parse_readings(readings)
    # What is asked is asked of all cases, so they share one edition.
    loaded = one_edition(policy, edition)
    found: list[Case] = []
    for _, read in read_cases(editions_for(policy, edition, chosen), case_files(cases), chosen):
        if isinstance(read, ProblemsError):
            raise read
        found.append(read.case)
    complete(loaded)
    if sys.stdin.isatty():
        click.echo(f"{len(found)} case{'s' * (len(found) != 1)}; `help` says what can be written")
    while True:
        try:
            line = input("?- ").strip()
            if line.rstrip(".") in ("quit", "exit", "halt"):
                return
            if line:
                answer(line, loaded, found, chosen)
        except EOFError:
            click.echo()
            return
        except KeyboardInterrupt:
            # At the prompt it drops the line, and while a goal is answered, the answer.
            click.echo()


def answer(line: str, policy: Policy, cases: Sequence[Case], readings: Mapping[str, str]) -> None:
    """Print what one line asks for; a mistake in it is printed like any other problem."""
    word = line.rstrip(".")
    if word == "help":
        click.echo(HELP)
    elif word == "predicates":
        click.echo("\n".join(names(policy)))
    elif word == "why":
        click.echo("`why` wants a goal: why eligible(P)")
    else:
        try:
            ask_line(line, policy, cases, readings)
        except ProblemsError as error:
            click.echo(str(error))


def ask_line(line: str, policy: Policy, cases: Sequence[Case], readings: Mapping[str, str]) -> None:
    from explain.prover import prove
    from explain.text import answers_text, proof_text
    from kb.query import ask, question

    first, *rest = line.split(maxsplit=1)
    why = first == "why"
    asked = question(policy, rest[0] if why else line)
    found = [(*ask(asked, case, readings), case) for case in cases]
    if why:
        for decision, _, case in found:
            click.echo(proof_text(prove(decision, asked.about(case)), width=width(), style=colour))
    else:
        click.echo(answers_text(asked, [(decision, answers) for decision, answers, _ in found], style=colour))


def names(policy: Policy) -> list[str]:
    """Every predicate that can be asked, as ``name(P, Drug)`` where its arguments have names."""
    named = {c.predicate: f"{c.predicate.name}({', '.join(c.variables)})" for c in policy.vocabulary.criteria.values()}
    for declared in policy.vocabulary.inputs.values():
        named[declared.predicate] = f"{declared.name}({', '.join(a.name for a in declared.arguments)})"
    return sorted({*named.values(), *(str(each) for each in policy.clauses if each not in named)})


def complete(policy: Policy) -> None:
    """Completion of names at the prompt, and a history for this session, where the terminal can."""
    try:
        import readline
    except ImportError:  # pragma: no cover - a Python without readline
        return
    words = sorted({name.partition("(")[0].partition("/")[0] + "(" for name in names(policy)})

    def completer(text: str, state: int) -> str | None:
        matching = [word for word in [*words, "why ", "help", "predicates", "quit"] if word.startswith(text)]
        return matching[state] if state < len(matching) else None

    readline.set_completer(completer)
    readline.set_completer_delims(" \t\n(),\\+")
    readline.parse_and_bind("tab: complete")
