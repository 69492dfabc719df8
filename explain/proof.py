"""The proof: why a goal is met, not met or undocumented, as a graph of goals.

A met goal shows the clauses and the evidence that prove it. A goal that is not met shows every way
in which it could have been met and, in each, every conjunct that fails. An undocumented goal shows
what is missing. The prover computes each status again, bottom up, by Kleene's logic, and holds it
against the engine's answer: a proof that says otherwise than the decision is never shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from kb.answers import Status
from kb.case import Fact
from kb.decide import Decision
from kb.syntax import Clause, Goal, Predicate, Term
from kb.vocabulary import Criterion

if TYPE_CHECKING:
    import networkx

Kind: TypeAlias = Literal[
    "goal",  # a derived goal; children: the clauses that could meet it, any of which is enough
    "clause",  # one clause; children: its conjuncts, all of which are needed
    "some",  # conjuncts that share a variable; children: instances, any of which is enough
    "instance",  # one choice of values for those variables; children: all are needed
    "folded",  # instances that say nothing of the case; children: them
    "all",  # a conjunction inside another goal; children: all are needed
    "negation",  # the goal inside must not be met
    "count",  # `count` or more of the children
    "distinct",  # `count` or more distinct values; children: instances
    "comparison",
    "evidence",  # a row of an input, with what the record says
    "absence",  # no row of a complete list matches
    "listed",  # a row of a catalogue, the value of a reading, or the absence of it
]
SHARED: frozenset[Kind] = frozenset({"goal", "evidence", "absence", "listed"})


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A value that comes from a field of an input: the input and the position of its argument."""

    predicate: Predicate
    position: int


@dataclass(frozen=True, slots=True)
class Elapsed:
    """A value that is the completed units ("day", "month", "year") between two dates.

    ``origins`` say where the two dates come from.
    """

    unit: str
    start: Term
    end: Term
    origins: tuple[Origin | None, Origin | None] = (None, None)


Origin: TypeAlias = FieldOf | Elapsed


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """One step of a proof. What it is about is in ``goal``, with the values it has here.

    ``criterion``: on a goal that is tied to a section. ``clause``: the clause of a ``clause`` node.
    ``bindings``: the values that an ``instance`` chooses. ``facts``: the facts behind ``evidence``;
    where the goal is not met they are what the record says instead. ``count``: of ``count`` and
    ``distinct``. ``origins``: for a comparison, where its left and its right value come from.
    ``cut``: the children that were left out, in the core of a proof.
    """

    kind: Kind
    status: Status
    goal: Goal
    children: tuple[Node, ...] = ()
    criterion: Criterion | None = None
    clause: Clause | None = None
    bindings: tuple[tuple[str, Term], ...] = ()
    facts: tuple[Fact, ...] = ()
    count: int = 0
    origins: tuple[Origin | None, Origin | None] = (None, None)
    cut: tuple[Node, ...] = ()


@dataclass(frozen=True, eq=False)
class Proof:
    """The proof of one goal of one decision; or only the core of it, whose nodes have the ids of the whole."""

    decision: Decision
    root: Node = field(repr=False)
    core: bool = False
    given_ids: Mapping[Node, str] | None = field(default=None, repr=False)

    @property
    def status(self) -> Status:
        return self.root.status

    def nodes(self) -> Iterator[Node]:
        """Every node once, parents before their children, in reading order."""
        seen: set[Node] = set()
        stack = [self.root]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                yield node
                stack.extend(reversed(node.children))

    @cached_property
    def ids(self) -> Mapping[Node, str]:
        """A stable id for each node: the same goal has the same id in every proof of every case.

        Goals, evidence and catalogue rows go by what they say; the other nodes also by their parent.
        The case's own id does not enter, so that two cases can be compared.
        """
        if self.given_ids is not None:
            return self.given_ids
        ids: dict[Node, str] = {}
        used: set[str] = set()

        def name(node: Node, parent: str) -> None:
            if node in ids:
                return
            base = digest = _digest(node, self, "" if node.kind in SHARED else parent)
            serial = 1
            while digest in used:
                serial += 1
                digest = hashlib.sha256(f"{base} {serial}".encode()).hexdigest()[:12]
            used.add(digest)
            ids[node] = digest
            for child in node.children:
                name(child, digest)

        name(self.root, "")
        return ids

    def graph(self) -> networkx.DiGraph[str]:
        """The proof as a networkx DAG: node ids, each with its ``Node`` as attribute ``node``; edges
        from a goal to what it rests on, numbered by ``order``."""
        import networkx

        graph: networkx.DiGraph[str] = networkx.DiGraph()
        for node in self.nodes():
            graph.add_node(self.ids[node], node=node)
        for node in self.nodes():
            for order, child in enumerate(node.children):
                graph.add_edge(self.ids[node], self.ids[child], order=order)
        return graph


def _digest(node: Node, proof: Proof, parent: str) -> str:
    from kb.pretty import pretty_clause, pretty_goal, pretty_term

    said = [
        parent,
        node.kind,
        pretty_goal(node.goal),
        pretty_clause(node.clause) if node.clause else "",
        *(f"{name}={pretty_term(term)}" for name, term in node.bindings),
    ]
    text = "\n".join(said).replace(pretty_term(proof.decision.case.id), "the case")
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it, each node once."""
    seen: set[Node] = set()
    stack: list[Node] = [node]
    while stack:
        here = stack.pop()
        if here not in seen:
            seen.add(here)
            yield here
            stack.extend(reversed(here.children))


def criteria(nodes: Sequence[Node]) -> Iterator[Node]:
    """The nearest criteria at or below the nodes: the walk stops at each."""
    for node in nodes:
        if node.criterion:
            yield node
        else:
            yield from criteria(node.children)
