"""Changes to the evidence of a case: which there could be, and the case that they make.

Each change has a switch, a boolean of z3, and the open values that it brings. With every switch off,
the open case is the case itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import z3

from kb.answers import Status
from kb.case import Case, Evidence, Fact
from kb.policy import Policy
from kb.solving.bounds import FIRST_YEAR, LAST_YEAR
from kb.solving.coding import Coding, day_of
from kb.solving.formulas import OpenCase
from kb.solving.solver import Seldom
from kb.solving.values import YES, OpenRow, Pair, Truth, Value, chosen, conj, disj, lifted
from kb.syntax import Constant, Predicate, Term, Unknown
from kb.vocabulary import Argument, Change, Input

# How many rows a change may add to a list.
MOST_ROWS = 2
# The most that an open number may be, and how fine: scores come in halves.
MOST_NUMBER, HALVES = 1000, 2
# Room for dates before and after all that a case states.
MORE_YEARS = 100
ASSUMED = Evidence("", "", "document", "")

Manner: TypeAlias = Literal[
    "state",  # a flag or a yes-or-no gets a truth, or another
    "field",  # a field of a row gets a value, or another
    "accept",  # a row that is only attested gets its document
    "list",  # a list that is missing is given
    "row",  # a row is added to a list
    "gone",  # a row of a list is not there, which is no change, and only says that the row is in the way
]


@dataclass(frozen=True, eq=False)
class Switch:
    """One change that there could be.

    ``effort`` is what it takes: a document, an act of a person, time; or ``never`` for what is fixed.
    ``fact`` is the fact that is changed, none for a new row. ``position`` is that of a field's argument.
    ``values`` are the open values: of the field, or of every field of a new row; ``truth`` that of a flag.
    """

    manner: Manner
    effort: Change
    declared: Input
    on: Any
    fact: Fact | None = None
    position: int = 0
    values: tuple[Value, ...] = ()
    truth: Any = None

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """The arguments that the open values are of."""
        if self.manner == "row":
            return self.declared.fields
        return (self.declared.arguments[self.position],) if self.manner == "field" else ()


@dataclass(frozen=True)
class Setting:
    """A switch that is on, with the terms that its open values stand for, or the truth of a flag."""

    switch: Switch
    terms: tuple[Constant, ...] = ()
    truth: bool = True


@dataclass
class OpenRecord:
    """A case with its switches: the open case, what must hold of the open values, and the coding of constants."""

    policy: Policy
    case: Case
    coding: Coding = field(default_factory=Coding)
    switches: list[Switch] = field(default_factory=list)
    conditions: list[Truth] = field(default_factory=list)
    # What holds of open dates and few models break.
    seldom: list[Seldom] = field(default_factory=list)

    def open(self, fixed: bool = False) -> OpenCase:
        """The open case. With ``fixed`` even what nothing can change has a switch, to find what is in the way."""
        self.fixed = fixed
        self.years = years_of(self.case)
        self.today = self.request()
        rows: dict[Predicate, Sequence[OpenRow]] = {}
        for declared in self.policy.vocabulary.inputs.values():
            facts = self.case.facts.get(declared.predicate, ())
            if declared.kind == "flags" or not declared.fields:
                rows[declared.predicate] = [self.state(declared, fact) for fact in facts]
            else:
                found = [row for number, fact in enumerate(facts) for row in self.row(declared, fact, number)]
                if declared.kind == "many" and declared.predicate in self.case.complete:
                    found += self.added(declared, declared.change, True)
                rows[declared.predicate] = found
        return OpenCase(self.coding.value(self.case.id), rows)

    def request(self) -> Value | None:
        """The date of the request, where it is stated."""
        facts = self.case.facts.get(Predicate(self.policy.vocabulary.header.request_date, 2), ())
        term = facts[0].row[1] if facts else None
        return self.coding.value(term) if isinstance(term, Constant) else None

    def switch(self, name: str, **what: Any) -> Any:
        """A new switch, unless it would be for something that is fixed."""
        on = z3.Bool(f"{name}?")
        self.switches.append(Switch(on=on, **what))
        return on

    def movable(self, effort: Change) -> bool:
        return self.fixed or effort != "never"

    def state(self, declared: Input, fact: Fact) -> OpenRow:
        """The row of a flag or of a yes-or-no."""
        values = tuple(self.coding.value(term) for term in fact.row if isinstance(term, Constant))
        name = f"{declared.name}{tuple(value.number for value in values[1:])}"
        what = {"manner": "state", "declared": declared, "fact": fact}
        if fact.status is Status.UNDOCUMENTED:
            truth = z3.Bool(name)
            on = self.switch(name, effort=self.documenting(declared, fact), truth=truth, **what)
            return OpenRow(Pair(conj(on, truth), disj(z3.Not(on), truth)), values)
        if not self.movable(declared.change):
            return OpenRow(YES if fact.status is Status.MET else Pair(False, False), values)
        met = fact.status is Status.MET
        on = self.switch(name, effort=declared.change, truth=z3.BoolVal(not met), **what)
        holds = z3.Not(on) if met else on
        return OpenRow(Pair(holds, holds), values)

    def documenting(self, declared: Input, fact: Fact) -> Change:
        """What it takes to document something: the word of a person is not a document that lies ready."""
        return "act" if declared.change == "act" and not declared.document and fact.reason == "missing" else "document"

    def row(self, declared: Input, fact: Fact, number: int) -> Iterable[OpenRow]:
        """A row of values; where a list is missing as a whole, the rows that it could have."""
        if declared.kind == "many" and all(isinstance(term, Unknown) and term.many for term in fact.row[1:]):
            listed = self.switch(
                f"{declared.name}.list", manner="list", effort="document", declared=declared, fact=fact
            )
            yield OpenRow(Pair(False, z3.Not(listed)), tuple(map(self.value, fact.row)))
            yield from self.added(declared, "document", False, listed)
            return
        terms, stated = [self.value(fact.row[0])], []
        for position, (argument, term) in enumerate(zip(declared.fields, fact.row[1:], strict=True), 1):
            value, on = self.field(declared, argument, fact, position, f"{declared.name}.{number}.{argument.name}")
            terms.append(value)
            if isinstance(term, Unknown) and on is not None:
                stated.append(on)
        pair = self.there(declared, fact, number, stated)
        if self.fixed and declared.kind == "many":
            what = {"manner": "gone", "effort": "never", "declared": declared, "fact": fact}
            stays = z3.Not(self.switch(f"{declared.name}.{number}.gone", **what))
            pair &= Pair(stays, stays)
        yield OpenRow(pair, tuple(terms))

    def there(self, declared: Input, fact: Fact, number: int, stated: Sequence[Any]) -> Pair:
        """Whether a row is on the record; ``stated`` are the switches of the fields that are not."""
        if fact.status is Status.MET:
            return YES
        if fact.reason == "attested" and declared.kind == "many":
            what = {"manner": "accept", "effort": "document", "declared": declared, "fact": fact}
            accepted = self.switch(f"{declared.name}.{number}.document", **what)
            return Pair(accepted, True)
        return Pair(disj(*stated), True)

    def field(self, declared: Input, argument: Argument, fact: Fact, position: int, name: str) -> tuple[Value, Any]:
        """A field of a row: its value, and the switch that gives it one or another."""
        term = fact.row[position]
        known = isinstance(term, Constant)
        extends = declared.kind == "many" and declared.extends == argument.name
        free = declared.kind == "one" or extends
        if known and not (free and self.movable(declared.change)):
            return self.value(term), None
        effort = declared.change if known else self.documenting(declared, fact)
        value = self.open_value(argument, name)
        on = self.switch(
            name, manner="field", effort=effort, declared=declared, fact=fact, position=position, values=(value,)
        )
        if not known:
            assert isinstance(term, Unknown)
            return replace(value, known=on, label=term.label, many=term.many), on
        before = self.value(term)
        # What is not changed has no other value to find, as where there is no later date.
        self.conditions.append(z3.Implies(on, lifted(value.number) != lifted(before.number)))
        if argument.type == "date" and (extends or effort == "time"):
            # Time goes one way.
            self.conditions.append(z3.Implies(on, lifted(value.number) > lifted(before.number)))
        return chosen(on, value, before), on

    def added(self, declared: Input, effort: Change, later: bool, listed: Any = None) -> Iterable[OpenRow]:
        """Rows that could be added to a list; ``later``: only what has happened since the request."""
        if not self.movable(effort):
            return
        before = listed
        for number in range(MOST_ROWS):
            name = f"{declared.name}+{number}"
            values = tuple(self.open_value(each, f"{name}.{each.name}") for each in declared.fields)
            on = self.switch(name, manner="row", effort=effort, declared=declared, values=values)
            if before is not None:
                self.conditions.append(z3.Implies(on, before))
            before = on
            for argument, value in zip(declared.fields, values, strict=True):
                if later and argument.type == "date" and self.today is not None:
                    self.conditions.append(lifted(value.number) >= lifted(self.today.number))
            yield OpenRow(Pair(on, on), (self.value(self.case.id), *values))

    def stated(self, switch: Switch) -> Iterator[Constant]:
        """The values that the sources of a conflict state, for the field that a switch settles."""
        fact = switch.fact
        if switch.manner != "field" or fact is None:
            return
        (argument,) = switch.arguments
        if fact.reason != "conflicting" and (fact.gaps or {}).get(argument.name) != "conflicting":
            return
        for piece in fact.evidence:
            name, _, rest = piece.value.partition(": ")
            named = name == argument.name.lower()
            if (named or len(switch.declared.fields) == 1) and (
                term := self.constant(argument, rest if named else piece.value)
            ):
                yield term

    def constant(self, argument: Argument, text: str) -> Constant | None:
        """The value that a text of a case file states for a field."""
        try:
            if argument.type == "date":
                return Constant("date", date.fromisoformat(text))
            if argument.type in ("integer", "decimal"):
                return Constant("number", int(text) if text.isdecimal() else Decimal(text))
        except (ArithmeticError, ValueError):
            return None
        enumeration = self.policy.vocabulary.types.get(argument.type)
        if enumeration is not None:
            return Constant("atom", text) if text in enumeration.values else None
        return Constant("text", text)

    def value(self, term: Term) -> Value:
        """The value of a term of the record."""
        if isinstance(term, Unknown):
            return Value(0, False, term.label, term.many)
        assert isinstance(term, Constant)
        return self.coding.value(term)

    def open_value(self, argument: Argument, name: str) -> Value:
        """An open value of the type of a field."""
        enumeration = self.policy.vocabulary.types.get(argument.type)
        if argument.type == "date":
            value, within, seldom = self.coding.open_date(name, self.years)
            self.conditions.append(within)
            self.seldom += seldom
            return value
        number = z3.Int(name)
        if enumeration is not None:
            codes = [self.coding.number(Constant("atom", each)) for each in enumeration.values]
            self.conditions.append(z3.Or(*(number == code for code in codes)))
        else:
            self.conditions.append(z3.And(number >= 0, number <= MOST_NUMBER * HALVES))
        return Value(z3.ToReal(number) / HALVES if argument.type == "decimal" else number, label=name)


def years_of(case: Case) -> tuple[int, int]:
    """The first and the last year of the dates that are looked for: room on both sides of those of the case."""
    terms = (getattr(term, "value", None) for facts in case.facts.values() for fact in facts for term in fact.row)
    years = [value.year for value in terms if isinstance(value, date)]
    first, last = min(years, default=FIRST_YEAR) - MORE_YEARS, max(years, default=LAST_YEAR) + MORE_YEARS
    return max(min(FIRST_YEAR, first), date.min.year), min(max(LAST_YEAR, last), date.max.year)


def changed(case: Case, settings: Iterable[Setting]) -> Case:
    """The case with changes made to its evidence."""
    facts: dict[Predicate, list[Fact]] = {name: list(rows) for name, rows in case.facts.items()}
    complete: dict[Predicate, tuple[Evidence, ...]] = dict(case.complete)
    fields: dict[int, tuple[Fact, dict[int, Constant], bool]] = {}
    for setting in settings:
        switch, predicate = setting.switch, setting.switch.declared.predicate
        rows, fact = facts[predicate], switch.fact
        if switch.manner == "row":
            rows.append(Fact(predicate, (case.id, *setting.terms), Status.MET, "", (ASSUMED,)))
        elif switch.manner == "field":
            assert fact is not None
            fields.setdefault(id(fact), (fact, {}, switch.declared.kind == "many"))[1][switch.position] = setting.terms[
                0
            ]
        elif switch.manner == "list":
            rows[:] = [each for each in rows if each is not fact]
            complete[predicate] = (ASSUMED,)
        else:
            assert fact is not None
            if switch.manner == "accept":
                settled = replace(fact, status=Status.MET, reason="")
            else:
                settled = Fact(predicate, fact.row, Status.MET if setting.truth else Status.NOT_MET, "", (ASSUMED,))
            rows[:] = [settled if each is fact else each for each in rows]
    for fact, terms, listed in fields.values():
        rows = facts[fact.predicate]
        # A row that is accepted as well has become another fact by now.
        place = next(i for i, each in enumerate(rows) if each is fact or each.row == fact.row)
        rows[place] = filled(rows[place], terms, listed)
    return replace(case, facts={name: tuple(rows) for name, rows in facts.items()}, complete=complete)


def filled(fact: Fact, terms: Mapping[int, Constant], listed: bool) -> Fact:
    """A fact with some of its fields given a value; ``listed`` where it is a row of a list."""
    row = tuple(terms.get(position, term) for position, term in enumerate(fact.row))
    left = [term for term in row if isinstance(term, Unknown)]
    gaps = {name: why for name, why in (fact.gaps or {}).items() if any(t.label.endswith(f".{name}") for t in left)}
    if listed and fact.reason == "attested":
        # A row that is only attested stays so until its document is there.
        return replace(fact, row=row, gaps=gaps or None)
    return replace(fact, row=row, status=Status.MET, reason="", gaps=gaps or None)


def terms_of(record: OpenRecord, switch: Switch, numbers: Sequence[Fraction]) -> tuple[Constant, ...]:
    """The terms that numbers stand for as the open values of a switch."""
    return tuple(term_of(record, each, number) for each, number in zip(switch.arguments, numbers, strict=True))


def term_of(record: OpenRecord, argument: Argument, number: Fraction) -> Constant:
    """The term of a field that a number stands for."""
    whole = int(number)
    if argument.type == "date":
        return Constant("date", day_of(whole))
    if argument.type in record.policy.vocabulary.types:
        return record.coding.constants[whole]
    if argument.type == "text":
        known = record.coding.constants.get(whole)
        return known if known is not None and known.kind == "text" else Constant("text", f"text {whole}")
    if number == whole:
        return Constant("number", whole)
    return Constant("number", Decimal(number.numerator) / Decimal(number.denominator))
