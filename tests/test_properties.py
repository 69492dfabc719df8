"""Properties that hold for every case, not only for the ones that we thought of."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import networkx
from hypothesis import given
from hypothesis import strategies as st

from explain.dot import dot
from explain.points import points
from explain.prover import prove
from explain.report import report
from kb.answers import Status
from kb.case import Case
from kb.decide import decide
from kb.policy import Policy
from tests.explain.shown import cut, labels
from tests.support import MS, case_of, policy_of

POLICY = policy_of(MS)
LEAVES = {"evidence", "absence", "listed", "comparison"}

days = st.dates().filter(lambda day: 2022 <= day.year <= 2024).map(str) | st.sampled_from(
    ["2023-01-31", "2023-02-28", "2024-02-29", "2023-12-31", "2024-01-01"]
)


def long_form(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value in short form, attested, or as two pieces of evidence that may contradict each other."""
    attested = value.map(lambda v: {"value": v, "origin": "attestation"})
    pieces = st.tuples(value, value).map(lambda both: {"evidence": [{"value": v} for v in both]})
    return value | attested | pieces


trials = st.fixed_dictionaries(
    {},
    optional={
        "drug": st.sampled_from(["avonex", "rebif", "copaxone", "other_drug"]),
        "start": days,
        "end": days,
        "source": st.just("note"),
    },
).filter(lambda row: row.keys() - {"source"})
INPUTS: Mapping[str, st.SearchStrategy[Any]] = {
    "requested_on": days,
    "trial": st.lists(trials, max_size=3),
    "relapse": st.lists(days | st.just({"value": None}), max_size=4),
    "edss": long_form(st.sampled_from(["3.4", "3.5", "3.6", "7"]).map(float)),
    "lesions": long_form(st.booleans()),
    "hazard": st.dictionaries(st.sampled_from(["hiv", "infection"]), st.booleans()),
}
records = st.fixed_dictionaries({}, optional=dict(INPUTS))


def as_case(policy: Policy, record: Mapping[str, Any]) -> Case:
    """A case from a record of plain values; JSON is YAML."""
    import json

    return case_of(policy, json.dumps({"case": "A-1", **record}))


def statuses(policy: Policy, case: Case) -> dict[str, Status]:
    """The status of every predicate that takes the case alone."""
    answers = decide(policy, case).answers
    names = ["step", "clear", "relapses", "disabled", "eligible"]
    from kb.syntax import Atom

    return {name: answers.status(Atom(name, (case.id,))) for name in names}


@given(records, st.data())
def test_documenting_more_never_undoes_a_decision(record: dict[str, Any], data: st.DataObject) -> None:
    """Once met or not met, a goal stays so whatever a silent input turns out to say."""
    silent = sorted(INPUTS.keys() - record.keys())
    if not silent:
        return
    key = data.draw(st.sampled_from(silent))
    more = {**record, key: data.draw(INPUTS[key])}
    before, after = statuses(POLICY, as_case(POLICY, record)), statuses(POLICY, as_case(POLICY, more))
    for name, status in before.items():
        assert status is Status.UNDOCUMENTED or after[name] is status, name


@given(records, st.randoms(use_true_random=False))
def test_the_order_of_facts_and_clauses_changes_nothing(record: dict[str, Any], chance: random.Random) -> None:
    """Shuffled clauses, bodies and rows give the same statuses."""
    clauses = [replace(c, body=tuple(chance.sample(c.body, len(c.body)))) for c in POLICY.program.clauses]
    chance.shuffle(clauses)
    shuffled = replace(POLICY, program=replace(POLICY.program, clauses=tuple(clauses)))
    case = as_case(POLICY, record)
    facts = {name: tuple(chance.sample(rows, len(rows))) for name, rows in case.facts.items()}
    assert statuses(shuffled, replace(case, facts=facts)) == statuses(POLICY, case)


@given(records)
def test_a_proof_is_acyclic_and_rests_on_evidence(record: dict[str, Any]) -> None:
    """The graph has no cycle, its leaves are evidence, absence, catalogue or comparison, its root the verdict."""
    decision = decide(POLICY, as_case(POLICY, record))
    proof = prove(decision)
    graph = proof.graph()
    assert networkx.is_directed_acyclic_graph(graph)
    kinds = {graph.nodes[name]["node"].kind for name in graph if graph.out_degree(name) == 0}
    assert kinds <= LEAVES
    assert proof.status is decision.status
    assert len(set(proof.ids.values())) == sum(1 for _ in proof.nodes())


@given(records)
def test_every_criterion_that_fails_is_in_the_proof_of_a_refusal(record: dict[str, Any]) -> None:
    """A case that is refused shows each conjunct of the root that fails, not the first alone."""
    decision = decide(POLICY, as_case(POLICY, record))
    if decision.status is not Status.NOT_MET:
        return
    shown = {node.criterion.predicate.name for node in prove(decision).nodes() if node.criterion}
    failing = {name for name, status in statuses(POLICY, decision.case).items() if status is Status.NOT_MET}
    assert failing & {"step", "clear"} <= shown


@given(records)
def test_every_criterion_that_the_report_lists_is_in_the_picture(record: dict[str, Any]) -> None:
    """What fails or lacks a document stands in the picture with the words of the report."""
    proof = prove(decide(POLICY, as_case(POLICY, record)))
    drawn = "\n".join(labels(dot(proof)))
    for point in (each for line in report(proof).checklist for each in points(line.point)):
        assert cut(point.words) in drawn


@given(records)
def test_what_is_undocumented_says_what_to_document(record: dict[str, Any]) -> None:
    """An undetermined verdict never comes without a way out."""
    found = report(prove(decide(POLICY, as_case(POLICY, record))))
    assert bool(found.missing) or found.proof.status is not Status.UNDOCUMENTED
