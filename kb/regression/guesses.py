"""What can be guessed where two editions are compared: what both say alike of a case, and whatever its status is.

Where no guess makes a goal turn, no case does; and that is soon known, for the inputs below a guess are not read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import z3

from kb.policy import Policy
from kb.regression.cones import called, cones, inputs_below
from kb.solving.values import OpenRow, Pair, Value, disj
from kb.syntax import CASE, Predicate


def guessable(policy: Policy, unchanged: Collection[Predicate]) -> frozenset[Predicate]:
    """What says the same of a case in both editions, takes nothing but the case, and is no input."""
    same = (each for each in unchanged if policy.types.get(each) == (CASE.name,))
    return frozenset(same) - policy.inputs


def guessed(policy: Policy, guessable: Collection[Predicate], reached: Collection[str]) -> frozenset[Predicate]:
    """What is guessed where a goal reaches these inputs otherwise.

    What rests on no other inputs says what it says, and so that it is heard, what rests on it does too.
    """
    below = cones(policy)
    sure = {each for each in guessable if inputs_below(policy, each) <= frozenset(reached)}
    return frozenset(each for each in guessable if sure.isdisjoint(below[each]))


def inputs_reached(
    policies: Iterable[Policy], names: Iterable[Predicate], guessed: Collection[Predicate]
) -> frozenset[str]:
    """The names of the inputs that a goal, by its name in each policy, rests on but through what is guessed."""
    found = set()
    for policy, name in zip(policies, names, strict=True):
        todo, seen = [name], set[Predicate]()
        while todo:
            each = todo.pop()
            if each in seen or each in guessed:
                continue
            seen.add(each)
            if each in policy.inputs:
                found.add(each.name)
            todo += [atom.predicate for clause in policy.clauses.get(each, ()) for atom in called(clause)]
    return frozenset(found)


def guess(predicate: Predicate, case: Value) -> list[OpenRow]:
    """The one row of a goal that may have any status, the same in both editions."""
    must, may = z3.Bools(f"{predicate}.must {predicate}.may")
    return [OpenRow(Pair(must, disj(must, may)), (case,))]
