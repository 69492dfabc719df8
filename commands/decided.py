"""The part of `cohort` that decides every member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.cohort_common import hear_rejects, progress, refuse_existing
from commands.common import colour, dump, width
from kb.problems import printable

if TYPE_CHECKING:
    from kb.policy import Policy


def decide_data(
    policy: Policy,
    readings: Mapping[str, str],
    data: str,
    output: str,
    keep: Sequence[str],
    wide: bool,
    rejects: str | None,
    rows: int | None,
    resume: bool,
    html: str | None,
    as_json: bool,
    master: str | None = None,
) -> None:
    """Decide every member into a folder, by DuckDB or on this Spark, and print what they come to."""
    from explain.json import version
    from kb.cohort.connection import require_duckdb, require_sqlglot

    require_duckdb()
    require_sqlglot()
    from kb.cohort.decide import decide
    from kb.cohort.job import Job
    from kb.cohort.slices import ROWS
    from kb.cohort.summary import summary

    check_page(html)
    policy.readings(readings)
    refuse_existing(html, None if resume else rejects)
    engine = "duckdb" if master is None else "spark"
    job = Job(policy, readings, data, output, version(), tuple(keep), wide, rejects, rows or ROWS, engine)
    try:
        with progress("deciding") as told:
            if master is None:
                decided = decide(job, resume, hear_rejects(rejects), told)
            else:
                from kb.cohort.spark_decide import decide as decide_on_spark

                decided = decide_on_spark(job, master, checked=hear_rejects(rejects), told=told)
    except KeyboardInterrupt:
        if job.unfinished.exists():
            shown = printable(job.unfinished.name)
            click.echo(f"\n{shown}: what is decided so far; the same command with --resume goes on with it", err=True)
        raise
    found = summary(decided)
    left = f", {decided.left_out:,} rows left out" if decided.left_out else ""
    click.echo(f"{printable(output)}: {found.members:,} members decided{left}", err=True)
    if html is not None:
        from explain.cohort.html import summary_page
        from kb.files import write

        write(Path(html), summary_page(policy, found))
        click.echo(f"{printable(html)}: written", err=True)
    if as_json:
        from explain.cohort.json import summary_json

        dump(summary_json(policy, found))
    else:
        from explain.cohort.text import summary_text

        click.echo(summary_text(policy, found, width=width(), style=colour))


def check_page(html: str | None) -> None:
    """Raises where a page would have another ending than a page has."""
    if html is not None and Path(html).suffix.lower() != ".html":
        raise click.BadParameter(f"`{printable(html)}` does not end in .html", param_hint="--html")
