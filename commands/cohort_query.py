"""The part of `query` that asks a goal of a whole cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from commands.cohort_common import progress
from commands.common import CASE_FILES, colour, dump, one_edition, width
from kb.answers import Status


def cohort_data(paths: Sequence[str]) -> str | None:
    """The data of a cohort that the arguments name: by its ending, or a folder of such files; nothing else."""
    from kb.cohort.endings import ENDINGS
    from kb.cohort.sources import find_files
    from kb.problems import ProblemsError

    if len(paths) != 1:
        return None
    path = Path(paths[0])
    if path.suffix.lower() in ENDINGS and not path.is_dir():
        return paths[0]
    if path.is_dir() and not any(file.suffix.lower() in CASE_FILES for file in path.rglob("*")):
        try:
            find_files(paths[0])
        except ProblemsError:
            return None
        return paths[0]
    return None


def query_cohort(
    goal: str, data: str, policy: str, edition: str | None, readings: Mapping[str, str], first: int, as_json: bool
) -> Status:
    """Ask a goal of every member, and print how many meet it; the greatest status that some member has."""
    from kb.cohort.connection import require_duckdb, require_sqlglot

    require_duckdb()
    require_sqlglot()
    from kb.cohort.goals import ask_cohort

    chosen = one_edition(policy, edition)
    in_force = chosen.readings(readings)
    with progress("asking") as told:
        found = ask_cohort(data, chosen, goal, readings, first, told)
    if as_json:
        from explain.cohort.json import answers_json

        dump(answers_json(chosen, in_force, found))
    else:
        from explain.cohort.text import goal_text

        click.echo(goal_text(found, width=width(), style=colour))
    return Status.MET if found.met else Status.UNDOCUMENTED if found.undocumented else Status.NOT_MET
