"""The command that analyses a policy without any case."""

from __future__ import annotations

from pathlib import Path

import click

from commands.common import dump, edition_option, json_option, one_edition, parse_readings, reading_option, width
from commands.folders import refuse_folder, write_cases
from commands.progress import progress

MOST_ROWS = 10


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
    "--write-cases", "cases", metavar="DIR", help="Write the case of each pair of readings as a file into this folder."
)
@reading_option
@edition_option
@json_option
def analyze(
    policy: str, rows: int, cases: str | None, readings: tuple[str, ...], edition: str | None, as_json: bool
) -> None:
    """Say what holds of every case that there can be under a POLICY, without any case.

    Criteria that can never be met or never fail, clauses that add nothing, criteria that follow from
    others, the least that has to be documented, and for each pair of values of a reading the smallest
    case that they decide differently. A solver looks for all of it within bounds, which are printed; for
    a policy of some length that takes a minute or two.

    Exit code: 0; 2 bad usage or bad input.
    """
    from kb.regression import analysis

    loaded = one_edition(policy, edition)
    chosen = parse_readings(readings)
    folder = None if cases is None else Path(cases)
    if folder is not None:
        refuse_folder(folder, "reading-*.case.yaml")
    with progress("analysing", at_once=True) as told:
        parts = analysis.PARTS
        found = analysis.analyze(loaded, chosen, rows, lambda part: told(parts.index(part), len(parts), part))
    if folder is not None:
        from explain.analysis.cases import reading_cases
        from kb.case_policy import policy_key

        made_for = policy_key(policy, loaded.vocabulary.header.name, folder)
        write_cases(folder, {f"{name}.case.yaml": text for name, text in reading_cases(found, made_for)})
    if as_json:
        from explain.analysis.json import analysis_json

        dump(analysis_json(found))
        return
    from explain.analysis.text import analysis_text

    click.echo(analysis_text(found, width=width()))
