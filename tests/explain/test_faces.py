"""The faces of a proof: what a reader sees of the shipped cases, in every form."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from explain.dot import LOOKS, dot
from explain.faces import FORMATS, draw
from explain.json import proof_json, report_json
from explain.outline import outline
from explain.points import points
from explain.proof import Proof
from explain.prover import prove
from explain.report import report
from explain.text import proof_text, report_text
from kb.answers import Status
from kb.decide import decide
from kb.policy import load_policy
from kb.query import ask, question
from kb.read_case import load_case, read_case
from tests.explain.shown import cut, labels
from tests.support import HEADER, decided, policy_of
from tests.test_cases import CASES, EXAMPLES, HERE

EXPECTED = Path(__file__).parent / "expected"
# One of each kind: approvals and continuations, several failures together, undocumented, conflicts, boundaries.
TOLD = [
    "approved-hiv-addressed",
    "approved-continuation-clean-mri",
    "approved-reviewer-found",
    "boundary-edss-3.5",
    "boundary-trial-a-day-short",
    "conflict-diagnosis-attestation",
    "conflict-edss",
    "conflict-hiv",
    "pended-kind",
    "pended-mri",
    "pended-no-treatments",
    "pended-treatment-attested",
    "pended-treatment-end",
    "refused-continuation-thrombocytopenia",
    "refused-natalizumab-ongoing",
    "refused-nearly-everything",
    "refused-three-unrelated",
    "refused-uncontrolled-infection",
]


def proof_of(path: Path) -> Proof:
    """The proof of a shipped case under the shipped policy."""
    policy = load_policy("lemtrada")
    return prove(decide(policy, load_case(path, policy.vocabulary)))


def case(name: str) -> Path:
    return HERE / "cases" / f"{name}.case.yaml"


def compare(name: str, told: str, regenerate: bool) -> None:
    """Hold a text against the expected one, or write that anew."""
    expected = EXPECTED / name
    if regenerate:
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(told + "\n", encoding="utf-8")
    assert told + "\n" == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TOLD)
def test_the_report_of_a_case_reads_as_expected(name: str, regenerate: bool) -> None:
    """The verdict, the checklist with evidence and thresholds, what to document, grants and advisories."""
    compare(f"{name}.report.txt", report_text(report(proof_of(case(name)))), regenerate)


@pytest.mark.parametrize("name", ["approved-avonex-natalizumab", "refused-three-unrelated"])
def test_the_whole_proof_of_a_case_reads_as_expected(name: str, regenerate: bool) -> None:
    """Unfolded, with every clause that applies and every step that is met."""
    compare(f"{name}.full.txt", proof_text(proof_of(case(name)), full=True), regenerate)


@pytest.mark.parametrize(
    ("name", "goal"),
    [
        ("refused-natalizumab-ongoing", "agent_in_use(P, Drug, Group)"),
        ("advisory-many", "overdue(P, Test)"),
        ("refused-three-unrelated", r"\+ step_b(P)"),
        ("boundary-trial-to-come", "long_trial(P, Drug, Start, End), treatment(P, Drug, _, _)"),
    ],
)
def test_the_proof_of_any_goal_reads_as_expected(name: str, goal: str, regenerate: bool) -> None:
    """A goal that is no criterion is titled as it was asked."""
    policy = load_policy("lemtrada")
    asked = question(policy, goal)
    record = load_case(case(name), policy.vocabulary)
    decision, _ = ask(asked, record)
    compare(f"{name}.goal.txt", proof_text(prove(decision, asked.about(record))), regenerate)


def test_the_picture_of_the_example_is_drawn_as_expected(regenerate: bool) -> None:
    """The DOT source of the refusal that the README shows."""
    path = next(path for path in EXAMPLES if path.name.startswith("refusal"))
    compare("refusal.dot", dot(proof_of(path)).rstrip("\n"), regenerate)


@pytest.mark.sampled(12)
@pytest.mark.parametrize("path", [*EXAMPLES, *CASES], ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_whatever_the_report_lists_is_in_the_picture(path: Path) -> None:
    """Every criterion of the checklist, met or not, and every sentence of evidence under one that is not."""
    proof = proof_of(path)
    found = report(proof)
    drawn = "\n".join(labels(dot(proof)))
    for line in found.checklist:
        for point in points(line.point):
            assert cut(point.words) in drawn
            assert cut(point.note) in drawn


@pytest.mark.sampled(12)
@pytest.mark.parametrize("path", [*EXAMPLES, *CASES], ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_a_report_is_whole(path: Path) -> None:
    """What is not met or undocumented has a reason under it, and what is pended has something to document."""
    proof = proof_of(path)
    for point in points(outline(proof)):
        if point.kind == "criterion" and point.status is not Status.MET:
            assert point.children, point.words
            assert any(child.status is point.status or child.kind == "count" for child in point.children) or point.note
    found = report(proof)
    assert bool(found.missing) or proof.status is not Status.UNDOCUMENTED
    assert bool(found.grants) is (proof.status is Status.MET)
    assert not any("_" in line.point.words for line in found.checklist), "no internal names"


def test_status_is_told_by_word_and_shape_as_well_as_colour() -> None:
    """No two statuses share a word, an outline or a colour."""
    looks = [LOOKS[key] for key in (Status.MET, Status.NOT_MET, Status.UNDOCUMENTED, "conflicting")]
    for trait in ("word", "line", "fill", "legend"):
        assert len({getattr(look, trait) for look in looks}) == len(looks)
    assert len({(look.shape, look.frames, look.style) for look in looks}) == len(looks)


@pytest.mark.parametrize("full", [False, True])
def test_a_criterion_that_is_met_is_one_node_unless_the_proof_is_full(full: bool) -> None:
    """Its evidence is folded away."""
    proof = proof_of(case("approved-avonex-natalizumab"))
    count = sum("A.2" in label for label in labels(dot(proof, full=full)))
    assert (count > 5) is full
    assert full or count == 1


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_is_what_its_ending_says(ending: str) -> None:
    """The bytes of each start as they must, and the pictures parse."""
    drawn = draw(proof_of(case("conflict-hiv")), ending)
    starts = {
        ".html": b"<!doctype html>",
        ".svg": b"<?xml",
        ".png": b"\x89PNG",
        ".pdf": b"%PDF",
        ".dot": b"digraph",
        ".txt": b"Case ",
        ".json": b"{",
    }
    assert drawn.startswith(starts[ending])
    if ending == ".svg":
        assert ElementTree.fromstring(drawn).tag.endswith("svg")
    if ending == ".json":
        assert json.loads(drawn)["format"] == "policykb-proof/1"


def test_a_typical_refusal_fits_one_letter_page() -> None:
    """Scaled to a page laid across, the letters of the picture stay at 6.5 points or more."""
    path = next(path for path in EXAMPLES if path.name.startswith("refusal"))
    root = ElementTree.fromstring(draw(proof_of(path), ".svg"))
    across, down = (float(root.attrib[side].removesuffix("pt")) for side in ("width", "height"))
    assert 11 * min(10.2 * 72 / across, 7.7 * 72 / down) >= 6.5


def test_the_json_of_a_proof_is_its_graph() -> None:
    """Each node by a stable id, its children by theirs, its clause by file and line, its evidence with sources."""
    told = proof_json(proof_of(case("refused-three-unrelated")))
    nodes = told["nodes"]
    assert told["status"] == "not met"
    assert all(child in nodes for node in nodes.values() for child in node["children"])
    clauses = [node["clause"] for node in nodes.values() if "clause" in node]
    assert {clause["file"] for clause in clauses} == {"kb/policies/lemtrada.pl"}
    pieces = [piece for node in nodes.values() for fact in node.get("evidence", []) for piece in fact["pieces"]]
    assert any(piece["source"] == "Infusion center record" for piece in pieces)


def test_the_json_of_a_report_says_what_the_text_says() -> None:
    """Verdict, determination, criteria with status, evidence, what to document, grants, advisories."""
    told = report_json(report(proof_of(case("pended-hiv-status"))))
    assert (told["verdict"], told["format"]) == ("undetermined", "policykb-report/1")
    assert {each["section"] for each in told["criteria"] if each["status"] == "undocumented"} == {"A.6", "EXCLUSIONS"}
    assert told["to_document"]
    assert told["grants"] == []
    assert any(each["section"] == "SPECIAL CONSIDERATIONS" for each in told["advisories"])
    assert len(told["policy"]["sha256"]) == len(told["case"]["sha256"]) == 64


def test_node_ids_are_the_same_for_two_cases() -> None:
    """A criterion has one id, whichever case it is decided for."""
    first, second = proof_of(case("refused-prescriber")), proof_of(case("refused-route"))
    assert first.ids[first.root] == second.ids[second.root]
    assert len(set(first.ids.values()) & set(second.ids.values())) > 20


def test_a_row_with_a_gap_is_told_against_what_was_asked_of_it() -> None:
    """Where each of several ways asks another value of a row that is not whole, one line says what it has."""
    policy = policy_of(
        HEADER
        + """
:- type(colour, [red, green, blue]).
:- input(lamp(P: case, Colour: colour, Since: date), one, "Which lamp?", [says("a {Colour} lamp")]).
eligible(P) :- lamp(P, red, _).
eligible(P) :- lamp(P, green, _).
"""
    )
    told = proof_text(prove(decided(policy, "case: A\nlamp: {colour: blue}\n")))
    assert "a blue lamp; needs red or green" in told


def test_what_is_not_documented_is_no_heading_of_what_is_not_met() -> None:
    """It stands among what the way asks for, beside that for which it is not met."""
    policy = load_policy("lemtrada")
    (refusal,) = (path for path in EXAMPLES if path.name == "refusal.case.yaml")
    text = refusal.read_text("utf-8").replace("request_kind: initial\n", "")
    told = proof_text(prove(decide(policy, read_case(text, "case.yaml", policy.vocabulary)))).split("\n")
    heading = told.index("  NOT MET all of these are needed")
    assert told[heading + 1] == "    UNDOCUMENTED not documented: kind of request; needs initial course"
    assert not any("NOT MET not documented" in line for line in told)


def test_one_that_fails_beside_what_is_not_documented_is_told_apart() -> None:
    """Neither is said of the other, be they all that one of several ways asks for."""
    rules = """
:- input(kind(P: case, Kind: text), one, "Which kind?").
:- input(age(P: case, Years: integer), one, "How old?").
eligible(P) :- kind(P, "first"), age(P, Years), Years >= 18.
eligible(P) :- age(P, Years), Years >= 60.
"""
    told = proof_text(prove(decided(policy_of(HEADER + rules), "case: A\nrequested_on: 2024-01-01\nage: 15\n")))
    assert "    UNDOCUMENTED not documented: kind; needs first\n    NOT MET age 15, needs at least 18\n" in told


CONTRADICTED = """
:- type(lesions, [few: "few lesions", many: "many lesions"]).
:- type(level, [low, high]).
:- input(born_on(P: case, Date: date), one, "Born?", [noun("date of birth")]).
:- input(dose(P: case, Date: date), many, "Which doses?", [says("dose on {Date}")]).
:- input(level(P: case, Level: level), one, "Which level?").
:- input(scan(P: case, Level: level, Size: decimal, Lesions: lesions), many, "Which scans?",
    [says("{Size} mm at {Level}: {Lesions}")]).
"""
AGAINST = '{evidence: [{value: %s, source: "Note; first"}, {value: %s, source: Second}]}'


def contradicted(rule: str, record: str) -> str:
    """The proof of a case with evidence that contradicts itself."""
    return proof_text(
        prove(
            decided(policy_of(f"{HEADER}{CONTRADICTED}eligible(P) :- {rule}.\n"), f"case: A\n{record}"),
        ),
        width=300,
    )


def test_what_contradicts_itself_is_told_with_all_that_it_is_held_against() -> None:
    """Whatever its sources are called; in a row, it is told where nothing else of the row would be."""
    row = f"{{level: low, size: {AGAINST % ('4.0', '6.0')}, lesions: few}}"
    told = contradicted("level(P, Level), scan(P, Level, Size, _), Size > 4.5", f"level: low\nscan: [{row}]\n")
    both = "size 4.0 (Note; first) against 6.0 (Second)"
    assert (
        f"CONFLICTING conflicting evidence: scan (level low, lesions few lesions): {both}: needs more than 4.5" in told
    )


def test_what_is_held_against_a_threshold_beside_its_conflict_is_named() -> None:
    """The conflict stands by itself, and what was asked is no sentence without a subject."""
    record = f"requested_on: 2024-01-01\nborn_on: {AGAINST % ('2000-01-01', '2010-01-01')}\n"
    told = contradicted("born_on(P, Born), requested_on(P, Now), years_between(Born, Now, Years), Years >= 17", record)
    assert (
        "CONFLICTING conflicting evidence: date of birth: 2000-01-01 (Note; first) against 2010-01-01 (Second)" in told
    )
    assert "the years from the date of birth, which is contradictory, to 2024-01-01" in told


def test_both_values_of_a_list_of_single_values_are_told() -> None:
    """Each with its source; those of an enumeration by their labels."""
    told = contradicted("dose(P, Day), Day > '2024-01-01'", f"dose: [{AGAINST % ('2023-01-01', '2024-02-01')}]\n")
    assert "conflicting evidence: dose: 2023-01-01 (Note; first) against 2024-02-01 (Second)" in told
    row = f"{{level: low, size: 4.0, lesions: {AGAINST % ('few', 'many')}}}"
    told = contradicted("scan(P, _, _, few)", f"scan: [{row}]\n")
    assert "lesions few lesions (Note; first) against many lesions (Second)" in told


def test_a_date_that_is_not_stated_is_no_limit_under_a_negation_either() -> None:
    """What is held against it cannot be told."""
    told = contradicted(
        r"case(P), \+ (dose(P, Day), requested_on(P, Now), Day =< Now)", "dose: [2023-01-01]\nlevel: low\n"
    )
    assert "cannot be held against the requested on, which is not stated" in told
    assert "a value that is not stated" not in told


def test_the_date_of_the_request_is_no_reason() -> None:
    """Also where a rule of its own says what it is; the whole proof has it."""
    dose = case("boundary-dose-twelve-months").read_text("utf-8").partition("expect:")[0]
    text = re.sub(r"(?m)^dose: .*$", "dose: [2023-12-01]", dose)
    policy = load_policy("lemtrada")
    told = proof_text(prove(decide(policy, read_case(text, "case.yaml", policy.vocabulary))))
    assert "less than 12" in told
    assert "MET requested on" not in told


def test_rows_that_share_what_is_counted_are_said_to_count_once() -> None:
    """Two doses of one day are one day."""
    rule = "case(P), at_least(2, Date, (shot(P, Date, _), Date >= '2023-01-01'))"
    shot = ':- input(shot(P: case, Date: date, Site: text), many, "Shots?", [says("shot on {Date}, {Site}")]).'
    rows = "shot: [{date: 2023-02-01, site: left}, {date: 2023-02-01, site: right}]\n"
    told = proof_text(prove(decided(policy_of(f"{HEADER}{shot}\neligible(P) :- {rule}.\n"), f"case: A\n{rows}")))
    assert "1 shot counts, each date once, needs at least 2" in told
