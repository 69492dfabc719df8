"""What the shipped cases cover; that each has the outcome that it states, the plugin of pytest tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from explain.outline import outline
from explain.prover import prove
from kb.answers import Status
from kb.decide import decide
from kb.policy import SHIPPED, Policy, load_policy
from kb.read_case import load_case

HERE = Path(__file__).parent
CASES = sorted((HERE / "cases").glob("*.case.yaml"))
# Grown by `policykb mutate --write-cases`: each notices a mistake that the others do not.
GROWN = sorted((HERE / "cases" / "mutants").glob("*.case.yaml"))
EXAMPLES = sorted((SHIPPED.parent / "examples").glob("*.case.yaml"))


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The shipped policy."""
    return load_policy("lemtrada")


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
