"""What repairs say: the facts that are in the way, the values, the headings and the words of each."""

from __future__ import annotations

import pytest

from explain.repair import repairs
from kb.policy import Policy, load_policy
from tests.support import HEADER, decided, policy_of
from tests.test_cases import EXAMPLES

ASKED = '"When was it requested?"'
VACCINE = "live viral vaccine on 2023-06-01"
TUMOUR = "malignancy"


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The shipped policy."""
    return load_policy("lemtrada")


def example(name: str, **changed: str) -> str:
    """The text of a shipped example without what is expected of it, some of its keys with another value."""
    (path,) = (each for each in EXAMPLES if each.name == f"{name}.case.yaml")
    lines = path.read_text(encoding="utf-8").partition("\nexpect:")[0].splitlines()
    for key, value in changed.items():
        lines = [f"{key}: {value}" if line.startswith(f"{key}:") else line for line in lines]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("vaccine", "malignancy", "named"),
    [(True, "false", {VACCINE}), (False, "true", {TUMOUR}), (True, "true", {VACCINE, TUMOUR})],
)
def test_a_row_of_a_list_is_named_as_what_is_in_the_way(
    policy: Policy, vaccine: bool, malignancy: str, named: set[str]
) -> None:
    """A row cannot be taken back; that the request is a continuation only says which clause speaks of it."""
    rows = "[{vaccine: live_viral, date: 2023-06-01}]" if vaccine else "[]"
    text = example("pend", immunization=rows).replace("  malignancy: false\n", f"  malignancy: {malignancy}\n")
    found = repairs(decided(policy, text))
    assert not found.found
    assert {each.partition(";")[0] for each in found.blocked} == named
    assert all("; in the way of " in each for each in found.blocked)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"birth_date": "{evidence: [{value: 2007-05-15, source: A}, {value: 1987-03-22, source: B}]}"},
            "born on 1987-03-22, as is stated",
        ),
        (
            {"diagnosis": "{evidence: [{value: ppms, source: A}, {value: rrms, source: B}]}"},
            "diagnosis: relapsing-remitting MS, as is stated",
        ),
        (
            {"birth_date": "{evidence: [{value: 2007-05-15, source: A}, {value: 2008-05-15, source: B}]}"},
            "born on 2007-05-14, for example",
        ),
    ],
)
def test_a_conflict_is_resolved_by_what_a_source_states_where_that_proves_the_goal(
    policy: Policy, changed: dict[str, str], words: str
) -> None:
    """Another value is an example only where none of those stated would do."""
    (repair, *_) = repairs(decided(policy, example("approval", **changed)), most=1).found
    assert [step.words for step in repair.steps] == [words]


SCORED = (
    HEADER
    + """
:- input(score(P: case, Date: date, Points: decimal), many, "?", [says("score {Points} on {Date}")]).
eligible(P) :- score(P, Date, Points), Points >= 2.5, Date >= '2024-01-01'.
"""
)


def test_a_field_of_a_row_is_resolved_by_what_a_source_states() -> None:
    """The field of which the sources speak is found by its name, and its number read as it is written."""
    points = "{evidence: [{value: 2.0, source: A}, {value: 3.5, source: B}]}"
    text = f"case: A-1\nrequested_on: 2024-06-01\nscore: [{{date: 2024-02-01, points: {points}}}]"
    found = repairs(decided(policy_of(SCORED), text), most=1).found
    assert [step.words for step in found[0].steps] == ["score 3.5 on 2024-02-01, as is stated"]


TRIED = (
    HEADER
    + """
:- type(drug, [rebif: "Rebif", other_drug: "another drug"]).
:- input(trial(P: case, Drug: drug, Start: date, End: date), many, "?",
    [says("{Drug} from {Start} to {End}"), document, change(time), extends(End)]).
eligible(P) :- trial(P, rebif, Start, End), months_between(Start, End, Months), Months >= 3.
"""
)


def test_new_values_for_several_fields_of_a_row_stand_under_what_the_hardest_takes() -> None:
    """A document of the drug alone would not do: the trial has to last longer too, which takes time."""
    text = "case: A-1\nrequested_on: 2024-06-01\ntrial: [{start: 2024-01-31, end: 2024-03-15}]"
    told = [step for each in repairs(decided(policy_of(TRIED), text)).found for step in each.steps]
    (step,) = (each for each in told if "now 2024-03-15" in each.words)
    assert (step.effort, step.words) == ("time", "Rebif from 2024-01-31 to 2024-05-01 at the earliest (now 2024-03-15)")


FOUND = (
    HEADER
    + """
:- type(level, [upper, lower]).
:- input(finding(P: case, Level: level, Size: decimal), many, "?", [says("{Size} mm, {Level}"), document]).
eligible(P) :- finding(P, upper, Size), Size > 4.5.
"""
)
ADDED = "one more: 5 mm, upper, for example"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("[{level: upper}]", {"in the row that is there: 5 mm, upper, for example", ADDED}),
        (
            "[{level: lower, size: 9}, {level: upper}, {level: upper}]",
            {
                "in row 2 of those that are there: 5 mm, upper, for example",
                "in row 3 of those that are there: 5 mm, upper, for example",
                ADDED,
            },
        ),
        ("[{size: 5}]", {"in the row that is there: 5 mm, upper", ADDED}),
        ("[]", {"5 mm, upper, for example"}),
    ],
)
def test_changes_to_different_rows_never_read_the_same(rows: str, words: set[str]) -> None:
    """What completes a row says which one, and what adds one says so, where they would read the same."""
    found = repairs(decided(policy_of(FOUND), f"case: A-1\nrequested_on: 2024-06-01\nfinding: {rows}")).found
    told = [" + ".join(step.words for step in each.steps) for each in found]
    assert len(told) == len(set(told))
    assert set(told) == words


@pytest.mark.parametrize("day", ["2024-06-01", "2100-12-31", "4000-06-01", "9999-12-31"])
def test_repairs_are_looked_for_around_the_dates_of_the_case(day: str) -> None:
    """However late a request is, even on the last day of all, what it lacks is found."""
    timed = HEADER.replace(ASKED, f"{ASKED}, [change(time)]")
    dated = (
        timed
        + """
:- input(seen(P: case, Date: date), one, "?", [says("seen on {Date}")]).
eligible(P) :- seen(P, Date), requested_on(P, Today), days_between(Date, Today, Days), Days >= 0, Days < 10.
"""
    )
    found = repairs(decided(policy_of(dated), f"case: A-1\nrequested_on: {day}")).found
    assert [step.words for step in found[0].steps] == [f"seen on {day}, for example"]
