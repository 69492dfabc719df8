"""The smallest witness: a case for which a formula holds, and which departs from a usual case as little as can be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

import z3

from kb.solving.free import FreeCase, Held, Record, Slot, Stated, number_of, record_of
from kb.solving.usual import Contents
from kb.solving.values import Truth, Value, conj, lifted, neg
from kb.syntax import Constant
from kb.vocabulary import Argument

MILLISECONDS = 60_000
# How many departures are tried before it is asked whether there is a witness at all.
FEW = 4
# For how many other departures one of an input counts that a witness leaves as it is where it can.
STEADY = 3

Plain: TypeAlias = Callable[[Slot, Argument], Iterable[Constant]]
"""Gives plain values for a field of a slot, the plainest first."""


class GaveUp(Exception):
    """z3 found neither a case nor that there is none, in the time that it has."""


@dataclass(frozen=True)
class Departure:
    """A slot in which a witness departs from the usual case: what that holds, and what the witness holds."""

    slot: Slot
    usual: Held
    held: Held


@dataclass(frozen=True)
class Witness:
    """A case as a record, the usual case behind it, and where it departs from that.

    ``readings``: those that it takes other than the usual ones, where readings are open.
    """

    record: Record
    usual: Record
    departures: tuple[Departure, ...]
    readings: Mapping[str, str] = field(default_factory=dict)


class WitnessSearch:
    """The search for witnesses over one open case."""

    def __init__(
        self,
        free: FreeCase,
        usual: Sequence[Contents],
        steady: Collection[str] = (),
        plain: Plain | None = None,
    ) -> None:
        """``steady`` names inputs that a witness leaves as they are where it can, such as the date of the request.

        ``plain`` gives plain values for what the usual case does not have.
        """
        self.plain = plain
        self.free = free
        self.usual = usual
        self.steady = steady

    def smallest(self, formula: Truth, names: Collection[str], plain: Plain | None = None) -> Witness | None:
        """A smallest witness of a formula; ``None`` where there is none.

        ``names`` are the inputs that the formula is about; all others are as usual. ``plain`` gives values for
        what a usual case does not hold. Raises ``GaveUp``.
        """
        found = self.near(formula, names)
        return self.settled(*found, plain) if found is not None else None

    def possible(self, formula: Truth, names: Collection[str]) -> bool:
        """Whether a formula has a witness. Raises ``GaveUp``."""
        return self.near(formula, names) is not None

    def near(
        self, formula: Truth, names: Collection[str], milliseconds: int = MILLISECONDS
    ) -> tuple[Settling, Sequence[Slot], Sequence[Any], Contents] | None:
        """A model as near to a usual case as there is one, with the slots, their flags and that usual case."""
        if formula is False:
            return None
        solver = self.solver(formula, names)
        solver.set("timeout", milliseconds)
        slots = [slot for name in self.free.slots if name in names for slot in self.free.slots[name]]
        costs = [STEADY if slot.declared.name in self.steady else 1 for slot in slots]
        departs = [[self.departing(solver, n, slot, base) for slot in slots] for n, base in enumerate(self.usual)]
        for number in range(sum(costs) + 1):
            # Near a usual case z3 is quick either way; far from one it is quick only where there is nothing.
            if number == FEW and not _check(solver):
                return None
            for base, flags in zip(self.usual, departs, strict=True):
                few = z3.PbLe(list(zip(flags, costs, strict=True)), number) if flags else z3.BoolVal(True)
                if _check(solver, few):
                    settling = Settling(solver)
                    solver.add(few)
                    return settling, slots, flags, base
        return None

    def solver(self, formula: Truth, names: Collection[str]) -> Any:
        solver = z3.SimpleSolver()
        solver.add(z3.BoolVal(formula) if isinstance(formula, bool) else formula)
        for name, conditions in self.free.conditions.items():
            if name in names:
                solver.add(*conditions)
        solver.add(*self.free.calendar(names))
        return solver

    def departing(self, solver: Any, number: int, slot: Slot, base: Contents) -> Any:
        """A boolean that must be true where a slot departs from a usual case."""
        flag = z3.Bool(f"departs {number} {slot.name}")
        solver.add(z3.Implies(neg(flag), slot.holds(base[slot.name], self.free.coding)))
        return flag

    def settled(
        self,
        settling: Settling,
        slots: Sequence[Slot],
        flags: Sequence[Any],
        base: Contents,
        plain: Plain | None = None,
    ) -> Witness:
        """The witness of a model, its values the nearest to the usual ones or else plain."""
        # Slot by slot, so that which ones depart hangs on what can be and not on what the solver found first.
        departing = [slot for slot, flag in zip(slots, flags, strict=True) if not settling.grant(neg(flag))]
        plain = plain or self.plain
        for slot in departing:
            usual = base[slot.name]
            for wish in self.wishes(slot, usual):
                settling.grant(wish)
            for place, value in enumerate(slot.values):
                before = usual.fields[place] if isinstance(usual, Stated) else None
                if before is not None and settling.has(value.known):
                    self.nearest(settling, value, Fraction(self.free.coding.number(before)))
                elif plain is not None and settling.has(conj(slot.there, value.known)):
                    numbers = [self.free.coding.number(each) for each in plain(slot, slot.declared.fields[place])]
                    if not any(settling.grant(lifted(value.number) == lifted(each)) for each in numbers) and numbers:
                        self.nearest(settling, value, Fraction(numbers[0]))
        held = {slot.name: self.free.held(slot, settling.model) for slot in departing}
        readings = {name: held.pop(key) for name, key in self.free.readings.items() if key in held}
        departures = tuple(Departure(slot, base[slot.name], held[slot.name]) for slot in departing if slot.name in held)
        chosen = {name: str(value.fields[0].value) for name, value in readings.items()}  # type: ignore[union-attr]
        return Witness(self.record({**base, **held}), self.record(base), departures, chosen)

    def wishes(self, slot: Slot, usual: Held) -> Iterator[Truth]:
        """What a slot that departs should hold if it can: what is usual, field by field, and something stated."""
        yield slot.holds(usual, self.free.coding)
        if slot.stated is not None:
            yield slot.stated
            yield neg(slot.truth)
        if slot.there is None:
            return
        if isinstance(usual, Stated):
            yield slot.there
            yield from (slot.field_holds(i, each, self.free.coding) for i, each in enumerate(usual.fields))
        else:
            yield neg(slot.there)
        yield neg(slot.attested)
        yield from (value.known for value in slot.values)

    def nearest(self, settling: Settling, value: Value, usual: Fraction) -> None:
        """Settle a value as near to a usual one as can be."""
        number, target = lifted(value.number), lifted(usual)
        # Whether a number is whole or in parts of ten shows in its sort.
        parts = 1 if number.sort() == z3.IntSort() else 10**self.free.bounds.places
        low, high = -1, _distance(settling, value, usual, parts)
        while high - low > 1:
            middle = (low + high) // 2
            reach = lifted(Fraction(middle, parts)) if parts > 1 else middle
            if settling.can(z3.And(number - target <= reach, target - number <= reach)):
                high = _distance(settling, value, usual, parts)
            else:
                low = middle
        # Of two that are as near the lower one.
        settling.grant(number == lifted(usual - Fraction(high, parts)))
        settling.grant(number == lifted(number_of(settling.model, value)))

    def record(self, contents: Contents) -> Record:
        """The record of a case from what its slots hold."""
        return record_of(self.free.inputs, self.by_input(contents))

    def by_input(self, contents: Contents) -> Mapping[str, list[tuple[Slot, Held]]]:
        free = self.free
        return {name: [(slot, contents[slot.name]) for slot in free.slots[name]] for name in free.inputs}


class Settling:
    """A solver that has a model, which wish after wish makes narrower."""

    def __init__(self, solver: Any) -> None:
        self.solver = solver
        self.model = solver.model()

    def has(self, truth: Truth) -> bool:
        """Whether the model has it."""
        return truth if isinstance(truth, bool) else z3.is_true(self.model.eval(truth, model_completion=True))

    def can(self, wish: Truth) -> bool:
        """Whether a wish can be granted; the model is then one in which it is."""
        if not _check(self.solver, wish):
            return False
        self.model = self.solver.model()
        return True

    def grant(self, wish: Truth) -> bool:
        """Grant a wish from now on, if it can be; whether it is."""
        if isinstance(wish, bool):
            return wish
        granted = self.has(wish) or self.can(wish)
        if granted:
            self.solver.add(wish)
        return granted


def _distance(settling: Settling, value: Value, usual: Fraction, parts: int) -> int:
    """How far a value of the model is from a usual one, in the smallest steps."""
    return int(abs(number_of(settling.model, value) - usual) * parts)


def _check(solver: Any, *assumed: Truth) -> bool:
    answer = solver.check(*assumed)
    if answer == z3.unknown:
        raise GaveUp
    return bool(answer == z3.sat)
