"""The core: the smallest part of a proof that still establishes its verdict.

What is left out counts as unknown: it could be met or not. So for a goal that is met one clause is
enough; for one that is not met every alternative stays, each with one conjunct that fails; for one that
is undocumented, what shows that it is not certain and what shows that it is possible. Of k goals that
are needed out of n, k that are met show that they are, and n-k+1 that are not met show that they are not.
Under a negation all of this turns round.

A size is counted as that of a tree, a step that two others rest on twice; what turns out to be shown
already by a step that is there for something else is then dropped.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from explain.proof import Node, Proof
from kb.answers import Status
from kb.syntax import Term, Unknown

# What a step has to show of its status, as bits: that it is met, that it is not certainly not met,
# that it is not certainly met, that it is not met.
CERTAIN, POSSIBLE, DOUBTFUL, IMPOSSIBLE = 1, 2, 4, 8
LOWER, UPPER = CERTAIN | POSSIBLE, DOUBTFUL | IMPOSSIBLE
CLAIMS: Mapping[Status, int] = {
    Status.MET: CERTAIN,
    Status.UNDOCUMENTED: POSSIBLE | DOUBTFUL,
    Status.NOT_MET: IMPOSSIBLE,
}
TURNED = {CERTAIN: IMPOSSIBLE, POSSIBLE: DOUBTFUL, DOUBTFUL: POSSIBLE, IMPOSSIBLE: CERTAIN}
UNKNOWN = (0, 2)

Bounds = tuple[int, int]
Kept = Mapping[Node, Sequence[Node]]


def core(proof: Proof) -> Proof:
    """The proof without every step that its status does not need; the others keep their ids."""
    kept = _thinned(proof.root, _Picker().keep(proof.root))
    made: dict[Node, Node] = {}

    def rebuilt(node: Node) -> Node:
        if node not in made:
            staying = set(kept.get(node, ()))
            children, cut = [], []
            for child in node.children:
                if child.kind == "folded":
                    inner = tuple(rebuilt(each) for each in child.children if each in staying)
                    cut += [each for each in child.children if each not in staying]
                    if inner:
                        status = max(each.status for each in inner)
                        made[child] = replace(child, status=status, children=inner, count=len(inner))
                        children.append(made[child])
                elif child in staying:
                    children.append(rebuilt(child))
                else:
                    cut.append(child)
            made[node] = replace(node, children=tuple(children), cut=tuple(cut))
        return made[node]

    root = rebuilt(proof.root)
    ids = {new: proof.ids[old] for old, new in made.items()}
    return replace(proof, root=root, core=True, given_ids=ids)


def parts(node: Node) -> tuple[Node, ...]:
    """What a node rests on; instances that are folded by themselves."""
    return tuple(part for child in node.children for part in (child.children if child.kind == "folded" else (child,)))


# What is left, computed again


def bounds(node: Node, kept: Kept, known: dict[Node, Bounds] | None = None) -> Bounds:
    """The least and the most that the status of a node can be, when it rests on what is kept alone."""
    known = {} if known is None else known
    if node not in known:
        known[node] = _bounds(node, kept, known)
    return known[node]


def _bounds(node: Node, kept: Kept, known: dict[Node, Bounds]) -> Bounds:
    every = parts(node)
    if not every:
        return (int(node.status), int(node.status))
    staying = set(kept.get(node, ()))
    found = [bounds(part, kept, known) if part in staying else UNKNOWN for part in every]
    if node.kind == "negation":
        ((low, high),) = found
        return (2 - high, 2 - low)
    if node.kind == "distinct" and any(part.bindings for part in every):
        return _distinct(node, every, found)
    count, own = _needed(node, every)
    lows = sorted((low for low, _ in found), reverse=True)
    highs = sorted((high for _, high in found), reverse=True)
    return (min(own, lows[count - 1]), min(own, highs[count - 1])) if count <= len(found) else (0, 0)


def _needed(node: Node, every: Sequence[Node]) -> tuple[int, int]:
    """How many of the parts are needed, and the most that the step itself allows its status to be.

    The head of a clause can fit a goal less than surely, whatever its body says.
    """
    if node.kind in ("goal", "some", "folded"):
        return 1, 2
    if node.kind == "count":
        return node.count, 2
    least = min(part.status for part in every)
    return len(every), int(node.status) if node.status < least else 2


def _distinct(node: Node, every: Sequence[Node], found: Sequence[Bounds]) -> Bounds:
    """The bounds of a count of different values."""
    values: dict[Term, list[int]] = {}
    for part, each in zip(every, found, strict=True):
        best = values.setdefault(part.bindings[0][1], [0, 0])
        best[:] = map(max, best, each)

    def status(end: int) -> int:
        met = [value for value, each in values.items() if each[end] == 2]
        could = [value for value, each in values.items() if each[end] >= 1]
        certain = max(sum(not isinstance(value, Unknown) for value in met), 1 if met else 0)
        possible = math.inf if any(map(_many, could)) else len(could)
        return 2 if certain >= node.count else 1 if possible >= node.count else 0

    return status(0), status(1)


def _many(value: Term) -> bool:
    return isinstance(value, Unknown) and value.many


# What is kept


class _Picker:
    """Picks for each node the parts that show what it has to show, at the least size."""

    def __init__(self) -> None:
        self.sizes: dict[tuple[Node, int], int] = {}

    def keep(self, root: Node) -> dict[Node, tuple[Node, ...]]:
        """The parts that stay of each node that stays; a node shows once what all above it need of it."""
        claims: dict[Node, int] = {root: CLAIMS[root.status]}
        kept: dict[Node, tuple[Node, ...]] = {}
        for node in _order(root):
            if node not in claims:
                continue
            picked = self.pick(node, claims[node])
            kept[node] = tuple(part for part in parts(node) if picked.get(part))
            for part, claim in picked.items():
                if claim:
                    claims[part] = _joined(claims.get(part, 0) | claim)
        return kept

    def size(self, node: Node, claims: int) -> int:
        """How many steps show what is claimed; nothing is shown by none."""
        if not claims:
            return 0
        if (node, claims) not in self.sizes:
            # A goal that rests on itself is a leaf where it occurs again, so this comes to an end.
            picked = self.pick(node, claims)
            self.sizes[node, claims] = 1 + sum(self.size(part, claim) for part, claim in picked.items())
        return self.sizes[node, claims]

    def pick(self, node: Node, claims: int) -> dict[Node, int]:
        """What each part of a node has to show, so that it shows what is claimed."""
        every = parts(node)
        if not every:
            return {}
        if node.kind == "negation":
            return {every[0]: sum(TURNED[bit] for bit in TURNED if claims & bit)}
        if node.kind == "distinct" and any(part.bindings for part in every):
            return self.distinct(node, every, claims)
        count, own = _needed(node, every)
        low, high = claims & LOWER, claims & UPPER
        if (high == DOUBTFUL and own <= 1) or (high == IMPOSSIBLE and own == 0):
            high = 0
        return self.cheapest([(part,) for part in every], low, count, high, len(every) - count + 1)

    def distinct(self, node: Node, every: Sequence[Node], claims: int) -> dict[Node, int]:
        """The same for a count of different values, each with the instances that give it."""
        groups: dict[Term, list[Node]] = {}
        for part in every:
            groups.setdefault(part.bindings[0][1], []).append(part)
        many = [value for value in groups if _many(value)]
        low, high = claims & LOWER, claims & UPPER
        known = [value for value in groups if not isinstance(value, Unknown)]
        picked: dict[Node, int] = {}
        if high == DOUBTFUL:
            values = list(groups) if node.count == 1 else known
            picked = self.cheapest([groups[value] for value in values], 0, 0, high, len(values) - node.count + 1)
        elif high == IMPOSSIBLE:
            picked = {part: high for value in many for part in groups[value]}
            rest = [groups[value] for value in groups if value not in many]
            picked |= self.cheapest(rest, 0, 0, high, len(rest) - node.count + 1)
        if low == CERTAIN:
            values = list(groups) if node.count == 1 else known
            return self.cheapest([groups[value] for value in values], low, node.count, 0, 0)
        if low == POSSIBLE:
            able = [value for value in many if max(part.status for part in groups[value]) >= 1]
            wanted = [groups[value] for value in able] or list(groups.values())
            more = self.cheapest(wanted, low, 1 if able else node.count, 0, 0, picked)
            picked = {part: picked.get(part, 0) | more.get(part, 0) for part in every}
        return picked

    def cheapest(
        self,
        groups: Sequence[Sequence[Node]],
        low: int,
        lows: int,
        high: int,
        highs: int,
        shown: Mapping[Node, int] | None = None,
    ) -> dict[Node, int]:
        """The cheapest way in which ``lows`` groups show ``low`` and ``highs`` groups show ``high``.

        A group shows the former by one of its members, the latter by all. ``shown`` has to be shown anyway.
        """
        lows, highs = max(0, lows if low else 0), max(0, highs if high else 0)
        best: dict[tuple[int, int], tuple[int, tuple[Mapping[Node, int], ...]]] = {(0, 0): (0, ())}
        for group in groups:
            options = [{}, *self.options(group, low, high)]
            now: dict[tuple[int, int], tuple[int, tuple[Mapping[Node, int], ...]]] = {}
            for ((some, all_), (size, chosen)), option in product(best.items(), options):
                has_low = any(claim & LOWER for claim in option.values())
                has_high = any(claim & UPPER for claim in option.values())
                key = (min(lows, some + has_low), min(highs, all_ + has_high))
                more = sum(
                    self.size(part, claim | (shown or {}).get(part, 0)) - self.size(part, (shown or {}).get(part, 0))
                    for part, claim in option.items()
                )
                if key not in now or size + more < now[key][0]:
                    now[key] = (size + more, (*chosen, option))
            best = now
        _, chosen = best[lows, highs]
        return {part: claim for option in chosen for part, claim in option.items()}

    def options(self, group: Sequence[Node], low: int, high: int) -> Iterator[dict[Node, int]]:
        """What the members of a group can show: one of them the lower bound, all of them the upper one."""
        every = all(_can(part, high) for part in group) and bool(high)
        below = dict.fromkeys(group, high)
        if every:
            yield below
        for part in group:
            if low and _can(part, low):
                yield {part: low}
                if every:
                    yield {**below, part: low | high}


def _can(node: Node, claims: int) -> bool:
    """Whether what is claimed is so."""
    return not (
        (claims & CERTAIN and node.status < 2)
        or (claims & POSSIBLE and node.status < 1)
        or (claims & DOUBTFUL and node.status > 1)
        or (claims & IMPOSSIBLE and node.status > 0)
    )


def _joined(claims: int) -> int:
    """Claims without those that follow from others."""
    if claims & CERTAIN:
        claims &= ~POSSIBLE
    return claims & ~DOUBTFUL if claims & IMPOSSIBLE else claims


def _order(root: Node) -> list[Node]:
    """Every node, each before what it rests on."""
    done: list[Node] = []
    seen: set[Node] = set()

    def visit(node: Node) -> None:
        if node not in seen:
            seen.add(node)
            for part in parts(node):
                visit(part)
            done.append(node)

    visit(root)
    return done[::-1]


def _thinned(root: Node, kept: dict[Node, tuple[Node, ...]]) -> dict[Node, tuple[Node, ...]]:
    """What is kept, without what is shown already by a step that is there for something else."""
    wanted = (int(root.status), int(root.status))
    for node in list(kept):
        for part in kept[node]:
            without = {**kept, node: tuple(each for each in kept[node] if each is not part)}
            if bounds(root, without) == wanted:
                kept = without
    return kept
