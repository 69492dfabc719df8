"""Comparisons and calendar arithmetic over values that may be unknown."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from kb.answers import Status
from kb.calendar import between
from kb.syntax import Constant, Term, Unknown

ORDERINGS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "=<": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def same(left: Term, right: Term) -> Status:
    """Whether two values are equal: an unknown value equals itself for certain, any other possibly."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Status.MET if left == right and not getattr(left, "many", False) else Status.UNDOCUMENTED
    return Status.MET if left == right else Status.NOT_MET


def compare(sign: str, left: Term, right: Term) -> Status:
    r"""The status of a comparison of two values.

    The checks make sure that an ordering only ever meets two numbers or two dates.
    """
    if sign == "=":
        return same(left, right)
    if sign == "\\=":
        return same(left, right).opposite
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Status.UNDOCUMENTED
    assert isinstance(left, Constant) and isinstance(right, Constant)
    return Status.MET if ORDERINGS[sign](left.value, right.value) else Status.NOT_MET


def elapsed(unit: str, start: Term, end: Term) -> Term:
    """Completed units from one date to another; unknown when either is."""
    if isinstance(start, Unknown) or isinstance(end, Unknown):
        many = getattr(start, "many", False) or getattr(end, "many", False)
        return Unknown(f"{unit}s from {_label(start)} to {_label(end)}", many)
    assert isinstance(start, Constant) and isinstance(end, Constant)
    assert isinstance(start.value, date) and isinstance(end.value, date)
    return Constant("number", between(unit, start.value, end.value))


def _label(term: Term) -> str:
    return term.label if isinstance(term, Unknown) else str(getattr(term, "value", term))
