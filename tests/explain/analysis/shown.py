"""An analysis with every kind of finding in it, for the tests of its faces."""

from __future__ import annotations

from functools import cache

from kb.regression.analysis import Analysis, analyze
from tests.support import HEADER, policy_of

POLICY = (
    HEADER.replace("section('A', \"All\")", "section('A', \"All\"), section('B', \"Age\")")
    + r"""
:- type(drug, [avonex: "Avonex", rebif: "Rebif"]).
:- type(hazard, [hiv: "HIV infection", stroke: "a stroke", clot: "a clot"]).
:- input(birth_date(P: case, Date: date), one, "Born when?", [says("born on {Date}"), noun("date of birth"), personal]).
:- input(trial(P: case, Drug: drug, Start: date), many, "Which drugs?", [says("{Drug} from {Start}"), noun("trial")]).
:- input(dose(P: case, Date: date), many, "Which doses?", [says("dose on {Date}"), noun("dose")]).
:- input(hazard(P: case, Item: hazard), flags, "Which hazards?", [says("{Item}"), noun("hazard")]).
:- reading(minimum, seventeen, [adult], "the text says both").
:- reading(unused_window, short, [long], "bears on what is never met").
:- criterion(old/1, 'B', "old enough").
:- criterion(twelve/1, 'B', "at least twelve").
:- criterion(dozen/1, 'A', "a dozen years").
:- criterion(odd/1, 'A', "two ages at once").
:- criterion(tried/1, 'A', "a drug tried").
:- criterion(tried_twice/1, 'A', "both drugs tried").
:- criterion(clear/1, 'A', "no hazard").
age(P, Years) :- birth_date(P, Born), requested_on(P, Now), years_between(Born, Now, Years).
old(P) :- reading(minimum, seventeen), age(P, Years), Years >= 17.
old(P) :- reading(minimum, adult), age(P, Years), Years >= 18.
twelve(P) :- age(P, Years), Years >= 12.
dozen(P) :- age(P, Years), Years > 11.
odd(P) :- age(P, Years), Years > 30, Years < 20.
tried(P) :- trial(P, avonex, _).
tried(P) :- trial(P, _, _).
tried_twice(P) :- trial(P, avonex, _), trial(P, rebif, _).
tried_twice(P) :- dose(P, _), kept(avonex), \+ kept(rebif), \+ kept(avonex).
tried_twice(P) :- reading(unused_window, long), dose(P, _), kept(rebif).
kept(avonex).
clear(P) :- case(P), \+ hazard(P, _), \+ dose(P, _).
eligible(P) :- old(P), twelve(P), tried(P), clear(P).
eligible(P) :- odd(P), dozen(P), tried_twice(P).
"""
)


@cache
def everything() -> Analysis:
    """The analysis of it."""
    return analyze(policy_of(POLICY))


@cache
def nothing() -> Analysis:
    """The analysis of a policy about which there is little to say."""
    return analyze(policy_of(HEADER + "eligible(P) :- requested_on(P, _).\n"))
