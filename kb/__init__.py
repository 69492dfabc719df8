"""Decides a case against a coverage policy: three truths, in Datalog.

    >>> from kb import load_policy, load_case, decide
    >>> policy = load_policy("lemtrada")
    >>> decision = decide(policy, load_case("my.case.yaml", policy))
    >>> decision.verdict

The names here, and those of ``explain``, are what other programs may build on; ``docs/api.md`` shows them.
"""

from __future__ import annotations

import os

from kb.answers import Status
from kb.case import Case
from kb.decide import Decision, decide
from kb.policy import Policy, load_policy
from kb.problems import ProblemsError
from kb.query import Answer, Question, ask, question

__all__ = [
    "Answer",
    "Case",
    "Decision",
    "Policy",
    "ProblemsError",
    "Question",
    "Status",
    "ask",
    "decide",
    "load_case",
    "load_policy",
    "question",
]


def load_case(path: str | os.PathLike[str], policy: Policy) -> Case:
    """The case of a file in YAML, JSON or Prolog facts, read against the vocabulary of a policy.

    Raises ``ProblemsError`` with everything that is wrong with it.
    """
    from kb.read_case import load_case as read

    return read(path, policy.vocabulary)
