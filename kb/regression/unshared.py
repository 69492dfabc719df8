"""What two editions do not share: a comparison leaves it undocumented or aside, and says so."""

from __future__ import annotations

from collections.abc import Iterator

from kb.solving.shared import shape
from kb.vocabulary import Vocabulary


def unlike(old: Vocabulary, new: Vocabulary) -> frozenset[str]:
    """The names of the inputs that both editions have and take differently.

    A case can state one and be read under both, so that there are cases which a comparison does not see.
    """
    both = old.inputs.keys() & new.inputs.keys()
    return frozenset(name for name in both if shape(old.inputs[name]) != shape(new.inputs[name]))


def unshared(old: Vocabulary, new: Vocabulary) -> Iterator[str]:
    """The inputs, values, criteria and names that only one of two editions has, each in a sentence."""
    for name in {**old.inputs, **new.inputs}:
        if name not in new.inputs or name not in old.inputs:
            which = "old" if name in old.inputs else "new"
            yield f"the input {name} is known to the {which} edition alone, so every case is without it"
        elif shape(old.inputs[name]) != shape(new.inputs[name]):
            yield f"the input {name} is given differently in the two editions, so every case is without it"
    for name in {**old.types, **new.types}:
        if name in old.types and name in new.types:
            apart = set(old.types[name].values) ^ set(new.types[name].values)
            if apart:
                left = ", ".join(sorted(apart))
                yield f"of {name} only the values that both editions know are used, without {left}"
    for predicate in {**old.criteria, **new.criteria}:
        if predicate not in old.criteria or predicate not in new.criteria:
            which = "old" if predicate in old.criteria else "new"
            yield f"{predicate} is a criterion of the {which} edition alone, and is not compared"
    if old.header.root != new.header.root:
        yield f"the root goal has another name: {old.header.root} in the old edition, {new.header.root} in the new"
