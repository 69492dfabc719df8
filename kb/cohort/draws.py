"""Numbers that look drawn at random and are not: each follows from the seed, the member and what it is for.

They are worked out in the SQL of DuckDB with whole numbers alone, so that they are the same on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from kb.cohort.quoting import text

PRIME = 2**31 - 1
_STEP = 7919


def keyed(seed: str, first: int, last: int) -> str:
    """The members of these numbers, each with the four numbers that all its draws follow from.

    They are a digest of the seed and the member's number: nothing depends on how many members there are.
    """
    digest = "md5_number_lower(k) AS lower, md5_number_upper(k) AS upper"
    made = f"SELECT range AS i, {text(seed + ' ')} || range AS k FROM range({first}, {last})"
    parts = (
        f"(lower & {PRIME})::BIGINT AS a, (lower >> 32 & {PRIME})::BIGINT AS b,"
        f" (upper & {PRIME})::BIGINT AS c, (upper >> 32 & {PRIME})::BIGINT AS d"
    )
    return f"(SELECT i, {parts} FROM (SELECT i, {digest} FROM ({made})))"


def draw(what: str, place: str = "") -> str:
    """A whole number below ``PRIME``, for one purpose, and in a list for one place of it.

    The value of a polynomial of the third degree whose coefficients are the member's: any four are independent.
    """
    at = str(int.from_bytes(hashlib.sha256(what.encode()).digest()[:4]) % 2**30)
    x = f"({at} + {_STEP} * {place})" if place else at
    return f"(((a * {x} + b) % {PRIME} * {x} + c) % {PRIME} * {x} + d) % {PRIME}"


def chance(share: float, what: str, place: str = "") -> str:
    """True for this share of the members."""
    return f"({draw(what, place)} < {round(share * PRIME)})"


def below(limit: int, what: str, place: str = "") -> str:
    """A whole number below a limit."""
    return f"({draw(what, place)} % {limit})"


def choice(values: Sequence[str], what: str, place: str = "") -> str:
    """One of several expressions that are constant."""
    return f"([{', '.join(values)}][1 + {draw(what, place)} % {len(values)}])"
