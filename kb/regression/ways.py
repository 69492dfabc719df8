"""The ways to the root goal that ask for least: what has to be documented, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import z3

from kb.answers import Status
from kb.case_text import case_text
from kb.decide import decide
from kb.read_case import take_record
from kb.regression.comparison import ReplayError
from kb.regression.findings import Way
from kb.regression.open_policy import OpenPolicy
from kb.solving.free import CASE_ID, Held, Slot, record_of
from kb.solving.solver import GaveUp, Solver
from kb.solving.usual import Settling, approvals, lifted_truth
from kb.solving.values import Truth, conj, disj, neg
from kb.syntax import Clause

MILLISECONDS = 20_000
WAYS = 3
# A clause of the root goal, and where it is met.
Approval = tuple[Clause, Truth]


def ways(base: OpenPolicy, undecided: list[str]) -> Iterator[Way]:
    """The ways with the fewest things to document, each without something that all before it ask for.

    Then the least by each clause of the root goal that none of them is by, unless it documents all that one of them
    does. What the solver cannot settle in its
    time is noted. Raises ``ReplayError`` where the engine does not approve the case of a way.
    """
    search = _Search(base)
    found: list[Way] = []
    try:
        while len(found) < WAYS and (way := search.least(search.approvals, found)) is not None:
            found.append(way)
        for each in search.approvals:
            if not any(way.clause is each[0] for way in found) and len(found) < 2 * WAYS:
                way = search.least([each], [])
                if way is not None and not any(documented(other) <= documented(way) for other in found):
                    found.append(way)
    except GaveUp:
        undecided.append("which ways to the root goal ask for least")
    yield from found


def things(held: Sequence[tuple[Slot, Held]]) -> list[Slot]:
    """What is documented piece by piece: a list that has rows counts by these."""
    listed = {slot.declared.name for slot, what in held if slot.number is not None and what is not None}
    return [
        slot for slot, what in held if what is not None and not (slot.truth is True and slot.declared.name in listed)
    ]


def documented(way: Way) -> frozenset[str]:
    """The names of the slots that a way documents."""
    return frozenset(slot.name for slot, _ in way.held)


class _Search:
    def __init__(self, base: OpenPolicy) -> None:
        self.base, self.free = base, base.free
        self.slots = [slot for name in base.free.inputs for slot in base.free.slots[name]]
        self.flags = {slot.name: z3.Bool(f"stated {slot.name}") for slot in self.slots}
        self.first = {slot.declared.name: slot for slot in self.slots if slot.number == 0}
        self.approvals = list(approvals(base.policy, base.free, base.formulas))

    def conditions(self) -> Iterator[Truth]:
        """What holds of a plain case: a list that has rows is given, and nothing is only attested."""
        given = {slot.declared.name: slot.stated for slot in self.slots if slot.truth is True}
        for slot in self.slots:
            if slot.number is not None:
                yield z3.Implies(slot.there, given[slot.declared.name])
            yield neg(slot.attested)

    def least(self, by: Sequence[Approval], before: Sequence[Way]) -> Way | None:
        """The least by any of these clauses of the root goal, without something that all ways before it ask for."""
        met = disj(*(met for _, met in by))
        solver = self.free.solver(self.free.inputs, met, *self.conditions(), milliseconds=MILLISECONDS)
        for slot in self.slots:
            silent = slot.holds(None, self.free.coding)
            if slot.truth is True and slot.declared.name in self.first:
                silent = disj(silent, self.first[slot.declared.name].there)
            solver.add(z3.Implies(neg(self.flags[slot.name]), silent))
        asked = list(map(documented, before))
        common = frozenset.intersection(*asked) if asked else frozenset()
        # Where they have nothing in common it goes at least without something of each.
        for names in [common] if common else asked:
            solver.add(disj(*(slot.holds(None, self.free.coding) for slot in self.slots if slot.name in names)))
        if not solver.check():
            return None
        fewest = _fewest(solver, list(self.flags.values()), before[-1].stated if before else 0)
        solver.add(fewest)
        # Of as many things those come first that say that something is not the case.
        said = [
            conj(slot.stated, slot.truth) for slot in self.slots if slot.stated is not None and slot.truth is not True
        ]
        if said:
            solver.add(_fewest(solver, said, 0))
        # Of these again those that document what the policy declares first, so that it is always the same one.
        for slot in self.slots:
            silent = slot.holds(None, self.free.coding)
            solver.add(neg(silent) if solver.check(neg(silent)) else silent)
        solver.check()
        return self.way(by, solver.model())

    def way(self, by: Sequence[Approval], model: Any) -> Way:
        """The way of a model, its values settled on plain ones."""
        base, policy = self.base, self.base.policy
        clause, met = next(each for each in by if z3.is_true(model.eval(lifted_truth(each[1]), model_completion=True)))
        left = [slot.holds(None, self.free.coding) for slot in self.slots if self.free.held(slot, model) is None]
        contents = Settling(policy, self.free, base.formulas, conj(met, *left, *self.conditions())).contents()
        if contents is None:
            raise GaveUp
        held = {name: [(slot, contents[slot.name]) for slot in self.free.slots[name]] for name in self.free.inputs}
        said = record_of(self.free.inputs, held)
        record = {"case": CASE_ID.value, "policy": policy.vocabulary.header.name, **said}
        case = take_record(record, "way.case.yaml").case(policy.vocabulary)
        decision = decide(policy, case, base.readings)
        if decision.status is not Status.MET:
            raise ReplayError(f"the engine does not approve a way to the root goal\n{case_text(record)}")
        stated = tuple((slot, what) for each in held.values() for slot, what in each if what is not None)
        return Way(record, len(things(stated)), stated, clause, decision)


def _fewest(solver: Solver, truths: Sequence[Truth], number: int) -> Any:
    """That as few of these hold as can, ``number`` or more; the solver has a model of it."""
    while not solver.check(few := z3.AtMost(*truths, number)):
        number += 1
    return few
