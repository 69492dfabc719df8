"""Evidence that says something else than what the record counts as: it is shown with its own value alone."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from explain.origins import Origins
from explain.packet_evidence import EvidenceList
from explain.phrases import Words
from explain.prover import prove
from explain.redact import redacted
from kb.case import Case
from kb.decide import decide
from kb.policy import Policy
from kb.read_case import read_case
from tests.commands.running import APPROVAL, changed, flat, run
from tests.support import policy_of

SMALL = """
:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(asked), section('A', "All")]).
:- type(dx, [one: "the first disease", two: "the second disease"]).
:- type(item, [hiv: "infection with HIV"]).
:- input(asked(P: case, Date: date), one, "When?").
:- input(born(P: case, Date: date), one, "Born?", [says("born on {Date}"), personal]).
:- input(dx(P: case, Dx: dx), one, "Which?", [says("diagnosis: {Dx}"), document]).
:- input(able(P: case), one, "Able?", [says("able to walk")]).
:- input(danger(P: case, Item: item), flags, "Danger?", [says("{Item}")]).
:- input(score(P: case, Date: date, Score: decimal), many, "Score?", [says("score {Score} on {Date}")]).
:- input(course(P: case, Start: date, End: date), one, "Course?", [says("course from {Start} to {End}")]).
:- input(seen(P: case, Date: date, By: text), one, "Seen?", [says("seen on {Date} by {By}"), noun("visit")]).
:- criterion(eligible/1, 'A', "eligible").
eligible(P) :- able(P).
"""
POLICY = policy_of(SMALL)


def case_of(line: str, policy: Policy = POLICY) -> Case:
    facts = line.startswith("evidence(")
    text = f"case('A-1').\n{line}" if facts else f"case: A-1\n{line}"
    return read_case(text, "case.pl" if facts else "case.yaml", policy.vocabulary)


def facts_of(case: Case) -> list[str]:
    """What is said of each fact of a case."""
    words = Words(decide(POLICY, case))
    return [words.fact(fact) for facts in case.facts.values() for fact in facts if fact.status.name != "UNDOCUMENTED"]


def rows_of(case: Case) -> list[tuple[str, str, str]]:
    """The evidence of a case as a packet lists it."""
    rows = EvidenceList(Words(decide(POLICY, case))).rows()
    return [(row["words"], row["source"], row["origin"]) for row in rows]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "score: [{date: 2023-12-11, score: {evidence: "
            "[{value: 4.0, source: r1}, {value: 3.0, source: r2, origin: override}]}}]",
            "score 3.0 on 2023-12-11 (override: r2; r1 says 4.0)",
        ),
        (
            "score: [{date: 2023-12-11, source: r1, score: {evidence: "
            "[{value: 4.0}, {value: 3.0, source: r2, origin: override}]}}]",
            "score 3.0 on 2023-12-11 (override: r2; r1 says 4.0)",
        ),
        (
            "born: {evidence: [{value: 2007-05-15, source: r1}, {value: 2006-05-15, origin: override, source: r2}]}",
            "born on 2006-05-15 (override: r2; r1 says 2007-05-15)",
        ),
        (
            "born: {evidence: [{value: 2006-05-15, source: r1}, {value: 2006-05-15, origin: override, source: r2}]}",
            "born on 2006-05-15 (r1; override: r2)",
        ),
        (
            "dx: {evidence: [{value: two}, {value: one, source: r0}, {value: one, origin: override}]}",
            "diagnosis: the first disease (r0; override; a document says the second disease)",
        ),
        (
            "dx: {evidence: [{value: one, source: r1}, {value: two, source: phone, origin: attestation}]}",
            "diagnosis: the first disease (r1; attested: phone says the second disease)",
        ),
        (
            "able: {evidence: [{value: true, source: r1}, {value: false, source: r2, origin: override}]}",
            "able to walk: no (override: r2; r1 says yes)",
        ),
        (
            "danger: {hiv: {evidence: [{value: false, source: r1}, {value: true, source: r2, origin: override}]}}",
            "infection with HIV (override: r2; r1 says no)",
        ),
        (
            "evidence(course('A-1', '2024-01-02', '2024-03-04'), document, r1).\n"
            "evidence(course('A-1', '2024-01-02', '2024-05-06'), override, r2).",
            "course from 2024-01-02 to 2024-05-06 (override: r2; r1 says end 2024-03-04)",
        ),
    ],
)
def test_what_was_settled_is_cited_and_the_rest_says_what_it_says(line: str, said: str) -> None:
    """A source is named for a value only where it states it; values are in the words of the policy."""
    assert facts_of(case_of(line)) == [said]


def test_each_piece_of_a_packet_stands_with_its_own_value() -> None:
    """Rows, values, truths: also where the piece was overridden."""
    case = case_of(
        "born: {evidence: [{value: 2007-05-15, source: r1}, {value: 2006-05-15, source: r2, origin: override}]}\n"
        "able: {evidence: [{value: false, source: r1}, {value: true, source: r2, origin: override}]}\n"
        "score: [{date: 2023-12-11, score: {evidence: [{value: 4.0, source: r1}, {value: 3.0, origin: override}]}}]\n"
    )
    assert rows_of(case) == [
        ("Born on 2007-05-15", "r1", "document"),
        ("Born on 2006-05-15", "r2", "override"),
        ("Able to walk: no", "r1", "document"),
        ("Able to walk", "r2", "override"),
        ("Score: 2023-12-11", "no source named", "document"),
        ("Score 4.0 on 2023-12-11", "r1", "document"),
        ("Score 3.0 on 2023-12-11", "no source named", "override"),
    ]


def test_each_piece_behind_a_sentence_stands_with_its_own_value() -> None:
    """The details of a page and of a picture name the line of every piece."""
    case = case_of("able: {evidence: [{value: false, source: r1}, {value: true, source: r2, origin: override}]}")
    origins = Origins(prove(decide(POLICY, case)))
    (fact,) = case.facts[POLICY.vocabulary.inputs["able"].predicate]
    assert list(origins.evidence(fact)) == [
        "able to walk: no (r1; document; line 2)",
        "able to walk (r2; override; line 2)",
    ]


def test_a_redacted_copy_hides_what_an_overridden_piece_says() -> None:
    """A personal date shows its year, a free text its token, and no source is told."""
    case = case_of(
        "born: {evidence: [{value: 2007-05-15, source: Jane}, {value: 2006-04-13, source: Roe, origin: override}]}\n"
        "seen: {date: 2007-05-15, by: {evidence: [{value: Smith, source: Jane}, {value: Mayo, origin: override}]}}\n"
    )
    copy = redacted(case, POLICY)
    assert facts_of(copy) == [
        "born on 2006 (override: [redacted]; [redacted] says 2007)",
        "seen on 2007 by [redacted 1] (override; [redacted] says [redacted 2])",
    ]
    assert [said for said, _, _ in rows_of(copy)] == [
        "Born on 2007",
        "Born on 2006",
        "Visit: 2007",
        "Seen on 2007 by [redacted 2]",
        "Seen on 2007 by [redacted 1]",
    ]
    pieces = [piece.value for facts in copy.facts.values() for fact in facts for piece in fact.evidence]
    assert pieces == ["2007", "2006", "date: 2007", "by: [redacted 2]", "by: [redacted 1]"]


@pytest.mark.parametrize("ending", [".txt", ".svg", ".html"])
def test_every_face_of_an_explanation_cites_the_override(ending: str, tmp_path: Path) -> None:
    """Text, picture and page say the same."""
    piece = (
        "{evidence: [{value: 2007-05-15, source: Registration}, {value: 2006-05-15, source: Seen, origin: override}]}"
    )
    case = changed(APPROVAL, tmp_path, ("birth_date: 1987-03-22", f"birth_date: {piece}"))
    assert run("explain", case, "--full", "-o", tmp_path / f"out{ending}").exit_code == 0
    shown = unescape(re.sub(r"<[^>]*>", " ", (tmp_path / f"out{ending}").read_text("utf-8")))
    shown = re.sub(r"\s+([;)])", r"\1", flat(shown))
    assert "born on 2006-05-15 (override: Seen; Registration says 2007-05-15)" in shown
    assert "(Registration; override" not in shown
