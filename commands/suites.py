"""The command that runs suites: cases held against what they expect."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from commands.common import (
    BAD_INPUT,
    colour,
    dump,
    edition_option,
    emit,
    json_option,
    output_option,
    parse_readings,
    reading_option,
    width,
)
from commands.progress import progress
from kb.problems import Problem, ProblemsError, printable

if TYPE_CHECKING:
    from pathlib import Path

    from explain.suite.policies import Policies
    from explain.suite.run import Result

COLOURS = {"passed": "met", "failed": "not met", "bad input": "bad input"}


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--policy", metavar="POLICY", help="A policy file, or a shipped policy; else the one that a case names.")
@edition_option
@reading_option
@json_option
@click.option(
    "--update", is_flag=True, help="Write what the cases now come to into their files, and show what changed."
)
@click.option("--full", is_flag=True, help="With --update: the grants and the advisories as well.")
@click.option("--template", is_flag=True, help="Write the heading of a table of cases instead.")
@output_option
def test(
    paths: tuple[str, ...],
    policy: str | None,
    edition: str | None,
    readings: tuple[str, ...],
    as_json: bool,
    update: bool,
    full: bool,
    template: bool,
    output: str | None,
) -> None:
    """Run suites: decide cases and hold each against what its file expects.

    PATHS are case files, tables, and folders that are searched for `.case.yaml`, `.case.json`,
    `.cases.csv` and `.cases.parquet`; without any, the folder that one is in.

    Exit code: 0 when every case passes, 1 when one fails, 2 for bad input or where no case expects anything.
    """
    from explain.suite.entries import suite_files
    from explain.suite.policies import Policies

    if full and not update:
        raise click.UsageError("--full goes with --update")
    if (output is not None) != template and output is not None:
        raise click.UsageError("-o goes with --template")
    chosen, policies = parse_readings(readings), Policies(policy, edition)
    if template:
        emit(heading(policies), output)
        return
    if policy is not None:
        policies.shared().policies[-1].readings(chosen)
    paths = paths or (".",)
    files = suite_files(paths)
    results = list(shown(run(files, policies, chosen), files))
    changes = updates(results, chosen, full) if update else []
    if as_json:
        from explain.suite.json import suite_json

        dump(suite_json(results, chosen))
    else:
        report(results, policies, chosen, changes if update else None)
    sys.exit(exit_code(results, paths, update))


def heading(policies: Policies) -> str:
    """The heading of a table of cases, as a line of CSV."""
    from kb.table_case import columns

    return ",".join(columns(policies.shared().policies[-1].vocabulary)) + "\n"


def run(files: Sequence[Path], policies: Policies, readings: dict[str, str]) -> Iterator[Result]:
    """The result of each case."""
    from explain.suite.entries import entries
    from explain.suite.run import Result, result

    for entry in entries(files, policies):
        try:
            yield result(entry, readings)
        except ProblemsError as error:
            yield Result(replace(entry, error=error))


def shown(results: Iterable[Result], files: Sequence[Path]) -> Iterator[Result]:
    """The results, with the progress through the files on a terminal."""
    done: set[Path] = set()
    with progress("deciding") as told:
        for each in results:
            told(len(done), len(files))
            yield each
            done.add(each.entry.path)


def updates(results: list[Result], readings: dict[str, str], full: bool) -> list[str]:
    """Write the files anew; what that changed. A file that cannot be written becomes bad input."""
    from commands.updates import update

    changes = []
    for number, each in enumerate(results):
        if each.outcome == "bad input":
            continue
        try:
            if change := update(each.entry, readings, full):
                changes.append(change)
                results[number] = replace(each, updated=not each.entry.row)
        except ProblemsError as error:
            results[number] = replace(each, entry=replace(each.entry, error=error))
    return changes


def report(
    results: Sequence[Result], policies: Policies, readings: dict[str, str], changes: Sequence[str] | None
) -> None:
    """Print the table, the failures or what was changed, and how many cases had each outcome."""
    from explain.suite.failure import failure_text
    from explain.suite.run import decider
    from explain.suite.table import deciders, results_text

    for each in results:
        if each.entry.error is not None:
            click.echo(f"{each.entry.error}\n", err=True)
    click.echo(results_text(results, width=width(), style=outcome_colour))
    failed = [each for each in results if each.outcome == "failed"]
    for each in failed if changes is None else ():
        entry = each.entry
        assert entry.case is not None
        assert entry.policy is not None
        decided = decider(entry.policy, entry.case, readings)
        place = f"{printable(str(entry.path))}:{entry.line}"
        again = "" if entry.row else policies.arguments(str(entry.path), entry.source, readings)
        text = failure_text(decided, each.differences, again=again, width=width(), style=colour)
        click.echo(f"\n{colour('NOT MET').replace('NOT MET', 'FAILED')} {place}\n{text}")
    for change in changes or ():
        click.echo(f"\n{change}")
    if changes is not None:
        click.echo(f"\n{len(changes)} change{'s' * (len(changes) != 1)} to review")
    click.echo("\n" + "\n".join([*deciders(results), counted(results)]))


def counted(results: Sequence[Result]) -> str:
    """How many cases there are, and how many had each outcome."""
    from explain.suite.run import tally

    told = []
    for outcome, number in tally(results).items():
        words = "expect nothing" if outcome == "expects nothing" and number > 1 else outcome
        told.append(f"{number} {words}")
    return f"{len(results)} case{'s' * (len(results) != 1)}: {', '.join(told)}"


def outcome_colour(word: str) -> str:
    """An outcome or a verdict in its colour."""
    return colour(word) if word not in COLOURS else colour(COLOURS[word]).replace(COLOURS[word], word)


def exit_code(results: Sequence[Result], paths: Sequence[str], update: bool) -> int:
    """0 all pass, 1 one fails, 2 bad input, or nothing that expects anything."""
    from explain.suite.run import tally

    counts = tally(results)
    if counts.get("bad input"):
        return BAD_INPUT
    if update:
        return 0
    if not counts.get("passed") and not counts.get("failed"):
        message, help = "no case expects anything", "write `expect:` into one, or --update"
        problems = [Problem("no-expectation", message, path, help=help) for path in paths]
        click.echo(str(ProblemsError(problems, {})), err=True)
        return BAD_INPUT
    return 1 if counts.get("failed") else 0
