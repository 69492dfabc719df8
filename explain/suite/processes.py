"""Processes that work beside this one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context


def processes(jobs: int, start: Callable[..., None], *given: object) -> ProcessPoolExecutor:
    """So many processes, each of which begins with ``start`` of what is given.

    One that is forked would share threads and locks that are not its own, such as those of a progress bar.
    """
    return ProcessPoolExecutor(jobs, get_context("spawn"), start, given)
