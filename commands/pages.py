"""The pages of `explain`: one for a case, or one for each case of a folder with an index of them all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from commands.common import BAD_INPUT, EXIT, case_files, each_case, editions_for
from commands.folders import make_folder
from commands.progress import patiently
from kb.answers import Status
from kb.files import write
from kb.problems import ProblemsError, printable

if TYPE_CHECKING:
    from explain.html import Row
    from explain.proof import Proof
    from explain.repair import Repairs
    from kb.editions import Editions
    from kb.policy import Policy

REPAIRS = 3
PATIENCE = 2.0


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


def folder_pages(
    folder: str,
    output: str,
    policy: str,
    readings: Mapping[str, str],
    *,
    full: bool = False,
    redact: bool = False,
    edition: str | None = None,
) -> int:
    """Write a page for each case of a folder, and ``index.html``; the exit code, as that of `check`.

    A file that is no case is a line of the index with what is wrong with it, and hides no other. With
    ``redact`` the cases are redacted copies, and they and their pages have numbers in the place of names.
    """
    from explain.html import bad_row, index, row

    editions = editions_for(policy, edition, readings, redact)
    files = case_files([folder])
    make_folder(Path(output))
    rows: list[Row] = []
    statuses: set[Status] = set()
    cases = each_case(editions, files, readings, redact=redact)
    for number, (path, read) in enumerate(patiently(cases, len(files), "deciding"), 1):
        name = f"case-{number:0{len(str(len(files)))}}" if redact else os.path.relpath(path, folder)
        if isinstance(read, ProblemsError):
            click.echo(f"{read}\n", err=True)
            rows.append(bad_row(name, str(read)))
            continue
        proof = read.proof(readings)
        statuses.add(proof.status)
        file = Path(output, f"{name}.html")
        make_folder(file.parent)
        back = "../" * name.count(os.sep) + "index.html"
        write(file, case_page(proof, full=full, back=back))
        rows.append(row(proof, name, quote(os.fsencode(f"{name}.html"))))
    write(Path(output, "index.html"), index(told_editions(editions), rows))
    click.echo(f"{printable(os.path.join(output, 'index.html'))}: {told(rows)}", err=True)
    if any(each.error for each in rows):
        return BAD_INPUT
    worst = next((each for each in (Status.NOT_MET, Status.UNDOCUMENTED) if each in statuses), Status.MET)
    return EXIT[worst]


def told_editions(editions: Editions) -> Policy:
    """The policy as an index names it: with all of its editions where each case has its own."""
    if editions.only is not None:
        return editions.only
    latest = editions.policies[-1]
    names = ", ".join(each.vocabulary.header.edition for each in editions.policies)
    header = replace(latest.vocabulary.header, edition=names)
    path, digest = (", ".join(getattr(each, name) for each in editions.policies) for name in ("path", "hash"))
    program = replace(latest.program, path=path)
    return replace(latest, program=program, vocabulary=replace(latest.vocabulary, header=header), hash=digest)


def told(rows: Iterable[Row]) -> str:
    """How many cases have each verdict."""
    counts: dict[str, int] = {}
    for each in rows:
        counts[each.verdict] = counts.get(each.verdict, 0) + 1
    return ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
