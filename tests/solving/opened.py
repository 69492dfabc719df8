"""Open cases for tests: models of them drawn at random, and what formulas and slots come to in a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any, TypeAlias

import z3

from kb.answers import Answers, Status
from kb.case import Case
from kb.case_text import case_text
from kb.decide import Decision, decide
from kb.policy import Policy
from kb.read_case import read_case
from kb.regression.open_policy import OpenPolicy
from kb.solving.formulas import Formulas
from kb.solving.free import FreeCase, Held, Slot, Stated, number_of, reading_key, record_of
from kb.solving.solver import Seldom
from kb.solving.values import Pair, Truth, Value
from kb.syntax import CASE, Constant, Predicate, Term, Unknown
from kb.vocabulary import Input

Row: TypeAlias = tuple[object, ...]
Rows: TypeAlias = dict[Row, Status]


def conditions(free: FreeCase) -> list[Truth]:
    """All that must hold of an open case but for the counts of days, which follow from its dates."""
    return [
        *(each for listed in free.conditions.values() for each in listed),
        *(each for listed in free.seldom.values() for each in uncounted(listed)),
    ]


def uncounted(seldom: Iterable[Seldom]) -> list[Truth]:
    """What few models break but for the counts of days, of which z3 alone would think for long."""
    return [each.truth for each in seldom if each.outline is True]


def settled(model: Any, values: Iterable[Value]) -> Iterator[Truth]:
    """That the open dates among values are what they are in a model, and their counts what follows from that."""
    for each in (value.parts for value in values):
        if each is not None and z3.is_const(each.month):
            month, day = (model.eval(part, model_completion=True).as_long() for part in (each.month, each.day))
            held = date(month // 12, month % 12 + 1, day + 1)
            yield z3.And(each.month == month, each.day == day, each.count == held.toordinal())


def models(free: FreeCase, random: Random, number: int) -> Iterator[Any]:
    """Random models: first a choice how much is there and known, then wishes for each slot as far as they go."""
    solver = z3.SimpleSolver()
    solver.add(*(z3.BoolVal(each) if isinstance(each, bool) else each for each in conditions(free)))
    for _ in range(number):
        solver.push()
        share = random.choice((0.1, 0.5, 0.8, 0.95))
        assert solver.check() == z3.sat
        model = solver.model()
        for wish in wishes(free, random, share):
            if z3.is_true(model.eval(wish, model_completion=True)):
                solver.add(wish)
            elif solver.check(wish) == z3.sat:
                model = solver.model()
                solver.add(wish)
        solver.add(*settled(model, (value for slots in free.slots.values() for slot in slots for value in slot.values)))
        assert solver.check() == z3.sat
        yield solver.model()
        solver.pop()


def wishes(free: FreeCase, random: Random, share: float) -> Iterator[Truth]:
    """What is wished of each slot."""

    def either(truth: Truth, chance: float) -> Truth:
        return truth if random.random() < chance else z3.Not(truth)

    numbers: dict[str, list[Any]] = {}
    for slots in free.slots.values():
        for slot in slots:
            for truth in (slot.stated, slot.truth, slot.there):
                if z3.is_expr(truth):
                    yield either(truth, share if truth is not slot.truth else 0.5)
            if z3.is_expr(slot.attested):
                yield either(slot.attested, 0.2)
            for argument, value in zip(slot.declared.fields, slot.values, strict=False):
                if z3.is_expr(value.known):
                    yield either(value.known, share)
                others = numbers.setdefault(argument.type, [])
                # Values that are equal meet.
                if others and random.random() < 0.5:
                    yield value.number == random.choice(others)
                elif argument.type in free.types:
                    item = random.choice(list(free.types[argument.type]))
                    yield value.number == free.coding.number(Constant("atom", item))
                elif argument.type == "date":
                    year = random.choice((2023, 2024, 2024, 2025))
                    yield value.number == (12 * year + random.randrange(12)) * 32 + random.randrange(28)
                elif argument.type != "text":
                    yield value.number == random.choice((0, 1, 2, 3))
                others.append(value.number)


def contents(free: FreeCase, model: Any) -> dict[str, Held]:
    """What every slot holds in a model."""
    return {slot.name: free.held(slot, model) for slots in free.slots.values() for slot in slots}


def text_of(policy: Policy, free: FreeCase, held: Mapping[str, Held]) -> str:
    """The case file of what slots hold."""
    by_input = {name: [(slot, held[slot.name]) for slot in free.slots[name]] for name in free.inputs}
    record = record_of(free.inputs, by_input)
    return case_text({"case": "witness", "policy": policy.vocabulary.header.name, **record})


def read_back(policy: Policy, text: str) -> Case:
    return read_case(text, "witness.case.yaml", policy.vocabulary)


def said_by_slots(declared: Input, slots: Sequence[Slot], held: Mapping[str, Held]) -> list[tuple[Status, Row]]:
    """The facts that slots say, worked out by hand, rows in any order; what is not met is left out."""
    found: list[tuple[Status, Row]] = []
    if declared.kind == "many":
        rows = [held[slot.name] for slot in slots if slot.number is not None]
        for number, row in enumerate((each for each in rows if isinstance(each, Stated)), 1):
            labels = [f"{declared.name}[{number}].{each.name}" for each in declared.fields]
            status = Status.UNDOCUMENTED if row.attested else Status.MET
            found.append((status, tuple(term_of(*each) for each in zip(row.fields, labels, strict=True))))
        if not any(held[slot.name] for slot in slots if slot.number is None):
            labels = [f"{declared.name}.{each.name}" for each in declared.fields]
            found.append((Status.UNDOCUMENTED, tuple((label, True) for label in labels)))
    elif declared.kind == "one" and declared.fields:
        only = held[slots[0].name]
        labels = [f"{declared.name}.{each.name}" for each in declared.fields]
        fields = only.fields if isinstance(only, Stated) else (None,) * len(labels)
        status = Status.MET if isinstance(only, Stated) else Status.UNDOCUMENTED
        found.append((status, tuple(term_of(*each) for each in zip(fields, labels, strict=True))))
    else:
        for slot in slots:
            truth = held[slot.name]
            row_of = (Constant("atom", slot.item),) if declared.kind == "flags" else ()
            if truth is not False:
                found.append((Status.UNDOCUMENTED if truth is None else Status.MET, row_of))
    return sorted(found, key=repr)


def term_of(value: Constant | None, label: str) -> object:
    return (label, False) if value is None else value


def said_by_case(declared: Input, case: Case) -> list[tuple[Status, Row]]:
    """The facts of an input in a case, in the same form."""
    facts = case.facts[declared.predicate]
    found = [(each.status, plain_row(each.row[1:])) for each in facts if each.status is not Status.NOT_MET]
    return sorted(found, key=repr)


def plain_row(row: Iterable[Term]) -> Row:
    return tuple((term.label, term.many) if isinstance(term, Unknown) else term for term in row)


def holds(model: Any, truth: Truth) -> bool:
    return truth if isinstance(truth, bool) else z3.is_true(model.eval(truth, model_completion=True))


def status_in(model: Any, pair: Pair) -> Status:
    """The status that a pair of formulas comes to in a model."""
    must, may = holds(model, pair.must), holds(model, pair.may)
    assert may or not must
    return Status.MET if must else Status.UNDOCUMENTED if may else Status.NOT_MET


def rows_by_formulas(formulas: Formulas, predicate: Predicate, model: Any) -> Rows:
    """The rows of a predicate in a model that hold or may hold: numbers for constants, ``None`` for what is unknown."""
    found: Rows = {}
    kinds = formulas.policy.types.get(predicate) or ("",) * predicate.arity
    for row in formulas.rows(predicate, tuple(formulas.case.id if kind == CASE.name else None for kind in kinds)):
        status = status_in(model, row.pair)
        if status is not Status.NOT_MET:
            values = tuple(number_of(model, each) if holds(model, each.known) else None for each in row.values)
            found[values] = max(status, found.get(values, Status.NOT_MET))
    return found


def rows_by_engine(formulas: Formulas, predicate: Predicate, answers: Answers, case: Case) -> Rows:
    """The rows of a predicate by the deciding engine, in the same form."""
    found: Rows = {}
    for row, status in answers.of(predicate).items():
        values = tuple(
            None
            if isinstance(term, Unknown)
            else Fraction(formulas.case.id.number)
            if term == case.id
            else Fraction(formulas.coding.number(term))  # type: ignore[arg-type]
            for term in row
        )
        found[values] = max(status, found.get(values, Status.NOT_MET))
    return found


def chosen_in(base: OpenPolicy, held: Mapping[str, Held]) -> dict[str, str]:
    """The readings of a model where they are open."""
    found = dict(base.readings)
    for name in base.policy.vocabulary.readings:
        reading = held.get(reading_key(name))
        if isinstance(reading, Stated) and reading.fields[0] is not None:
            found[name] = str(reading.fields[0].value)
    return found


def held_by(declared: Input, slots: Sequence[Slot], case: Case, free: FreeCase) -> dict[str, Held] | None:
    """What the slots of an input would hold for a case; ``None`` where it has more rows than there are slots."""
    facts = case.facts[declared.predicate]
    if declared.kind == "flags" or not declared.fields:
        truths = {Status.MET: True, Status.NOT_MET: False, Status.UNDOCUMENTED: None}
        by_item = {str(fact.row[1].value) if len(fact.row) > 1 else "": truths[fact.status] for fact in facts}  # type: ignore[union-attr]
        return {slot.name: by_item[slot.item] for slot in slots}
    rows = []
    for fact in facts:
        terms = fact.row[1:]
        if any(isinstance(term, Unknown) and term.many for term in terms):
            continue
        fields = tuple(term if isinstance(term, Constant) else None for term in terms)
        rows.append(Stated(fields, declared.kind == "many" and fact.status is Status.UNDOCUMENTED))
    if declared.kind == "one":
        return {slots[0].name: rows[0] if any(rows[0].fields) else None}
    if len(rows) > free.bounds.rows[declared.name]:
        return None
    at = next((i for i, each in enumerate(declared.fields) if each.type == "date"), 0)

    def order(row: Stated) -> tuple[bool, Fraction]:
        term = row.fields[at]
        return term is None, Fraction(free.coding.number(term)) if term is not None else Fraction(0)

    ranked: list[Held] = [*sorted(rows, key=order), *[None] * free.bounds.rows[declared.name]]
    found: dict[str, Held] = {}
    for slot in slots:
        given = declared.predicate in case.complete or None
        found[slot.name] = given if slot.number is None else ranked[slot.number]
    return found


def within(free: FreeCase, held: Iterable[Held]) -> bool:
    """Whether all values lie within the bounds of an open case."""
    return all(
        stated(free, term) for each in held if isinstance(each, Stated) for term in each.fields if term is not None
    )


def stated(free: FreeCase, term: Constant) -> bool:
    match term.value:
        case date() as day:
            return 1900 <= day.year <= 2100
        case int() | Decimal() as number:
            places = Fraction(number) * 10**free.bounds.places
            return free.bounds.least <= number <= free.bounds.most and places.denominator == 1
    return term.kind == "atom" or term.value in free.texts


def decided(policy: Policy, text: str, readings: Mapping[str, str]) -> Decision:
    return decide(policy, read_back(policy, text), readings)
