"""The command that says what would change a verdict."""

from __future__ import annotations

import sys

import click

from commands.common import (
    colour,
    dump,
    edition_option,
    json_option,
    one_case,
    parse_readings,
    policy_option,
    reading_option,
    redact_option,
    width,
)

NONE = 1


@click.command()
@click.argument("case")
@click.option("--goal", metavar="GOAL", help="Repair this goal rather than the policy's root goal.")
@click.option("--most", default=5, show_default=True, type=click.IntRange(min=1), help="Show no more than this many.")
@policy_option
@reading_option
@json_option
@redact_option
@edition_option
def repair(
    case: str,
    goal: str | None,
    most: int,
    policy: str,
    readings: tuple[str, ...],
    as_json: bool,
    redact: bool,
    edition: str | None,
) -> None:
    """Show the smallest changes to the evidence that would prove the goal.

    Documents that only have to be submitted come first, then what a person can bring about, then what
    only time can change. Nothing is claimed to be so: each change says what would do, if true.

    Exit code: 0 when there is a repair or nothing to repair, 1 when there is none; 2 bad input.
    """
    from explain.repair import repairs
    from kb.query import QUESTION
    from kb.syntax import Predicate

    chosen = parse_readings(readings)
    read = one_case(case, policy, edition, chosen, goal, redact)
    decision = read.decision(chosen)
    if read.asked is None:
        found = repairs(decision, most=most)
    else:
        found = repairs(decision, Predicate(QUESTION, len(read.asked.variables)), most=most)
    if as_json:
        from explain.json import repairs_json

        dump(repairs_json(decision, found))
    else:
        from explain.text import repairs_text

        click.echo(repairs_text(decision, found, width=width(), style=colour))
    sys.exit(0 if found.met or found.found else NONE)
