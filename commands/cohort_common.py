"""What the commands about cohorts share: progress, files that are there already, rows that are left out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.problems import Problem, ProblemsError, printable

if TYPE_CHECKING:
    from kb.cohort.data import Cohort


@contextmanager
def progress(label: str) -> Iterator[Callable[[float], None] | None]:
    """Shows the share that is done, on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1000, label=label, file=sys.stderr) as bar:
        yield lambda share: bar.update(max(0, round(1000 * share) - bar.pos))
        bar.update(1000 - bar.pos)


def refuse_existing(*paths: str | None) -> None:
    """Raises ``ProblemsError`` where a file that is to be written is there already."""
    problems = [
        Problem("exists", "there is a file of this name already", each, help="choose another name")
        for each in paths
        if each is not None and Path(each).exists()
    ]
    if problems:
        raise ProblemsError(problems, {})


def write_rejects(found: Cohort, path: str) -> None:
    """Every fault of every row that has one, a line of JSON each."""
    from kb.cohort.check import rejects
    from kb.cohort.connection import reading
    from kb.cohort.export import draft

    with draft(path) as made, open(made, "w", encoding="utf-8") as file, reading(found.plan.source.data):
        for each in rejects(found.connection, found.plan, found.checked):
            place = each.place
            row = {"file": place.file, "row": place.row, "case": place.case}
            line = {**row, "column": each.column or None, "value": place.value, "reason": f"wanted is {each.reason}"}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def hear_rejects(rejects: str | None) -> Callable[[Cohort], None]:
    """What becomes of the rows that are left out: they are told, and written to a file."""

    def hear(cohort: Cohort) -> None:
        if rejects is None:
            return
        for each in cohort.checked.problems(cohort.plan.source.data):
            click.echo(f"{each.code}: {each.message}", err=True)
        write_rejects(cohort, rejects)
        click.echo(f"{printable(rejects)}: written", err=True)

    return hear
