"""The JSON that programs read: each format against its JSON Schema, and ids that stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from explain.changes import Changes
from explain.changes_json import changes_json
from explain.core import core
from explain.json import answers_json, proof_json, repairs_json, report_json
from explain.proof import Proof
from explain.prover import prove
from explain.repair import repairs
from explain.report import report
from kb.decide import decide
from kb.policy import build_policy, lint_policy, load_policy
from kb.query import ask, question
from kb.read_case import load_case, read_case
from kb.trace import trace_json
from kb.what_if import what_if
from tests.explain.test_faces import case, proof_of
from tests.sampling import sample
from tests.support import FULL, MS
from tests.test_cases import CASES, EXAMPLES, HERE

SCHEMAS = HERE.parent / "docs" / "schemas"
NAMES = (
    "analysis",
    "answers",
    "changes",
    "cohort",
    "cohort-answers",
    "cohort-difference",
    "coverage",
    "difference",
    "mutants",
    "problems",
    "proof",
    "record",
    "repairs",
    "replay",
    "report",
    "suite",
    "trace",
)
EVERY = pytest.mark.parametrize("path", [*EXAMPLES, *CASES], ids=lambda path: path.name.removesuffix(".case.yaml"))
SOME = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name.removesuffix(".case.yaml"))
GOALS = ["eligible(P)", "inadequate_response(P, Drug)", r"\+ eligible(P)", "edss(P, Day, Score)"]


@cache
def schema(name: str) -> Any:
    return json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))


def faults(name: str, document: object) -> list[str]:
    """Where a document breaks its schema."""
    told = json.loads(json.dumps(document))
    return [f"{each.json_path}: {each.message}" for each in Draft202012Validator(schema(name)).iter_errors(told)]


@pytest.mark.sampled(20)
@EVERY
def test_a_report_keeps_to_its_schema(path: Path) -> None:
    """Of every shipped case."""
    assert faults("report", report_json(report(proof_of(path)))) == []


@pytest.mark.sampled(20)
@EVERY
def test_a_proof_keeps_to_its_schema(path: Path) -> None:
    """Of every shipped case."""
    assert faults("proof", proof_json(proof_of(path))) == []


@SOME
def test_a_core_keeps_to_the_schema_of_a_proof(path: Path) -> None:
    """Of every verdict."""
    assert faults("proof", proof_json(core(proof_of(path)))) == []


@pytest.mark.parametrize("goal", GOALS)
def test_answers_keep_to_their_schema(goal: str) -> None:
    """For all shipped cases at once, values that are not stated among them."""
    asked = question(load_policy("lemtrada"), goal)
    found = [ask(asked, load_case(path, asked.policy.vocabulary)) for path in sample([*EXAMPLES, *CASES], 20)]
    assert faults("answers", answers_json(asked, found)) == []


@SOME
def test_changes_keep_to_their_schema(path: Path) -> None:
    """With a fact dropped and a fact assumed."""
    policy = load_policy("lemtrada")
    record = load_case(path, policy.vocabulary)
    assumed = ["relapse('2020-01-01')", "baseline(skin_exam)"]
    after = what_if(record, policy.vocabulary, assumed)
    found = Changes(prove(decide(policy, record)), prove(decide(policy, after)), assumed, [])
    assert faults("changes", changes_json(found)) == []


@pytest.mark.parametrize("name", ["refused-three-unrelated", "pended-mri", "approved-hiv-addressed"])
def test_repairs_keep_to_their_schema(name: str) -> None:
    """Where there are some, and where nothing is to be repaired."""
    decision = proof_of(case(name)).decision
    assert faults("repairs", repairs_json(decision, repairs(decision, most=2))) == []


def test_the_problems_of_every_bad_policy_keep_to_their_schema() -> None:
    """As `lint --json` prints them."""
    for path in sorted((HERE / "bad").glob("*.pl")):
        problems, _ = lint_policy(path)
        assert faults("problems", [problem.as_json() for problem in problems]) == [], path.name


def test_the_trace_keeps_to_its_schema() -> None:
    """As `trace --json` prints it."""
    assert faults("trace", trace_json(load_policy("lemtrada"))) == []


def objects(node: object) -> Iterator[dict[str, Any]]:
    """Every schema of an object inside a schema."""
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield node
        for value in node.values():
            yield from objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from objects(value)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_admits_nothing_that_it_does_not_describe(name: str) -> None:
    """No object is open, each key has its words, and the schema itself is a valid one."""
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for each in objects(schema(name)):
        assert each["description"], each
        assert each.get("additionalProperties") is False or isinstance(each["additionalProperties"], dict)
        for key, value in each.get("properties", {}).items():
            assert value.keys() & {"description", "$ref"}, key


def test_a_schema_sees_what_is_wrong() -> None:
    """A key too many, a key that is missing, a value that is none."""
    told = report_json(report(proof_of(case("pended-mri"))))
    assert len(faults("report", {**told, "more": 1})) == 1
    assert len(faults("report", {**told, "verdict": "denied"})) == 1
    assert len(faults("report", {key: value for key, value in told.items() if key != "criteria"})) == 1
    told["criteria"][0]["children"] = [{}]
    assert faults("report", told)


def test_there_is_a_schema_for_every_format() -> None:
    """And no other."""
    assert {path.stem for path in SCHEMAS.glob("*.json")} == set(NAMES)


# Ids that stay


def small(policy: str = MS, record: str = FULL) -> Proof:
    built = build_policy(policy.encode(), "small.pl")
    return prove(decide(built, read_case(record, "case.yaml", built.vocabulary)))


def ids(proof: Proof) -> set[str]:
    return set(proof.ids.values())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "% A comment first.\n\n"),
        ('"a step drug failed"', '"failure of a step drug"'),
        ('noun("EDSS")', 'noun("disability score")'),
        ("step(P) :- step_drug(Drug), failed(P, Drug).", "step(P) :-\n    step_drug(Drug),\n    failed(P, Drug)."),
        ("step_drug(copaxone).", "step_drug(copaxone).\nspare(P) :- trial(P, avonex, _, _)."),
        ("edition('1')", "edition('2')"),
    ],
)
def test_an_edit_of_words_or_layout_keeps_every_id(old: str, new: str) -> None:
    """So do comments, clauses that nothing rests on, and a new edition."""
    assert old in MS
    changed = MS.replace(old, new, 1) if old else new + MS
    assert ids(small(changed)) == ids(small())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("case: A-1", "case: B-2"),
        ("case: A-1", "case: A-1\ntitle: Another title"),
        ("edss: 4.0", 'edss: {value: 4.0, source: "Note"}'),
        ("lesions: true", "lesions: {evidence: [{value: true}, {value: true, source: MRI}]}"),
    ],
)
def test_an_edit_of_names_or_sources_keeps_every_id(old: str, new: str) -> None:
    """What is proved is the same, whoever it is proved for and whatever it is read from."""
    assert ids(small(record=FULL.replace(old, new))) == ids(small())


def test_an_edit_of_one_clause_keeps_the_ids_of_the_others() -> None:
    """What the clause does not bear on is the same step as before."""
    before, after = small(), small(MS.replace("Score > 3.5", "Score > 3.0"))
    gone = {node.goal for node in before.nodes() if before.ids[node] not in ids(after)}
    assert 0 < len(gone) < 6
    assert len(ids(before) & ids(after)) > 15


def test_another_value_is_another_node() -> None:
    """An id that stayed there would hide a change."""
    assert ids(small(record=FULL.replace("edss: 4.0", "edss: 4.5"))) != ids(small())
