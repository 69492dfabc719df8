"""What changed between two proofs of one goal: before and after facts were assumed or dropped, or a policy changed.

A step changed when its status did, or the evidence that it shows. A step that only one of the proofs
has, since in the other it decides nothing, did not change by that alone: its status is asked there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property

from explain.language import clean
from explain.outline import outline
from explain.phrases import Words
from explain.points import Point, points
from explain.proof import SHARED, Node, Proof, walk
from kb.answers import Status
from kb.regression.canonical import canonical
from kb.regression.cones import called, live
from kb.syntax import Atom, Predicate


@dataclass(frozen=True, slots=True)
class Turn:
    """A criterion whose status changed: its id, section and title, and both statuses.

    Between two editions of a policy there is no status where an edition does not know the criterion.
    """

    id: str
    section: str
    title: str
    before: Status | None
    after: Status | None


@dataclass(frozen=True)
class Side:
    """One of the two proofs as it is shown: its outline, and the points of it that changed."""

    proof: Proof
    root: Point
    changed: AbstractSet[Point]

    @cached_property
    def pruned(self) -> Side | None:
        """The part of the outline that changed, with what stands above it."""
        marked: set[Point] = set()

        def kept(point: Point) -> Point | None:
            children = tuple(filter(None, map(kept, point.children)))
            if not children and point not in self.changed:
                return None
            left = replace(point, children=children)
            if point in self.changed:
                marked.add(left)
            return left

        root = kept(self.root)
        return Side(self.proof, root, marked) if root else None


@dataclass(frozen=True)
class Changes:
    """Two proofs of one goal, with the facts that were assumed and dropped in between, as they were written."""

    before: Proof
    after: Proof
    assumed: Sequence[str] = ()
    dropped: Sequence[str] = ()

    @cached_property
    def nodes(self) -> tuple[AbstractSet[Node], AbstractSet[Node]]:
        """The nodes that changed, of the one proof and of the other."""
        return _changed(self.before, self.after), _changed(self.after, self.before)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of the nodes that changed: those of the proof after it, then what it has no more."""
        before, after = self.nodes
        found = [self.after.ids[node] for node in self.after.nodes() if node in after]
        return tuple(dict.fromkeys([*found, *(self.before.ids[n] for n in self.before.nodes() if n in before)]))

    def sides(self, *, full: bool = False) -> tuple[Side, Side]:
        """Both proofs as outlines, with the points that changed."""
        roots = outline(self.before, full=full), outline(self.after, full=full)
        return (
            Side(self.before, roots[0], _marked(self.before, self.nodes[0], roots[0], self.after, roots[1])),
            Side(self.after, roots[1], _marked(self.after, self.nodes[1], roots[1], self.before, roots[0])),
        )

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """The criteria whose status changed, the goal itself apart, in the order of the proofs."""
        return tuple(self._turned.values())

    @cached_property
    def causes(self) -> tuple[Turn, ...]:
        """Those of these criteria that account for it: under them no other criterion changed.

        A criterion that is new and met, or gone and was met, accounts for nothing.
        """
        bearing = {goal: turn for goal, turn in self._turned.items() if {turn.before, turn.after} != {None, Status.MET}}
        above = {
            node.goal
            for proof in (self.before, self.after)
            for node in proof.nodes()
            if node.goal in bearing and any(inner.goal in bearing and inner.goal != node.goal for inner in walk(node))
        }
        return tuple(turn for goal, turn in bearing.items() if goal not in above)

    @cached_property
    def _turned(self) -> Mapping[Atom, Turn]:
        found: dict[Atom, Turn] = {}
        for proof in (self.after, self.before):
            words = Words(proof.decision)
            for node in proof.nodes():
                goal = node.goal
                if not node.criterion or not isinstance(goal, Atom) or goal in found or node is proof.root:
                    continue
                before, after = (_status(each, goal) for each in (self.before, self.after))
                if before is not after:
                    section, title = clean(node.criterion.section), words.title(node.criterion, goal)
                    found[goal] = Turn(proof.ids[node], section, title, before, after)
        return found


def _status(proof: Proof, goal: Atom) -> Status | None:
    """The status of a goal in a decision, if its policy knows the goal."""
    policy = proof.decision.policy
    known = goal.predicate in policy.clauses or goal.predicate in policy.inputs
    return proof.decision.answers.status(goal) if known else None


def _changed(proof: Proof, other: Proof) -> AbstractSet[Node]:
    """The nodes of a proof that are not the same in the other one."""
    theirs = {id_: node for node, id_ in other.ids.items()}
    changed: dict[Node, bool] = {}
    own, others = (each.decision.policy for each in (proof, other))
    # Under another edition, or under another reading, what stands in a clause that says nothing there.
    alone = own is others and proof.decision.readings == other.decision.readings
    clauses = () if alone else live(others, other.decision.readings).program.clauses
    kept = None if alone else frozenset(map(canonical, clauses))
    asked: dict[Predicate, set[Predicate]] = {}
    for clause in clauses:
        asked.setdefault(clause.head.predicate, set()).update(atom.predicate for atom in called(clause))
    held = {(node.kind, node.goal) for node in other.nodes()}

    def differs(node: Node) -> bool:
        if node not in changed:
            changed[node] = False
            inner = [differs(child) for child in node.children]
            twin = theirs.get(proof.ids[node])
            if node.kind in SHARED and isinstance(node.goal, Atom):
                stated = other.decision.case.facts
                changed[node] = other.decision.answers.status(node.goal) is not node.status or any(
                    fact not in stated.get(fact.predicate, ()) for fact in node.facts
                )
            elif twin is not None:
                tallied = node.kind in ("count", "distinct") and any(inner)
                changed[node] = twin.status is not node.status or tallied
            else:
                changed[node] = any(inner)
            if kept is not None and node.clause is not None and canonical(node.clause) not in kept:
                changed[node] = True
                elsewhere = asked.get(node.clause.head.predicate, set())
                for inner_node in _within(node):
                    if inner_node.kind not in SHARED:
                        told = [inner_node] if (inner_node.kind, inner_node.goal) not in held else []
                    elif isinstance(inner_node.goal, Atom) and inner_node.goal.predicate not in elsewhere:
                        # A requirement of this edition alone; where it is not met, with its reasons.
                        told = [inner_node] if inner_node.status is Status.MET else list(walk(inner_node))
                    else:
                        told = []
                    changed.update(dict.fromkeys(told, True))
            beside = any(changed[child] for child in node.children if child.kind in SHARED)
            for child in node.children:
                # What was held against a threshold is new where the evidence beside it is.
                if beside and child.kind == "comparison" and proof.ids[child] not in theirs:
                    changed[child] = True
        return changed[node]

    differs(proof.root)
    return {node for node, yes in changed.items() if yes}


def _within(clause: Node) -> Iterator[Node]:
    """What stands in the clause of a node: the nodes under it, as far as the next goals, and these."""
    waiting = list(clause.children)
    while waiting:
        node = waiting.pop()
        yield node
        if node.kind not in SHARED:
            waiting += node.children


def _marked(proof: Proof, nodes: AbstractSet[Node], root: Point, other: Proof, twin: Point) -> AbstractSet[Point]:
    """The points of an outline that changed."""
    about = {(node.kind, node.goal) for node in nodes}
    said: dict[str, set[tuple[str, str, Status]]] = {}
    for point in points(twin):
        if point.node in other.ids:
            said.setdefault(other.ids[point.node], set()).add((point.words, point.note, point.status))
    found = set()
    for point in points(root):
        if point.node in proof.ids:
            words = said.get(proof.ids[point.node])
            telling = words is not None and (point.words, point.note, point.status) not in words
            if point.node in nodes or (telling and point.kind not in ("criterion", "folded")):
                found.add(point)
        elif (point.node.kind, point.node.goal) in about:
            found.add(point)
    return found
