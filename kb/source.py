"""The text of a file, or the problem that keeps it from being read."""

from __future__ import annotations

import re
from pathlib import Path

from kb.problems import Problem, ProblemsError
from kb.syntax import Span

# The second half of the class reverses the reading order: what people review is not what runs.
UNWELCOME = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def read_text(path: str | Path) -> str:
    """The text of a UTF-8 file, a byte order mark removed and line ends made one; ``ProblemsError`` otherwise."""
    shown = str(path)
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise ProblemsError([Problem("unreadable-file", reason, shown)], {}) from None
    except ValueError:
        raise ProblemsError([Problem("unreadable-file", "the name holds a NUL byte", shown)], {}) from None
    return decode(data, shown)


def decode(data: bytes, path: str) -> str:
    """The text that the bytes of a file spell in UTF-8; the path is for the problem."""
    if b"\x00" in data:
        problem = Problem("encoding", "the file holds a NUL byte", path, _place(data, data.index(b"\x00")))
        problem = _with_help(problem, "save it as plain text in UTF-8")
        raise ProblemsError([problem], {})
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = Problem("encoding", "the file is not UTF-8", path, _place(data, error.start))
        raise ProblemsError([_with_help(problem, "save it as UTF-8")], {}) from None
    return plain(text)


def plain(text: str) -> str:
    """The text without its byte order mark, every line ended by one newline."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def unwelcome_characters(text: str, path: str) -> list[Problem]:
    """A problem for each control character, and each that reverses the reading order."""
    found = []
    for match in UNWELCOME.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - text.rfind("\n", 0, match.start())
        found.append(
            Problem(
                "control-character",
                f"a control character, U+{ord(match[0]):04X}, stands in the text",
                path,
                Span(line, column, line, column + 1),
                r"remove it; inside quotes write it as an escape, such as `\x202E\`",
            )
        )
        if len(found) == 20:
            break
    return found


def _place(data: bytes, offset: int) -> Span:
    line = data.count(b"\n", 0, offset) + 1
    column = len(data[data.rfind(b"\n", 0, offset) + 1 : offset].decode("utf-8", "replace")) + 1
    return Span(line, column, line, column + 1)


def _with_help(problem: Problem, words: str) -> Problem:
    return Problem(problem.code, problem.message, problem.path, problem.span, words)
