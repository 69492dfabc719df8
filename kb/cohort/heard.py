"""How far an engine has come, told while it works."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SECONDS = 0.3


@contextmanager
def heard(done: Callable[[], float], told: Callable[[float], None] | None) -> Iterator[None]:
    """Says, for as long as the block runs, what share of its work ``done`` finds done: from nought to one."""
    if told is None:
        yield
        return
    say, ended = told, threading.Event()

    def listen() -> None:
        while not ended.wait(_SECONDS):
            say(max(0.0, min(1.0, done())))

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def part_of(told: Callable[[float], None] | None, start: float, size: float) -> Callable[[float], None] | None:
    """Tells shares of a part of the work, which begins at ``start`` and is ``size`` of the whole."""
    return None if told is None else lambda share: told(start + share * size)
