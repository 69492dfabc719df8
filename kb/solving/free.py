"""A case of which everything is open: every input may say anything, or nothing, within bounds.

Each piece of it is a slot; what a slot holds is plain data, so that two cases can be held against each other
slot by slot, and a case can be written down.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import combinations, count, islice, pairwise
from typing import Any, TypeAlias

import z3

from kb.policy import Policy
from kb.solving.bounds import LARGEST, Bounds
from kb.solving.coding import Coding, day_of
from kb.solving.formulas import OpenCase
from kb.solving.solver import MILLISECONDS, Seldom, Solver
from kb.solving.values import OPEN, OpenRow, Pair, Truth, Value, conj, disj, lifted, months_of, neg, unknowns_of
from kb.syntax import Constant, Predicate
from kb.vocabulary import Argument, Input

CASE_ID = Constant("atom", "witness")
# The key that says of a whole row where it is from.
ORIGIN = "origin"


@dataclass(frozen=True, slots=True)
class Stated:
    """What a row says: its fields (None where one is not stated), and whether it is only attested."""

    fields: tuple[Constant | None, ...]
    attested: bool = False


# What a slot holds: nothing; a truth of a flag, of a yes-or-no or of "this list is given"; a row.
Held: TypeAlias = bool | Stated | None


@dataclass(frozen=True, eq=False)
class Slot:
    """One piece of an open case.

    ``item`` names the item of a flag; ``number`` is that of a row of a list, ``None`` for the list itself
    or what is no list. ``stated`` and ``truth`` are the booleans of a flag or a yes-or-no (a list: of its being
    given); ``there`` and ``attested`` those of a row, ``values`` its fields.
    """

    declared: Input
    item: str = ""
    number: int | None = None
    stated: Any = None
    truth: Any = None
    there: Any = None
    attested: Any = False
    values: tuple[Value, ...] = ()

    @property
    def name(self) -> str:
        """The slot's name, by which two cases are held against each other."""
        return f"{self.declared.name}{f'.{self.item}' if self.item else ''}{place(self.number)}"

    @cached_property
    def variables(self) -> list[Any]:
        """What z3 has for the slot to be solved for."""
        terms = (self.stated, self.truth, self.there, self.attested)
        terms += (*(each.known for each in self.values), *(each.number for each in self.values))
        terms += tuple(each.parts.count for each in self.values if each.parts is not None)
        return unknowns_of(*terms)

    def holds(self, held: Held, coding: Coding) -> Truth:
        """That the slot holds this."""
        if self.there is None:
            if held is None:
                return neg(self.stated)
            assert isinstance(held, bool)
            return conj(self.stated, self.truth if held else neg(self.truth))
        if held is None:
            return neg(self.there)
        assert isinstance(held, Stated)
        word = self.attested if held.attested else neg(self.attested)
        return conj(self.there, word, *(self.field_holds(i, each, coding) for i, each in enumerate(held.fields)))

    def field_holds(self, place: int, constant: Constant | None, coding: Coding) -> Truth:
        """That a field of a row is stated as this, or is not stated."""
        value = self.values[place]
        if constant is None:
            return neg(value.known)
        return conj(value.known, lifted(value.number) == lifted(coding.number(constant)))


class FreeCase:
    """The open case over some inputs of one policy or of several."""

    def __init__(self, inputs: Mapping[str, Input], types: Mapping[str, Sequence[str]], bounds: Bounds) -> None:
        self.inputs = inputs
        self.types = types
        self.bounds = bounds
        self.coding = Coding()
        self.id = self.coding.value(CASE_ID)
        self.slots: dict[str, list[Slot]] = {}
        self.conditions: dict[str, list[Truth]] = {}
        # What holds of an input's dates and a model seldom breaks.
        self.seldom: dict[str, list[Seldom]] = {}
        self.rows: dict[Predicate, list[OpenRow]] = {}
        # The input of each number that is open, by the number's name.
        self.owners: dict[str, str] = {}
        # What holds of the time between dates, with the inputs that the dates are of.
        self.calendars: list[tuple[Truth, frozenset[str]]] = []
        # The name of the slot of each open reading.
        self.readings: dict[str, str] = {}
        self.texts = self.open_texts()
        for declared in inputs.values():
            self.slots[declared.name] = []
            self.conditions[declared.name] = []
            self.seldom[declared.name] = []
            self.rows[declared.predicate] = list(self.open(declared))

    def open_texts(self) -> list[str]:
        """What an open text can be: what the policies name, and as many others as there are texts to state."""
        texts = sum(
            self.bounds.rows.get(declared.name, 1)
            for declared in self.inputs.values()
            for each in declared.fields
            if each.type == "text"
        )
        others = (f"text {number}" for number in count(1))
        return [*self.bounds.texts, *islice((each for each in others if each not in self.bounds.texts), texts)]

    def open_readings(self, policy: Policy) -> list[OpenRow]:
        """The rows of ``reading/2`` with every reading open; each has a slot, and conditions, by its own name."""
        rows = []
        for name, reading in policy.vocabulary.readings.items():
            key, span = reading_key(name), reading.span
            self.readings[name] = key
            fields = (Argument("Case", "case", span), Argument("Value", key, span))
            declared = Input(key, fields, "one", "", "", key, False, "never", span)
            number = z3.Int(key)
            codes = [self.coding.number(Constant("atom", value)) for value in reading.values]
            self.types = {**self.types, key: reading.values}
            self.slots[key] = [Slot(declared, there=True, values=(Value(number, True, key),))]
            self.conditions[key], self.seldom[key] = [disj(*(number == code for code in codes))], []
            for value, code in zip(reading.values, codes, strict=True):
                holds = number == code
                terms = tuple(self.coding.value(Constant("atom", each)) for each in (name, value))
                rows.append(OpenRow(Pair(holds, holds), terms))
        return rows

    def case(self, policy: Policy) -> OpenCase:
        """The open case for a policy; an input, or an item of one, that only this policy knows is silent."""
        rows: dict[Predicate, Sequence[OpenRow]] = dict(self.rows)
        for declared in policy.vocabulary.inputs.values():
            if declared.name not in self.inputs:
                rows[declared.predicate] = list(self.silent_rows(declared, policy))
            elif declared.kind == "flags":
                rows[declared.predicate] = [*self.rows[declared.predicate], *self.silent_rows(declared, policy)]
        return OpenCase(self.id, rows)

    def silent_rows(self, declared: Input, policy: Policy) -> Iterator[OpenRow]:
        """What an input holds of which a case says nothing; of flags the items that are open are left out."""
        if declared.kind == "flags":
            enumeration = declared.fields[0].type
            known = self.types.get(enumeration, ()) if declared.name in self.inputs else ()
            for item in policy.vocabulary.types[enumeration].values:
                if item not in known:
                    yield OpenRow(OPEN, (self.id, self.coding.value(Constant("atom", item))))
            return
        many = declared.kind == "many"
        unknown = (Value(0, False, f"{declared.name}.{each.name}", many) for each in declared.fields)
        yield OpenRow(OPEN, (self.id, *unknown))

    def open(self, declared: Input) -> Iterator[OpenRow]:
        """The open rows of an input."""
        if declared.kind == "flags":
            for item in self.types[declared.fields[0].type]:
                value = self.coding.value(Constant("atom", item))
                yield self.state(declared, item, value)
        elif not declared.fields:
            yield self.state(declared, "")
        elif declared.kind == "one":
            yield self.row(declared, None)
        else:
            given = z3.Bool(f"{declared.name} given")
            self.add(Slot(declared, stated=given, truth=True))
            unknown = tuple(Value(0, False, f"{declared.name}.{each.name}", True) for each in declared.fields)
            yield OpenRow(Pair(False, neg(given)), (self.id, *unknown))
            rows = [self.row(declared, number) for number in range(self.bounds.rows[declared.name])]
            self.in_order(declared, given)
            yield from rows

    def add(self, slot: Slot) -> None:
        self.slots[slot.declared.name].append(slot)

    def state(self, declared: Input, item: str, *values: Value) -> OpenRow:
        """The row of a flag or of a yes-or-no."""
        name = f"{declared.name}.{item}" if item else declared.name
        stated, truth = z3.Bool(f"{name} stated"), z3.Bool(f"{name} true")
        self.add(Slot(declared, item, stated=stated, truth=truth))
        return OpenRow(Pair(conj(stated, truth), disj(neg(stated), truth)), (self.id, *values))

    def row(self, declared: Input, number: int | None) -> OpenRow:
        """A row of values; where it is no list, its being there is that something of it is stated."""
        # Unknown values have the names that the reader of case files gives them: which is first can matter.
        name = f"{declared.name}{place(number)}"
        values = tuple(self.value(declared, each, f"{name}.{each.name}") for each in declared.fields)
        something = disj(*(value.known for value in values))
        if number is None:
            self.add(Slot(declared, there=something, values=values))
            return OpenRow(Pair(something, True), (self.id, *values))
        there = z3.Bool(f"{name} there")
        self.conditions[declared.name] += (z3.Implies(value.known, there) for value in values)
        if own_origin(declared):
            # A row has no word for where it is from, so something that it states must say it.
            self.conditions[declared.name].append(z3.Implies(there, something))
        attested = z3.Bool(f"{name} attested") if declared.document else False
        self.add(Slot(declared, "", number, there=there, attested=attested, values=values))
        return OpenRow(Pair(conj(there, neg(attested)), there), (self.id, *values))

    def value(self, declared: Input, argument: Argument, name: str) -> Value:
        """An open value of the type of a field, which may not be stated.

        Nothing reads what is not stated; it is fixed, or z3 would look for numbers for all of it.
        """
        known, conditions = z3.Bool(f"{name} stated"), self.conditions[declared.name]
        if argument.type == "date":
            value, within, seldom = self.coding.open_date(name, self.bounds.years)
            parts = months_of(value)
            self.owners |= {str(part): declared.name for part in (parts.month, parts.day, parts.count)}
            conditions += (within, z3.Or(known, z3.And(parts.month == 12 * 2000, parts.day == 0)))
            self.seldom[declared.name] += seldom
            return replace(value, known=known)
        number = z3.Int(name)
        value = Value(number, known, name)
        if argument.type in self.types or argument.type == "text":
            codes = [self.coding.number(each) for each in self.constants(argument.type)]
            # Of a type with no value that all editions know nothing can be stated.
            least = codes[0] if codes else 0
            conditions.append(disj(neg(known), *(number == code for code in codes)))
        else:
            scale = 10**self.bounds.places if argument.type == "decimal" else 1
            least, most = max(self.bounds.least * scale, -LARGEST), min(self.bounds.most * scale, LARGEST)
            conditions.append(z3.And(number >= least, number <= most))
            if scale > 1:
                value = replace(value, number=z3.ToReal(number) / scale)
        conditions.append(z3.Or(known, number == least))
        return value

    def constants(self, type_name: str) -> Iterator[Constant]:
        """What a text, or a value of an enumeration, can be."""
        if type_name == "text":
            yield from (Constant("text", each) for each in self.texts)
        else:
            yield from (Constant("atom", each) for each in self.types[type_name])

    def solver(self, names: Collection[str], *truths: Truth, milliseconds: int = MILLISECONDS) -> Solver:
        """A solver of truths about these inputs, with all that holds of them."""
        named = [name for name in self.conditions if name in names]
        conditions, seldom = ([each for name in named for each in by[name]] for by in (self.conditions, self.seldom))
        return Solver(*truths, *conditions, seldom=seldom, milliseconds=milliseconds)

    def calendar(self, names: Collection[str]) -> Iterator[Truth]:
        """What holds of the time between dates of these inputs, for z3 to go by."""
        for each in self.coding.bounds[len(self.calendars) :]:
            self.calendars.append(
                (each, frozenset(self.owners.get(str(variable), "") for variable in unknowns_of(each)))
            )
        for each, owners in self.calendars:
            if owners <= set(names):
                yield each

    def in_order(self, declared: Input, given: Truth) -> None:
        """The rows of a list, each once and in one order, for the order says nothing.

        Where documents are asked for, a list that is only attested can have rows and is not given.
        """
        rows = [slot for slot in self.slots[declared.name] if slot.number is not None]
        conditions = self.conditions[declared.name]
        if not declared.document:
            conditions += [z3.Implies(slot.there, given) for slot in rows]
        for first, second in pairwise(rows):
            conditions.append(z3.Implies(second.there, first.there))
            at = next((i for i, each in enumerate(declared.fields) if each.type == "date"), 0)
            before, after = first.values[at], second.values[at]
            conditions.append(z3.Implies(conj(second.there, after.known), before.known))
            earlier = lifted(before.number) <= lifted(after.number)
            conditions.append(z3.Implies(conj(second.there, after.known), earlier))
        for first, second in combinations(rows, 2):
            both = [
                conj(a.known, b.known, a.number == b.number) for a, b in zip(first.values, second.values, strict=True)
            ]
            conditions.append(z3.Not(conj(second.there, *both)))

    def silent(self) -> dict[str, Held]:
        """What the slots of a case hold that says nothing."""
        return {slot.name: None for slots in self.slots.values() for slot in slots}

    # From a model back to plain data

    def held(self, slot: Slot, model: Any) -> Held:
        """What a slot holds in a model."""

        def true(formula: Truth) -> bool:
            return formula if isinstance(formula, bool) else z3.is_true(model.eval(formula, model_completion=True))

        if slot.there is None:
            return true(slot.truth) if true(slot.stated) else None
        if not true(slot.there):
            return None
        fields = [
            self.constant(argument, number_of(model, value)) if true(value.known) else None
            for argument, value in zip(slot.declared.fields, slot.values, strict=True)
        ]
        return Stated(tuple(fields), true(slot.attested))

    def constant(self, argument: Argument, number: Fraction) -> Constant:
        """The constant of a field that a number stands for."""
        if argument.type == "date":
            return Constant("date", day_of(int(number)))
        if argument.type in self.types or argument.type == "text":
            return self.coding.constants[int(number)]
        if number.denominator == 1:
            return Constant("number", int(number))
        return Constant("number", Decimal(number.numerator) / Decimal(number.denominator))


def place(number: int | None) -> str:
    """Which row of a list, counted from 1; nothing for what is no list."""
    return "" if number is None else f"[{number + 1}]"


def reading_key(name: str) -> str:
    """The name of the slot of an open reading; no input has a blank in its name."""
    return f"reading {name}"


def number_of(model: Any, value: Value) -> Fraction:
    """The number that a value has in a model."""
    number = model.eval(lifted(value.number), model_completion=True)
    return Fraction(number.as_long()) if number.sort() == z3.IntSort() else Fraction(str(number.as_fraction()))


# The record of a case: what a case file says, as plain data.

Record: TypeAlias = dict[str, object]


def record_of(inputs: Mapping[str, Input], held: Mapping[str, Sequence[tuple[Slot, Held]]]) -> Record:
    """The record of a case from what its slots hold, by input."""
    record: Record = {}
    for name, declared in inputs.items():
        said = entry(declared, held.get(name, ()))
        if said is not None:
            record[name] = said
    return record


def entry(declared: Input, slots: Sequence[tuple[Slot, Held]]) -> object:
    """What a case file says of an input; ``None`` where it says nothing."""
    if declared.kind == "flags":
        return {slot.item: held for slot, held in slots if held is not None} or None
    if declared.kind == "one":
        (held,) = (held for _, held in slots)
        return plain_row(declared, held) if isinstance(held, Stated) else held
    stated = [held for slot, held in slots if slot.number is not None and isinstance(held, Stated)]
    if any(held for slot, held in slots if slot.number is None):
        return [plain_row(declared, held) for held in stated]
    if not stated:
        return None
    # A list that is only attested is not complete, whatever its rows are.
    return {"rows": [plain_row(declared, held, "document") for held in stated], ORIGIN: "attestation"}


def plain_row(declared: Input, held: Stated, origin: str = "") -> object:
    """A row as it stands in a case file; ``origin`` is told where it is not attested."""
    stated: Record = {
        argument.key: each.value
        for argument, each in zip(declared.fields, held.fields, strict=True)
        if each is not None
    }
    origin = "attestation" if held.attested else origin
    word: Record = {ORIGIN: origin} if origin else {}
    if len(declared.fields) == 1:
        (value,) = stated.values() or (None,)
        return {"value": value, **word} if word or value is None else value
    if not stated:
        # A row that is there although nothing of it is known.
        return {declared.fields[0].key: {"value": None}, **word}
    if word and own_origin(declared):
        return {key: {"value": value, **word} for key, value in stated.items()}
    return {**stated, **word}


def own_origin(declared: Input) -> bool:
    """Whether a row of an input has a field by the name of the word that says where it is from."""
    return len(declared.fields) > 1 and any(each.key == ORIGIN for each in declared.fields)
