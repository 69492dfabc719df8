"""The packet: what it says of a decision, whose profile it needs, and that it holds what the rules ask for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest

from explain.dot import dot
from explain.packet import APPEAL, PARTS, kind_of, packet, part_of
from explain.packet_faces import breakable, drawn
from explain.picture import render
from explain.profile import PROGRAMMES, SECTIONS, Profile, needed, new_profile, redact_profile
from explain.proof import Proof
from explain.prover import prove
from explain.read_profile import PROFILE_CODES, load_profile, read_profile, refuse_reviewer
from explain.repair import repairs
from kb.decide import decide
from kb.policy import load_policy
from kb.problems import ProblemsError
from kb.read_case import load_case
from kb.syntax import Span
from tests.commands.running import APPROVAL, CASES, PEND, REFUSAL, ROOT, flat

POLICY = load_policy("lemtrada")
EXAMPLE = ROOT / "explain" / "profiles" / "example.yaml"
TEXT = EXAMPLE.read_text("utf-8")
RULES = {"438.404(b)": "medicaid", "422.568(e)": "medicare_advantage", "2560.503-1(g)": "erisa"}


def proof_of(case: Path) -> Proof:
    return prove(decide(POLICY, load_case(case, POLICY.vocabulary)))


def full_profile(programme: str = "medicaid", reviewer: bool = True) -> Profile:
    """A profile with a text for every key, and the example's for those that it has."""
    profile = load_profile(str(EXAMPLE))
    values = {(s, k): (f"text of {s}.{k}",) for s, fields in SECTIONS.items() if s for k in fields} | {**profile.values}
    kept = {key: value for key, value in values.items() if reviewer or key[0] != "reviewer"}
    return replace(profile, programme=programme, values=kept)


def data_of(case: Path, profile: Profile) -> dict[str, Any]:
    proof = proof_of(case)
    return packet(proof, profile, repairs(proof.decision, most=2), ["policykb", "packet", "a case.yaml"])


def face(case: Path, profile: Profile, ending: str) -> bytes:
    proof = proof_of(case)
    return drawn(data_of(case, profile), render(dot(proof, medium="svg"), "svg"), ending)


def words_of(made: bytes, ending: str) -> str:
    """The words that a reader sees, in one line."""
    if ending == ".pdf":
        return flat(" ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(made)).pages))
    shown = re.sub(r"</?time>", "", made.decode("utf-8").partition("<body>")[2])
    return flat(re.sub(r"<[^>]*>", " ", shown))


def titles(made: bytes) -> list[str]:
    """The headings of a PDF, as its outline has them."""
    waiting: list[Any] = [pypdf.PdfReader(BytesIO(made)).outline]
    found = []
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        else:
            found.append(str(each.title))
    return found


def problems(text: str) -> list[str]:
    """What is wrong with a profile: code, line, message and help of each problem."""
    with pytest.raises(ProblemsError) as caught:
        read_profile(text, "p.yaml")
    return [f"{each.code} {each.span.line}: {each.message} ({each.help})" for each in caught.value.problems]


# What it is called


@pytest.mark.parametrize(
    ("case", "reviewer", "kind", "lead"),
    [
        (REFUSAL, True, "denial", "The request is denied."),
        (REFUSAL, False, "draft", "Recommendation: refer to a clinician; no adverse determination has been made."),
        (PEND, True, "pend", "The request is pended: it cannot be decided on what is documented."),
        (APPROVAL, True, "approval", "Recommended determination: approve."),
    ],
    ids=["denial", "draft", "pend", "approval"],
)
@pytest.mark.parametrize("ending", [".pdf", ".html"])
def test_a_packet_is_called_what_it_is(case: Path, reviewer: bool, kind: str, lead: str, ending: str) -> None:
    """Only a refuted case with a named human reviewer is called a denial, and only a draft is marked as one."""
    profile = full_profile(reviewer=reviewer)
    assert kind_of(proof_of(case).status, profile) == kind
    words = words_of(face(case, profile, ending), ending)
    assert lead in words
    assert ("DRAFT" in words) == (kind == "draft")
    assert ("denied" in words.lower()) == (kind == "denial")
    named = ("Morgan Specimen, MD", "Medical director, board-certified in neurology", "2024-06-11")
    assert [name in words for name in named] == [kind == "denial"] * 3


def test_a_draft_is_marked_on_every_page() -> None:
    """A page that was torn off is no notice either."""
    pages = pypdf.PdfReader(BytesIO(face(REFUSAL, full_profile(reviewer=False), ".pdf"))).pages
    assert len(pages) > 3
    assert all(page.extract_text().count("DRAFT") >= 2 for page in pages)


# What it says


def test_a_denial_tells_every_reason_with_its_section_and_evidence() -> None:
    """Three reasons that have nothing to do with each other, none of them left out."""
    data = data_of(REFUSAL, full_profile())
    items = data["reasons"]["items"]
    assert [item["section"] for item in items] == ["A.2", "A.3", "PRESCRIBER"]
    lines = [line["words"] for line in items[0]["lines"]]
    wanted = "Treatment of 2 months from 2024-02-05 to 2024-04-15 (Infusion center record), needs at least 3 months"
    assert wanted in lines
    cited = [int(number) for number in re.findall(r"\d+", items[2]["evidence"])]
    numbers = {row["number"]: row["words"] for row in data["evidence"]}
    assert "Prescribed by another specialty" in [numbers[str(n)] for n in range(cited[0], cited[-1] + 1)]


def test_every_piece_of_evidence_is_listed_once_with_source_and_origin() -> None:
    """What the case file states is in the list, and an attestation is called one."""
    rows = data_of(REFUSAL, full_profile())["evidence"]
    assert [row["number"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    said = [(row["words"], row["source"], row["origin"]) for row in rows]
    assert len(said) == len(set(said))
    assert ("Relapse on 2021-07-18", "Emergency department record 2021-07-18", "document") in said
    assert ("Baseline skin exam for melanoma: no", "Request form 2024-06-03", "document") in said
    assert ("No worsening", "no source named", "document") in said
    assert {row["origin"] for row in rows} == {"document", "attestation"}


def test_both_pieces_of_a_conflict_are_listed() -> None:
    """Neither is left out, and neither is taken for the truth."""
    data = data_of(CASES / "conflict-birth-date.case.yaml", full_profile())
    said = [row["words"] for row in data["evidence"] if row["words"].startswith("Date of birth")]
    assert len(said) == 2
    assert data["kind"] == "pend"
    assert next(line["status"] for line in data["reasons"]["items"][0]["lines"]) == "conflicting"


def test_a_pended_case_says_what_is_missing_and_why_it_matters() -> None:
    """By criterion; what is attested where a document is needed is told with its source."""
    items = data_of(PEND, full_profile())["missing"]["items"]
    assert [item["section"] for item in items] == ["C.2", "PRESCRIBER"]
    assert items[1]["words"] == [
        "Attested only, a document is needed: consultation notes submitted (Cover letter 2024-04-08)"
    ]
    assert all("neither met nor not met" in item["why"] for item in items)


def test_the_repairs_are_by_what_they_take() -> None:
    """Documents first, and what nothing can change by name."""
    data = data_of(PEND, full_profile())["repairs"]
    assert data["items"][0][0]["effort"] == "Documents that only have to be submitted, if this is so"
    assert "Nothing here is claimed to be so" in data["intro"]
    blocked = data_of(CASES / "refused-nearly-everything.case.yaml", full_profile())["repairs"]
    assert blocked["items"] == []
    assert blocked["blocked"][0].startswith("The benefit plan covers the drug: no; in the way of BENEFIT (")
    proof = proof_of(PEND)
    assert "could not work out" in packet(proof, full_profile(), None)["repairs"]["intro"]


def test_an_approval_says_what_is_granted() -> None:
    """And which evidence each criterion rests on."""
    data = data_of(APPROVAL, full_profile())
    assert data["determination"]["granted"]
    assert len(data["reasons"]["items"]) == 12
    assert all(item["lines"] for item in data["reasons"]["items"])


def test_a_packet_can_be_run_again() -> None:
    """Edition, both hashes, the version and the very command, with its blanks quoted."""
    data = data_of(REFUSAL, full_profile())["run_again"]
    rows = dict(data["rows"])
    assert rows["SHA-256 of the policy"] == POLICY.hash
    assert rows["SHA-256 of the case"] == load_case(REFUSAL, POLICY.vocabulary).hash
    assert rows["Software"].startswith("policykb ")
    assert "edition 2024" in rows["Policy"]
    assert data["command"] == "policykb packet 'a case.yaml'"


def test_the_same_packet_is_the_same_file() -> None:
    """Its times are those of the notice, never of the clock."""
    for ending in (".pdf", ".html"):
        assert face(REFUSAL, full_profile(), ending) == face(REFUSAL, full_profile(), ending)


def test_the_diagram_is_vector_art_on_a_page_of_its_own() -> None:
    """Its words can be searched, and nothing in it is an image of points."""
    reader = pypdf.PdfReader(BytesIO(face(REFUSAL, full_profile(), ".pdf")))
    last = reader.pages[-1]
    assert "NOT MET A.2(b)" in flat(last.extract_text())
    assert [len(page.images) for page in reader.pages] == [0] * len(reader.pages)
    assert last.mediabox.width > last.mediabox.height
    page = face(REFUSAL, full_profile(), ".html").decode("utf-8")
    assert page.count("<svg") == 1
    assert "<img" not in page


@pytest.mark.parametrize(("paper", "size"), [("letter", (612, 792)), ("a4", (595, 842))])
def test_the_profile_chooses_the_paper(paper: str, size: tuple[int, int]) -> None:
    """Letter where it does not say."""
    made = face(REFUSAL, replace(full_profile(), paper=paper), ".pdf")
    box = pypdf.PdfReader(BytesIO(made)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


def test_a_very_long_word_can_be_broken() -> None:
    """A hash, which has room of its own, stays whole; so does an ordinary word."""
    made = breakable({"a": ["x" * 60, "f" * 64, "ordinary words"]})
    assert made["a"][0].replace("\u200b", "") == "x" * 60
    assert max(map(len, made["a"][0].split("\u200b"))) < 30
    assert made["a"][1:] == ["f" * 64, "ordinary words"]


def test_a_pdf_is_tagged_and_says_what_it_is() -> None:
    """By PDF/UA-1: a title, a language, tags."""
    reader = pypdf.PdfReader(BytesIO(face(REFUSAL, full_profile(), ".pdf")))
    assert reader.metadata is not None
    assert reader.metadata.title == "Notice of adverse determination: Case EXAMPLE-1, Lemtrada (alemtuzumab)"
    assert str(reader.root_object["/Lang"]) == "en"
    assert "/StructTreeRoot" in reader.root_object
    assert "pdfuaid" in str(reader.xmp_metadata.stream.get_data() if reader.xmp_metadata else "")


# What the rules ask for


def tables() -> dict[str, list[list[str]]]:
    """The rows of each table of the rules in the documentation, by programme."""
    page = (ROOT / "docs" / "packet.md").read_text("utf-8")
    found = {}
    for heading, body in re.findall(r"### ([^\n]*)\n\n(\|.*?\n)\n", page, re.DOTALL):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in body.splitlines()[2:]]
        found[next(name for rule, name in RULES.items() if rule in heading)] = rows
    return found


@pytest.mark.parametrize("ending", [".pdf", ".html"])
@pytest.mark.parametrize("programme", RULES.values())
def test_every_row_of_the_rules_names_a_part_that_is_there(programme: str, ending: str) -> None:
    """The heading of each part stands in the packet, with the profile's words; in HTML it has that id."""
    made = face(REFUSAL, full_profile(programme), ending)
    headings = {**PARTS, **{part_of(key): heading for key, heading in APPEAL.items()}}
    there = titles(made) if ending == ".pdf" else re.findall(r"<h[23][^>]*>([^<]*)<", made.decode("utf-8"))
    rows = tables()[programme]
    assert len(rows) == {"medicaid": 6, "medicare_advantage": 5, "erisa": 7}[programme]
    for paragraph, _, parts, _ in rows:
        for part in re.findall(r"`([^`]*)`", parts):
            assert headings[part] in there, (paragraph, part)
            assert ending == ".pdf" or f'id="{part}"' in made.decode("utf-8")


@pytest.mark.parametrize("programme", RULES.values())
def test_a_profile_needs_what_the_rules_ask_for(programme: str) -> None:
    """Every key that a row leaves to the profile may not be missing, and its words are in the packet."""
    keys = {key for _, _, _, cell in tables()[programme] for key in re.findall(r"`([^`]*)`", cell)}
    assert keys <= {".".join(each) for each in needed(programme)}
    asked = {".".join(each) for each in needed(programme)} - {".".join(each) for each in needed("other")}
    assert asked <= keys | {"appeal.decision"}
    words = words_of(face(REFUSAL, full_profile(programme), ".html"), ".html")
    for key in keys:
        assert full_profile(programme).texts(*key.split("."))[0].replace("'", "&#39;") in words, key


def test_the_documentation_names_every_part() -> None:
    """In the order of the packet, but for the diagram, which comes last."""
    page = (ROOT / "docs" / "packet.md").read_text("utf-8")
    listed = re.findall(r"^\| `([^`]*)` \|", page.partition("## What stands where")[2].partition("##")[0], re.MULTILINE)
    assert sorted(listed) == sorted(PARTS)


# The profile


def test_the_example_is_a_profile_without_a_problem() -> None:
    """Its texts are paragraphs, its dates dates."""
    profile = load_profile(str(EXAMPLE))
    assert (profile.programme, profile.paper) == ("medicaid", "letter")
    assert profile.day("reviewer", "date") == date(2024, 6, 11)
    assert profile.texts("organisation", "address") == ("200 Example Street", "Springfield, ST 00000")


def test_an_empty_profile_has_to_be_filled_in() -> None:
    """Everything that it lacks is told at once, and it names every key."""
    found = problems(new_profile())
    assert {each.split()[0] for each in found} == {"not-filled-in"}
    for section, fields in SECTIONS.items():
        assert not section or f"{section}:" in new_profile()
        assert [key for key in fields if f"{key}: " not in new_profile()] == []


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_an_empty_profile_that_is_filled_in_is_whole(programme: str) -> None:
    """With the comment marks of a programme's keys gone, nothing is missing."""
    text = re.sub(r"^programme: .*$", f"programme: {programme}", new_profile(), flags=re.MULTILINE)
    text = re.sub(r'"\[[^"]*year-month-day\]"', "2024-06-01", text)
    text = re.sub(r'"\[([^"]*)\]"', r'"\1"', text)
    assert read_profile(text, "p.yaml").programme == programme


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("  phone: 555", "  fone: 555", "unknown-key 11: no key `fone` of `organisation` (did you mean `phone`?)"),
        ("member:", "membr:", "unknown-key 22: no key `membr` of a profile (did you mean `member`?)"),
        ("  name: Jordan Sample\n", "", "missing-key 22: the key `member.name` is missing: name of the member"),
        ("medicaid", "medicade", "not-in-enumeration 5: `programme` wants a programme, and `medicade` is none"),
        ("2024-06-12", "2024-06-31", "no-such-date 17: the date `2024-06-31` of `notice.date` does not exist"),
        ("2024-06-12", "12 June", "date-format 17: `notice.date` wants a date, found `12 June`"),
        ("2024-06-12", "[2024-06-12]", "list-for-value 17: `notice.date` wants a date, found a list"),
        ("name: Jordan Sample", "name: [Jordan]", "list-for-value 23: `member.name` wants a text, found a list"),
        ("Jordan Sample", "'[name of the member]'", "not-filled-in 23: `member.name` is not filled in"),
        ("paper: letter", "paper: legal", "not-in-enumeration 6: `paper` wants a paper, and `legal` is none"),
        ("programme: medicaid", "programme: erisa", "missing-right 40: the key `appeal.civil_action` is missing: "),
        ("programme: medicaid", "programme: medicare_advantage", "missing-right 16: the key `notice.approved_form` is"),
        ("organisation:", "organisation: here #", "yaml-syntax 9: "),
        ("member:", "member: &x", "yaml-alias 22: an anchor, `&x`, marks a value (remove it)"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_profile_is_told_with_its_place(old: str, new: str, wanted: str) -> None:
    """As strictly as in a case: with line, cause and a way out."""
    assert old in TEXT
    found = problems(TEXT.replace(old, new, 1))
    assert any(each.startswith(wanted) for each in found), found


@pytest.mark.parametrize("text", ["", "[]", "words", "- a"])
def test_a_profile_is_a_map(text: str) -> None:
    """Anything else is told what a profile is."""
    assert [each.split()[0] for each in problems(text)] == ["not-a-profile"]


@pytest.mark.parametrize(
    ("changed", "case", "wanted"),
    [
        ({}, "EXAMPLE-2", "the reviewer's determination is about the case `EXAMPLE-1`, and this is `EXAMPLE-2`"),
        ({("reviewer", "date"): date(2024, 6, 13)}, "EXAMPLE-1", "of 2024-06-13, comes after the notice, of "),
        ({("reviewer", "date"): date(2024, 6, 2)}, "EXAMPLE-1", "of 2024-06-02, comes before the request, of "),
    ],
)  # fmt: skip
def test_a_reviewer_denies_one_case_and_in_its_time(changed: dict[Any, Any], case: str, wanted: str) -> None:
    """A profile that is used again denies nobody else's request."""
    profile = load_profile(str(EXAMPLE))
    refuse_reviewer(profile, "EXAMPLE-1", date(2024, 6, 3))
    other = replace(profile, values={**profile.values, **changed})
    with pytest.raises(ProblemsError, match=re.escape(wanted)) as caught:
        refuse_reviewer(other, case, date(2024, 6, 3))
    assert all(problem.span != Span(0, 0, 0, 0) and problem.help for problem in caught.value.problems)


def test_every_code_of_a_packet_is_used() -> None:
    """The reference lists no problem that cannot occur, and none is reported that it does not list."""
    source = "".join(path.read_text("utf-8") for path in (ROOT / "explain").glob("*.py"))
    for code in PROFILE_CODES:
        assert source.count(f'"{code}"') >= 2, code


def test_a_redacted_profile_keeps_the_organisation_alone() -> None:
    """Names and numbers of persons go, the rights stay."""
    profile = redact_profile(load_profile(str(EXAMPLE)))
    shown = str(profile.values)
    for secret in ("Jordan", "LCH-", "1990-09-17", "Placeholder Lane", "PA-2024", "Alex", "Specimen", "EXAMPLE-1"):
        assert secret not in shown
    assert profile.text("member", "birth_date") == "1990"
    assert profile.text("organisation", "name") == "Lakeshore Community Health Plan"
