"""The file of a profile read as strictly as a case: every problem with its place and a way out."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from datetime import date
from typing import ClassVar, NoReturn

from explain.profile import OPTIONAL_SECTIONS, PAPERS, PROGRAMMES, SECTIONS, Field, Profile, Value, needed
from kb.case_nodes import Mapping, Node, Scalar, Sequence, read_nodes
from kb.case_problems import CASE_CODES, Report, shown
from kb.case_slots import SlotReader, found, how, silent, start
from kb.read_case import MOST_BYTES
from kb.source import plain, read_text
from kb.syntax import NOWHERE, Constant, Span
from kb.vocabulary import Header, Type, Vocabulary

PROFILE_CODES: MappingOf[str, str] = {
    "missing-key": "A key that every profile has is missing.",
    "missing-right": "A key is missing that the member's programme asks for.",
    "not-filled-in": "A text in square brackets, as an empty profile has it, is left.",
    "not-a-profile": "A file whose top level is not a map of keys.",
    "other-reviewer": "The reviewer's determination is about another case.",
    "reviewer-date": "The reviewer's determination is dated before the request or after the notice.",
    "redacted-goal": "A goal names what `--redact` hides.",
    "template": "The template of a packet cannot be used.",
}
"""Every code of a problem with a packet, apart from those that a profile shares with a case file."""
TOP = Span(1, 1, 1, 2)
PLACEHOLDER = re.compile(r"\[.*\]", re.DOTALL)
_HEADER = Header("", "", "", "", None, None, (), "", "", {}, NOWHERE)
_TYPES = {name: Type(name, values, NOWHERE) for name, values in (("programme", PROGRAMMES), ("paper", PAPERS))}
VOCABULARY = Vocabulary(_HEADER, _TYPES, {}, {}, {}, ())


class ProfileReport(Report):
    """Collects the problems of one profile."""

    codes: ClassVar[MappingOf[str, str]] = {**CASE_CODES, **PROFILE_CODES}


def load_profile(path: str) -> Profile:
    """The profile of a file. Raises ``ProblemsError`` with everything that is wrong with it."""
    return read_profile(read_text(path), path)


def read_profile(text: str, path: str) -> Profile:
    """The profile that a text spells. Raises ``ProblemsError`` with everything that is wrong with it."""
    text = plain(text)
    report = ProfileReport(path, text)
    if len(text) > MOST_BYTES:
        report.wrong("too-large", f"the file is larger than {MOST_BYTES:,} bytes", TOP)
        report.stop()
    profile = _Reader(VOCABULARY, report).profile(read_nodes(text, report))
    report.finish()
    return profile


def refuse_reviewer(profile: Profile, case: str, requested: date | None, redact: bool = False) -> None:
    """Raise ``ProblemsError`` where the reviewer's determination cannot be one on this case.

    With ``redact`` no case is named.
    """
    report = ProfileReport(profile.path, "")
    about, day, notice = (
        profile.text("reviewer", "case"),
        profile.day("reviewer", "date"),
        profile.day("notice", "date"),
    )
    if about != case:
        named = "another case" if redact else f"the case {shown(about)}, and this is {shown(case)}"
        message = f"the reviewer's determination is about {named}"
        advice = "name this case in `reviewer.case`, if that person has made an adverse determination in it"
        report.wrong("other-reviewer", message, profile.span("reviewer", "case"), advice)
    if day and notice and day > notice:
        message = f"the reviewer's determination, of {day}, comes after the notice, of {notice}"
        report.wrong("reviewer-date", message, profile.span("reviewer", "date"), "correct one of the two dates")
    if day and requested and day < requested:
        message = f"the reviewer's determination, of {day}, comes before the request, of {requested}"
        report.wrong("reviewer-date", message, profile.span("reviewer", "date"), "correct the date of that person")
    report.finish()


class _Reader(SlotReader):
    """Takes the nodes of one profile apart."""

    def profile(self, node: Node | None) -> Profile:
        if not isinstance(node, Mapping):
            if not self.report.problems:
                what = "nothing" if node is None else found(node)
                advice = "`policykb packet --new-profile -o FILE` writes a profile to fill in"
                self.wrong("not-a-profile", f"a profile is a map of keys, found {what}", TOP, advice)
            self.stop()
        values: dict[tuple[str, str], Value] = {}
        places: dict[str, Span] = {"": TOP}
        given: set[tuple[str, str]] = set()
        spans: dict[tuple[str, str], Span] = {}
        self.strays(node, (*SECTIONS[""], *(name for name in SECTIONS if name)), "a profile")
        for section, fields in SECTIONS.items():
            inner: Node | None = node if not section else node.get(section)
            if inner is None or (isinstance(inner, Scalar) and silent(inner)):
                continue
            places[section] = next((key.span for key, _ in node.entries if key.text == section), TOP)
            if not isinstance(inner, Mapping):
                message = f"`{section}` wants a map of keys, found {found(inner)}"
                self.wrong(
                    "value-for-map", message, start(inner), f"write `{next(iter(fields))}: ...` and so on below it"
                )
                given.update((section, key) for key in fields)
                continue
            if section:
                self.strays(inner, tuple(fields), f"`{section}`")
            for key, field in fields.items():
                value = inner.get(key)
                if value is None or (isinstance(value, Scalar) and silent(value) and not value.broken):
                    continue
                given.add((section, key))
                spans[section, key] = value.span
                if (read := self.value(field, value, _name(section, key))) is not None:
                    values[section, key] = read
        programme = "".join(_texts(values.pop(("", "programme"), ())))
        paper = "".join(_texts(values.pop(("", "paper"), ()))) or next(iter(PAPERS))
        self.missing(programme, given, places)
        return Profile(self.report.path, programme, paper, values, spans)

    def stop(self) -> NoReturn:
        self.report.stop()

    def value(self, field: Field, node: Node, where: str) -> Value | None:
        """What a key is filled in with; ``None``, and a problem, where it is wrong."""
        if field.kind == "paragraphs" and isinstance(node, Sequence):
            if not node.items:
                self.wrong("empty-text", f"{where} is an empty list", start(node), "fill it in, or leave the key out")
            lines = [self.line(item, f"{where[:-1]}[{number}]`") for number, item in enumerate(node.items, 1)]
            return tuple(line for line in lines if line)
        if isinstance(node, Scalar) and not node.broken and PLACEHOLDER.fullmatch(node.text.strip()):
            self.wrong("not-filled-in", f"{where} is not filled in", node.span, "replace the text in brackets")
            return None
        if field.kind in ("text", "paragraphs"):
            line = self.line(node, where)
            return (line,) if line else None
        if not isinstance(node, Scalar):
            code = "list-for-value" if isinstance(node, Sequence) else "map-for-value"
            self.wrong(code, f"{where} wants {self.values.wanted(field.kind)}, found {found(node)}", start(node))
            return None
        constant = None if node.broken else self.values.value(field.kind, node.text, how(node), where, node.span)
        if not isinstance(constant, Constant):
            return None
        return constant.value if isinstance(constant.value, date) else (str(constant.value),)

    def line(self, node: Node, where: str) -> str:
        """A text, its line breaks read as blanks."""
        if isinstance(node, Scalar) and PLACEHOLDER.fullmatch(node.text.strip()):
            self.wrong("not-filled-in", f"{where} is not filled in", node.span, "replace the text in brackets")
            return ""
        words = self.words(node, where)
        return " ".join(str(words.value).split()) if words else ""

    def missing(self, programme: str, given: set[tuple[str, str]], places: MappingOf[str, Span]) -> None:
        """Report each key that is missing: of every profile, or of one for this programme."""
        for section, key in needed(programme or "other"):
            if (section, key) in given or (section in OPTIONAL_SECTIONS and section not in places):
                continue
            field, span, where = SECTIONS[section][key], places.get(section, TOP), _name(section, key)
            what = field.what[:1].lower() + field.what[1:]
            if "other" in field.needed:
                self.wrong("missing-key", f"the key {where} is missing: {what}", span, _advice(section, key))
            else:
                message = f"the key {where} is missing: {what}"
                law = PROGRAMMES[programme].rpartition(", ")[2]
                self.wrong(
                    "missing-right", message, span, f"`{programme}` asks for it ({law}); {_advice(section, key)}"
                )


def _texts(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _name(section: str, key: str) -> str:
    return f"`{section}.{key}`" if section else f"`{key}`"


def _advice(section: str, key: str) -> str:
    return f"write `{key}:` with its text below `{section}:`" if section else f"write `{key}: ...`"
