"""Random cases of any policy, the same ones for the same seed.

A case is made as a *record*: the plain data of a case file. It starts empty or from a shipped case, some
of its inputs are drawn anew, and details are changed: values left out, attested or contradicted, dates
moved to where something begins or ends to count.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

from ruamel.yaml import YAML

from kb.policy import Policy
from kb.syntax import Comparison, Constant, Goal, Program, atoms, subgoals
from kb.vocabulary import Input, Vocabulary

Record: TypeAlias = dict[str, Any]
TEXTS = ("a note", 'a "quoted" \\ text', "naïve 東京", "%41% 'x'", "?- halt.")
REQUESTS = (date(2024, 3, 15), date(2024, 2, 29), date(2023, 2, 28), date(2024, 3, 31), date(2024, 7, 1))
OWN_KEYS = ("case", "policy", "title", "expect")


@dataclass(frozen=True)
class Trial:
    """A record and the readings chosen for it."""

    record: Record
    readings: Mapping[str, str]


def as_yaml(record: Record) -> str:
    """The record as a case file: a line for each input, and for each row of a list."""
    lines = []
    for key, value in record.items():
        if isinstance(value, list) and value:
            lines += [f"{key}:", *(f"  - {_flow(row)}" for row in value)]
        else:
            lines.append(f"{key}: {_flow(value)}")
    return "\n".join(lines) + "\n"


def _flow(value: object) -> str:
    """A value on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case None | bool():
            return {None: "~", True: "true", False: "false"}[value]
        case Decimal():
            return f"{value:f}"
        case int() | date():
            return str(value)
        case _:
            text = str(value)
            return text if text.isidentifier() and text.islower() and text not in ("true", "null") else _text(text)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def read_record(path: Path) -> Record:
    """The record of a case file, with what it expects left out."""
    return {key: _exact(value) for key, value in _read(path).items() if key not in ("expect", "title")}


@cache
def _read(path: Path) -> Any:
    """What a file holds: every test of random cases starts from the same files, and reading them takes seconds."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def _exact(value: Any) -> Any:
    """The value with decimals for floats."""
    match value:
        case dict():
            return {key: _exact(inner) for key, inner in value.items()}
        case list():
            return [_exact(inner) for inner in value]
        case float():
            return Decimal(repr(value))
        case _:
            return value


def constants(program: Program) -> Iterator[Constant]:
    """Every constant that the clauses of a policy name, with repetitions."""
    for clause in program.clauses:
        yield from (term for term in clause.head.args if isinstance(term, Constant))
        for goal in clause.body:
            yield from _constants(goal)


def _constants(goal: Goal) -> Iterator[Constant]:
    if isinstance(goal, Comparison):
        yield from (term for term in (goal.left, goal.right) if isinstance(term, Constant))
    for atom in atoms(goal) if not subgoals(goal) else ():
        yield from (term for term in atom.args if isinstance(term, Constant))
    for inner in subgoals(goal):
        yield from _constants(inner)


def random_trials(policy: Policy, bases: Sequence[Record], seed: int, count: int) -> list[Trial]:
    """``count`` random records, with readings; half of them or more start from one of ``bases``."""
    random = Random(f"{policy.vocabulary.header.name} {seed}")
    found = list(constants(policy.program))
    numbers = sorted({constant.value for constant in found if isinstance(constant.value, int | Decimal)})
    days = sorted({constant.value for constant in found if isinstance(constant.value, date)})
    trials = []
    for number in range(count):
        base = random.choice(bases) if bases and random.random() < 0.8 else {}
        maker = _Maker(policy.vocabulary, random, [0, *numbers], days)
        trials.append(Trial(maker.record(f"R-{seed}-{number}", base), maker.readings()))
    return trials


class _Maker:
    """Makes one record."""

    def __init__(self, vocabulary: Vocabulary, random: Random, numbers: list[int | Decimal], days: list[date]) -> None:
        self.vocabulary = vocabulary
        self.random = random
        self.numbers = numbers
        # Further dates are drawn around those that the policy and the record name already.
        self.days = list(days)

    def record(self, name: str, base: Record) -> Record:
        record = {key: deepcopy(value) for key, value in base.items() if key not in OWN_KEYS}
        asked = self.vocabulary.header.request_date
        if not record or self.random.random() < 0.1:
            record[asked] = self.random.choice(REQUESTS)
        self.days += [*_dates(record), *_dates(record.get(asked)) * 3]
        noise = self.random.choice((0.0, 0.0, 0.0, 0.03, 0.1, 0.3) if base else (0.7, 0.9, 1.0))
        for key, declared in self.vocabulary.inputs.items():
            if self.random.random() < noise and (key != asked or self.random.random() < 0.2):
                self.renew(record, declared)
        for _ in range(self.random.choice((0, 1, 1, 2, 3))):
            self.change(record)
        return {"case": name, **record}

    def readings(self) -> dict[str, str]:
        """Some readings other than their defaults, more often none."""
        share = self.random.choice((0.0, 0.0, 0.1, 0.5))
        return {
            name: self.random.choice(reading.alternatives)
            for name, reading in self.vocabulary.readings.items()
            if reading.alternatives and self.random.random() < share
        }

    def renew(self, record: Record, declared: Input) -> None:
        """Draw an input anew, or leave it out."""
        record.pop(declared.name, None)
        if self.random.random() < 0.8:
            record[declared.name] = self.input(declared)

    def change(self, record: Record) -> None:
        """Change a detail of the record."""
        declared = self.random.choice(list(self.vocabulary.inputs.values()))
        value = record.get(declared.name)
        if declared.kind == "many" and isinstance(value, list):
            how = self.random.randrange(6)
            if how == 0 or not value:
                value.append(self.row(declared))
            elif how == 1:
                value.pop(self.random.randrange(len(value)))
            elif how == 2:
                record[declared.name] = {"rows": value, "origin": self.origin()}
            else:
                self.change_row(declared, value, self.random.randrange(len(value)))
        elif declared.kind == "flags" and isinstance(value, dict) and value:
            item = self.random.choice(list(value))
            value[item] = self.dressed("boolean")
        elif value is not None:
            self.renew(record, declared)

    def change_row(self, declared: Input, rows: list[Any], place: int) -> None:
        row = rows[place]
        if len(declared.fields) == 1 or not isinstance(row, dict):
            rows[place] = self.row(declared)
            return
        changed = dict(row)
        field = self.random.choice(declared.fields)
        stated = [each.key for each in declared.fields if each.key in row]
        how = self.random.randrange(4)
        if how == 0 and len(stated) > 1:
            changed.pop(self.random.choice(stated))
        elif how == 1:
            changed["origin"] = self.origin()
        else:
            changed[field.key] = self.dressed(field.type)
        if self.random.random() < 0.3:
            rows.append(changed)
        else:
            rows[place] = changed

    # Values

    def input(self, declared: Input) -> Any:
        if declared.kind == "flags":
            items = self.vocabulary.types[declared.fields[0].type].values
            share = self.random.choice((0.3, 0.9, 1.0))
            truth = self.random.choice((0.05, 0.5, 0.95))
            chosen = [item for item in items if self.random.random() < share]
            return {item: self.dressed("boolean", self.random.random() < truth) for item in chosen}
        if declared.kind == "many":
            rows = [self.row(declared) for _ in range(self.random.choice((0, 1, 1, 2, 2, 3, 4)))]
            return rows if self.random.random() < 0.9 else {"rows": rows, "origin": self.origin()}
        if len(declared.fields) < 2:
            return self.dressed(declared.fields[0].type if declared.fields else "boolean")
        return self.row(declared)

    def row(self, declared: Input) -> Any:
        """A row of a list, or the map of an input with several fields."""
        if len(declared.fields) == 1:
            return self.dressed(declared.fields[0].type)
        row: Record = {field.key: self.dressed(field.type) for field in declared.fields if self.random.random() < 0.93}
        if not row:
            row = {declared.fields[0].key: self.value(declared.fields[0].type)}
        if self.random.random() < 0.1:
            row["origin"] = self.origin()
        return row

    def dressed(self, type_name: str, value: Any = None) -> Any:
        """A value in its short form, or in a long one: attested, overridden, contradicted."""
        value = self.value(type_name) if value is None else value
        how = self.random.random()
        if how < 0.75:
            return value
        if how < 0.85:
            return {"value": value, "source": self.random.choice(TEXTS)}
        if how < 0.92:
            return {"value": value, "origin": self.origin()}
        other = self.value(type_name) if self.random.random() < 0.8 else value
        return {"evidence": [{"value": each, "origin": self.origin()} for each in (value, other)]}

    def origin(self) -> str:
        return self.random.choice(("document", "document", "attestation", "attestation", "override"))

    def value(self, type_name: str) -> Any:
        if type_name == "boolean":
            return self.random.random() < 0.5
        if type_name == "date":
            return self.day()
        if type_name == "integer":
            return max(0, int(self.random.choice(self.numbers)) + self.random.choice((-1, 0, 0, 1)))
        if type_name == "decimal":
            step = self.random.choice(("-1", "-0.1", "-0.0000000001", "0", "0", "0.0", "0.5", "0.1", "0.0000000001"))
            return max(Decimal(0), Decimal(self.random.choice(self.numbers)) + Decimal(step))
        if type_name in self.vocabulary.types:
            return self.random.choice(list(self.vocabulary.types[type_name].values))
        return self.random.choice(TEXTS)

    def day(self) -> date:
        """A day that lies a number of the policy away from another one, give or take a day."""
        start = self.random.choice(self.days or list(REQUESTS))
        number = int(self.random.choice(self.numbers)) * self.random.choice((-1, -1, 1))
        how = self.random.randrange(8)
        if how < 4:
            day = _months_after(start, number)
        elif how == 4:
            day = _months_after(start, 12 * number)
        elif how == 5:
            day = start + timedelta(days=number)
        elif how == 6:
            day = date(start.year, start.month, monthrange(start.year, start.month)[1])
        else:
            day = start - timedelta(days=self.random.randrange(1500))
        day += timedelta(days=self.random.choice((-1, 0, 0, 1)))
        self.days.append(day)
        return day


def _months_after(start: date, months: int) -> date:
    """The same day number so many months later, or the last day of that month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    year = min(max(year, 1900), 2100)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _dates(value: object) -> list[date]:
    """Every date inside a value."""
    match value:
        case date():
            return [value]
        case dict():
            return _within(value.values())
        case list():
            return _within(value)
        case _:
            return []


def _within(values: Iterable[object]) -> list[date]:
    return [day for value in values for day in _dates(value)]
