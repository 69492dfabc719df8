"""z3 with patience: where it is stuck it starts over, for chance decides how long it looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

import z3

from kb.solving.values import Truth, conj

MILLISECONDS = 60_000
# What part of its time each attempt has: a search that took its whole minute took a moment when it was begun anew.
ATTEMPTS = (0.05, 0.1, 0.85)


class GaveUp(Exception):
    """z3 found neither a case nor that there is none, in the time that it has."""


@dataclass(frozen=True)
class Seldom:
    """A truth that few models break; ``piece`` is what z3 is told of it where a model does, all of it or a part.

    ``asked``: whether it matters to anything yet. ``outline`` follows from it, and is told at the start if it does.
    """

    truth: Truth
    piece: Callable[[Any], Truth]
    asked: Callable[[], bool] = lambda: True
    outline: Truth = True


def whole(truth: Truth) -> Seldom:
    """A truth that is told all at once."""
    return Seldom(truth, lambda _: truth)


class Solver:
    """Truths that hold together, and whether there is a case of them."""

    def __init__(self, *truths: Truth, seldom: Iterable[Seldom] = (), milliseconds: int = MILLISECONDS) -> None:
        """``seldom``: z3 is told of one when a model breaks it, and not before."""
        self.milliseconds = milliseconds
        self.z3 = z3.SimpleSolver()
        # What z3 is told, by how far inside it holds.
        self.levels: list[list[Truth]] = [[]]
        self.rare = [each for each in seldom if each.truth is not True]
        self.add(*truths, *(each.outline for each in self.seldom))

    def add(self, *truths: Truth) -> None:
        """Have truths hold from now on, or as long as the innermost of ``inside`` lasts."""
        told = [z3.BoolVal(False) if each is False else each for each in truths if each is not True]
        self.levels[-1] += told
        _tell(self.z3, told)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """What is added in here holds in here alone."""
        self.levels.append([])
        self.z3.push()
        try:
            yield
        finally:
            self.z3.pop()
            self.levels.pop()

    @property
    def seldom(self) -> list[Seldom]:
        """What few models break, as far as it matters."""
        return [each for each in self.rare if each.asked()]

    @property
    def truths(self) -> list[Truth]:
        """What z3 is told."""
        return [each for level in self.levels for each in level]

    def check(self, *assumed: Truth) -> bool:
        """Whether there is a case of what holds and is assumed. Raises ``GaveUp``."""
        latest = monotonic() + self.milliseconds / 1000
        while self.found(*assumed):
            broken = self.broken()
            if not broken:
                return True
            if monotonic() > latest:
                raise GaveUp
            model = self.z3.model()
            self.add(*(each.piece(model) for each in broken))
        return False

    def broken(self) -> list[Seldom]:
        """Which of the truths that are seldom broken the model does break."""
        model = self.z3.model()

        def holds(truth: Truth) -> bool:
            return truth is True or z3.is_true(model.eval(truth, model_completion=True))

        # All at once first, for mostly it breaks none.
        seldom = self.seldom
        every = conj(*(each.truth for each in seldom))
        return [] if holds(every) else [each for each in seldom if not holds(each.truth)]

    def found(self, *assumed: Truth) -> bool:
        """Whether z3 finds a case of all that it is told. Raises ``GaveUp``."""
        for seed, part in enumerate(ATTEMPTS, 1):
            self.z3.set("timeout", max(1, int(part * self.milliseconds)))
            answer = self.z3.check(*assumed)
            if answer != z3.unknown:
                return bool(answer == z3.sat)
            fresh = z3.SimpleSolver()
            fresh.set("random_seed", seed)
            for depth, level in enumerate(self.levels):
                if depth:
                    fresh.push()
                _tell(fresh, level)
            self.z3 = fresh
        raise GaveUp

    def model(self) -> Any:
        """A case of what was asked for last."""
        return self.z3.model()


def _tell(solver: z3.Solver, truths: Iterable[Truth]) -> None:
    """What ``add`` of z3 does; that asks each for its sort first, which takes longer than the rest."""
    for each in truths:
        z3.Z3_solver_assert(solver.ctx.ref(), solver.solver, each.as_ast())
