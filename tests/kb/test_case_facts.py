"""Case files as Prolog facts: the same case as in YAML."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.answers import Status
from kb.case import Case, Evidence
from kb.problems import ProblemsError
from kb.read_case import read_case
from kb.syntax import Constant, Unknown
from tests.kb.small_vocabulary import CASE_ID, VOCABULARY, fact, facts, read
from tests.sampling import tries

FACTS = """\
case('A-1').
policy('A-1', lemtrada).
title('A-1', "a member").
requested_on('A-1', '2024-03-02').
edss('A-1', 3.5).
attacks('A-1', 2).
npi('A-1', "0012").
reply('A-1', unknown).
pregnant('A-1').
absent(consulted('A-1')).
site('A-1', home, unknown).
contraindication('A-1', active_infection).
absent(contraindication('A-1', hiv)).
trial('A-1', avonex, '2023-01-01', '2023-06-01').
trial('A-1', rebif, unknown, '2023-09-01').
evidence(mri('A-1', '2024-01-01', 2), attestation, "call").
none('A-1', relapse).
"""
YAML = """\
case: A-1
policy: lemtrada
title: a member
requested_on: 2024-03-02
edss: 3.5
attacks: 2
npi: "0012"
reply: unknown
pregnant: true
consulted: false
site: {place: home}
contraindication: {active_infection: true, hiv: false}
trial:
  - {drug: avonex, start: 2023-01-01, end: 2023-06-01}
  - {drug: rebif, end: 2023-09-01}
mri: [{date: 2024-01-01, new_lesions: 2, source: call, origin: attestation}]
relapse: []
"""


def said(case: Case) -> dict[object, object]:
    """What a case says, without the lines that it says it on."""
    return {
        predicate: [(each.row, each.status, each.reason, dict(each.gaps or {})) for each in facts]
        for predicate, facts in case.facts.items()
    }


def test_facts_and_yaml_say_the_same() -> None:
    """Row for row, with the same gaps and the same complete lists."""
    one, other = read(FACTS, "case.pl"), read(YAML)
    assert said(one) == said(other)
    assert set(one.complete) == set(other.complete)
    assert (one.id, one.title) == (other.id, other.title)


def test_evidence_wraps_any_fact() -> None:
    """A fact, an absence, an empty list."""
    case = read(
        "evidence(edss('A-1', 3.5), override, \"examination\").\n"
        "evidence(absent(pregnant('A-1')), document, note).\n"
        "evidence(none('A-1', relapse), document, \"chart\").\n",
        "case.pl",
    )
    assert fact(case, "edss").evidence == (Evidence("3.5", "examination", "override", "case.pl:2"),)
    assert fact(case, "pregnant").evidence == (Evidence("false", "note", "document", "case.pl:3"),)
    assert list(case.complete.values()) == [(Evidence("[]", "chart", "document", "case.pl:4"),)]


def test_different_facts_of_one_value_conflict() -> None:
    """Field by field; both pieces are kept."""
    case = read(
        "edss('A-1', 3.0).\nedss('A-1', 4.0).\nsite('A-1', home, '2024-01-01').\nsite('A-1', clinic, '2024-01-01').",
        "x.pl",
    )
    found = fact(case, "edss")
    assert (found.status, found.reason, len(found.evidence)) == (Status.UNDOCUMENTED, "conflicting", 2)
    assert fact(case, "site").row[1] == Unknown("site.Place")
    assert fact(case, "site").gaps == {"Place": "conflicting"}


def test_a_fact_and_its_absence_conflict() -> None:
    """Of a flag and of a yes-or-no; an override wins."""
    flag = "contraindication('A-1', hiv)"
    text = f"pregnant('A-1').\nabsent(pregnant('A-1')).\n{flag}.\nabsent({flag})."
    case = read(text, "x.pl")
    assert fact(case, "pregnant").reason == "conflicting"
    assert facts(case, "contraindication")[0].reason == "conflicting"
    overridden = read(text + "\nevidence(absent(pregnant('A-1')), override, \"\").", "x.pl")
    assert fact(overridden, "pregnant").status is Status.NOT_MET


def test_a_row_given_twice_is_one_fact_with_both_sources() -> None:
    """The document counts beside the attestation."""
    text = "evidence(mri('A-1', '2024-01-01', 2), %s, \"%s\").\n"
    found = fact(read(text % ("attestation", "call") + text % ("document", "report"), "x.pl"), "mri")
    assert found.status is Status.MET
    assert [each.source for each in found.evidence] == ["call", "report"]
    assert found.evidence[0].value == "date: 2024-01-01, new_lesions: 2"


def test_unknown_is_a_value_where_its_enumeration_has_it() -> None:
    """`reply` may be `unknown`, and then that is what is stated."""
    assert fact(read("reply('A-1', unknown).", "x.pl"), "reply").row == (CASE_ID, Constant("atom", "unknown"))
    assert fact(read("edss('A-1', unknown).", "x.pl"), "edss").reason == "missing"


def test_a_case_may_have_a_number_for_its_name() -> None:
    """It is kept as text."""
    assert read("case(12).\nedss(12, 3.5).", "x.pl").id == Constant("text", "12")


def test_syntax_problems_are_those_of_the_policy_language() -> None:
    """All are shown together with what is wrong with the other facts."""
    with pytest.raises(ProblemsError) as caught:
        read("edss('A-1' 3.5).\nedds('A-1', 3.5).\nedss(\"A-1\", 'no end).\n", "x.pl")
    codes = [problem.code for problem in caught.value.problems]
    assert "unknown-fact" in codes
    assert len(codes) >= 2


PARTS = st.sampled_from(
    [
        *VOCABULARY.inputs, "case('A-1').\n", "'A-1'", "(", ")", ", ", ".\n", "absent(", "none(", "evidence(",
        "document", "unknown", "'2024-01-01'", "'2024-02-30'", "3.5", "avonex", "X", "_", ":- ", '"a"', "[", "]",
        "-", "\\+", "%", "'", "title(", "policy(", "\x00", "é",
    ]
)  # fmt: skip
NEAR = st.lists(PARTS, max_size=30).map("".join)
WELL_FORMED = st.lists(
    st.tuples(
        st.sampled_from([*VOCABULARY.inputs, "none", "absent", "evidence", "case", "title", "policy", "other"]),
        st.lists(
            st.sampled_from(["'A-1'", "'B'", "3", "hiv", "x(1)", "edss('A-1', 3)", "[a]", "X", "a/b"]), max_size=4
        ),
    ).map(lambda pair: f"{pair[0]}({', '.join(pair[1])}).\n" if pair[1] else f"{pair[0]}.\n"),
    max_size=6,
).map("".join)


@settings(max_examples=tries(300, 60))
@given(st.one_of(st.text(), NEAR, WELL_FORMED), st.sampled_from(["", "case('A-1').\n"]))
def test_any_text_is_a_case_or_a_problem(text: str, named: str) -> None:
    """No text whatsoever raises anything else."""
    try:
        read_case(named + text, "case.pl", VOCABULARY)
    except ProblemsError as error:
        told = str(error)
    else:
        told = ""
    assert all(char == "\n" or (char >= " " and not "\x7f" <= char <= "\x9f") for char in told)
