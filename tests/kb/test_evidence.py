"""Pieces of evidence: agreement, conflict, overrides, attestations, lists and rows as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.answers import Status
from kb.case import Evidence
from kb.evidence import Piece, settle
from kb.read_case import read_case
from kb.syntax import Unknown
from tests.kb.small_vocabulary import CASE_ID, VOCABULARY, day, fact, facts, number, read


def test_equal_pieces_are_one_value_with_all_its_evidence() -> None:
    """4 and 4.0 agree."""
    found = fact(
        read("edss: {evidence: [{value: 4, source: a}, {value: 4.0, source: b, origin: attestation}]}"), "edss"
    )
    assert (found.status, found.row[1]) == (Status.MET, number("4"))
    assert [(each.value, each.source) for each in found.evidence] == [("4", "a"), ("4.0", "b")]


@pytest.mark.parametrize("name", ["pregnant", "edss"])
def test_different_pieces_conflict(name: str) -> None:
    """A conflict is undocumented, and keeps both pieces."""
    values = ("true", "false") if name == "pregnant" else ("3.0", "4.0")
    found = fact(read(f"{name}: {{evidence: [{{value: {values[0]}}}, {values[1]}]}}"), name)
    assert (found.status, found.reason) == (Status.UNDOCUMENTED, "conflicting")
    assert [each.value for each in found.evidence] == list(values)
    assert found.row[1:] == ((Unknown("edss.Score"),) if name == "edss" else ())


def test_a_conflict_stays_in_its_field() -> None:
    """The rest of the row is met."""
    text = "trial: [{drug: avonex, start: {evidence: [2024-01-01, 2024-02-01]}, end: 2024-03-01}]"
    found = fact(read(text), "trial")
    assert (found.status, found.gaps) == (Status.MET, {"Start": "conflicting"})
    assert found.row[2] == Unknown("trial[1].Start")


def test_an_override_wins() -> None:
    """Two overrides that differ conflict again."""
    text = "edss: {evidence: [{value: 3.0}, {value: 4.0, origin: override}%s]}"
    assert fact(read(text % ""), "edss").row[1] == number("4.0")
    assert fact(read(text % ", {value: 5, origin: override}"), "edss").reason == "conflicting"


def test_an_attestation_is_not_a_document() -> None:
    """Where a document is asked for, an attested value is undocumented, whatever it says."""
    for value in ("true", "false"):
        found = fact(read(f"consulted: {{value: {value}, origin: attestation}}"), "consulted")
        assert (found.status, found.reason) == (Status.UNDOCUMENTED, "attested")
        assert found.evidence[0].origin == "attestation"
    found = fact(read("signed: {value: 2024-01-01, origin: attestation}"), "signed")
    assert (found.reason, found.row[1]) == ("attested", Unknown("signed.Date"))
    tsh, *_ = facts(read("baseline: {tsh: {value: true, origin: attestation}}"), "baseline")
    assert (tsh.status, tsh.reason) == (Status.UNDOCUMENTED, "attested")
    assert fact(read("edss: {value: 3.0, origin: attestation}"), "edss").status is Status.MET


def test_an_attestation_beside_a_document_does_not_count() -> None:
    """It is kept as evidence and contradicts nothing."""
    text = "signed: {evidence: [{value: 2024-01-01}, {value: 2024-02-01, origin: attestation}]}"
    found = fact(read(text), "signed")
    assert (found.status, found.row[1]) == (Status.MET, day("2024-01-01"))
    assert len(found.evidence) == 2


@pytest.mark.parametrize(
    "row",
    [
        "{date: 2024-01-01, new_lesions: 2, origin: attestation}",
        "{date: 2024-01-01, new_lesions: {value: 2, origin: attestation}}",
    ],
)
def test_an_attested_row_keeps_its_values_and_is_undocumented(row: str) -> None:
    """By the row or by one of its fields."""
    case = read(f"mri: [{row}]")
    found = fact(case, "mri")
    assert (found.status, found.reason) == (Status.UNDOCUMENTED, "attested")
    assert found.row == (CASE_ID, day("2024-01-01"), number("2"))
    assert found.predicate in case.complete


def test_attested_pieces_that_differ_leave_the_field_unknown() -> None:
    """There is no value to keep."""
    pieces = "{evidence: [{value: 1, origin: attestation}, {value: 2, origin: attestation}]}"
    found = fact(read(f"mri: [{{date: 2024-01-01, new_lesions: {pieces}}}]"), "mri")
    assert (found.reason, found.row[2]) == ("attested", Unknown("mri[1].NewLesions"))


def test_a_list_attested_as_a_whole_stays_open() -> None:
    """Where documents count, nobody has documented that the list is complete."""
    case = read("mri: {rows: [{date: 2024-01-01}, {date: 2024-02-01, origin: document}], origin: attestation}")
    first, second, rest = facts(case, "mri")
    assert (first.status, first.reason) == (Status.UNDOCUMENTED, "attested")
    assert second.status is Status.MET
    assert (rest.reason, rest.row[1]) == ("attested", Unknown("mri.Date", many=True))
    assert rest.predicate not in case.complete
    assert fact(read("mri: {rows: [], origin: attestation}"), "mri").reason == "attested"


def test_a_list_as_a_whole_has_evidence() -> None:
    """Its rows take on the source and origin of the list."""
    case = read("relapse:\n  rows: [2024-01-01, {value: 2024-02-01, source: own}]\n  source: chart\n  origin: override")
    (whole,) = case.complete[VOCABULARY.inputs["relapse"].predicate]
    assert (whole.source, whole.origin) == ("chart", "override")
    assert [(each.evidence[0].source, each.evidence[0].origin) for each in facts(case, "relapse")] == [
        ("chart", "override"),
        ("own", "override"),
    ]


def test_a_row_shows_its_evidence_and_that_of_its_fields() -> None:
    """Short values stand together under the row's source, long ones apart under their own."""
    end = "{value: 2024-02-01, source: claims}"
    text = f"trial:\n  - drug: avonex\n    start: 2024-01-01\n    end: {end}\n    source: chart"
    assert fact(read(text), "trial").evidence == (
        Evidence("drug: avonex, start: 2024-01-01", "chart", "document", "case.yaml:3"),
        Evidence("end: 2024-02-01", "claims", "document", "case.yaml:5"),
    )


def test_equal_rows_are_one_fact() -> None:
    """With all its evidence, and the surest status."""
    text = "mri: [{date: 2024-01-01, new_lesions: 2, origin: attestation}, {date: 2024-01-01, new_lesions: 2}]"
    found = fact(read(text), "mri")
    assert (found.status, found.reason, len(found.evidence)) == (Status.MET, "", 2)


def test_no_piece_settles_nothing() -> None:
    """Silence is missing, whatever counts."""
    assert settle((), document=True).reason == "missing"
    piece = Piece(True, Evidence("true", "", "override", "x:1"))
    assert settle((piece,), document=True).value is True


def test_a_multiple_value_attested_in_part_has_a_gap() -> None:
    """Of one value of several fields each field is settled by itself; all in want of a document, the whole is."""
    inputs = dict(VOCABULARY.inputs)
    inputs["site"] = replace(inputs["site"], document=True)
    vocabulary = replace(VOCABULARY, inputs=inputs)
    part = read_case(
        "case: A-1\nsite: {place: home, since_when: {value: 2024-01-01, origin: attestation}}", "c", vocabulary
    )
    found = fact(part, "site")
    assert (found.status, found.gaps) == (Status.MET, {"SinceWhen": "attested"})
    whole = read_case("case: A-1\nsite: {place: home, origin: attestation}", "c", vocabulary)
    assert (fact(whole, "site").status, fact(whole, "site").reason) == (Status.UNDOCUMENTED, "attested")
