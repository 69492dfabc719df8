"""The shipped cases have the outcome that each of them states."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from explain.outline import outline
from explain.points import Point
from explain.prover import prove
from kb.answers import Status
from kb.decide import decide
from kb.policy import SHIPPED, Policy, load_policy
from kb.read_case import load_case

HERE = Path(__file__).parent
CASES = sorted((HERE / "cases").glob("*.case.yaml"))
EXAMPLES = sorted((SHIPPED.parent / "examples").glob("*.case.yaml"))


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The shipped policy."""
    return load_policy("lemtrada")


def deciding(point: Point, status: Status) -> Iterator[Point]:
    """The deepest criteria that give a point a status, each reached through nothing but that status."""
    if point.status is status and point.kind != "apart":
        deeper = [found for child in point.children for found in deciding(child, status)]
        yield from deeper or ([point] if point.kind == "criterion" else [])


def sections(root: Point, status: Status) -> set[str]:
    """The sections of the criteria that stand in the way, in that status."""
    tops = [child for child in root.children if child.status is status]
    return {found.section for child in tops for found in deciding(child, status)}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_a_shipped_case_has_the_outcome_that_it_states(policy: Policy, path: Path) -> None:
    """The verdict, the criteria that fail, those that lack a document, and the verdict under other readings."""
    case = load_case(path, policy.vocabulary)
    assert isinstance(case.expect, dict)
    expect = {"not_met": [], "undocumented": [], "readings": {}, **case.expect}
    assert expect.keys() == {"verdict", "not_met", "undocumented", "readings"}
    decision = decide(policy, case)
    assert decision.verdict == expect["verdict"]
    root = outline(prove(decision))
    assert sections(root, Status.NOT_MET) == set(expect["not_met"])
    assert sections(root, Status.UNDOCUMENTED) == set(expect["undocumented"])
    for chosen, verdict in expect["readings"].items():
        name, _, value = chosen.partition("=")
        assert decide(policy, case, {name: value}).verdict == verdict, chosen


def test_the_shipped_cases_are_many_and_of_every_verdict(policy: Policy) -> None:
    """There are cases that are approved, pended and refused, of both kinds of request, at every boundary."""
    kinds = [path.name.partition("-")[0] for path in CASES]
    for kind, least in (("approved", 10), ("refused", 30), ("pended", 20), ("conflict", 4), ("boundary", 20)):
        assert kinds.count(kind) >= least
    assert sum("continuation" in path.name for path in CASES) >= 15


def test_every_top_criterion_fails_alone_in_some_case_and_is_undocumented_alone_in_some(policy: Policy) -> None:
    """For each criterion of both kinds of request there is a case that hangs on it and on nothing else."""
    alone: dict[Status, set[str]] = {Status.NOT_MET: set(), Status.UNDOCUMENTED: set()}
    every = set()
    for path in (*CASES, *EXAMPLES):
        root = outline(prove(decide(policy, load_case(path, policy.vocabulary))))
        tops = [child for child in root.children if child.kind == "criterion"]
        every |= {top.section for top in tops}
        for status, found in alone.items():
            failing = {top.section for top in tops if top.status is not Status.MET}
            if len(failing) == 1 and root.status is status:
                found |= failing
    assert every - alone[Status.NOT_MET] <= {"DIAGNOSIS"}, "a form that DIAGNOSIS leaves out fails A.1 as well"
    assert every - alone[Status.UNDOCUMENTED] <= {"DIAGNOSIS"}
