"""What the root goal asks for, clause by clause."""

from __future__ import annotations

from kb.cohort.lower import lower
from kb.cohort.needs import root_needs
from kb.policy import Policy, build_policy, load_policy

HEADER = """
:- policy(p, [title("T"), payer("N"), edition('1'), effective('2024-01-01'), root(good), request_date(asked_on),
    section('S', "All")]).
:- input(asked_on(P: case, Date: date), one, "When?").
:- type(kind, [first, again]).
:- input(kind(P: case, Kind: kind), one, "Which?").
:- input(paid(P: case), one, "Paid?").
:- input(bead(P: case, Kind: kind, Found: date), many, "Which?").
:- reading(strict, no, [yes], "why").
:- criterion(good/1, 'S', "good").
"""


def policy_of(rules: str) -> Policy:
    return build_policy((HEADER + rules).encode(), "p.pl")


def told(rules: str, **readings: str) -> list[list[tuple[str, bool]]]:
    """The requirements of each clause in the words of the policy, with whether they are conditions."""
    policy = policy_of(rules)
    needs = root_needs(policy, policy.readings(readings))
    return [[(each.words, each.condition) for each in clause] for clause in needs]


def test_a_criterion_that_only_asks_for_criteria_stands_for_these() -> None:
    """So a member fails at A.2(a), and not at the A.2 around it."""
    policy = load_policy("lemtrada")
    lowered = lower(policy, with_clauses=True)
    first, second = lowered.clauses
    names = [each.column for each in first]
    assert names[4:6] == ["step_a", "step_b"]
    assert "inadequate_steps" not in names
    assert [each.condition for each in first] == [True] + [False] * (len(first) - 1)
    assert {"tolerated", "no_recent_dose"} <= {each.column for each in second}


def test_goals_that_share_a_variable_are_one_requirement() -> None:
    """Each by itself they would be met by different rows."""
    rules = "good(M) :- bead(M, K, On), paid(M), kind(M, K), \\+ bead(M, again, _), asked_on(M, Day), On < Day.\n"
    assert told(rules) == [
        [
            ("bead(M, K, On), kind(M, K), asked_on(M, Day), On < Day", False),
            ("paid(M)", False),
            ("\\+ bead(M, again, _)", False),
        ]
    ]


def test_only_one_of_several_clauses_has_conditions() -> None:
    """What a clause alone reads of the record is what it asks for."""
    assert told("good(P) :- kind(P, first), paid(P).\n") == [[("kind(P, first)", False), ("paid(P)", False)]]
    both = told("good(P) :- kind(P, first), \\+ paid(P).\ngood(P) :- kind(P, again), \\+ paid(P).\n")
    assert [clause[0][1] for clause in both] == [True, True]
    assert [clause[1][1] for clause in both] == [False, False]


def test_a_clause_that_the_readings_leave_out_asks_for_nothing() -> None:
    """And a reading that holds is no requirement."""
    rules = "good(P) :- reading(strict, no), paid(P).\ngood(P) :- reading(strict, yes), paid(P), kind(P, first).\n"
    assert told(rules) == [[("paid(P)", False)]]
    assert told(rules, strict="yes") == [[("paid(P)", False), ("kind(P, first)", False)]]


def test_a_root_that_only_names_another_criterion_is_taken_for_that() -> None:
    """Else there would be one requirement, which says nothing."""
    rules = ":- criterion(inner/1, 'S', \"inner\").\ngood(P) :- inner(P).\ninner(P) :- paid(P), kind(P, first).\n"
    assert told(rules) == [[("paid(P)", False), ("kind(P, first)", False)]]
