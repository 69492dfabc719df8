"""Small policies and what is found of them, for the tests of the analysis."""

from __future__ import annotations

from functools import cache

from kb.policy import Policy
from kb.regression.analysis import Analysis, analyze
from tests.support import HEADER, policy_of

DECLARED = HEADER + (
    """
:- type(drug, [avonex: "Avonex", rebif: "Rebif", copaxone: "Copaxone", other: "Another"]).
:- type(hazard, [hiv: "HIV", infection: "an infection"]).
:- input(years(P: case, Years: integer), one, "How old?", [says("{Years} years old"), noun("age")]).
:- input(benefit(P: case), one, "Covered?", [says("covered"), noun("benefit")]).
:- input(hazard(P: case, Item: hazard), flags, "Which hazards?", [says("{Item}"), noun("hazard")]).
:- input(trial(P: case, Drug: drug, Start: date), many, "Which drugs?", [says("{Drug} from {Start}"), noun("trial")]).
:- input(note(P: case, Text: text), many, "Which notes?", [says("noted {Text}"), noun("note")]).
:- reading(minimum, seventeen, [adult], "the text says both").
"""
)
ROOT = 'note(P, "in order")'
AGE = """
age(P) :- reading(minimum, seventeen), years(P, Years), Years >= 17.
age(P) :- reading(minimum, adult), years(P, Years), Years >= 18.
"""

SCHEDULE = """
kept(P) :- case(P), \\+ late(P, _).
late(P, Drug) :- case(P), wanted(Drug), \\+ trial(P, Drug, _).
wanted(avonex).
wanted(rebif).
wanted(copaxone).
wanted(other).
"""


def made(rules: str, *criteria: str, root: str = ROOT) -> Policy:
    """A policy of these rules, with a criterion for each of these predicates."""
    named = "".join(f":- criterion({name}, 'A', \"the {name.partition('/')[0]}\").\n" for name in criteria)
    return policy_of(f"{DECLARED}{named}{rules}\neligible(P) :- {root}.\n")


@cache
def found(rules: str, *criteria: str, root: str = ROOT) -> Analysis:
    """What is found of it; every question must have been settled."""
    analysis = analyze(made(rules, *criteria, root=root))
    assert analysis.undecided == ()
    return analysis
