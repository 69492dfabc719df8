"""How far something long has come, on a terminal; elsewhere nothing is shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol, TypeVar

import click

T = TypeVar("T")
# So many seconds pass before a bar is shown.
PATIENCE = 2.0


class Told(Protocol):
    """Hears how many parts are done, of how many, and what is at work now."""

    def __call__(self, done: int, total: int, about: str = "") -> None: ...


@contextmanager
def progress(label: str, at_once: bool = False) -> Iterator[Told]:
    """A bar for as long as the block runs, once it has run for a while, or at once. What the block calls moves it."""
    began = time.monotonic()
    with ExitStack() as stack:
        bar: Any = None

        def told(done: int, total: int, about: str = "") -> None:
            nonlocal bar
            if bar is None and (at_once or time.monotonic() - began >= PATIENCE):
                show: Callable[[str | None], str] = lambda item: item or ""  # noqa: E731
                bar = stack.enter_context(
                    click.progressbar(length=total, label=label, item_show_func=show, file=sys.stderr)
                )
            if bar is not None:
                bar.update(done - bar.pos, about)
                bar.render_progress()

        yield told if sys.stderr.isatty() else _silent


def patiently(items: Iterable[T], total: int, label: str, at_once: bool = False) -> Iterator[T]:
    """The items, so many of them in all, with such a bar."""
    with progress(label, at_once) as told:
        for done, item in enumerate(items):
            told(done, total)
            yield item
        told(total, total)


def _silent(done: int, total: int, about: str = "") -> None:
    pass
