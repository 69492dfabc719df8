"""The three truths: what a case says, what it does not say, and what follows."""

from __future__ import annotations

import pytest

from kb.answers import Status
from kb.problems import ProblemsError
from kb.syntax import Unknown
from tests.support import FULL, MS, decided, policy_of, rows, status


def without(*keys: str) -> str:
    """The full case without some of its keys."""
    lines, kept = FULL.splitlines(), []
    dropping = False
    for line in lines:
        if line and not line.startswith(" "):
            dropping = line.split(":")[0] in keys
        if not dropping:
            kept.append(line)
    return "\n".join(kept)


POLICY = policy_of(MS)


def test_a_fully_documented_case_is_proved() -> None:
    """Every criterion met by a document gives proved."""
    assert decided(POLICY, FULL).verdict == "proved"


def test_an_empty_case_is_undetermined_throughout() -> None:
    """No document never turns into no."""
    decision = decided(POLICY, "case: A-1")
    assert decision.verdict == "undetermined"
    assert {status(decision, name) for name in ("step", "clear", "relapses", "disabled")} == {Status.UNDOCUMENTED}


@pytest.mark.parametrize("key", ["trial", "hazard"])
def test_one_missing_input_leaves_the_verdict_undetermined(key: str) -> None:
    """Each undocumented input that the verdict needs leaves it open."""
    assert decided(POLICY, without(key)).verdict == "undetermined"


@pytest.mark.parametrize("key", ["relapse", "edss", "lesions"])
def test_two_of_three_does_not_need_the_third(key: str) -> None:
    """A count that is reached does not ask for what is missing."""
    assert decided(POLICY, without(key)).verdict == "proved"


def test_two_of_three_with_two_missing_is_open_until_two_are_refuted() -> None:
    """One met and two missing is open; one met and two documented as not met is refuted."""
    assert decided(POLICY, without("relapse", "edss")).verdict == "undetermined"
    refuted = without("relapse", "edss") + "\nrelapse: []\nedss: 3.5\n"
    assert decided(POLICY, refuted).verdict == "refuted"


def test_an_empty_list_documents_none() -> None:
    """A list that is given is complete, even when empty."""
    assert decided(POLICY, without("trial") + "\ntrial: []\n").verdict == "refuted"


def test_an_attestation_where_documents_are_asked_for_proves_nothing() -> None:
    """An attested value leaves a document input undocumented."""
    attested = without("lesions", "edss") + "\nlesions: {value: true, origin: attestation}\n"
    assert status(decided(POLICY, attested), "lesions") is Status.UNDOCUMENTED
    assert decided(POLICY, attested).verdict == "undetermined"


def test_conflicting_evidence_is_undocumented_in_its_own_case_alone() -> None:
    """Two pieces that contradict each other decide nothing."""
    conflict = without("edss", "relapse") + "\nedss: {evidence: [{value: 3.0}, {value: 4.0}]}\n"
    assert status(decided(POLICY, conflict), "disabled") is Status.UNDOCUMENTED
    assert decided(POLICY, FULL).verdict == "proved"


def test_a_row_with_an_unstated_date_counts_once() -> None:
    """One dated and one undated relapse may be two; one undated relapse is never two."""
    both = without("relapse", "edss") + "\nedss: 3.0\nrelapse: [{value: ~}, 2023-08-01]\n"
    assert status(decided(POLICY, both), "relapses") is Status.UNDOCUMENTED
    one = both.replace(", 2023-08-01]", "]")
    assert status(decided(POLICY, one), "relapses") is Status.NOT_MET


def test_a_row_with_an_unstated_drug_may_be_any_drug() -> None:
    """A treatment whose drug is not stated leaves every drug of the list open."""
    decision = decided(POLICY, without("trial") + "\ntrial: [{start: 2023-01-01, end: 2023-06-01}]\n")
    assert status(decision, "failed", "avonex") is Status.UNDOCUMENTED
    assert decision.verdict == "undetermined"
    assert [row for row in rows(decision, "long", 2) if not isinstance(row[0], Unknown)] == []


def test_a_flag_documented_true_refutes_its_absence() -> None:
    """One hazard that is documented is enough."""
    assert decided(POLICY, without("hazard") + "\nhazard: {hiv: true}\n").verdict == "refuted"


def test_a_reading_changes_the_answer_only_where_it_is_tested() -> None:
    """The window counted within the trial leaves out a relapse after it."""
    case = without("edss") + "\nedss: 1.0\n"
    assert decided(POLICY, case).verdict == "proved"
    assert decided(POLICY, case, window="trial").verdict == "refuted"


def test_an_unknown_reading_is_an_error() -> None:
    """A reading that the policy does not offer is bad input, with the nearest name."""
    with pytest.raises(ProblemsError, match="did you mean `window`"):
        decided(POLICY, FULL, windw="trial")
    with pytest.raises(ProblemsError, match="values: request, trial"):
        decided(POLICY, FULL, window="never")


@pytest.mark.parametrize(
    ("end", "expected"), [("2023-03-31", Status.NOT_MET), ("2023-04-01", Status.MET), ("2023-04-02", Status.MET)]
)
def test_three_months_are_complete_on_the_same_day_number(end: str, expected: Status) -> None:
    """A trial from 1 January has lasted three months on 1 April."""
    case = without("trial") + f"\ntrial: [{{drug: avonex, start: 2023-01-01, end: {end}}}]\n"
    assert status(decided(POLICY, case), "long", "avonex") is expected
