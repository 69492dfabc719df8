"""What if: the part of `explain` that assumes facts and drops others."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.common import colour, editions_for, policy_for
from explain.changes import Changes
from explain.proof import Proof
from kb.case import Case
from kb.problems import ProblemsError, printable

if TYPE_CHECKING:
    from kb.policy import Policy
    from kb.query import Question
    from kb.read_case import CaseText

PIPED = 100


def changes_of(
    path: str | CaseText,
    policy: str,
    readings: Mapping[str, str],
    goal: str | None,
    assumed: Sequence[str],
    dropped: Sequence[str],
    redact: bool = False,
    edition: str | None = None,
) -> Changes:
    """The proofs of a goal as the case is, and as it would be; with ``redact`` both of redacted copies."""
    from explain.prover import prove
    from kb.decide import decide
    from kb.query import ask, question
    from kb.read_case import load_case
    from kb.what_if import what_if

    loaded, opened = policy_for(path, editions_for(policy, edition, readings, redact), redact)
    asked = question(loaded, goal) if goal is not None else None
    if redact:
        case, changed, assumed, dropped = redacted_cases(opened, loaded, asked, assumed, dropped)
    else:
        case = load_case(opened, loaded.vocabulary)
        changed = what_if(case, loaded.vocabulary, assumed, dropped)

    def proof(each: Case) -> Proof:
        if asked is None:
            return prove(decide(loaded, each, readings))
        return prove(ask(asked, each, readings)[0], asked.about(each))

    return Changes(proof(case), proof(changed), assumed, dropped)


def redacted_cases(
    opened: str | CaseText, policy: Policy, asked: Question | None, assumed: Sequence[str], dropped: Sequence[str]
) -> tuple[Case, Case, Sequence[str], Sequence[str]]:
    """The redacted copies of a case before and after, and the facts as they may be shown."""
    from explain.redact import redacted_error, redacted_facts, redacted_pair, refuse_names
    from kb.read_case import load_case
    from kb.what_if import what_if

    place = "case"
    try:
        case = load_case(opened, policy.vocabulary)
        place = "--assume or --drop"
        changed = what_if(case, policy.vocabulary, assumed, dropped)
    except ProblemsError as error:
        raise redacted_error(error, place) from None
    if asked is not None:
        refuse_names(asked.goal, case, policy)
    before, after = redacted_pair(case, changed, policy)
    told = [redacted_facts(facts, case, changed, policy) for facts in (assumed, dropped)]
    return before, after, told[0], told[1]


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
