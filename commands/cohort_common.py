"""What the commands about cohorts share: progress, files that are there already, rows that are left out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.folders import refuse_taken
from commands.progress import progress as parts_done
from kb.problems import printable

if TYPE_CHECKING:
    from kb.cohort.data import Cohort


@contextmanager
def progress(label: str) -> Iterator[Callable[[float], None] | None]:
    """Shows the share that is done, on a terminal; elsewhere nothing needs to be told."""
    with parts_done(label) as told:
        most = 0.0

        def hear(share: float) -> None:
            # What has several steps begins each of them anew.
            nonlocal most
            most = max(most, share)
            told(round(1000 * most), 1000)

        yield hear if sys.stderr.isatty() else None


def refuse_existing(*paths: str | None) -> None:
    """Raises ``ProblemsError`` where a file that is to be written is there already."""
    refuse_taken((Path(each) for each in paths if each is not None), "choose another name")


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
