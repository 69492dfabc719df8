"""One proof, several faces: the right one for the ending of a file's name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from explain.picture import PictureKind
from explain.proof import Proof


def draw(proof: Proof, ending: str, *, full: bool = False) -> bytes:
    """The proof in the format of an ending (a key of ``FORMATS``), as the bytes of a file."""
    return FORMATS[ending](proof, full)


def _text(proof: Proof, full: bool) -> bytes:
    from explain.text import proof_text

    return (proof_text(proof, full=full) + "\n").encode("utf-8")


def _json(proof: Proof, full: bool) -> bytes:
    from explain.json import proof_json

    return (json.dumps(proof_json(proof), indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def _dot(proof: Proof, full: bool) -> bytes:
    from explain.dot import dot

    return dot(proof, full=full).encode("utf-8")


def _html(proof: Proof, full: bool) -> bytes:
    from explain.html import page

    return page(proof, full=full)


def _picture(kind: PictureKind) -> Callable[[Proof, bool], bytes]:
    def drawn(proof: Proof, full: bool) -> bytes:
        from explain.dot import dot
        from explain.picture import render

        return render(dot(proof, full=full, medium=kind), kind)

    return drawn


FORMATS: Mapping[str, Callable[[Proof, bool], bytes]] = {
    ".html": _html,
    ".svg": _picture("svg"),
    ".png": _picture("png"),
    ".pdf": _picture("pdf"),
    ".dot": _dot,
    ".txt": _text,
    ".json": _json,
}
