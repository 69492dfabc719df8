"""Made-up members by DuckDB and by SWI-Prolog, one by one: every status of everybody alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from kb.answers import Answers, Status
from kb.case import Case
from kb.case_nodes import Mapping as MapNode
from kb.case_nodes import Node, Scalar
from kb.case_nodes import Sequence as ListNode
from kb.case_text import case_text
from kb.cohort.bases import bases
from kb.cohort.decide import decide
from kb.cohort.job import Job
from kb.cohort.records import case_record
from kb.cohort.statuses import WORDS, Bit, status
from kb.cohort.synthetic import synthetic
from kb.policy import Policy, load_policy
from kb.read_case import CaseText
from kb.syntax import Constant, Span
from tests.kb.cohort.cohort_files import rows_of, without_gaps
from tests.kb.cohort.engines import held, judge
from tests.oracle.court import judged
from tests.oracle.oracle import Question, answer

# All parts are a million members; `make test` takes four of them, ten thousand members.
PARTS, PART = 400, 2_500
NOWHERE = Span(1, 1, 1, 1)
read = status


def node(value: Any) -> Node:
    """A value of a record as a case file would have it; to write it down and read it again takes ten times as long."""
    match value:
        case dict():
            return MapNode(tuple([(scalar(str(key), True), node(each)) for key, each in value.items()]), NOWHERE)
        case list():
            return ListNode(tuple(map(node, value)), NOWHERE)
        case bool():
            return scalar(str(value).lower(), True)
    return scalar(str(value), not isinstance(value, str))


# Of many members the values are few.
@lru_cache(20_000)
def scalar(text: str, plain: bool) -> Scalar:
    return Scalar(text, plain, NOWHERE)


def case_of(record: Mapping[str, object], policy: Policy) -> Case:
    return CaseText("members", "", "", node(record)).case(policy.vocabulary)


def apart(bits: Sequence[Bit], row: dict[str, int], case: Constant, answers: Answers) -> list[str]:
    """A line for each status that the two have otherwise."""
    there = {predicate for predicate, rows in answers.rows.items() if rows}
    found = []
    for bit in bits:
        output, theirs = bit.output, read(bit, row)
        ours = held(answers, case, output) if output.predicate in there else Status.NOT_MET
        if ours is not theirs:
            found.append(f"{output.column}: {WORDS[ours]} by SWI-Prolog, {WORDS[theirs]} by DuckDB")
    return found


def disagreement(policy: Policy, data: Path, count: int, folder: Path, readings: Mapping[str, str]) -> str:
    """Decide so many members by both: nothing, or the first who differs, as a case file, and the smallest like it."""
    found = decide(Job(policy, readings, str(data), str(folder), "test"))
    with duckdb.connect() as engine:
        members = rows_of(engine.execute("SELECT * FROM read_parquet(?)", [str(data)]))
        files = [str(each) for each in found.parts]
        statuses = {row["case"]: row for row in rows_of(engine.execute("SELECT * FROM read_parquet(?)", [files]))}
    assert len(statuses) == len(members) == count
    # What a clause asks for beside criteria is no predicate of the policy.
    bits = [bit for bit in found.manifest.bits if bit.output.kind != "goal"]
    assert policy.path is not None
    # One case after the other, so that never all of them are held.
    questions = (Question(case_of(case_record(row, policy), policy), readings) for row in members)
    told = answer(Path(policy.path), judged(policy), questions)
    for row, answers in zip(members, told, strict=True):
        if lines := apart(bits, statuses[row["case"]], Constant("text", row["case"]), answers):
            record = case_record(row, policy)
            return "\n".join([*lines, case_text(record), smallest(policy, record, readings)])
    return otherwise_alone(policy, data, folder, readings, statuses)


def otherwise_alone(
    policy: Policy, data: Path, folder: Path, readings: Mapping[str, str], statuses: Mapping[str, Mapping[str, Any]]
) -> str:
    """The members without a gap, decided by themselves and so by another statement: the first that is not the same."""
    whole = data.with_suffix(".whole.parquet")
    without_gaps(policy, data, whole)
    found = decide(Job(policy, readings, str(whole), f"{folder} whole", "test"))
    with duckdb.connect() as engine:
        rows = rows_of(engine.execute("SELECT * FROM read_parquet(?)", [[str(each) for each in found.parts]]))
    wrong = [row["case"] for row in rows if row != statuses[row["case"]]]
    return f"{wrong[0]} is decided otherwise among those without a gap" if wrong else ""


def smallest(policy: Policy, record: Mapping[str, object], readings: Mapping[str, str]) -> str:
    """The smallest such case on which pyDatalog and DuckDB differ, if these two do."""
    return judge(policy, [dict(record)], readings) or "pyDatalog says what DuckDB says"


def random_readings(policy: Policy, seed: int) -> dict[str, str]:
    random = Random(seed)
    return {name: random.choice(each.values) for name, each in policy.vocabulary.readings.items()}


def made(policy: Policy, folder: Path, first: int, *counts: int) -> list[Path]:
    """Files of so many members each, those of one number after the other."""
    paths = [folder / f"{place}.parquet" for place in range(len(counts))]
    with duckdb.connect() as engine:
        # Half of the time goes into the plan of the statement, however many members there are.
        statement = synthetic(policy, "many", first, first + sum(counts), bases(policy))
        engine.execute(f"CREATE TABLE member AS {statement}")
        start = 0
        for path, count in zip(paths, counts, strict=True):
            engine.execute(
                f"COPY (SELECT * FROM member ORDER BY rowid LIMIT {count} OFFSET {start}) TO '{path}' (FORMAT parquet)"
            )
            start += count
    return paths


@pytest.mark.sampled(100)
@pytest.mark.parametrize("part", range(PARTS))
def test_many_members_are_decided_alike(part: int, tmp_path: Path) -> None:
    """One half under the default readings, the other under random ones; whoever differs is shown as a case file."""
    policy = load_policy("lemtrada")
    halves = made(policy, tmp_path, part * PART, PART // 2, PART // 2)
    for data, readings in zip(halves, ({}, random_readings(policy, part)), strict=True):
        wrong = disagreement(policy, data, PART // 2, data.with_suffix(""), readings)
        assert not wrong, wrong


def test_a_disagreement_is_shown_as_a_case_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were not met taken for undocumented, the first member with a criterion not met would show it."""

    def doubtful(bit: Bit, row: dict[str, int]) -> Status:
        found = status(bit, row)
        return Status.UNDOCUMENTED if found is Status.NOT_MET else found

    monkeypatch.setitem(globals(), "read", doubtful)
    policy = load_policy("lemtrada")
    (data,) = made(policy, tmp_path, 0, 5)
    wrong = disagreement(policy, data, 5, tmp_path / "out", {})
    assert "not met by SWI-Prolog, undocumented by DuckDB" in wrong
    assert "\nrequest_kind: " in wrong or "\nrequested_on: " in wrong
    assert wrong.endswith("pyDatalog says what DuckDB says")
