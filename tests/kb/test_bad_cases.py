"""What is wrong with a case file, told in words; and that nothing else can come of any text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.case_problems import CASE_CODES, Report
from kb.problems import Problem, ProblemsError
from kb.read_case import MOST_BYTES, read_case
from kb.source import decode
from kb.syntax import NOWHERE
from tests.kb.small_vocabulary import VOCABULARY, read
from tests.sampling import tries

BAD = Path(__file__).parent.parent / "bad_cases"
MADE: dict[str, Callable[[], bytes]] = {"too-large.yaml": lambda: b"case: A-1\n" + b"# padding\n" * (MOST_BYTES // 10)}
"""Bad cases that are too large to keep as files."""
NAMES = sorted([path.name for path in BAD.iterdir() if path.suffix != ".txt"] + list(MADE))


def problems_of(text: str, path: str = "case.yaml") -> tuple[list[str], str]:
    """The codes of the problems of a text, and the error as it is shown."""
    with pytest.raises(ProblemsError) as caught:
        read(text, path)
    return [problem.code for problem in caught.value.problems], str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_case_is_told_in_these_words(name: str, regenerate: bool) -> None:
    """Every bad case has its message beside it."""
    data = MADE[name]() if name in MADE else (BAD / name).read_bytes()
    with pytest.raises(ProblemsError) as caught:
        read_case(decode(data, name), name, VOCABULARY)
    told = str(caught.value) + "\n"
    expected = BAD / f"{name}.txt"
    if regenerate:
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")
    assert name.split(".")[0] in {problem.code for problem in caught.value.problems}


def test_every_code_has_a_bad_case() -> None:
    """And no code is undeclared."""
    assert {name.split(".")[0] for name in NAMES} == set(CASE_CODES)


def test_every_message_belongs_to_a_bad_case() -> None:
    """A message without its case is left over."""
    assert {path.name for path in BAD.glob("*.txt")} == {f"{name}.txt" for name in NAMES}


def test_all_problems_are_shown_together() -> None:
    """In the order of the file."""
    codes, told = problems_of("edds: 1\nedss: high\nborn_on: 2023-02-30\ntrial: no\n")
    assert sorted(codes) == ["no-such-date", "unknown-key", "value-for-list", "wrong-type"]
    assert told.endswith("4 errors")


def test_an_undeclared_code_cannot_be_reported() -> None:
    """A misspelt code is a mistake of ours, not of the file."""
    with pytest.raises(KeyError):
        Report("x", "").wrong("no-such-code", "message", NOWHERE)


def test_a_billion_laughs_are_harmless() -> None:
    """Aliases are never followed."""
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 30)]
    codes, _ = problems_of("\n".join(lines))
    # Each anchor and each alias once; followed, the last of them would come two to the 29th times.
    assert codes.count("yaml-alias") == 30 + 2 * 29


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("edss: " + "[" * 50_000, "too-deep", "2:18"),
        ("edss: " + "{a: " * 20_000, "too-deep", "2:48"),
        ("- " * 20_000, "yaml-syntax", "2:1"),
        ("? " * 20_000, "too-deep", "2:25"),
        ("x" * 500_000, "yaml-syntax", "2:1"),
        ("edss: " + "9" * 500_000, "number-format", "2:7"),
    ],
    ids=["lists", "maps", "dashes", "questions", "one-word", "one-number"],
)
def test_large_input_is_refused_where_its_fault_is(text: str, code: str, place: str) -> None:
    """Nesting and lines without end are problems like any other, shown in few words."""
    codes, told = problems_of(text)
    assert codes == [code]
    assert f"case.yaml:{place}" in told
    assert len(told) < 5_000


def test_text_of_the_user_cannot_move_the_cursor() -> None:
    """Keys and values are shown with their control characters escaped."""
    _, told = problems_of('"ed\\u001b[31mss": 3\n')
    assert "\x1b" not in told


PARTS = st.sampled_from(
    [
        *VOCABULARY.inputs, *"abc:-?[]{},&*!|>'\"%@`#\\ \t\n", ": ", "- ", "\n  ", "\n", "case: A-1\n", "value: ",
        "origin: ", "source: x", "evidence: ", "rows: ", "true", "no", "~", "3.5", "2024-01-01", "avonex", "<<: ",
        "---\n", "...\n", "!!x ", "\\U00110000", "\r", "\x85", "\u2028", "\ufeff", "é",
    ]
)  # fmt: skip
NEAR = st.lists(PARTS, max_size=30).map("".join)


def never_anything_else(text: str, path: str) -> None:
    """Read a text; it is a case, or a problem shown without control characters."""
    problems: tuple[Problem, ...] = ()
    told = ""
    try:
        read_case(text, path, VOCABULARY)
    except ProblemsError as error:
        problems, told = error.problems, str(error)
    assert bool(problems) == bool(told)
    assert all(char == "\n" or (char >= " " and not "\x7f" <= char <= "\x9f") for char in told)
    assert all(problem.span.line >= 1 and problem.span.column >= 1 for problem in problems)


@settings(max_examples=tries(300, 60))
@given(
    st.one_of(st.text(st.characters()), NEAR, NEAR.map("case: A-1\n".__add__)), st.sampled_from(["c.yaml", "c.json"])
)
@example('a: "\\Uffffffff"', "c.yaml")
@example("case: \ud800", "c.yaml")
@example("%TAG ! x\n--- !<", "c.yaml")
@example("a: \ufeffb: c", "c.yaml")
def test_any_text_is_a_case_or_a_problem(text: str, path: str) -> None:
    """No text whatsoever raises anything else."""
    never_anything_else(text, path)


VALUES = st.recursive(
    st.sampled_from([None, True, 3, 3.5, "avonex", "2024-01-01", "2024-02-30", "hiv", "tsh", "no", "", "attestation"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["value", "source", "origin", "evidence", "rows", "drug", "start", "date", "hiv", "place"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=tries(300, 60))
@given(st.dictionaries(st.sampled_from(["policy", "title", "expect", *VOCABULARY.inputs]), VALUES, max_size=4))
def test_any_structure_is_a_case_or_a_problem(data: dict[str, object]) -> None:
    """Whatever stands where, in the right form or not."""
    never_anything_else(json.dumps({"case": "A-1", **data}), "c.json")
