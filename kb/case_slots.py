"""One value of a case in its short form, its long form, or as a list of evidence: nodes to pieces."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from kb.case import Evidence, Origin
from kb.case_nodes import Mapping, Node, Scalar, Sequence
from kb.case_problems import Report, listed, shown
from kb.case_values import NULLS, ORIGINS, Values, Written, written
from kb.evidence import Piece, Slot
from kb.problems import did_you_mean
from kb.syntax import Constant, Span
from kb.vocabulary import Vocabulary

LONG = ("value", "source", "origin")
DOCUMENT: Origin = "document"


class SlotReader:
    """Reads the values of one case file, with their sources and origins."""

    def __init__(self, vocabulary: Vocabulary, report: Report) -> None:
        self.vocabulary = vocabulary
        self.report = report
        self.values = Values(vocabulary, report)
        self.wrong = report.wrong

    def slot(self, node: Node, type_name: str, where: str, source: str, origin: Origin) -> Slot:
        """The pieces that a value's short or long form states, nothing where it is silent or wrong."""
        if isinstance(node, Scalar):
            return self.piece(node, type_name, where, source, origin)
        wanted = self.values.wanted(type_name)
        if isinstance(node, Sequence):
            advice = "several pieces of evidence for one value are written `{evidence: [...]}`"
            self.wrong("list-for-value", f"{where} wants {wanted}, found a list", start(node), advice)
            return ()
        keys = keys_of(node)
        if "evidence" in keys:
            return self.pieces(node, type_name, where, source, origin)
        if not keys & set(LONG) and keys:
            advice = "the long form has the keys `value`, `source` and `origin`"
            self.wrong("map-for-value", f"{where} wants {wanted}, found a map", start(node), advice)
            return ()
        self.strays(node, LONG, where)
        source, origin = self.source_of(node, where, source, origin)
        value = node.get("value")
        if value is None and any(key.startswith("value:") for key in keys):
            pass  # the stray key says it: a blank is missing after the colon
        elif value is None:
            advice = f"add `value:` with {wanted}, or leave the key out"
            self.wrong("value-missing", f"{where} has no `value`", start(node), advice)
        elif isinstance(value, Scalar):
            return self.piece(value, type_name, where, source, origin)
        else:
            code = "list-for-value" if isinstance(value, Sequence) else "map-for-value"
            self.wrong(code, f"`value` of {where} wants {wanted}, found {found(value)}", start(value))
        return ()

    def piece(self, node: Scalar, type_name: str, where: str, source: str, origin: Origin) -> Slot:
        if silent(node):
            return ()
        value = self.values.value(type_name, node.text, how(node), where, node.span)
        if value is None:
            return ()
        return (Piece(value, Evidence(node.text, source, origin, self.place(node.span), (("", value),))),)

    def pieces(self, node: Mapping, type_name: str, where: str, source: str, origin: Origin) -> Slot:
        """The pieces of a list of evidence."""
        for key, _ in node.entries:
            if key.text in LONG:
                message = f"{where} has `{key.text}` beside `evidence`"
                self.wrong("value-and-evidence", message, key.span, "put it into a piece of the evidence")
        self.strays(node, ("evidence", *LONG), where, ("evidence",))
        given = cast(Node, node.get("evidence"))
        if not isinstance(given, Sequence):
            advice = "write `evidence: [{value: ..., source: ...}]`"
            message = f"`evidence` of {where} wants a list, found {found(given)}"
            self.wrong("value-for-list", message, start(given), advice)
            return ()
        if not given.items:
            advice = "give a piece of evidence, or leave the key out"
            self.wrong("empty-evidence", f"`evidence` of {where} is an empty list", start(given), advice)
        every: list[Piece] = []
        for number, item in enumerate(given.items, 1):
            inner = f"{where[:-1]}.evidence[{number}]`"
            value = item.get("value") if isinstance(item, Mapping) else item
            if isinstance(item, Mapping) and "evidence" in keys_of(item):
                message = f"{inner} wants one piece, found a list of evidence"
                self.wrong("list-for-value", message, start(item), "put every piece into the outer list")
            elif isinstance(value, Scalar) and silent(value):
                if not value.broken:
                    message = f"{inner} has no `value`"
                    self.wrong("value-missing", message, value.span, "a piece of evidence states a value")
            else:
                every.extend(self.slot(item, type_name, inner, source, origin))
        return tuple(every)

    def source_of(
        self, node: Mapping, where: str, source: str, origin: Origin, own: Iterable[str] = ()
    ) -> tuple[str, Origin]:
        """The source and the origin that a map states, else those given; ``own`` are fields of these names."""
        given = node.get("source") if "source" not in own else None
        if given is not None and (words := self.words(given, f"`source` of {where}")) is not None:
            source = str(words.value)
        said = node.get("origin") if "origin" not in own else None
        if said is not None and (words := self.words(said, f"`origin` of {where}")) is not None:
            if words.value in ORIGINS:
                origin = cast(Origin, words.value)
            else:
                message = f"`origin` of {where} wants {listed(ORIGINS)}, found {shown(str(words.value))}"
                self.wrong("unknown-origin", message, said.span, did_you_mean(str(words.value), ORIGINS))
        return source, origin

    def words(self, node: Node, where: str) -> Constant | None:
        """The words of a scalar; ``None`` where it is silent, and a problem where it is no scalar."""
        if isinstance(node, Scalar):
            return None if silent(node) else self.values.text(node.text, how(node), where, node.span)
        code = "list-for-value" if isinstance(node, Sequence) else "map-for-value"
        self.wrong(code, f"{where} wants a text, found {found(node)}", start(node))
        return None

    def strays(self, node: Mapping, known: tuple[str, ...], where: str, offered: tuple[str, ...] = ()) -> None:
        for key, _ in node.entries:
            if key.text not in known:
                self.unknown(key, offered or known, f" of {where}")

    def unknown(self, key: Scalar, known: tuple[str, ...], where: str) -> None:
        name, colon, _ = key.text.partition(":")
        advice = did_you_mean(key.text[:80], known) or f"keys: {listed(known)}"
        if colon and name in known and key.plain:
            advice = "put a blank after the colon"
        self.wrong("unknown-key", f"no key {shown(key.text)}{where}", key.span, advice)

    def place(self, span: Span) -> str:
        return f"{self.report.path}:{span.line}"


def silent(node: Scalar) -> bool:
    return node.broken or (node.plain and node.text in NULLS)


def how(node: Scalar, as_key: bool = False) -> Written:
    how = written(node.text, node.plain)
    return "words" if as_key and how in ("number", "nothing") else how


def keys_of(node: Mapping) -> set[str]:
    return {key.text for key, _ in node.entries}


def start(node: Node) -> Span:
    """Where a node starts: the first line of it alone, for the excerpt."""
    span = node.span
    return span if span.line == span.end_line else Span(span.line, span.column, span.line, span.column + 1)


def found(node: Node) -> str:
    if isinstance(node, Scalar):
        return shown(node.text) if node.text else "an empty text" if not node.plain else "nothing"
    return "a list" if isinstance(node, Sequence) else "a map"
