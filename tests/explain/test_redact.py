"""A redacted copy: it is decided the same, and nothing in any face of it tells who the member is."""

from __future__ import annotations

import json
import re
import zlib
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from explain.prover import prove
from explain.redact import VeiledDate, redacted, redacted_policy, source_kind
from explain.repair import repairs
from explain.report import report
from explain.text import proof_text, report_text
from kb.decide import decide
from kb.declarations import read_vocabulary
from kb.parse import parse
from kb.policy import load_policy
from kb.read_case import load_case, read_case
from tests.commands.running import CASES, EXAMPLES, PEND, run, written
from tests.support import HEADER, case_of, policy_of

POLICY = load_policy("lemtrada")
EVERY = sorted([*CASES.glob("*.yaml"), *EXAMPLES.glob("*.yaml")])
SECRETS = (
    "JaneRoe", "MRN-4711", "Dr. Quimby", "1985-12-12", "roe-secret", "19851212", "1985, 12", "12.12.1985",
    "12/12/1985", "12 December 1985", "12 Dec 1985", "December 12, 1985", "Dec 12, 1985",
)  # fmt: skip

CASE = PEND.read_text("utf-8")
SECRET_CASE = (
    CASE.replace("case: EXAMPLE-3", "case: MRN-4711")
    .replace("A continuation that waits for documents", "JaneRoe waits")
    .replace("birth_date: 1985-12-12", "birth_date: {value: 1985-12-12, source: 'Passport of JaneRoe, 1985-12-12'}")
    .replace("Cover letter 2024-04-08", "Cover letter by Dr. Quimby for JaneRoe")
    .replace("Pharmacy claims", "Claims of MRN-4711")
)


def secret_file(folder: Path) -> Path:
    """A case that tells who the member is wherever it can, its file's name too."""
    return written(folder / "roe-secret" / "JaneRoe.yaml", SECRET_CASE)


def bytes_of(path: Path) -> str:
    """All that a file holds, as text: compressed streams of a PDF and chunks of a PNG unpacked too."""
    raw = path.read_bytes()
    parts = [raw]
    if path.suffix == ".pdf":
        for match in re.finditer(rb"stream\r?\n(.*?)endstream", raw, re.DOTALL):
            try:
                parts.append(zlib.decompress(match[1]))
            except zlib.error:
                parts.append(match[1])
        reader = pypdf.PdfReader(BytesIO(raw))
        parts += [page.extract_text().encode() for page in reader.pages]
        parts.append(str(reader.metadata).encode())
    if path.suffix == ".png":
        place = 8
        while place < len(raw):
            size, kind = int.from_bytes(raw[place : place + 4], "big"), raw[place + 4 : place + 8]
            content = raw[place + 8 : place + 8 + size]
            parts.append(zlib.decompress(content.split(b"\0\0", 1)[1]) if kind == b"zTXt" else content)
            place += size + 12
    return "\n".join(part.decode("utf-8", "replace") for part in parts)


def told(text: str) -> list[str]:
    """The secrets that a text tells, wherever its lines were broken and however its characters are spelled."""
    flat = re.sub(r"\s+", "", unescape(text))
    return [secret for secret in SECRETS if re.sub(r"\s+", "", secret) in flat]


@pytest.mark.sampled(6)
@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.stem)
def test_a_redacted_copy_is_decided_the_same(case: Path) -> None:
    """The verdict and the status of every answer stay, ages and thresholds with them."""
    record = load_case(case, POLICY.vocabulary)
    plain, copy = decide(POLICY, record), decide(POLICY, redacted(record, POLICY))
    assert (copy.verdict, copy.status) == (plain.verdict, plain.status)
    counted = [{name: sorted(rows.values()) for name, rows in each.answers.rows.items()} for each in (plain, copy)]
    assert counted[0] == counted[1]


@pytest.mark.parametrize("ending", [".svg", ".png", ".pdf", ".dot", ".txt", ".json", ".html"])
def test_no_byte_of_an_explanation_tells_who_the_member_is(ending: str, tmp_path: Path) -> None:
    """Pictures, pages and their metadata are searched, and the same search finds the secrets without redaction."""
    case, found = secret_file(tmp_path), {}
    for name, options in (("plain", []), ("copy", ["--redact"])):
        output = tmp_path / f"{name}{ending}"
        assert run("explain", case, "--full", "-o", output, *options).exit_code == 3
        found[name] = told(bytes_of(output))
    assert found["copy"] == []
    # The letters of a picture of points are points, and those of Graphviz's PDF are numbers of a font.
    assert ending in (".png", ".pdf") or "JaneRoe" in found["plain"]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_no_word_of_a_check_tells_who_the_member_is(options: list[str], tmp_path: Path) -> None:
    """Of one case and of several, in text and in JSON."""
    case = secret_file(tmp_path)
    for cases in ([case], [case, case], [case.parent]):
        assert told(run("check", *cases, *options).stdout) != []
        result = run("check", *cases, "--redact", *options)
        assert (result.exit_code, told(result.output)) == (3, [])


def test_no_word_of_a_query_tells_who_the_member_is(tmp_path: Path) -> None:
    """The answers show the year of a birth date alone; several cases are told apart by numbers."""
    case = secret_file(tmp_path)
    for options in ([], ["--json"]):
        for cases in ([case], [case, case], [case.parent]):
            assert told(run("query", "birth_date(P, Day)", *cases, *options).output) != []
            result = run("query", "birth_date(P, Day)", *cases, "--redact", *options)
            assert (result.exit_code, told(result.output)) == (0, [])
            assert "1985" in result.output
    result = run("query", "age(P, Years)", case, case, "--redact")
    assert result.output == "met     Case 1 [redacted]: Years = 38\nmet     Case 2 [redacted]: Years = 38\n"
    result = run("query", 'age("MRN-4711", Years)', case, "--redact")
    assert (result.exit_code, "error[redacted-goal]" in result.output) == (2, True)


@pytest.mark.parametrize("goal", [[], ["--goal", "birth_date(P, Day), \\+ eligible(P)"]])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_no_word_of_a_repair_tells_who_the_member_is(options: list[str], goal: list[str], tmp_path: Path) -> None:
    """Of the policy's root goal and of another."""
    case = secret_file(tmp_path)
    assert told(run("repair", case, "--most", "1", *options, *goal).output) != []
    result = run("repair", case, "--most", "1", "--redact", *options, *goal)
    assert (result.exit_code, told(result.output)) == (0, [])
    result = run("repair", case, "--redact", "--goal", "birth_date(P, '1985-12-12')")
    assert (result.exit_code, "error[redacted-goal]" in result.output) == (2, True)


def test_no_byte_of_the_pages_of_a_folder_tells_who_a_member_is(tmp_path: Path) -> None:
    """Pages have numbers for names, and a file that is no case is told without any word of it."""
    case = secret_file(tmp_path)
    written(case.parent / "roe-secret" / "MRN-4711.yaml", SECRET_CASE)
    written(case.parent / "JaneRoe's.yaml", "case: MRN-4711\nJaneRoe: 1985-12-12\n")
    found = {}
    for name, options in (("plain", []), ("copy", ["--redact"])):
        output = tmp_path / name
        result = run("explain", case.parent, "-o", output, *options)
        assert result.exit_code == 2
        files = sorted(path for path in output.rglob("*") if path.is_file())
        shown = [str(path.relative_to(output)) for path in files]
        found[name] = shown, told("\n".join([result.output, *shown, *map(bytes_of, files)]))
    assert set(found["plain"][1]) >= {"JaneRoe", "MRN-4711", "Dr. Quimby", "1985-12-12", "roe-secret"}
    assert found["copy"] == (["case-2.html", "case-3.html", "index.html"], [])
    index = (tmp_path / "copy" / "index.html").read_text("utf-8")
    assert "unknown-key" in index
    assert "case 1, line 2" in index


@pytest.mark.parametrize("ending", ["", ".svg", ".png", ".pdf", ".dot", ".txt", ".json"])
def test_no_byte_of_a_what_if_tells_who_the_member_is(ending: str, tmp_path: Path) -> None:
    """The facts themselves are shown with their years, tokens and kinds of sources alone."""
    case, found = secret_file(tmp_path), {}
    facts = ["--assume", "evidence(birth_date('MRN-4711', '1985-12-12'), document, \"Letter of JaneRoe\")"]
    facts += ["--drop", "birth_date('1985-12-12')", "--assume", "baseline('MRN-4711', skin_exam)"]
    for name, options in (("plain", []), ("copy", ["--redact"])):
        output = tmp_path / f"{name}{ending}"
        written_to = ["-o", str(output)] if ending else []
        result = run("explain", case, *facts, *options, *written_to)
        assert result.exit_code == 3
        found[name] = told(result.stdout if not ending else bytes_of(output) + result.stdout)
    assert found["copy"] == []
    assert ending in (".png", ".pdf") or {"MRN-4711", "1985-12-12"} <= set(found["plain"])


def test_an_assumed_fact_is_told_without_what_it_names(tmp_path: Path) -> None:
    """So that a reader still knows what was assumed; a fact that is wrong is told by its code alone."""
    case = secret_file(tmp_path)
    facts = ["--assume", "evidence(birth_date('MRN-4711', '2012-03-04'), document, \"Letter of JaneRoe\")"]
    facts += ["--assume", "edss('2024-01-15', 3.5)"]
    shown = run("explain", case, *facts, "--redact", "--full").output
    assert "Assumed: evidence(birth_date('2012'), document, [redacted])" in shown
    assert "Assumed: edss('2024-01-15', 3.5)" in shown
    assert "2012-03-04" not in shown
    assert "assumed" in shown
    result = run("explain", case, "--drop", "birth_date('1985-12-11')", "--redact")
    assert (result.exit_code, told(result.output)) == (2, [])
    assert "error[nothing-to-drop]: what is wrong is not shown" in result.output
    assert "MRN-4711" not in run("explain", case, "--assume", "edss('MRN-4711', 'JaneRoe')", "--redact").output


def test_what_is_wrong_with_a_redacted_file_is_told_by_code_and_line(tmp_path: Path) -> None:
    """The message itself would quote the file; that there is no such file is no secret."""
    bad = written(tmp_path / "JaneRoe.yaml", "case: MRN-4711\nJaneRoe: 1985-12-12\n")
    for words in (["check"], ["explain"], ["repair"], ["query", "eligible(P)"]):
        result = run(*words, bad, "--redact")
        assert (result.exit_code, told(result.output)) == (2, [])
        assert "error[unknown-key]: what is wrong is not shown" in result.output
        assert ", line 2" in result.output
        assert "no such file or directory" in run(*words, tmp_path / "JaneRoe.json", "--redact").output


def test_a_date_of_birth_shows_its_year_and_counts_in_full() -> None:
    """The day before the 17th birthday is told from the birthday, by a year alone."""
    young = load_case(CASES / "boundary-day-before-17.case.yaml", POLICY.vocabulary)
    copy = redacted(young, POLICY)
    shown = proof_text(prove(decide(POLICY, copy)))
    assert "16 years from 2007 (date of birth) to 2024-03-04" in " ".join(shown.split())
    assert "2007-03-05" in proof_text(prove(decide(POLICY, young)))
    assert "2007-03-05" not in shown


def test_a_repair_tells_no_birthday() -> None:
    """The first day on which the member is old enough is one, and shows its year alone."""
    young = load_case(CASES / "boundary-day-before-17.case.yaml", POLICY.vocabulary)
    found = [repairs(decide(POLICY, each)).found[0].steps[0].words for each in (young, redacted(young, POLICY))]
    assert found == [
        "requested on 2024-03-05 at the earliest (now 2024-03-04)",
        "requested on 2024 at the earliest (now 2024-03-04)",
    ]


def test_the_ids_of_nodes_are_made_of_what_is_shown() -> None:
    """A hash of a date of birth could be guessed, so two birthdays of one year have one id."""
    ids = []
    for day in ("1985-12-12", "1985-12-11"):
        case = read_case(SECRET_CASE.replace("1985-12-12", day), "x.yaml", POLICY.vocabulary)
        ids.append(sorted(prove(decide(POLICY, redacted(case, POLICY))).ids.values()))
    assert ids[0] == ids[1]


def test_contradictory_dates_of_birth_show_both_years() -> None:
    """The pieces of a conflict are redacted like anything else."""
    record = load_case(CASES / "conflict-birth-date.case.yaml", POLICY.vocabulary)
    shown = " ".join(report_text(report(prove(decide(POLICY, redacted(record, POLICY))))).split())
    assert "date of birth: 2006 (record [redacted]) against 2007 (record [redacted])" in shown


def test_another_date_on_the_birthday_shows_its_year_as_well() -> None:
    """Else the request of a newborn would tell when the member was born."""
    text = CASE.replace("birth_date: 1985-12-12", "birth_date: 2024-04-08")
    copy = redacted(read_case(text, "x.yaml", POLICY.vocabulary), POLICY)
    assert "2024-04-08" not in report_text(report(prove(decide(POLICY, copy))))


def test_free_texts_become_tokens_that_are_equal_where_the_texts_were() -> None:
    """A text that the policy itself asks for is no secret, and stays."""
    policy = policy_of(
        HEADER
        + """
:- input(referred(P: case, From: text, To: text), many, "Who?", [says("{From} referred to {To}")]).
:- criterion(back/1, 'A', "referred back to the clinic").
eligible(P) :- requested_on(P, _), back(P).
back(P) :- referred(P, "clinic", Doctor), referred(P, Doctor, "clinic").
"""
    )
    text = "case: A\nrequested_on: 2024-01-01\nreferred:\n"
    text += "  - {from: clinic, to: Dr. Quimby}\n  - {from: Dr. Quimby, to: clinic}\n  - {from: Dr. Quimby, to: Roe}\n"
    copy = redacted(case_of(policy, text), policy)
    decision = decide(policy, copy)
    assert decision.verdict == "proved"
    shown = proof_text(prove(decision), full=True)
    assert "clinic referred to [redacted 1]" in shown
    assert "Quimby" not in shown + repr(copy)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("", ""),
        ("MRI report 2021-08-11 of JaneRoe", "mri report [redacted]"),
        ("Dr. Quimby's notebook", "[redacted]"),
        ("Letter by Mr. Form", "letter [redacted]"),
        ("assumed", "assumed"),
        ("Assumed: letter by Mr. Form", "assumed [redacted]"),
    ],
)
def test_a_source_keeps_its_kind_alone(source: str, kind: str) -> None:
    """A plain word for a kind of document names nobody; whatever else was written is left out."""
    assert source_kind(source) == kind


def test_a_veiled_date_shows_its_year_in_every_way_of_writing_it() -> None:
    """Whoever formats it gets no more."""
    day = VeiledDate(1985, 12, 12)
    shown = [str(day), repr(day), f"{day}", f"{day:%d.%m.%Y}", day.isoformat(), day.strftime("%d"), day.ctime()]
    assert {re.sub(r"VeiledDate\((.*)\)", r"\1", each) for each in shown} == {"1985"}
    assert json.dumps(day, default=str) == '"1985"'
    assert (day, hash(day)) == (date(1985, 12, 12), hash(date(1985, 12, 12)))


def test_a_goal_that_names_what_is_redacted_is_refused(tmp_path: Path) -> None:
    """It would be shown as it was asked, and would match nothing."""
    case = secret_file(tmp_path)
    for goal in ('eligible("MRN-4711")', "birth_date(P, '1985-12-12')"):
        result = run("explain", case, "--redact", "--goal", goal)
        assert result.exit_code == 2
        assert "error[redacted-goal]: the goal names what is redacted" in result.stderr
    assert run("explain", case, "--redact", "--goal", "age(P, Years)").exit_code == 0


def test_a_redacted_policy_leaves_its_folder_out() -> None:
    """A folder may be named after somebody; a shipped policy keeps its path."""
    other = policy_of(HEADER + "eligible(P) :- requested_on(P, _).\n")
    assert redacted_policy(other).path == "small.pl"
    assert redacted_policy(POLICY).path == "kb/policies/lemtrada.pl"


def test_personal_is_for_an_input_with_a_date_or_a_text() -> None:
    """On any other it would promise what it cannot keep."""
    text = ':- input(born(P: case, Day: {}), one, "When?", [personal]).\n'
    vocabulary, problems = read_vocabulary(parse(text.format("date"), "x.pl"))
    assert problems == ()
    assert vocabulary.inputs["born"].personal
    _, problems = read_vocabulary(parse(text.format("integer"), "x.pl"))
    assert [problem.message for problem in problems] == [
        "`personal` is for an input with a date or a text, and this has none"
    ]
