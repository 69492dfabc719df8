"""The command about cohorts: what their data looks like, whether it is right, and data made up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.cohort_common import progress, refuse_existing, write_rejects
from commands.common import (
    dump,
    edition_option,
    emit,
    json_option,
    one_edition,
    parse_readings,
    policy_option,
    reading_option,
)
from kb.problems import printable

if TYPE_CHECKING:
    from kb.cohort.data import Cohort
    from kb.policy import Policy

MOST_MEMBERS = 1_000_000_000


@click.command()
@click.argument("data", required=False, metavar="[DATA]")
@policy_option
@edition_option
@click.option("--keep", multiple=True, metavar="COLUMN", help="Carry along a column that the policy does not have.")
@click.option("--lenient", is_flag=True, help="Leave out rows with a fault, count them, and write them to --rejects.")
@click.option("--rejects", metavar="FILE", help="With --lenient: every row left out, as lines of JSON with the reason.")
@click.option("--template", is_flag=True, help="Write the columns that the policy asks for instead.")
@click.option("--synthetic", type=click.IntRange(1, MOST_MEMBERS), metavar="N", help="Make up N members instead.")
@click.option("--seed", default="1", show_default=True, metavar="S", help="With --synthetic: other members.")
@reading_option
@click.option("--wide", is_flag=True, help="With -o: also a column a status, met, not met or undocumented.")
@click.option("--resume", is_flag=True, help="With -o: go on with a run that did not come to its end.")
@click.option(
    "--rows", type=click.IntRange(1), metavar="N", help="With -o: so many members a part, rather than 1,000,000."
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="With -o: what decides the members.",
)
@click.option(
    "--master",
    metavar="URL",
    help="With --engine spark: where it runs, such as spark://HOST:7077.  [default: local[*]]",
)
@click.option("--html", metavar="FILE", help="With -o: write the summary as a page to FILE, ending in .html.")
@click.option(
    "--against", metavar="EDITION", help="Show what changes under another edition: its name, or a file as for `diff`."
)
@click.option(
    "--against-reading",
    "against_readings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Show what changes under another reading.",
)
@json_option
@click.option(
    "-o", "--output", metavar="OUT", help="The folder for the decided members; or the file to write the rest to."
)
def cohort(
    data: str | None,
    policy: str,
    edition: str | None,
    keep: tuple[str, ...],
    lenient: bool,
    rejects: str | None,
    template: bool,
    synthetic: int | None,
    seed: str,
    readings: tuple[str, ...],
    wide: bool,
    resume: bool,
    rows: int | None,
    engine: str,
    master: str | None,
    html: str | None,
    against: str | None,
    against_readings: tuple[str, ...],
    as_json: bool,
    output: str | None,
) -> None:
    """Check the data of a cohort, one row a member; with -o decide every member.

    DATA is Parquet, CSV or JSON by the line: a file, a folder, a pattern in quotes, or a folder with a table
    `members` and a table for each list. OUT is a folder that is not there yet: it gets a row for each member in
    files of Parquet, and `manifest.json`, which says what their columns mean. The terminal gets a summary. On a
    cluster of Spark DATA and OUT lie where every machine has them under the same path.

    With --against or --against-reading nothing is written: every member is decided twice, and shown is whose verdict
    flips, and which criteria change. A reading that is chosen by --reading is chosen for both.

    Exit code: 0 when the data is right, or with --lenient what is left of it; 2 when it is not.
    """
    if (data is not None) + template + (synthetic is not None) != 1:
        raise click.UsageError("give DATA, or --template, or --synthetic N")
    if data is None and (keep or lenient or rejects):
        raise click.UsageError("--keep, --lenient and --rejects go with DATA")
    if lenient != (rejects is not None):
        raise click.UsageError("--lenient and --rejects FILE go together: no row is left out silently")
    twice = against is not None or bool(against_readings)
    if twice and (data is None or output is not None or keep or wide or resume or html):
        raise click.UsageError("--against goes with DATA, and without -o, --keep, --wide, --resume and --html")
    if not twice and (data is None or output is None) and (readings or wide or resume or rows or html):
        raise click.UsageError("--reading, --wide, --resume, --rows and --html go with DATA and -o OUT")
    on_spark = engine == "spark"
    if (on_spark or master is not None) and (data is None or output is None):
        raise click.UsageError("--engine and --master go with DATA and -o OUT")
    if master is not None and not on_spark:
        raise click.UsageError("--master goes with --engine spark")
    if on_spark and (resume or rows):
        raise click.UsageError("--resume and --rows go with DuckDB alone")
    chosen = one_edition(policy, edition)
    if template:
        write_template(chosen, output)
    elif synthetic is not None:
        if output is None:
            raise click.UsageError("--synthetic writes to a file: -o FILE")
        write_synthetic(chosen, synthetic, seed, output)
    elif data is not None and twice:
        from commands.against import compare_data

        both = (parse_readings(readings), parse_readings(against_readings, "--against-reading"))
        compare_data(chosen, policy, against, *both, data, rejects, rows, as_json)
    elif data is not None and output is not None:
        from commands.decided import decide_data

        at = (master or "local[*]") if on_spark else None
        chosen_readings = parse_readings(readings)
        decide_data(chosen, chosen_readings, data, output, keep, wide, rejects, rows, resume, html, as_json, at)
    else:
        assert data is not None
        check_data(chosen, data, keep, rejects, as_json)


def write_template(policy: Policy, output: str | None) -> None:
    """The columns as a table; in a file of data, the columns themselves, without a row."""
    from kb.cohort.endings import ENDINGS
    from kb.cohort.template import template_text

    if output is None or Path(output).suffix.lower() not in ENDINGS:
        emit(template_text(policy.vocabulary), output)
        return
    from kb.cohort.columns import columns
    from kb.cohort.plan import empty_members, silent_member

    layout = columns(policy.vocabulary)
    # A file of lines has no heading to show the columns by, so it gets a row.
    rows = silent_member(layout) if Path(output).suffix.lower() in (".ndjson", ".jsonl") else empty_members(layout)
    write_rows(rows, policy, output, None)
    click.echo(f"{printable(output)}: written", err=True)


def write_synthetic(policy: Policy, count: int, seed: str, output: str) -> None:
    """A made-up cohort."""
    from kb.cohort.bases import bases
    from kb.cohort.synthetic import synthetic

    with progress("making members") as told:
        write_rows(synthetic(policy, seed, 0, count, bases(policy)), policy, output, told)
    click.echo(f"{printable(output)}: {count:,} made-up members written", err=True)


def write_rows(select: str, policy: Policy, output: str, told: Callable[[float], None] | None) -> None:
    """Write the rows of a statement, whole or not at all."""
    from kb.cohort.columns import columns
    from kb.cohort.connection import connection, require_duckdb
    from kb.cohort.export import copy, draft, output_format, unwritable

    require_duckdb()
    import duckdb

    format = output_format(output)
    with draft(output) as path, connection([path]) as engine:
        try:
            copy(engine, select, path, format, columns(policy.vocabulary), told)
        except duckdb.IOException as error:
            raise unwritable(error, output) from None


def check_data(policy: Policy, data: str, keep: tuple[str, ...], rejects: str | None, as_json: bool) -> None:
    """Hold the data against the layout, and tell of it."""
    from kb.cohort.data import opened

    refuse_existing(rejects)
    with ExitStack() as stack:
        with progress("checking") as told:
            found = stack.enter_context(opened(data, policy.vocabulary, keep, lenient=rejects is not None, told=told))
        if rejects is not None:
            write_rejects(found, rejects)
        tell(found, data, rejects, as_json)


def tell(found: Cohort, data: str, rejects: str | None, as_json: bool) -> None:
    """How many rows there are, how many of them are left out, and why."""
    checked = found.checked
    problems = checked.problems(data)
    if as_json:
        faults = [
            {**each.as_json(), "count": fault.count} for each, fault in zip(problems, checked.faults, strict=True)
        ]
        dump({"data": data, "rows": checked.rows, "left_out": checked.rejected, "faults": faults, "rejects": rejects})
        return
    for each in problems:
        click.echo(f"{each.code}: {each.message}")
    left = f"{checked.rejected:,} of them left out" if checked.faults else "nothing wrong with them"
    click.echo(f"{printable(data)}: {checked.rows:,} rows, {left}")
    if rejects is not None:
        click.echo(f"{printable(rejects)}: written", err=True)
