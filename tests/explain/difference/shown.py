"""A difference in all its parts, for the tests of its faces."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from explain.difference.departures import sayer
from kb.policy import Policy, build_policy
from kb.regression.difference import Difference
from kb.regression.effect import effect, outcomes
from kb.regression.meaning import compare
from kb.regression.words import edits
from tests.support import FULL, MS

FINE = (
    "step(P), clear(P).",
    "step(P), clear(P), fine(P).\n:- criterion(fine/1, 'A', \"no HIV\").\nfine(P) :- case(P), \\+ hazard(P, hiv).",
)


def edited(*changes: tuple[str, str], text: str = MS) -> Policy:
    """The small policy with texts replaced; each must be there once."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return build_policy(text.encode(), "new.pl")


def difference(old: Policy, new: Policy, cases: Sequence[tuple[str, str]] = (), *, meaning: bool = False) -> Difference:
    """The difference with its effect on cases, each a name and a text."""
    with TemporaryDirectory() as folder:
        paths = []
        for name, text in cases:
            paths.append(Path(folder, name))
            paths[-1].write_text(text, "utf-8")
        found = effect(outcomes(old, new, paths)) if cases else None
    return Difference(old, new, edits(old, new), compare(old, new, say=sayer(old)) if meaning else None, found)


@cache
def stricter() -> Difference:
    """A threshold that rose and a criterion that is new: three cases, of which one flips and one cannot be read."""
    cases = [
        ("a.yaml", FULL),
        ("b.yaml", FULL.replace("A-1", "B-2").replace("hiv: false", "hiv: true")),
        ("bad.yaml", "case: C\nnothing: 1\n"),
    ]
    return difference(
        build_policy(MS.encode(), "old.pl"), edited(("Months >= 3", "Months >= 6"), FINE), cases, meaning=True
    )
