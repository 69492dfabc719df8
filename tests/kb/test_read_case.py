"""Case files in YAML and JSON: values, silence, and files as such."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from pathlib import Path

import pytest

from kb.answers import Status
from kb.case import Evidence, Fact
from kb.problems import ProblemsError
from kb.read_case import MOST_BYTES, load_case, read_case
from kb.syntax import Constant, Unknown
from tests.kb.small_vocabulary import CASE_ID, VOCABULARY, atom, day, fact, facts, number, read


def test_a_short_value_is_met_with_its_place() -> None:
    """A value alone is a met fact, and its evidence is a document without a source."""
    assert fact(read("edss: 3.5"), "edss") == Fact(
        VOCABULARY.inputs["edss"].predicate,
        (CASE_ID, number("3.5")),
        Status.MET,
        evidence=(Evidence("3.5", "", "document", "case.yaml:2"),),
    )


def test_a_long_value_carries_its_source_and_origin() -> None:
    """The long form says where a value comes from."""
    found = fact(read('edss: {value: 3.5, source: "examination 2024-01-01", origin: override}'), "edss")
    assert found.evidence == (Evidence("3.5", "examination 2024-01-01", "override", "case.yaml:2"),)


def test_a_decimal_never_passes_through_a_float() -> None:
    """Seventeen digits arrive as seventeen digits."""
    assert fact(read("edss: 34.999999999999999"), "edss").row[1] == number("34.999999999999999")


@pytest.mark.parametrize(
    ("text", "amount"), [("4", 4), ("-0.5", Decimal("-0.5")), ("+3", 3), (".5", Decimal("0.5")), ("5.", 5)]
)
def test_numbers_are_read_as_written(text: str, amount: object) -> None:
    """Signs and bare points are numbers of YAML."""
    value = fact(read(f"edss: {text}"), "edss").row[1]
    assert isinstance(value, Constant)
    assert value.value == amount
    assert not isinstance(value.value, float)


def test_a_whole_number_with_a_zero_fraction_is_an_integer() -> None:
    """2.0 is the integer 2."""
    value = fact(read("attacks: 2.0"), "attacks").row[1]
    assert isinstance(value, Constant)
    assert value.value == 2
    assert type(value.value) is int


@pytest.mark.parametrize("text", ["2024-02-29", '"2024-02-29"', "'2024-02-29'"])
def test_a_date_may_be_quoted(text: str) -> None:
    """JSON has no other way to write a date."""
    assert fact(read(f"born_on: {text}"), "born_on").row[1] == day("2024-02-29")


def test_an_end_before_a_start_is_no_error() -> None:
    """What a record says is not for the reader to judge."""
    found = fact(read("trial: [{drug: avonex, start: 2024-02-01, end: 2024-01-01}]"), "trial")
    assert found.row == (CASE_ID, atom("avonex"), day("2024-02-01"), day("2024-01-01"))


def test_a_text_keeps_its_zeros() -> None:
    """A number where a text belongs is the text of the file."""
    assert fact(read("npi: 0012"), "npi").row[1] == Constant("text", "0012")
    assert read("case: 0012").id == Constant("text", "0012")


def test_words_of_an_enumeration_that_look_like_other_types_are_quoted() -> None:
    """`yes` is a word in YAML 1.2, so it needs no quotes; `12` does."""
    assert fact(read("reply: yes"), "reply").row[1] == atom("yes")
    assert fact(read('reply: "12"'), "reply").row[1] == atom("12")


def test_a_yes_or_no_is_met_or_not_met() -> None:
    """A documented false is not met; silence is neither."""
    assert fact(read("pregnant: true"), "pregnant").status is Status.MET
    assert fact(read("pregnant: false"), "pregnant").status is Status.NOT_MET
    silent = fact(read(""), "pregnant")
    assert (silent.status, silent.reason, silent.row) == (Status.UNDOCUMENTED, "missing", (CASE_ID,))


def test_title_policy_and_expectation_are_read() -> None:
    """The keys that are not inputs."""
    case = read("policy: lemtrada\ntitle: words\nexpect: {verdict: proved, met: [A.1, ~], sure: true}")
    assert case.title == "words"
    assert case.expect == {"verdict": "proved", "met": ("A.1", None), "sure": True}


# Silence


@pytest.mark.parametrize("text", ["", "edss:", "edss: ~", "edss: null", "edss: {value: ~, source: note}"])
def test_a_silent_value_is_undocumented(text: str) -> None:
    """A key left out and a key without a value say the same."""
    found = fact(read(text), "edss")
    assert (found.status, found.reason) == (Status.UNDOCUMENTED, "missing")
    assert found.row == (CASE_ID, Unknown("edss.Score"))


@pytest.mark.parametrize("text", ["", "trial:", "trial: ~", "trial: {rows: ~, source: chart}"])
def test_a_silent_list_is_undocumented_and_open(text: str) -> None:
    """A list without a value is not an empty list."""
    case = read(text)
    found = fact(case, "trial")
    assert (found.status, found.reason) == (Status.UNDOCUMENTED, "missing")
    assert found.row == (CASE_ID, *(Unknown(f"trial.{name}", many=True) for name in ("Drug", "Start", "End")))
    assert found.predicate not in case.complete


def test_an_empty_list_documents_none() -> None:
    """The list is complete, and has no row."""
    case = read("relapse: []")
    assert facts(case, "relapse") == ()
    place = (Evidence("[]", "", "document", "case.yaml:2"),)
    assert case.complete == {VOCABULARY.inputs["relapse"].predicate: place}


def test_every_input_and_every_flag_has_a_fact() -> None:
    """A silent item of an enumeration has an undocumented fact of its own."""
    case = read("contraindication: {hiv: false}")
    assert set(case.facts) == {declared.predicate for declared in VOCABULARY.inputs.values()}
    found = facts(case, "contraindication")
    assert [(each.row[1], each.status, each.reason) for each in found] == [
        (atom("hiv"), Status.NOT_MET, ""),
        (atom("active_infection"), Status.UNDOCUMENTED, "missing"),
    ]


def test_a_field_left_out_of_a_row_is_unknown() -> None:
    """The row is met, and says which of its fields it does not state."""
    _, second = facts(read("trial: [{drug: avonex}, {drug: rebif, start: 2024-01-01, end: ~}]"), "trial")
    assert second.status is Status.MET
    assert second.row == (CASE_ID, atom("rebif"), day("2024-01-01"), Unknown("trial[2].End"))
    assert second.gaps == {"End": "missing"}


def test_a_row_of_one_field_may_have_an_unknown_value() -> None:
    """There was a relapse, on a day that the record does not give."""
    found = fact(read("relapse: [{value: ~, source: note}]"), "relapse")
    assert (found.row, found.status) == ((CASE_ID, Unknown("relapse[1].Date")), Status.MET)
    assert found.evidence == (Evidence("", "note", "document", "case.yaml:2"),)


def test_a_map_that_is_stated_in_part_has_a_gap() -> None:
    """Of several fields of one value, some may be silent."""
    found = fact(read("site: {place: home}"), "site")
    assert found.row == (CASE_ID, atom("home"), Unknown("site.SinceWhen"))
    assert (found.status, found.gaps) == (Status.MET, {"SinceWhen": "missing"})
    assert fact(read("site: {}"), "site").status is Status.UNDOCUMENTED


def test_a_file_has_the_hash_of_its_bytes(tmp_path: Path) -> None:
    """So a decision can name the very file that it was made on."""
    data = b"\xef\xbb\xbfcase: A-1\r\nedss: 3.5\r\n"
    path = tmp_path / "case.yaml"
    path.write_bytes(data)
    case = load_case(path, VOCABULARY)
    assert case.hash == hashlib.sha256(data).hexdigest()
    assert case.path == str(path)
    assert fact(case, "edss").evidence[0].place == f"{path}:2"
    assert read_case("case: A-1", "x", VOCABULARY).hash == hashlib.sha256(b"case: A-1").hexdigest()


def test_json_is_read_by_the_same_reader() -> None:
    """Tabs, escaped slashes and surrogate pairs included."""
    data = {"case": "A/1 \U0001f600", "edss": 3.5, "pregnant": False, "relapse": ["2024-01-01"]}
    text = json.dumps(data, indent="\t").replace("/", "\\/")
    case = read_case(text, "case.json", VOCABULARY)
    assert case.id.value == "A/1 \U0001f600"
    assert fact(case, "edss").row[1] == number("3.5")
    assert fact(case, "relapse").row[1] == day("2024-01-01")


def test_half_a_surrogate_pair_is_shown_as_an_escape() -> None:
    """It is no character, so no later step may choke on it."""
    title = read(r'title: "a\ud83d"').title
    assert title.isascii()


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"case: \xff", "encoding"), (b"case: A\x00", "encoding"), (b"c" * (MOST_BYTES + 1), "too-large")],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    """Bytes that are not UTF-8, a NUL, a file without end."""
    path = tmp_path / "case.yaml"
    path.write_bytes(data)
    with pytest.raises(ProblemsError) as caught:
        load_case(path, VOCABULARY)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    """So is a folder, and a name that cannot be one."""
    for path in (tmp_path / "none.yaml", tmp_path, "nul\0"):
        with pytest.raises(ProblemsError):
            load_case(path, VOCABULARY)
