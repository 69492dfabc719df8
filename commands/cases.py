"""The commands about cases: decide, ask, explain."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.common import (
    BAD_INPUT,
    EXIT,
    case_files,
    case_of,
    colour,
    dump,
    edition_option,
    editions_for,
    json_option,
    member_option,
    parse_readings,
    policy_option,
    prove_case,
    read_cases,
    reading_option,
    redact_option,
    refuse_cohort,
    width,
)
from kb.answers import Status
from kb.problems import ProblemsError, printable

if TYPE_CHECKING:
    from explain.repair import Repairs
    from explain.report import Report
    from kb.read_case import CaseText

EXAMPLES = Path(__file__).parent.parent / "kb" / "examples"


@click.command()
@click.option("-o", "--output", default="proof.svg", show_default=True, metavar="FILE", help="Where to draw the proof.")
def demo(output: str) -> None:
    """Decide a shipped example case, print its checklist and draw its proof.

    Exit code: 0 when that worked, 2 when not.
    """
    from explain.faces import draw
    from explain.report import report
    from explain.text import report_text
    from kb.files import write

    example = EXAMPLES / "refusal.case.yaml"
    ending = picture_ending(output)
    proof = prove_case(str(example), "lemtrada", {})
    click.echo(report_text(report(proof), width=width(), style=colour))
    write(Path(output), draw(proof, ending))
    click.echo(f"\nThe proof is drawn in {printable(output)}; the case is {printable(str(example))}")


@click.command()
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@policy_option
@reading_option
@json_option
@click.option("--repair/--no-repair", "repairing", default=True, help="Whether to look for the smallest repair.")
@redact_option
@edition_option
@click.option("--record", metavar="FILE", help="Add a record of each decision to FILE, for `policykb replay`.")
@member_option
def check(
    cases: tuple[str, ...],
    policy: str,
    readings: tuple[str, ...],
    as_json: bool,
    repairing: bool,
    redact: bool,
    edition: str | None,
    record: str | None,
    member: str | None,
) -> None:
    """Decide one case and print its checklist; several cases or a folder give a table.

    One case that is not approved comes with its smallest repair: what would change the verdict. Where the
    policy has several editions, each case is decided by the one in force on the date of its request.

    Exit code: 0 proved, 1 refuted, 3 undetermined, 2 bad input. Of several cases the worst counts:
    bad input, then refuted, then undetermined.
    """
    from explain.report import report

    if redact and record is not None:
        raise click.UsageError("--record names nobody, and tells a case by its file, so it goes without --redact")
    chosen = parse_readings(readings)
    editions = editions_for(policy, edition, chosen, redact)
    if member is not None and len(cases) > 1:
        raise click.UsageError("--case is about one member, of one cohort")
    if member is None and len(cases) == 1:
        refuse_cohort(cases[0])
    files: Sequence[str | Path | CaseText] = (
        case_files(cases) if member is None else [case_of(cases[0], member, policy, edition)]
    )
    several = len(files) > 1 or (member is None and Path(cases[0]).is_dir())
    rows: list[tuple[str, Report | None]] = []
    for number, (path, read) in enumerate(read_cases(editions, files, chosen, redact=redact), 1):
        name = f"case {number}" if redact else str(path)
        if isinstance(read, ProblemsError):
            click.echo(f"{read}\n", err=True)
            rows.append((name, None))
            continue
        proof = read.proof(chosen)
        if record is not None:
            from commands.records import keep

            keep(record, proof.decision)
        rows.append((name, report(proof)))
    reports = [found for _, found in rows if found]
    if as_json:
        from explain.json import report_json

        shown = [report_json(found) for found in reports]
        if several or not shown:
            dump(shown)
        else:
            dump(shown[0])
    elif several:
        from explain.text import table_text

        click.echo(table_text(short_names(rows), width=width(piped=1000), style=colour))
        for name, found in short_names(rows):
            for caution in found.words.cautions() if found else ():
                click.echo(f"Caution: {printable(name)}: {caution}")
    elif reports:
        from explain.text import report_text

        click.echo(report_text(reports[0], repair_of(reports[0], repairing), width=width(), style=colour))
    if len(reports) < len(rows):
        sys.exit(BAD_INPUT)
    statuses = {found.proof.status for found in reports}
    worst = next((each for each in (Status.NOT_MET, Status.UNDOCUMENTED) if each in statuses), Status.MET)
    sys.exit(EXIT[worst])


def repair_of(found: Report, wanted: bool) -> Repairs | None:
    """The first repair of a decision that is not proved, where it is wanted."""
    if not wanted or found.proof.status is Status.MET:
        return None
    from explain.repair import Repairs, repairs

    try:
        return repairs(found.proof.decision, most=1)
    except ProblemsError as error:
        # A policy that is beyond solving is decided all the same.
        return Repairs(unsolved=printable(error.problems[0].message))


def short_names(rows: Sequence[tuple[str, Report | None]]) -> list[tuple[str, Report | None]]:
    """The rows with each file's name told from the folder that holds them all."""
    folder = os.path.commonpath([os.path.dirname(os.path.abspath(name)) for name, _ in rows])
    return [(os.path.relpath(os.path.abspath(name), folder), found) for name, found in rows]


@click.command()
@click.argument("goal")
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@policy_option
@reading_option
@json_option
@redact_option
@edition_option
@click.option(
    "--first", type=click.IntRange(0, 10_000), metavar="N", help="Of a cohort, name the first N who meet it, not 10."
)
def query(
    goal: str,
    cases: tuple[str, ...],
    policy: str,
    readings: tuple[str, ...],
    as_json: bool,
    redact: bool,
    edition: str | None,
    first: int | None,
) -> None:
    r"""Ask any GOAL of each case: bindings and statuses.

    For example `policykb query 'inadequate_response(P, Drug)' CASE`, or `'\+ eligible(P)'`.

    A CASE that is the data of a cohort (Parquet, CSV, JSON by the line, a folder of these) gives how many members
    meet the goal, and the first of them; of a goal with variables the greatest status of their values counts.

    Exit code: 0 when some answer is met, else 3 when some is not documented, else 1; 2 bad input.
    """
    from commands.cohort_query import cohort_data, query_cohort
    from kb.query import ask, question

    if (data := cohort_data(cases)) is not None:
        if redact:
            raise click.UsageError("--redact is about cases, and a cohort is told by its members' names")
        found_status = query_cohort(
            goal, data, policy, edition, parse_readings(readings), 10 if first is None else first, as_json
        )
        sys.exit(EXIT[found_status])
    if first is not None:
        raise click.UsageError("--first goes with the data of a cohort")
    chosen = parse_readings(readings)
    editions = editions_for(policy, edition, chosen, redact)
    asked, best, bad, found = None, Status.NOT_MET, False, []
    for _, read in read_cases(editions, case_files(cases), chosen, goal, redact):
        if isinstance(read, ProblemsError):
            click.echo(f"{read}\n", err=True)
            bad = True
            continue
        assert read.asked is not None
        # The goal is the same in every edition, and so are its variables.
        asked = asked or read.asked
        decision, answers = ask(read.asked, read.case, chosen)
        best = max([best, *(answer.status for answer in answers)])
        found.append((decision, answers))
    asked = asked or question(editions.only or editions.policies[-1], goal)
    if as_json:
        from explain.json import answers_json

        dump(answers_json(asked, found))
    elif found:
        from explain.text import answers_text

        click.echo(answers_text(asked, found, style=colour))
    sys.exit(BAD_INPUT if bad else EXIT[best])


@click.command()
@click.argument("case")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write to FILE, ending in .html .svg .png .pdf .dot .txt or .json; or a folder.",
)
@click.option("--goal", metavar="GOAL", help="Explain this goal rather than the policy's root goal.")
@click.option("--full", is_flag=True, help="Unfold what is met and what says nothing.")
@click.option("--core", "core_only", is_flag=True, help="Keep only what the verdict needs: the smallest such part.")
@click.option("--assume", "assumed", multiple=True, metavar="FACT", help="Show what changes if FACT were documented.")
@click.option("--drop", "dropped", multiple=True, metavar="FACT", help="Show what changes without FACT.")
@member_option
@redact_option
@policy_option
@edition_option
@reading_option
def explain(
    case: str,
    output: str | None,
    goal: str | None,
    full: bool,
    core_only: bool,
    assumed: tuple[str, ...],
    dropped: tuple[str, ...],
    member: str | None,
    redact: bool,
    policy: str,
    edition: str | None,
    readings: tuple[str, ...],
) -> None:
    """Show the proof of a case's verdict, or of any goal: as text, or as a page or a picture in a file.

    With --case ID it is about one member of a cohort, and CASE names the data of the cohort, as for `cohort`.

    A CASE that is a folder of cases gives, in the folder named by -o, a page for each and an index of them.

    With --assume or --drop it shows the proof before and after, and what changed in between. A FACT is
    written as in a case file of Prolog facts, such as 'baseline(skin_exam)' or 'absent(benefit)'.

    Exit code: that of the goal (0 met, 1 not met, 3 not documented), with --assume or --drop that of the
    goal after it; 2 bad usage or bad input.
    """
    from explain.faces import draw
    from explain.report import verdict_line
    from explain.text import proof_text
    from kb.files import write

    if case and member is None and Path(case).is_dir():
        from commands.pages import folder_pages

        if output is None or goal is not None or core_only or assumed or dropped:
            raise click.UsageError("a folder of cases needs -o FOLDER, and none of --goal, --core, --assume, --drop")
        chosen = parse_readings(readings)
        sys.exit(folder_pages(case, output, policy, chosen, full=full, redact=redact, edition=edition))
    ending = ".txt" if output is None else picture_ending(output)
    opened = case_of(case, member, policy, edition)
    if assumed or dropped:
        from commands.what_if import changes_of, show

        if core_only:
            raise click.UsageError("--core shows one proof, and --assume and --drop compare two")
        changes = changes_of(opened, policy, parse_readings(readings), goal, assumed, dropped, redact, edition)
        show(changes, output, full)
        sys.exit(EXIT[changes.after.status])
    proof = prove_case(opened, policy, parse_readings(readings), goal, redact, edition)
    if core_only:
        from explain.core import core

        proof = core(proof)
    if output is not None:
        if ending == ".html":
            from commands.pages import case_page

            write(Path(output), case_page(proof, full=full))
        else:
            write(Path(output), draw(proof, ending, full=full))
        click.echo(f"{printable(output)}: {verdict_line(proof)}", err=True)
    else:
        click.echo(proof_text(proof, full=full, width=width(), style=colour))
    sys.exit(EXIT[proof.status])


def picture_ending(output: str) -> str:
    """The ending of a file's name, if it is one that a proof can be written in."""
    from explain.faces import FORMATS

    ending = Path(output).suffix.lower()
    if ending not in FORMATS:
        message = f"`{printable(ending or output)}` is no known ending; known are {', '.join(FORMATS)}"
        raise click.BadParameter(message, param_hint="--output")
    return ending
