"""Any goal over a cohort: the counts are those of the members asked one by one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kb.answers import Status
from kb.cohort.goals import ask_cohort
from kb.cohort.members import member
from kb.policy import load_policy
from kb.problems import ProblemsError
from kb.query import ask, question
from kb.read_case import load_case
from tests.kb.cohort.cohort_files import lines
from tests.test_oracle import shipped

GOALS = ("inadequate_response(P, D)", r"\+ eligible(P)", "treatment(P, rebif, S, E), step_b(P)", "edss(P, _, 3.5)")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("goal", GOALS)
def test_a_goal_is_counted_as_the_members_answer_it(goal: str, tmp_path: Path) -> None:
    """Of several answers of one member the greatest counts."""
    policy = load_policy("lemtrada")
    cases = [load_case(file, policy.vocabulary) for file in shipped(policy)[:40]]
    rows = [member(case, policy) for case in cases]
    keys = {key for row in rows for key in row}
    path = lines(tmp_path, *({**dict.fromkeys(keys), **as_text(row)} for row in rows))
    found = ask_cohort(str(path), policy, goal, first=3, rows=15)
    asked = question(policy, goal)
    statuses = []
    for case in cases:
        _, answers = ask(asked, case)
        statuses.append(max((answer.status for answer in answers), default=Status.NOT_MET))
    counts = Counter(statuses)
    expected = (counts[Status.MET], counts[Status.NOT_MET], counts[Status.UNDOCUMENTED])
    assert (found.met, found.not_met, found.undocumented) == expected
    assert found.members == len(cases)
    met = [str(case.id.value) for case, each in zip(cases, statuses, strict=True) if each is Status.MET]
    assert list(found.first) == met[:3]


def as_text(row: dict[str, object]) -> dict[str, object]:
    """A row as JSON can have it."""
    import json

    made: dict[str, object] = json.loads(json.dumps(row, default=str))
    return made


def test_what_is_wrong_with_a_goal_is_told_before_the_data_is_read() -> None:
    """There is no such file, and nobody asks for it."""
    with pytest.raises(ProblemsError, match="query"):
        ask_cohort("none.parquet", load_policy("lemtrada"), "no_such_thing(P)")
