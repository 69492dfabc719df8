"""What can be wrong with a case file: the codes, and the collector that every reader of a case shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, NoReturn

from kb.problems import Problem, ProblemsError, printable
from kb.syntax import Span

MOST_PROBLEMS = 100
LONGEST_SHOWN = 60

CASE_CODES: Mapping[str, str] = {
    "bad-key": "A key that is not a word, such as a list, a map or nothing.",
    "case-control-character": "A control character, or one that reverses the reading order.",
    "date-format": "A date that is not written year-month-day.",
    "date-time": "A date with a time of day.",
    "duplicate-key": "A key, or the name of the case, given twice.",
    "empty-case": "A file that says nothing.",
    "empty-evidence": "A list of evidence without a piece in it.",
    "empty-row": "A row of a list that says nothing.",
    "empty-text": "A text that is empty or blank.",
    "fact-arity": "A fact with too few or too many arguments.",
    "list-for-value": "A list where one value belongs.",
    "map-for-value": "A map where one value belongs.",
    "missing-case": "No `case:`, the name of the case.",
    "no-such-date": "A date that is not in the calendar.",
    "none-and-rows": "A list that is said to be empty and has rows.",
    "not-a-case": "A file whose top level is not a map of keys.",
    "not-a-fact": "A clause of a case that is a rule, a directive, or holds a variable.",
    "not-in-enumeration": "A value outside its enumeration.",
    "number-format": "A number that is not written out in digits.",
    "other-case": "A fact about another case.",
    "quoted-number": "A number in quotes.",
    "several-documents": "More than one document in a file.",
    "too-deep": "Maps and lists nested deeper than a case ever is.",
    "too-large": "A file larger than a case ever is.",
    "too-many-problems": "Reading stopped, for there are too many problems.",
    "unknown-fact": "A fact of a predicate that the policy does not declare as an input.",
    "unknown-key": "A key that the policy does not declare.",
    "unknown-origin": "An origin other than `document`, `attestation` and `override`.",
    "value-and-evidence": "A value beside a list of evidence.",
    "value-for-list": "One value where a list belongs.",
    "value-for-map": "A value or a list where a map belongs.",
    "value-missing": "A source or an origin without a value.",
    "wrong-policy": "A case that is made for another policy.",
    "wrong-type": "A value of the wrong type.",
    "yaml-alias": "An anchor, an alias or a merge key.",
    "yaml-directive": "A line that starts with `%`.",
    "yaml-syntax": "A text that is not YAML.",
    "yaml-tab": "A tab where YAML wants blanks.",
    "yaml-tag": "A tag, such as `!!str`.",
    "yes-no-word": "A word for yes or no where it does not belong.",
}
"""Every code of a problem in a case file, and what it means in one line."""


def shown(text: str) -> str:
    """A text of the user as a message shows it: in backticks, cut where it is long."""
    cut = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "..."
    return f"`{printable(cut)}`"


def listed(values: Iterable[str], most: int = 12) -> str:
    """The values that are possible, cut where there are many."""
    every = list(values)
    rest = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(f"`{printable(value)}`" for value in every[:most]) + rest


class Report:
    """Collects the problems of one case file, so that all are shown together."""

    codes: ClassVar[Mapping[str, str]] = CASE_CODES

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.problems: list[Problem] = []

    def wrong(
        self, code: str, message: str, span: Span, advice: str = "", notes: tuple[tuple[Span, str], ...] = ()
    ) -> None:
        """Add a problem; raises ``ProblemsError`` once there are too many to be of use."""
        if code not in self.codes:
            raise KeyError(code)
        self.problems.append(Problem(code, message, self.path, span, advice, notes=notes))
        if len(self.problems) == MOST_PROBLEMS:
            stopped = f"reading stopped after {MOST_PROBLEMS} problems"
            self.problems.append(Problem("too-many-problems", stopped, self.path, span, "correct these first"))
            self.stop()

    def stop(self) -> NoReturn:
        """Raise ``ProblemsError`` with everything found so far."""
        raise ProblemsError(self.problems, {self.path: self.text})

    def finish(self) -> None:
        """Raise ``ProblemsError`` if anything was found."""
        if self.problems:
            self.stop()
