"""How much a run takes: a sample by `make test`, everything by `make nightly`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

# Set by the option `--every-case`, before any test is collected; workers inherit it.
VARIABLE = "POLICYKB_EVERY_CASE"


def everything() -> bool:
    """Whether nothing is left out."""
    return os.environ.get(VARIABLE) == "1"


def tries(all_of_them: int, sample: int) -> int:
    """How many are tried: all of them, or a sample."""
    return all_of_them if everything() else sample


def sample(items: Sequence[T], every: int) -> Sequence[T]:
    """All items, or every so many-th of them."""
    return items if everything() else items[::every]
