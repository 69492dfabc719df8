"""What is to be documented: the gaps in the record that leave a goal undocumented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from explain.language import joined, unique
from explain.phrases import Words
from explain.proof import Node
from explain.unsettled import doubts, holders, lacks
from kb.answers import Status, matches
from kb.case import Fact
from kb.syntax import Atom, Comparison, Term, Variable

FEW = 2


def missing(words: Words, nodes: Iterable[Node], apart: bool = False) -> tuple[str, ...]:
    """A sentence for each gap on which undocumented nodes rest, in reading order, none of them twice.

    ``apart``: without those on which a criterion below them rests.
    """
    silent: dict[object, list[Fact]] = {}
    told: list[str | list[Fact]] = []
    for fact, goal in gaps(words, nodes, apart):
        if words.inputs[fact.predicate].kind == "flags" and fact.reason == "missing":
            # Items of which the record says nothing are told together.
            if fact.predicate not in silent:
                told.append(silent.setdefault(fact.predicate, []))
            if fact not in silent[fact.predicate]:
                silent[fact.predicate].append(fact)
        else:
            told.append(words.gap(fact, goal) if goal else words.partial(fact))
    return merged(sentence for each in told for sentence in sentences(words, each))


def sentences(words: Words, told: str | list[Fact]) -> list[str]:
    """What is told of a gap, or of several items of one input."""
    if isinstance(told, str):
        return [told]
    if len(told) > FEW:
        return [words.several(told, Status.UNDOCUMENTED)]
    return [words.gap(fact, Atom(fact.predicate.name, fact.row)) for fact in told]


def gaps(words: Words, nodes: Iterable[Node], apart: bool = False) -> Iterator[tuple[Fact, Atom | None]]:
    """The facts with a gap below undocumented nodes, each with the goal that asks for it.

    Without a goal, the gap is a field of a row that was held against something else.
    """
    seen: set[Node] = set()
    stack = [*nodes][::-1]
    while stack:
        node = stack.pop()
        if node in seen or node.status is not Status.UNDOCUMENTED:
            continue
        seen.add(node)
        if node.kind == "evidence" and isinstance(node.goal, Atom):
            for fact in node.facts:
                if min(fact.status, matches(node.goal.args, fact.row)) is Status.UNDOCUMENTED:
                    if lacks(fact, node.goal):
                        yield fact, node.goal
                    yield from held(words, doubts(fact, node.goal))
        yield from held(words, unknowns(node))
        stack.extend(child for child in reversed(node.children) if not (apart and child.criterion))


def unknowns(node: Node) -> Iterator[Term]:
    """The unknown values that leave the step of a node open, apart from what its children leave open."""
    match node.kind, node.goal:
        case "comparison", Comparison(_, left, right):
            yield from (left, right)
        case "listed", Atom():
            yield from node.goal.args
        case "goal", Atom():
            # The head of a rule may ask for a value, or for two that are the same.
            for child in node.children:
                if child.status is Status.UNDOCUMENTED and isinstance(child.goal, Atom):
                    pairs = zip(node.goal.args, child.goal.args, strict=True)
                    yield from (asked for asked, own in pairs if not isinstance(own, Variable) and own != asked)
        case "distinct", _:
            # Values of which it is not known whether they differ.
            for child in node.children:
                if child.status is Status.MET:
                    yield from (value for _, value in child.bindings)


def held(words: Words, terms: Iterable[Term]) -> Iterator[tuple[Fact, Atom | None]]:
    """The rows of the record in which unknown values stand, as gaps."""
    for fact in holders(words, terms):
        if fact.status is not Status.NOT_MET:
            yield fact, None if fact.status is Status.MET else Atom(fact.predicate.name, fact.row)


def merged(sentences: Iterable[str]) -> tuple[str, ...]:
    """The sentences, those that ask for different values of the same thing joined into one."""
    wanted: dict[str, list[str]] = {}
    for words in unique(sentences):
        subject, _, value = words.partition("; needs ")
        wanted.setdefault(subject, []).extend([value] if value else [])
    return tuple(
        f"{subject}; needs {joined(values, 'or')}" if values else subject for subject, values in wanted.items()
    )
