"""What one piece of evidence states itself, held against the fact that all pieces together amount to."""

from __future__ import annotations

from dataclasses import replace

from kb.answers import Status
from kb.case import Evidence, Fact
from kb.syntax import Constant, Term, Unknown
from kb.vocabulary import Input


def positions(declared: Input, piece: Evidence) -> dict[int, Constant]:
    """The values that a piece states, by their place in the row; none for what is true or false."""
    places = {argument.key: place for place, argument in enumerate(declared.arguments) if place}
    return {places.get(key, 1): value for key, value in piece.states if isinstance(value, Constant)}


def otherwise(declared: Input, fact: Fact, piece: Evidence) -> dict[int, Constant] | bool | None:
    """What a piece says in the place of what a fact holds, by the place in the row; nothing where both agree.

    Of what is true or false, the truth that it states; a value that the fact leaves open agrees with every piece.
    """
    for _, value in piece.states:
        if isinstance(value, bool):
            known = fact.status is not Status.UNDOCUMENTED
            return value if known and value is not (fact.status is Status.MET) else None
    stated = positions(declared, piece).items()
    return {at: term for at, term in stated if not isinstance(fact.row[at], Unknown) and fact.row[at] != term} or None


def apart(declared: Input, fact: Fact, piece: Evidence) -> bool:
    """Whether a piece leaves out a field of which others say different things, so that it does not state the row."""
    own = {key for key, _ in piece.states}
    disputed = (each for each in fact.evidence if otherwise(declared, fact, each) is not None)
    return any(key not in own for each in disputed for key, _ in each.states)


def attested_values(declared: Input, fact: Fact) -> dict[int, tuple[Constant, ...]]:
    """The values that are only attested where a document is needed, by the place in the row that they leave open."""
    found: dict[int, tuple[Constant, ...]] = {}
    for at, (argument, term) in enumerate(zip(declared.arguments, fact.row, strict=True)):
        reason = (fact.gaps or {}).get(argument.name, fact.reason)
        if isinstance(term, Unknown) and reason == "attested":
            stated = (positions(declared, piece).get(at) for piece in fact.evidence)
            if values := tuple(dict.fromkeys(each for each in stated if each is not None)):
                found[at] = values
    return found


def as_stated(declared: Input, fact: Fact, piece: Evidence) -> Fact:
    """A fact as one piece of its evidence states it: a piece for one field leaves the others of the row."""
    row: list[Term] = list(fact.row)
    said = otherwise(declared, fact, piece)
    if isinstance(said, bool):
        return replace(fact, status=Status.MET if said else Status.NOT_MET)
    for at, term in (said or {}).items():
        row[at] = term
    return replace(fact, row=tuple(row))
