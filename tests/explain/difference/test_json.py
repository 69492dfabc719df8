"""The difference as JSON: what it holds, and its schema."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from explain.difference.json import difference_json, plain
from kb.policy import build_policy
from kb.read_case import read_case
from tests.explain.difference.shown import difference, edited, stricter
from tests.explain.test_schemas import faults
from tests.support import FULL, MS


def test_a_difference_keeps_to_its_schema() -> None:
    """In all its parts, and without those that were not asked for."""
    assert faults("difference", difference_json(stricter())) == []
    old = build_policy(MS.encode(), "old.pl")
    told = difference_json(difference(old, old))
    assert faults("difference", told) == []
    assert (told["meaning"], told["effect"], told["words"]) == (None, None, {"changes": 0, "edits": []})


def test_it_names_both_editions_by_their_hashes() -> None:
    """So that a program knows what was compared."""
    told, found = difference_json(stricter()), stricter()
    assert (told["old"]["sha256"], told["new"]["sha256"]) == (found.old.hash, found.new.hash)
    assert (told["old"]["file"], told["new"]["file"]) == ("old.pl", "new.pl")
    assert told["format"] == "policykb-difference/1"


def test_an_edit_has_both_texts() -> None:
    """What was added has no old one."""
    edits = difference_json(stricter())["words"]["edits"]
    threshold = next(each for each in edits if each["subject"] == "threshold")
    assert threshold["old"]["text"].endswith("Months >= 3")
    assert threshold["new"]["text"].endswith("Months >= 6")
    assert [each["old"] for each in edits if each["kind"] == "added"] == [None, None]


def test_the_verdicts_are_counted_for_all_nine_turns() -> None:
    """And each flip has the criteria that account for it."""
    effect = difference_json(stricter())["effect"]
    assert (len(effect["verdicts"]), sum(each["cases"] for each in effect["verdicts"])) == (9, effect["compared"])
    (flip,) = effect["flips"]
    assert (flip["case"]["id"], flip["before"], flip["after"]) == ("A-1", "proved", "refuted")
    assert flip["criteria"] == [{"section": "A", "title": "failed: Avonex", "before": "met", "after": "not met"}]
    assert [problem["code"] for problem in effect["not_comparable"][0]["old"]] == ["unknown-key", "missing-case"][:1]


def test_a_witness_is_a_case_that_reads() -> None:
    """Written as JSON, under the old edition."""
    turns = difference_json(stricter())["meaning"]["root"]["transitions"]
    assert len(turns) == 3
    for turn in turns:
        case = read_case(json.dumps(turn["witness"]["case"]), "w.json", stricter().old.vocabulary)
        assert str(case.id.value) == "witness"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (date(2024, 2, 29), "2024-02-29"),
        (Decimal("3.5"), 3.5),
        (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        ({"a": [True, None, 3, ("b",)]}, {"a": [True, None, 3, ["b"]]}),
    ],
)
def test_a_value_of_a_case_is_plain(value: object, shown: object) -> None:
    """As a JSON document can hold it without loss."""
    assert plain(value) == shown


def test_a_text_of_a_policy_is_as_it_is_written() -> None:
    """Programs escape it themselves."""
    hostile = edited(('"no hazard"', '"no <script> hazard"'))
    told = difference_json(difference(build_policy(MS.encode(), "old.pl"), hostile))
    assert told["words"]["edits"][0]["new"]["text"].endswith('"no <script> hazard")')


def test_cases_of_one_id_are_told_apart_by_their_files() -> None:
    """As suites can have them."""
    found = difference(
        build_policy(MS.encode(), "old.pl"),
        edited(("Months >= 3", "Months >= 6")),
        [("a.yaml", FULL), ("b.yaml", FULL)],
    )
    files = [each["case"]["file"] for each in difference_json(found)["effect"]["flips"]]
    assert [file.rpartition("/")[2] for file in files] == ["a.yaml", "b.yaml"]
