"""The engine: pyDatalog's traps are shut, and decisions never see each other."""

from __future__ import annotations

import threading

import pytest
from pyDatalog import pyDatalog, pyEngine

from explain.prover import prove
from kb.answers import Status
from kb.decide import decide
from kb.problems import ProblemsError
from tests.support import FULL, HEADER, MS, case_of, decided, policy_of, rows, status


def test_a_decimal_just_below_a_threshold_stays_below_it() -> None:
    """pyDatalog rounds floats to eight digits; no float reaches it."""
    policy = policy_of(
        HEADER
        + """
:- input(bmi(P: case, Value: decimal), one, "BMI?").
eligible(P) :- bmi(P, Value), Value >= 35.
"""
    )
    assert decided(policy, "{case: a, bmi: 34.9999999999}").verdict == "refuted"
    assert decided(policy, "{case: a, bmi: 35.0}").verdict == "proved"


def test_numbers_that_differ_in_the_fifteenth_digit_are_different() -> None:
    """Decimals are compared exactly, however many digits they have."""
    policy = policy_of(
        HEADER
        + """
:- input(bmi(P: case, Value: decimal), one, "BMI?").
eligible(P) :- bmi(P, Value), Value = 0.3.
"""
    )
    assert decided(policy, "{case: a, bmi: 0.30}").verdict == "proved"
    assert decided(policy, "{case: a, bmi: 0.300000000000001}").verdict == "refuted"


def test_a_misspelt_predicate_is_refused_before_the_engine_runs() -> None:
    """pyDatalog answers None, which inside a negation approves."""
    with pytest.raises(ProblemsError) as caught:
        policy_of(MS.replace(r"\+ hazard(P, _)", r"\+ hazzard(P, _)"))
    assert {problem.code for problem in caught.value.problems} >= {"undefined-predicate"}


def test_an_unsafe_head_variable_is_refused_before_the_engine_runs() -> None:
    """pyDatalog answers True for any value at all."""
    with pytest.raises(ProblemsError) as caught:
        policy_of(MS + "anything(P, Drug) :- lesions(P).\n")
    assert "unsafe-variable" in {problem.code for problem in caught.value.problems}


def test_negation_through_a_cycle_is_refused_before_the_engine_runs() -> None:
    """pyDatalog answers anyway, or never returns."""
    with pytest.raises(ProblemsError) as caught:
        policy_of(MS + "odd(P) :- case(P), \\+ even(P).\neven(P) :- case(P), \\+ odd(P).\n")
    assert "loop" in {problem.code for problem in caught.value.problems}


def test_a_negated_predicate_without_any_row_is_simply_false() -> None:
    """pyDatalog raises AttributeError for a negated predicate that has no fact."""
    decision = decided(policy_of(MS), FULL)
    assert rows(decision, "hazard", 2) == {}
    assert status(decision, "clear") is Status.MET


def test_text_that_looks_like_code_is_only_text() -> None:
    """Names and values reach pyDatalog as numbers, so none of them can run or be looked up."""
    policy = policy_of(
        HEADER
        + """
:- input(note(P: case, Words: text), one, "Note?").
eligible(P) :- note(P, Words), Words = "__import__('os')".
"""
    )
    assert decided(policy, """{case: "~x.y[z]==1", note: "__import__('os')"}""").verdict == "proved"
    assert decided(policy, """{case: a, note: "x"}""").verdict == "refuted"


def test_two_cases_in_one_process_never_see_each_other() -> None:
    """A case that is silent stays silent after one that is not."""
    policy = policy_of(MS)
    before = decided(policy, "case: A-2")
    assert decided(policy, FULL).verdict == "proved"
    after = decided(policy, "case: A-2")
    assert before.answers == after.answers
    assert after.verdict == "undetermined"


def test_threads_never_see_each_other() -> None:
    """Decisions made at the same time in several threads equal those made one after the other."""
    policy = policy_of(MS)
    cases = [case_of(policy, FULL.replace("A-1", f"A-{i}").replace("4.0", f"{i % 7}.0")) for i in range(24)]
    alone = [decide(policy, case).answers for case in cases]
    together: dict[int, object] = {}

    def work(start: int) -> None:
        for i in range(start, len(cases), 3):
            together[i] = decide(policy, cases[i]).answers

    threads = [threading.Thread(target=work, args=(start,)) for start in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[i] for i in range(len(cases))] == alone


def test_what_else_the_thread_does_with_pydatalog_is_left_as_it_was() -> None:
    """A caller's own facts survive a decision, and never enter it."""
    pyDatalog.clear()
    pyEngine.assert_(pyEngine.Clause(pyEngine.Literal("mine", [pyEngine.Const(1)]), []))
    decided(policy_of(MS), FULL)
    assert pyEngine.Literal("mine", [pyEngine.Var("X")]).ask() == [(1,)]
    pyDatalog.clear()


def test_recursion_over_a_catalogue_ends() -> None:
    """A cycle without negation is answered in full."""
    policy = policy_of(
        HEADER
        + """
:- type(place, [a, b, c, d]).
:- input(at(P: case, Place: place), one, "Where?").
road(a, b). road(b, c). road(c, a).
reach(From, To) :- road(From, To).
reach(From, To) :- road(From, Via), reach(Via, To).
eligible(P) :- at(P, Place), reach(Place, a).
"""
    )
    assert decided(policy, "{case: x, at: b}").verdict == "proved"
    assert decided(policy, "{case: x, at: d}").verdict == "refuted"
    assert decided(policy, "{case: x}").verdict == "undetermined"
    assert prove(decided(policy, "{case: x, at: b}")).status is Status.MET
    assert prove(decided(policy, "{case: x, at: d}")).status is Status.NOT_MET
