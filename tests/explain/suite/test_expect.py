"""What a case may expect, and in what a decision is not as expected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from explain.suite.expect import Difference, observed, read_expectation, unproved_differences
from explain.suite.run import decider
from kb.answers import Status
from kb.decide import decide
from kb.problems import ProblemsError
from kb.read_case import load_case
from tests.explain.suite.small import RECORD, expecting, policy, told, wrong

ALL = """
  verdict: proved
  not_met: []
  undocumented: []
  criteria:
    old_enough: met
    done(cbc): met
    missing(skin): not met
    shot_soon(2023-12-01): met
    shot_soon('2023-12-02'): not met
  grants: [doses(5), 'code("J1, or J2")']
  advisories: [shot_soon(2023-12-01)]
  readings:
    adult=sixteen: proved
"""
YOUNG = RECORD.replace("age: 20", "age: 17")
UNTESTED = RECORD.replace(", skin: true", "")


def test_a_decision_that_is_as_expected_has_no_difference() -> None:
    """With every key there is."""
    assert told(ALL) == []


@pytest.mark.parametrize(
    ("record", "expect", "expected"),
    [
        (YOUNG, " proved", [("verdict", "proved", "refuted")]),
        (YOUNG, "\n  criteria: {old_enough: met}", [("criteria.old_enough", "met", "not met")]),
        (UNTESTED, "\n  criteria: {done(skin): met}", [("criteria.done(skin)", "met", "undocumented")]),
        (RECORD, "\n  criteria: {done(skin): undocumented}", [("criteria.done(skin)", "undocumented", "met")]),
        (RECORD, "\n  grants: [doses(4)]", [("grants", "doses(4)", 'code("J1, or J2"); doses(5)')]),
        (YOUNG, "\n  grants: [doses(5)]", [("grants", "doses(5)", "none")]),
        (RECORD, "\n  advisories: []", [("advisories", "none", "shot_soon(2023-12-01)")]),
        (YOUNG, "\n  readings: {adult=sixteen: refuted}", [("readings.adult=sixteen", "refuted", "proved")]),
        (YOUNG, "\n  not_met: [A]", [("not_met", "A", "B.1")]),
        (UNTESTED, "\n  undocumented: []", [("undocumented", "none", "B.2")]),
    ],
)
def test_each_key_tells_what_is_expected_and_what_there_is(
    record: str, expect: str, expected: list[tuple[str, str, str]]
) -> None:
    """One difference, with the key that it stands under."""
    assert told(expect, record) == [Difference(*each) for each in expected]


def test_a_list_that_is_left_out_beside_a_verdict_is_empty() -> None:
    """A case that states its verdict states what stands in the way as well."""
    assert told("\n  verdict: refuted", YOUNG) == [Difference("not_met", "none", "B.1")]


def test_a_key_that_is_left_out_asserts_nothing() -> None:
    """A word is the verdict alone, and a map without one says nothing of the rest."""
    assert told(" refuted", YOUNG) == []
    assert told("\n  criteria: {complete: met}", YOUNG) == []


def test_readings_of_the_suite_stand_under_those_of_the_case() -> None:
    """The verdict is that under the suite's reading, unless a case names another."""
    expect = "\n  verdict: proved\n  readings: {adult=eighteen: refuted}"
    assert told(expect, YOUNG, {"adult": "sixteen"}) == []


def test_what_needs_no_proof_is_told_without_one() -> None:
    """The sections that stand in the way are left out, and nothing else is."""
    case = expecting("\n  verdict: proved\n  grants: []", YOUNG)
    expectation = read_expectation(case, policy())
    assert expectation is not None
    keys = [each.key for each in unproved_differences(expectation, decider(policy(), case, {}))]
    assert keys == ["verdict"]


def test_a_grant_beside_a_refusal_is_seen() -> None:
    """A clause that forgets that only an approval grants shows in a case that is refused."""
    from kb.policy import build_policy
    from tests.explain.suite.small import POLICY

    careless = build_policy(
        POLICY.replace("doses(P, Count) :- eligible(P)", "doses(P, Count) :- case(P)").encode(), "p.pl"
    )
    case = expecting("\n  grants: []", YOUNG)
    expectation = read_expectation(case, careless)
    assert expectation is not None
    found = unproved_differences(expectation, decider(careless, case, {}))
    assert found == [Difference("grants", "none", "doses(5)")]


@pytest.mark.parametrize("expect", ["", " {}", " ~", "\n  readings: {}"])
def test_a_case_that_asserts_nothing_expects_nothing(expect: str) -> None:
    """Left empty, or without an assertion."""
    assert read_expectation(expecting(expect), policy()) is None


@pytest.mark.parametrize(
    ("expect", "message", "help"),
    [
        (" approved", "`expect` wants a verdict, found `approved`", "did you mean `proved`?"),
        (" [proved]", "`expect` wants a map of `verdict`", "write `verdict: proved`"),
        ("\n  verdict: provd", "`expect.verdict` wants a verdict, found `provd`", "did you mean `proved`?"),
        ("\n  verdicts: proved", "`expect` has no key `verdicts`", "did you mean `verdict`?"),
        ("\n  not_met: [B1]", "`expect.not_met` names no section of the policy: `B1`", "did you mean `B.1`?"),
        ("\n  not_met: {a: b}", "`expect.not_met` wants a list", "for none, write `not_met: []`"),
        ("\n  not_met: [[A]]", "an item of `expect.not_met` is not a word", ""),
        ("\n  criteria: [old_enough]", "`expect.criteria` wants a map", "write `old_enough: met`"),
        ("\n  criteria: {old_enough: mett}", "`expect.criteria.old_enough` wants a status", "did you mean `met`?"),
        ("\n  criteria: {old_enuff: met}", "the policy has no criterion or advisory `old_enuff`", "`old_enough`?"),
        ("\n  criteria: {done(cbd): met}", "`done` has no test `cbd`", "did you mean `cbc`?"),
        ("\n  criteria: {done: met}", "`done` has another number of values", "write `done(test)`"),
        ("\n  criteria: {'done(cbc': met}", "`done(cbc` names no criterion", "write `name`"),
        ("\n  criteria: {'done(,)': met}", "`done(,)` is malformed", "write values between commas"),
        ("\n  criteria: {shot_soon(1/2/2024): met}", "`shot_soon` wants a date, found `1/2/2024`", "`2024-03-02`"),
        ("\n  criteria: {shot_soon(2024-02-30): met}", "`shot_soon` wants a date", "`2024-03-02`"),
        ("\n  criteria: {doses(5): met}", "`doses` is a grant", "it belongs under `grants`"),
        ("\n  grants: [doses(five)]", "`doses` wants a number, found `five`", "write its digits"),
        ("\n  grants: [old_enough]", "`old_enough` is a criterion", "it belongs under `criteria`"),
        ("\n  advisories: [dosis]", "the policy has no advisory `dosis`", "there are `shot_soon`, `missing`"),
        ("\n  readings: {adult: proved}", "`adult` is not `name=value`", ""),
        ("\n  readings: {adlt=sixteen: proved}", "the policy has no reading `adlt`", "did you mean `adult`?"),
        ("\n  readings: {adult=ten: proved}", "`ten` is no value of the reading `adult`", "`sixteen`"),
        ("\n  readings: {adult=sixteen: met}", "`expect.readings.adult=sixteen` wants a verdict", "verdicts:"),
        ("\n  grants: ['code(\"\\q\")']", "the quotes of", ""),
    ],
)
def test_what_is_wrong_with_an_expectation_is_told_with_a_way_out(expect: str, message: str, help: str) -> None:
    """Its message names the key, and its help what there is."""
    (problem,) = wrong(expect)
    assert message in problem.message
    assert help in problem.help


def test_every_problem_is_told_at_its_place_in_the_file(tmp_path: Path) -> None:
    """All of them together, each with the line that it stands on."""
    path = tmp_path / "S-1.case.yaml"
    text = f"{RECORD}expect:\n  verdict: no\n  not_met:\n    - A\n    - Z\n  criteria:\n    olde: met\n  redings: 1\n"
    path.write_text(text, "utf-8")
    with pytest.raises(ProblemsError) as found:
        read_expectation(load_case(path, policy().vocabulary), policy())
    lines = text.split("\n")
    places = {lines[each.span.line - 1].strip() for each in found.value.problems}
    assert places == {"verdict: no", "- Z", "olde: met", "redings: 1"}
    assert "^" in str(found.value)


@pytest.mark.parametrize(
    ("expect", "marked"),
    [
        ("{verdicts: proved}", "verdicts"),
        ("{criteria: {old_enuff: met}}", "old_enuff"),
        ("{criteria: {old_enough: mett}}", "mett"),
        ("{grants: [doses(5), dosis]}", "dosis"),
        ("{grants: dosis}", "dosis"),
        ("{readings: {adlt=sixteen: proved}}", "adlt=sixteen"),
        ("{readings: {adult=ten: proved}}", "adult=ten"),
        ("{readings: {adult: proved}}", "adult"),
        ("{readings: {adult=sixteen: provd}}", "provd"),
        ("{readings: {adult=sixteen: {verdct: proved}}}", "verdct"),
    ],
)
def test_what_is_misspelt_is_marked_itself(tmp_path: Path, expect: str, marked: str) -> None:
    """A key where it is the key, and a value where it is the value."""
    path = tmp_path / "S-1.case.yaml"
    path.write_text(f"{RECORD}expect: {expect}\n", "utf-8")
    with pytest.raises(ProblemsError) as found:
        read_expectation(load_case(path, policy().vocabulary), policy())
    (span,) = (each.span for each in found.value.problems)
    line = path.read_text("utf-8").split("\n")[span.line - 1]
    assert line[span.column - 1 : span.end_column - 1] == marked


def test_hostile_text_in_an_expectation_cannot_steer_a_terminal() -> None:
    """An escape that YAML spells is refused, and what is left is shown as its code."""
    (problem,) = wrong('\n  criteria: {"\\u200Bx": met}')
    assert "\u200b" not in problem.message
    assert "\\u200b" in problem.message


def test_what_is_observed_is_what_the_case_would_have_to_expect() -> None:
    """Read as an expectation it has no difference."""
    case = expecting("", YOUNG)
    decision = decide(policy(), case)
    found = observed(decision, True)
    assert found == {
        "verdict": "refuted",
        "not_met": ["B.1"],
        "undocumented": [],
        "grants": [],
        "advisories": ["shot_soon(2023-12-01)"],
    }
    assert observed(decision, False).keys() == {"verdict", "not_met", "undocumented"}
    assert decision.status is Status.NOT_MET


def test_a_value_that_is_not_stated_is_named_by_an_underscore() -> None:
    """Of a row whose date is unknown the advisory is met all the same."""
    record = RECORD.replace("date: 2023-12-01, ", "")
    assert observed(decide(policy(), expecting("", record)), True)["advisories"] == ["shot_soon(_)"]
    assert told("\n  advisories: [shot_soon(_)]\n  criteria: {shot_soon(_): met}", record) == []


@pytest.mark.parametrize(
    ("expect", "valid"),
    [
        (ALL, True),
        (" proved", True),
        ("\n  not_met: B.1\n  advisories: ~", True),
        (" approved", False),
        ("\n  verdicts: proved", False),
        ("\n  not_met: [B1]", False),
        ("\n  criteria: {old_enuff: met}", False),
        ("\n  criteria: {doses(5): met}", False),
        ("\n  criteria: {old_enough: yes}", False),
        ("\n  grants: [shot_soon(2023-12-01)]", False),
        ("\n  readings: {adult=ten: proved}", False),
    ],
)
def test_the_schema_of_a_case_says_what_it_may_expect(expect: str, valid: bool) -> None:
    """It takes what the reader of expectations takes, and refuses what that refuses."""
    from jsonschema import Draft202012Validator

    from kb.schema import json_schema

    case = expecting(expect)
    document = json.loads(json.dumps({"case": "S-1", "expect": case.expect}))
    assert Draft202012Validator(json_schema(policy().vocabulary)).is_valid(document) is valid
    try:
        read_expectation(case, policy())
    except ProblemsError:
        assert not valid
    else:
        assert valid
