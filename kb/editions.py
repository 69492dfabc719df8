"""Editions in time: several editions of one policy side by side, and the one that decides a case.

A case is decided by the edition that is in force on the date of its request, or by one that is chosen by
name. An edition that does not say until when it holds ends on the day before the next one takes effect:
a file that decisions rest on then stays as it is, byte by byte, when a new edition is published.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from kb.policy import SHIPPED, Policy, find_policy, lint_policy, load_policy
from kb.problems import Problem, ProblemsError, did_you_mean, printable
from kb.syntax import NOWHERE, Constant
from kb.vocabulary import Header, Vocabulary

if TYPE_CHECKING:
    from kb.read_case import CaseText


@dataclass(frozen=True)
class Editions:
    """The editions of one policy, in the order in which they take effect; none overlaps another.

    Each has the day on which it ends in its header where another follows it. ``chosen`` is the one
    that was asked for by its name.
    """

    policies: tuple[Policy, ...]
    chosen: Policy | None = None

    @property
    def only(self) -> Policy | None:
        """The edition that decides every case, whatever its date: the one chosen, or the only one there is."""
        return self.chosen or (self.policies[0] if len(self.policies) == 1 else None)

    def in_force(self, day: date) -> Policy | None:
        """The edition that is in force on a day; none where the day falls outside of every one."""
        return next((each for each in self.policies if _holds(each.vocabulary.header, day)), None)

    def told(self) -> str:
        """The editions with their dates, in words."""
        return ", ".join(_told(each.vocabulary.header) for each in self.policies)


def _holds(header: Header, day: date) -> bool:
    return (header.effective or day) <= day <= (header.until or day)


def _told(header: Header) -> str:
    until = f" to {header.until}" if header.until else " on"
    return f"`{printable(header.edition)}` from {header.effective}{until}"


def edition_files(source: str | Path) -> list[Path]:
    """The files of a policy's editions: one file; a shipped policy, with the files beside it that are named
    ``NAME-*.pl``; or every policy file of a folder.

    Raises ``ProblemsError`` when there is none.
    """
    path = Path(source)
    if path.is_dir() and not _shipped(source):
        found = sorted(
            file
            for file in path.glob("*.pl")
            if not file.name.startswith(".") and not file.name.endswith(".case.pl") and file.is_file()
        )
        if not found:
            help = "the file of a policy ends in .pl"
            raise ProblemsError(
                [Problem("no-policy-file", "the folder holds no policy file", str(path), help=help)], {}
            )
        return found
    file = find_policy(source)
    return [file] if path.is_file() else [file, *sorted(SHIPPED.glob(f"{file.stem}-*.pl"))]


def _shipped(source: str | Path) -> bool:
    """Whether a source is the name of a shipped policy, and not that of a file or a folder."""
    return not Path(source).is_file() and str(source) in {file.stem for file in SHIPPED.glob("*.pl")}


def load_editions(source: str | Path = "lemtrada", name: str | None = None) -> Editions:
    """The editions of a policy: a file, the name of a shipped policy, or a folder; ``name`` chooses one of them.

    Raises ``ProblemsError`` with everything that is wrong with the files, or that keeps them from standing
    side by side, or when there is no edition of that name.
    """
    files = edition_files(source)
    policies, problems, texts = [], list[Problem](), dict[str, str]()
    for file in files:
        try:
            policies.append(load_policy(file))
        except ProblemsError as error:
            problems += error.problems
            texts.update(error.texts)
    if problems:
        raise ProblemsError(problems, texts)
    if _shipped(source):
        # A shipped `lemtrada-other.pl` may as well be another policy.
        policies = [each for each in policies if each.vocabulary.header.name == policies[0].vocabulary.header.name]
    editions = editions_of(policies)
    return editions if name is None else choose(editions, name, os.fspath(source))


def editions_of(policies: Sequence[Policy]) -> Editions:
    """Policies as the editions of one. Raises ``ProblemsError`` with all that keeps them from being that."""
    ordered = sorted(policies, key=lambda each: (each.vocabulary.header.effective or date.min, each.path))
    if problems := [*_conflicts(ordered)]:
        raise ProblemsError(problems, {each.path: each.program.text for each in ordered})
    ended = [_ended(each, after) for each, after in pairwise(ordered)]
    return Editions((*ended, ordered[-1]))


def lint_editions(source: str | Path) -> tuple[Sequence[Problem], Mapping[str, str]]:
    """Every error and warning of the files of a policy, and what keeps them from standing side by side.

    Gives the problems and the texts to show them in.
    """
    problems, texts = list[Problem](), dict[str, str]()
    for file in (files := edition_files(source)):
        found, shown = lint_policy(file)
        problems += found
        texts.update(shown)
    if len(files) > 1 and not any(problem.severity == "error" for problem in problems):
        try:
            load_editions(source)
        except ProblemsError as error:
            problems += error.problems
            texts.update(error.texts)
    return problems, texts


def choose(editions: Editions, name: str, path: str) -> Editions:
    """The editions with one chosen by its name. Raises ``ProblemsError`` when there is none of that name."""
    named = {each.vocabulary.header.edition: each for each in editions.policies}
    if name in named:
        return replace(editions, chosen=named[name])
    hint = did_you_mean(name, named)
    help = f"{hint + ' ' if hint else ''}editions: {editions.told()}"
    raise ProblemsError([Problem("no-such-edition", f"no edition `{printable(name)}`", path, help=help)], {})


def _ended(policy: Policy, after: Policy) -> Policy:
    """An edition that ends, at the latest, on the day before the next one takes effect."""
    header, next_day = policy.vocabulary.header, after.vocabulary.header.effective
    if header.until is not None or next_day is None:
        return policy
    header = replace(header, until=next_day - timedelta(days=1))
    return replace(policy, vocabulary=replace(policy.vocabulary, header=header))


def _conflicts(ordered: Sequence[Policy]) -> Iterator[Problem]:
    """What keeps policies, in the order of their dates, from being the editions of one."""
    first = ordered[0]
    named: dict[str, Policy] = {}
    for policy in ordered:
        header, known = policy.vocabulary.header, first.vocabulary.header
        if header.name != known.name:
            message = f"the policy `{printable(header.name)}` is no edition of `{printable(known.name)}`, {_at(first)}"
            help = "keep each policy in a folder of its own, or name one file"
            yield Problem("other-policy", message, policy.path, header.span, help)
            continue
        if (other := named.setdefault(header.edition, policy)) is not policy:
            message = f"the edition `{printable(header.edition)}` stands twice, first {_at(other)}"
            help = "remove one of the files, or name its edition otherwise"
            yield Problem("edition-twice", message, policy.path, header.span, help)
        for words, own, shared in _shape(policy, first):
            if own != shared:
                message = f"{words} is `{printable(own)}`, and `{printable(shared)}` in another edition, {_at(first)}"
                help = "the editions of one policy have this in common"
                yield Problem("edition-differs", message, policy.path, header.span, help)
    same = [each for each in ordered if each.vocabulary.header.name == first.vocabulary.header.name]
    for one, two in combinations(same, 2):
        before, after = one.vocabulary.header, two.vocabulary.header
        if after.effective and after.effective <= (before.until or before.effective or date.min):
            message = f"{_told(after)} overlaps {_told(before)}, {_at(one)}"
            help = "let `until` of the one come before `effective` of the other"
            yield Problem("editions-overlap", message, two.path, after.span, help)


def _shape(policy: Policy, first: Policy) -> Iterator[tuple[str, str, str]]:
    """What the editions of one policy have in common, in words: of this one and of the first."""
    own, shared = policy.vocabulary, first.vocabulary
    yield "the root goal", own.header.root, shared.header.root
    yield "the request date", own.header.request_date, shared.header.request_date
    if own.header.request_date == shared.header.request_date:
        yield "what counts as the request date", _counts(own), _counts(shared)


def _counts(vocabulary: Vocabulary) -> str:
    return "a document" if vocabulary.inputs[vocabulary.header.request_date].document else "any evidence"


def _at(policy: Policy) -> str:
    return f"at {printable(policy.path)}:{policy.vocabulary.header.span.line}"


# The edition that decides a case


def under(editions: Editions, path: str) -> tuple[Policy, str | CaseText]:
    """The edition that decides the case of a file, and what is to be read under it: the file, taken apart
    already where its date had to be known first.

    Raises ``ProblemsError`` with what is wrong with the file, or when its date leads to no edition.
    """
    if editions.only is not None:
        return editions.only, path
    from kb.read_case import open_case

    opened = open_case(path)
    return edition_for(editions, opened), opened


def edition_for(editions: Editions, opened: CaseText) -> Policy:
    """The edition in force on the request date of a case.

    Raises ``ProblemsError`` where the date cannot be read, is not known, or falls outside of every edition.
    """
    vocabulary = editions.policies[-1].vocabulary
    fact = opened.fact(vocabulary, vocabulary.header.request_date)
    term = fact.row[1]
    day = term.value if isinstance(term, Constant) else None
    span = term.span if isinstance(term, Constant) else NOWHERE
    help = f"editions: {editions.told()}; choose one with `--edition NAME`"
    if not isinstance(day, date):
        message = f"the date of the request is {_REASONS[fact.reason]}, and the edition hangs on it"
        problem = Problem("no-request-date", message, opened.path, span, help)
    elif (found := editions.in_force(day)) is not None:
        return found
    else:
        problem = Problem("no-edition-in-force", _outside(editions, day), opened.path, span, help)
    raise ProblemsError([problem], {opened.path: opened.text})


_REASONS: Mapping[str, str] = {
    "": "not stated",
    "missing": "not stated",
    "attested": "attested, not documented",
    "conflicting": "conflicting",
}


def _outside(editions: Editions, day: date) -> str:
    """Where a day lies that falls outside of every edition."""
    headers = [each.vocabulary.header for each in editions.policies]
    before = _names(header for header in headers if header.until and header.until < day)
    after = _names(header for header in headers if header.effective and header.effective > day)
    if not before:
        return f"the request of {day} comes before the first edition, {after[0]}"
    if not after:
        return f"the request of {day} comes after the last edition, {before[-1]}, ended"
    return f"the request of {day} falls between the editions {before[-1]} and {after[0]}"


def _names(headers: Iterable[Header]) -> list[str]:
    return [f"`{printable(header.edition)}`" for header in headers]
