"""An expectation written anew leaves the rest of its file as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explain.suite.expect import read_expectation
from explain.suite.rewrite import rewritten, updated
from explain.suite.run import decider
from kb.case_nodes import Mapping, read_nodes
from kb.case_problems import Report
from kb.problems import ProblemsError
from kb.read_case import _plain_data
from tests.explain.suite.small import RECORD, expecting, policy
from tests.explain.suite.test_expect import ALL, YOUNG

NEW = {"verdict": "refuted", "not_met": ["A.2 definition", "B"], "undocumented": []}


def expect_of(text: str) -> object:
    """What a text has under `expect`."""
    node = read_nodes(text.removeprefix("\ufeff").replace("\r\n", "\n"), Report("p", text))
    assert isinstance(node, Mapping)
    value = node.get("expect")
    assert value is not None
    return _plain_data(value)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "case: a\nexpect:\n  # why\n  verdict: proved  # yes\n  not_met: []\n  undocumented: []\n# tail\nb: 1\n",
            "case: a\nexpect:\n  # why\n  verdict: refuted  # yes\n  not_met: [A.2 definition, B]\n"
            "  undocumented: []\n# tail\nb: 1\n",
        ),
        (
            "case: a\r\nexpect: proved\r\nb: 1 # x\r\n",
            "case: a\r\nexpect:\r\n  verdict: refuted\r\n  not_met: [A.2 definition, B]\r\n"
            "  undocumented: []\r\nb: 1 # x\r\n",
        ),
        (
            "case: a",
            "case: a\n\nexpect:\n  verdict: refuted\n  not_met: [A.2 definition, B]\n  undocumented: []\n",
        ),
        (
            "\ufeffcase: a\nexpect: # later\nb: 1\n",
            "\ufeffcase: a\nexpect:\n  verdict: refuted\n  not_met: [A.2 definition, B]\n"
            "  undocumented: [] # later\nb: 1\n",
        ),
        (
            "case: é𝒳\nexpect:\n    verdict:\n    not_met:\n      - A\n    undocumented: []\n\n\nb: 1",
            "case: é𝒳\nexpect:\n    verdict: refuted\n    not_met: [A.2 definition, B]\n    undocumented: []\n\n\nb: 1",
        ),
        (
            '{"case": "a",\n "expect": {"verdict": "proved"}}\n',
            '{"case": "a",\n "expect": {"verdict": "refuted", "not_met": ["A.2 definition", "B"], '
            '"undocumented": []}}\n',
        ),
        (
            '{"case": "a"}',
            '{"case": "a", "expect": {"verdict": "refuted", "not_met": ["A.2 definition", "B"], "undocumented": []}}',
        ),
    ],
)
def test_only_what_changed_is_written(before: str, after: str) -> None:
    """Comments, line ends, the mark of byte order and the order of keys stay."""
    assert rewritten(before, NEW, "p") == after


def test_a_list_of_lines_stays_one_and_keeps_the_comment_above_it() -> None:
    """Its own indentation too."""
    items = [f"advice({number})" for number in range(20)]
    text = "case: a\nexpect:\n  advisories:\n  # all of them\n  - old\n  verdict: proved\n"
    after = rewritten(text, {"verdict": "proved", "advisories": items}, "p")
    assert after == text.replace("- old", "\n  ".join(f"- {item}" for item in items))


def test_what_cannot_be_written_safely_is_refused() -> None:
    """A document with an end mark has no place for a further key after it."""
    with pytest.raises(ProblemsError, match="cannot be written anew"):
        rewritten("---\ncase: a\n...\n", NEW, "p")


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff\ufeff"), min_size=1)


@given(st.lists(WORDS, max_size=12), WORDS, st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_reads_back(items: list[str], word: str, ending: str) -> None:
    """Whatever the words hold."""
    text = f"# a{ending}case: a{ending}expect: {{verdict: x}}{ending}# b{ending}"
    for before in (text, text.replace("{verdict: x}", f"{ending}  grants:{ending}    - y{ending}")):
        try:
            after = rewritten(before, {"grants": items, "readings": {word: "proved"}}, "p")
        except ProblemsError:
            # YAML has no way to write some characters that stand for a line's end.
            assert any(char in "\x85\u2028\u2029" for char in "".join([*items, word]))
            continue
        if not any(char in "\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069" for char in after):
            assert expect_of(after) == {"grants": tuple(items), "readings": {word: "proved"}}
        assert after.startswith(f"# a{ending}case: a{ending}")
        assert after.endswith(f"# b{ending}")


def update(expect: str, record: str, full: bool = False) -> object:
    """What a case would have to expect."""
    case = expecting(expect, record)
    return updated(case.expect, read_expectation(case, policy()), decider(policy(), case, {}), full)


def test_an_update_keeps_the_keys_of_the_case_and_what_is_right() -> None:
    """A list that means what there is stays in the words of the file."""
    expect = update(ALL, YOUNG)
    assert expect == {
        "verdict": "refuted",
        "not_met": ["B.1"],
        "undocumented": (),
        "criteria": {
            "old_enough": "not met",
            "done(cbc)": "met",
            "missing(skin)": "not met",
            "shot_soon(2023-12-01)": "met",
            "shot_soon('2023-12-02')": "not met",
        },
        "grants": [],
        "advisories": ("shot_soon(2023-12-01)",),
        "readings": {"adult=sixteen": "proved"},
    }


def test_an_update_adds_a_list_that_is_no_longer_empty() -> None:
    """Left out beside a verdict it would mean that there is nothing."""
    assert update("\n  verdict: proved", YOUNG) == {"verdict": "refuted", "not_met": ["B.1"]}
    assert update(" proved", YOUNG) == "refuted"
    assert update("\n  criteria: {complete: not met}", YOUNG) == {"criteria": {"complete": "met"}}


def test_a_full_update_adds_what_is_granted_and_advised() -> None:
    """To a case that expects nothing yet as well."""
    every = {"verdict", "not_met", "undocumented", "grants", "advisories"}
    for expect in ("", " proved", "\n  verdict: proved"):
        found = update(expect, RECORD, full=True)
        assert isinstance(found, dict)
        assert found.keys() == every
