"""A cohort on a cluster of Spark comes to what it comes to on DuckDB, also when a worker is lost on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from kb.calendar import between
from kb.case import Case
from kb.cohort.dialects import SparkWriter
from kb.cohort.expressions import Between, Column, node
from kb.cohort.spark import decided, run, session
from kb.policy import Policy, build_policy, load_policy
from kb.problems import ProblemsError
from kb.read_case import load_case, read_case
from tests.kb.cohort import test_months as months
from tests.kb.cohort.cohort_files import without_gaps
from tests.kb.cohort.random_policies import checked, policies
from tests.kb.cohort.test_engines import SMALL, alternatives, days, small
from tests.oracle.random_cases import as_yaml, random_trials, read_record
from tests.spark.alike import by_duckdb, by_spark, cohort_of, differing, in_order, made_up, written
from tests.spark.cluster import ENVIRONMENT, Cluster
from tests.test_oracle import EVERY_FORM, shipped

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parents[2]
TEXTS = r"""
:- policy(texts, [title("T"), payer("N"), edition('1'), effective('2024-01-01'), root(good),
    request_date(asked_on), section('S', "All")]).
:- input(asked_on(P: case, Date: date), one, "When?").
:- input(said(P: case, Words: text), one, "What?").
:- criterion(good/1, 'S', "good").
good(P) :- said(P, "it's \\n \"so\"").
good(P) :- said(P, "100%_{1}").
"""


def cases_of(policy: Policy, seed: int, count: int) -> list[Case]:
    """Random cases of a policy."""
    trials = random_trials(policy, [], seed, count)
    return [read_case(as_yaml(trial.record), "case.yaml", policy.vocabulary) for trial in trials]


@pytest.mark.parametrize("which", ["default", "alternative"])
def test_lemtrada_is_decided_as_by_duckdb(spark: SparkSession, tmp_path: Path, which: str) -> None:
    """Every status of every shipped case, of random cases and of made-up members, by default readings and by others."""
    policy = load_policy("lemtrada")
    files = shipped(policy)
    trials = random_trials(policy, [read_record(each) for each in files], 300, 200)
    cases = [load_case(file, policy.vocabulary) for file in files]
    cases += [read_case(as_yaml(trial.record), "case.yaml", policy.vocabulary) for trial in trials]
    assert len(files) > 100
    more = 3000 if which == "default" else 0
    data = cohort_of(policy, cases, tmp_path / "cohort.parquet", more)
    readings = alternatives(policy) if which == "alternative" else {}
    ours = by_spark(spark, policy, data, readings)
    assert len(ours) == len(cases) + more
    assert not differing(ours, by_duckdb(policy, data, readings))


def test_every_form_of_the_language_is_decided_as_by_duckdb(spark: SparkSession, tmp_path: Path) -> None:
    """So is every status of random cases, with attested rows and lists that are not complete among them."""
    policy = load_policy(EVERY_FORM)
    cases = cases_of(policy, 300, 300)
    data = cohort_of(policy, cases, tmp_path / "cohort.parquet", 2000)
    assert not differing(by_spark(spark, policy, data), by_duckdb(policy, data))


@pytest.mark.parametrize("which", ["lemtrada", "every form"])
def test_lists_without_a_gap_are_decided_as_by_duckdb(spark: SparkSession, tmp_path: Path, which: str) -> None:
    """What is left out for members without a gap changes nothing: by DuckDB here nothing is left out."""
    policy = load_policy("lemtrada" if which == "lemtrada" else EVERY_FORM)
    everybody = cohort_of(policy, cases_of(policy, 400, 300), tmp_path / "everybody.parquet", 1500)
    data = tmp_path / "whole.parquet"
    lists = without_gaps(policy, everybody, data)
    theirs = by_duckdb(policy, data)
    assert len(theirs) > 300
    assert not differing(by_spark(spark, policy, data, whole=lists), theirs)


# The same policies at each run.
@settings(
    max_examples=6, derandomize=True, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(text=policies())
def test_random_policies_are_decided_as_by_duckdb(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """Texts with quotes and backslashes stand in some of them."""
    policy = checked(text)
    assume(policy is not None)
    assert policy is not None
    data = cohort_of(policy, cases_of(policy, 5, 40), tmp_path_factory.mktemp("random") / "cohort.parquet")
    wrong = differing(by_spark(spark, policy, data), by_duckdb(policy, data))
    assert not wrong, f"{text}\n{wrong}"


def test_a_text_is_the_same_text(spark: SparkSession, tmp_path: Path) -> None:
    """Quotes, backslashes and line breaks of a policy are those of the members."""
    policy = build_policy(TEXTS.encode(), "texts.pl")
    said = ['it\'s \\n "so"', "100%_{1}", "no"]
    text = "".join(f"case: A-{at}\nasked_on: 2024-01-01\nsaid: {json.dumps(each)}\n---" for at, each in enumerate(said))
    cases = [read_case(each, "case.yaml", policy.vocabulary) for each in text.split("---")[:-1]]
    data = cohort_of(policy, cases, tmp_path / "cohort.parquet")
    ours = by_spark(spark, policy, data)
    assert [row["good"] for row in ours] == [True, True, False]
    assert not differing(ours, by_duckdb(policy, data))


def test_there_is_no_exchange_and_no_join(spark: SparkSession, tmp_path: Path) -> None:
    """A member is decided by itself: no row leaves the machine that reads it."""
    policy = load_policy(EVERY_FORM)
    cases = cases_of(policy, 1, 20)
    frame, _ = decided(policy, {}, spark, str(cohort_of(policy, cases, tmp_path / "cohort.parquet")))

    def plan(query: str) -> str:
        frame.createOrReplaceTempView("outcome")
        return str(spark.sql(f"EXPLAIN {query}").first()[0])

    told = plan("SELECT * FROM outcome")
    assert "Scan parquet" in told
    assert not [word for word in ("Exchange", "Join", "Sort", "Aggregate", "Window") if word in told]
    # The plan would show one.
    assert "Exchange" in plan("SELECT verdict, count(*) FROM outcome GROUP BY verdict")


@pytest.mark.parametrize("unit", ["day", "month", "year"])
def test_calendar_units_are_those_of_the_rules(spark: SparkSession, unit: str) -> None:
    """Completed days, months and years around the ends of months and leap days, in both directions."""
    pairs = list(product(days(), days()))
    sql = SparkWriter().sql(node(Between, unit, node(Column, "start", ""), node(Column, "until", "")))
    frame = spark.createDataFrame(pairs, "start date, until date").selectExpr("*", sql.sql(dialect="spark"))
    found = [tuple(row) for row in frame.collect()]
    assert len(found) == len(pairs)
    assert not [row for row in found if between(unit, row[0], row[1]) != row[2]]


def test_a_worker_lost_on_the_way_changes_nothing(spark: SparkSession, two_workers: Cluster, tmp_path: Path) -> None:
    """One of two workers is killed with its executor in the middle of a job: the other ends it, and rightly."""
    policy = load_policy(EVERY_FORM)
    many = made_up(policy, tmp_path / "members", 32, 250)
    tracker = spark.sparkContext.statusTracker()
    problems: list[BaseException] = []

    def job() -> None:
        try:
            run(policy, {}, spark, str(many), str(tmp_path / "out"))
        except BaseException as error:
            problems.append(error)

    thread = threading.Thread(target=job)
    thread.start()
    done, tasks = 0, 0
    while thread.is_alive() and done < 3:
        time.sleep(0.02)
        stages = [tracker.getStageInfo(each) for each in tracker.getActiveStageIds()]
        # Reading the types of the files is a job of its own, with one task.
        done, tasks = next(((each.numCompletedTasks, each.numTasks) for each in stages if each.numTasks > 2), (0, 0))
    two_workers.kill(0)
    thread.join()
    two_workers.start_workers(1)
    assert not problems
    assert 3 <= done < tasks - 2
    assert (tmp_path / "out" / "_SUCCESS").exists()
    ours = written(tmp_path / "out")
    assert len(ours) == 32 * 250
    assert {row["verdict"] for row in ours} == {"proved", "refuted", "undetermined"}
    assert not differing(ours, by_duckdb(policy, many, wide=False))


def test_a_job_that_is_killed_leaves_no_output_that_looks_whole(tmp_path: Path) -> None:
    """Killed with tasks written already, it has no `_SUCCESS`; what it left is not taken for an output, nor joined."""
    policy = tmp_path / "small.pl"
    policy.write_bytes(SMALL)
    many = made_up(small(), tmp_path / "members", 80, 5)
    out = tmp_path / "out"
    code = (
        "import sys; from kb.cohort.spark import run, session; from kb.policy import load_policy\n"
        "with session('local[1]') as spark: run(load_policy(sys.argv[3]), {}, spark, *sys.argv[1:3])"
    )
    with (tmp_path / "said").open("wb") as said:
        job = subprocess.Popen(
            [sys.executable, "-c", code, str(many), str(out), str(policy)],
            cwd=ROOT,
            env={**os.environ, **ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        while job.poll() is None and not list(out.glob("_temporary/0/task_*/*.parquet")):
            time.sleep(0.02)
        assert job.poll() is None, (tmp_path / "said").read_text("utf-8")
        os.killpg(job.pid, signal.SIGKILL)
        job.wait()
    assert not (out / "_SUCCESS").exists()
    assert not list(out.glob("*.parquet"))
    with pytest.raises(ProblemsError) as caught:
        run(small(), {}, None, str(many), str(out))
    (problem,) = caught.value.problems
    assert problem.code == "exists"
    assert "_SUCCESS" in problem.help


def test_types_that_lose_nothing_are_read(spark: SparkSession, tmp_path: Path) -> None:
    """A narrower number, fields in another order, a column of nothing, and signs in a name that would be a pattern."""
    policy = load_policy(EVERY_FORM)
    cases = cases_of(policy, 7, 40)
    plain = cohort_of(policy, cases, tmp_path / "plain.parquet")
    data = tmp_path / "a {b,c} [d] *.parquet"
    beads = "list_transform(bead, lambda b: struct_pack(found := b.found, colour := b.colour, shape := b.shape))"
    with duckdb.connect() as engine:
        columns = f"""row_number() OVER () AS "case", count::SMALLINT AS count, {beads} AS bead, NULL AS remark,
            weight::DECIMAL(20, 10) AS weight"""
        engine.execute(f"COPY (SELECT * REPLACE ({columns}) FROM '{plain}') TO '{tmp_path}/odd.parquet'")
    (tmp_path / "odd.parquet").rename(data)
    ours = by_spark(spark, policy, data)
    assert len(ours) == len(cases)
    (tmp_path / "same.parquet").write_bytes(data.read_bytes())
    theirs = [{**row, "case": str(row["case"])} for row in by_duckdb(policy, tmp_path / "same.parquet")]
    assert not differing(ours, in_order(theirs))


@pytest.mark.parametrize(
    "column", ["weight::DOUBLE AS weight", "to_json(seen)::VARCHAR AS seen", "count::UBIGINT AS count"]
)
def test_types_that_only_duckdb_takes_apart_are_refused(spark: SparkSession, tmp_path: Path, column: str) -> None:
    """A double is compared by its digits there, and a text is a list; Spark would make something else of both."""
    policy = load_policy(EVERY_FORM)
    case = read_case("case: A-1\nweight: 3.5\nseen: [2024-01-01]\n", "case.yaml", policy.vocabulary)
    plain = cohort_of(policy, [case], tmp_path / "plain.parquet")
    data = tmp_path / "cohort.parquet"
    with duckdb.connect() as engine:
        engine.execute(f"COPY (SELECT * REPLACE ({column}) FROM '{plain}') TO '{data}' (FORMAT parquet)")
    with pytest.raises(ProblemsError) as caught:
        decided(policy, {}, spark, str(data))
    (problem,) = caught.value.problems
    assert problem.code == "no-cohort"
    assert "--template" in problem.help


def test_a_cohort_of_another_format_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    """Spark by itself reads Parquet alone."""
    (tmp_path / "cohort.csv").write_text("case\nA-1\n", "utf-8")
    with pytest.raises(ProblemsError) as caught:
        decided(small(), {}, spark, str(tmp_path / "cohort.csv"))
    assert [each.code for each in caught.value.problems] == ["no-cohort"]


def test_without_java_or_pyspark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Spark is an extra, and Java is no package of Python."""

    def told() -> str:
        with pytest.raises(ProblemsError) as caught, session():
            pass
        (problem,) = caught.value.problems
        assert problem.code == "no-engine"
        return f"{problem.message}; {problem.help}"

    with monkeypatch.context() as patch:
        patch.delenv("JAVA_HOME", raising=False)
        patch.setenv("PATH", str(tmp_path))
        assert "Java 17 or newer is needed" in told()
        old = tmp_path / "java"
        old.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n", "utf-8")
        old.chmod(0o700)
        assert "it is Java 11" in told()
        patch.setitem(sys.modules, "pyspark", None)
        assert "policykb[spark]" in told()


@pytest.mark.parametrize("unit", ["month", "year"])
def test_months_against_a_number_are_those_of_the_calendar(spark: SparkSession, unit: str) -> None:
    """Forwards and backwards, for every comparison, from one end of a month to another."""
    edges = [each for each in months.EDGES if each.year in (1900, 2024)]
    spark.createDataFrame([(each,) for each in edges], "day date").createOrReplaceTempView("days")
    for number in (-1, 1, 3, 12):
        columns = months.written(unit, number, SparkWriter())
        rows = spark.sql(f"SELECT start_day, end_day, {columns} FROM ({months.PAIRS})").collect()
        assert len(rows) == len(edges) ** 2
        months.hold([tuple(row) for row in rows], unit, number)
