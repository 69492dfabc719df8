"""A cohort decided twice, by two editions or under two readings: whose verdict flips, and which statuses change."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kb.cohort.columns import CASE, Rows, Scalar, Struct, Type, columns
from kb.cohort.connection import VIEW, columns_of, reading
from kb.cohort.data import Cohort, opened
from kb.cohort.export import copy
from kb.cohort.fitting import column_type
from kb.cohort.kept import kept_statement
from kb.cohort.leaves import scalar_type
from kb.cohort.outputs import Output, Statuses
from kb.cohort.quoting import name, paths, text
from kb.cohort.slices import ROWS, statements
from kb.cohort.statuses import BITS, MET, UNDOCUMENTED, VERDICT, Manifest, manifest, masks
from kb.policy import Policy
from kb.problems import Problem, ProblemsError, printable
from kb.syntax import Predicate

if TYPE_CHECKING:
    import duckdb

Key = TypeVar("Key")
EXAMPLES = 3
CASE_ = name(CASE)
OTHER = "other"
_STATUS = {(1, 0): "met", (0, 0): "not met", (0, 1): "undocumented"}


@dataclass(frozen=True)
class Side:
    """An edition under its readings."""

    policy: Policy
    readings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Turn:
    """What becomes of a verdict or a status: how many members take the turn, and the cases of a few of them."""

    before: str
    after: str
    members: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """What two sides make of one cohort.

    ``verdicts`` has every pair that occurs; ``statuses`` those that change for somebody. ``changed`` members have
    another verdict or another status. ``not_compared`` says in sentences what only one side has.
    """

    before: Side
    after: Side
    members: int
    left_out: int
    changed: int
    verdicts: tuple[Turn, ...]
    statuses: tuple[tuple[Output, tuple[Turn, ...]], ...]
    not_compared: tuple[str, ...]

    @property
    def flipped(self) -> int:
        """How many members have another verdict."""
        return sum(turn.members for turn in self.verdicts if turn.before != turn.after)


def compare(
    data: str,
    before: Side,
    after: Side,
    lenient: bool = False,
    checked: Callable[[Cohort], None] = lambda cohort: None,
    told: Callable[[float], None] | None = None,
    rows: int = ROWS,
) -> Difference:
    """Decide every member by both sides. The data is laid out by the first.

    ``checked`` and ``told`` are those of ``decide``. Raises ``ProblemsError`` with everything that is wrong with the
    data, and where the other side reads a column as of another type.
    """
    with (
        tempfile.TemporaryDirectory(prefix="policykb-") as folder,
        opened(data, before.policy.vocabulary, (), lenient, folders=[folder]) as cohort,
    ):
        given = columns_of(cohort.connection)
        view, notes = other_view(before.policy, after.policy, given, data)
        checked(cohort)
        return _Comparison(cohort, before, after, given, view, notes, Path(folder), rows).run(told)


def other_view(before: Policy, after: Policy, given: Sequence[str], data: str) -> tuple[str, tuple[str, ...]]:
    """The columns of the data as the other side reads them, as a statement, and what is to be said of them."""
    own = {each.name: each for each in columns(before.vocabulary)}
    other = {each.name: each for each in columns(after.vocabulary)}
    parts, notes, problems = [], [], list[Problem]()
    for key, column in other.items():
        known = own.get(key)
        if known is None or key not in given:
            if column.required:
                parts.append(f"NULL::{column_type(column.type)} AS {name(key)}")
                notes.append(f"`{printable(key)}` is not in the data, so it is undocumented for everybody")
            continue
        fitting = recast(name(key), known.type, column.type)
        if fitting is None:
            message = f"the two editions read the column `{printable(key)}` as of two types"
            problems.append(Problem("column-type", message, data, help="decide by each edition, from data of its own"))
            continue
        parts.append(f"{fitting} AS {name(key)}")
        for field in sorted(fields_of(column.type) - fields_of(known.type)):
            notes.append(
                f"`{printable(key)}.{printable(field)}` is not in the data, so it is undocumented for everybody"
            )
        if known.input and column.input and known.input.document != column.input.document:
            only = "asks for a document in one of them only: what is only attested counts in neither"
            notes.append(f"`{printable(key)}` {only}")
    if problems:
        raise ProblemsError(problems, {})
    return f"SELECT {', '.join(parts)} FROM {VIEW}", tuple(dict.fromkeys(notes))


def fields_of(type: Type) -> set[str]:
    """The names of the fields or items of a type."""
    item = type.item if isinstance(type, Rows) else type
    return {each.name for each in item.fields} if isinstance(item, Struct) else set()


def recast(sql: str, own: Type, other: Type) -> str | None:
    """A value of one type as one of another, fields and items by their names; none where that cannot be."""
    match own, other:
        case Scalar(kind), Scalar(wanted) if kind == wanted:
            return sql
        case Scalar("integer"), Scalar("decimal"):
            return f"{sql}::{scalar_type(other)}"
        case Struct(fields, flags), Struct(wanted_fields, wanted_flags) if flags == wanted_flags:
            if own == other:
                return sql
            there = {each.name: each.type for each in fields}
            made = []
            for field in wanted_fields:
                value: str | None = f"NULL::{scalar_type(field.type)}"
                if field.name in there:
                    value = recast(f"struct_extract({sql}, {text(field.name)})", there[field.name], field.type)
                if value is None:
                    return None
                made.append(f"{name(field.name)} := {value}")
            return f"CASE WHEN {sql} IS NOT NULL THEN struct_pack({', '.join(made)}) END"
        case Rows(item), Rows(wanted_item):
            # No name of a policy has a blank.
            one = name("one row")
            inner = recast(one, item, wanted_item)
            return sql if inner == one else inner and f"list_transform({sql}, lambda {one}: {inner})"
    return None


@dataclass(frozen=True)
class _Comparison:
    """A comparison under way."""

    cohort: Cohort
    before: Side
    after: Side
    given: Sequence[str]
    view: str
    notes: tuple[str, ...]
    folder: Path
    rows: int

    def run(self, told: Callable[[float], None] | None) -> Difference:
        engine = self.cohort.connection
        layout = [each.name for each in columns(self.after.policy.vocabulary)]
        reads = [each for each in layout if each in self.given or each in self.required()]
        whole = self.cohort.checked.whole
        one, one_sql = kept_statement(self.before.policy, self.before.readings, self.given, VIEW, whole=whole)
        two, two_sql = kept_statement(self.after.policy, self.after.readings, reads, OTHER)
        pairs, apart = shared(one, two)
        queries = [
            (_masks(self.before.policy, one, one_sql, [pair[0] for pair in pairs]), self.folder / "before.parquet"),
            (_masks(self.after.policy, two, two_sql, [pair[1] for pair in pairs]), self.folder / "after.parquet"),
        ]
        counts = _Counts([each for pair in pairs if (each := pair[0] or pair[1]) is not None])
        found = statements(self.cohort, self.folder / "members.parquet", self.rows)
        total, done = 2 * sum(number for number, _ in found) or 1, 0
        for number, members in found:
            engine.execute(f"CREATE OR REPLACE TEMP VIEW {VIEW} AS {members}")
            engine.execute(f"CREATE OR REPLACE TEMP VIEW {OTHER} AS {self.view}")
            for query, path in queries:
                path.unlink(missing_ok=True)
                start, size = done / total, number / total
                hear = None if told is None else lambda share, start=start, size=size: told(start + share * size)
                with reading(self.cohort.plan.source.data):
                    copy(engine, query, str(path), "parquet", told=hear)
                done += number
            counts.add(engine, *(str(path) for _, path in queries))
        checked = self.cohort.checked
        return counts.difference(self.before, self.after, checked.rejected, (*self.notes, *apart))

    def required(self) -> set[str]:
        """The columns that the other side always has."""
        return {each.name for each in columns(self.after.policy.vocabulary) if each.required}


def shared(one: Statuses, two: Statuses) -> tuple[list[tuple[Output | None, Output | None]], tuple[str, ...]]:
    """The statuses of both sides in pairs, and in sentences what only one side has.

    Where a side has not this instance of a criterion that it does have, it is not met there, whatever the member.
    """

    def by_predicate(statuses: Statuses) -> dict[Predicate, dict[object, Output]]:
        found: dict[Predicate, dict[object, Output]] = {}
        for each in statuses.outputs:
            found.setdefault(each.predicate, {})[each.args] = each
        return found

    first, second = by_predicate(one), by_predicate(two)
    pairs: list[tuple[Output | None, Output | None]] = []
    notes = []
    for predicate in dict.fromkeys((*first, *second)):
        here, there = first.get(predicate), second.get(predicate)
        if here is None or there is None:
            which = "second" if here is None else "first"
            notes.append(f"`{predicate}` is a criterion of the {which} edition only")
        elif any(each.open for each in here.values()) != any(each.open for each in there.values()):
            notes.append(f"`{predicate}` has a status for each of its arguments in one of them only")
        else:
            pairs += [(here.get(args), there.get(args)) for args in dict.fromkeys((*here, *there))]
    return pairs, tuple(notes)


def _masks(policy: Policy, statuses: Statuses, decided: str, outputs: Sequence[Output | None]) -> str:
    """The masks of these statuses in their order; one that a side has not is not met."""
    made = []
    absent = []
    for at, each in enumerate(outputs):
        if each is None:
            each = replace(statuses.outputs[0], column=f"absent {at}")
            absent.append(f"false AS {name(each.column)}")
        made.append(each)
    told: Manifest = manifest(policy, replace(statuses, outputs=tuple(made)))
    return masks(told, statuses.root, f"SELECT {', '.join(['*', *absent])} FROM ({decided})")


class _Counts:
    """Adds up the parts of a comparison."""

    def __init__(self, outputs: Sequence[Output]) -> None:
        self.outputs = outputs
        self.members = self.changed = 0
        self.verdicts: dict[tuple[str, str], tuple[int, list[str]]] = {}
        self.codes: dict[int, tuple[int, list[str]]] = {}

    def add(self, engine: duckdb.DuckDBPyConnection, before: str, after: str) -> None:
        """Count a part that both sides have decided."""
        joined = f"read_parquet({paths([before])}) a JOIN read_parquet({paths([after])}) b ON a.{CASE_} = b.{CASE_}"
        words = range(1, self.words() + 1)
        differs = [f"a.{which}_{word} <> b.{which}_{word}" for word in words for which in (MET, UNDOCUMENTED)]
        differ = f"({' OR '.join(differs) or 'false'})"
        few = f"min(a.{CASE_}, {EXAMPLES})"
        pair = f"a.{VERDICT}, b.{VERDICT}"
        any_change = f"count_if({differ} OR a.{VERDICT} <> b.{VERDICT})"
        for first, second, count, changed, cases in engine.execute(
            f"SELECT {pair}, count(*), {any_change}, {few} FROM {joined} GROUP BY 1, 2"
        ).fetchall():
            self.members += count
            self.changed += changed
            merge(self.verdicts, (first, second), count, cases)
        codes = f"list_filter([{', '.join(self.coded())}]::INTEGER[], lambda c: c IS NOT NULL)"
        unnested = f"SELECT a.{CASE_} AS c, unnest({codes}) AS code FROM {joined} WHERE {differ}"
        query = f"SELECT code, count(*), min(c, {EXAMPLES}) FROM ({unnested}) GROUP BY 1"
        for code, count, cases in engine.execute(query).fetchall():
            merge(self.codes, code, count, cases)

    def words(self) -> int:
        """How many numbers a mask takes."""
        return -(-len(self.outputs) // BITS)

    def coded(self) -> Iterator[str]:
        """For each status a number that says which it is and how it changes; null where it does not."""
        for at in range(len(self.outputs)):
            word, place = 1 + at // BITS, at % BITS
            parts = [f"({side}.{which}_{word} >> {place} & 1)" for side in "ab" for which in (MET, UNDOCUMENTED)]
            differs = f"{parts[0]} <> {parts[2]} OR {parts[1]} <> {parts[3]}"
            number = f"{16 * at} + {parts[0]} * 8 + {parts[1]} * 4 + {parts[2]} * 2 + {parts[3]}"
            yield f"CASE WHEN {differs} THEN {number} END"

    def difference(self, before: Side, after: Side, left_out: int, notes: tuple[str, ...]) -> Difference:
        """What it comes to."""
        verdicts = [Turn(*pair, count, tuple(cases)) for pair, (count, cases) in sorted(self.verdicts.items())]
        turns: dict[int, list[Turn]] = {}
        for code, (count, cases) in sorted(self.codes.items()):
            was, now = _STATUS[code >> 3 & 1, code >> 2 & 1], _STATUS[code >> 1 & 1, code & 1]
            turns.setdefault(code // 16, []).append(Turn(was, now, count, tuple(cases)))
        statuses = tuple((self.outputs[at], tuple(found)) for at, found in sorted(turns.items()))
        return Difference(before, after, self.members, left_out, self.changed, tuple(verdicts), statuses, notes)


def merge(found: dict[Key, tuple[int, list[str]]], key: Key, count: int, cases: Sequence[str]) -> None:
    """Add to a count, and keep the first few of its examples."""
    before, known = found.get(key, (0, []))
    found[key] = (before + count, sorted([*known, *cases])[:EXAMPLES])
