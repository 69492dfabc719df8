"""The points that an outline is made of, and the questions about nodes that decide how they read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from explain.language import words_of
from explain.proof import Elapsed, FieldOf, Node, Origin, walk
from kb.answers import Status
from kb.case import Fact
from kb.syntax import READING, AtLeastDistinct, Atom, Comparison, Predicate, Term, Unknown

PointKind: TypeAlias = Literal[
    "criterion",  # a criterion of the policy, or the goal that was asked
    "any",  # one of the children is enough
    "all",  # every child is needed
    "count",  # some number of the children is needed
    "fact",  # a sentence of evidence; no children
    "folded",  # several instances of which the record says nothing, in one sentence
    "apart",  # an alternative that does not apply to this case
]


@dataclass(frozen=True, eq=False, slots=True)
class Point:
    """One point of an outline.

    ``status`` is how it bears on the point above; ``positive`` is false where that is the opposite of
    the node's own. ``words`` are its title or sentence; ``note`` says how many of the children are
    needed. Children of a criterion that is met are left out unless the outline is full.
    """

    kind: PointKind
    node: Node
    status: Status
    words: str
    section: str = ""
    note: str = ""
    children: tuple[Point, ...] = ()
    positive: bool = True
    conflicting: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """A node that becomes a sentence once it is known what stands beside it."""

    node: Node
    positive: bool

    @property
    def status(self) -> Status:
        return self.node.status if self.positive else self.node.status.opposite


Part: TypeAlias = Point | Leaf


def points(root: Point) -> Iterator[Point]:
    """Every point of an outline once, parents before their children, in reading order."""
    seen: set[Point] = set()
    stack = [root]
    while stack:
        point = stack.pop()
        if point not in seen:
            seen.add(point)
            yield point
            stack.extend(reversed(point.children))


def applicable(goal: Node) -> tuple[list[Node], list[tuple[Node, Node]]]:
    """The clauses of a goal that bear on this case, and those that do not, each with why.

    A clause does not apply when the record has another value where it asks for one, and that value
    meets another clause of the same goal (the request is initial, so what is asked of a continuation
    does not apply); or when it belongs to a reading of the policy that was not chosen.
    """
    chosen = {
        child.goal.predicate
        for clause in goal.children
        for child in (*clause.children, *clause.cut)
        if child.kind == "evidence" and child.status is Status.MET and isinstance(child.goal, Atom)
    }
    apply: list[Node] = []
    apart: list[tuple[Node, Node]] = []
    for clause in goal.children:
        why = next((child for child in clause.children if _elsewhere(child, chosen)), None)
        if why is not None and len(goal.children) > 1:
            apart.append((clause, why))
        else:
            apply.append(clause)
    return apply, apart


def _elsewhere(node: Node, chosen: AbstractSet[Predicate]) -> bool:
    if node.status is not Status.NOT_MET or not isinstance(node.goal, Atom):
        return False
    if node.kind == "listed":
        return node.goal.predicate == READING
    single = len(node.facts) == 1 and node.facts[0].status is Status.MET and len(node.goal.args) > 1
    return node.kind == "evidence" and single and node.goal.predicate in chosen


def named(parts: Sequence[Part]) -> Sequence[Part]:
    """The parts, with every value that is held against a threshold traced to where it comes from.

    A value that another goal computed has lost its origin on the way; the step that computed it, or
    the evidence that states it, stands beside it.
    """
    spans: dict[Term, Origin] = {}
    steps: set[Node] = set()
    for part in parts:
        if isinstance(part, Leaf) and part.node.kind == "comparison" and isinstance(part.node.goal, Comparison):
            goal, (origin, other) = part.node.goal, part.node.origins
            if isinstance(origin, Elapsed) and other is None and goal.operator == "=" and goal.left == goal.right:
                spans[goal.left] = origin
                steps.add(part.node)
    if not spans:
        return parts
    named: list[Part] = []
    for part in parts:
        if not isinstance(part, Leaf) or not isinstance(part.node.goal, Comparison):
            named.append(part)
        elif part.node not in steps:
            goal, (left, right) = part.node.goal, part.node.origins
            origins = (left or spans.get(goal.left), right or spans.get(goal.right))
            named.append(replace(part, node=replace(part.node, origins=origins)))
    return named


def facts_of(leaves: Sequence[Leaf]) -> tuple[Fact, ...]:
    return tuple(fact for leaf in leaves for fact in leaf.node.facts)


def in_conflict(node: Node) -> bool:
    """Whether the evidence of a node contradicts itself."""
    return any(fact.reason == "conflicting" or "conflicting" in (fact.gaps or {}).values() for fact in node.facts)


def hangs_on(leaf: Leaf, evidence: Leaf) -> bool:
    """Whether a comparison holds a value of the evidence against something."""
    origins = leaf.node.origins[0]
    sources = origins.origins if isinstance(origins, Elapsed) else (origins,)
    return leaf.node.kind == "comparison" and any(
        isinstance(source, FieldOf) and source.predicate == fact.predicate
        for source in sources
        for fact in evidence.node.facts
    )


def wholly_missing(node: Node) -> bool:
    """Whether a node is about a list of which nothing at all was given."""
    values = [term for fact in node.facts for term in fact.row[1:]]
    return node.kind == "evidence" and bool(values) and all(isinstance(term, Unknown) and term.many for term in values)


def says_nothing(node: Node) -> bool:
    """Whether a node is about evidence that is undocumented and states no value of what it is about."""
    values = [term for fact in node.facts for term in fact.row[1:]]
    return node.status is Status.UNDOCUMENTED and all(isinstance(term, Unknown) for term in values)


def deciding(instance: Node) -> Iterator[Node]:
    """The first evidence, or absence of it, that gives an instance its status; else a row that may be of it."""
    found = [node for node in walk(instance) if node.kind in ("evidence", "absence")]
    vague = (
        node
        for node in found
        if node.status is Status.UNDOCUMENTED and any(fact.status is Status.MET for fact in node.facts)
    )
    first = next((node for node in found if node.status is instance.status), None) or next(vague, None)
    if first is not None:
        yield first


def distinct_values(node: Node) -> tuple[list[Node], int, str]:
    """The instances of a count of distinct values, how many values are met, and where rows share one, what it is."""
    children = (*node.children, *node.cut)
    instances = [each for child in children for each in (child.children if child.kind == "folded" else (child,))]
    met = [each for each in instances if each.status is Status.MET]
    known = {value for each in met for _, value in each.bindings}
    assert isinstance(node.goal, AtLeastDistinct)
    return instances, len(known), words_of(node.goal.variable.name) if len(met) > len(known) else ""
