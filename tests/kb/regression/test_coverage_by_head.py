"""A literal that keeps one instance of a clause from being met, where another instance meets it for the same head."""

from __future__ import annotations

import pytest

from kb.policy import Policy
from kb.regression.evaluate import Evaluator
from kb.regression.mutants import mutants
from tests.kb.regression.test_coverage import START, YES_NO, covered
from tests.support import HEADER, case_of, policy_of

SORTS = """
:- type(sort, [one, two, three]).
:- input(sort(P: case, Sort: sort), one, "Which sort?").
:- input(sign(P: case, Sort: sort), flags, "Which signs?").
listed(one).
listed(two).
"""
ONE = policy_of(HEADER + SORTS + YES_NO + "eligible(P) :- sort(P, Sort), listed(Sort), a(P).\n")
EACH = policy_of(HEADER + SORTS + "eligible(P) :- good(P, _).\ngood(P, Sort) :- listed(Sort), sign(P, Sort).\n")
UNDER = policy_of(HEADER + SORTS + r"eligible(P) :- case(P), listed(Sort), \+ sign(P, Sort)." + "\n")


@pytest.mark.parametrize(
    ("policy", "case", "literal", "alone"),
    [
        (ONE, "sort: one\na: true", "sort(P, Sort) not met", False),
        (ONE, "sort: three\na: true", "sort(P, Sort) not met", True),
        (ONE, "a: true", "sort(P, Sort) undocumented", True),
        (EACH, "sign: {one: true, two: false}", "sign(P, Sort) not met", True),
        (UNDER, "sign: {one: true, two: false}", "sign(P, Sort) met", False),
        (UNDER, "sign: {one: true, two: true}", "sign(P, Sort) met", True),
        (UNDER, "sign: {one: false}", "sign(P, Sort) undocumented", False),
        (UNDER, "sign: {one: true}", "sign(P, Sort) undocumented", True),
    ],
)
def test_it_decides_nothing_where_the_clause_is_met_all_the_same(
    policy: Policy, case: str, literal: str, alone: bool
) -> None:
    """One sort that is not the case's says nothing where the case has another that is listed; each head is its own.

    Where it decides, some status is another when its goal is left out.
    """
    assert (literal in covered(policy, case)) is alone
    dropped = next(
        each
        for each in mutants(policy, ["literal-dropped"])
        if literal.rpartition(")")[0] in each.was and not each.was.startswith("good")
    )
    changed = Evaluator(policy, case_of(policy, f"case: C\n{START}{case}")).under(dropped).changed
    assert bool(changed) is alone
