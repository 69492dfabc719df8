"""A row of a table as a case: its cells as the nodes of a case file, read by the reader of case files.

`one` inputs and yes-or-no inputs have a column of their name, an item of `flags` one named `input.item`.
A list is one cell, its rows parted by `;` and their values by blanks; `none` documents that it is empty,
and `?` is a value that is not stated. An empty cell is silence. `input.source` and `input.origin` say
where an input is from; `expect.KEY` and `expect.KEY.NAME` hold what the case expects.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from kb.case import Case
from kb.case_nodes import Mapping as MapNode
from kb.case_nodes import Node, Scalar, Sequence
from kb.case_problems import listed, shown
from kb.problems import Problem, ProblemsError, did_you_mean
from kb.read_case import OWN_KEYS, CaseText
from kb.syntax import Span
from kb.table import Cell, Table, TableReport, TableRow
from kb.vocabulary import Input, Vocabulary

TRUTHS = {"true": "true", "yes": "true", "false": "false", "no": "false"}
LIST_KEYS = ("not_met", "undocumented", "grants", "advisories")
MAP_KEYS = ("criteria", "readings")
EXPECT = (*(f"expect.{key}" for key in ("verdict", *LIST_KEYS)), *(f"expect.{key}.NAME" for key in MAP_KEYS))
NONE, UNSTATED = "none", "?"
# A list's rows are parted by `;` and its values by blanks, neither of them in quotes or brackets.
_PART = re.compile(r"""(?:"[^"]*"|'[^']*'|\([^()]*\)|[^;"'()]|["'()])+""")
_VALUE = re.compile(r"""(?:"[^"]*"|'[^']*'|[^\s"']|["'])+""")


def columns(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The columns of a table of cases, in the order of the policy; those of sources are left out."""
    found = ["case", "title"]
    for declared in vocabulary.inputs.values():
        if declared.kind == "flags":
            found += [f"{declared.name}.{item}" for item in vocabulary.types[declared.fields[0].type].values]
        else:
            found.append(declared.name)
    return (*found, *(f"expect.{key}" for key in ("verdict", *LIST_KEYS)))


@dataclass(frozen=True)
class RowText:
    """A row taken apart, before it is read against a vocabulary."""

    text: CaseText
    row: TableRow
    places: Mapping[tuple[str, ...], str]
    spans: Mapping[Span, str]

    @property
    def number(self) -> int:
        """The row as a spreadsheet counts it."""
        return self.row.number

    @property
    def name(self) -> str:
        """The name of the case, or the row where it has none."""
        return self.row.cells["case"].text or f"row {self.number}"

    @property
    def line(self) -> int:
        """The line of the file; of a parquet file the row."""
        return self.row.cells["case"].span.line or self.number

    def case(self, vocabulary: Vocabulary) -> Case:
        """The case. Raises ``ProblemsError``; each problem names the row and the column."""
        try:
            return self.text.case(vocabulary)
        except ProblemsError as error:
            raise self.placed(error) from None

    def placed(self, error: ProblemsError) -> ProblemsError:
        """What is wrong with the row's text, each problem told of its row and column."""
        return ProblemsError([self._placed(each) for each in error.problems], error.texts)

    def told(self, keys: tuple[str, ...], problem: Problem) -> Problem:
        """A problem with what these keys of a case file lead to, told of its cell."""
        column = self.places.get(keys) or self.places.get(keys[:-1], "case")
        return self._in(problem, column)

    def _placed(self, problem: Problem) -> Problem:
        if problem.code == "missing-case":
            return self._in(replace(problem, message="the case has no name", help=""), "case")
        column = self.spans.get(problem.span)
        if column is None:
            message = f"row {self.number}: {problem.message}"
            return replace(problem, message=message, span=self.row.cells["case"].span)
        return self._in(problem, column)

    def _in(self, problem: Problem, column: str) -> Problem:
        message = f"row {self.number}, column {shown(column)}: {problem.message}"
        return replace(problem, message=message, span=self.row.cells[column].span)


def row_texts(table: Table, vocabulary: Vocabulary) -> list[RowText]:
    """Each row taken apart. Raises ``ProblemsError`` where the heading is wrong."""
    places = _places(table, vocabulary)
    first: dict[str, int] = {}
    for row in table.rows:
        first.setdefault(row.cells["case"].text, row.number)
    return [_RowReader(table, vocabulary, places, row, first).text() for row in table.rows]


@dataclass(frozen=True)
class Place:
    """What a column holds: the keys that lead to it in a case file, and its input, if it has one."""

    column: str
    keys: tuple[str, ...]
    input: Input | None = None


def _places(table: Table, vocabulary: Vocabulary) -> tuple[Place, ...]:
    """What each column holds. Raises ``ProblemsError`` for those that are not known."""
    report = TableReport(table.path, table.text)
    found = []
    for cell in table.columns:
        place = _place(cell.text, vocabulary)
        if place is not None:
            found.append(place)
            continue
        known = columns(vocabulary)
        help = did_you_mean(cell.text, known) or "`policykb test --template` writes the columns that there are"
        name, _, item = cell.text.partition(".")
        declared = vocabulary.inputs.get(name)
        if declared is not None and declared.kind == "flags":
            items = vocabulary.types[declared.fields[0].type].values
            help = did_you_mean(item, items) if item else f"a column an item: {listed(f'{name}.{i}' for i in items)}"
            help = help or f"items: {listed(items)}"
        elif name == "expect":
            help = did_you_mean(cell.text, EXPECT) or f"columns: {listed(EXPECT)}"
        report.wrong("table-column", f"the column {shown(cell.text)} is not known", cell.span, help)
    if "case" not in {place.column for place in found}:
        report.wrong("missing-case", "the column `case` is missing", Span(1, 1, 1, 2), "it holds the name of each case")
    report.finish()
    return tuple(found)


def _place(column: str, vocabulary: Vocabulary) -> Place | None:
    name, _, rest = column.partition(".")
    if name == "expect":
        key, _, inner = rest.partition(".")
        if (key in ("verdict", *LIST_KEYS) and not inner) or (key in MAP_KEYS and inner):
            return Place(column, ("expect", key, *([inner] if inner else ())))
        return None
    if name in OWN_KEYS and not rest:
        return Place(column, (name,))
    declared = vocabulary.inputs.get(name)
    if declared is None:
        return None
    if declared.kind == "flags":
        item, _, apart = rest.rpartition(".") if rest.endswith((".source", ".origin")) else (rest, "", "")
        known = item in vocabulary.types[declared.fields[0].type].values
        return Place(column, (name, item, *([apart] if apart else ())), declared) if known else None
    return Place(column, (name, *([rest] if rest else ())), declared) if rest in ("", "source", "origin") else None


class _RowReader:
    """Makes the nodes of one row; ``first`` is the row in which each name of a case stands first."""

    def __init__(
        self,
        table: Table,
        vocabulary: Vocabulary,
        places: tuple[Place, ...],
        row: TableRow,
        first: Mapping[str, int],
    ) -> None:
        self.table, self.vocabulary, self.places, self.row, self.first = table, vocabulary, places, row, first
        self.report = TableReport(table.path, table.text)
        self.spans: dict[Span, str] = {}

    def text(self) -> RowText:
        """The row as nodes."""
        top: dict[str, Node] = {}
        inner: dict[str, dict[str, Node]] = {}
        deepest: dict[tuple[str, str], dict[str, Node]] = {}
        for place in self.places:
            cell = self.row.cells[place.column]
            if not cell.text:
                continue
            node = self.node(place, cell)
            match place.keys:
                case (key,):
                    top[key] = node
                case (key, second):
                    inner.setdefault(key, {})[second] = node
                case (key, second, third):
                    deepest.setdefault((key, second), {})[third] = node
        for (key, second), nodes in deepest.items():
            self.join(inner.setdefault(key, {}), second, nodes, key in MAP_KEYS or key == "expect")
        for key, nodes in inner.items():
            declared = self.vocabulary.inputs.get(key)
            self.join(top, key, nodes, key == "expect" or (declared is not None and declared.kind == "flags"))
        words = repr(sorted((column, cell.text) for column, cell in self.row.cells.items()))
        digest = hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()
        problems = tuple(self.report.problems)
        text = CaseText(self.table.path, self.table.text, digest, _map(top, self.place()), problems)
        return RowText(text, self.row, {place.keys: place.column for place in self.places}, self.spans)

    def place(self) -> Span:
        """The place of the row."""
        return next(iter(self.row.cells.values())).span

    def join(self, into: dict[str, Node], key: str, nodes: dict[str, Node], plain: bool) -> None:
        """Put the nodes of further columns under a key: the items of a map, or the source beside a value."""
        if plain:
            into[key] = _map(nodes, self.place())
            return
        value = into.get(key)
        if value is None:
            return  # a source of nothing is silence as well
        declared = self.vocabulary.inputs.get(key)
        if isinstance(value, MapNode):
            into[key] = MapNode((*value.entries, *_map(nodes, value.span).entries), value.span)
        else:
            name = "rows" if declared is not None and declared.kind == "many" else "value"
            into[key] = _map({name: value, **nodes}, value.span)

    def node(self, place: Place, cell: Cell) -> Node:
        """The node of a cell."""
        if place.keys[0] == "expect":
            if place.keys[1] in LIST_KEYS:
                words = [] if cell.text == NONE else [part for part, _ in _parts(cell)]
                return Sequence(tuple(self.scalar(word, place, cell.span, False) for word in words), cell.span)
            return self.scalar(cell.text, place, cell.span, False)
        if place.keys == ("case",) and (before := self.first[cell.text]) != self.row.number:
            message = f"the case {shown(cell.text)} stands in row {before} already"
            self.report.wrong("case-twice", message, self.at(cell.span, place), "give each row a name of its own")
        declared = place.input
        if declared is None or (place.keys[-1] in ("source", "origin") and len(place.keys) > 1):
            return self.scalar(cell.text, place, cell.span, False)
        if declared.kind == "flags":
            return self.value(cell.text, "boolean", place, cell.span)
        if declared.kind == "many":
            return self.many(declared, place, cell)
        if len(declared.fields) > 1:
            return self.fields(declared, cell.text, place, cell.span)
        return self.value(cell.text, declared.fields[0].type if declared.fields else "boolean", place, cell.span)

    def many(self, declared: Input, place: Place, cell: Cell) -> Node:
        """A cell that holds the rows of a list."""
        if cell.text == NONE:
            return Sequence((), self.at(cell.span, place))
        rows = []
        for part, span in _parts(cell):
            if len(declared.fields) > 1:
                rows.append(self.fields(declared, part, place, span))
            elif part == UNSTATED:
                rows.append(_map({"value": self.scalar("", place, span, True)}, self.at(span, place)))
            else:
                rows.append(self.value(_bare(part), declared.fields[0].type, place, span))
        return Sequence(tuple(rows), self.at(cell.span, place))

    def fields(self, declared: Input, part: str, place: Place, span: Span) -> Node:
        """The values of one row in the order of its fields."""
        values = _VALUE.findall(part)
        if len(values) != len(declared.fields):
            form = " ".join(argument.key for argument in declared.fields)
            given = f"{len(values)} value{'s' * (len(values) != 1)}"
            message = f"{shown(part)} has {given}, and {len(declared.fields)} are wanted"
            help = f"write `{form}`, with `{UNSTATED}` for what is not stated, and `;` between rows"
            self.report.wrong("table-cell", message, self.at(span, place), help)
            return Scalar("", True, span, broken=True)
        pairs = {
            argument.key: self.value(_bare(value), argument.type, place, span)
            for argument, value in zip(declared.fields, values, strict=True)
            if value != UNSTATED
        }
        return _map(pairs, self.at(span, place))

    def value(self, text: str, type_name: str, place: Place, span: Span) -> Scalar:
        """One value: numbers and truths as they are written plain, all others as words."""
        if type_name == "boolean" and text.lower() in TRUTHS:
            return self.scalar(TRUTHS[text.lower()], place, span, True)
        return self.scalar(text, place, span, type_name in ("boolean", "integer", "decimal"))

    def scalar(self, text: str, place: Place, span: Span, plain: bool) -> Scalar:
        return Scalar(text, plain, self.at(span, place))

    def at(self, span: Span, place: Place) -> Span:
        """A place, remembered with its column. Where the file has no places, the column's number stands for one."""
        if not span.line:
            number = list(self.row.cells).index(place.column) + 1
            span = Span(self.row.number, number, self.row.number, number + 1)
        self.spans[span] = place.column
        return span


def _map(nodes: Mapping[str, Node], span: Span) -> MapNode:
    return MapNode(tuple((Scalar(key, True, node.span), node) for key, node in nodes.items()), span)


def _parts(cell: Cell) -> Iterator[tuple[str, Span]]:
    """The parts of a cell between `;`, each with its place as far as it can be told."""
    for match in _PART.finditer(cell.text):
        part = match[0].strip()
        if part:
            yield part, cell.span


def _bare(value: str) -> str:
    """A value without the quotes around it."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
