"""A cohort to be decided into a folder: what the job is, and the folder that is whole or not there.

While it is written the folder has another name, ``OUT.unfinished``. A run that ends before its time leaves that and
no folder of the name asked for, and can be gone on with. Everything in it is its owner's alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from kb.cohort.connection import VIEW
from kb.cohort.data import Cohort, opened
from kb.cohort.endings import ENDINGS
from kb.cohort.export import unwritable
from kb.cohort.heard import part_of
from kb.cohort.slices import ROWS
from kb.cohort.sources import find_files
from kb.cohort.statuses import Manifest, manifest, own_columns
from kb.files import keep_name, write
from kb.policy import Policy
from kb.problems import Problem, ProblemsError, printable

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # pragma: no cover - a system without it
    fcntl = None

FORMAT, RUN_FORMAT = "policykb-cohort/1", "policykb-cohort-run/1"
UNFINISHED = ".unfinished"
CHECK = 0.2
"""The share of the work that it is to check the data."""
MANIFEST, RUN, STAGED = "manifest.json", "run.json", "members.parquet"
_WORDS = {
    "policy": "the policy",
    "readings": "the readings",
    "data": "the data, by its files, their sizes and times",
    "options": "the options",
    "software": "the version of the software",
}


@dataclass(frozen=True)
class Job:
    """What is to be decided, and how: by which policy, from which data, into which folder."""

    policy: Policy
    readings: Mapping[str, str]
    data: str
    out: str
    software: str
    keep: tuple[str, ...] = ()
    wide: bool = False
    rejects: str | None = None
    rows: int = ROWS
    engine: str = "duckdb"

    @property
    def folder(self) -> Path:
        """The folder that is asked for."""
        return Path(os.path.abspath(self.out))

    @property
    def unfinished(self) -> Path:
        """The folder while it is not whole."""
        return self.folder.with_name(self.folder.name + UNFINISHED)

    def opened(self, told: Callable[[float], None] | None) -> AbstractContextManager[Cohort]:
        """The data, checked, for as long as the block runs; ``told`` hears of it as a part of the whole."""
        lenient, folders = self.rejects is not None, [str(self.unfinished)]
        heard = part_of(told, 0, CHECK)
        return opened(self.data, self.policy.vocabulary, self.keep, lenient, folders=folders, told=heard)

    def stamp(self) -> dict[str, object]:
        """All that the result depends on. A run goes on only where this is the same."""
        rejects = self.rejects and os.path.abspath(self.rejects)
        return {
            "format": RUN_FORMAT,
            "software": self.software,
            "policy": self.policy.hash,
            "readings": self.policy.readings(self.readings),
            "data": stamps(self.data),
            "options": {
                "engine": self.engine,
                "keep": list(self.keep),
                "wide": self.wide,
                "rejects": rejects,
                "rows": self.rows,
            },
        }


@dataclass(frozen=True)
class Decided:
    """A decided cohort: its parts, what their columns mean, how many rows the data has, how many were left out."""

    folder: Path
    manifest: Manifest
    parts: tuple[Path, ...]
    rows: int
    left_out: int


def stamps(data: str) -> list[list[object]]:
    """The files of a cohort, each with its size and its time. Raises ``ProblemsError``."""
    try:
        return [[file, (found := os.stat(file)).st_size, found.st_mtime_ns] for file in find_files(data)[1]]
    except OSError as error:
        raise _problem("no-cohort", (error.strerror or "it cannot be read").lower(), data) from None


def prepare(job: Job, resume: bool = False) -> Mapping[str, Any]:
    """What the result depends on, and nothing in the way of it.

    Raises ``ProblemsError`` where the folder is there already, where ``resume`` finds no run of the same to go on
    with, and where a column cannot be kept.
    """
    _refuse_place(job, resume)
    stamp = job.stamp()
    if resume:
        _refuse_other(job, stamp)
    _refuse_names(job)
    return stamp


def begin(job: Job, stamp: Mapping[str, Any]) -> None:
    """The folder made, with the stamp in it. Raises ``ProblemsError`` where it cannot be."""
    try:
        job.unfinished.mkdir(mode=0o700)
    except OSError as error:
        raise unwritable(error, job.out) from None
    write(job.unfinished / RUN, _bytes(stamp))


def finish(job: Job, cohort: Cohort, stamp: Mapping[str, Any], explained: Manifest, parts: Sequence[Path]) -> Decided:
    """The manifest written last, and the folder given its name."""
    if stamps(job.data) != stamp["data"]:
        raise _problem("data-changed", "the data changed while it was read", job.data, "start anew when it rests")
    staged = job.unfinished / STAGED
    files = [{"file": each.name} for each in parts]
    own = own_columns(explained, job.wide)
    told = {
        "format": FORMAT,
        "software": job.software,
        **explained.as_json(),
        "data": [{"file": file, "bytes": size} for file, size, _ in stamp["data"]],
        "rows": cohort.checked.rows,
        "left_out": cohort.checked.rejected,
        "columns": [*own, *job.keep],
        "kept": list(job.keep),
        "parts": files,
    }
    write(job.unfinished / MANIFEST, _bytes(told))
    staged.unlink(missing_ok=True)
    try:
        os.rename(job.unfinished, job.folder)
    except OSError as error:
        raise unwritable(error, job.out) from None
    # Until here the run could have been gone on with.
    (job.folder / RUN).unlink()
    keep_name(job.folder.parent)
    there = tuple(job.folder / each.name for each in parts)
    return Decided(job.folder, explained, there, cohort.checked.rows, cohort.checked.rejected)


def _refuse_place(job: Job, resume: bool) -> None:
    if Path(job.out).suffix.lower() in ENDINGS:
        message = "a decided cohort is a folder of files, and this is the name of a file"
        raise _problem("not-a-folder", message, job.out, "give the name of a folder that is not there yet")
    if Path(job.data).is_dir() and job.folder.is_relative_to(os.path.abspath(job.data)):
        message = "it is inside the folder of the data, where it would be read as data"
        raise _problem("inside-data", message, job.out, "choose a folder beside it")
    if job.folder.exists():
        raise _problem("exists", "there is a file or folder of this name already", job.out, "choose another name")
    there = job.unfinished.is_dir()
    if there and not resume:
        message = f"an earlier run left `{printable(job.unfinished.name)}`"
        raise _problem("unfinished", message, job.out, "go on with it by `--resume`, or remove it")
    if resume and not (job.unfinished / RUN).is_file():
        message = f"there is no `{printable(job.unfinished.name)}` to go on with"
        raise _problem("nothing-to-resume", message, job.out, "start without `--resume`")


def _refuse_other(job: Job, stamp: Mapping[str, object]) -> None:
    """Raises where the run that was left is another one than this."""
    place = str(job.unfinished / RUN)
    try:
        before = json.loads(Path(place).read_text("utf-8"))
    except (OSError, ValueError):
        before = None
    if not isinstance(before, dict) or before.get("format") != RUN_FORMAT:
        raise _problem("resume-differs", "it does not say what it is of", place, "remove the folder, and start anew")
    now = json.loads(json.dumps(stamp))
    differs = [words for key, words in _WORDS.items() if before.get(key) != now[key]]
    if differs:
        message = f"the run that was left is another one: {', '.join(differs)} differ{'s' * (len(differs) == 1)}"
        raise _problem("resume-differs", message, job.out, "give what was given then, or remove it and start anew")


def _refuse_names(job: Job) -> None:
    """Raises where a column that is to be kept has the name of one that is written."""
    from kb.cohort.columns import columns
    from kb.cohort.kept import kept_statement

    if not job.keep:
        return
    # Which statuses there are does not hang on the columns of the data.
    told = manifest(job.policy, kept_statement(job.policy, job.readings, (), VIEW, with_clauses=True)[0])
    layout = [each.name for each in columns(job.policy.vocabulary)]
    taken = {each.lower() for each in (*layout, *own_columns(told, job.wide), "file_row_number")}
    problems = [
        Problem(
            "kept-name", f"the column `{printable(key)}` cannot be kept: a column of this name is written", job.data
        )
        for at, key in enumerate(job.keep)
        if key.lower() in taken | {each.lower() for each in job.keep[:at]}
    ]
    if problems:
        raise ProblemsError(problems, {})


@contextmanager
def alone(job: Job) -> Iterator[None]:
    """Keeps a second run out of the folder; the end of the process gives it back as well."""
    if fcntl is None:  # pragma: no cover - a system without it
        yield
        return
    with open(job.unfinished / RUN, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            message = "another run is writing to it"
            raise _problem("in-use", message, str(job.unfinished), "wait for its end") from None
        yield


def _bytes(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def _problem(code: str, message: str, path: str, help: str = "") -> ProblemsError:
    return ProblemsError([Problem(code, message, path, help=help)], {})
