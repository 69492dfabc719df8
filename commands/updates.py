"""Expectations written anew in their files, and what that changed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kb.problems import Problem, ProblemsError, printable

if TYPE_CHECKING:
    from explain.suite.entries import Entry


def update(entry: Entry, readings: Mapping[str, str], full: bool = False) -> str:
    """Write what a case now comes to under `expect` in its file; what that changed, as a difference of lines.

    Empty where the file says so already. A table is a spreadsheet's own and is left as it is: what is to
    be typed into it is told. Raises ``ProblemsError`` where the file cannot be written anew.
    """
    from explain.suite.expect import differences
    from explain.suite.rewrite import rewritten, updated
    from explain.suite.run import decider
    from kb.files import write

    assert entry.case is not None
    assert entry.policy is not None
    decided = decider(entry.policy, entry.case, readings)
    changed = entry.expectation is None or bool(differences(entry.expectation, decided))
    if not changed and not full:
        return ""
    if entry.row:
        return _told(entry, updated(entry.case.expect, entry.expectation, decided, full)) if changed else ""
    if entry.path.suffix.lower() == ".pl":
        help = "write the case in YAML"
        raise ProblemsError(
            [Problem("unwritable", "a case of Prolog facts expects nothing", str(entry.path), help=help)], {}
        )
    path = entry.path.resolve()
    before = path.read_bytes().decode("utf-8")
    expect = updated(entry.case.expect, entry.expectation, decided, full)
    after = rewritten(before, expect, str(entry.path))
    if after == before:
        return ""
    mode = path.stat().st_mode & 0o777
    write(path, after.encode("utf-8"))
    path.chmod(mode)
    return "\n".join(_difference(before, after, printable(str(entry.path))))


def _difference(before: str, after: str, name: str) -> list[str]:
    """Two texts as a difference of lines that cannot steer a terminal."""
    old, new = (text.replace("\r\n", "\n").removesuffix("\n").split("\n") for text in (before, after))
    return [printable(line) for line in difflib.unified_diff(old, new, name, name, lineterm="", n=2)]


def _told(entry: Entry, expect: object) -> str:
    """What is to be typed into a row of a table."""
    lines = [f"{printable(str(entry.path))}, row {entry.row}: a table is not written; its cells should be"]
    pairs = expect.items() if isinstance(expect, Mapping) else [("verdict", expect)]
    for key, value in pairs:
        inner = value.items() if isinstance(value, Mapping) else [("", value)]
        for name, said in inner:
            column = f"expect.{key}{'.' if name else ''}{name}"
            words = "; ".join(map(str, said)) or "none" if isinstance(said, list | tuple) else str(said)
            lines.append(f"  {printable(column)}: {printable(words)}")
    return "\n".join(lines)
