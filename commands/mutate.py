"""The command that tries whether a suite would notice a mistake in a policy."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.common import (
    colour,
    dump,
    edition_option,
    json_option,
    one_edition,
    parse_readings,
    reading_option,
)
from commands.folders import refuse_folder, write_cases
from commands.progress import progress
from kb.problems import ProblemsError, printable

if TYPE_CHECKING:
    from explain.suite.grow import Grown
    from kb.policy import Policy
    from kb.regression.mutants import Mutant

SURVIVORS = 1


@click.command()
@click.argument("policy")
@click.option(
    "--suite", "suite", multiple=True, required=True, metavar="PATH", help="A folder of cases, or one; any number."
)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Use N processes rather than one a processor.")
@click.option("--only", multiple=True, metavar="OPERATOR", help="Use this operator alone; any number.")
@click.option(
    "--write-cases", "folder", metavar="DIR", help="Write the cases that would kill the survivors into this folder."
)
@click.option("--search/--no-search", default=True, help="Whether to look for those cases.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit with 0 where at least PERCENT of the mutants that can be are killed, rather than all.",
)
@reading_option
@edition_option
@json_option
def mutate(
    policy: str,
    suite: tuple[str, ...],
    jobs: int | None,
    only: tuple[str, ...],
    folder: str | None,
    search: bool,
    fail_under: float | None,
    readings: tuple[str, ...],
    edition: str | None,
    as_json: bool,
) -> None:
    """Make one small mistake after the other in a POLICY, and show which ones no case of a suite notices.

    A mistake that some case notices is a mutant killed; one that survives is a change of the policy that
    could be published without a test that fails. Every case must hold under the policy as it is.

    For each survivor a solver looks for the smallest case that would kill it. One that no case within the
    bounds can kill says the same as the policy: it is equivalent, and does not count.

    Exit code: 0 when all mutants but the equivalent ones are killed, 1 when some survive; 2 bad input, or a
    case that fails as it is.
    """
    from explain.suite.entries import read_suite
    from explain.suite.mutation import mutate as hold
    from explain.suite.mutation_faces import mutation_json, mutation_text
    from kb.case_policy import policy_key
    from kb.regression.operators import OPERATORS

    if folder is not None and not search:
        raise click.UsageError("--write-cases writes the cases that the search finds, so not with --no-search")
    if folder is not None:
        refuse_folder(Path(folder), *(f"*-{operator}-*.case.yaml" for operator in OPERATORS))
    loaded = one_edition(policy, edition)
    cases = read_suite(loaded, policy, suite)
    chosen = parse_readings(readings)
    with progress("mutating") as told:
        found = hold(loaded, cases, chosen, only, jobs or os.cpu_count() or 1, told)
    grown: Grown | None = None
    if search and found.survivors:
        made_for = policy_key(policy, loaded.vocabulary.header.name, Path(folder)) if folder is not None else ""
        grown = finished(loaded, found.survivors, chosen, made_for)
    if grown is not None and folder is not None:
        write_cases(Path(folder), grown.files)
    if as_json:
        dump(mutation_json(found, grown))
    else:
        click.echo(mutation_text(found, grown, colour))
    same = len(grown.equivalent) if grown else 0
    killed, killable = len(found.tried) - len(found.survivors), len(found.tried) - same
    enough = 100 * killed >= fail_under * killable if fail_under is not None else killed == killable
    sys.exit(0 if enough else SURVIVORS)


@click.command()
@click.argument("policy")
@click.option("-o", "--output", required=True, metavar="DIR", help="The folder to write the cases into.")
@click.option("--only", multiple=True, metavar="OPERATOR", help="Kill the mutants of this operator alone; any number.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Use N processes rather than one a processor.")
@reading_option
@edition_option
def suite(
    policy: str, output: str, only: tuple[str, ...], jobs: int | None, readings: tuple[str, ...], edition: str | None
) -> None:
    """Grow a suite of cases for a POLICY that would notice every small mistake in it.

    Usual cases come first, in which everything is in order; then for each mutant that no case notices yet the
    smallest case that kills it, boundaries included. Every case is decided by the engine before it is written,
    and expects what the policy decides of it today: read them before you trust them.

    Exit code: 0; 1 where the solver could not deal with every mutant; 2 bad input.
    """
    from explain.suite.grow import grow
    from kb.case_policy import policy_key

    loaded = one_edition(policy, edition)
    chosen = parse_readings(readings)
    loaded.readings(chosen)
    refuse_folder(Path(output), "*.case.yaml")
    with progress("growing") as told:
        made_for = policy_key(policy, loaded.vocabulary.header.name, Path(output))
        found = grow(loaded, chosen, only, told, made_for, jobs or os.cpu_count() or 1)
    write_cases(Path(output), found.files)
    same, open_ = len(found.equivalent), len(found.undecided)
    click.echo(f"{len(found.files)} cases kill {found.mutants - same - open_} of {found.mutants} mutants")
    if same:
        click.echo(f"{same} {'are' if same > 1 else 'is'} equivalent: every case within these bounds is decided alike")
        for each in found.bounds:
            click.echo(f"- {printable(each)}")
    if open_:
        click.echo(f"of {open_} nothing could be said in time: {', '.join(each.id for each in found.undecided)}")
    sys.exit(SURVIVORS if open_ else 0)


def finished(policy: Policy, survivors: Sequence[Mutant], readings: Mapping[str, str], made_for: str) -> Grown | None:
    """Cases that kill the survivors; none for a policy that is beyond solving, which is told."""
    from explain.suite.grow import finish
    from explain.suite.held import Alive
    from kb.regression.kill import Killer

    try:
        killer = Killer(policy, readings)
    except ProblemsError as error:
        click.echo(f"{error}\nno case is looked for that would kill a survivor", err=True)
        return None
    with progress("searching") as told:
        return finish(killer, Alive(policy, survivors, readings), told, made_for)
