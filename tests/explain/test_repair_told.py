"""What repairs say: the facts that are in the way, the values, the headings and the words of each."""

from __future__ import annotations

import pytest

from explain.repair import repairs
from kb.policy import Policy, load_policy
from tests.support import decided
from tests.test_cases import EXAMPLES

VACCINE = "live viral vaccine on 2023-06-01"
TUMOUR = "malignancy"


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The shipped policy."""
    return load_policy("lemtrada")


def example(name: str, **changed: str) -> str:
    """The text of a shipped example without what is expected of it, some of its keys with another value."""
    (path,) = (each for each in EXAMPLES if each.name == f"{name}.case.yaml")
    lines = path.read_text(encoding="utf-8").partition("\nexpect:")[0].splitlines()
    for key, value in changed.items():
        lines = [f"{key}: {value}" if line.startswith(f"{key}:") else line for line in lines]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("vaccine", "malignancy", "named"),
    [(True, "false", {VACCINE}), (False, "true", {TUMOUR}), (True, "true", {VACCINE, TUMOUR})],
)
def test_a_row_of_a_list_is_named_as_what_is_in_the_way(
    policy: Policy, vaccine: bool, malignancy: str, named: set[str]
) -> None:
    """A row cannot be taken back; that the request is a continuation only says which clause speaks of it."""
    rows = "[{vaccine: live_viral, date: 2023-06-01}]" if vaccine else "[]"
    text = example("pend", immunization=rows).replace("  malignancy: false\n", f"  malignancy: {malignancy}\n")
    found = repairs(decided(policy, text))
    assert not found.found
    assert {each.partition(";")[0] for each in found.blocked} == named
    assert all("; in the way of " in each for each in found.blocked)
