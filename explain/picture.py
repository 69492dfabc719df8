"""DOT to a picture: by `dot` where there is one, else by the Graphviz inside pygraphviz's wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

PictureKind = Literal["svg", "png", "pdf"]


def render(source: str, kind: PictureKind) -> bytes:
    """The picture that a DOT source describes. Raises ``RuntimeError`` when Graphviz cannot draw it."""
    drawn = by_program(source, kind) if shutil.which("dot") else None
    if not drawn:
        import pygraphviz

        with quiet():
            drawn = pygraphviz.AGraph(string=source).draw(format=kind, prog="dot")
    if not isinstance(drawn, bytes) or not drawn:
        raise RuntimeError("Graphviz drew nothing")
    return drawn


def by_program(source: str, kind: PictureKind) -> bytes | None:
    """The picture as `dot` draws it; nothing where it fails, as one that cannot write this format does."""
    import graphviz

    try:
        drawn = graphviz.Source(source).pipe(format=kind, quiet=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return drawn if isinstance(drawn, bytes) else None


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps what the Graphviz inside the wheel says of this machine's fonts off the terminal.

    Its libraries write to the error stream itself, so the stream is what has to be turned away.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as said:
        kept = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
