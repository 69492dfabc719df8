"""What the record leaves open of a value: the rows that hold it, and whether they are silent or contradictory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from explain.language import joined, words_of
from explain.proof import Node
from kb.answers import Status
from kb.case import Fact
from kb.syntax import Atom, Goal, Term, Unknown, Variable

if TYPE_CHECKING:
    from explain.phrases import Words


def holders(words: Words, terms: Iterable[Term]) -> list[Fact]:
    """The rows of the record in which unknown values stand, or the dates that the time between them hangs on."""
    unknown = [term.label for term in terms if isinstance(term, Unknown)]
    labels = {label for each in unknown for label in (each, *each.split())}
    return [
        fact
        for facts in words.decision.case.facts.values()
        for fact in facts
        if any(isinstance(term, Unknown) and term.label in labels for term in fact.row)
    ]


def unsettled(words: Words, terms: Sequence[Term]) -> str:
    """The fields in which unknown values stand, and whether they are silent or contradictory."""
    fields: dict[str, None] = {}
    facts = holders(words, terms)
    for fact in facts:
        declared, noun = words.inputs[fact.predicate], words.noun(fact.predicate)
        for argument, term in zip(declared.arguments, fact.row, strict=True):
            if term in terms:
                name = words_of(argument.name)
                alone = len(declared.fields) == 1 or name in noun.split()
                fields[noun if alone else f"{name} of the {noun}"] = None
    found = joined([*fields]) or "value"
    return f"{found}, which is {'contradictory' if any(map(disputed, facts)) else 'not documented'}"


def unlistable(words: Words, goal: Atom, said: Goal | None) -> str:
    """What is not known of values that are held against a catalogue, with the rows that leave it open."""
    facts = holders(words, goal.args)
    why = "contradictory" if any(map(disputed, facts)) else "not documented"
    if isinstance(said, Atom) and set(goal.args) <= set(said.args):
        return why
    if facts and all(fact.status is Status.MET for fact in facts):
        return "; ".join(words.partial(fact) for fact in facts)
    # A fact that is itself undocumented stands beside this with all that is said of it.
    return unsettled(words, goal.args).replace(", which is ", ": ")


def contested(words: Words, node: Node) -> bool:
    """Whether the evidence of a node, or a value that it holds against a catalogue, contradicts itself."""
    if node.kind == "listed" and node.status is Status.UNDOCUMENTED and isinstance(node.goal, Atom):
        return any(map(disputed, holders(words, node.goal.args)))
    return any(map(disputed, node.facts))


def disputed(fact: Fact) -> bool:
    """Whether what the record says of a row contradicts itself."""
    return fact.reason == "conflicting" or "conflicting" in (fact.gaps or {}).values()


def doubts(fact: Fact, goal: Atom) -> list[Term]:
    """The unknown values that a goal asks of a row, other than the row's own."""
    pairs = zip(goal.args, fact.row, strict=True)
    return [asked for asked, own in pairs if isinstance(asked, Unknown) and asked != own]


def lacks(fact: Fact, goal: Atom) -> bool:
    """Whether a row itself leaves open what a goal asks of it."""
    pairs = [(a, own) for a, own in zip(goal.args, fact.row, strict=True) if not isinstance(a, Variable)]
    silent = any(isinstance(own, Unknown) and (own.many or own != asked) for asked, own in pairs)
    return fact.status is not Status.MET or silent or not doubts(fact, goal)
