"""The difference by effect: what becomes of the cases that there are.

Each case is read under the vocabulary of either edition and decided by the deciding engine. One that
cannot be read under both is told apart, and counts for nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kb.again import decide_again
from kb.answers import Status
from kb.case import Case
from kb.decide import Decision, decide
from kb.policy import Policy
from kb.problems import Problem, ProblemsError, did_you_mean, printable
from kb.read_case import CaseText, open_case
from kb.regression.difference import Effect, NotComparable, Outcome
from kb.syntax import Atom

if TYPE_CHECKING:
    from kb.table_case import RowText

TABLES = (".csv", ".parquet")


def outcomes(
    old: Policy, new: Policy, cases: Iterable[Path], readings: Mapping[str, str] | None = None
) -> Iterator[Outcome | NotComparable]:
    """Each case decided under both editions, or why it cannot be, in the order of the files.

    ``readings`` are those of both. Raises ``ProblemsError`` for a reading that neither edition offers.
    """
    chosen = split_readings(old, new, readings or {})
    for path in cases:
        for shown, before, after in _both(old, new, path):
            if isinstance(before, Case) and isinstance(after, Case):
                decision = decide(old, before, chosen[0])
                yield Outcome(shown, decision, decide_again(decision, new, after, chosen[1]))
            else:
                faults = [each if isinstance(each, ProblemsError) else None for each in (before, after)]
                yield NotComparable(shown, *faults)


def effect(found: Iterable[Outcome | NotComparable]) -> Effect:
    """All outcomes together. Those of which nothing changed are counted and not kept."""
    flips, shifts, unread = [], [], []
    verdicts = {(before, after): 0 for before in reversed(Status) for after in reversed(Status)}
    for each in found:
        if isinstance(each, NotComparable):
            unread.append(each)
            continue
        verdicts[each.before.status, each.after.status] += 1
        if each.flipped:
            flips.append(each)
        elif any(turned(each.before, each.after)):
            shifts.append(each)
    return Effect(tuple(flips), tuple(shifts), verdicts, tuple(unread))


def turned(before: Decision, after: Decision) -> Iterator[tuple[Atom, Status, Status]]:
    """The criteria that both editions have and whose status changed, the root apart, with both statuses.

    Where the verdict stayed, the grants too; else they change with it.
    """
    roots = {before.root, after.root}
    kinds = ("criterion", "grant") if before.status is after.status else ("criterion",)
    for predicate, criterion in after.policy.vocabulary.criteria.items():
        known = before.policy.vocabulary.criteria.get(predicate)
        if known is None or criterion.kind not in kinds or known.kind not in kinds:
            continue
        rows = dict.fromkeys((*before.answers.of(predicate), *after.answers.of(predicate)))
        for row in rows:
            goal = Atom(predicate.name, row)
            old, new = before.answers.status(goal), after.answers.status(goal)
            if goal not in roots and old is not new:
                yield goal, old, new


def split_readings(old: Policy, new: Policy, readings: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The readings of each edition: a reading that one of them alone offers is chosen in that one.

    Raises ``ProblemsError`` for one that neither offers, and for a value that an edition does not offer.
    """
    offered = [policy.vocabulary.readings for policy in (old, new)]
    both = (*offered[0], *(name for name in offered[1] if name not in offered[0]))
    problems = [
        Problem(
            "unknown-reading",
            f"neither edition has a reading `{printable(name)}`",
            new.path,
            help=did_you_mean(name, both) or f"readings of the two editions: {', '.join(both) or 'none'}",
        )
        for name in readings
        if name not in both
    ]
    if problems:
        raise ProblemsError(problems, {})
    left, right = ({name: value for name, value in readings.items() if name in known} for known in offered)
    return old.readings(left), new.readings(right)


def _both(old: Policy, new: Policy, path: Path) -> Iterator[tuple[str, Case | ProblemsError, Case | ProblemsError]]:
    """Each case of a file, as it reads under either edition: one, or one for each row of a table."""
    shown = os.fspath(path)
    if path.suffix.lower() in TABLES:
        left, right = _rows(old, new, path), _rows(new, old, path)
        if isinstance(left, ProblemsError) and isinstance(right, ProblemsError):
            yield shown, left, right
            return
        known = [each for each in (left, right) if not isinstance(each, ProblemsError)]
        for number in known[0]:
            before, after = (each if isinstance(each, ProblemsError) else each[number] for each in (left, right))
            yield f"{shown}, row {number}", before, after
        return
    try:
        opened = open_case(path)
    except ProblemsError as error:
        yield shown, error, error
    else:
        yield shown, _read(old, new, opened), _read(new, old, opened)


def _read(policy: Policy, other: Policy, opened: CaseText | RowText) -> Case | ProblemsError:
    """The case as it reads under a policy, or why it does not; it may be made for the other edition by its name."""
    vocabulary = policy.vocabulary
    errors: list[ProblemsError] = []
    for name in dict.fromkeys((vocabulary.header.name, other.vocabulary.header.name)):
        try:
            return opened.case(replace(vocabulary, header=replace(vocabulary.header, name=name)))
        except ProblemsError as error:
            errors.append(error)
    return next((each for each in errors if all(one.code != "wrong-policy" for one in each.problems)), errors[0])


def _rows(policy: Policy, other: Policy, path: Path) -> dict[int, Case | ProblemsError] | ProblemsError:
    """The cases of a table by their rows, or what is wrong with its heading."""
    from kb.table import load_table
    from kb.table_case import row_texts

    try:
        return {row.number: _read(policy, other, row) for row in row_texts(load_table(path), policy.vocabulary)}
    except ProblemsError as error:
        return error
