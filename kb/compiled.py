"""Checked policies, and what cohorts are decided by, kept on disk between commands, so that each is made once.

What is kept is data of this package's own classes and plain values; the reader admits nothing else,
so that a file in the cache folder cannot run code. Anything amiss with it means "not kept".
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import sys
from contextlib import suppress
from pathlib import Path

from kb.files import write_whole

ADMITTED = {
    ("datetime", "date"),
    ("decimal", "Decimal"),
    ("types", "MappingProxyType"),
    *(("kb.syntax", name) for name in (
        "Atom", "AtLeast", "AtLeastDistinct", "Clause", "Comparison", "Compound", "Conjunction", "Constant",
        "Directive", "ListTerm", "Negation", "Predicate", "Program", "Span", "Variable",
    )),
    *(("kb.vocabulary", name) for name in (
        "Argument", "Criterion", "Header", "Informational", "Input", "Reading", "Type", "Vocabulary",
    )),
    ("kb.policy", "Policy"),
    *(("kb.cohort.outputs", name) for name in ("Asked", "Output", "Statuses")),
    ("kb.problems", "Problem"),
}  # fmt: skip


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        if (module, name) not in ADMITTED:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of what is kept")
        return super().find_class(module, name)


def folder() -> Path:
    """Where it is kept: ``POLICYKB_CACHE``, or ``policykb`` in the user's cache folder."""
    if own := os.environ.get("POLICYKB_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "policykb"


def _file(key: object) -> Path:
    # Any change to this package's code makes what it compiled before worthless.
    stamps = []
    for part in (Path(__file__).parent, Path(__file__).parent / "cohort"):
        with os.scandir(part) as entries:
            stamps += sorted(
                (entry.name, entry.stat().st_mtime_ns) for entry in entries if entry.name.endswith((".py", ".lark"))
            )
    name = hashlib.sha256(repr((key, sys.version_info, stamps)).encode()).hexdigest()
    return folder() / f"{name}.policy"


def load(key: object) -> object:
    """What was kept by a key, whose ``repr`` says all that it hangs on, or ``None``."""
    try:
        path = _file(key)
        owner = path.stat()
        if hasattr(os, "getuid") and (owner.st_uid != os.getuid() or owner.st_mode & 0o022):
            return None
        return _Reader(io.BytesIO(path.read_bytes())).load()
    except Exception:
        return None


def store(key: object, value: object) -> None:
    """Keep something by a key, written whole or not at all; a folder that cannot be written is no error."""
    with suppress(OSError):
        path = _file(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, pickle.dumps(value, protocol=5))
