"""Case files written into a folder: for their owner alone, and none over a file that is there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from kb.files import write
from kb.problems import Problem, ProblemsError, printable


def make_folder(path: Path) -> None:
    """Make a folder, for its owner alone, if it is missing. Raises ``ProblemsError``."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        problem = Problem("unwritable", f"the folder cannot be made: {reason}", str(path))
        raise ProblemsError([problem], {}) from None


def refuse_taken(paths: Iterable[Path], help: str = "choose another folder") -> None:
    """Raises ``ProblemsError`` with each of these files that is there already."""
    problems = [
        Problem("exists", "there is a file of this name already", str(each), help=help)
        for each in paths
        if each.exists()
    ]
    if problems:
        raise ProblemsError(problems, {})


def refuse_folder(folder: Path, *patterns: str) -> None:
    """Raises ``ProblemsError`` where no cases of these names can be written into a folder, before the search for them.

    It holds some already, or it is none and cannot be made, or is not to be written into.
    """
    if there := sorted(each for pattern in patterns if os.path.isdir(folder) for each in folder.glob(pattern)):
        problem = Problem("exists", "the folder holds such cases already", str(there[0]), help="choose another folder")
        raise ProblemsError([problem], {})
    nearest = next(each for each in (folder, *folder.absolute().parents) if os.path.exists(each))
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        reason = "this is no folder" if not nearest.is_dir() else "this folder cannot be written into"
        problem = Problem("unwritable", reason, str(nearest), help="choose another folder")
        raise ProblemsError([problem], {})


def write_cases(folder: Path, files: Mapping[str, str]) -> None:
    """Write case files, given by their names, into a folder, and say so; where one is there already, none of them."""
    refuse_taken(folder / name for name in files)
    make_folder(folder)
    for name, text in files.items():
        write(folder / name, text.encode("utf-8"))
    click.echo(f"{printable(str(folder))}: {len(files)} case{'s' * (len(files) != 1)} written", err=True)
