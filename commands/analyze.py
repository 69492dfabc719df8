"""The command that analyses a policy without any case."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.common import dump, edition_option, json_option, one_edition, parse_readings, reading_option, width
from kb.problems import Problem, ProblemsError, printable

if TYPE_CHECKING:
    from kb.regression.findings import Analysis

MOST_ROWS = 6


@click.command()
@click.argument("policy")
@click.option(
    "--rows",
    default=0,
    show_default=True,
    type=click.IntRange(0, MOST_ROWS),
    help="Look at cases with so many rows more in each list than the rules count.",
)
@click.option(
    "--write-cases", metavar="DIR", help="Write the case of each pair of readings as a file into this folder."
)
@reading_option
@edition_option
@json_option
def analyze(
    policy: str, rows: int, write_cases: str | None, readings: tuple[str, ...], edition: str | None, as_json: bool
) -> None:
    """Say what holds of every case that there can be under a POLICY, without any case.

    Criteria that can never be met or never fail, clauses that add nothing, criteria that follow from
    others, the least that has to be documented, and for each pair of values of a reading the smallest
    case that they decide differently. A solver looks for all of it within bounds, which are printed; for
    a policy of some length that takes a minute or two.

    Exit code: 0; 2 bad usage or bad input.
    """
    from kb.regression.analysis import analyze as analyse

    loaded = one_edition(policy, edition)
    chosen = parse_readings(readings)
    folder = None if write_cases is None else free_folder(Path(write_cases))
    with progress() as told:
        found = analyse(loaded, chosen, rows, told)
    if folder is not None:
        write_witnesses(found, folder)
    if as_json:
        from explain.analysis.json import analysis_json

        dump(analysis_json(found))
        return
    from explain.analysis.text import analysis_text

    click.echo(analysis_text(found, width=width()))


def free_folder(folder: Path) -> Path:
    """A folder to write into, which holds none of the files yet; that is told before the long search."""
    if there := sorted(folder.glob("reading-*.case.yaml")):
        help = "choose another folder"
        problems = [Problem("exists", "there is a file of this name already", str(each), help=help) for each in there]
        raise ProblemsError(problems, {})
    return folder


def write_witnesses(found: Analysis, folder: Path) -> None:
    """Write the case of each pair of readings as a case file."""
    from commands.pages import make_folder
    from explain.analysis.cases import reading_cases
    from explain.language import counted
    from kb.files import write

    make_folder(folder)
    cases = list(reading_cases(found))
    for name, text in cases:
        write(folder / f"{name}.case.yaml", text.encode("utf-8"))
    click.echo(f"{printable(str(folder))}: {counted(len(cases), 'case')} written", err=True)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Shows on a terminal which part runs; to be called with the name of the part that begins."""
    if not sys.stderr.isatty():
        yield lambda part: None
        return
    from kb.regression.analysis import PARTS

    with ExitStack() as stack:
        bar: Any = stack.enter_context(
            click.progressbar(
                length=len(PARTS), label="analysing", item_show_func=lambda part: part or "", file=sys.stderr
            )
        )

        def told(part: str) -> None:
            bar.update(PARTS.index(part) - bar.pos, part)
            bar.render_progress()

        yield told
        bar.update(len(PARTS) - bar.pos, "")
