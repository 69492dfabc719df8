"""What changed between two proofs, in the form that the ending of a file's name asks for."""

from __future__ import annotations

import json
from typing import cast

from explain.changes import Changes
from explain.picture import PictureKind

ENDINGS = (".svg", ".png", ".pdf", ".dot", ".txt", ".json")


def draw_changes(changes: Changes, ending: str, *, full: bool = False) -> bytes:
    """The changes in the format of an ending, as the bytes of a file."""
    if ending == ".json":
        from explain.changes_json import changes_json

        return (json.dumps(changes_json(changes, full=full), indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    if ending == ".txt":
        from explain.changes_text import changes_text

        return (changes_text(changes, full=full) + "\n").encode("utf-8")
    from explain.changes_dot import changes_dot

    if ending == ".dot":
        return changes_dot(changes, full=full).encode("utf-8")
    from explain.picture import render

    kind = cast(PictureKind, ending.removeprefix("."))
    return render(changes_dot(changes, full=full, medium=kind), kind)
