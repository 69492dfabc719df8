"""What becomes of a variable with an unknown value when a conjunction says more of it.

A variable that meets a second value keeps the one that says more, as in the clauses that ``kb.bounds``
lowers. Where that changes a status, the proof has to follow each way in which it can happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from explain.plan import Giving, Origins
from explain.proof import FieldOf, Node, Origin
from kb.answers import Answers, Row, Status
from kb.compare import compare
from kb.syntax import BETWEEN, Atom, Clause, Comparison, Term, Unknown, Variable, better, fill, substitute

Values = Mapping[str, Term]
NONE: frozenset[str] = frozenset()


def refinable(body: Giving, values: Values, answers: Answers, wanted: frozenset[str] = NONE) -> frozenset[str]:
    """The variables with an unknown value of which a goal of the body can say more.

    One that occurs only once does not matter, for nothing else reads what is said of it, unless it is wanted.
    """
    doubtful = frozenset(name for name, term in values.items() if isinstance(term, Unknown)) & (body.often | wanted)
    if not doubtful:
        return NONE
    found: set[str] = set()
    for goal, given in body.atoms:
        told = given & doubtful
        if told and goal.predicate in BETWEEN:
            found |= told
        elif not told <= found:
            pattern = substitute(goal, values)
            assert isinstance(pattern, Atom)
            for row, _ in answers.select(pattern):
                for term, value in zip(goal.args, row, strict=True):
                    if isinstance(term, Variable) and term.name in told:
                        known = values[term.name]
                        found |= {term.name} if better(known, value) != known else NONE
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Choice:
    """A row that an atom can choose: the atom with its values, the values that its variables get and their
    origins, and a comparison for each variable that met a value other than its own."""

    goal: Atom
    chosen: Mapping[str, Term]
    sources: Origins
    joins: tuple[Node, ...]


def choose(goal: Atom, row: Row, values: Values, origins: Origins, half: frozenset[str], stated: bool) -> Choice | None:
    """An atom with the values of a row, or nothing where a variable would have two values.

    ``half`` names the variables with a value of which the row may say more; ``stated``: the row is one
    of an input, so that its values are fields.
    """
    chosen: dict[str, Term] = {}
    sources: dict[str, Origin] = {}
    args: list[Term] = []
    joins: list[Node] = []
    for position, (term, value) in enumerate(zip(goal.args, row, strict=True)):
        asked = fill(term, values)
        name = term.name if isinstance(term, Variable) else ""
        source = FieldOf(goal.predicate, position) if stated else None
        known = chosen.get(name, None if isinstance(asked, Variable) else asked)
        if name == "_":
            args.append(value)
        elif name and known is None:
            args.append(value)
            chosen[name] = value
            if source:
                sources[name] = source
        elif name in chosen or name in half:
            assert known is not None
            sure = compare("=", known, value)
            if sure is Status.NOT_MET:
                return None
            kept = better(known, value)
            args.append(kept)
            if kept != known:
                origin = sources.get(name) or origins.get(name)
                joins.append(Node("comparison", sure, Comparison("=", known, value), origins=(origin, source)))
                chosen[name] = kept
                if source:
                    sources[name] = source
        else:
            args.append(asked)
    return Choice(Atom(goal.name, tuple(args), goal.span), chosen, sources, tuple(joins))


def enter(head: Atom, goal: Atom) -> list[tuple[dict[str, Term], Status]]:
    """The values that a goal gives to a clause's head, and how surely it matches; none where it cannot."""
    values: dict[str, Term] = {}
    surest = Status.MET
    for own, asked in zip(head.args, goal.args, strict=True):
        if isinstance(asked, Variable):
            continue
        if isinstance(own, Variable) and own.name not in values:
            values[own.name] = asked
            continue
        known = fill(own, values)
        surest = min(surest, compare("=", known, asked))
        if isinstance(own, Variable):
            values[own.name] = better(known, asked)
    return [] if surest is Status.NOT_MET else [(values, surest)]


def leave(clause: Clause, row: Row, goal: Atom, origins: Origins) -> tuple[Node, ...]:
    """A comparison for each value of a clause's row that is not for certain what a goal asks for."""
    asked_before: dict[str, Term] = {}
    found = []
    for own, value, asked in zip(clause.head.args, row, goal.args, strict=True):
        if isinstance(asked, Variable):
            before = asked_before.get(asked.name)
            if asked.name == "_" or before is None:
                asked_before[asked.name] = value
                continue
            asked_before[asked.name] = better(before, value)
            asked = before
        sure = compare("=", value, asked)
        if sure is not Status.MET:
            origin = origins.get(own.name) if isinstance(own, Variable) else None
            found.append(Node("comparison", sure, Comparison("=", value, asked), origins=(origin, None)))
    return tuple(found)
