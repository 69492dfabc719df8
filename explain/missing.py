"""What is to be documented: the gaps in the record that leave a goal undocumented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from explain.language import joined, unique
from explain.phrases import Words
from explain.proof import Elapsed, Node
from kb.answers import Status, matches
from kb.case import Fact
from kb.syntax import Atom, Comparison, Term, Unknown

FEW = 2


def missing(words: Words, nodes: Iterable[Node]) -> tuple[str, ...]:
    """A sentence for each gap on which undocumented nodes rest, in reading order, none of them twice."""
    silent: dict[object, list[Fact]] = {}
    told: list[str | list[Fact]] = []
    for fact, goal in gaps(words, nodes):
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


def gaps(words: Words, nodes: Iterable[Node]) -> Iterator[tuple[Fact, Atom | None]]:
    """The facts with a gap below undocumented nodes, each with the goal that asks for it.

    Without a goal, the gap is a field of a row that was held against a threshold.
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
                    yield fact, node.goal
        elif node.kind == "comparison":
            for term in unknowns(node):
                yield from ((fact, None) for fact in holders(words, term))
        stack.extend(reversed(node.children))


def unknowns(node: Node) -> Iterator[Term]:
    """The unknown values of a comparison, or the dates that the time between them hangs on."""
    assert isinstance(node.goal, Comparison)
    for term, origin in zip((node.goal.left, node.goal.right), node.origins, strict=True):
        found: Sequence[Term] = (origin.start, origin.end) if isinstance(origin, Elapsed) else (term,)
        yield from (each for each in found if isinstance(each, Unknown))


def holders(words: Words, term: Term) -> Iterator[Fact]:
    """The stated rows of the record in which an unknown value stands."""
    for facts in words.decision.case.facts.values():
        yield from (fact for fact in facts if fact.status is Status.MET and term in fact.row)


def merged(sentences: Iterable[str]) -> tuple[str, ...]:
    """The sentences, those that ask for different values of the same thing joined into one."""
    wanted: dict[str, list[str]] = {}
    for words in unique(sentences):
        subject, _, value = words.partition("; needs ")
        wanted.setdefault(subject, []).extend([value] if value else [])
    return tuple(
        f"{subject}; needs {joined(values, 'or')}" if values else subject for subject, values in wanted.items()
    )
