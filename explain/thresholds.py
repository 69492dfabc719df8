"""Thresholds: both sides of a comparison in words, what was found and what was needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from explain.language import counted, plural, words_of
from explain.phrases import Words
from explain.proof import Elapsed, FieldOf, Node, Origin
from explain.stated import attested_values
from kb.answers import Status
from kb.case import Fact
from kb.syntax import Comparison, Constant, Term, Unknown
from kb.vocabulary import Argument

Conflict: TypeAlias = Literal["", "before", "beside"]
NUMBERS: Mapping[str, str] = {
    ">": "more than {}",
    ">=": "at least {}",
    "<": "less than {}",
    "=<": "at most {}",
    "=": "{}",
    "\\=": "other than {}",
}
DATES: Mapping[str, str] = {**NUMBERS, ">": "after {}", ">=": "{} or later", "<": "before {}", "=<": "{} or earlier"}
MIRRORED: Mapping[str, str] = {">": "<", "<": ">", ">=": "=<", "=<": ">=", "=": "=", "\\=": "\\="}


def is_dated(words: Words, node: Node, elapsed: bool = False) -> bool:
    """Whether a comparison holds two dates against each other; with ``elapsed``, or the time between two."""
    goal = node.goal
    assert isinstance(goal, Comparison)
    if isinstance(node.origins[0], Elapsed) or isinstance(node.origins[1], Elapsed):
        return elapsed
    return "date" in (kind_of(words, goal.left, node.origins[0]), kind_of(words, goal.right, node.origins[1]))


def comparison(
    words: Words, node: Node, facts: Sequence[Fact] = (), positive: bool = True, conflict: Conflict = ""
) -> str:
    """Both sides of a comparison: what was found, and what was needed.

    ``facts`` are those that its values may come from, for their sources. Under a negation nothing
    is needed: the words then say what was found to hold or not to hold. ``conflict``: the evidence of what was
    found contradicts itself, and that is said ``before`` these words, which go on from there, or ``beside`` them.
    """
    goal = node.goal
    assert isinstance(goal, Comparison)
    sides = [(goal.left, node.origins[0]), (goal.right, node.origins[1])]
    operator: str = goal.operator
    if sides[0][1] is None and sides[1][1] is not None:
        sides.reverse()
        operator = MIRRORED[operator]
    (left, origin), (right, threshold) = sides
    kinds = [kind_of(words, term, source) for term, source in sides]
    dated = "date" in kinds
    kind = kinds[0] or kinds[1]
    shown = found(words, left, origin, kind, facts)
    if isinstance(right, Unknown) and isinstance(threshold, FieldOf):
        return f"{shown}, cannot be held against the {field(words, threshold)}, {lacking(words, right, threshold)}"
    limit = "a value that is not stated" if isinstance(right, Unknown) else words.value(right, kind)
    if isinstance(origin, Elapsed):
        limit = amount(words, right, origin.unit)
    relation = (DATES if dated else NUMBERS)[operator].format(limit)
    if isinstance(threshold, FieldOf):
        relation += f" ({field(words, threshold)})"
    if isinstance(left, Unknown):
        needs = f"{'needs' if positive else 'it may be'} {relation}"
        if conflict == "beside":
            return f"{found(words, left, origin, kind, ())}, {needs}"
        return needs if conflict else f"not documented: {shown}; {needs}"
    if positive:
        return f"{shown}, needs {relation}"
    return f"{shown}, {'' if node.status is Status.MET else 'not '}{relation}"


def kind_of(words: Words, term: Term, origin: Origin | None) -> str:
    """The type of one side of a comparison."""
    if isinstance(origin, FieldOf):
        return argument(words, origin).type
    if isinstance(term, Constant) and term.kind == "date":
        return "date"
    return words.type_of(term) if isinstance(term, Unknown) else ""


def found(words: Words, term: Term, origin: Origin | None, kind: str, facts: Sequence[Fact]) -> str:
    """The value that is held against a threshold, by the name of what it is, with its source."""
    if isinstance(origin, FieldOf):
        source = sources_of(words, origin, term, facts)
        name = field(words, origin)
        return f"{name}{source}" if isinstance(term, Unknown) else f"{name} {words.value(term, kind)}{source}"
    if isinstance(origin, Elapsed):
        return elapsed(words, term, origin, facts)
    return words.value(term, kind)


def elapsed(words: Words, term: Term, origin: Elapsed, facts: Sequence[Fact]) -> str:
    """``treatment of 2 months from 2024-01-05 to 2024-03-20``; or named dates, of different inputs."""
    first, last = origin.origins
    long = f"the {plural(origin.unit)}" if isinstance(term, Unknown) else amount(words, term, origin.unit)
    same = isinstance(first, FieldOf) and isinstance(last, FieldOf) and first.predicate == last.predicate
    if same and isinstance(first, FieldOf) and not isinstance(term, Unknown):
        span = f"from {words.value(origin.start, 'date')} to {words.value(origin.end, 'date')}"
        return f"{words.noun(first.predicate)} of {long} {span}{sources_of(words, first, origin.start, facts)}"
    ends = [dated(words, each, source) for each, source in ((origin.start, first), (origin.end, last))]
    comma = "," if isinstance(origin.start, Unknown) else ""
    return f"{long} from {ends[0]}{comma} to {ends[1]}"


def dated(words: Words, term: Term, origin: Origin | None) -> str:
    """A date by its value and the name of the field that holds it."""
    if isinstance(term, Unknown) and isinstance(origin, FieldOf):
        return f"the {field(words, origin)}, {lacking(words, term, origin)}"
    shown = words.value(term, "date")
    return f"{shown} ({field(words, origin)})" if isinstance(origin, FieldOf) else shown


def lacking(words: Words, term: Unknown, origin: FieldOf) -> str:
    """Why a value is not known: nobody states it, or it is only attested, or stated in contradictory ways."""
    declared = words.inputs[origin.predicate]
    name = declared.arguments[origin.position].name
    for fact in words.decision.case.facts.get(origin.predicate, ()):
        if fact.row[origin.position] == term:
            if "conflicting" in (fact.reason, (fact.gaps or {}).get(name)):
                return "which is contradictory"
            if origin.position in attested_values(declared, fact):
                return "which is only attested"
    return "which is not stated"


def amount(words: Words, term: Term, unit: str) -> str:
    """``3 months``."""
    if isinstance(term, Constant) and isinstance(term.value, int):
        return counted(term.value, unit)
    return f"{words.value(term)} {plural(unit)}"


def argument(words: Words, origin: FieldOf) -> Argument:
    return words.inputs[origin.predicate].arguments[origin.position]


def field(words: Words, origin: FieldOf) -> str:
    """The name of a field: that of its input where it is the only one or says so itself."""
    declared = words.inputs[origin.predicate]
    noun, name = words.noun(origin.predicate), words_of(argument(words, origin).name)
    if len(declared.fields) == 1 or name in noun.split():
        return noun
    return f"{name} of the {noun}" if argument(words, origin).type == "date" else f"{noun} {name}"


def sources_of(words: Words, origin: FieldOf, term: Term, facts: Sequence[Fact]) -> str:
    """The sources of the fact that a compared value comes from."""
    for fact in facts:
        if fact.predicate == origin.predicate and fact.row[origin.position] == term:
            return words.cited(fact)
    return ""
