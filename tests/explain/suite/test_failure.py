"""What a failed case shows: expected against actual, and no more of the proof than explains it."""

from __future__ import annotations

import pytest

from explain.suite.expect import Difference
from explain.suite.failure import failure_text
from explain.suite.run import decider
from tests.explain.suite.small import RECORD, expecting, policy, told
from tests.explain.suite.test_expect import UNTESTED, YOUNG


def shown(expect: str, record: str, width: int = 100) -> list[str]:
    """The lines of a failure."""
    case = expecting(expect, record)
    return failure_text(decider(policy(), case, {}), told(expect, record), width=width).split("\n")


def test_a_failure_starts_with_what_is_expected_and_what_there_is() -> None:
    """Its first line alone tells what is the matter."""
    first, *_ = shown(" proved", YOUNG)
    assert first == "verdict: expected proved, actual refuted"


@pytest.mark.parametrize(
    ("expect", "record", "there", "not_there"),
    [
        (" proved", YOUNG, "NOT MET B.1", "B.2"),
        ("\n  verdict: proved", YOUNG, "NOT MET B.1", "B.2"),
        (" refuted", UNTESTED, "UNDOCUMENTED B.2", "B.1"),
        ("\n  not_met: [B.2]", YOUNG, "met     B.2", ""),
        ("\n  criteria: {done(cbc): not met}", YOUNG, "met     B.2  blood count done", "B.1"),
        ("\n  advisories: []", YOUNG, "shot on 2023-12-01: left arm", "B.1"),
        ("\n  grants: [doses(4)]", RECORD, "NOT MET G  4 doses", "blood count"),
        ("\n  readings: {adult=sixteen: refuted}", YOUNG, "Under adult=sixteen, proved:", ""),
        (" refuted", RECORD, "met     B.1  old enough", ""),
    ],
)
def test_a_failure_shows_the_criteria_in_question(expect: str, record: str, there: str, not_there: str) -> None:
    """With their evidence, and none of the others."""
    text = "\n".join(shown(expect, record))
    assert there in text
    assert not not_there or not_there not in text


def test_of_long_lists_only_what_differs_is_shown() -> None:
    """What is missing apart from what is there beyond it."""
    many = "; ".join(f"known({number})" for number in range(30))
    found = [Difference("grants", f"{many}; gone", f"{many}; new")]
    text = failure_text(decider(policy(), expecting(""), {}), found)
    assert "expected, and not there: gone" in text
    assert "there, and not expected: new" in text
    assert "known(7)" not in text


def test_no_line_is_wider_than_it_may_be() -> None:
    """However narrow the terminal."""
    lines = shown("\n  verdict: proved\n  grants: [doses(5), 'code(\"J1, or J2\")']", YOUNG, width=60)
    assert max(map(len, lines)) <= 60


def test_hostile_text_of_a_case_cannot_steer_a_terminal() -> None:
    """A title that spells an escape is told as words."""
    case = expecting(" proved", 'title: "a\\u200Bb"\n' + YOUNG.lstrip())
    text = failure_text(decider(policy(), case, {}), told(" proved", YOUNG), again="x\x1b[31m.case.yaml")
    assert "\u200b" not in text
    assert "\x1b" not in text


def test_a_criterion_that_is_met_against_expectation_shows_what_it_rests_on() -> None:
    """The criteria below it, and the evidence of the last of them; that is where an edit of the policy shows."""
    text = "\n".join(shown("\n  not_met: [B.2]", RECORD))
    assert "met     B.2  every test\n  met     B.2  blood count done\n    met     tested: blood count\n" in text
    assert "old enough" not in text
