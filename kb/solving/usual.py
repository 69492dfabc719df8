"""Usual cases: what a case looks like in which everything is in order.

For each way to the root goal one case that is approved, with everything documented, as few rows as the policy
asks for and nothing to advise. Such cases stand behind every witness: it is told by how it departs from one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

import z3

from kb.policy import Policy
from kb.solving.formulas import Formulas
from kb.solving.free import FreeCase, Held, Slot
from kb.solving.shared import anchor_of
from kb.solving.solver import GaveUp
from kb.solving.values import Truth, Value, conj, either, lifted, neg
from kb.syntax import Clause, Constant, Predicate
from kb.vocabulary import Argument

# Months before the request that are tried for a date.
PLANNED: tuple[int, ...] = (-1, -2, 0, 1, 2)
LONG_AGO: tuple[int, ...] = (24, 36, 18, 12, 9, 6, 5, 4, 3, 2, 1, 0)
# Years before it, where nothing lately will do.
LONG_SINCE: tuple[int, ...] = (5, 8, 10, 15, 20, 25, 30, 40, 50, 60, 80)
LATELY: tuple[int, ...] = (2, 3, 4, 1, 5, 6, 8, 10, 12, 14, 18, 24, 30, 36, 48, 0, -1)

Contents: TypeAlias = Mapping[str, Held]
"""What each slot of a free case holds, by the slot's name."""


@dataclass(frozen=True)
class Usual:
    """A usual case: by which clause of the root goal it is approved, and what its slots hold."""

    clause: Clause
    contents: Contents


def usual_cases(policy: Policy, free: FreeCase, formulas: Formulas) -> list[Usual]:
    """The usual cases of a policy, one for each clause of its root goal that can be met; may be empty."""
    found = []
    for clause, met in approvals(policy, free, formulas):
        contents = Settling(policy, free, formulas, met).contents()
        if contents is not None:
            found.append(Usual(clause, contents))
    return found


def approvals(policy: Policy, free: FreeCase, formulas: Formulas) -> Iterator[tuple[Clause, Truth]]:
    """Each clause of the root goal, and where it is met."""
    for clause in policy.clauses.get(Predicate(policy.vocabulary.header.root, 1), ()):
        env = {clause.head.args[0].name: free.id} if hasattr(clause.head.args[0], "name") else {}
        yield clause, either(each.pair for each in formulas.instances(clause.body, env)).must


class Settling:
    """Settles an open case on what is usual, wish by wish, as long as a formula holds."""

    def __init__(self, policy: Policy, free: FreeCase, formulas: Formulas, must: Truth) -> None:
        self.policy, self.free, self.formulas = policy, free, formulas
        self.solver = free.solver(free.inputs, must)
        self.model: Any = None

    def contents(self) -> dict[str, Held] | None:
        """What the slots hold when every wish that can be granted is."""
        if not self.can():
            return None
        for wish in self.wishes():
            self.grant(wish)
        for alternatives in self.choices():
            any(self.grant(each) for each in alternatives)
        return {slot.name: self.free.held(slot, self.model) for slot in self.slots()}

    def grant(self, wish: Truth) -> bool:
        """Whether a wish can be granted beside those before it; it is from then on."""
        if isinstance(wish, bool):
            return wish
        if not z3.is_true(self.model.eval(wish, model_completion=True)) and not self.can(wish):
            return False
        self.solver.add(wish)
        return True

    def can(self, *wishes: Truth) -> bool:
        """Whether wishes can be granted, as far as z3 finds out; the model is then one in which they are."""
        try:
            if not self.solver.check(*wishes):
                return False
        except GaveUp:
            return False
        self.model = self.solver.model()
        return True

    def slots(self) -> Iterator[Slot]:
        for slots in self.free.slots.values():
            yield from slots

    def wishes(self) -> Iterator[Truth]:
        """What is usual: few rows, all documented, nothing to advise, nothing that need not be so."""
        rows = [slot for slot in self.slots() if slot.number is not None]
        for slot in sorted(rows, key=lambda each: -(each.number or 0)):
            yield neg(slot.there)
        for slot in self.slots():
            if slot.stated is not None:
                yield slot.stated
            yield from (
                z3.Implies(slot.there, value.known) if slot.number is not None else value.known for value in slot.values
            )
            if slot.attested is not False:
                yield neg(slot.attested)
        for predicate, criterion in self.policy.vocabulary.criteria.items():
            if criterion.kind == "advisory":
                asked = (None,) * predicate.arity
                yield conj(*(neg(row.pair.may) for row in self.formulas.rows(predicate, asked)))
        for slot in self.slots():
            if slot.stated is not None and slot.truth is not True:
                # What a person need only do or say is done and said; anything else that need not be so is not.
                done = slot.declared.change == "act" and not slot.declared.document
                yield slot.truth if done else neg(slot.truth)

    def choices(self) -> Iterator[list[Truth]]:
        """Plain values for each field, the plainest first."""
        today = anchor_of(self.policy)
        header = self.policy.vocabulary.header
        for slot in sorted(self.slots(), key=lambda each: each.declared.name != header.request_date):
            if slot.number is not None and not z3.is_true(self.model.eval(slot.there, model_completion=True)):
                continue
            for argument, value in zip(slot.declared.fields, slot.values, strict=False):
                if slot.declared.name == header.request_date:
                    plain = [Constant("date", today)]
                else:
                    plain = list(plain_values(self.free, slot, argument, today))
                yield [self.is_(value, each) for each in plain]

    def is_(self, value: Value, constant: Constant) -> Truth:
        return lifted(value.number) == lifted(self.free.coding.number(constant))


def plain_values(free: FreeCase, slot: Slot, argument: Argument, today: date) -> Iterator[Constant]:
    """Plain values of a field, the plainest first; ``today`` is the date of the request."""
    if argument.type == "date":
        if slot.declared.personal:
            yield Constant("date", today.replace(year=today.year - 38, day=3))
        dates = [each for each in slot.declared.fields if each.type == "date"]
        if slot.declared.change == "act" and slot.declared.kind == "one":
            months = PLANNED
        else:
            # Of a row with several dates the first lies well back, so that what lasts has lasted.
            months = LONG_AGO if len(dates) > 1 and argument is dates[0] else LATELY
        for number in months:
            yield Constant("date", today - timedelta(days=30 * number))
        for years in LONG_SINCE:
            yield Constant("date", today.replace(year=today.year - years, day=3))
    elif argument.type in free.types:
        yield from (Constant("atom", each) for each in free.types[argument.type])
    elif argument.type in ("integer", "decimal"):
        yield from (Constant("number", each) for each in (1, 0, 2, 3, 4, 5, 6, 8, 10, 12, 20, 30, 50, 100))


def lifted_truth(truth: Truth) -> Truth:
    return z3.BoolVal(truth) if isinstance(truth, bool) else truth
