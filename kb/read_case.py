"""Case files in YAML and JSON, read against the vocabulary of a policy.

A value has a short form, the value alone, and a long form with its source and origin. A key that is
left out, or has no value, is silent: undocumented, never false.
"""

from __future__ import annotations

import hashlib
import os
from collections import abc
from dataclasses import dataclass, field
from pathlib import Path

from kb.case import Case, Evidence, Fact, Origin
from kb.case_nodes import Mapping, Node, Scalar, Sequence, read_nodes
from kb.case_policy import is_for, wrong_policy
from kb.case_problems import Report, listed
from kb.case_slots import DOCUMENT, SlotReader, found, how, keys_of, silent, start
from kb.case_text import case_text, nodes
from kb.case_values import TRUTHS, written
from kb.evidence import Slot, Stated, Statement, build_case, settled_facts
from kb.problems import Problem, printable
from kb.source import decode, plain, read_text
from kb.syntax import Compound, Constant, Span
from kb.vocabulary import Argument, Input, Vocabulary

MOST_BYTES = 1_000_000
OWN_KEYS = ("case", "policy", "title", "expect")
TOP = Span(1, 1, 1, 2)


def load_case(path: str | os.PathLike[str] | CaseText, vocabulary: Vocabulary) -> Case:
    """The case of a file: YAML, JSON, or Prolog facts where its name ends in ``.pl``; or of one taken apart.

    Raises ``ProblemsError`` with everything that is wrong with it.
    """
    return (path if isinstance(path, CaseText) else open_case(path)).case(vocabulary)


def read_case(text: str, path: str, vocabulary: Vocabulary, digest: str = "") -> Case:
    """The case that a text spells; ``path`` says where it is from and, by its ending, in which form.

    ``digest`` is the SHA-256 of the file's bytes; without it, of the text in UTF-8.
    Raises ``ProblemsError`` with everything that is wrong with the text.
    """
    return take_apart(text, path, digest).case(vocabulary)


def open_case(path: str | os.PathLike[str]) -> CaseText:
    """The file of a case taken apart. Raises ``ProblemsError`` where that cannot be done."""
    name = os.fspath(path)
    try:
        with Path(name).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError):
        data = read_text(name).encode()  # raises, and says in words what is wrong with the path
    if len(data) > MOST_BYTES:
        _too_large(Report(name, ""))
    return take_apart(decode(data, name), name, hashlib.sha256(data).hexdigest())


def take_apart(text: str, path: str, digest: str = "") -> CaseText:
    """A text taken apart into its nodes or its facts; the arguments are those of ``read_case``."""
    digest = digest or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    text = plain(text)
    report = Report(path, text)
    if len(text) > MOST_BYTES:
        _too_large(report)
    parts: Node | tuple[Compound, ...] | None
    if Path(path).suffix.lower() == ".pl":
        from kb.case_facts import facts_of

        parts = facts_of(text, report)
    else:
        parts = read_nodes(text, report)
    return CaseText(path, text, digest, parts, tuple(report.problems))


def take_record(record: abc.Mapping[str, object], path: str) -> CaseText:
    """What ``take_apart`` gives for the text of a record that this software has made, sooner; nothing has a place."""
    text = case_text(record)
    return CaseText(path, text, hashlib.sha256(text.encode()).hexdigest(), nodes(record))


@dataclass(frozen=True, slots=True)
class CaseText:
    """A case file taken apart once, before anything says against which vocabulary it is to be read.

    ``parts`` are its nodes, or its facts as a tuple; ``problems`` what was wrong with the text.
    """

    path: str
    text: str
    hash: str
    parts: Node | tuple[Compound, ...] | None = field(repr=False)
    problems: tuple[Problem, ...] = ()

    def case(self, vocabulary: Vocabulary) -> Case:
        """The case, read against a vocabulary. Raises ``ProblemsError`` with everything that is wrong with it."""
        report = self._report()
        if isinstance(self.parts, tuple):
            from kb.case_facts import FactReader

            case = FactReader(vocabulary, report).case(self.parts, self.hash)
        else:
            case = _Reader(vocabulary, report).case(self.parts, self.hash)
        report.finish()
        return case

    def fact(self, vocabulary: Vocabulary, name: str) -> Fact:
        """What the file says of one input of kind ``one``, whatever else stands in it.

        Raises ``ProblemsError`` with what is wrong with the text as a whole, or with this input.
        """
        report, declared = self._report(), vocabulary.inputs[name]
        stated = Stated()
        if isinstance(self.parts, tuple):
            from kb.case_facts import FactReader

            stated = FactReader(vocabulary, report).only(declared, self.parts)
        elif isinstance(self.parts, Mapping) and (value := self.parts.get(name)) is not None:
            stated = _Reader(vocabulary, report).input(declared, value)
        report.finish()
        (fact,), _ = settled_facts(declared, vocabulary, Constant("text", ""), stated)
        return fact

    def _report(self) -> Report:
        report = Report(self.path, self.text)
        report.problems.extend(self.problems)
        return report


def _too_large(report: Report) -> None:
    report.wrong("too-large", f"the file is larger than {MOST_BYTES:,} bytes", TOP, "keep one case in each file")
    report.stop()


class _Reader(SlotReader):
    """Takes the nodes of one case file apart into pieces of evidence."""

    def case(self, node: Node | None, digest: str) -> Case:
        """The case of the top node; without meaning where the report has a problem."""
        if node is None or (isinstance(node, Scalar) and silent(node)):
            if not self.report.problems:
                advice = "`policykb new` writes a case file to fill in"
                self.wrong("empty-case", "the file says nothing", TOP, advice)
            node = Mapping((), TOP)
        elif not isinstance(node, Mapping):
            message = f"a case is a map of keys, found {found(node)}"
            self.wrong("not-a-case", message, start(node), "write `case:` and the name of the case first")
            node = Mapping((), TOP)
        elif node.get("case") is None:
            self.wrong("missing-case", "the key `case` is missing", TOP, "name the case: `case: A-1`")
        if (made_for := node.get("policy")) is not None:
            self.policy(made_for)
        title, expect = "", None
        name = Constant("text", "")
        stated: dict[str, Stated] = {}
        for key, value in node.entries:
            match key.text:
                case "case":
                    name = self.words(value, "`case`") or name
                    if isinstance(value, Scalar) and silent(value) and not value.broken:
                        self.wrong("missing-case", "`case` has no value", key.span, "name the case: `case: A-1`")
                case "policy":
                    pass  # it was looked at before all others
                case "title":
                    title = str((self.words(value, "`title`") or Constant("text", "")).value)
                case "expect":
                    expect = _plain_data(value)
                case word if word in self.vocabulary.inputs:
                    stated[word] = self.input(self.vocabulary.inputs[word], value)
                case _:
                    self.unknown(key, (*OWN_KEYS, *self.vocabulary.inputs), "")
        return build_case(self.vocabulary, name, self.report.path, digest, title, stated, expect)

    def policy(self, node: Node) -> None:
        """Hold what the case names as its policy against this one; of a case of another all else is noise."""
        name = self.vocabulary.header.name
        given = self.words(node, "`policy`")
        if given is not None and not is_for(str(given.value), self.report.path, name):
            message, advice = wrong_policy(str(given.value), self.report.path, name)
            self.wrong("wrong-policy", message, node.span, advice)
            self.report.stop()

    def input(self, declared: Input, node: Node) -> Stated:
        """All that the value of an input's key states."""
        if isinstance(node, Scalar) and silent(node):
            return Stated()
        if declared.kind == "flags":
            return self.flags(declared, node)
        if declared.kind == "many":
            return self.many(declared, node)
        if len(declared.fields) > 1:
            row = self.row(declared, node, f"`{declared.name}`", "", DOCUMENT)
            return Stated(rows=(row,) if row else ())
        slot = self.slot(node, _type(declared.fields), f"`{declared.name}`", "", DOCUMENT)
        return Stated(rows=(Statement((slot,), tuple(piece.evidence for piece in slot)),))

    def flags(self, declared: Input, node: Node) -> Stated:
        name, type_name = declared.name, declared.fields[0].type
        known = self.vocabulary.types[type_name].values
        if not isinstance(node, Mapping):
            example = printable(next(iter(known), "item"))
            message = f"`{name}` wants a map of items, found {found(node)}"
            self.wrong("value-for-map", message, start(node), f"write each on its line: `{example}: true`")
            return Stated()
        slots = {}
        for key, value in node.entries:
            item = self.values.item(type_name, key.text, how(key, as_key=True), f"`{name}`", key.span)
            if item is not None:
                slots[key.text] = self.slot(value, "boolean", f"`{name}.{printable(key.text)}`", "", DOCUMENT)
        return Stated(flags=slots)

    def many(self, declared: Input, node: Node) -> Stated:
        name = declared.name
        rows = node
        source, origin = "", DOCUMENT
        if isinstance(node, Mapping):
            given = node.get("rows")
            if given is None:
                sourced = keys_of(node) <= {"source", "origin"}
                advice = "add the key `rows`" if sourced and node.entries else "put `- ` before each row"
                self.wrong("value-for-list", f"`{name}` wants a list, found a map", start(node), advice)
                return Stated()
            self.strays(node, ("rows", "source", "origin"), f"`{name}`")
            source, origin = self.source_of(node, f"`{name}`", "", DOCUMENT)
            rows = given
            if isinstance(rows, Scalar) and silent(rows):
                return Stated()
        if not isinstance(rows, Sequence):
            message = f"`{name}` wants a list, found {found(rows)}"
            self.wrong("value-for-list", message, start(rows), _list_help(name, rows))
            return Stated()
        stated = []
        for number, item in enumerate(rows.items, 1):
            where = f"`{name}[{number}]`"
            if isinstance(item, Scalar) and silent(item):
                if not item.broken:
                    advice = "write its value, or remove the `-`; none at all is the empty list, `[]`"
                    self.wrong("empty-row", f"{where} says nothing", item.span, advice)
            elif len(declared.fields) == 1:
                stated.append(self.single(declared, item, where, source, origin))
            elif row := self.row(declared, item, where, source, origin):
                stated.append(row)
        whole = Evidence("" if stated else "[]", source, origin, self.place(node.span))
        return Stated(rows=tuple(stated), whole=(whole,))

    def single(self, declared: Input, node: Node, where: str, source: str, origin: Origin) -> Statement:
        """A row of a list whose rows have one field."""
        argument = declared.fields[0]
        if isinstance(node, Mapping) and argument.key in keys_of(node) and not keys_of(node) & {"value", "evidence"}:
            message = f"{where} wants {self.values.wanted(argument.type)}, found a map"
            key = printable(argument.key)
            self.wrong("map-for-value", message, start(node), f"write the value itself, without `{key}:`, or `value:`")
            return Statement(((),), ())
        slot = self.slot(node, argument.type, where, source, origin)
        evidence = tuple(piece.evidence for piece in slot)
        if not slot and isinstance(node, Mapping):
            source, origin = self.source_of(node, where, source, origin)
            evidence = (Evidence("", source, origin, self.place(node.span)),)
        return Statement((slot,), evidence)

    def row(self, declared: Input, node: Node, where: str, source: str, origin: Origin) -> Statement | None:
        """A row of several fields; its fields take on the row's source and origin, the row the list's."""
        fields = {argument.key: argument for argument in declared.fields}
        if not isinstance(node, Mapping):
            message = f"{where} wants a map of {listed(fields)}, found {found(node)}"
            key = printable(next(iter(fields)))
            self.wrong("value-for-map", message, start(node), f"write `{key}: ...` and so on, each on its line")
            return None
        self.strays(node, (*fields, *(key for key in ("source", "origin") if key not in fields)), where)
        source, origin = self.source_of(node, where, source, origin, own=fields)
        slots: list[Slot] = []
        words, apart = [], []
        states: list[tuple[str, Constant | bool]] = []
        for key, argument in fields.items():
            value = node.get(key)
            inner = f"{where[:-1]}.{key}`"
            slot = self.slot(value, argument.type, inner, source, origin) if value is not None else ()
            slots.append(slot)
            for piece in slot:
                said = f"{key}: {piece.evidence.value}"
                if isinstance(value, Scalar):
                    words.append(said)
                    states.append((key, piece.value))
                else:
                    each = piece.evidence
                    apart.append(Evidence(said, each.source, each.origin, each.place, ((key, piece.value),)))
        values = [value for value in map(node.get, fields) if value is not None]
        if all(isinstance(value, Scalar) and silent(value) for value in values) and declared.kind == "many":
            advice = f"state one of {listed(fields)}, or remove the row"
            self.wrong("empty-row", f"{where} says nothing", start(node), advice)
        # Of a row of a list that is known to be there, and no more, it still counts where it is from.
        bare = declared.kind == "many" and not any(slots)
        stated = Evidence(", ".join(words), source, origin, self.place(node.span), tuple(states))
        whole = (stated,) if words or bare else ()
        return Statement(tuple(slots), (*whole, *apart))


def _type(fields: tuple[Argument, ...]) -> str:
    return fields[0].type if fields else "boolean"


def _list_help(name: str, node: Node) -> str:
    if isinstance(node, Scalar) and node.text.lower() in ("no", "none", "false", "0", "n"):
        return f"for none at all, write an empty list: `{name}: []`"
    return "put `- ` before the value, on a line of its own"


def _plain_data(node: Node) -> object:
    """A node as plain data, for ``expect``, which the reader hands on as it is: numbers stay text."""
    if isinstance(node, Mapping):
        return {key.text: _plain_data(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return tuple(map(_plain_data, node.items))
    match written(node.text, node.plain):
        case "nothing":
            return None
        case "truth":
            return TRUTHS[node.text]
        case _:
            return node.text
