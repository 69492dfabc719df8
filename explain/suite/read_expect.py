"""What a case file expects, read and checked against the policy's vocabulary."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from explain.suite.goals import NotNamedError, goal_text, named_goal
from kb.answers import Status
from kb.case import Case
from kb.case_problems import listed, shown
from kb.decide import VERDICTS
from kb.policy import Policy
from kb.problems import Problem, ProblemsError, did_you_mean, printable
from kb.syntax import NOWHERE, Atom, Span
from kb.vocabulary import chosen_readings

# What may be expected under another reading.
UNDER = ("verdict", "criteria")
KEYS = ("verdict", "criteria", "not_met", "undocumented", "grants", "advisories", "readings")
STATUSES: Mapping[str, Status] = {
    "met": Status.MET,
    "not met": Status.NOT_MET,
    "undocumented": Status.UNDOCUMENTED,
}
EXPECT_CODES: Mapping[str, str] = {
    "bad-expectation": "What a case expects has not the expected form.",
    "unknown-expectation": "A case expects something that the policy does not have.",
}
"""Every code of a problem with what a case expects."""


@dataclass(frozen=True)
class Expectation:
    """The outcome that a case states. ``None``, or an empty map, asserts nothing.

    ``not_met`` and ``undocumented`` are the sections of the criteria that stand in the way.
    ``criteria`` holds the status of goals about the case, criteria and advisories alike.
    ``grants`` and ``advisories`` are those that are met, all of them, as a suite names them.
    ``readings`` holds the verdict under another reading, by ``name=value``; ``under`` the statuses of criteria.
    """

    verdict: str | None = None
    not_met: frozenset[str] | None = None
    undocumented: frozenset[str] | None = None
    criteria: Mapping[Atom, Status] = field(default_factory=dict)
    grants: frozenset[str] | None = None
    advisories: frozenset[str] | None = None
    readings: Mapping[str, str] = field(default_factory=dict)
    under: Mapping[str, Mapping[Atom, Status]] = field(default_factory=dict)

    @property
    def pairs(self) -> tuple[str, ...]:
        """The readings under which something is expected."""
        return tuple(dict.fromkeys((*self.readings, *self.under)))


@dataclass(frozen=True)
class Wrong:
    """A problem, and the keys under `expect` that lead to it; ``named``: the last key is wrong, not its value."""

    keys: tuple[str, ...]
    code: str
    message: str
    help: str
    named: bool = False


def read_expectation(case: Case, policy: Policy) -> Expectation | None:
    """What a case expects; ``None`` where it expects nothing.

    A word alone is the verdict, and asserts nothing else. In a map with a ``verdict``, ``not_met`` and
    ``undocumented`` that are left out are empty. Raises ``ProblemsError`` with everything that is wrong.
    """
    found, wrong = expected_of(case, policy)
    if wrong:
        raise ProblemsError(*placed(wrong, case))
    return found


def expected_of(case: Case, policy: Policy) -> tuple[Expectation | None, list[Wrong]]:
    """The same, and what is wrong with it."""
    if case.expect is None or case.expect == {}:
        return None, []
    reader = _Reader(case, policy)
    found = reader.expectation(case.expect)
    return None if found == Expectation() else found, reader.wrong


def placed(wrong: Iterable[Wrong], case: Case) -> tuple[list[Problem], dict[str, str]]:
    """The problems with their places in the case file, where it is still the file that was read, and its text."""
    from kb.case_nodes import read_nodes
    from kb.case_problems import Report
    from kb.source import read_text

    text, node = "", None
    try:
        if hashlib.sha256(Path(case.path).read_bytes()).hexdigest() == case.hash:
            text = read_text(case.path)
            node = read_nodes(text, Report(case.path, text))
    except (OSError, ValueError, ProblemsError):
        pass
    problems = [Problem(w.code, w.message, case.path, _span(node, ("expect", *w.keys), w.named), w.help) for w in wrong]
    return problems, {case.path: text} if text else {}


def _span(node: object, keys: tuple[str, ...], named: bool) -> Span:
    """The place of what these keys lead to: of the value where it is one value, else of its key, or where ``named``."""
    from kb.case_nodes import Mapping as MapNode
    from kb.case_nodes import Scalar, Sequence

    span = NOWHERE
    for key in keys:
        match node:
            case MapNode():
                pairs = [(word, value) for word, value in node.entries if word.text == key]
                if not pairs:
                    return span
                span, node = pairs[0][0].span, pairs[0][1]
            case Sequence():
                if not key.isdecimal() or int(key) >= len(node.items):
                    return span
                node = node.items[int(key)]
                span = node.span
    return node.span if isinstance(node, Scalar) and node.text and not named else span


class _Reader:
    """Takes the plain data under `expect` apart; collects what is wrong with it."""

    def __init__(self, case: Case, policy: Policy) -> None:
        self.case = case
        self.policy = policy
        self.wrong: list[Wrong] = []
        vocabulary = policy.vocabulary
        named = [criterion.section for criterion in vocabulary.criteria.values()]
        self.sections = tuple(dict.fromkeys((*vocabulary.header.sections, *named)))

    def bad(self, keys: tuple[str, ...], message: str, help: str = "", named: bool = False) -> None:
        self.wrong.append(Wrong(keys, "bad-expectation", message, help, named))

    def unknown(self, keys: tuple[str, ...], message: str, help: str, named: bool = False) -> None:
        self.wrong.append(Wrong(keys, "unknown-expectation", message, help, named))

    def expectation(self, data: object) -> Expectation:
        if isinstance(data, str):
            return Expectation(verdict=self.verdict((), data, "`expect`"))
        if not isinstance(data, Mapping):
            self.bad((), f"`expect` wants a map of {listed(KEYS)}", "write `verdict: proved` under it")
            return Expectation()
        for key in data:
            if key not in KEYS:
                help = did_you_mean(key, KEYS) or f"keys: {listed(KEYS)}"
                self.unknown((key,), f"`expect` has no key {shown(key)}", help, named=True)
        verdict = None
        if data.get("verdict") is not None:
            verdict = self.verdict(("verdict",), data["verdict"], "`expect.verdict`")
        stated = verdict is not None
        readings = dict(self.readings(data.get("readings")))
        return Expectation(
            verdict,
            self.failing("not_met", data, stated),
            self.failing("undocumented", data, stated),
            dict(self.criteria(("criteria",), data.get("criteria"))),
            self.goals("grants", "grant", data.get("grants")),
            self.goals("advisories", "advisory", data.get("advisories")),
            {pair: found for pair, (found, _) in readings.items() if found},
            {pair: criteria for pair, (_, criteria) in readings.items() if criteria},
        )

    def verdict(self, keys: tuple[str, ...], data: object, where: str) -> str | None:
        known = tuple(VERDICTS.values())
        if isinstance(data, str) and data in known:
            return data
        help = (did_you_mean(data, known) if isinstance(data, str) else "") or f"verdicts: {listed(known)}"
        said = f", found {shown(data)}" if isinstance(data, str) else ""
        self.bad(keys, f"{where} wants a verdict{said}", help)
        return None

    def words(self, key: str, data: object) -> Iterator[tuple[tuple[str, ...], str]]:
        """The words of a list, each with the keys that lead to it; one word stands for a list of it."""
        if isinstance(data, str):
            yield (key,), data
        elif isinstance(data, tuple):
            for number, word in enumerate(data):
                if isinstance(word, str):
                    yield (key, str(number)), word
                else:
                    self.bad((key, str(number)), f"an item of `expect.{key}` is not a word")
        else:
            self.bad((key,), f"`expect.{key}` wants a list", f"for none, write `{key}: []`")

    def failing(self, key: str, data: Mapping[str, object], stated: bool) -> frozenset[str] | None:
        if data.get(key) is None:
            return frozenset() if stated else None
        found = set()
        for keys, word in self.words(key, data[key]):
            if word not in self.sections:
                help = did_you_mean(word, self.sections) or f"sections: {listed(self.sections, 60)}"
                self.unknown(keys, f"`expect.{key}` names no section of the policy: {shown(word)}", help)
            found.add(word)
        return frozenset(found)

    def goal(self, keys: tuple[str, ...], word: str, kinds: tuple[str, ...], named: bool = False) -> Atom | None:
        try:
            return named_goal(word, self.policy, self.case.id, kinds)
        except NotNamedError as error:
            self.unknown(keys, error.message, error.help, named)
            return None

    def goals(self, key: str, kind: str, data: object) -> frozenset[str] | None:
        if data is None:
            return None
        goals = [self.goal(keys, word, (kind,)) for keys, word in self.words(key, data)]
        return frozenset(goal_text(goal, self.policy) for goal in goals if goal is not None)

    def pairs(self, keys: tuple[str, ...], data: object, example: str) -> Iterator[tuple[str, object]]:
        if data is None:
            return
        if isinstance(data, Mapping):
            yield from data.items()
        else:
            self.bad(keys, f"{_where(keys)} wants a map", f"write `{example}` under it")

    def criteria(self, keys: tuple[str, ...], data: object) -> Iterator[tuple[Atom, Status]]:
        for word, status in self.pairs(keys, data, "old_enough: met"):
            goal = self.goal((*keys, word), word, ("criterion", "advisory"), named=True)
            if status not in STATUSES:
                said = f", found {shown(status)}" if isinstance(status, str) else ""
                help = (
                    did_you_mean(status, STATUSES) if isinstance(status, str) else ""
                ) or f"one of {listed(STATUSES)}"
                self.bad((*keys, word), f"{_where((*keys, word))} wants a status{said}", help)
            elif goal is not None:
                yield goal, STATUSES[str(status)]

    def readings(self, data: object) -> Iterator[tuple[str, tuple[str | None, dict[Atom, Status]]]]:
        """What is expected under other readings: a verdict as a word, or a map with criteria too."""
        offered = self.policy.vocabulary.readings
        for pair, expected in self.pairs(("readings",), data, "name=value: proved"):
            keys = ("readings", pair)
            if not all("=" in each for each in pair.split(", ")):
                self.bad(keys, f"{shown(pair)} is not `name=value`", named=True)
                continue
            for name, value in chosen_readings(pair).items():
                if name not in offered:
                    help = did_you_mean(name, offered) or f"readings: {listed(offered)}"
                    self.unknown(keys, f"the policy has no reading {shown(name)}", help, named=True)
                elif value not in offered[name].values:
                    help = did_you_mean(value, offered[name].values) or f"values: {listed(offered[name].values)}"
                    message = f"{shown(value)} is no value of the reading `{printable(name)}`"
                    self.unknown(keys, message, help, named=True)
            if not isinstance(expected, Mapping):
                yield pair, (self.verdict(keys, expected, _where(keys)), {})
                continue
            for key in expected:
                if key not in UNDER:
                    help = did_you_mean(key, UNDER) or f"keys: {listed(UNDER)}"
                    self.unknown((*keys, key), f"{_where(keys)} has no key {shown(key)}", help, named=True)
            stated = expected.get("verdict")
            verdict = None
            if stated is not None:
                verdict = self.verdict((*keys, "verdict"), stated, _where((*keys, "verdict")))
            yield pair, (verdict, dict(self.criteria((*keys, "criteria"), expected.get("criteria"))))


def _where(keys: tuple[str, ...]) -> str:
    """What the keys lead to, as it is named in a message."""
    return f"`expect.{'.'.join(map(printable, keys))}`"
