"""The smallest witness: a case for which a formula holds, and which departs from a usual case as little as can be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

import z3

from kb.solving.free import FreeCase, Held, Record, Slot, Stated, number_of, record_of
from kb.solving.solver import MILLISECONDS, Solver
from kb.solving.usual import Contents
from kb.solving.values import Truth, Value, conj, cost_at_most, disj, lifted, neg, put_in, unknowns_of
from kb.syntax import Constant
from kb.vocabulary import Argument

# How many departures are tried before it is asked whether there is a witness at all.
FEW = 4
# For how many other departures one of an input counts that a witness leaves as it is where it can.
STEADY = 3

Plain: TypeAlias = Callable[[Slot, Argument], Iterable[Constant]]
"""Gives plain values for a field of a slot, the plainest first."""


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
        self.known: dict[tuple[int, str, int], list[tuple[Any, Any]]] = {}
        self.flags: dict[tuple[int, Slot], tuple[Any, Truth]] = {}

    def smallest(
        self,
        formula: Truth,
        names: Collection[str],
        plain: Plain | None = None,
        close: Collection[str] = (),
        imaginable: Callable[[], bool] = lambda: True,
    ) -> Witness | None:
        """A smallest witness of a formula; ``None`` where there is none.

        ``names`` are the inputs that the formula is about; all others are as usual. ``plain`` gives values for
        what a usual case does not hold. Among witnesses of one size those are looked for first that depart in the
        ``close`` inputs alone, which is quick; where there is no very small one, it is asked whether a witness is
        ``imaginable`` at all. Raises ``GaveUp``.
        """
        if formula is False:
            return None
        questions = self.close_by(formula, close) if close else []
        number, found = next(_nearest(questions, range(FEW)), (None, None))
        if found is None and not imaginable():
            return None
        if number is None or number > 1:
            found = self.near(formula, names, fewer=number) or found
        return self.settled(found, plain) if found is not None else None

    def close_by(self, formula: Truth, names: Collection[str]) -> list[Question]:
        """For each usual case the question after a witness that departs from it in these inputs alone.

        What the usual case says of all others is put into the formula, of which little is left. Raises ``GaveUp``.
        """
        if isinstance(formula, bool):
            return []
        questions = []
        for number, base in enumerate(self.usual):
            # Open readings are no inputs, and not open in every search.
            known = (name for name, slots in self.free.slots.items() if all(slot.name in base for slot in slots))
            left = put_in(formula, [pair for name in known if name not in names for pair in self.said(number, name)])
            if not z3.is_false(left):
                questions.append(Question(self, left, names, [number]))
        return questions

    def said(self, number: int, name: str) -> list[tuple[Any, Any]]:
        """What the variables of an input are in one of the usual cases."""
        key = number, name, len(self.free.coding.counted)
        if key not in self.known:
            solver = self.free.solver([name])
            for slot in self.free.slots[name]:
                solver.add(slot.holds(self.usual[number][slot.name], self.free.coding))
            solver.check()
            model = solver.model()
            self.known[key] = [(each(), model[each]) for each in model.decls()]
        return self.known[key]

    def departing(self, number: int, slot: Slot) -> tuple[Any, Truth]:
        """A boolean that must be true where a slot departs from one of the usual cases, and that it must."""
        if (number, slot) not in self.flags:
            flag = z3.Bool(f"departs {number} {slot.name}")
            as_usual = slot.holds(self.usual[number][slot.name], self.free.coding)
            self.flags[number, slot] = flag, disj(flag, as_usual)
        return self.flags[number, slot]

    def possible(self, formula: Truth, names: Collection[str]) -> bool:
        """Whether a formula has a witness. Raises ``GaveUp``."""
        if isinstance(formula, bool):
            return formula
        return self.free.solver(names, formula, *self.free.calendar(names)).check()

    def near(
        self, formula: Truth, names: Collection[str], milliseconds: int = MILLISECONDS, fewer: int | None = None
    ) -> Near | None:
        """A model as near to a usual case as there is one, with ``fewer`` departures than that. Raises ``GaveUp``."""
        if formula is False:
            return None
        question = Question(self, formula, names, range(len(self.usual)), milliseconds)
        most = sum(question.costs) + 1 if fewer is None else fewer
        # One question mostly, where a witness is known already: there is seldom a smaller one.
        if fewer is not None and not question.has(fewer - 1):
            return None
        # Near a usual case z3 is quick either way; far from one it is quick only where there is nothing.
        found = next(_nearest([question], range(min(FEW, most))), None)
        if found is None and most > FEW and question.solver.check():
            found = next(_nearest([question], range(FEW, most)), None)
        return found[1] if found is not None else None

    def settled(self, near: Near, plain: Plain | None = None) -> Witness:
        """The witness of a model, its values the nearest to the usual ones or else plain."""
        settling, slots, flags, base = near.settling, near.slots, near.flags, near.base
        # Slot by slot, so that which ones depart hangs on what can be and not on what the solver found first.
        departing = [slot for slot, flag in zip(slots, flags, strict=True) if not settling.grant(neg(flag))]
        settling = settling.narrowed([slot for slot in slots if slot not in departing])
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


class Question:
    """A formula as it is put to z3, beside what departs from each of some usual cases."""

    def __init__(
        self,
        search: WitnessSearch,
        formula: Truth,
        names: Collection[str],
        usual: Sequence[int],
        milliseconds: int = MILLISECONDS,
    ) -> None:
        """``usual`` are the numbers of the usual cases that it is about."""
        free = search.free
        self.usual = [search.usual[number] for number in usual]
        self.solver = free.solver(names, formula, *free.calendar(names), milliseconds=milliseconds)
        self.slots = [slot for name in free.slots if name in names for slot in free.slots[name]]
        self.costs = [STEADY if slot.declared.name in search.steady else 1 for slot in self.slots]
        departs = [[search.departing(each, slot) for slot in self.slots] for each in usual]
        self.solver.add(*(truth for each in departs for _, truth in each))
        self.departs = [[flag for flag, _ in each] for each in departs]

    def has(self, number: int) -> bool:
        """Whether a model departs from a usual case by no more than so much. Raises ``GaveUp``."""
        return any(self.solver.check(self.few(flags, number)) for flags in self.departs)

    def few(self, flags: Sequence[Any], number: int) -> Truth:
        """That what departs costs no more than so much."""
        return cost_at_most(number, flags, self.costs)

    def near(self, number: int) -> Near | None:
        """A model that departs from a usual case by no more than so much. Raises ``GaveUp``."""
        for base, flags in zip(self.usual, self.departs, strict=True):
            few = self.few(flags, number)
            if self.solver.check(few):
                settling = Settling(self.solver)
                self.solver.add(few)
                return Near(settling, self.slots, flags, base)
        return None


@dataclass(frozen=True)
class Near:
    """A model near to a usual case: the slots that were asked about, and of each a flag whether it departs."""

    settling: Settling
    slots: Sequence[Slot]
    flags: Sequence[Any]
    base: Contents


class Settling:
    """A solver that has a model, which wish after wish makes narrower."""

    def __init__(self, solver: Solver) -> None:
        self.solver = solver
        self.model = solver.model()

    def narrowed(self, slots: Iterable[Slot]) -> Settling:
        """The same where these slots hold what they hold in the model, of which little is left to be solved."""
        fixed = [(each, self.model.eval(each, model_completion=True)) for slot in slots for each in slot.variables]
        settled = {variable.get_id() for variable, _ in fixed}
        # What is seldom broken is of one slot each, and holds where that is fixed.
        left = [each for each in self.solver.seldom if unknowns_of(each.truth)[0].get_id() not in settled]
        solver = Solver(put_in(conj(*self.solver.truths), fixed), seldom=left)
        solver.check()
        return Settling(solver)

    def has(self, truth: Truth) -> bool:
        """Whether the model has it."""
        return truth if isinstance(truth, bool) else z3.is_true(self.model.eval(truth, model_completion=True))

    def can(self, wish: Truth) -> bool:
        """Whether a wish can be granted; the model is then one in which it is."""
        if not self.solver.check(wish):
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


def _nearest(questions: Sequence[Question], numbers: Iterable[int]) -> Iterator[tuple[int, Near]]:
    """Models by the number of their departures, which they are first looked for with."""
    for number in numbers:
        for question in questions:
            if (found := question.near(number)) is not None:
                yield number, found


def _distance(settling: Settling, value: Value, usual: Fraction, parts: int) -> int:
    """How far a value of the model is from a usual one, in the smallest steps."""
    return int(abs(number_of(settling.model, value) - usual) * parts)
