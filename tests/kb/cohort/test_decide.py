"""A cohort decided into a folder: what the rows say, that it is whole or not there, and how a run goes on."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kb.answers import Status
from kb.cohort import decide as decided_by
from kb.cohort import slices as cut
from kb.cohort.bases import bases
from kb.cohort.decide import decide
from kb.cohort.export import write_members
from kb.cohort.job import STAGED, Decided, Job
from kb.cohort.slices import slices
from kb.cohort.statuses import WORDS, status
from kb.cohort.summary import Summary, summary
from kb.cohort.synthetic import synthetic
from kb.policy import Policy, load_policy
from kb.problems import ProblemsError
from tests.test_oracle import POLICIES

COUNT = 400


@cache
def policy() -> Policy:
    return load_policy("lemtrada")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up cohort of 400, in Parquet, with a column that the policy does not have."""
    path = tmp_path_factory.mktemp("data") / "members.parquet"
    members = synthetic(policy(), "1", 0, COUNT, bases(policy()))
    query = f"SELECT *, 'r' || (row_number() OVER () % 3) AS region FROM ({members})"
    duckdb.connect().execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def job(data: Path | str, out: Path, **values: Any) -> Job:
    return Job(policy(), {}, str(data), str(out), "test", **{"keep": ("region",), "rows": 150, **values})


@pytest.fixture(scope="module")
def decided(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Decided:
    return decide(job(data, tmp_path_factory.mktemp("out") / "decided", wide=True))


def rows_of(found: Decided) -> list[dict[str, Any]]:
    """The rows of a decided cohort in their order."""
    result = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [[str(each) for each in found.parts]])
    keys = [each[0] for each in result.description]
    return [dict(zip(keys, row, strict=True)) for row in result.fetchall()]


def test_every_member_has_a_row_in_the_order_of_the_data(decided: Decided, data: Path) -> None:
    """In parts of so many rows, with the columns that are kept."""
    given = duckdb.connect().execute(f"SELECT \"case\", region FROM '{data}'").fetchall()
    assert [(row["case"], row["region"]) for row in rows_of(decided)] == given
    assert [each.name for each in decided.parts] == [f"part-{number:05}.parquet" for number in (1, 2, 3)]


def test_the_folder_is_its_owners_alone_and_has_nothing_else(decided: Decided) -> None:
    """The parts and the manifest, which names every column."""
    assert decided.folder.stat().st_mode & 0o777 == 0o700
    files = sorted(decided.folder.iterdir())
    assert [each.name for each in files] == ["manifest.json", *(each.name for each in decided.parts)]
    assert {each.stat().st_mode & 0o777 for each in files} == {0o600}
    told = json.loads((decided.folder / "manifest.json").read_text("utf-8"))
    assert told["columns"] == list(rows_of(decided)[0])
    assert (told["rows"], told["left_out"], told["hash"]) == (COUNT, 0, policy().hash)
    assert list(decided.folder.parent.iterdir()) == [decided.folder]


def test_the_wide_columns_say_what_the_masks_say(decided: Decided) -> None:
    """In words, so that no null is taken for a no."""
    seen = set()
    for row in rows_of(decided):
        for bit in decided.manifest.bits:
            assert row[bit.output.column] == WORDS[status(bit, row)], bit.output.column
            seen.add(status(bit, row))
    assert seen == set(Status)


def requirements(found: Decided, row: dict[str, Any]) -> Iterator[tuple[str, Status, bool]]:
    """The requirements of the clause that a member is held against."""
    for asked in found.manifest.clauses[row["clause"] - 1]:
        bit = found.manifest.bit(asked.column)
        yield bit.output.section, status(bit, row), asked.condition


def test_the_sections_are_those_of_what_fails_and_of_what_is_undocumented(decided: Decided) -> None:
    """In the order of the policy, each once, of the clause that speaks of the member; a proved one has none."""
    for row in rows_of(decided):
        asked = list(requirements(decided, row))
        fails = list(dict.fromkeys(section for section, each, _ in asked if each is Status.NOT_MET))
        lacks = list(dict.fromkeys(section for section, each, _ in asked if each is Status.UNDOCUMENTED))
        assert (row["fails"], row["lacks"]) == (fails, lacks)
        verdict = "refuted" if fails else "undetermined" if lacks else "proved"
        # Of two clauses one could fail and the other be undocumented; the latter is shown then.
        assert row["verdict"] == verdict
        assert not any(condition and each is Status.NOT_MET for _, each, condition in asked)


@pytest.mark.parametrize("file", POLICIES, ids=lambda file: file.stem)
def test_the_root_goal_is_the_greatest_of_its_clauses_each_the_least_of_its_requirements(
    file: Path, tmp_path: Path
) -> None:
    """Of every made-up member: so nothing that the root goal asks for is missing among the requirements."""
    other = load_policy(file)
    path = tmp_path / "members.parquet"
    members = synthetic(other, "4", 0, 300, bases(other))
    duckdb.connect().execute(f"COPY ({members}) TO '{path}' (FORMAT parquet)")
    found = decide(Job(other, {}, str(path), str(tmp_path / "out"), "test"))
    verdicts = {Status.MET: "proved", Status.NOT_MET: "refuted", Status.UNDOCUMENTED: "undetermined"}
    clauses = [[found.manifest.bit(asked.column) for asked in clause] for clause in found.manifest.clauses]
    assert clauses
    for row in rows_of(found):
        least = [min((status(bit, row) for bit in bits), default=Status.MET) for bits in clauses]
        assert row["verdict"] == verdicts[max(least)]
        assert (row["verdict"] == "refuted") == bool(row["fails"])


def test_the_summary_counts_the_rows(decided: Decided) -> None:
    """Verdicts, statuses, the funnel, and who hangs on one requirement alone, each counted by hand."""
    rows, found = rows_of(decided), summary(decided)
    assert found.members == COUNT
    assert found.verdicts == Counter(row["verdict"] for row in rows)
    for bit, counts in found.statuses:
        assert Counter(status(bit, row) for row in rows) == Counter({each: counts.of(each) for each in Status})
    for clause in found.clauses:
        mine = [row for row in rows if row["clause"] == clause.number]
        assert clause.members == len(mine) > 50
        bits = [step.bit for step in clause.steps]
        for at, step in enumerate(clause.steps):
            statuses = [[status(bit, row) for bit in bits] for row in mine]
            before = [each[: at + 1] for each in statuses]
            assert step.left == sum(all(one is Status.MET for one in each) for each in before)
            assert step.open == sum(all(one is not Status.NOT_MET for one in each) for each in before)
            fails = [each for each in statuses if each[at] is Status.NOT_MET and each.count(Status.NOT_MET) == 1]
            assert step.fails_only == len(fails)
            assert step.else_met == sum(Status.UNDOCUMENTED not in each for each in fails)
            lacks = [
                each for each in statuses if each[at] is Status.UNDOCUMENTED and each.count(Status.MET) == len(bits) - 1
            ]
            assert step.lacks_only == len(lacks)
    assert any(step.fails_only for clause in found.clauses for step in clause.steps)
    assert any(step.lacks_only for clause in found.clauses for step in clause.steps)


def test_a_summary_of_nobody(data: Path, tmp_path: Path) -> None:
    """A cohort without a member is decided too."""
    empty = tmp_path / "empty.parquet"
    duckdb.connect().execute(f"COPY (SELECT * FROM '{data}' LIMIT 0) TO '{empty}' (FORMAT parquet)")
    found: Summary = summary(decide(job(empty, tmp_path / "out")))
    assert found.members == 0
    assert set(found.verdicts.values()) == {0}


class Stopped(Exception):
    """A run that is killed."""


def stopped_after(share: float) -> Any:
    """What hears of the share that is done, and ends the run there."""

    def told(done: float) -> None:
        if done >= share:
            raise Stopped

    return told


def stopped_once(path: Path) -> Any:
    """What hears of the share that is done, and ends the run when a file is there."""

    def told(done: float) -> None:
        if path.exists():
            raise Stopped

    return told


def test_a_run_that_is_stopped_leaves_nothing_that_looks_whole_and_can_go_on(
    data: Path, decided: Decided, tmp_path: Path
) -> None:
    """What was written is not written again, and the end is as if it had not been stopped."""
    out = tmp_path / "decided"
    with pytest.raises(Stopped):
        decide(job(data, out, wide=True), told=stopped_once(tmp_path / "decided.unfinished" / "part-00001.parquet"))
    (left,) = tmp_path.iterdir()
    assert left.name == "decided.unfinished"
    assert not (left / "manifest.json").exists()
    parts = {each.name: each.stat().st_mtime_ns for each in left.glob("part-*.parquet")}
    assert parts
    assert len(parts) < 3
    (left / ".half.part").write_bytes(b"half a part")
    again = decide(job(data, out, wide=True), resume=True)
    assert list(tmp_path.iterdir()) == [out]
    assert not list(out.glob(".*"))
    assert {name: (out / name).stat().st_mtime_ns for name in parts} == parts
    assert rows_of(again) == rows_of(decided)


def codes(error: ProblemsError) -> list[str]:
    return [each.code for each in error.problems]


def refusal(job: Job, resume: bool = False) -> str:
    """The message of the one problem that a run is refused with."""
    with pytest.raises(ProblemsError) as caught:
        decide(job, resume)
    (problem,) = caught.value.problems
    return f"{problem.code}: {problem.message}"


def test_a_run_goes_on_only_as_the_same(data: Path, tmp_path: Path) -> None:
    """With the same policy, readings, data, options and software."""
    out, copy = tmp_path / "decided", tmp_path / "members.parquet"
    copy.write_bytes(data.read_bytes())
    with pytest.raises(Stopped):
        decide(job(copy, out), told=stopped_after(0.3))
    assert "resume-differs: the run that was left is another one: the options differ" in refusal(
        job(copy, out, wide=True), resume=True
    )
    other = Job(policy(), {"dose_edge": "inside"}, str(copy), str(out), "other", ("region",), rows=150)
    assert refusal(other, resume=True).endswith(": the readings, the version of the software differ")
    os.utime(copy, ns=(1, 1))
    assert "the data, by its files, their sizes and times differs" in refusal(job(copy, out), resume=True)
    assert refusal(job(copy, out)).startswith("unfinished: an earlier run left `decided.unfinished`")
    assert refusal(job(copy, tmp_path / "none"), resume=True).startswith("nothing-to-resume")


def test_data_that_changes_meanwhile_makes_no_whole_folder(data: Path, tmp_path: Path) -> None:
    """The parts would be of two minds."""
    out, copy = tmp_path / "decided", tmp_path / "members.parquet"
    copy.write_bytes(data.read_bytes())

    def told(share: float) -> None:
        os.utime(copy, ns=(1, 1))

    with pytest.raises(ProblemsError) as caught:
        decide(job(copy, out), told=told)
    assert codes(caught.value) == ["data-changed"]
    assert not out.exists()


def test_two_runs_do_not_write_to_one_folder(data: Path, tmp_path: Path) -> None:
    """The second is refused while the first is at it."""
    out = tmp_path / "decided"
    found: list[str] = []

    def told(share: float) -> None:
        # On a slow machine the check of the data is told of as well, before there is anything to go on with.
        if not found and (tmp_path / "decided.unfinished").exists():
            found.append(refusal(job(data, out), resume=True))

    decide(job(data, out), told=told)
    assert found == ["in-use: another run is writing to it"]


def test_what_cannot_be_written_is_refused_before_any_work(data: Path, tmp_path: Path) -> None:
    """A folder that is there, the name of a file, a kept column with the name of another."""
    there = tmp_path / "there"
    there.mkdir()
    assert refusal(job(data, there)).startswith("exists:")
    assert refusal(job(data, tmp_path / "out.parquet")).startswith("not-a-folder:")
    assert refusal(job(data.parent, data.parent / "out")).startswith("inside-data:")
    for key in ("birth_date", "Verdict", "met_1", "CASE"):
        assert refusal(job(data, tmp_path / "out", keep=(key,))).startswith("kept-name:"), key
    assert refusal(job(data, tmp_path / "out", keep=("eligible",), wide=True)).startswith("kept-name:")
    assert list(tmp_path.iterdir()) == [there]


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_data_of_other_formats_is_decided_alike(form: str, data: Path, decided: Decided, tmp_path: Path) -> None:
    """It is put into Parquet on the way, of which nothing is left."""
    from kb.cohort.columns import columns
    from kb.cohort.export import copy

    path = tmp_path / f"members.{form}"
    with duckdb.connect() as engine:
        copy(engine, f"SELECT * FROM '{data}'", str(path), form, columns(policy().vocabulary))  # type: ignore[arg-type]
    again = decide(job(path, tmp_path / "out", wide=True))
    assert rows_of(again) == rows_of(decided)
    assert len(again.parts) == 3
    assert "members.parquet" not in {each.name for each in again.folder.iterdir()}


def test_small_files_are_decided_together_and_large_ones_in_several_parts(data: Path, tmp_path: Path) -> None:
    """No row is left out, and none is there twice."""
    files = []
    with duckdb.connect() as engine:
        for number, (first, count) in enumerate(((0, 30), (30, 40), (70, 300), (370, 30))):
            files.append(f"{tmp_path}/{number}.parquet")
            rows = f"SELECT * FROM '{data}' LIMIT {count} OFFSET {first}"
            engine.execute(f"COPY ({rows}) TO '{files[-1]}' (FORMAT parquet)")
        found = slices(engine, files, 150)
    assert [(len(each.files), each.rows, each.first, each.last) for each in found] == [
        (2, 70, 0, 0),
        (1, 150, 1, 150),
        (1, 150, 151, 300),
        (1, 30, 0, 0),
    ]
    cases = [row["case"] for row in rows_of(decide(job(tmp_path, tmp_path.with_name("out"))))]
    given = duckdb.connect().execute(f"SELECT \"case\" FROM '{data}'").fetchall()
    assert sorted(cases) == sorted(case for (case,) in given)


def test_rows_with_a_fault_are_left_out_of_their_part(data: Path, tmp_path: Path) -> None:
    """And counted."""
    bad = tmp_path / "bad.parquet"
    wrong = (
        f"SELECT * REPLACE (CASE WHEN region = 'r1' THEN 'nobody' ELSE request_kind END AS request_kind) FROM '{data}'"
    )
    duckdb.connect().execute(f"COPY ({wrong}) TO '{bad}' (FORMAT parquet)")
    heard = []
    found = decide(
        job(bad, tmp_path / "out", rejects="r.ndjson"), checked=lambda cohort: heard.append(cohort.checked.rejected)
    )
    assert heard == [found.left_out]
    assert {row["region"] for row in rows_of(found)} == {"r0", "r2"}
    assert len(rows_of(found)) + found.left_out == COUNT


def test_a_staged_file_is_written_once(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that goes on finds the members where the first has put them."""
    path = tmp_path / "members.ndjson"
    duckdb.connect().execute(f"COPY (SELECT * FROM '{data}') TO '{path}' (FORMAT json)")
    with pytest.raises(Stopped):
        decide(job(path, tmp_path / "out"), told=stopped_once(tmp_path / "out.unfinished" / "part-00001.parquet"))
    staged = tmp_path / "out.unfinished" / STAGED
    assert staged.stat().st_mode & 0o777 == 0o600
    wrote: list[str] = []

    def heard(cohort: Any, query: str, path: Path, *told: Any) -> None:
        wrote.append(path.name)
        write_members(cohort, query, path, *told)

    for module in (decided_by, cut):
        monkeypatch.setattr(module, "write_members", heard)
    decide(job(path, tmp_path / "out"), resume=True)
    assert wrote
    assert STAGED not in wrote
    assert "part-00001.parquet" not in wrote
