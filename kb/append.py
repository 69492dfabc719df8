"""Lines added to the end of a file by several processes at once: each whole or not at all.

Where the system has ``flock``, one process writes at a time. Where it has not (Windows), a line is still
one write to a file that is opened for appending, but two processes can then miss a torn end, or on some
file systems overwrite each other: there, give each process a file of its own.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from kb.files import keep_name
from kb.problems import Problem, ProblemsError

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # pragma: no cover - a system without it
    fcntl = None


def append_line(path: Path, line: bytes) -> bool:
    """Add one line, which ends in a newline, to a file; the file is made, for its owner alone, where it is missing.

    True when all is well; false when the file ended in a line that was cut, as a power failure leaves it:
    the new line then starts on a line of its own, and what is torn stays as it is. What returns is on the disk.
    Raises ``ProblemsError`` when the line cannot be written; the file is then as it was.
    """
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    try:
        return _append(path, line)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise ProblemsError([Problem("unwritable", f"cannot be written: {reason}", str(path))], {}) from None


def _append(path: Path, line: bytes) -> bool:
    new = not path.exists()
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "it is no regular file")
        with _locked(handle):
            size = os.fstat(handle).st_size
            torn = size > 0 and _last(handle, size) != b"\n"
            whole = b"\n" + line if torn else line
            # One write, so that whoever reads meanwhile, or a failure, finds all of it or a torn end.
            try:
                if os.write(handle, whole) != len(whole):
                    raise OSError(0, "the disk is full")
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, size)
                raise
    finally:
        os.close(handle)
    if new:
        keep_name(path.parent)
    return not torn


def _last(handle: int, size: int) -> bytes:
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1)


@contextmanager
def _locked(handle: int) -> Iterator[None]:
    """Holds the file alone; closing the file, or the end of the process, gives it back as well."""
    if fcntl is None:  # pragma: no cover - a system without it
        yield
        return
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)
