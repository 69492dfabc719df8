"""Decision records: `check --record` adds them to a file, and `replay` decides them again."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.common import BAD_INPUT, colour, dump, json_option
from commands.progress import patiently
from kb.problems import Problem, ProblemsError, printable, render_all

if TYPE_CHECKING:
    from kb.decide import Decision
    from kb.policy import Policy
    from kb.replay import Difference, OtherReading, Outcome

DIFFERS = 1
# What is told of a key: its section and its title.
Told = tuple[str, str]


def keep(path: str, decision: Decision) -> None:
    """Add the record of a decision to a file; a torn end that was there already is told."""
    from explain.json import version
    from kb.records import append_record, record_of

    if not append_record(Path(path), record_of(decision, version(), datetime.now(UTC))):
        click.echo(
            f"warning: {printable(path)} ended in a line that was cut; it is left as it is, and `replay` tells it",
            err=True,
        )


@click.command()
@click.argument("record", metavar="RECORD")
@click.option("--cases", "folder", metavar="DIR", help="Where the cases are; by default where RECORD is.")
@click.option("--against", metavar="EDITION", help="Decide under this edition, or this policy file, instead.")
@click.option("--policy", metavar="POLICY", help="A policy file or a folder of editions, besides the shipped ones.")
@json_option
def replay(record: str, folder: str | None, against: str | None, policy: str | None, as_json: bool) -> None:
    """Decide again what the lines of RECORD say was decided, and tell what is no longer the same.

    The cases and the policies are found by the hashes of their files. With --against the same cases are
    decided under another edition, and the criteria that it flips are listed. A reading that was left to
    its default is left to that of the other edition.

    Exit code: 0 when all is the same, 1 when something differs, 2 for bad input or what cannot be replayed.
    """
    from explain.json import version
    from kb.records import read_records
    from kb.replay import candidate, case_paths, shelf_of
    from kb.replay import replay as replayed

    lines = list(read_records(Path(record)))
    damaged = [found for _, found in lines if isinstance(found, Problem)]
    place = Path(folder) if folder is not None else Path(record).parent
    if not place.is_dir():
        raise ProblemsError([Problem("no-cases", "there is no such folder", str(place))], {})
    paths = list(case_paths(place))
    shelf = shelf_of(place, patiently(paths, len(paths), "looking for cases"), [policy] if policy else [])
    other = candidate(shelf, against) if against is not None else None
    records = [(number, found) for number, found in lines if not isinstance(found, Problem)]
    again = patiently(records, len(records), "replaying")
    outcomes = [(number, replayed(found, shelf, version(), other)) for number, found in again]
    if as_json:
        dump(outcomes_json(record, outcomes, damaged, other))
    else:
        click.echo("\n".join(outcomes_text(outcomes, len(damaged), other)))
        if damaged:
            click.echo(f"\n{render_all(damaged, {})}", err=True)
    kinds = {outcome.kind for _, outcome in outcomes}
    if damaged or "cannot be replayed" in kinds:
        sys.exit(BAD_INPUT)
    sys.exit(DIFFERS if "differs" in kinds else 0)


# What is told of them


def told_of(outcome: Outcome, difference: Difference, instance: bool = True) -> Told:
    """The section and the title of what differs; a criterion that the edition does not have has neither.

    Without ``instance`` the title is that of the criterion whatever its values.
    """
    from explain.language import clean
    from explain.phrases import Words
    from kb.records import instances, row_of
    from kb.syntax import Atom, Variable

    decision = outcome.decision
    assert decision is not None
    words, vocabulary = Words(decision), decision.policy.vocabulary
    values = {name: tuple(each.values) for name, each in vocabulary.types.items()}
    found = instances(decision).get(difference.key)
    for predicate, criterion in vocabulary.criteria.items():
        if predicate.name == difference.name and (predicate.arity > 1) == ("(" in difference.key):
            types = decision.policy.types[predicate]
            # What is not met any more has no row, but its key tells the values.
            row = found[1] if found else row_of(difference.key, types, values, decision.case.id)
            told = instance and not all(isinstance(term, Variable) for term in row[1:])
            return clean(criterion.section), words.title(criterion, Atom(difference.name, row) if told else None)
    return "", ""


# A criterion that flips: its section, its title, its name, and the status before and after.
Flip = tuple[str, str, str, str, str]


def flips(outcomes: Iterable[tuple[int, Outcome]]) -> dict[Flip, list[int]]:
    """The lines of the records that flip each criterion, whatever its values; those that flip most come first."""
    found: dict[Flip, list[int]] = {}
    for number, outcome in outcomes:
        for each in outcome.differences:
            flip = (*told_of(outcome, each, instance=False), each.name, each.recorded, each.replayed)
            lines = found.setdefault(flip, [])
            if number not in lines[-1:]:
                lines.append(number)
    return dict(sorted(found.items(), key=lambda each: (-len(each[1]), each[0])))


def readings_told(outcomes: Iterable[tuple[int, Outcome]]) -> dict[OtherReading, list[int]]:
    """The lines of the records for each reading of theirs that is not the default of the candidate."""
    found: dict[OtherReading, list[int]] = {}
    for number, outcome in outcomes:
        for each in outcome.readings:
            found.setdefault(each, []).append(number)
    return dict(sorted(found.items(), key=lambda each: (each[0].name, each[0].recorded, each[1])))


def reading_text(other: OtherReading) -> str:
    """What became of a recorded reading, and by which one the candidate decides."""
    name, recorded = printable(other.name), printable(other.recorded)
    by_default = f"{name}: decided by {other.default}, the candidate's default; the record has {recorded}"
    if other.replayed is None:
        return f"{name}: the record has {recorded}; the candidate has no such reading"
    if other.why == "not offered":
        return f"{by_default}, which the candidate does not offer"
    if other.why == "default":
        return f"{by_default}, the default of its edition"
    own = f"the candidate's default is {other.default}"
    if other.why == "chosen":
        return f"{name}: decided by {recorded}, as was chosen for the record; {own}"
    unknown = "the edition of the record is not known, so whether that was chosen cannot be told; see `--policy`"
    return f"{name}: decided by {recorded}, as recorded; {own}; {unknown}"


def outcomes_text(outcomes: Sequence[tuple[int, Outcome]], damaged: int, against: Policy | None) -> Iterator[str]:
    """What became of each record, a line each with what differs under it, and how many of each kind there are."""
    counts: dict[str, int] = {}
    if against is not None:
        yield f"Against {edition_of(against)}"
    for number, outcome in outcomes:
        counts[outcome.kind] = counts.get(outcome.kind, 0) + 1
        yield f"line {number}: {colour_of(outcome.kind)}: {subject(outcome)}"
        for each in outcome.differences:
            yield f"  {named(*told_of(outcome, each), each.key)}: {each.recorded} -> {each.replayed}"
        yield from (f"  note: {note}" for note in outcome.notes)
    if others := readings_told(outcomes):
        yield from ("", "Recorded readings that are not the candidate's defaults")
        yield from (f"  {reading_text(other)}: {lines_of(numbers)}" for other, numbers in others.items())
    found = flips(outcomes) if against is not None else {}
    if found:
        yield from ("", "Flips, by criterion")
    for (section, title, name, before, after), numbers in found.items():
        yield f"  {named(section, title, name)}: {before} -> {after}: {lines_of(numbers)}"
    if damaged:
        counts["damaged"] = damaged
    total = len(outcomes) + damaged
    summary = ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "none"
    yield from ("", f"{total} record{'s' * (total != 1)}: {summary}")


def lines_of(numbers: Sequence[int]) -> str:
    """Some lines in words."""
    return f"line{'s' * (len(numbers) != 1)} {', '.join(map(str, numbers))}"


def named(section: str, title: str, key: str) -> str:
    """A criterion by its section and title, and by its key as the record has it."""
    return f"{section}  {title} [{printable(key)}]" if section else printable(key)


def colour_of(kind: str) -> str:
    """The word for an outcome: red where something is to be looked at."""
    return colour(kind) if kind == "same" else click.style(kind, fg="red" if kind == "differs" else "yellow")


def subject(outcome: Outcome) -> str:
    """What an outcome is about: the case's file, or its hash where there is none, and the verdicts."""
    record = outcome.record
    name = printable(str(outcome.case)) if outcome.case else f"case {record.case_sha256[:12]}"
    verdict = record.verdict
    if outcome.verdict is not None and outcome.verdict != record.verdict:
        verdict = f"{record.verdict} -> {outcome.verdict}"
    reason = f": {outcome.reason}" if outcome.reason else ""
    return f"{name}, edition {printable(record.edition)}, {verdict}{reason}"


def edition_of(policy: Policy) -> str:
    """An edition in words, with its file."""
    return f"edition {printable(policy.vocabulary.header.edition)} ({printable(policy.path)})"


def outcomes_json(
    path: str, outcomes: Sequence[tuple[int, Outcome]], damaged: Sequence[Problem], against: Policy | None
) -> dict[str, Any]:
    """The same for other programs."""
    from explain.json import version

    header = against.vocabulary.header if against is not None else None
    return {
        "format": "policykb-replay/1",
        "software": version(),
        "record": path,
        "against": {"name": header.name, "edition": header.edition, "file": against.path, "sha256": against.hash}
        if against is not None and header is not None
        else None,
        "records": [
            {
                "line": number,
                "outcome": outcome.kind,
                "reason": outcome.reason,
                "case": {"sha256": outcome.record.case_sha256, "file": str(outcome.case) if outcome.case else None},
                "policy": {
                    "name": outcome.record.policy,
                    "edition": outcome.record.edition,
                    "sha256": outcome.record.policy_sha256,
                },
                "recorded_at": outcome.record.recorded_at,
                "verdict": {"recorded": outcome.record.verdict, "replayed": outcome.verdict},
                "differences": [difference_json(outcome, each) for each in outcome.differences],
                "notes": list(outcome.notes),
            }
            for number, outcome in outcomes
        ],
        "readings": [
            {
                "reading": other.name,
                "recorded": other.recorded,
                "replayed": other.replayed,
                "default": other.default,
                "why": other.why,
                "lines": lines,
            }
            for other, lines in readings_told(outcomes).items()
        ],
        "flips": [
            {
                "criterion": name,
                "section": section,
                "title": title,
                "recorded": before,
                "replayed": after,
                "lines": lines,
            }
            for (section, title, name, before, after), lines in flips(outcomes).items()
        ],
        "damaged": [problem.as_json() for problem in damaged],
    }


def difference_json(outcome: Outcome, difference: Difference) -> dict[str, str]:
    """One criterion that differs."""
    section, title = told_of(outcome, difference)
    return {
        "key": difference.key,
        "section": section,
        "title": title,
        "recorded": difference.recorded,
        "replayed": difference.replayed,
    }
