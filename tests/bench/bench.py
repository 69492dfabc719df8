"""The measurements: medians of many runs, what is compared run side by side in one process or one loop."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from explain.prover import prove  # noqa: E402
from kb.bounds import Stage, bounds_of  # noqa: E402
from kb.decide import decide, find_gaps, given_rows  # noqa: E402
from kb.engine_datalog import Engine, Rows, own_knowledge_base, run  # noqa: E402
from kb.policy import Policy, build_policy, load_policy  # noqa: E402
from kb.read_case import load_case  # noqa: E402
from kb.stages import stages_of  # noqa: E402
from kb.syntax import Predicate  # noqa: E402

FULL = ROOT / "kb" / "examples" / "approval.case.yaml"
REFUSAL = ROOT / "kb" / "examples" / "refusal.case.yaml"


def medians(rounds: int, *jobs: Callable[[], object]) -> list[float]:
    """The median seconds of each job; the jobs take turns, so that what slows the machine slows all."""
    times: list[list[float]] = [[] for _ in jobs]
    for round_ in range(rounds + 1):
        for job, taken in zip(jobs, times, strict=True):
            start = time.perf_counter()
            job()
            if round_:
                taken.append(time.perf_counter() - start)
    return [statistics.median(taken) for taken in times]


def row(what: str, *figures: str) -> None:
    print(f"  {what:<64}" + "".join(f"{figure:>18}" for figure in figures), flush=True)


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def alone(lowered: Sequence[Stage], given: Rows, gaps: frozenset[Predicate]) -> object:
    """pyDatalog alone on the same clauses, asked for the same goals: all clauses first, then every goal."""
    with own_knowledge_base():
        engine = Engine()
        for predicate, rows in given.items():
            engine.publish(predicate, rows, settled=predicate not in gaps)
        for stage in lowered:
            for rule in stage.rules:
                engine.assert_rule(replace(rule, head=rule.head._replace(running=False)))
        return [
            engine.ask(predicate, bound, running=False)
            for stage in lowered
            for predicate in stage.predicates
            for bound in bounds_of(stage.settled)
        ]


def warm() -> None:
    """One case in one process: the verdict and its complete proof, against pyDatalog alone."""
    print("\n1. warm, one process: verdict and complete proof of one full case")
    policy = load_policy()
    for name, path in (("an approval", FULL), ("a refusal", REFUSAL)):
        case = load_case(path, policy.vocabulary)
        gaps = find_gaps(policy, case)
        lowered = stages_of(policy).with_gaps(gaps)
        given = given_rows(policy, case, policy.readings())
        decision = decide(policy, case)
        ours, plain, staged, proof = medians(
            40,
            lambda case=case: prove(decide(policy, case)),  # type: ignore[misc]
            lambda g=given, s=lowered, k=gaps: alone(s, g, k),  # type: ignore[misc]
            lambda g=given, s=lowered, k=gaps: run(s, g, k),  # type: ignore[misc]
            lambda d=decision: prove(d),  # type: ignore[misc]
        )
        row(f"{name}: verdict and proof", ms(ours), "limit 25 ms")
        row("  pyDatalog alone, same goals on the same clauses", ms(plain))
        row("  verdict and proof, as a multiple of that", f"{ours / plain:.2f}", "limit 1.50")
        row("  of it the engine, stage by stage", ms(staged))
        row("  of it the proof", ms(proof))


def cold() -> None:
    """A process from nothing: one case decided, against importing the libraries."""
    print("\n2. cold, as a process")

    def command(*args: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, *args], cwd=ROOT, capture_output=True, check=False)

    ours, repairing, imports, nothing = medians(
        15,
        command("-m", "cli", "check", "--no-repair", str(REFUSAL)),
        command("-m", "cli", "check", str(REFUSAL)),
        command("-c", "import pyDatalog, click, lark"),
        command("-c", "pass"),
    )
    row("policykb check --no-repair CASE", ms(ours))
    row('python -c "import pyDatalog, click, lark"', ms(imports))
    row("the first as a multiple of the second", f"{ours / imports:.2f}", "limit 2.50")
    row("policykb check CASE, with the search for its smallest repair", ms(repairing))
    row("(an interpreter that does nothing)", ms(nothing))


def many() -> None:
    """A thousand cases in one command: the cost of a case must not grow with their number."""
    print("\n3. many cases in one `check DIR`")
    with tempfile.TemporaryDirectory() as folder:
        shipped = sorted((ROOT / "tests" / "cases").glob("*.case.yaml"))

        def fill(number: int) -> str:
            target = Path(folder) / str(number)
            target.mkdir()
            for i in range(number):
                shutil.copy(shipped[i % len(shipped)], target / f"{i:04}.case.yaml")
            return str(target)

        def check(path: str) -> float:
            start = time.perf_counter()
            subprocess.run([sys.executable, "-m", "cli", "check", path], cwd=ROOT, capture_output=True, check=False)
            return time.perf_counter() - start

        one, hundred, thousand = fill(1), fill(100), fill(1000)
        start_up = statistics.median(check(one) for _ in range(5))
        at_100 = (check(hundred) - start_up) / 99
        at_1000 = (check(thousand) - start_up) / 999
    row("one case, the whole command", ms(start_up))
    row("each further case, of 100", ms(at_100))
    row("each further case, of 1,000", ms(at_1000))
    row("the last as a multiple of the one before", f"{at_1000 / at_100:.2f}", "flat is 1.00")


def repairing() -> None:
    """The hardest shipped case: its proof and all its smallest repairs, against the verdict alone."""
    from explain.repair import repairs

    print("\n4. repairs")
    policy = load_policy()
    slowest, taken = FULL, 0.0
    for path in sorted((ROOT / "tests" / "cases").glob("*.case.yaml")):
        decision = decide(policy, load_case(path, policy.vocabulary))
        start = time.perf_counter()
        repairs(decision, most=1)
        if time.perf_counter() - start > taken:
            slowest, taken = path, time.perf_counter() - start
    case = load_case(slowest, policy.vocabulary)
    verdict, first = medians(5, lambda: decide(policy, case), lambda: repairs(decide(policy, case), most=1))
    start = time.perf_counter()
    decision = decide(policy, case)
    prove(decision)
    found = repairs(decision, most=1000)
    every = time.perf_counter() - start
    row(f"the hardest shipped case: {slowest.name.removesuffix('.case.yaml')}")
    row("  the verdict alone", ms(verdict))
    row("  the first repair", ms(first), f"{first / verdict:.0f} times")
    more = "and more" if found.more else "all there are"
    row(f"  complete proof and {len(found.found)} smallest repairs ({more})", ms(every), f"{every / verdict:.0f} times")


def pages() -> None:
    """The size of a page and of a picture, and the time of many pages in one run."""
    from xml.etree import ElementTree

    from explain.faces import draw
    from explain.html import page
    from explain.repair import repairs

    print("\n5. pages and pictures")
    policy = load_policy()
    proof = prove(decide(policy, load_case(REFUSAL, policy.vocabulary)))
    row("the page of the example refusal", f"{len(page(proof, repairs(proof.decision))) / 1000:.0f} kB", "limit 300 kB")
    picture = ElementTree.fromstring(draw(proof, ".svg"))
    across, down = (float(picture.attrib[side].removesuffix("pt")) for side in ("width", "height"))
    scale = min(10.2 * 72 / across, 7.7 * 72 / down)
    row("its picture, in points", f"{across:.0f} x {down:.0f}", f"{11 * scale:.1f} pt type")
    with tempfile.TemporaryDirectory() as folder:
        shipped = sorted((ROOT / "tests" / "cases").glob("*.case.yaml"))
        (Path(folder) / "cases").mkdir()
        for i in range(200):
            shutil.copy(shipped[i % len(shipped)], Path(folder) / "cases" / f"{i:03}.case.yaml")
        start = time.perf_counter()
        command = [sys.executable, "-m", "cli", "explain", f"{folder}/cases", "-o", f"{folder}/pages"]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        taken = time.perf_counter() - start
        sizes = [file.stat().st_size for file in (Path(folder) / "pages").glob("*.html")]
    row(f"{len(sizes)} pages of 200 cases in one run", f"{taken:.0f} s", f"{max(sizes) / 1000:.0f} kB at most")


def editing() -> None:
    """What a policy editor waits for: the difference of two editions, mutants, a suite from nothing."""
    from explain.suite.entries import entries, suite_files
    from explain.suite.grow import grow
    from explain.suite.mutation import mutate
    from explain.suite.policies import Policies
    from kb.regression.comparison import Comparison
    from kb.regression.kill import Killer
    from kb.regression.meaning import compare
    from kb.regression.mutants import mutants
    from kb.regression.open_policy import OpenPolicy

    print("\n6. changing a policy")
    policy = load_policy()
    text = policy.program.text
    edited = build_policy(text.replace("Years >= 17", "Years >= 18", 1).encode(), "edited.pl")
    start = time.perf_counter()
    found = compare(policy, edited)
    turns = sum(len(each.transitions) for each in (found.root, *found.criteria))
    row(f"two editions by meaning, with {turns} witnesses", f"{time.perf_counter() - start:.1f} s")
    listed = build_policy(text.replace("Score > 3.5", "Score > 4", 1).encode(), "listed.pl")

    def shifts(new: Policy, name: str = "") -> Callable[[], object]:
        base = OpenPolicy(policy, None, [new])
        assert base.search.usual

        def shift() -> object:
            comparison = Comparison(base, new)
            return comparison.shift(Predicate(name, 1) if name else comparison.root)

        return shift

    alone, root, rows = medians(5, shifts(edited, "old_enough"), shifts(edited), shifts(listed))
    row("  a criterion alone, the usual cases known", ms(alone))
    row("  the root goal, the usual cases known", ms(root))
    row("  the root goal, where a score in a list is to be higher", ms(rows))
    base = OpenPolicy(policy)
    assert base.search.usual
    taken = []
    for mutant in mutants(policy, ["threshold"]):
        start = time.perf_counter()
        comparison = Comparison(base, mutant.policy)
        comparison.shift(comparison.root)
        taken.append(time.perf_counter() - start)
    row(f"  the root goal under each of {len(taken)} moved thresholds", ms(statistics.median(taken)), ms(max(taken)))
    paths = [str(ROOT / "tests" / "cases"), str(ROOT / "kb" / "examples")]
    suite = list(entries(suite_files(paths), Policies("lemtrada")))
    start = time.perf_counter()
    mutation = mutate(policy, suite, {}, jobs=os.cpu_count() or 1)
    survivors, of = len(mutation.survivors), len(mutation.tried)
    row(f"{of} mutants against {len(suite)} cases, {survivors} survive", f"{time.perf_counter() - start:.0f} s")
    start = time.perf_counter()
    killer = Killer(policy)
    ended = [killer.kill(each) for each in mutation.survivors]
    same = sum(each is None for each in ended)
    row(f"  their smallest cases, {same} equivalent", f"{time.perf_counter() - start:.0f} s")
    start = time.perf_counter()
    grown = grow(policy, {}, jobs=os.cpu_count() or 1)
    told = f"{len(grown.files)} cases, {len(grown.equivalent)} equivalent, {len(grown.undecided)} undecided"
    row(f"a suite from nothing: {told}", f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    print("medians of runs side by side; ratios matter, milliseconds are this machine's")
    warm()
    cold()
    many()
    repairing()
    pages()
    editing()
