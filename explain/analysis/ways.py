"""The ways to the root goal in the sentences of the policy: what several have in common, and what each adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from explain.difference.departures import told, value
from explain.language import clean, fill_in, listing, plural
from kb.policy import Policy
from kb.regression.findings import Way
from kb.solving.free import Held, Slot, Stated
from kb.syntax import Clause

MOST_LISTED = 12


@dataclass(frozen=True)
class Ways:
    """The ways by one clause of the root goal: what all of them document, and what each documents beside that.

    ``things`` counts what each documents. Where there is one way alone it has nothing in common with others.
    """

    clause: Clause
    things: tuple[int, ...]
    common: tuple[str, ...]
    each: tuple[tuple[str, ...], ...]


def grouped(policy: Policy, ways: Sequence[Way]) -> list[Ways]:
    """The ways by the clause of the root goal that they meet, in the order in which they were found."""
    found = []
    for clause in dict.fromkeys(way.clause for way in ways):
        those = [way for way in ways if way.clause == clause]
        said = [Counter(sentences(policy, way.held)) for way in those]
        common: Counter[str] = said[0].copy() if len(said) > 1 else Counter()
        for each in said[1:]:
            common &= each
        apart = tuple(tuple(_times(each - common)) for each in said)
        found.append(Ways(clause, tuple(way.stated for way in those), tuple(_times(common)), apart))
    return found


def sentences(policy: Policy, held: Sequence[tuple[Slot, Held]]) -> Iterator[str]:
    """What a case documents, a sentence for each thing; dates are merely examples and are left out.

    What is not so stands in one sentence for each input.
    """
    vocabulary = policy.vocabulary
    for name in dict.fromkeys(slot.declared.name for slot, _ in held):
        declared = vocabulary.inputs[name]
        pieces = [(slot, what) for slot, what in held if slot.declared.name == name]
        rows = [(slot, what) for slot, what in pieces if isinstance(what, Stated)]
        if declared.kind == "many" and not rows:
            yield f"{plural(clean(declared.noun))}: none"
        for _, what in rows:
            values = {
                field.name: "a date"
                if term is not None and isinstance(term.value, date)
                else value(vocabulary, field.type, term)
                for field, term in zip(declared.fields, what.fields, strict=True)
            }
            yield fill_in(declared.says, values)
        if declared.kind == "many":
            continue
        yield from (told(vocabulary, slot, what) for slot, what in pieces if what is True)
        nots = [slot for slot, what in pieces if what is False]
        if len(nots) == 1:
            yield told(vocabulary, nots[0], False)
        elif nots:
            labels = [clean(vocabulary.label(declared.fields[0].type, slot.item)) for slot in nots]
            yield f"{clean(declared.noun)}, none of these: {listing(labels, MOST_LISTED)}"


def _times(said: Counter[str]) -> Iterator[str]:
    """The sentences in their order, one that is said more than once with its number."""
    for sentence, number in said.items():
        yield sentence if number == 1 else f"{sentence}: {number} of them"
