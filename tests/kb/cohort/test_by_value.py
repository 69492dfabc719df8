"""Truths over one list that differ in constants alone are looked up among its values."""

from __future__ import annotations

from kb.cohort.lower import lower
from kb.cohort.lowered import Keys
from kb.policy import build_policy, load_policy

NUMBERS = """
:- policy(numbers, [title("T"), payer("N"), edition('1'), effective('2024-01-01'), root(good),
    request_date(asked_on), section('S', "All")]).
:- input(asked_on(P: case, Date: date), one, "When?").
:- input(scored(P: case, Score: decimal, On: date), many, "Which scores?").
:- criterion(good/1, 'S', "good").
:- criterion(one/1, 'S', "one").
:- criterion(two/1, 'S', "two").
:- criterion(three/1, 'S', "three").
one(P) :- scored(P, 1, D), asked_on(P, A), days_between(D, A, N), N < 10.
two(P) :- scored(P, 2, D), asked_on(P, A), days_between(D, A, N), N < 20.
three(P) :- scored(P, 1.5, D), asked_on(P, A), days_between(D, A, N), N < 30.
good(P) :- one(P), two(P), three(P).
"""


def test_six_tests_with_three_intervals_are_looked_up_in_one_pass() -> None:
    """Those in their interval, and those not due soon, each by one list of values."""
    found = lower(load_policy("lemtrada"), whole=["test_done"]).definitions
    looked_up = [each.name for each in found if isinstance(each, Keys) and each.name.startswith("test_done__by_")]
    assert looked_up == ["test_done__by_test", "test_done__by_test_2"]


def test_a_list_with_gaps_is_gone_through_for_each() -> None:
    """The field may then be any of the values."""
    assert not any("__by_" in each.name for each in lower(load_policy("lemtrada")).definitions)


def test_numbers_are_not_looked_up() -> None:
    """Two constants, such as 1 and 1.0, may be one value."""
    policy = build_policy(NUMBERS.encode(), "numbers.pl")
    assert not any("__by_" in each.name for each in lower(policy, whole=["scored"]).definitions)
