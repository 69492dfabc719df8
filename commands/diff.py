"""The command that compares two editions of a policy."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.common import case_files, colour, dump, json_option, parse_readings, reading_option
from commands.folders import refuse_folder, write_cases
from commands.progress import patiently
from kb.problems import Problem, ProblemsError, printable

if TYPE_CHECKING:
    from kb.policy import Policy
    from kb.regression.difference import Difference, Effect, Meaning
    from kb.syntax import Predicate

FLIPPED, BAD_INPUT = 1, 2
PIPED = 100


@click.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--cases", multiple=True, metavar="PATH", help="Decide these cases in both: a file, a table, a folder; any number."
)
@click.option("--fail-on-flip", is_flag=True, help="Exit with 1 when the verdict of a case flips.")
@click.option("--no-meaning", is_flag=True, help="Leave out the comparison by meaning.")
@click.option("--write-cases", "folder", metavar="DIR", help="Write each witness as a case file into this folder.")
@reading_option
@json_option
@click.option("-o", "--output", metavar="FILE", help="Write a page to FILE, ending in .html.")
def diff(
    old: str,
    new: str,
    cases: tuple[str, ...],
    fail_on_flip: bool,
    no_meaning: bool,
    folder: str | None,
    readings: tuple[str, ...],
    as_json: bool,
    output: str | None,
) -> None:
    """Show the difference between two editions of a policy: in words, by meaning, and by its effect on cases.

    OLD and NEW are each a policy file, the name of a shipped policy, NAME@EDITION for an edition of a
    policy, or REV:path for a file of a git repository, such as main:policies/x.pl.

    By meaning a solver looks for a case, of all that there can be, that the two decide differently; by
    effect --cases are decided under both. A reading that is chosen is chosen for both editions.

    Exit code: 0; with --fail-on-flip 1 when the verdict of a case flips; 2 bad usage or bad input: no case
    can be compared, or with --fail-on-flip one of them cannot.
    """
    from kb.regression.difference import Difference
    from kb.regression.effect import split_readings
    from kb.regression.words import edits

    if fail_on_flip and not cases:
        raise click.UsageError("--fail-on-flip needs --cases")
    if folder is not None and no_meaning:
        raise click.UsageError("--write-cases writes what the comparison by meaning finds, so not with --no-meaning")
    if output is not None and Path(output).suffix.lower() != ".html":
        raise click.BadParameter(f"`{printable(output)}` does not end in .html", param_hint="--output")
    if folder is not None:
        refuse_folder(Path(folder), "witness-*.case.yaml")
    chosen, files = parse_readings(readings), case_files(cases)
    there(files)
    editions = both_of(old, new)
    split_readings(*editions, chosen)
    effect = effect_of(*editions, files, chosen) if cases else None
    meaning = None if no_meaning else meaning_of(*editions, chosen, needed=folder is not None)
    found = Difference(*editions, edits(*editions), meaning, effect, chosen)
    if folder is not None:
        write_cases(Path(folder), witness_files(found, new, Path(folder)))
    show(found, output, as_json)
    sys.exit(ended(effect, fail_on_flip) if effect else 0)


def there(files: Sequence[Path]) -> None:
    """Raises ``ProblemsError`` with each file of cases that there is none of: a name misspelt is no case that stays."""
    missing = [
        Problem("unreadable-file", "no such file or directory", str(each)) for each in files if not each.exists()
    ]
    if missing:
        raise ProblemsError(missing, {})


def ended(effect: Effect, fail_on_flip: bool) -> int:
    """The exit code, with a word on the cases on which it hangs."""
    if fail_on_flip and effect.flips:
        return FLIPPED
    apart = len(effect.not_comparable)
    if apart and (fail_on_flip or not effect.compared):
        which = "no case can" if not effect.compared else f"{apart} cases cannot" if apart > 1 else "a case cannot"
        click.echo(f"Error: {which} be decided under both editions", err=True)
        return BAD_INPUT
    return 0


def both_of(old: str, new: str) -> tuple[Policy, Policy]:
    """Both editions. What is wrong with either is told together."""
    from kb.regression.sources import load_source

    found: list[Policy] = []
    problems, texts = list[Problem](), dict[str, str]()
    for source in dict.fromkeys((old, new)):
        try:
            found.append(load_source(source))
        except ProblemsError as error:
            problems += error.problems
            texts.update(error.texts)
    if problems:
        raise ProblemsError(problems, texts)
    return found[0], found[-1]


def meaning_of(old: Policy, new: Policy, readings: Mapping[str, str], *, needed: bool) -> Meaning | None:
    """The difference by meaning, with its progress on a terminal.

    A policy that is beyond solving has the other parts all the same, unless this one is ``needed``.
    """
    from explain.difference.departures import sayer
    from kb.regression.meaning import compare

    def shown(goals: list[Predicate]) -> Iterator[Predicate]:
        return patiently(goals, len(goals), "comparing goals", at_once=True)

    try:
        return compare(old, new, readings, say=sayer(old), progress=shown)
    except ProblemsError as error:
        if needed:
            raise
        click.echo(f"{error}\n\nthe comparison by meaning is left out", err=True)
        return None


def effect_of(old: Policy, new: Policy, files: Sequence[Path], readings: Mapping[str, str]) -> Effect:
    """The difference by effect, with its progress on a terminal."""
    from kb.regression.effect import effect, outcomes

    return effect(outcomes(old, new, patiently(files, len(files), "comparing case files"), readings))


def witness_files(found: Difference, new: str, folder: Path) -> dict[str, str]:
    """Each witness as the text of a case file for a folder, made for the new edition, by the name of the file."""
    from explain.difference.told import Told
    from kb.case_policy import policy_key
    from kb.case_text import case_text

    told = Told(found)
    files = {}
    for each in told.examples:
        turns = [told.turn(shift, turn) for shift, turn in each.turns]
        comment = [*turns, "What is unusual in it:", *(f"- {words}" for words in each.witness.unusual)]
        made_for = policy_key(new, str(each.record["policy"]), folder)
        files[f"{each.name}.case.yaml"] = case_text({**each.record, "policy": made_for}, "\n".join(comment))
    return files


def show(found: Difference, output: str | None, as_json: bool) -> None:
    """Print the difference, or write the page about it."""
    if as_json:
        from explain.difference.json import difference_json

        dump(difference_json(found))
    if output is not None:
        from explain.difference.html import difference_page
        from explain.difference.told import Told
        from kb.files import write

        write(Path(output), difference_page(found))
        click.echo(f"{printable(output)}: {' '.join(Told(found).summary)}", err=True)
    elif not as_json:
        from explain.difference.text import difference_text

        click.echo(difference_text(found, width=terminal(), style=colour))


def terminal() -> int:
    """How wide the text may be, with two proofs side by side: as wide as the terminal, within reason."""
    return min(200, max(60, shutil.get_terminal_size().columns)) if sys.stdout.isatty() else PIPED
