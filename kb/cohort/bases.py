"""Cases that ship with a policy, as members that a made-up cohort takes after."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kb.cohort.members import member
from kb.policy import Policy
from kb.problems import ProblemsError
from kb.read_case import load_case

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def bases(policy: Policy, folder: Path = EXAMPLES) -> tuple[Mapping[str, Any], ...]:
    """The members that the shipped cases of a policy come to; none, for a policy without any."""
    found = []
    for path in sorted(folder.glob("*.case.yaml")):
        if f"policy: {policy.vocabulary.header.name}\n" not in path.read_text("utf-8"):
            continue
        try:
            found.append(member(load_case(path, policy.vocabulary), policy))
        except ProblemsError:
            # A case of another edition, whose vocabulary is not this one's.
            continue
    return tuple(found)
