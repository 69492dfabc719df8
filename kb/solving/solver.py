"""z3 with patience: where it is stuck it starts over, for chance decides how long it looks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import z3

from kb.solving.values import Truth, conj

MILLISECONDS = 60_000
# What part of its time each attempt has: a search that took its whole minute took a moment when it was begun anew.
ATTEMPTS = (0.05, 0.1, 0.85)


class GaveUp(Exception):
    """z3 found neither a case nor that there is none, in the time that it has."""


class Solver:
    """Truths that hold together, and whether there is a case of them."""

    def __init__(self, *truths: Truth, seldom: Iterable[Truth] = (), milliseconds: int = MILLISECONDS) -> None:
        """``seldom`` are truths that few models break: z3 is told of one when a model does, and not before."""
        self.milliseconds = milliseconds
        self.z3 = z3.SimpleSolver()
        self.seldom = [each for each in seldom if each is not True]
        self.add(*truths)

    def add(self, *truths: Truth) -> None:
        """Have truths hold from now on."""
        # ``z3.Solver.add`` asks each for its sort first, which takes longer than the rest.
        for truth in truths:
            if truth is not True:
                z3.Z3_solver_assert(
                    self.z3.ctx.ref(), self.z3.solver, (z3.BoolVal(False) if truth is False else truth).as_ast()
                )

    @property
    def truths(self) -> list[Truth]:
        """What z3 is told."""
        return list(self.z3.assertions())

    def check(self, *assumed: Truth) -> bool:
        """Whether there is a case of what holds and is assumed. Raises ``GaveUp``."""
        while self.found(*assumed):
            broken = self.broken()
            if not broken:
                return True
            self.add(*broken)
            told = {each.get_id() for each in broken}
            self.seldom = [each for each in self.seldom if each.get_id() not in told]
        return False

    def broken(self) -> list[Truth]:
        """Which of the truths that are seldom broken the model does break."""
        model = self.z3.model()

        def holds(truth: Truth) -> bool:
            return truth is True or z3.is_true(model.eval(truth, model_completion=True))

        # All at once first, for mostly it breaks none.
        return [] if holds(conj(*self.seldom)) else [each for each in self.seldom if not holds(each)]

    def found(self, *assumed: Truth) -> bool:
        """Whether z3 finds a case of all that it is told. Raises ``GaveUp``."""
        for seed, part in enumerate(ATTEMPTS, 1):
            self.z3.set("timeout", max(1, int(part * self.milliseconds)))
            answer = self.z3.check(*assumed)
            if answer != z3.unknown:
                return bool(answer == z3.sat)
            fresh = z3.SimpleSolver()
            fresh.set("random_seed", seed)
            fresh.add(*self.truths)
            self.z3 = fresh
        raise GaveUp

    def model(self) -> Any:
        """A case of what was asked for last."""
        return self.z3.model()
