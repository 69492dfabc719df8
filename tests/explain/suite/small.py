"""A small policy with a criterion, an advisory and a grant of each type, and cases of it."""

from __future__ import annotations

from collections.abc import Mapping

from explain.suite.expect import Difference, differences, read_expectation
from explain.suite.run import decider
from kb.case import Case
from kb.policy import Policy, build_policy
from kb.problems import Problem, ProblemsError
from kb.read_case import read_case

POLICY = r"""
:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('A', "All"), section('B.1', "Age"),
                  section('B.2', "Test"), section('G', "Grants")]).
:- type(test, [cbc: "blood count", skin: "skin exam"]).
:- input(requested_on(P: case, Date: date), one, "When was it requested?").
:- input(age(P: case, Years: integer), one, "How old?", [noun("age")]).
:- input(tested(P: case, Test: test), flags, "Which tests?", [says("tested: {Test}"), noun("test")]).
:- input(shot(P: case, Date: date, Note: text), many, "Which shots?", [says("shot on {Date}: {Note}"), noun("shot")]).
:- reading(adult, eighteen, [sixteen], "who is an adult").
:- criterion(eligible/1, 'A', "eligible").
:- criterion(old_enough/1, 'B.1', "old enough").
:- criterion(complete/1, 'B.2', "every test").
:- criterion(done/2, 'B.2', "{Test} done").
:- advisory(shot_soon/2, 'B.2', "shot on {Date}").
:- advisory(missing/2, 'B.2', "missing: {Test}").
:- grant(doses/2, 'G', "{Count} doses").
:- grant(code/2, 'G', "code {Code}").
eligible(P) :- old_enough(P), complete(P).
old_enough(P) :- reading(adult, eighteen), age(P, Years), Years >= 18.
old_enough(P) :- reading(adult, sixteen), age(P, Years), Years >= 16.
complete(P) :- done(P, cbc), done(P, skin).
done(P, Test) :- tested(P, Test).
shot_soon(P, Date) :- shot(P, Date, _).
missing(P, Test) :- case(P), test(Test), \+ tested(P, Test).
test(cbc).
test(skin).
doses(P, Count) :- eligible(P), amount(Count).
code(P, Code) :- eligible(P), known(Code).
amount(5).
known("J1, or J2").
"""
RECORD = """
case: S-1
requested_on: 2024-01-01
age: 20
tested: {cbc: true, skin: true}
shot: [{date: 2023-12-01, note: "left arm"}]
"""


def policy() -> Policy:
    return build_policy(POLICY.encode(), "small.pl")


def expecting(expect: str, record: str = RECORD) -> Case:
    """The case with an expectation."""
    return read_case(f"{record}expect:{expect}\n", "S-1.case.yaml", policy().vocabulary)


def told(expect: str, record: str = RECORD, readings: Mapping[str, str] | None = None) -> list[Difference]:
    """The differences of a case from what it expects."""
    case = expecting(expect, record)
    expectation = read_expectation(case, policy())
    assert expectation is not None
    return differences(expectation, decider(policy(), case, readings or {}))


def wrong(expect: str) -> tuple[Problem, ...]:
    """The problems with an expectation."""
    try:
        read_expectation(expecting(expect), policy())
    except ProblemsError as error:
        return error.problems
    raise AssertionError("nothing is wrong")
