"""The outline: a proof as a reader follows it, from titles to evidence, without the plumbing.

A proof has a node for each step of the logic. Its outline keeps what a reader asks for: the
criteria, where one of several is enough or some must be counted, and at the ends sentences of
evidence. What only passes truth on is merged away; what is met is folded; an alternative that
cannot apply to this case is one line. Under a negation every status is turned round, so that
"met" always means: in favour of the goal above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from explain.language import bare, listing, number, plural, tally, together, unique
from explain.phrases import Words
from explain.points import (
    Leaf,
    Part,
    Point,
    applicable,
    deciding,
    distinct_values,
    facts_of,
    hangs_on,
    in_conflict,
    named,
    says_nothing,
    wholly_missing,
)
from explain.proof import Node, Proof, walk
from explain.thresholds import Conflict, comparison, is_dated
from explain.unsettled import contested
from kb.answers import Status
from kb.case import Fact
from kb.pretty import pretty_goal
from kb.syntax import Atom


def outline(proof: Proof, *, full: bool = False) -> Point:
    """The outline of a proof; ``full`` keeps what is met and unfolds what says nothing."""
    return Outliner(Words(proof.decision), full).root(proof.root)


class Outliner:
    """Builds the points of one proof; a criterion that occurs twice is one point."""

    def __init__(self, words: Words, full: bool = False) -> None:
        self.words = words
        self.full = full
        self.made: dict[tuple[Node, bool], Point] = {}
        self.others: set[Node] = set()

    def root(self, node: Node) -> Point:
        """The point of the goal that was asked."""
        if node.criterion:
            return self.unfolded(self.criterion(node, True))
        children = self.asked(node) if node.kind == "some" else self.finish(self.parts(node, True), node.status)
        if len(children) == 1 and children[0].kind == "criterion":
            children = (self.unfolded(children[0]),)
            if children[0].positive:
                return children[0]
        asked = self.words.asked(pretty_goal(node.goal))
        return self.lifted(Point("criterion", node, node.status, asked, children=children))

    def asked(self, node: Node) -> tuple[Point, ...]:
        """The ways in which a goal with open variables holds, or fails, each with the values it gives them."""
        found: list[Part] = []
        for each in node.children:
            parts = self.parts(each, True)
            if each.kind == "folded" or (len(parts) == 1 and isinstance(parts[0], Point) and parts[0].section):
                found += parts
                continue
            values = ", ".join(f"{name} = {self.words.value(value)}" for name, value in each.bindings)
            found.append(Point("all", each, each.status, values, children=self.finish(parts, each.status)))
        return self.finish(found, node.status)

    # From nodes to parts

    def parts(self, node: Node, positive: bool) -> list[Part]:
        """What stands in the place of a node, all of which is needed."""
        if node.criterion:
            return [self.criterion(node, positive)]
        if len(node.children) > 1:
            self.others.update(child for child in node.children if child.kind == "folded")
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
                point = self.unfolded(point)
            self.made[node, positive] = point
        return self.made[node, positive]

    def unfolded(self, point: Point) -> Point:
        """The point of a criterion with its children."""
        if point.children:
            return point
        children = self.finish(self.ways(point.node, point.positive), point.status)
        return self.lifted(replace(point, children=children))

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
        parts = named(parts)
        leaves = [part for part in parts if isinstance(part, Leaf)]
        inner = [part for part in parts if isinstance(part, Point) and self.tells(part, status)]
        head = self.head(node, leaves, status)
        facts = facts_of(leaves)
        rest = [leaf for leaf in leaves if leaf is not head and self.matters(leaf, status)]
        if head is not None and wholly_missing(head.node):
            rest = [leaf for leaf in rest if not self.idle(leaf)]
        if len(rest) > 1 or head is not None or inner:
            rest = [leaf for leaf in rest if not self.dates_request(leaf)]
        ruled_out = head is not None and status is Status.NOT_MET and any(leaf.status is status for leaf in rest)
        if ruled_out and not self.full:
            # Of a row that is ruled out, what it could not be held against decides nothing.
            rest = [leaf for leaf in rest if leaf.status is status or leaf.node.kind != "comparison"]
        said = [
            words
            for leaf in rest
            for sure, words in self.sentences(leaf, facts if head is None else (), head)
            if self.full or sure is leaf.status
        ]
        inner = [each for each in inner if self.full or not (head or rest) or not self.dates_request(each)]
        if head is not None and inner and all(each.kind == "fact" for each in inner):
            said += [each.words for each in inner]
            inner = []
        heading = self.words.all_of(head.node, head.positive) if head else ""
        if not inner:
            words = ": ".join(filter(None, (heading, "; ".join(unique(said)))))
            if head is None and len(rest) > 1:
                words = together(status, positive)
                return Point("all", node, status, words, children=self.finish(rest, status), positive=positive)
            source = head or (rest[0] if rest else None)
            about = source.node if source and (head is None or not rest) else node
            conflict = any(in_conflict(leaf.node) for leaf in (*rest, *((head,) if head else ())))
            words = words or bare(status if positive else status.opposite)
            return Point("fact", about, status, words, positive=positive, conflicting=conflict)
        if len(inner) == 1 and not rest and (head is None or inner[0].section):
            return inner[0]
        children = (*self.finish(rest, status, facts), *inner)
        heading = heading or self.choice(node)[1] or together(status, positive)
        return self.lifted(Point("all", node, status, heading, children=children, positive=positive))

    def head(self, node: Node, leaves: Sequence[Leaf], status: Status) -> Leaf | None:
        """The evidence that an alternative is about: the row that gives its values."""
        rows = [leaf for leaf in leaves if leaf.node.kind == "evidence" and self.speaks(leaf)]
        if status is Status.NOT_MET:
            # What is not documented is not why, so it does not stand over what is.
            rows = [leaf for leaf in rows if not says_nothing(leaf.node)]
        values = {value for _, value in node.bindings}
        for leaf in rows:
            if isinstance(leaf.node.goal, Atom) and values & set(leaf.node.goal.args[1:]):
                return leaf
        others = [
            leaf
            for leaf in leaves
            if leaf.node.kind in ("evidence", "absence") and self.matters(leaf, status) and not self.dates_request(leaf)
        ]
        return rows[0] if rows and all(leaf is rows[0] for leaf in others) else None

    def speaks(self, leaf: Leaf) -> bool:
        """Whether a leaf is a row that the record has, other than the date of the request."""
        goal = leaf.node.goal
        return (
            leaf.node.status is not Status.NOT_MET and isinstance(goal, Atom) and goal.predicate != self.words.request
        )

    def idle(self, leaf: Leaf) -> bool:
        """Whether a leaf only says what dates, or which list, something that is missing altogether had to fit."""
        if leaf.node.kind == "comparison":
            return is_dated(self.words, leaf.node, elapsed=True)
        return leaf.node.kind == "listed" and leaf.node.status is Status.UNDOCUMENTED

    def dates_request(self, part: Part) -> bool:
        """Whether a part only says when the request was made, which the title of every face says already."""
        goal = part.node.goal
        return isinstance(goal, Atom) and goal.predicate == self.words.request and part.node.status is Status.MET

    def choice(self, instance: Node) -> tuple[str, str]:
        """The first value that an instance chooses: its type, and the words for it."""
        for _, value in instance.bindings[:1]:
            for child in instance.children:
                if isinstance(child.goal, Atom):
                    for kind, term in zip(self.words.types(child.goal), child.goal.args, strict=True):
                        if term == value:
                            return kind, self.words.value(value, kind)
            return "", self.words.value(value)
        return "", ""

    def folded(self, node: Node, positive: bool) -> Point:
        """Instances that say nothing, counted, with the reason that they share."""
        status = node.status if positive else node.status.opposite
        choices = [self.choice(each) for each in node.children]
        values = unique(words for _, words in choices)
        noun = self.words.type_words(choices[0][0]) if choices else "value"
        reasons = unique(self.words.silence(leaf) for each in node.children for leaf in deciding(each))
        reason = reasons[0] if len(reasons) == 1 else "nothing on record"
        other = "other " if node in self.others else ""
        words = f"{len(node.children)} {other}{plural(noun)}: {reason}: {listing(values)}"
        children = tuple(self.way(each, positive) for each in node.children) if self.full else ()
        return Point("folded", node, status, words, children=children, positive=positive)

    # Counting

    def count(self, node: Node, positive: bool) -> Point:
        status = node.status if positive else node.status.opposite
        unfold = self.full or status is not Status.MET
        children = tuple(self.way(child, positive) for child in node.children if unfold)
        words = tally([child.status for child in (*node.children, *node.cut)], node.count, positive)
        return Point("count", node, status, words, children=children, positive=positive)

    def distinct(self, node: Node, positive: bool) -> Point:
        status = node.status if positive else node.status.opposite
        every = (*node.children, *node.cut)
        instances, known, once = distinct_values(node)
        nouns = [
            leaf.goal.predicate
            for each in every
            for leaf in walk(each)
            if leaf.kind in ("evidence", "absence") and isinstance(leaf.goal, Atom) and self.counts(each, leaf)
        ]
        noun = self.words.noun(nouns[0]) if nouns else "value"
        words = number(known, node.count, noun, node.status, positive, once)
        if status is Status.MET and not self.full:
            children: tuple[Point, ...] = ()
        elif instances and instances[0].kind == "instance":
            children = tuple(self.way(each, positive) for each in node.children)
        else:
            children = self.finish([part for each in node.children for part in self.parts(each, positive)], status)
        return Point("count", node, status, words, children=children, positive=positive)

    def counts(self, instance: Node, leaf: Node) -> bool:
        """Whether a row of evidence holds the value that an instance counts."""
        assert isinstance(leaf.goal, Atom)
        values = {value for _, value in instance.bindings}
        return not values or bool(values & set(leaf.goal.args[1:]))

    # What matters, and its sentences

    def tells(self, point: Point, status: Status) -> bool:
        """Whether a point says something about the status of what it stands under."""
        if self.full or point.kind == "apart":
            return True
        if status is Status.NOT_MET:
            return point.status is not Status.MET or point.kind in ("criterion", "count")
        if status is Status.UNDOCUMENTED:
            return point.status is status or (point.status is Status.MET and point.kind == "criterion")
        return point.status is status

    def matters(self, leaf: Leaf, status: Status) -> bool:
        """Whether a leaf says something about the status of what it stands under."""
        node = leaf.node
        if node.kind == "listed" and node.status is Status.MET:
            return False
        if self.full:
            return True
        if status is Status.MET and leaf.positive and node.kind == "comparison":
            return leaf.status is status and not is_dated(self.words, node)
        if status is not Status.NOT_MET:
            return leaf.status is status and (status is not Status.MET or self.speaks(leaf) or not leaf.positive)
        if not leaf.positive and node.kind == "comparison":
            return leaf.status is status and not is_dated(self.words, node)
        return leaf.status is not Status.MET

    def sentences(
        self, leaf: Leaf, facts: Sequence[Fact], head: Leaf | None = None, conflict: Conflict = "before"
    ) -> list[tuple[Status, str]]:
        """The sentences of a leaf, each with its status, turned round under a negation.

        What ``head`` has said already is not said again; ``conflict`` says where that stands which contradicts itself.
        """
        node = leaf.node
        if node.kind == "comparison":
            told: Conflict = conflict if head is not None and in_conflict(head.node) else ""
            said = [(node.status, comparison(self.words, node, facts, leaf.positive, told))]
        elif node.kind == "listed" and head is not None and isinstance(node.goal, Atom):
            said = [(node.status, self.words.listed(node.goal, node.status, head.node.goal))]
        else:
            said = self.words.leaf(node, leaf.positive)
        return [(sure if leaf.positive else sure.opposite, words) for sure, words in said]

    def finish(self, parts: Sequence[Part], status: Status, facts: Sequence[Fact] = ()) -> tuple[Point, ...]:
        """The points of parts that stand together, without what says nothing about the status."""
        parts = named(parts)
        leaves = [part for part in parts if isinstance(part, Leaf)]
        if not self.full and any(wholly_missing(leaf.node) for leaf in leaves):
            parts = [part for part in parts if isinstance(part, Point) or not self.idle(part)]
        if len(parts) > 1:
            parts = [part for part in parts if isinstance(part, Point) or not self.dates_request(part)]
        done: dict[str, Point] = {}
        for part in parts:
            if isinstance(part, Point):
                if self.tells(part, status):
                    done.setdefault(f"{part.section} {part.words}", part)
            elif self.matters(part, status):
                head = next((leaf for leaf in leaves if in_conflict(leaf.node) and hangs_on(part, leaf)), None)
                # What contradicts itself is said with it where it does not stand by itself.
                alone = head if head is not None and not self.matters(head, status) else None
                before = f"{self.words.all_of(alone.node, alone.positive)}: " if alone else ""
                place: Conflict = "before" if alone else "beside"
                for sure, words in self.sentences(part, (*facts, *facts_of(leaves)), head, place):
                    if self.full or sure is part.status:
                        said, either = f"{before}{words}", alone is not None or contested(self.words, part.node)
                        point = Point("fact", part.node, sure, said, positive=part.positive, conflicting=either)
                        done.setdefault(said, point)
        return tuple(done.values())
