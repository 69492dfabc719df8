"""The form of a case file: the JSON Schema and the template agree with the reader."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest

from kb.answers import Status
from kb.case_nodes import Mapping, Node, Sequence, read_nodes
from kb.case_problems import Report
from kb.case_values import TRUTHS, written
from kb.problems import ProblemsError
from kb.read_case import read_case
from kb.schema import json_schema, template
from kb.syntax import NOWHERE
from kb.vocabulary import Type, Vocabulary
from tests.kb.small_vocabulary import HEADER, VOCABULARY, declare, enumerate_values

SCHEMA = json_schema(VOCABULARY)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def plain_data(node: Node | None) -> Any:
    """What a YAML 1.2 editor hands to a validator."""
    if isinstance(node, Mapping):
        return {key.text: plain_data(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [plain_data(item) for item in node.items]
    assert node is not None
    match written(node.text, node.plain):
        case "nothing":
            return None
        case "truth":
            return TRUTHS[node.text]
        case "number":
            return float(node.text) if re.search("[.eE]", node.text) else int(node.text)
        case _:
            return node.text


def both(text: str) -> tuple[bool, bool]:
    """Whether the reader takes a text, and whether the schema does."""
    try:
        read_case(text, "case.yaml", VOCABULARY)
        taken = True
    except ProblemsError:
        taken = False
    return taken, VALIDATOR.is_valid(plain_data(read_nodes(text, Report("case.yaml", text))))


VALID = """\
{}
policy: lemtrada
policy: ../lemtrada.pl
policy: ~
title: some words
title: 12
expect: {verdict: proved, not_met: []}
expect: refuted
expect: ~
edss: 3.5
edss: 4
edss: -1
edss: .5
edss: ~
edss:
edss: {value: 3.5}
edss: {value: ~}
edss: {value: 3.5, source: MRI report, origin: document}
edss: {value: 3.5, source: ~, origin: ~}
edss: {value: 3.5, source: 12, origin: attestation}
edss: {evidence: [{value: 3.5, source: x, origin: override}, {value: 4.0}]}
edss: {evidence: [3.5]}
attacks: 2
attacks: 2.0
pregnant: true
pregnant: False
pregnant: {value: false, source: note}
requested_on: 2024-03-02
requested_on: "2024-02-29"
npi: "0123"
npi: 123
reply: "yes"
reply: yes
reply: "12"
site: {place: clinic}
site: {place: {value: home}, since_when: 2024-01-01, source: note, origin: attestation}
site: {}
site: ~
contraindication: {hiv: true, active_infection: {value: false, source: note}}
contraindication: {hiv: ~}
contraindication: {}
contraindication: ~
trial: []
trial: ~
trial: [{drug: avonex, start: 2024-01-01, end: {value: 2024-02-01, source: claims}, source: note, origin: document}]
trial: [{drug: avonex}]
trial: {rows: [], source: chart}
trial: {rows: ~}
relapse: [2024-01-01, {value: 2024-02-01, source: note}, {evidence: [2024-03-01]}, {value: ~}]
relapse: {rows: [2024-01-01], source: chart, origin: document}
""".splitlines()

INVALID = """\
polisy: lemtrada
policy: other
title: [a]
title: true
edss: high
edss: "3.5"
edss: true
edss: [3.5]
edss: {score: 3.5}
edss: {value: 3.5, sauce: x}
edss: {source: x}
edss: {}
edss: {value: [3.5]}
edss: {value: 3.5, origin: hearsay}
edss: {value: 3.5, source: " "}
edss: {value: 3.5, evidence: [{value: 3.5}]}
edss: {evidence: []}
edss: {evidence: 3.5}
edss: {evidence: [{source: x}]}
edss: {evidence: [~]}
edss: {evidence: [{value: ~}]}
edss: {evidence: [{evidence: [{value: 3.5}]}]}
attacks: 2.5
attacks: "2"
pregnant: no
pregnant: "true"
pregnant: 1
requested_on: 2024-02-30
requested_on: 2024-3-2
requested_on: 2024-03-02T10:00:00
requested_on: soon
requested_on: 20240302
npi: true
npi: " "
reply: 12
reply: maybe
site: clinic
site: [clinic]
site: {place: moon}
site: {place: clinic, until: 2024-01-01}
contraindication: hiv
contraindication: [hiv]
contraindication: {hvi: true}
contraindication: {hiv: no}
trial: avonex
trial: no
trial: {drug: avonex}
trial: [avonex]
trial: [{drug: no}]
trial: [{}]
trial: [{drug: ~}]
trial: [{source: x}]
trial: [~]
trial: [{drug: avonex, until: 2024-01-01}]
trial: {rows: no}
trial: {rows: [], more: 1}
relapse: 2024-01-01
relapse: [~]
relapse: [{date: 2024-01-01}]
relapse: [[2024-01-01]]
relapse: [{source: x}]
""".splitlines()


def document(line: str) -> str:
    """A case file with one line of content."""
    return "case: A-1\n" + ("" if line == "{}" else line + "\n")


def test_the_schema_is_a_schema() -> None:
    """It is valid by the draft that it names."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("line", VALID)
def test_what_is_valid_is_valid_by_both(line: str) -> None:
    """Reader and schema take the same documents."""
    assert both(document(line)) == (True, True)


@pytest.mark.parametrize("line", INVALID)
def test_what_is_invalid_is_invalid_by_both(line: str) -> None:
    """Reader and schema refuse the same documents."""
    assert both(document(line)) == (False, False)


def test_a_case_must_be_named_by_both() -> None:
    """Without `case`, neither takes it."""
    assert both("edss: 3.5\n") == (False, False)
    assert both("case:\n") == (False, False)
    assert both("case: 007\n") == (True, True)


def test_questions_and_labels_describe_the_schema() -> None:
    """An editor can show what is asked and what a value means."""
    assert SCHEMA["properties"]["requested_on"]["description"] == "When was the request made?"
    assert "avonex: Avonex (interferon beta-1a)" in SCHEMA["$defs"]["drug"]["description"]
    assert SCHEMA["properties"]["contraindication"]["properties"]["hiv"]["description"] == "HIV infection"


def test_a_type_that_is_not_declared_is_a_text() -> None:
    """The schema stays whole where the vocabulary has a gap."""
    vocabulary = Vocabulary(HEADER, {}, {"x": declare("x", "one", "Value: nothing_known")}, {}, {}, ())
    assert json_schema(vocabulary)["properties"]["x"]["$ref"] == "#/$defs/text-slot"


def test_the_template_as_it_stands_documents_nothing() -> None:
    """Every fact of the empty template is undocumented, for nothing is given."""
    text = template(VOCABULARY)
    case = read_case(text, "new.yaml", VOCABULARY)
    assert not case.complete
    assert {(fact.status, fact.reason) for facts in case.facts.values() for fact in facts} == {
        (Status.UNDOCUMENTED, "missing")
    }
    assert both(text) == (True, True)


def test_the_template_filled_in_is_valid() -> None:
    """The examples of the template are a case that reader and schema take, and leave no gap."""
    text = "\n".join(filled(template(VOCABULARY)))
    assert both(text) == (True, True)
    case = read_case(text, "new.yaml", VOCABULARY)
    assert all(fact.status is not Status.UNDOCUMENTED for facts in case.facts.values() for fact in facts)
    assert all(fact.gaps is None for facts in case.facts.values() for fact in facts)


def filled(text: str) -> list[str]:
    """The lines of a template from `case:` on, examples taken into use, prose left out."""
    lines = text.splitlines()
    after = lines[lines.index("case: CASE-ID") :]
    return [re.sub(r"^#(?! \S)", "", line) for line in after]


def test_the_template_asks_every_question() -> None:
    """Each input has its question, its values and its form, in the group of its kind."""
    text = template(VOCABULARY)
    for declared in VOCABULARY.inputs.values():
        assert f"# {declared.question}" in text
        assert f"\n#{declared.name}:" in text
    assert text.index("---- One value each") < text.index("---- True or false") < text.index("---- Lists")
    assert "# drug: one of avonex, rebif, tysabri" in text
    assert "# HIV infection" in text


def test_odd_words_of_a_policy_leave_the_template_whole() -> None:
    """Newlines, quotes and escapes in questions, labels and values do not break out of a comment or a quote."""
    odd = {'say "x": [': "a\nlabel: \x1b[0m", "no": "", "ünder": "", "back\\slash": "", "~": "", "1": "", "# x": ""}
    types = {"odd": Type("odd", odd, NOWHERE), "many": enumerate_values("many", **{f"v{i}": "" for i in range(99)})}
    inputs = {
        "odd_one": declare("odd_one", "flags", "Odd: odd", question="first\nedss: 3 \x1b[0m"),
        "odd_two": declare("odd_two", "one", "Odd: odd"),
        "odd_many": declare("odd_many", "one", "Many: many"),
    }
    vocabulary = Vocabulary(HEADER, types, inputs, {}, {}, ())
    text = template(vocabulary)
    assert "\x1b" not in text
    assert "and 39 more" in " ".join(text.split("\n# "))
    case = read_case(text, "new.yaml", vocabulary)
    assert all(fact.reason == "missing" for facts in case.facts.values() for fact in facts)
    case = read_case("\n".join(filled(text)), "new.yaml", vocabulary)
    assert len(case.facts[inputs["odd_one"].predicate]) == len(odd)
    assert all(fact.status is Status.MET for facts in case.facts.values() for fact in facts)


def test_the_keys_of_every_case_yield_to_no_input() -> None:
    """An input named `title` does not change what `title` means."""
    vocabulary = Vocabulary(HEADER, {}, {"title": declare("title", "one", "Value: integer")}, {}, {}, ())
    assert json_schema(vocabulary)["properties"]["title"] == SCHEMA["properties"]["title"]
