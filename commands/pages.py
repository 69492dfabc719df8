"""The pages of `explain`: one for a case, or one for each case of a folder with an index of them all."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import click

from commands.common import BAD_INPUT, EXIT, case_files
from kb.answers import Status
from kb.files import write
from kb.problems import Problem, ProblemsError, printable

if TYPE_CHECKING:
    from explain.html import Row
    from explain.proof import Proof
    from explain.repair import Repairs

REPAIRS = 3
PATIENCE = 2.0
T = TypeVar("T")


def case_page(proof: Proof, *, full: bool = False, back: str = "") -> bytes:
    """The page about one proof, with the smallest repairs where it decides a whole case."""
    from explain.html import page

    return page(proof, repairs_of(proof), full=full, back=back)


def repairs_of(proof: Proof) -> Repairs | None:
    """The first few repairs of a verdict that is not proved."""
    if proof.status is Status.MET or proof.root.goal != proof.decision.root:
        return None
    from explain.repair import repairs

    try:
        return repairs(proof.decision, most=REPAIRS)
    except ProblemsError:
        # A policy that is beyond solving is decided all the same; `policykb repair` says why.
        return None


def folder_pages(folder: str, output: str, policy: str, readings: Mapping[str, str], *, full: bool = False) -> int:
    """Write a page for each case of a folder, and ``index.html``; the exit code, as that of `check`.

    A file that is no case is a line of the index with what is wrong with it, and hides no other.
    """
    from explain.html import bad_row, index, row
    from explain.prover import prove
    from kb.decide import decide
    from kb.policy import load_policy
    from kb.read_case import load_case

    loaded = load_policy(policy)
    loaded.readings(readings)
    files = case_files([folder])
    make_folder(Path(output))
    rows: list[Row] = []
    statuses: set[Status] = set()
    for path in patiently(files, len(files)):
        name = os.path.relpath(path, folder)
        try:
            case = load_case(path, loaded.vocabulary)
        except ProblemsError as error:
            click.echo(f"{error}\n", err=True)
            rows.append(bad_row(name, str(error)))
            continue
        proof = prove(decide(loaded, case, readings))
        statuses.add(proof.status)
        file = Path(output, f"{name}.html")
        make_folder(file.parent)
        back = "../" * name.count(os.sep) + "index.html"
        write(file, case_page(proof, full=full, back=back))
        rows.append(row(proof, name, quote(os.fsencode(f"{name}.html"))))
    write(Path(output, "index.html"), index(loaded, rows))
    click.echo(f"{printable(os.path.join(output, 'index.html'))}: {told(rows)}", err=True)
    if any(each.error for each in rows):
        return BAD_INPUT
    worst = next((each for each in (Status.NOT_MET, Status.UNDOCUMENTED) if each in statuses), Status.MET)
    return EXIT[worst]


def told(rows: Iterable[Row]) -> str:
    """How many cases have each verdict."""
    counts: dict[str, int] = {}
    for each in rows:
        counts[each.verdict] = counts.get(each.verdict, 0) + 1
    return ", ".join(f"{number} {verdict}" for verdict, number in counts.items())


def make_folder(path: Path) -> None:
    """Make a folder, for its owner alone, if it is missing."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        problem = Problem("unwritable", f"the folder cannot be made: {reason}", str(path))
        raise ProblemsError([problem], {}) from None


def patiently(items: Iterable[T], total: int) -> Iterator[T]:
    """The items; on a terminal a line says how far they have come, once that takes longer than two seconds."""
    began, shown = time.monotonic(), False
    for done, item in enumerate(items):
        if sys.stderr.isatty() and time.monotonic() - began > PATIENCE:
            click.echo(f"\r{done} of {total} cases", nl=False, err=True)
            shown = True
        yield item
    if shown:
        click.echo(f"\r{' ' * 40}\r", nl=False, err=True)
