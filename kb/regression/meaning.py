"""The difference between two editions by meaning: which goals can be decided differently, and of which case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from kb.policy import Policy
from kb.regression.comparison import Comparison, plain
from kb.regression.difference import Meaning
from kb.regression.open_policy import OpenPolicy
from kb.regression.under import known_to, other_readings
from kb.regression.unshared import unshared
from kb.solving.witness import Departure
from kb.syntax import Predicate

BY_DEFAULT = "readings by default; another one, by itself, where clauses differ that count under it alone"


def compare(
    old: Policy,
    new: Policy,
    readings: Mapping[str, str] | None = None,
    *,
    say: Callable[[Departure], str] = plain,
    rows: int = 0,
    progress: Callable[[list[Predicate]], Iterable[Predicate]] = iter,
) -> Meaning:
    """What the two editions decide differently: of the root goal and of each criterion that both have.

    ``readings`` hold for both editions where they have them. ``say`` puts a departure of a witness into words,
    ``rows`` widens the bounds by so many rows of each list, ``progress`` passes the goals on one by one.
    Raises ``ProblemsError`` for a policy that defines a predicate by itself, or a reading that neither offers;
    ``ReplayError`` for a witness that the deciding engine decides otherwise.
    """
    for each in readings or {}:
        if each not in new.vocabulary.readings:
            old.readings({each: (readings or {})[each]})
    base = OpenPolicy(old, known_to(old, readings or {}), [new], rows)
    comparison = Comparison(base, new, known_to(new, readings or {}))
    root = Predicate(old.vocabulary.header.root, 1)
    # A criterion keeps its place in the file; the root goal is told first.
    asked = [root, *(each for each in comparison.criteria() if each != root)]
    shifts = [comparison.shift(predicate, say) for predicate in progress(asked)]
    otherwise = []
    for chosen, before, after in other_readings(old, new, readings or {}):
        shift = Comparison(base.under(before), new, after).shift(root, say)
        if shift.relation == "undecided" or not shift.turns <= shifts[0].turns:
            otherwise.append(replace(shift, readings=chosen))
    bounds = base.bounds.words(base.inputs)
    if old.vocabulary.readings or new.vocabulary.readings:
        bounds += (BY_DEFAULT,)
    notes = tuple(unshared(old.vocabulary, new.vocabulary))
    return Meaning(shifts[0], tuple(shifts[1:]), bounds, notes, tuple(otherwise))
