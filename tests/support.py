"""Small policies and cases for tests."""

from __future__ import annotations

from kb.answers import Status
from kb.case import Case
from kb.decide import Decision, decide
from kb.policy import Policy, build_policy
from kb.read_case import read_case
from kb.syntax import Atom, Constant, Predicate

HEADER = """
:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('A', "All")]).
:- input(requested_on(P: case, Date: date), one, "When was it requested?").
:- criterion(eligible/1, 'A', "eligible").
"""

LOOPED = (
    HEADER
    + """
:- input(step(P: case, From: date, To: date), many, "?").
reach(P, D) :- requested_on(P, D).
reach(P, E) :- reach(P, D), step(P, D, E).
eligible(P) :- reach(P, D), D > '2024-05-01'.
"""
)
"""A policy that is defined by itself."""

MS = (
    HEADER
    + r"""
:- type(drug, [avonex: "Avonex", rebif: "Rebif", copaxone: "Copaxone", other_drug: "Another drug"]).
:- type(hazard, [hiv: "HIV infection", infection: "an active infection"]).
:- input(trial(P: case, Drug: drug, Start: date, End: date), many, "Which drugs?",
    [says("{Drug} from {Start} to {End}")]).
:- input(relapse(P: case, Date: date), many, "Which relapses?", [says("relapse on {Date}")]).
:- input(edss(P: case, Score: decimal), one, "EDSS?", [noun("EDSS")]).
:- input(lesions(P: case), one, "Did MRI show progression?", [document]).
:- input(hazard(P: case, Item: hazard), flags, "Which hazards?").
:- reading(window, request, [trial], "where the window ends").
:- criterion(step/1, 'A', "a step drug failed").
:- criterion(failed/2, 'A', "failed: {Drug}").
:- criterion(clear/1, 'A', "no hazard").
step_drug(avonex).
step_drug(rebif).
step_drug(copaxone).
long(P, Drug) :- trial(P, Drug, Start, End), months_between(Start, End, Months), Months >= 3.
relapses(P) :-
    requested_on(P, Now), reading(window, request),
    at_least(2, Date, (relapse(P, Date), months_between(Date, Now, Months), Months < 12)).
relapses(P) :-
    reading(window, trial), trial(P, _, Start, End),
    at_least(2, Date, (relapse(P, Date), Date >= Start, Date =< End)).
disabled(P) :- edss(P, Score), Score > 3.5.
failed(P, Drug) :- long(P, Drug), two_of(relapses(P), disabled(P), lesions(P)).
step(P) :- step_drug(Drug), failed(P, Drug).
clear(P) :- case(P), \+ hazard(P, _).
eligible(P) :- step(P), clear(P).
"""
)

FULL = """
case: A-1
requested_on: 2024-01-01
trial:
  - {drug: avonex, start: 2023-01-01, end: 2023-06-01}
  - {drug: rebif, start: 2023-07-01, end: 2023-08-01}
relapse: [2023-05-01, 2023-08-01]
edss: 4.0
lesions: true
hazard: {hiv: false, infection: false}
"""


def policy_of(text: str) -> Policy:
    """A checked policy from its text."""
    return build_policy(text.encode(), "small.pl")


def case_of(policy: Policy, text: str) -> Case:
    """A case from its YAML."""
    return read_case(text, "case.yaml", policy.vocabulary)


def decided(policy: Policy, text: str, **readings: str) -> Decision:
    """The decision of a case from its YAML."""
    return decide(policy, case_of(policy, text), readings)


def status(decision: Decision, name: str, *values: str) -> Status:
    """The status of a goal about the case, further arguments being atoms."""
    return decision.answers.status(Atom(name, (decision.case.id, *(Constant("atom", value) for value in values))))


def rows(decision: Decision, name: str, arity: int) -> dict[tuple[object, ...], Status]:
    """The answers of a predicate as plain values, without the case."""
    answers = decision.answers.of(Predicate(name, arity))
    return {tuple(getattr(term, "value", term) for term in row[1:]): status for row, status in answers.items()}
