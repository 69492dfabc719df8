"""Names, texts and paths as DuckDB reads them: data that stays data."""

from __future__ import annotations

import re
from collections.abc import Iterable


def name(text: str) -> str:
    """An identifier, whatever it holds."""
    return '"' + text.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as a literal."""
    return "'" + value.replace("'", "''") + "'"


def texts(values: Iterable[str]) -> str:
    """Texts as a list of literals."""
    return "[" + ", ".join(map(text, values)) + "]"


def exact(path: str) -> str:
    """A path as a pattern that only this path matches."""
    return re.sub(r"[*?\[]", r"[\g<0>]", path)


def paths(files: Iterable[str]) -> str:
    """Files to be read, as a list of literals; what would be a pattern in a name stands for itself."""
    return texts(map(exact, files))
