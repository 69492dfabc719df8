"""The command that shows what a suite covers of a policy."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.common import (
    BAD_INPUT,
    colour,
    dump,
    edition_option,
    json_option,
    one_edition,
    policy_option,
    width,
)
from commands.progress import progress
from kb.problems import printable

if TYPE_CHECKING:
    from kb.policy import Policy
    from kb.regression.obligations import Run

UNDER = 1


@click.command()
@click.argument("suite", nargs=-1, required=True, metavar="SUITE...")
@policy_option
@edition_option
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit with 1 where less than that is covered.",
)
@click.option("--html", metavar="DIR", help="Write a page to DIR: the policy with what is missing beside each clause.")
@click.option(
    "--all", "full", is_flag=True, help="Show all that is missing, what covers the rest, and what no case can show."
)
@json_option
def coverage(
    suite: tuple[str, ...],
    policy: str,
    edition: str | None,
    fail_under: float | None,
    html: str | None,
    full: bool,
    as_json: bool,
) -> None:
    """Show what the cases of a SUITE cover of a policy, and what no case of it shows.

    SUITE is a folder, a case file or a table; any number. A case counts under the default readings, and
    under each reading that it expects a verdict for.

    Exit code: 0; 1 where less than --fail-under is covered; 2 bad input.
    """
    from kb.regression.coverage import coverage as cover

    loaded = one_edition(policy, edition)
    runs = read_runs(loaded, policy, suite)
    with progress("covering") as told:
        found = cover(loaded, runs, lambda done: told(done, len(runs)))
    if html is not None:
        from commands.folders import make_folder
        from explain.coverage.html import page
        from kb.files import write

        file = Path(html, f"{Path(loaded.path).stem}.html")
        make_folder(file.parent)
        write(file, page(found))
        click.echo(f"{printable(str(file))}: written", err=True)
    if as_json:
        from explain.coverage.json import coverage_json

        dump(coverage_json(found))
    else:
        from explain.coverage.text import coverage_text

        click.echo(coverage_text(found, full=full, width=width(), style=colour))
    if fail_under is not None and found.percent < fail_under:
        click.echo(f"less than {fail_under:g}% is covered", err=True)
        sys.exit(UNDER)


def read_runs(policy: Policy, source: str, paths: Sequence[str]) -> list[Run]:
    """The runs of a suite. Every file that is no case is told, and ends the program."""
    from explain.suite.entries import read_suite
    from kb.regression.obligations import runs_of

    found: list[Run] = []
    bad = False
    for entry in read_suite(policy, source, tuple(paths)):
        if entry.case is None:
            click.echo(f"{entry.error}\n", err=True)
            bad = True
            continue
        place = f"{entry.path}:{entry.line}" if entry.row else str(entry.path)
        found += runs_of(place, entry.case, entry.expectation.pairs if entry.expectation else ())
    if bad:
        sys.exit(BAD_INPUT)
    return found
