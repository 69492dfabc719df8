"""A member of a cohort as a case: the same evidence, so the same decision."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kb.case import Case
from kb.case_text import case_text
from kb.cohort.members import member
from kb.cohort.records import case_record, member_case
from kb.decide import decide
from kb.policy import Policy, load_policy
from kb.problems import ProblemsError
from kb.read_case import load_case, read_case
from tests.kb.cohort.cohort_files import lines, table
from tests.kb.cohort.engines import as_cohort, decided
from tests.oracle.random_cases import as_yaml, random_trials, read_record
from tests.support import HEADER, policy_of
from tests.test_oracle import EVERY_FORM, POLICIES, shipped


def again(case: Case, policy: Policy) -> Case:
    """A case that went through a row of a cohort."""
    return read_case(case_text(case_record(member(case, policy), policy)), "case.yaml", policy.vocabulary)


def can_be(row: dict[str, Any]) -> bool:
    """Whether a cohort can have the row: one whose every field contradicts itself says nothing there."""
    rows = [each for value in row.values() if isinstance(value, list) for each in value]
    return all(any(field is not None for field in each.values()) for each in rows if isinstance(each, dict))


@pytest.mark.parametrize("file", POLICIES, ids=lambda file: file.stem)
def test_a_case_as_a_member_as_a_case_has_the_same_row(file: Path) -> None:
    """Shipped cases and random ones, of both test policies: nothing that decides is lost on the way."""
    policy = load_policy(file)
    files = shipped(policy)
    cases = [load_case(each, policy.vocabulary) for each in files]
    trials = random_trials(policy, [read_record(each) for each in files], 7, 150)
    cases += [read_case(as_yaml(trial.record), "case.yaml", policy.vocabulary) for trial in trials]
    cases = [case for case in cases if can_be(member(case, policy))]
    assert len(cases) > 100
    for case in cases:
        assert member(again(case, policy), policy) == member(case, policy), member(case, policy)


def test_a_member_is_decided_as_in_the_cohort() -> None:
    """Every status that DuckDB gives the row, pyDatalog gives the case made of it."""
    policy = load_policy(EVERY_FORM)
    trials = random_trials(policy, [], 8, 60)
    cases = [read_case(as_yaml(trial.record), "case.yaml", policy.vocabulary) for trial in trials]
    lowered, statuses = as_cohort(policy, cases)
    for case, found in zip(cases, statuses, strict=True):
        if not can_be(member(case, policy)):
            continue
        decision = decide(policy, again(case, policy))
        assert {each.column: decided(decision, each) for each in lowered.outputs} == found


def row(**values: Any) -> dict[str, Any]:
    """A row for the shipped policy of which nothing is documented but these."""
    policy = load_policy("lemtrada")
    return {"case": "A-1", **dict.fromkeys(policy.vocabulary.inputs), "requested_on": "2024-06-01", **values}


def test_a_member_is_found_by_its_name(tmp_path: Path) -> None:
    """In any format, with columns that the policy does not have, and whatever is wrong with the others."""
    relapses = ["2024-01-02", "2024-02-03"]
    rows = [
        row(
            case="A-1", relapse=relapses, region="north", attested={"periodic_testing": True, "other_agents_stop": None}
        ),
        row(case="a-1", request_kind="nobody", region="south"),
    ]
    policy = load_policy("lemtrada")
    for path in (lines(tmp_path, *rows), table(tmp_path, *rows)):
        case = member_case(str(path), "A-1", policy).case(policy.vocabulary)
        assert case.id.value == "A-1"
        assert member(case, policy)["relapse"] == [date(2024, 1, 2), date(2024, 2, 3)]
        assert member(case, policy)["attested"] == {**member(case, policy)["attested"], "periodic_testing": True}
        with pytest.raises(ProblemsError, match="request_kind"):
            member_case(str(path), "a-1", policy)
        with pytest.raises(ProblemsError, match="no row has the case `A'-1`"):
            member_case(str(path), "A'-1", policy)


def test_a_number_comes_out_as_it_went_in(tmp_path: Path) -> None:
    """A column has ten places for every number, which are no digits of the record."""
    rules = """
    :- type(colour, [red: "Red"]).
    :- input(weight(P: case, Amount: decimal), one, "?").
    :- input(limit(P: case, Least: decimal, Most: decimal), one, "?").
    :- input(scored(P: case, Colour: colour, Score: decimal), many, "?").
    eligible(P) :- weight(P, A), limit(P, L, M), A >= L, A =< M, scored(P, red, A).
    """
    policy = policy_of(HEADER + rules)
    scored = [{"colour": "red", "score": 123456789}, {"colour": "red", "score": 0.0000000001}]
    held = {"weight": 123456789, "limit": {"least": 100.0, "most": 900000000000000000}, "scored": scored}
    path = lines(tmp_path, {"case": "A-1", "requested_on": "2024-06-01", **held})
    text = member_case(str(path), "A-1", policy)
    assert "weight: 123456789\n" in text.text
    assert "least: 100" in text.text
    assert "most: 900000000000000000" in text.text
    assert "score: 0.0000000001" in text.text
    assert decide(policy, text.case(policy.vocabulary)).verdict == "proved"


def test_a_name_that_two_rows_have_is_no_member(tmp_path: Path) -> None:
    """Nothing says which one is meant."""
    path = lines(tmp_path, row(), row())
    with pytest.raises(ProblemsError, match="duplicate-case"):
        member_case(str(path), "A-1", load_policy("lemtrada"))


def test_what_a_row_says_is_data(tmp_path: Path) -> None:
    """Texts and names with quotes, colons and line ends come out as they went in."""
    name = "A\": [x]' # \\n é"
    policy = load_policy("lemtrada")
    text = json.dumps(row(case=name)) + "\n"
    path = lines(tmp_path, text.strip())
    case = member_case(str(path), name, policy).case(policy.vocabulary)
    assert case.id.value == name


def test_an_open_list_that_no_case_file_can_say_is_refused() -> None:
    """A list of which attestations count is complete in a case file, or not there."""
    policy = load_policy("lemtrada")
    free = next(each for each in policy.vocabulary.inputs.values() if each.kind == "many" and not each.document)
    with pytest.raises(ProblemsError, match="no-case-file"):
        case_record({"case": "A", free.name: [{}], f"{free.name}__open": True}, policy)
    assert case_record({"case": "A", free.name: [], f"{free.name}__open": True}, policy) == {"case": "A"}
