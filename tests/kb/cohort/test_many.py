"""Ten thousand made-up members by DuckDB, and a sample of them by pyDatalog, one by one: every status alike."""

from __future__ import annotations

from pathlib import Path
from random import Random

import duckdb
import pytest

from kb.answers import Status
from kb.case_text import case_text
from kb.cohort.bases import bases
from kb.cohort.decide import Job, decide
from kb.cohort.records import case_record
from kb.cohort.statuses import WORDS, Bit, status
from kb.cohort.synthetic import synthetic
from kb.decide import decide as decide_case
from kb.policy import Policy, load_policy
from kb.read_case import read_case
from tests.kb.cohort.cohort_files import rows_of
from tests.kb.cohort.engines import decided
from tests.kb.cohort.test_engines import alternatives
from tests.sampling import tries

COUNT, SAMPLE = 10_000, tries(1000, 90)
judged = status


def disagreement(policy: Policy, data: Path, folder: Path, readings: dict[str, str], sample: int, seed: int) -> str:
    """Decide everybody by DuckDB and a sample by pyDatalog: nothing, or the first who differs, as a case file."""
    found = decide(Job(policy, readings, str(data), str(folder), "test"))
    with duckdb.connect() as engine:
        members = rows_of(engine.execute("SELECT * FROM read_parquet(?)", [str(data)]))
        files = [str(each) for each in found.parts]
        statuses = {row["case"]: row for row in rows_of(engine.execute("SELECT * FROM read_parquet(?)", [files]))}
    assert len(statuses) == len(members)
    for row in Random(seed).sample(members, sample):
        text = case_text(case_record(row, policy))
        decision = decide_case(policy, read_case(text, "case.yaml", policy.vocabulary), readings)
        wrong = [
            f"{bit.output.column}: {WORDS[ours]} by pyDatalog, {WORDS[theirs]} by DuckDB"
            for bit in found.manifest.bits
            # What a clause asks for beside criteria is no predicate of the policy.
            if bit.output.kind != "goal"
            and (ours := decided(decision, bit.output)) is not (theirs := judged(bit, statuses[row["case"]]))
        ]
        if wrong:
            return "\n".join([*wrong, text])
    return ""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    policy = load_policy("lemtrada")
    path = tmp_path_factory.mktemp("many") / "members.parquet"
    members = synthetic(policy, "many", 0, COUNT, bases(policy))
    duckdb.connect().execute(f"COPY ({members}) TO '{path}' (FORMAT parquet)")
    return path


@pytest.mark.parametrize("which", ["default", "alternative"])
def test_a_sample_of_many_members_is_decided_alike(which: str, data: Path, tmp_path: Path) -> None:
    """Under the default readings and under others; whoever differs is shown as a case file."""
    policy = load_policy("lemtrada")
    readings = alternatives(policy) if which == "alternative" else {}
    sample = SAMPLE if which == "default" else SAMPLE // 3
    wrong = disagreement(policy, data, tmp_path / "out", readings, sample, len(which))
    assert not wrong, wrong


def test_a_disagreement_is_shown_as_a_case_file(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were not met taken for undocumented, the first member with a criterion not met would show it."""

    def doubtful(bit: Bit, row: dict[str, int]) -> Status:
        found = status(bit, row)
        return Status.UNDOCUMENTED if found is Status.NOT_MET else found

    monkeypatch.setitem(globals(), "judged", doubtful)
    few = tmp_path / "few.parquet"
    duckdb.connect().execute(f"COPY (SELECT * FROM '{data}' LIMIT 5) TO '{few}' (FORMAT parquet)")
    wrong = disagreement(load_policy("lemtrada"), few, tmp_path / "out", {}, 5, 1)
    assert "not met by pyDatalog, undocumented by DuckDB" in wrong
    assert "\nrequest_kind: " in wrong or "\nrequested_on: " in wrong
