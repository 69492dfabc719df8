"""A solver that is stuck starts over and loses nothing of what holds; in the end it gives up and says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import z3

from kb.solving.solver import ATTEMPTS, GaveUp, Seldom, Solver, whole

PLAIN = z3.SimpleSolver


def stuck(monkeypatch: pytest.MonkeyPatch, times: int) -> list[Any]:
    """Solvers of z3 of which the first so many find nothing; all that are made."""
    made: list[Any] = []
    answers: Iterator[bool] = iter([False] * times)

    class Stuck:
        def __init__(self) -> None:
            self.plain = PLAIN()
            made.append(self)

        def check(self, *assumed: Any) -> Any:
            return self.plain.check(*assumed) if next(answers, True) else z3.unknown

        def __getattr__(self, name: str) -> Any:
            return getattr(self.plain, name)

    monkeypatch.setattr(z3, "SimpleSolver", Stuck)
    return made


def test_a_stuck_solver_starts_over_with_all_that_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was added before and what is added after holds, and what is assumed holds once."""
    made = stuck(monkeypatch, 2)
    number = z3.Int("number")
    solver = Solver(number > 3)
    solver.add(number < 6, True)
    assert solver.check(number != 4)
    assert len(made) == 3
    assert solver.model()[number].as_long() == 5
    solver.add(number != 5)
    assert solver.check()
    assert solver.model()[number].as_long() == 4
    assert not solver.check(number == 5)


def test_a_solver_that_stays_stuck_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It never says that there is no case where it only found none."""
    stuck(monkeypatch, len(ATTEMPTS))
    with pytest.raises(GaveUp):
        Solver(z3.Int("number") > 3).check()


def test_time_is_up_for_what_is_hard() -> None:
    """A cube that is the sum of two is not found in no time, nor ruled out."""
    one, two, three = z3.Ints("one two three")
    cubes = one * one * one + two * two * two == three * three * three
    with pytest.raises(GaveUp):
        Solver(cubes, one > 0, two > 0, three > 0, milliseconds=60).check()


def test_what_few_models_break_holds_in_each_model() -> None:
    """z3 is told of it when a model breaks it: of a day that has to exist, whatever is assumed, and from then on."""
    number, other = z3.Ints("number other")
    odd, small = number % 2 == 1, other < 1000
    solver = Solver(number > 3, number < 7, other > 0, seldom=[whole(odd), whole(small), whole(True)])
    assert solver.check(number != 5, other == 4) is False
    for assumed in ((), (number > 4,), (other > 998,)):
        assert solver.check(*assumed)
        model = solver.model()
        assert (model[number].as_long(), model[other].as_long() < 1000) == (5, True)
    assert not solver.check(number == 6)
    assert not solver.check(other == 1000)
    assert any(each.eq(odd) for each in solver.truths)


def test_of_a_long_truth_a_piece_is_told_for_each_model_that_breaks_it() -> None:
    """Until a model has all of it, or there is none; what no model came to is not told."""
    number, square = z3.Ints("number square")

    def piece(model: Any) -> Any:
        found = model.eval(number, model_completion=True).as_long()
        return z3.Implies(number == found, square == found * found)

    squared = Seldom(square == number * number, piece)
    solver = Solver(number > 2, number < 9, square > 20, square < 40, seldom=[squared])
    assert solver.check()
    assert solver.model()[square].as_long() == solver.model()[number].as_long() ** 2 in (25, 36)
    assert not solver.check(number != 5, number != 6)
    assert len(solver.truths) <= 4 + 6
    with pytest.raises(GaveUp):
        Solver(number > 2, square == 2, seldom=[squared], milliseconds=100).check()


def test_what_no_model_breaks_is_never_told() -> None:
    """It costs nothing then."""
    number = z3.Int("number")
    solver = Solver(number == 5, seldom=[whole(number % 2 == 1)])
    assert solver.check()
    assert len(solver.truths) == 1


def test_what_is_added_inside_holds_inside_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of what few models break, and where the solver starts over in there."""
    stuck(monkeypatch, 1)
    number = z3.Int("number")
    solver = Solver(number > 3, number < 8, seldom=[whole(number % 2 == 1)])
    with solver.inside():
        solver.add(number < 6)
        assert solver.check()
        assert solver.model()[number].as_long() == 5
        with solver.inside():
            solver.add(number != 5)
            assert not solver.check()
        assert solver.check()
    assert solver.check(number > 5)
    assert solver.model()[number].as_long() == 7
    assert not solver.check(number == 6)
