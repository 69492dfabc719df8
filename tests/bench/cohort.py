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
# At ten million medians of three came to multiples of 1.14 and 1.23, of seven to 1.09.
ROUNDS = {1_000: 31, 10_000: 31, 100_000: 9, 1_000_000: 5, 10_000_000: 5}
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


def engine() -> Any:
    import duckdb

    found = duckdb.connect()
    found.execute(f"SET threads = {THREADS}")
    found.execute("SET memory_limit = '1200MB'")
    found.execute("SET preserve_insertion_order = false")
    return found


def make(size: int, file: str, documented: str, whole_rows: str) -> None:
    """A cohort of this size; those of its members of whom all that A.2 reads is documented; those without gaps.

    Beside each the statements that it is decided by: A.2 of the first two, every status of the first and the last.
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
        for path, no_gaps in ((file, False), (whole_rows, True)):
            duck.execute(f"CREATE OR REPLACE VIEW cohort AS SELECT * FROM '{path}'")
            Path(f"{path}.every.sql").write_text(lowered(policy, columns_of(duck), no_gaps), "utf-8")


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


def answered(query: str, file: str, out: str, asked: str = "met") -> object:
    """What a statement says of every member, in a file; of how many what is asked is met, is undocumented, is said."""
    with engine() as duck:
        duck.execute(f"CREATE VIEW cohort AS SELECT * FROM '{file}'")
        duck.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet)")
        counts = f"count(*) FILTER ({asked}), count(*) - count({asked}), count(*)"
        return duck.execute(f"SELECT {counts} FROM '{out}'").fetchone()


def lowered_to(file: str, every: str = "") -> str:
    """The statement that the members of a file are decided by."""
    return Path(f"{file}{every}.sql").read_text("utf-8")


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


def by_hand(file: str, out: str, name: str = "in_three_truths") -> object:
    """A.2 by hand in DuckDB."""
    from tests.bench import section

    return answered(getattr(section, name)(file), file, out)


def by_polars(file: str, out: str) -> object:
    """A.2 by hand in Polars."""
    from tests.bench import section

    return section.by_polars(file, out)


def every_by_hand(file: str, out: str, whole: bool) -> object:
    """Every status of the policy by hand."""
    from tests.bench.by_hand import written

    return answered(written(whole), file, out, "eligible")


JOBS: dict[str, Callable[[str, str], object]] = {
    "full": full,
    "decided": decided,
    "one by one": one_by_one,
    "lowered": lambda file, out: answered(lowered_to(file), file, out),
    "by hand": by_hand,
    "every lowered": lambda file, out: answered(lowered_to(file, ".every"), file, out, "eligible"),
    "whole by hand": lambda file, out: every_by_hand(file, out, True),
    "every by hand": lambda file, out: every_by_hand(file, out, False),
    "in two": lambda file, out: by_hand(file, out, "in_two_truths"),
    "polars": by_polars,
    "logica": lambda file, out: elsewhere("by_logica", file),
    "clingo": lambda file, out: elsewhere("by_clingo", file),
}
ALL = (
    ("full", "every status of the policy, in one file"),
    ("decided", "  `cohort -o`: checked, in parts, summed up"),
    ("one by one", "  by pyDatalog, member by member"),
)
SECTION = (("lowered", "A.2, of all members"), ("by hand", "  by hand, three truths (limit: 0.83)"))
EVERY = (("every lowered", "every status, of all members"), ("every by hand", "  by hand, three truths (limit: 0.83)"))
WHOLE_ROWS = (
    ("every lowered", "every status, of those without gaps"),
    ("whole by hand", "  by hand, three truths (limit: 0.83)"),
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
            # Once is enough for what takes a minute.
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
            groups = (
                (ALL, cohort),
                (EVERY, cohort),
                (WHOLE_ROWS, whole_rows),
                (SECTION, cohort),
                (DOCUMENTED, documented),
            )
            for group, file in groups:
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
