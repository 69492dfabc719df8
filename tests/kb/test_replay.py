"""Records decided again: by their own edition, or by a candidate."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from kb.policy import Policy, load_policy
from kb.problems import ProblemsError
from kb.records import Record, record_of
from kb.replay import Difference, OtherReading, Shelf, candidate, case_paths, replay, shelf_of
from tests.editions import SHORTER, case_on, folder_of, small
from tests.kb.test_records import NOW, VERSION
from tests.support import FULL


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "policies", a=small("1", "2024-01-01"), b=small("2", "2025-01-01", "", SHORTER))


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A case that only the second edition approves: a trial of two months, with all else."""
    path = case_on(tmp_path / "cases" / "one.yaml", "2024-01-01")
    text = path.read_text("utf-8").replace("2023-06-01", "2023-03-01").replace("[2023-05-01, ", "[2023-02-01, ")
    path.write_text(text, "utf-8")
    return path


def made(policy: Policy, case: Path, **readings: str) -> Record:
    from kb.decide import decide
    from kb.read_case import load_case

    return record_of(decide(policy, load_case(case, policy.vocabulary), readings), VERSION, NOW)


def shelf(cases: Path, *sources: Path) -> Shelf:
    return shelf_of(cases, case_paths(cases), sources)


def test_what_was_decided_is_decided_again(policies: Path, case: Path) -> None:
    """Wherever the files have gone and whatever they are called now: their bytes are found."""
    kept = made(load_policy(policies / "a.pl"), case)
    moved = case.parent / "deep" / "other.yaml"
    moved.parent.mkdir()
    case.rename(moved)
    (policies / "a.pl").rename(policies / "z.pl")
    outcome = replay(kept, shelf(case.parent, policies), VERSION)
    assert (outcome.kind, outcome.case, outcome.differences, outcome.notes) == ("same", moved, (), ())


def test_readings_are_those_of_the_record(policies: Path, case: Path) -> None:
    """And not the defaults of today, by which this case would be approved."""
    case.write_text(FULL.replace("edss: 4.0", "edss: 2.0"), "utf-8")
    policy = load_policy(policies / "a.pl")
    kept, default = made(policy, case, window="trial"), made(policy, case)
    assert (kept.verdict, default.verdict) == ("refuted", "proved")
    for each in (kept, default):
        assert replay(each, shelf(case.parent, policies), VERSION).kind == "same"
    assert replay(replace(kept, readings={}), shelf(case.parent, policies), VERSION).verdict == "proved"


def test_a_difference_is_told_by_its_key(policies: Path, case: Path) -> None:
    """The verdict and every status are compared; a forged or faulty record shows."""
    kept = made(load_policy(policies / "a.pl"), case)
    forged = replace(kept, verdict="proved", statuses={**kept.statuses, "failed(rebif)": "met", "clear": "not met"})
    outcome = replay(forged, shelf(case.parent, policies), VERSION)
    assert (kept.verdict, outcome.kind, outcome.verdict) == ("refuted", "differs", "refuted")
    assert set(outcome.differences) == {
        Difference("clear", "not met", "met"),
        Difference("failed(rebif)", "met", "not met"),
    }
    only_verdict = replay(replace(kept, verdict="proved"), shelf(case.parent, policies), VERSION)
    assert (only_verdict.kind, only_verdict.differences) == ("differs", ())


def test_another_version_of_the_software_is_a_note(policies: Path, case: Path) -> None:
    """It changes nothing by itself."""
    kept = made(load_policy(policies / "a.pl"), case)
    outcome = replay(kept, shelf(case.parent, policies), "policykb 10")
    assert outcome.kind == "same"
    assert outcome.notes == ("recorded by policykb 9, replayed by policykb 10",)


def test_a_case_that_was_changed_is_not_replayed(policies: Path, case: Path) -> None:
    """Not even by a blank: the record is of other bytes."""
    kept = made(load_policy(policies / "a.pl"), case)
    case.write_text(case.read_text("utf-8") + " \n", "utf-8")
    outcome = replay(kept, shelf(case.parent, policies), VERSION)
    assert (outcome.kind, outcome.verdict) == ("cannot be replayed", None)
    assert "it is not there, or it was changed" in outcome.reason


def test_an_edition_that_is_not_known_is_not_replayed(policies: Path, case: Path) -> None:
    """It is named with its policy."""
    kept = made(load_policy(policies / "a.pl"), case)
    outcome = replay(kept, shelf(case.parent), VERSION)
    assert outcome.kind == "cannot be replayed"
    assert "edition `1` of `small`" in outcome.reason


def test_a_candidate_takes_the_place_of_the_edition(policies: Path, case: Path) -> None:
    """What it flips is told; the edition of the record need not be known any more."""
    kept = made(load_policy(policies / "a.pl"), case)
    found = shelf(case.parent, policies / "b.pl")
    outcome = replay(kept, found, VERSION, candidate(found, "2"))
    assert (outcome.kind, kept.verdict, outcome.verdict) == ("differs", "refuted", "proved")
    assert Difference("failed(avonex)", "not met", "met") in outcome.differences


def test_a_criterion_that_a_candidate_has_not_is_absent(policies: Path, case: Path, tmp_path: Path) -> None:
    """And one that it has besides was absent."""
    renamed = (":- criterion(clear/1, 'A', \"no hazard\").", ":- criterion(disabled/1, 'A', \"disabled\").")
    folder_of(tmp_path / "new", c=small("3", "2026-01-01", "", renamed))
    kept = made(load_policy(policies / "a.pl"), case)
    found = shelf(case.parent, policies)
    outcome = replay(kept, found, VERSION, candidate(found, str(tmp_path / "new" / "c.pl")))
    assert set(outcome.differences) == {Difference("clear", "met", "absent"), Difference("disabled", "absent", "met")}


TURNED = ("reading(window, request, [trial]", "reading(window, trial, [request]")


@pytest.fixture
def turned(policies: Path) -> Policy:
    """An edition that differs from the first one in the default of its reading alone."""
    folder_of(policies.parent / "new", c=small("3", "2026-01-01", "", TURNED))
    return load_policy(policies.parent / "new" / "c.pl")


def test_a_default_gives_way_to_that_of_the_candidate(policies: Path, case: Path, turned: Policy) -> None:
    """What nobody chose the candidate decides as it would decide the case today, and what flips is seen."""
    case.write_text(FULL.replace("edss: 4.0", "edss: 2.0"), "utf-8")
    kept = made(load_policy(policies / "a.pl"), case)
    outcome = replay(kept, shelf(case.parent, policies), VERSION, turned)
    assert (kept.verdict, outcome.kind, outcome.verdict) == ("proved", "differs", "refuted")
    assert outcome.readings == (OtherReading("window", "request", "trial", "trial", "default"),)
    assert replay(kept, shelf(case.parent, policies), VERSION, load_policy(policies / "a.pl")).readings == ()


def test_a_reading_that_was_chosen_is_kept_against_the_candidate(policies: Path, case: Path, turned: Policy) -> None:
    """It is told where the candidate would decide by another; the candidate may be the edition of the record."""
    case.write_text(FULL.replace("edss: 4.0", "edss: 2.0"), "utf-8")
    first = load_policy(policies / "a.pl")
    kept, other = made(first, case, window="trial"), made(turned, case, window="request")
    found = shelf(case.parent, policies)
    assert [replay(kept, found, VERSION, each).verdict for each in (first, turned)] == ["refuted", "refuted"]
    told = OtherReading("window", "trial", "trial", "request", "chosen")
    assert [replay(kept, found, VERSION, each).readings for each in (first, turned)] == [(told,), ()]
    again = replay(other, shelf(case.parent), VERSION, turned)
    assert (again.kind, again.readings) == ("same", (OtherReading("window", "request", "request", "trial", "chosen"),))


@pytest.mark.parametrize("damaged", [False, True], ids=["not-there", "cannot-be-read"])
def test_a_reading_is_kept_where_the_edition_of_the_record_is_not_known(
    policies: Path, case: Path, turned: Policy, damaged: bool
) -> None:
    """Nobody can tell then whether it was chosen, and that is told."""
    case.write_text(FULL.replace("edss: 4.0", "edss: 2.0"), "utf-8")
    kept = made(load_policy(policies / "a.pl"), case)
    (policies / "a.pl").write_text("covered(", "utf-8")
    if damaged:
        kept = replace(kept, policy_sha256=hashlib.sha256(b"covered(").hexdigest())
    outcome = replay(kept, shelf(case.parent, policies), VERSION, turned)
    assert (outcome.kind, outcome.verdict) == ("same", "proved")
    assert outcome.readings == (OtherReading("window", "request", "request", "trial", "edition not known"),)


def test_a_reading_that_a_candidate_does_not_offer_is_told(policies: Path, case: Path, tmp_path: Path) -> None:
    """A later edition may have made the text clear."""
    other = ("reading(window, request, [trial]", "reading(window, trial, [request_date]")
    text = small("3", "2026-01-01", "", other).replace("reading(window, request)", "reading(window, request_date)")
    folder_of(tmp_path / "new", c=text)
    kept = made(load_policy(policies / "a.pl"), case)
    found = shelf(case.parent, policies)
    outcome = replay(kept, found, VERSION, candidate(found, str(tmp_path / "new" / "c.pl")))
    assert outcome.readings == (OtherReading("window", "request", "trial", "trial", "not offered"),)
    gone = replay(replace(kept, readings={"gone": "x"}), found, VERSION, candidate(found, "2"))
    assert gone.readings == (OtherReading("gone", "x", None, None, "not offered"),)


def test_a_candidate_of_another_policy_is_refused(policies: Path, case: Path) -> None:
    """Its criteria say nothing of this one's."""
    kept = made(load_policy(policies / "a.pl"), case)
    outcome = replay(kept, shelf(case.parent, policies), VERSION, load_policy("lemtrada"))
    assert (outcome.kind, "and the candidate of another" in outcome.reason) == ("cannot be replayed", True)


def test_a_case_that_a_candidate_cannot_read_is_not_replayed(policies: Path, case: Path, tmp_path: Path) -> None:
    """The reason is the first problem of the case."""
    folder_of(
        tmp_path / "new", c=small("3", "2026-01-01", "", ('avonex: "Avonex", ', ""), ("step_drug(avonex).\n", ""))
    )
    kept = made(load_policy(policies / "a.pl"), case)
    found = shelf(case.parent)
    outcome = replay(kept, found, VERSION, candidate(found, str(tmp_path / "new" / "c.pl")))
    assert outcome.kind == "cannot be replayed"
    assert "avonex" in outcome.reason


def test_a_candidate_has_to_be_one(policies: Path, tmp_path: Path) -> None:
    """A name that nothing has, or that two have."""
    with pytest.raises(ProblemsError, match="no file or edition `7`"):
        candidate(shelf(tmp_path, policies), "7")
    folder_of(policies, c=small("2", "2025-01-01", "", ("policy(small,", "policy(other,")))
    with pytest.raises(ProblemsError, match="several policies have an edition `2`"):
        candidate(shelf(tmp_path, policies), "2")
    with pytest.raises(ProblemsError) as raised:
        candidate(shelf(tmp_path, policies), "7")
    assert raised.value.problems[0].help.count("`2`") == 1
    assert candidate(shelf(tmp_path), "lemtrada").vocabulary.header.name == "lemtrada"


def test_the_shipped_policies_are_always_known(tmp_path: Path) -> None:
    """Whatever else is named."""
    assert load_policy("lemtrada").hash in shelf(tmp_path).policies
