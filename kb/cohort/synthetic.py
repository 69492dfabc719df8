"""A plausible cohort of any policy, made up in the SQL of DuckDB: member by member, the same for the same seed.

Some members are like the cases that ship with the policy, moved to another date of request and with some of
their values drawn anew; in the others everything is drawn. Numbers are near those that the policy compares
with, and dates lie about so long before the request, give or take a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from kb.cohort.columns import ATTESTED, Column, Field, Rows, Scalar, Struct, Type, columns
from kb.cohort.draws import below, chance, choice, draw, keyed
from kb.cohort.fitting import column_type
from kb.cohort.leaves import scalar_type
from kb.cohort.quoting import name, text
from kb.policy import Policy
from kb.syntax import Comparison, Constant, Goal, Program, subgoals
from kb.vocabulary import Input

LENGTHS = (0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 6)
TEXTS = ("first note", "second note", "no remark")
START = date(2024, 1, 1)
_SHARE_OF_BASES = 0.75
_MOST_NUMBERS = 40
_R = "r"


def synthetic(policy: Policy, seed: str, first: int, last: int, bases: Sequence[Mapping[str, Any]] = ()) -> str:
    """The statement for the members of these numbers. ``bases`` are rows of members that some of them are like."""
    maker = _Maker(policy, bases)
    return maker.statement(seed, first, last)


def thresholds(program: Program) -> tuple[int | Decimal, ...]:
    """The numbers that the clauses of a policy compare with, in order."""
    found = {
        term.value
        for clause in program.clauses
        for goal in clause.body
        for comparison in _comparisons(goal)
        for term in (comparison.left, comparison.right)
        if isinstance(term, Constant) and isinstance(term.value, int | Decimal) and not isinstance(term.value, bool)
    }
    return tuple(sorted(found)[:_MOST_NUMBERS]) or (1,)


def _comparisons(goal: Goal) -> Iterator[Comparison]:
    if isinstance(goal, Comparison):
        yield goal
    for inner in subgoals(goal):
        yield from _comparisons(inner)


class _Maker:
    """Writes the statement of one policy."""

    def __init__(self, policy: Policy, bases: Sequence[Mapping[str, Any]]) -> None:
        self.policy = policy
        self.header = policy.vocabulary.header
        self.numbers = thresholds(policy.program)
        asked = self.header.request_date
        self.bases = [base for base in bases if isinstance(base.get(asked), date)]
        # The open lists are left out: what is drawn of a list is all there is.
        layout = columns(policy.vocabulary)
        self.columns = [each for each in layout if each.required or each.name.endswith(ATTESTED)]

    def statement(self, seed: str, first: int, last: int) -> str:
        made = ", ".join(f"{self.column(each)}::{column_type(each.type)} AS {name(each.name)}" for each in self.columns)
        since = self.header.effective or START
        day = f"(DATE '{since}' + {below(730, 'request')}::INTEGER)"
        request = f"CASE WHEN {chance(0.05, 'month end')} THEN last_day({day}) ELSE {day} END AS {_R}"
        count = max(1, len(self.bases))
        base = f"CASE WHEN {chance(_SHARE_OF_BASES, 'base')} THEN 1 + {below(count, 'which base')} ELSE 0 END AS base"
        # How much of a base is drawn anew: nothing, a little, much.
        noise = f"[0.0, 0.0, 0.02, 0.02, 0.05, 0.15][1 + {below(6, 'noise')}] AS noise"
        return f"SELECT {made} FROM (SELECT *, {request}, {base}, {noise} FROM {keyed(seed, first, last)})"

    def column(self, column: Column) -> str:
        """The value of a column."""
        declared = column.input
        if declared is None:
            return "'M-' || lpad(i::VARCHAR, 9, '0')"
        if declared.name == self.header.request_date:
            return f"CASE WHEN NOT {chance(0.01, 'no request')} THEN {_R} END"
        if not column.required:
            return f"CASE WHEN {chance(0.04, column.name)} THEN {self.rows(declared, column, 1)} END"
        drawn = f"CASE WHEN NOT {chance(0.12, f'silent {column.name}')} THEN {self.value(declared, column)} END"
        if not self.bases:
            return drawn
        like = " ".join(
            f"WHEN {number} THEN {self.literal(base.get(column.name), column.type, base)}"
            for number, base in enumerate(self.bases, 1)
        )
        anew = f"{draw(f'anew {column.name}')} < noise * 2147483647"
        return f"CASE WHEN base = 0 OR {anew} THEN {drawn} ELSE CASE base {like} END END"

    def value(self, declared: Input, column: Column) -> str:
        """A value drawn for an input."""
        match column.type:
            case Rows():
                return self.rows(declared, column)
            case Struct(fields, True):
                share = f"[0.03, 0.5, 0.97][1 + {below(3, f'truth {column.name}')}] * 2147483647"
                items = (
                    f"{name(each.name)} := CASE WHEN NOT {chance(0.08, f'silent {column.name} {each.name}')}"
                    f" THEN {draw(f'{column.name} {each.name}')} < {share} END"
                    for each in fields
                )
                return f"struct_pack({', '.join(items)})"
            case Struct(fields):
                return f"struct_pack({', '.join(self.fields(declared, column, fields, ''))})"
            case Scalar() as scalar:
                return self.scalar(declared, scalar, column.name, "")
        raise AssertionError(column)

    def rows(self, declared: Input, column: Column, length: int = 0) -> str:
        """The rows of a list."""
        assert isinstance(column.type, Rows)
        item = column.type.item
        if isinstance(item, Struct):
            row = f"struct_pack({', '.join(self.fields(declared, column, item.fields, 'k'))})"
        else:
            row = self.scalar(declared, item, f"row {column.name}", "k")
        size = str(length) if length else choice(list(map(str, LENGTHS)), f"length {column.name}")
        return f"list_transform(range({size}), lambda k: {row})"

    def fields(self, declared: Input, column: Column, fields: Sequence[Field], place: str) -> Iterator[str]:
        """The fields of a row. The first is always there: a row says something."""
        for number, field in enumerate(fields):
            what = f"{column.name} {field.name}"
            extended = next((each.key for each in declared.fields if each.name == declared.extends), "")
            made = self.scalar(declared, field.type, what, place)
            if field.name == extended:
                # What goes on ends with the request; what has ended did so some time after it began.
                began = next((each for each in fields[:number] if each.type == Scalar("date")), None)
                if began is not None:
                    start = self.scalar(declared, began.type, f"{column.name} {began.name}", place)
                    ended = f"({start} + {below(700, f'lasted {what}', place)}::INTEGER)"
                    made = f"CASE WHEN {chance(0.3, f'on {what}', place)} THEN {_R} ELSE {ended} END"
            if number:
                made = f"CASE WHEN NOT {chance(0.04, f'no {what}', place)} THEN {made} END"
            yield f"{name(field.name)} := ({made})::{scalar_type(field.type)}"

    def scalar(self, declared: Input, scalar: Scalar, what: str, place: str) -> str:
        """A single value."""
        if scalar.values:
            return choice([text(each) for each in scalar.values], what, place)
        match scalar.kind:
            case "boolean":
                return chance(0.7, what, place)
            case "date":
                return self.born(what) if declared.personal else self.day(what, place)
            case "integer":
                near = choice([str(int(each)) for each in self.numbers], what, place)
                return f"greatest(0, {near} + {choice(['-1', '0', '0', '1'], f'step {what}', place)})"
            case "decimal":
                near = choice([f"{each}::DECIMAL(18, 4)" for each in self.numbers], what, place)
                steps = ["-0.5", "-0.1", "0.0", "0.0", "0.1", "0.5"]
                return f"greatest(0.0, {near} + {choice(steps, f'step {what}', place)}::DECIMAL(18, 4))"
            case _:
                return choice(list(map(text, TEXTS)), what, place)

    def day(self, what: str, place: str) -> str:
        """A date that lies a threshold before the request, give or take a day; or anywhere in the years before."""
        units = [str(int(each)) for each in self.numbers if 0 < each <= 120] or ["6"]
        months = choice(units, f"months {what}", place)
        step = choice(["-1", "0", "0", "1"], f"step {what}", place)
        near = f"({_R} - to_months({months}::INTEGER))::DATE + {step}"
        days = f"{_R} - {months}::INTEGER + {step}"
        ever = f"{_R} - {below(1500, f'days {what}', place)}::INTEGER"
        how = below(8, f"how {what}", place)
        return f"CASE WHEN {how} < 3 THEN {near} WHEN {how} < 4 THEN {days} ELSE {ever} END"

    def born(self, what: str) -> str:
        """A date of birth; for some a threshold of years before the request, give or take a day."""
        years = [str(int(each)) for each in self.numbers if 12 <= each <= 100] or ["18"]
        round_ = f"({_R} - to_years({choice(years, f'years {what}')}::INTEGER))::DATE"
        near = f"{round_} + {choice(['-1', '0', '1'], f'step {what}')}"
        ever = f"{_R} - (6200 + {below(19000, what)})::INTEGER"
        return f"CASE WHEN {chance(0.08, f'near {what}')} THEN {near} ELSE {ever} END"

    def literal(self, value: Any, type: Type, base: Mapping[str, Any]) -> str:
        """A value of a base, its dates moved with the date of the request."""
        if value is None:
            return f"NULL::{column_type(type)}"
        match type:
            case Rows(item):
                rows = ", ".join(self.literal(each, item, base) for each in value)
                return f"[{rows}]::{column_type(type)}"
            case Struct(fields):
                made = (
                    f"{name(each.name)} := {self.literal(value.get(each.name), each.type, base)}" for each in fields
                )
                return f"struct_pack({', '.join(made)})"
            case Scalar("date"):
                return f"({_R} + {(value - base[self.header.request_date]).days})"
            case Scalar("text"):
                return text(str(value))
            case Scalar():
                return f"{str(value).lower()}::{scalar_type(type)}"
