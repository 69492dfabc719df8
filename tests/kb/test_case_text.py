"""A record as a case file: whatever it holds reads back as just that."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kb.case import Case
from kb.case_nodes import Mapping, Scalar, Sequence
from kb.case_text import case_text
from kb.read_case import take_apart, take_record
from kb.source import UNWELCOME
from kb.syntax import Constant
from tests.kb.small_vocabulary import VOCABULARY, fact, facts

WORDS = [
    "a note", "yes", "no", "on", "y", "null", "~", "true", "unknown", "12", "1e3", "0x1f", ".5", "2024-01-01", "- a",
    "a: b", "a # b", "#", "[a]", "{a}", "*a", "&a", "!a", "%a", "@a", "`a`", "'", '"', '\\', "\\n", 'x"y\\', " x ",
    "a,b", "a\nb", "a\tb", "naïve 東京", "😀", "?- halt.", "<<", "=", "---", "...", "\u00a0", "\u00ad", "\ue000",
]  # fmt: skip


def read(record: dict[str, object], comment: str = "") -> Case:
    """The case of the text of a record, which is just what is made of the record without its text."""
    whole = {"case": "A-1", **record}
    text, taken = take_apart(case_text(whole, comment), "case.yaml"), take_record(whole, "case.yaml")
    assert told(text.parts) == told(taken.parts)
    if not comment:
        assert (taken.text, taken.hash) == (text.text, text.hash)
    return text.case(VOCABULARY)


def told(node: object) -> object:
    """What a node says, its place apart."""
    match node:
        case Mapping():
            return {told(key): told(value) for key, value in node.entries}
        case Sequence():
            return [told(each) for each in node.items]
    assert isinstance(node, Scalar)
    return node.text, node.plain, node.broken


@pytest.mark.parametrize("words", [each for each in WORDS if each.strip()])
def test_a_text_reads_back_as_it_is(words: str) -> None:
    """No text is taken for another value, whatever YAML makes of it unquoted."""
    assert fact(read({"npi": words}), "npi").row[1] == Constant("text", words)
    assert read({"title": words}).title == words


def test_every_character_that_a_case_may_hold_reads_back() -> None:
    """All of them but the ones that the reader refuses, in one text after the other."""
    held = [chr(code) for code in range(0x20, 0x30000) if not 0xD800 <= code <= 0xDFFF and code not in (0xFFFE, 0xFFFF)]
    held = [each for each in ["\n", "\t", *held] if not UNWELCOME.match(each)]
    for at in range(0, len(held), 20_000):
        words = "x" + "".join(held[at : at + 20_000]) + "x"
        assert fact(read({"npi": words}), "npi").row[1] == Constant("text", words)


@pytest.mark.parametrize("words", ["yes", "no", "12", "unknown"])
def test_a_value_of_an_enumeration_reads_back(words: str) -> None:
    """Also where it looks like a truth, a number or nothing."""
    assert fact(read({"reply": words}), "reply").row[1] == Constant("atom", words)


@pytest.mark.parametrize(
    "number", [0, 7, 10**17, -3, Decimal("3.5"), Decimal("3.50"), Decimal("1E+3"), Decimal("0.000001"), Decimal("1E-7")]
)
def test_a_number_reads_back(number: Decimal | int) -> None:
    """In digits, however it is held."""
    assert fact(read({"edss": number}), "edss").row[1] == Constant("number", number)


def test_rows_maps_and_empty_lists_read_back() -> None:
    """A list keeps its rows, their origins and what is not stated of them; an empty one is a list."""
    day = date(2024, 2, 29)
    record: dict[str, object] = {
        "trial": [{"drug": "avonex", "start": day}, {"drug": None, "end": day}],
        "relapse": [],
        "mri": {"rows": [{"date": day, "origin": "document"}, {"date": {"value": None}}], "origin": "attestation"},
        "baseline": {"tsh": True, "cbc": {"value": True, "origin": "attestation"}},
        "pregnant": False,
        "signed": None,
    }
    case = read(record)
    assert next(each.row[1:3] for each in facts(case, "trial")) == (Constant("atom", "avonex"), Constant("date", day))
    assert VOCABULARY.inputs["relapse"].predicate in case.complete
    assert VOCABULARY.inputs["mri"].predicate not in case.complete
    assert [each.status.name for each in facts(case, "mri")] == ["MET", "UNDOCUMENTED", "UNDOCUMENTED"]
    assert [each.status.name for each in facts(case, "baseline")] == ["MET", "UNDOCUMENTED", "UNDOCUMENTED"]
    assert [fact(case, name).status.name for name in ("pregnant", "signed")] == ["NOT_MET", "UNDOCUMENTED"]


def test_an_expectation_reads_back_with_keys_of_any_look() -> None:
    """Goals with values and readings in pairs stand as keys, a map a line."""
    expect = {"verdict": "proved", "criteria": {'done("a: b", 2)': "not met"}, "readings": {"a=b, c=d": "refuted"}}
    assert read({"expect": expect}).expect == expect


@pytest.mark.parametrize("line", ["a\u2028b: 1", "x\rcase: B", "x\x85case: B", "\u202ereversed", "\x1b[2J", "# - {"])
def test_a_comment_stays_a_comment(line: str) -> None:
    """Nothing in it begins a line of the case, and no character of it is refused."""
    assert read({"title": "T"}, f"first\n{line}").id == Constant("text", "A-1")
