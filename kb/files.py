"""Files written whole or not at all, for their owner alone."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from kb.problems import Problem, ProblemsError


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, readable by its owner alone: it may hold health data.

    Raises ``OSError``; what stood in the file before is then still there.
    """
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def write(path: Path, content: bytes) -> None:
    """``write_whole`` for a path that a person named: ``ProblemsError`` says why it cannot be written."""
    try:
        write_whole(path, content)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ProblemsError([Problem("unwritable", f"cannot be written: {reason}", str(path))], {}) from None


def keep_name(folder: Path) -> None:
    """The name of a new file or folder in a folder put on the disk, where the system can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
