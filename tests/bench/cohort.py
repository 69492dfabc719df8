"""A cohort: the full policy at several sizes, and it or A.2 by hand and by other engines beside it.

    .venv/bin/python tests/bench/cohort.py [SIZE...]

Each measurement is a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

# For each number of members, how many processes of each kind; start-up, which is all that few take, is uneven.
ROUNDS = {1_000: 15, 10_000: 15, 100_000: 9, 1_000_000: 5, 10_000_000: 3}
# Beyond these an engine takes minutes, or more memory than there is.
MOST = {"one by one": 1_000, "clingo": 100_000, "logica": 1_000_000, "full": 1_000_000}
THREADS = 2
LISTS = {
    "treatment": ("drug", "start", "end"),
    "relapse": (),
    "mri": ("date", "lesions"),
    "edss": ("date", "score"),
    "worsening": ("date", "sign"),
}
STEP_A = ("avonex", "rebif", "extavia", "betaseron", "plegridy", "glatiramer", "teriflunomide", "dimethyl_fumarate")
STEP_B = ("natalizumab", "ocrelizumab", "fingolimod")
PROGRESS = ("enlarging", "new_symptomatic", "new_asymptomatic")


def engine() -> Any:
    import duckdb

    found = duckdb.connect()
    found.execute(f"SET threads = {THREADS}")
    found.execute("SET memory_limit = '1200MB'")
    found.execute("SET preserve_insertion_order = false")
    return found


def make(size: int, file: str, documented: str, whole_rows: str) -> None:
    """A cohort of this size; those of its members of whom all that A.2 reads is documented; those without gaps.

    Beside each the statement that it is decided by: A.2 of the first two, every status of the last.
    """
    from kb.cohort.bases import bases
    from kb.cohort.connection import columns_of
    from kb.cohort.duck import statement
    from kb.cohort.synthetic import synthetic
    from kb.policy import load_policy
    from kb.syntax import Predicate
    from tests.bench.by_hand import covered, lowered

    policy = load_policy()
    with engine() as duck:
        duck.execute(f"COPY ({synthetic(policy, '1', 0, size, bases(policy))}) TO '{file}' (FORMAT parquet)")
        whole = ["requested_on IS NOT NULL"]
        for name, fields in LISTS.items():
            gaps = " OR ".join(f't."{field}" IS NULL' for field in fields) or "t IS NULL"
            whole.append(f"{name} IS NOT NULL AND len(list_filter({name}, lambda t: {gaps})) = 0")
            whole.append(f"coalesce(len({name}__attested), 0) = 0")
        kept = ", ".join(('"case"', "requested_on", *LISTS))
        duck.execute(f"COPY (SELECT {kept} FROM '{file}' WHERE {' AND '.join(whole)}) TO '{documented}'")
        duck.execute(f"CREATE VIEW cohort AS SELECT * FROM '{file}'")
        duck.execute(f"COPY ({covered(policy, 'cohort')}) TO '{whole_rows}'")
        steps = Predicate("inadequate_steps", 1)
        for path in (file, documented):
            duck.execute(f"CREATE OR REPLACE VIEW cohort AS SELECT * FROM '{path}'")
            query = statement(policy, {}, columns_of(duck), goal=steps)[1]
            Path(f"{path}.sql").write_text(f'SELECT "case", inadequate_steps AS met FROM ({query})', "utf-8")
        duck.execute(f"CREATE OR REPLACE VIEW cohort AS SELECT * FROM '{whole_rows}'")
        Path(f"{whole_rows}.sql").write_text(lowered(policy, columns_of(duck)), "utf-8")


def full(file: str, out: str) -> object:
    """Every status of the policy, as masks, in a file."""
    from kb.cohort.duck import run
    from kb.policy import load_policy

    with engine() as duck:
        duck.execute(f"CREATE VIEW cohort AS SELECT * FROM '{file}'")
        run(load_policy(), {}, duck, out)
        return duck.execute(f"SELECT verdict, count(*) FROM '{out}' GROUP BY 1 ORDER BY 1").fetchall()


def decided(file: str, out: str) -> object:
    """What `cohort -o` does: the data checked, every member decided in parts, the summary of them."""
    import shutil

    from kb.cohort.decide import decide
    from kb.cohort.job import Job
    from kb.cohort.summary import summary
    from kb.policy import load_policy

    folder = f"{out}.decided"
    shutil.rmtree(folder, ignore_errors=True)
    found = summary(decide(Job(load_policy(), {}, file, folder, "bench")))
    return sorted(found.verdicts.items())


def section(file: str, out: str) -> object:
    """A.2 by the statement that the policy is lowered to."""
    with engine() as duck:
        duck.execute(f"CREATE VIEW cohort AS SELECT * FROM '{file}'")
        duck.execute(f"COPY ({Path(f'{file}.sql').read_text('utf-8')}) TO '{out}' (FORMAT parquet)")
        return counted(duck, out)


def counted(duck: Any, out: str) -> object:
    """How many members meet A.2, how many are undocumented, how many there are."""
    return duck.execute(f"SELECT count(*) FILTER (met), count(*) - count(met), count(*) FROM '{out}'").fetchone()


def months(start: str, end: str) -> str:
    """Completed months between two dates in SQL, as the rules count them."""
    return (
        f"((year({end}) - year({start})) * 12 + month({end}) - month({start})"
        f" - CASE WHEN {end} >= {start} THEN (day({end}) < day({start}))::INT"
        f" ELSE -(day({end}) > day({start}))::INT END)"
    )


def by_hand(file: str, out: str) -> object:
    """A.2 in three truths, as someone who knows DuckDB and the policy would write it: null is undocumented."""

    def rows(name: str, *fields: str) -> str:
        """The rows of a list, those that are only attested with them; a row that is, is sure."""
        values = ", ".join(f"'{each}': r.{each}" for each in fields) or "'day': r"
        parts = [
            f"list_transform({name}{ending}, lambda r: {{{values}, 'sure': {sure}}})"
            for ending, sure in (("", "TRUE"), ("__attested", "NULL::BOOLEAN"))
        ]
        return f"CASE WHEN {name} IS NOT NULL THEN list_concat({', '.join(parts)}) END AS {name}"

    def some(name: str, row: str, holds: str) -> str:
        """Whether a row of a list does; null where one may, or where there is no list."""
        found = f"list_transform({name}, lambda {row}: {row}.sure AND {holds})"
        return (
            f"CASE WHEN {name} IS NULL THEN NULL WHEN list_contains({found}, TRUE) THEN TRUE"
            f" WHEN list_count({found}) < len({name}) THEN NULL ELSE FALSE END"
        )

    during = "{0} >= t.start AND {0} <= t.last"
    recent = f"r.sure AND {during.format('r.day')} AND {months('r.day', 't.last')} < 12"
    often = f"""CASE
        WHEN len(list_distinct(list_transform(list_filter(relapse, lambda r: {recent}), lambda r: r.day))) >= 2
          THEN TRUE
        WHEN relapse IS NULL
          OR len(list_distinct(list_transform(list_filter(relapse, lambda r: coalesce({recent}, TRUE)),
             lambda r: r.day))) + len(list_filter(relapse, lambda r: r.day IS NULL)) >= 2 THEN NULL ELSE FALSE END"""
    lesions = some("mri", "m", f"m.lesions IN {PROGRESS} AND {during.format('m.date')}")
    signs = some("worsening", "w", during.format("w.date"))
    scores = some("edss", "e", f"e.score > 3.5 AND {during.format('e.date')}")
    may = "t.met IS NOT FALSE AND coalesce(t.drug IN {0}, TRUE)"

    def step(drugs: tuple[str, ...]) -> str:
        return (
            f"CASE WHEN len(list_filter(judged, lambda t: t.met AND t.drug IN {drugs})) > 0 THEN TRUE"
            f" WHEN len(list_filter(judged, lambda t: {may.format(drugs)})) > 0 THEN NULL ELSE FALSE END"
        )

    # Where there is no list, there may be any treatment.
    nothing = "{'drug': NULL, 'start': NULL, 'last': NULL, 'sure': NULL::BOOLEAN}"
    query = f"""
        WITH members AS (
          SELECT "case", requested_on, {rows("relapse")}, {rows("mri", "date", "lesions")},
            {rows("worsening", "date")}, {rows("edss", "date", "score")},
            list_concat(
              CASE WHEN treatment IS NULL THEN [{nothing}] ELSE list_transform(treatment,
                lambda t: {{'drug': t.drug, 'start': t.start, 'last': t."end", 'sure': TRUE}}) END,
              list_transform(treatment__attested,
                lambda t: {{'drug': t.drug, 'start': t.start, 'last': t."end", 'sure': NULL::BOOLEAN}})) AS treatment
          FROM '{file}'
        ), trials AS (
          SELECT "case", list_transform(treatment, lambda t: {{
            'drug': t.drug,
            'long': t.sure AND {months("t.start", "t.last")} >= 3 AND {months("t.start", "requested_on")} >= 3,
            'often': {often},
            'lesions': {lesions},
            'worse': ({signs}) OR ({scores})
          }}) AS trials FROM members
        ), judged AS (
          SELECT "case", list_transform(trials, lambda t: {{'drug': t.drug, 'met': CASE
            WHEN t.often::INT + t.lesions::INT + t.worse::INT IS NOT NULL
              THEN t.long AND t.often::INT + t.lesions::INT + t.worse::INT >= 2
            WHEN coalesce(t.often, FALSE)::INT + coalesce(t.lesions, FALSE)::INT + coalesce(t.worse, FALSE)::INT >= 2
              THEN t.long
            WHEN coalesce(t.often, TRUE)::INT + coalesce(t.lesions, TRUE)::INT + coalesce(t.worse, TRUE)::INT >= 2
              THEN CASE WHEN t.long IS FALSE THEN FALSE END
            ELSE FALSE END}}) AS judged FROM trials
        )
        SELECT "case", {step(STEP_A)} AND {step(STEP_B)} AS met FROM judged"""
    with engine() as duck:
        duck.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet)")
        return counted(duck, out)


def by_hand_in_two(file: str, out: str) -> object:
    """A.2 in two truths, as someone who knows DuckDB would write it."""
    end = 't."end"'
    during = f"{{0}} >= t.start AND {{0}} <= {end}"
    recent = f"{during.format('r')} AND {months('r', end)} < 12"
    met = f"""
        {months("t.start", end)} >= 3 AND {months("t.start", "requested_on")} >= 3
        AND (len(list_distinct(list_filter(relapse, lambda r: {recent}))) >= 2)::INT
          + (len(list_filter(mri, lambda m: m.lesions IN {PROGRESS} AND {during.format("m.date")})) > 0)::INT
          + (len(list_filter(worsening, lambda w: {during.format("w.date")})) > 0
             OR len(list_filter(edss, lambda e: e.score > 3.5 AND {during.format("e.date")})) > 0)::INT >= 2"""
    query = f"""
        SELECT "case", list_has_any(failed, {list(STEP_A)}) AND list_has_any(failed, {list(STEP_B)}) AS met
        FROM (SELECT "case", list_transform(list_filter(treatment, lambda t: {met}), lambda t: t.drug) AS failed
              FROM '{file}')"""
    with engine() as duck:
        duck.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet)")
        return counted(duck, out)


def polars_by_hand(file: str, out: str) -> object:
    """A.2 in two truths, as someone who knows Polars would write it: its lists have no inner loops, so rows explode."""
    import polars as pl

    col = pl.col

    def months(start: pl.Expr, end: pl.Expr) -> pl.Expr:
        whole = (end.dt.year() - start.dt.year()) * 12 + end.dt.month() - start.dt.month()
        return whole - (end.dt.day() < start.dt.day()).cast(pl.Int32)

    members = pl.scan_parquet(file).with_row_index("member")
    tried = members.select("member", "requested_on", "treatment").explode("treatment").unnest("treatment")
    tried = tried.filter(months(col.start, col.end) >= 3, months(col.start, col.requested_on) >= 3)
    tried = tried.filter(col.drug.is_in([*STEP_A, *STEP_B])).with_row_index("trial")
    spans = tried.select("trial", "member", "start", "end")

    def events(name: str) -> pl.LazyFrame:
        rows = members.select("member", name).explode(name)
        return rows.drop_nulls() if name == "relapse" else rows.unnest(name)

    def within(name: str, date: str, *conditions: pl.Expr) -> pl.LazyFrame:
        joined = spans.join(events(name), on="member")
        return joined.filter(col(date) >= col.start, col(date) <= col.end, *conditions)

    relapses = within("relapse", "relapse", months(col.relapse, col.end) < 12)
    often = relapses.group_by("trial").agg(col.relapse.n_unique() >= 2).filter(col.relapse).select("trial")
    lesions = within("mri", "date", col.lesions.is_in(PROGRESS)).select("trial").unique()
    worse = within("worsening", "date").select("trial")
    scored = within("edss", "date", col.score > pl.lit("3.5").cast(pl.Decimal(28, 10))).select("trial")
    disabled = pl.concat([worse, scored]).unique()
    failed = pl.concat([often, lesions, disabled]).group_by("trial").len().filter(col.len >= 2)
    steps = tried.join(failed, on="trial").group_by("member")
    both = steps.agg(col.drug.is_in(STEP_A).any().alias("a"), col.drug.is_in(STEP_B).any().alias("b"))
    met = members.select("case", "member").join(both, on="member", how="left")
    met.select("case", met=(col.a & col.b).fill_null(False)).sink_parquet(out)
    found = pl.read_parquet(out)
    return (int(found["met"].sum()), len(found))


def one_by_one(file: str, out: str) -> object:
    """Every status of the policy by pyDatalog, each member a case."""
    from kb.case_text import case_text
    from kb.cohort.records import case_record
    from kb.decide import decide
    from kb.policy import load_policy
    from kb.read_case import read_case

    policy = load_policy()
    with engine() as duck:
        result = duck.execute(f"SELECT * FROM '{file}'")
        names = [each[0] for each in result.description]
        verdicts: Counter[str] = Counter()
        for row in result.fetchall():
            record = case_record(dict(zip(names, row, strict=True)), policy)
            verdicts[decide(policy, read_case(case_text(record), "case.yaml", policy.vocabulary)).verdict] += 1
    return sorted(verdicts.items())


def elsewhere(run: str, file: str) -> object:
    """A.2 in two truths by another engine."""
    from tests.bench import others

    with engine() as duck:
        duck.execute(f"CREATE VIEW cohort AS SELECT * FROM '{file}'")
        return (getattr(others, run)(duck),)


def every(query: str, file: str, out: str) -> object:
    """A truth for each status by a statement; how many are eligible, may be, are there."""
    with engine() as duck:
        duck.execute(f"CREATE VIEW cohort AS SELECT * FROM '{file}'")
        duck.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet)")
        asked = f"SELECT count(*) FILTER (eligible), count(*) - count(eligible), count(*) FROM '{out}'"
        return duck.execute(asked).fetchone()


def every_by_hand(file: str, out: str) -> object:
    """Every status of the policy by hand."""
    from tests.bench.by_hand import STATEMENT

    return every(STATEMENT, file, out)


JOBS: dict[str, Callable[[str, str], object]] = {
    "full": full,
    "decided": decided,
    "one by one": one_by_one,
    "lowered": section,
    "by hand": by_hand,
    "every lowered": lambda file, out: every(Path(f"{file}.sql").read_text("utf-8"), file, out),
    "every by hand": every_by_hand,
    "in two": by_hand_in_two,
    "polars": polars_by_hand,
    "logica": lambda file, out: elsewhere("by_logica", file),
    "clingo": lambda file, out: elsewhere("by_clingo", file),
}
ALL = (
    ("full", "every status of the policy, in one file"),
    ("decided", "  `cohort -o`: checked, in parts, summed up"),
    ("one by one", "  by pyDatalog, member by member"),
)
SECTION = (("lowered", "A.2, of all members"), ("by hand", "  by hand, three truths (limit: 0.83)"))
WHOLE_ROWS = (
    ("every lowered", "every status, of those without gaps"),
    ("every by hand", "  by hand, three truths (limit: 0.83)"),
)
DOCUMENTED = (
    ("lowered", "A.2, of those fully documented"),
    ("in two", "  by hand in DuckDB, in two truths"),
    ("polars", "  by hand in Polars, in two truths"),
    ("logica", "  in Logica on DuckDB, in two truths"),
    ("clingo", "  in clingo, in two truths"),
)


class Measured(NamedTuple):
    """The seconds, those of all processors, the peak of memory in MB and what came out, of a process of its own."""

    seconds: float
    processors: float
    peak: float
    answer: str


def measured(job: str, file: str, out: str) -> Measured:
    done = subprocess.run([sys.executable, __file__, "job", job, file, out], capture_output=True, text=True, check=True)
    seconds, processors, peak, answer = done.stdout.strip().splitlines()[-1].split(" ", 3)
    return Measured(float(seconds), float(processors), float(peak), answer)


def compare(jobs: dict[str, str], rounds: int, file: str, out: str) -> None:
    """The medians of these jobs, which take turns, so that what slows the machine slows all."""
    runs: dict[str, list[Measured]] = {job: [] for job in jobs}
    for _ in range(rounds):
        for job, found in runs.items():
            if job != "one by one" or not found:
                found.append(measured(job, file, out))
    seconds = {job: statistics.median(each.seconds for each in found) for job, found in runs.items()}
    first = next(iter(seconds.values()))
    for job, found in runs.items():
        processors = statistics.median(each.processors for each in found)
        peak = max(each.peak for each in found)
        figures = f"{seconds[job]:>9.2f} s{seconds[job] / first:>8.2f} x{processors:>9.2f} s of CPU{peak:>7.0f} MB"
        print(f"  {jobs[job]:<44}{figures}   {found[0].answer}", flush=True)


def main(sizes: list[int]) -> None:
    """Every group of jobs at every size; multiples are of the first in a group."""
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/out.parquet"
        for size in sizes:
            files = [f"{folder}/{size}.{kind}.parquet" for kind in ("all", "documented", "whole_rows")]
            cohort, documented, whole_rows = files
            subprocess.run([sys.executable, __file__, "make", str(size), *files], check=True)
            rounds = ROUNDS.get(size, 3)
            print(f"\n{size:,} members, {THREADS} threads; medians of {rounds} runs, of the first group {rounds // 3}")
            for group, file in ((ALL, cohort), (WHOLE_ROWS, whole_rows), (SECTION, cohort), (DOCUMENTED, documented)):
                jobs = {job: words for job, words in group if size <= MOST.get(job, size)}
                compare(jobs, rounds // 3 if group is ALL else rounds, file, out)
            for each in files:
                Path(each).unlink()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", size, *files]:
            make(int(size), *files)
        case ["job", job, file, out]:
            start = time.perf_counter()
            answer = JOBS[job](file, out)
            taken = time.perf_counter() - start
            used = resource.getrusage(resource.RUSAGE_SELF)
            print(f"{taken:.3f} {used.ru_utime + used.ru_stime:.3f} {used.ru_maxrss / 1024:.0f} {answer}")
        case given:
            main([int(each) for each in given] or list(ROUNDS))
