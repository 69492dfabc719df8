"""The outline: a proof as a reader follows it, from titles to evidence, without the plumbing.

A proof has a node for each step of the logic. Its outline keeps what a reader asks for: the
criteria, where one of several is enough or some must be counted, and at the ends sentences of
evidence. What only passes truth on is merged away; what is met is folded; an alternative that
cannot apply to this case is one line. Under a negation every status is turned round, so that
"met" always means: in favour of the goal above.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from explain.language import joined, listing, plural, unique
from explain.phrases import Words
from explain.proof import Elapsed, Node, Proof, walk
from kb.answers import Status
from kb.case import Fact
from kb.pretty import pretty_goal
from kb.syntax import READING, Atom, Comparison, Constant

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


def outline(proof: Proof, *, full: bool = False) -> Point:
    """The outline of a proof; ``full`` keeps what is met and unfolds what says nothing."""
    return Outliner(Words(proof.decision), full).root(proof.root)


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
        for child in clause.children
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


def _elsewhere(node: Node, chosen: set[object]) -> bool:
    if node.status is not Status.NOT_MET or not isinstance(node.goal, Atom):
        return False
    if node.kind == "listed":
        return node.goal.predicate == READING
    single = len(node.facts) == 1 and node.facts[0].status is Status.MET and len(node.goal.args) > 1
    return node.kind == "evidence" and single and node.goal.predicate in chosen


class Outliner:
    """Builds the points of one proof; a criterion that occurs twice is one point."""

    def __init__(self, words: Words, full: bool = False) -> None:
        self.words = words
        self.full = full
        self.made: dict[tuple[Node, bool], Point] = {}

    def root(self, node: Node) -> Point:
        """The point of the goal that was asked."""
        if node.criterion:
            return self.criterion(node, True)
        children = self.finish(self.parts(node, True), node.status)
        if len(children) == 1 and children[0].kind == "criterion" and children[0].positive:
            return children[0]
        asked = self.words.asked(pretty_goal(node.goal))
        return self.lifted(Point("criterion", node, node.status, asked, children=children))

    # From nodes to parts

    def parts(self, node: Node, positive: bool) -> list[Part]:
        """What stands in the place of a node, all of which is needed."""
        if node.criterion:
            return [self.criterion(node, positive)]
        match node.kind:
            case "goal":
                return self.ways(node, positive)
            case "some":
                return self.alternatives(node, node.children, positive)
            case "clause" | "instance" | "all":
                if positive or len(node.children) == 1:
                    return [part for child in node.children for part in self.parts(child, positive)]
                return [self.way(node, positive)]
            case "negation":
                return self.parts(node.children[0], not positive)
            case "folded":
                return [self.folded(node, positive)]
            case "count":
                return [self.count(node, positive)]
            case "distinct":
                return [self.distinct(node, positive)]
        return [Leaf(node, positive)]

    def ways(self, node: Node, positive: bool) -> list[Part]:
        """The clauses of a goal: any of those that apply is enough."""
        apply, apart = applicable(node)
        parts = self.alternatives(node, apply, positive)
        for clause, why in apart:
            if why.kind != "listed" or self.full:
                parts.append(self.apart(clause, why, positive))
        return parts

    def alternatives(self, node: Node, nodes: Sequence[Node], positive: bool) -> list[Part]:
        """Alternatives, any of which is enough; under a negation none may hold, so each is needed."""
        if not positive:
            return [part for each in nodes for part in self.parts(each, positive)]
        if len(nodes) == 1:
            return self.parts(nodes[0], positive)
        ways = tuple(self.merged([self.way(each, positive) for each in nodes]))
        if len(ways) == 1:
            return [ways[0]]
        return [Point("any", node, node.status, "one of these is needed", children=ways)]

    def merged(self, ways: list[Point]) -> list[Point]:
        """The alternatives; those that differ only in the value that they ask of the same fact are joined."""
        found: dict[tuple[Fact, ...], list[Point]] = {}
        for way in ways:
            if way.kind == "fact" and way.node.kind == "evidence" and way.status is Status.NOT_MET:
                found.setdefault(way.node.facts, []).append(way)
        gone: set[Point] = set()
        joint: dict[Point, Point] = {}
        for facts, same in found.items():
            if len(same) > 1 and facts:
                goals = [way.node.goal for way in same]
                said = self.words.instead(facts[0], *(goal for goal in goals if isinstance(goal, Atom)))
                joint[same[0]] = replace(same[0], words=said)
                gone.update(same[1:])
        return [joint.get(way, way) for way in ways if way not in gone]

    def apart(self, clause: Node, why: Node, positive: bool) -> Point:
        status = clause.status if positive else clause.status.opposite
        children: tuple[Point, ...] = ()
        if self.full:
            children = self.finish([p for child in clause.children for p in self.parts(child, positive)], status)
        return Point("apart", clause, status, self.words.apart(why), children=children, positive=positive)

    def criterion(self, node: Node, positive: bool) -> Point:
        """The point of a criterion; what is met has no children unless the outline is full."""
        if (node, positive) not in self.made:
            criterion, goal = node.criterion, node.goal
            assert criterion is not None and isinstance(goal, Atom)
            status = node.status if positive else node.status.opposite
            title = self.words.title(criterion, goal)
            point = Point(
                "criterion",
                node,
                status,
                title if positive else f"not the case: {title}",
                section=criterion.section,
                positive=positive,
            )
            if self.full or status is not Status.MET:
                point = self.lifted(replace(point, children=self.finish(self.ways(node, positive), status)))
            self.made[node, positive] = point
        return self.made[node, positive]

    def lifted(self, point: Point) -> Point:
        """The point with the children of an only child that says no more than how many are needed."""
        inner = [child for child in point.children if child.kind != "apart"]
        if len(inner) == 1 and inner[0].kind in ("any", "count", "all") and not inner[0].section:
            only = inner[0]
            aparts = tuple(child for child in point.children if child.kind == "apart")
            return replace(point, note=only.words, children=(*only.children, *aparts))
        return point

    # One alternative as one point

    def way(self, node: Node, positive: bool) -> Point:
        """One alternative, or one of the goals that are counted, as a single point."""
        status = node.status if positive else node.status.opposite
        if node.criterion or node.kind not in ("clause", "instance", "all"):
            parts = self.parts(node, positive)
        else:
            parts = [part for child in node.children for part in self.parts(child, positive)]
        return self.bundle(node, parts, status, positive)

    def bundle(self, node: Node, parts: Sequence[Part], status: Status, positive: bool) -> Point:
        """Parts that stand together as one point: the evidence first, then what it was held against."""
        leaves = [part for part in parts if isinstance(part, Leaf)]
        inner = [part for part in parts if isinstance(part, Point) and self.tells(part, status)]
        head = self.head(node, leaves)
        facts = _facts(leaves)
        rest = [leaf for leaf in leaves if leaf is not head and self.matters(leaf, status)]
        if head is not None and head.node.facts and _wholly_missing(head.node):
            rest = [leaf for leaf in rest if not _undated(leaf.node)]
        said = [sentence for leaf in rest for sentence in self.sentences(leaf, facts)]
        heading = "; ".join(words for _, words in self.words.leaf(head.node, head.positive)) if head else ""
        if not inner:
            words = ": ".join(filter(None, (heading, "; ".join(unique(said)))))
            if head is None and len(rest) > 1:
                return Point("all", node, status, "all of these are needed", children=self.finish(rest, status))
            source = head or (rest[0] if rest else None)
            about = source.node if source and (head is None or not rest) else node
            conflict = any(_conflict(leaf.node) for leaf in (*rest, *((head,) if head else ())))
            return Point("fact", about, status, words or self.words.bare(node), positive=positive, conflicting=conflict)
        if len(inner) == 1 and not rest and (head is None or inner[0].section):
            return inner[0]
        children = (*self.finish(rest, status, facts), *inner)
        heading = heading or self.chosen(node) or "all of these are needed"
        return self.lifted(Point("all", node, status, heading, children=children, positive=positive))

    def head(self, node: Node, leaves: Sequence[Leaf]) -> Leaf | None:
        """The evidence that an alternative is about: the row that gives its values."""
        rows = [leaf for leaf in leaves if leaf.node.kind == "evidence" and self.speaks(leaf)]
        values = {value for _, value in node.bindings}
        for leaf in rows:
            if isinstance(leaf.node.goal, Atom) and values & set(leaf.node.goal.args[1:]):
                return leaf
        return rows[0] if rows and not any(leaf.node.kind in ("evidence", "absence") and leaf.status is Status.NOT_MET
                                           and leaf.positive for leaf in leaves) else None

    def speaks(self, leaf: Leaf) -> bool:
        """Whether a leaf is a row that the record has, other than the date of the request."""
        goal = leaf.node.goal
        return leaf.node.status is not Status.NOT_MET and isinstance(goal, Atom) and goal.predicate != self.words.request

    def chosen(self, node: Node) -> str:
        """The values that an instance chooses, in words."""
        first = node.children[0].goal if node.kind == "instance" and node.children else None
        return joined(self.words.wanted(first)) if isinstance(first, Atom) else ""

    def folded(self, node: Node, positive: bool) -> Point:
        """Instances that say nothing, counted, with the reason that they share."""
        status = node.status if positive else node.status.opposite
        firsts = [each.children[0].goal for each in node.children if each.children]
        atoms = [goal for goal in firsts if isinstance(goal, Atom)]
        values = unique(joined(self.words.wanted(goal)) for goal in atoms)
        kinds = [kind for kind in (self.words.types(atoms[0]) if atoms else ()) if kind and kind != "case"]
        noun = self.words.type_words(kinds[0]) if kinds else "value"
        reasons = unique(self.words.silence(leaf) for each in node.children for leaf in _last(each))
        reason = reasons[0] if len(reasons) == 1 else "nothing on record"
        words = f"{len(node.children)} other {plural(noun)}: {reason}: {listing(values)}"
        children = tuple(self.way(each, positive) for each in node.children) if self.full else ()
        return Point("folded", node, status, words, children=children, positive=positive)

    # Counting

    def count(self, node: Node, positive: bool) -> Point:
        status = node.status if positive else node.status.opposite
        children = tuple(self.way(child, positive) for child in node.children)
        words = self.words.tally([child.status for child in node.children], node.count, positive)
        return Point("count", node, status, words, children=children, positive=positive)

    def distinct(self, node: Node, positive: bool) -> Point:
        status = node.status if positive else node.status.opposite
        instances = [each for child in node.children for each in (child.children if child.kind == "folded" else (child,))]
        counted = {value for each in instances for _, value in each.bindings if each.status is Status.MET}
        nouns = [leaf.goal.predicate for each in node.children for leaf in walk(each)
                 if leaf.kind in ("evidence", "absence") and isinstance(leaf.goal, Atom) and self.counts(each, leaf)]
        noun = self.words.noun(nouns[0]) if nouns else "value"
        words = self.words.number(len(counted), node.count, noun, node.status, positive)
        if instances and instances[0].kind == "instance":
            children = tuple(self.way(each, positive) if each.kind == "instance" else self.folded(each, positive)
                             for each in node.children)
        else:
            children = self.finish([part for each in node.children for part in self.parts(each, positive)], status)
        return Point("count", node, status, words, children=children, positive=positive)

    def counts(self, instance: Node, leaf: Node) -> bool:
        """Whether a row of evidence holds the value that an instance counts."""
        assert isinstance(leaf.goal, Atom)
        values = {value for _, value in instance.bindings}
        return not values or bool(values & set(leaf.goal.args[1:]))

    # Sentences

    def finish(self, parts: Sequence[Part], status: Status, facts: Sequence[Fact] = ()) -> tuple[Point, ...]:
        """The points of parts that stand together, without what says nothing about the status."""
        facts = (*facts, *_facts([part for part in parts if isinstance(part, Leaf)]))
        done: dict[str, Point] = {}
        for part in parts:
            if isinstance(part, Point):
                if self.tells(part, status):
                    done.setdefault(f"{part.section} {part.words}", part)
            elif self.matters(part, status):
                for sure, words in self.sentences(part, facts, each=True):
                    point = Point("fact", part.node, sure, words, positive=part.positive,
                                  conflicting=_conflict(part.node))
                    done.setdefault(words, point)
        return tuple(done.values())
