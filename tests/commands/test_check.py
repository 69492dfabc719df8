"""`check`: the verdict of a case, its checklist, and a table of several."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.running import APPROVAL, CASES, PEND, REFUSAL, VERDICTS, changed, flat, run, written
from tests.support import LOOPED

CONTINUATION = CASES / "approved-continuation-clean-mri.case.yaml"


@pytest.mark.parametrize("case", VERDICTS, ids=lambda case: case.name)
def test_each_verdict_has_its_word_and_its_exit_code(case: Path) -> None:
    """The first word says it, and so does the exit code."""
    verdict, code = VERDICTS[case]
    result = run("check", case)
    assert (result.exit_code, result.stderr) == (code, "")
    assert result.stdout.startswith(f"{verdict.upper()}: ")


def test_a_bad_file_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    """What is wrong is told with its place, and nothing is decided."""
    bad = written(tmp_path / "bad.yaml", "case: A-1\nedds: 4.0\n")
    result = run("check", bad)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "error[unknown-key]" in result.stderr
    assert "bad.yaml:2:1" in result.stderr
    assert "did you mean `edss`?" in result.stderr


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("A.2", ["ocrelizumab", "2 months from 2024-02-05 to 2024-04-15", "(Infusion center record)", "3 months"]),
        ("A.3", ["skin exam", "(Request form 2024-06-03)"]),
        ("PRESCRIBER", ["neurologist", "prescribed by another specialty", "(Request form 2024-06-03)"]),
    ],
)
def test_a_criterion_that_fails_is_named_with_its_evidence(section: str, told: list[str]) -> None:
    """An appeals reviewer sees the section, the evidence with its source, and the threshold."""
    lines = run("check", REFUSAL).stdout.split("Checklist", 1)[1].splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"  NOT MET {section}  "))
    # The next line that is indented as little as the criterion begins the next criterion.
    end = next(i for i, line in enumerate(lines[start + 1 :], start + 1) if not line.startswith("   "))
    block = flat(" ".join(lines[start:end]))
    assert [words for words in told if words not in block] == []


def test_the_criteria_that_fail_are_counted_first() -> None:
    """All of them are in one line, before the checklist."""
    before = run("check", REFUSAL).stdout.split("Checklist")[0]
    assert "3 of 12 criteria are not met: A.2, A.3 and PRESCRIBER" in before
    assert "2 of 10 criteria are undocumented: C.2 and PRESCRIBER" in run("check", PEND).stdout


def test_a_policy_that_is_defined_by_itself_is_decided_and_says_why_there_is_no_repair(tmp_path: Path) -> None:
    """A verdict without a repair is never left without a word about it."""
    policy = written(tmp_path / "looped.pl", LOOPED)
    case = written(tmp_path / "a.yaml", "case: A-1\nrequested_on: 2024-04-01\nstep: []\n")
    result = run("check", case, "--policy", policy)
    assert result.exit_code == 1
    said = "No repair is looked for: reach/2 is defined by itself, which is beyond what can be solved for."
    assert flat(result.stdout).endswith(said)


def test_what_is_to_be_documented_is_listed() -> None:
    """A pended case says what to submit; the others have no such list."""
    told = flat(run("check", PEND).stdout.split("To be documented")[1].split("Advisories")[0])
    assert "consultation notes" in told
    assert "thyroid disorder" in told
    assert "To be documented" not in run("check", APPROVAL).stdout


def test_an_attestation_is_no_document() -> None:
    """Where a document is asked for, the attestation is shown with its source and does not count."""
    assert "attested only, a document is needed: consultation notes submitted (Cover letter 2024-04-08)" in flat(
        run("check", PEND).stdout
    )


@pytest.mark.parametrize(
    ("case", "doses", "units"), [(APPROVAL, "5 doses", "60 billing units"), (CONTINUATION, "3 doses", "36 billing")]
)
def test_an_approval_says_what_it_grants(case: Path, doses: str, units: str) -> None:
    """Five doses of 12 mg for a first course, three for a further one; a billing unit is 1 mg."""
    result = run("check", case)
    granted = result.stdout.split("Granted\n")[1].split("Advisories")[0]
    assert result.exit_code == 0
    assert f"- {doses}\n" in granted
    assert units in granted
    assert "HCPCS J0202" in granted


@pytest.mark.parametrize("case", [REFUSAL, PEND], ids=lambda case: case.name)
def test_only_an_approval_grants(case: Path) -> None:
    """Neither a refusal nor a pended case grants anything."""
    assert "Granted" not in run("check", case).stdout
    assert json.loads(run("check", "--json", case).stdout)["grants"] == []


def test_advisories_stand_apart_and_change_no_verdict(tmp_path: Path) -> None:
    """A place and an enrolment that the policy advises against leave an approval as it is."""
    advised = changed(APPROVAL, tmp_path, ("place_of_service: infusion_center", "place_of_service: hospital_inpatient"))
    plain, result = run("check", APPROVAL), run("check", advised)
    assert (plain.exit_code, result.exit_code) == (0, 0)
    before, after = result.stdout.split("Advisories (they never change the verdict)\n")
    assert "PLACE" not in before
    assert "- PLACE: planned place of service: hospital inpatient stay" in after
    assert "PLACE" not in plain.stdout


@pytest.mark.parametrize(
    ("cases", "code"),
    [((APPROVAL, APPROVAL), 0), ((APPROVAL, PEND), 3), ((PEND, REFUSAL, APPROVAL), 1), ((REFUSAL, "bad", PEND), 2)],
)
def test_of_several_cases_the_worst_exit_code_counts(cases: tuple[Path | str, ...], code: int, tmp_path: Path) -> None:
    """Bad input is worst, then refuted, then undetermined."""
    bad = written(tmp_path / "bad", "")
    assert run("check", *(bad if case == "bad" else case for case in cases)).exit_code == code


def test_several_cases_are_a_table() -> None:
    """A line each: the verdict, the file, the sections that stand in the way."""
    lines = run("check", REFUSAL, PEND, APPROVAL).stdout.splitlines()
    rows = [line.split(maxsplit=2) for line in lines[1:4]]
    assert rows == [
        ["refuted", "refusal.case.yaml", "not met: A.2, A.3, PRESCRIBER"],
        ["undetermined", "pend.case.yaml", "undocumented: C.2, PRESCRIBER"],
        ["proved", "approval.case.yaml"],
    ]
    assert lines[-1] == "3 cases: 1 refuted, 1 undetermined, 1 proved"


def test_a_folder_is_searched_throughout(tmp_path: Path) -> None:
    """It gives a table even when it holds one case, at any depth; what is hidden is left out."""
    changed(APPROVAL, tmp_path / "2024" / "May", name="one.YAML")
    written(tmp_path / "notes.txt", "not a case")
    written(tmp_path / ".venv" / "metadata.json", "{}")
    written(tmp_path / ".draft.yaml", "not yet a case")
    result = run("check", tmp_path)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].split() == ["proved", "one.YAML"]
    assert result.stdout.endswith("\n1 case: 1 proved\n")


def test_a_bad_file_hides_no_other(tmp_path: Path) -> None:
    """The cases around it are decided, and its problem is told once."""
    changed(APPROVAL, tmp_path, name="1.yaml")
    written(tmp_path / "2.yaml", "case: [")
    changed(REFUSAL, tmp_path, name="3.yaml")
    result = run("check", tmp_path)
    assert [line.split()[:2] for line in result.stdout.splitlines()[1:4]] == [
        ["proved", "1.yaml"],
        ["bad", "input"],
        ["refuted", "3.yaml"],
    ]
    assert result.stderr.count("error[") == 1
    assert result.exit_code == 2


def test_one_case_is_one_document_of_json() -> None:
    """It says its format, its verdict, and what it was decided on."""
    found = json.loads(run("check", "--json", REFUSAL).stdout)
    assert found["format"] == "policykb-report/1"
    assert (found["verdict"], found["case"]["id"]) == ("refuted", "EXAMPLE-1")
    failing = [line["section"] for line in found["criteria"] if line["status"] == "not met"]
    assert failing[:3] == ["A.2", "A.3", "PRESCRIBER"]
    assert {each["section"] for each in found["advisories"]} == {"PLACE", "REMS", "SPECIAL CONSIDERATIONS"}
    assert len(found["policy"]["sha256"]) == len(found["case"]["sha256"]) == 64


def test_several_cases_are_a_list_of_json(tmp_path: Path) -> None:
    """So is a folder that holds one; a bad file is told on the error stream and leaves the list valid."""
    changed(APPROVAL, tmp_path, name="1.yaml")
    found = json.loads(run("check", "--json", tmp_path).stdout)
    assert [each["verdict"] for each in found] == ["proved"]
    bad = written(tmp_path / "2.yaml", "")
    result = run("check", "--json", tmp_path, PEND)
    assert [each["verdict"] for each in json.loads(result.stdout)] == ["proved", "undetermined"]
    assert (result.exit_code, "2.yaml" in result.stderr) == (2, True)
    assert json.loads(run("check", "--json", bad).stdout) == []


@pytest.mark.parametrize(
    ("name", "section", "pieces"),
    [
        ("birth-date", "AGE", "2006-08-19 (Enrollment record) against 2007-08-19 (Hospital record 2019-01-15)"),
        ("edss", "A.2", "3.0 (Neurology note 2024-04-15) against 4.0 (Physical therapy report 2024-04-15)"),
        ("hiv", "EXCLUSIONS", "yes (Screening test 2024-01-09) against no (Confirmatory test 2024-01-16)"),
    ],
)
def test_a_conflict_shows_both_pieces_with_their_sources(name: str, section: str, pieces: str) -> None:
    """A contradiction is neither yes nor no: the case is pended, and nobody has to look for the other piece."""
    result = run("check", CASES / f"conflict-{name}.case.yaml")
    assert result.exit_code == 3
    assert f"UNDOCUMENTED {section}  " in result.stdout
    assert pieces in flat(result.stdout.split("Checklist")[1])
    assert "CONFLICTING " in result.stdout


VISIT = """
:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(asked), section('A', "All")]).
:- input(asked(P: case, Date: date), one, "When?", [says("asked on {Date}")]).
:- input(visit(P: case, Date: date, By: text), one, "Visit?", [says("visit on {Date} with {By}"), document]).
:- input(able(P: case), one, "Able?", [says("able to walk"), document]).
:- criterion(eligible/1, 'A', "seen in time").
eligible(P) :- visit(P, Date, _), asked(P, Today), months_between(Date, Today, Months), Months < 6, able(P).
"""


@pytest.mark.parametrize(
    ("visit", "words"),
    [
        (
            "{date: 2024-05-01, by: Mayo, origin: attestation, source: phone}",
            "attested only, a document is needed: visit on 2024-05-01 with Mayo (phone)",
        ),
        (
            "{date: {value: 2024-05-01, origin: attestation, source: phone}, by: {value: Mayo, source: note}}",
            "not documented in full: visit on a date that is not stated with Mayo (attested: phone; note); "
            "attested only: date 2024-05-01",
        ),
    ],
)
def test_what_was_attested_of_several_fields_is_said(visit: str, words: str, tmp_path: Path) -> None:
    """A field that is stated by somebody's word is not called one that is not stated; nor is a no told as a yes."""
    policy = written(tmp_path / "small.pl", VISIT)
    facts = "able: {value: false, origin: attestation, source: phone}"
    case = written(tmp_path / "a.yaml", f"case: A-1\nasked: 2024-05-31\nvisit: {visit}\n{facts}\n")
    told = flat(run("check", case, "--policy", policy).stdout)
    assert f"- {words}" in told
    assert "from the date of the visit, which is only attested, to 2024-05-31" in told
    assert "- attested only, a document is needed: able to walk: no (phone)" in told


def test_a_document_outweighs_an_attestation_and_an_override_both() -> None:
    """Neither is a conflict, so neither case is pended."""
    for name in ("diagnosis-attestation", "edss-overridden"):
        result = run("check", CASES / f"conflict-{name}.case.yaml")
        assert (result.exit_code, "CONFLICTING" in result.stdout) == (0, False)


def test_a_case_is_decided_the_same_each_time() -> None:
    """Two runs print the same bytes."""
    assert run("check", PEND).stdout == run("check", PEND).stdout
