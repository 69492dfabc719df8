"""z3 with patience: where it is stuck it starts over, for chance decides how long it looks."""

from __future__ import annotations

from typing import Any

import z3

from kb.solving.values import Truth

MILLISECONDS = 60_000
# What part of its time each attempt has: a search that took its whole minute took a moment when it was begun anew.
ATTEMPTS = (0.05, 0.1, 0.85)


class GaveUp(Exception):
    """z3 found neither a case nor that there is none, in the time that it has."""


class Solver:
    """Truths that hold together, and whether there is a case of them."""

    def __init__(self, *truths: Truth, milliseconds: int = MILLISECONDS) -> None:
        self.milliseconds = milliseconds
        self.z3 = z3.SimpleSolver()
        self.z3.add(*truths)

    def add(self, *truths: Truth) -> None:
        """Have truths hold from now on."""
        self.z3.add(*truths)

    @property
    def truths(self) -> list[Truth]:
        """All that holds."""
        return list(self.z3.assertions())

    def check(self, *assumed: Truth) -> bool:
        """Whether there is a case of what holds and is assumed. Raises ``GaveUp``."""
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
