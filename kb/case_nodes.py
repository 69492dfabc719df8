"""YAML (and JSON, a part of it) to nodes: maps, lists and scalars as written, each with its place.

Nothing is converted here: a scalar keeps the text of the file, so that no number passes through a
float. Anchors, aliases, merge keys and tags are refused, so a case can neither grow without bound
nor name a Python object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from kb.case_problems import Report, shown
from kb.source import UNWELCOME
from kb.syntax import Span

DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as written; ``plain`` without quotes; ``broken`` when a problem was already reported."""

    text: str
    plain: bool
    span: Span
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    """A map: each key with its value, in the order of the file; no key occurs twice."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span

    def get(self, key: str) -> Node | None:
        """The value of a key, if it is there."""
        return next((value for found, value in self.entries if found.text == key), None)


Node: TypeAlias = Scalar | Sequence | Mapping

_SYNTAX: tuple[tuple[str, str, str], ...] = (
    # What the scanner says, what people should hear, and the way out.
    ("mapping values are not", "a `:` and a blank cannot stand here", "put quotes around a text with `: ` in it"),
    ("could not find expected ':'", "a `:` is missing after the key", "a key is followed by `:` and a blank"),
    ("found unexpected end of stream", "the quote is never closed", "close it with the quote that opened it"),
    ("unexpected document separator", "the quote is never closed", "close it with the quote that opened it"),
    ("expected ',' or ']'", "the list `[` is not closed", "put `,` between its items and `]` at its end"),
    ("expected ',' or '}'", "the map `{` is not closed", "put `,` between its keys and `}` at its end"),
    ("expected <block end>", "this does not line up with the lines above", "keys of one map start in one column"),
    ("unknown escape character", "the escape is not known", r"in double quotes a backslash is written `\\`"),
    ("escape sequence", "the escape is not known", r"in double quotes a backslash is written `\\`"),
    ("sequence entries are not allowed", "a list with `-` starts on a line of its own", "start a new line"),
    ("block sequence entries", "a list with `-` starts on a line of its own", "start a new line"),
    ("expected the node content", "a value is missing here", "put quotes around a text that starts with `,]}[{`"),
    ("expected '<document start>'", "the text goes on after its end", "a case is one map of keys"),
    ("expected alphabetic or numeric", "a value cannot start with this character", "put quotes around it"),
    ("expected a comment or a line break", "nothing may follow here on the line", "start a new line"),
)  # fmt: skip


def read_nodes(text: str, report: Report) -> Node | None:
    """The nodes of a text; ``None``, and a problem in the report, where it is empty or no YAML."""
    if not _clean(text, report):
        return None
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    try:
        return _Composer(YAML(typ="safe", pure=True).parse(text), report).document()
    except MarkedYAMLError as error:
        _syntax(error, text, report)
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, AssertionError):
        # The scanner trips over a few texts, such as an escape beyond the last character of Unicode.
        beyond = re.search(r"\\U(?!000[0-9a-fA-F]|0010)[0-9a-fA-F]{8}", text)
        line, column = _place(text, beyond.start() if beyond else 0)
        span = Span(line, column, line, column + (10 if beyond else 1))
        report.wrong("yaml-syntax", "this is not YAML", span, "look for an odd escape or `%`")
    return None


def _clean(text: str, report: Report) -> bool:
    """Whether the text holds only characters that a case may hold."""
    found = 0
    for match in re.finditer(f"{UNWELCOME.pattern}|[\ud800-\udfff\ufffe\uffff]", text):
        line, column = _place(text, match.start())
        message = f"the character U+{ord(match[0]):04X} stands in the text"
        report.wrong("case-control-character", message, Span(line, column, line, column + 1), "remove it")
        found += 1
        if found == 20:
            break
    return not found


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _syntax(error: Any, text: str, report: Report) -> None:
    """Report what the scanner or the parser found, in words for people."""
    said = str(error.problem or "")
    mark = error.problem_mark or error.context_mark
    message, advice = next(
        ((words, advice) for heard, words, advice in _SYNTAX if heard in said), ("this is not YAML", "")
    )
    if mark is not None and error.context_mark is not None and message.endswith("closed"):
        mark = error.context_mark
    if "`:` is missing" in message and error.context_mark is not None:
        mark = error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    lines = text.split("\n")
    span = Span(line, column, line, column + 1)
    at = lines[line - 1][column - 1 : column] if line <= len(lines) else ""
    indent = lines[line - 1][: column - 1] if line <= len(lines) else ""
    if at == "\t" or ("\t" in indent and not indent.strip()):
        report.wrong("yaml-tab", "a tab stands where YAML wants blanks", span, "indent with blanks")
    elif "cannot start any token" in said:
        report.wrong("yaml-syntax", f"a value cannot start with {shown(at)}", span, "put quotes around it")
    else:
        report.wrong("yaml-syntax", message, span, advice)


class _Composer:
    """Builds nodes from the events of the parser."""

    def __init__(self, events: Iterator[Any], report: Report) -> None:
        from ruamel.yaml import events as kinds

        self.events = events
        self.report = report
        self.scalar, self.alias = kinds.ScalarEvent, kinds.AliasEvent
        self.sequence, self.sequence_end = kinds.SequenceStartEvent, kinds.SequenceEndEvent
        self.mapping, self.mapping_end = kinds.MappingStartEvent, kinds.MappingEndEvent
        self.start, self.stream = kinds.DocumentStartEvent, (kinds.StreamStartEvent, kinds.StreamEndEvent)

    def document(self) -> Node | None:
        """The node of the only document; ``None`` where there is none."""
        node: Node | None = None
        begun = False
        for event in self.events:
            if isinstance(event, self.start):
                span = _span(event)
                if begun:
                    advice = "keep one case in each file"
                    self.report.wrong("several-documents", "a second document starts here", span, advice)
                    break
                begun = True
                if event.tags or event.version not in (None, (1, 2)):
                    message = "a line that starts with `%` stands before the case"
                    self.report.wrong("yaml-directive", message, Span(1, 1, 1, 2), "remove it")
            elif begun and node is None:
                node = self.node(event, 1)
        return node

    def node(self, event: Any, depth: int) -> Node:
        span = _span(event)
        if isinstance(event, self.alias):
            name = shown("*" + str(event.anchor))
            self.report.wrong("yaml-alias", f"an alias, {name}, stands for a value", span, "write the value out")
            return Scalar("", True, span, broken=True)
        if event.anchor is not None:
            name = shown("&" + str(event.anchor))
            self.report.wrong("yaml-alias", f"an anchor, {name}, marks a value", span, "remove it")
        if depth > DEEPEST:
            message = f"maps and lists are nested deeper than {DEEPEST}"
            self.report.wrong("too-deep", message, span, "a case is nested four deep at most")
            self.report.stop()
        if isinstance(event, self.scalar):
            node: Node = self.text(event, span)
        elif isinstance(event, self.sequence):
            items = []
            while not isinstance(inner := next(self.events), self.sequence_end):
                items.append(self.node(inner, depth + 1))
            node = Sequence(tuple(items), span)
        else:
            node = Mapping(tuple(self.pairs(depth)), span)
        # A lone "!" says "not resolved", which is a tag as well.
        if event.tag is not None:
            name = shown(str(event.tag).replace("tag:yaml.org,2002:", "!!"))
            self.report.wrong("yaml-tag", f"a tag, {name}, says what a value is", span, "remove the tag")
            return Scalar("", True, span, broken=True)
        return node

    def text(self, event: Any, span: Span) -> Scalar:
        value = str(event.value)
        plain = not event.style
        if not value.isprintable():
            # JSON writes a character beyond U+FFFF as two escapes; half a pair is no character.
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "backslashreplace")
            if match := UNWELCOME.search(value):
                message = f"an escape spells the character U+{ord(match[0]):04X}"
                self.report.wrong("case-control-character", message, span, "remove it")
                return Scalar("", True, span, broken=True)
        return Scalar(value, plain, span)

    def pairs(self, depth: int) -> Iterator[tuple[Scalar, Node]]:
        first: dict[str, Span] = {}
        while not isinstance(inner := next(self.events), self.mapping_end):
            key = self.node(inner, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if not isinstance(key, Scalar) or (key.plain and key.text in ("", "~")):
                if not (isinstance(key, Scalar) and key.broken):
                    advice = "a key is a word followed by `:` and a blank"
                    self.report.wrong("bad-key", "a key is not a word", key.span, advice)
            elif key.text in first:
                notes = ((first[key.text], "first given here"),)
                message = f"the key {shown(key.text)} is given twice"
                self.report.wrong("duplicate-key", message, key.span, "keep one of the two", notes)
            elif key.plain and key.text == "<<":
                message = "a merge key, `<<`, copies another map"
                self.report.wrong("yaml-alias", message, key.span, "write the keys out")
            else:
                first[key.text] = key.span
                yield key, value


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
