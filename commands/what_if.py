"""What if: the part of `explain` that assumes facts and drops others."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from commands.common import colour
from explain.changes import Changes
from explain.proof import Proof
from kb.case import Case
from kb.problems import printable

PIPED = 100


def changes_of(
    path: str,
    policy: str,
    readings: Mapping[str, str],
    goal: str | None,
    assumed: Sequence[str],
    dropped: Sequence[str],
) -> Changes:
    """The proofs of a goal as the case is, and as it would be."""
    from explain.prover import prove
    from kb.decide import decide
    from kb.policy import load_policy
    from kb.query import ask, question
    from kb.read_case import load_case
    from kb.what_if import what_if

    loaded = load_policy(policy)
    asked = question(loaded, goal) if goal is not None else None
    case = load_case(path, loaded.vocabulary)
    changed = what_if(case, loaded.vocabulary, assumed, dropped)

    def proof(each: Case) -> Proof:
        if asked is None:
            return prove(decide(loaded, each, readings))
        return prove(ask(asked, each, readings)[0], asked.about(each))

    return Changes(proof(case), proof(changed), assumed, dropped)


def show(changes: Changes, output: str | None, full: bool) -> None:
    """Print the changes, or write them in the format of a file's ending."""
    from explain.changes_faces import ENDINGS, draw_changes
    from explain.changes_text import changes_text
    from explain.report import verdict_line
    from kb.files import write

    if output is None:
        click.echo(changes_text(changes, full=full, width=terminal(), style=colour))
        return
    ending = Path(output).suffix.lower()
    if ending not in ENDINGS:
        message = f"two proofs cannot be written as `{printable(ending or output)}`; known are {', '.join(ENDINGS)}"
        raise click.BadParameter(message, param_hint="--output")
    write(Path(output), draw_changes(changes, ending, full=full))
    before, after = verdict_line(changes.before), verdict_line(changes.after)
    click.echo(f"{printable(output)}: before: {before}; after: {after}", err=True)


def terminal() -> int:
    """How wide the two proofs may be together: as wide as the terminal, within reason."""
    return min(200, max(60, shutil.get_terminal_size().columns)) if sys.stdout.isatty() else PIPED
