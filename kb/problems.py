"""Problems: what is wrong with a text, where, and the way out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from kb.syntax import NOWHERE, Span

WIDEST_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a code, a place, the cause first, and help apart from it.

    ``notes`` are further places that belong to it, each a span of the same file and a few words.
    """

    code: str
    message: str
    path: str
    span: Span = NOWHERE
    help: str = ""
    severity: Literal["error", "warning"] = "error"
    notes: tuple[tuple[Span, str], ...] = ()

    def as_json(self) -> dict[str, object]:
        """The problem for editors and other programs; lines and columns count from 1."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "file": self.path,
            "line": self.span.line,
            "column": self.span.column,
            "end_line": self.span.end_line,
            "end_column": self.span.end_column,
            "help": self.help,
            "notes": [{"line": span.line, "column": span.column, "message": words} for span, words in self.notes],
        }


class ProblemsError(Exception):
    """Bad input. Carries every problem found and the texts they stand in, by path."""

    def __init__(self, problems: Iterable[Problem], texts: Mapping[str, str]) -> None:
        self.problems = tuple(problems)
        self.texts = dict(texts)
        super().__init__(render_all(self.problems, self.texts))


def printable(text: str) -> str:
    """The text with every control and formatting character shown as an escape.

    Text from a policy or a case reaches a terminal only through here, so none of it can move
    the cursor, colour the screen or reverse the reading order.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        repr(char)[1:-1] if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} else char
        for char in text
    )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean `x`?`` for the known word that is closest, or nothing."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean `{printable(close[0])}`?" if close else ""


def excerpt(text: str, span: Span) -> str:
    """The line of a span with its number, and a caret under what is meant."""
    lines = text.split("\n")
    if not 1 <= span.line <= len(lines):
        return ""
    raw = lines[span.line - 1].removesuffix("\r").replace("\t", " ")
    start = max(0, span.column - 1 - WIDEST_EXCERPT // 2)
    shown = raw[start : start + WIDEST_EXCERPT]
    before = printable(raw[start : span.column - 1])
    end = span.end_column - 1 if span.end_line == span.line else len(raw)
    meant = printable(raw[span.column - 1 : min(end, start + WIDEST_EXCERPT)])
    number = str(span.line)
    gutter = " " * len(number)
    carets = " " * _width(before) + "^" * max(1, _width(meant))
    return f"{gutter} |\n{number} | {printable(shown)}\n{gutter} | {carets}"


def _width(text: str) -> int:
    """Columns that a text takes in a terminal: wide letters two, combining marks none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def render(problem: Problem, texts: Mapping[str, str]) -> str:
    """One problem as people read it: what, where, the excerpt, the help."""
    path = printable(problem.path)
    lines = [f"{problem.severity}[{problem.code}]: {problem.message}"]
    if problem.span.line:
        gutter = " " * len(str(problem.span.line))
        lines.append(f"{gutter}--> {path}:{problem.span.line}:{problem.span.column}")
    else:
        lines.append(f" --> {path}")
    text = texts.get(problem.path, "")
    if shown := excerpt(text, problem.span):
        lines.append(shown)
    for span, words in problem.notes:
        lines.append(f"note: {words}, at {path}:{span.line}:{span.column}")
        if shown := excerpt(text, span):
            lines.append(shown)
    if problem.help:
        lines.append(f"help: {problem.help}")
    return "\n".join(lines)


def render_all(problems: Iterable[Problem], texts: Mapping[str, str]) -> str:
    """All problems in the order of their places, a blank line between them, and their number."""
    ordered = sorted(problems, key=lambda each: (each.path, each.span.line, each.span.column, each.code))
    errors = sum(each.severity == "error" for each in ordered)
    warnings = len(ordered) - errors
    counted = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in ((errors, "error"), (warnings, "warning")) if n]
    return "\n\n".join([*(render(each, texts) for each in ordered), " and ".join(counted)])
