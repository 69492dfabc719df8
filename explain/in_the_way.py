"""What is in the way of every repair, and cannot change: the fewest such facts, each with what it fails."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import z3

from explain.language import clean, joined
from explain.phrases import Words
from explain.points import applicable
from explain.proof import Node, Proof
from explain.prover import prove
from kb.answers import Row, Status
from kb.case import Fact
from kb.decide import Decision
from kb.syntax import Atom, Predicate, Variable

if TYPE_CHECKING:
    from explain.repair import Search

# How many sets that are as few are looked at.
MOST_SETS = 64


def blocked(decision: Decision, asked: Predicate, search: Search) -> tuple[str, ...]:
    """What of the evidence is in the way; ``search`` is one in which even what nothing can change has a switch.

    Facts that only say of whom a clause speaks are taken where there is nothing else.
    """
    words = Words(decision)
    proof = prove(decision, Atom(asked.name, (decision.case.id, *(Variable("_") for _ in range(asked.arity - 1)))))
    spoken_of = of_whom(proof)
    facts = fewest(search, spoken_of) or fewest(search, [])
    told: dict[str, None] = {}
    for fact in facts:
        criteria = refused(words, proof, fact)
        told[words.fact(fact) + (f"; in the way of {joined(criteria)}" if criteria else "")] = None
    return tuple(told)


def fewest(search: Search, kept: list[Fact]) -> list[Fact]:
    """The fewest facts without which there would be a repair, where some are kept; none where there is none."""
    held = {(fact.predicate, fact.row) for fact in kept}
    with search.solver.inside():
        for switch in search.record.switches:
            fact = switch.fact
            if switch.effort == "never" and fact is not None and (fact.predicate, fact.row) in held:
                search.solver.add(z3.Not(switch.on))
        profile = search.least({})
        found = [
            switch.fact
            for _, model in (islice(search.models(profile), MOST_SETS) if profile is not None else ())
            for switch in search.on(model)
            if switch.effort == "never" and switch.fact is not None
        ]
    return found


def of_whom(proof: Proof) -> list[Fact]:
    """The facts for which a clause does not apply to this case, and that fail nothing else."""
    apart: list[Fact] = []
    failing: set[tuple[Predicate, Row]] = set()
    for node in proof.nodes():
        if node.kind != "goal":
            continue
        apply, others = applicable(node)
        apart += [fact for _, why in others for fact in why.facts]
        for clause in apply:
            evidence = [each for each in clause.children if each.kind == "evidence"]
            failing |= {
                (fact.predicate, fact.row) for each in evidence if each.status is Status.NOT_MET for fact in each.facts
            }
    return [fact for fact in apart if (fact.predicate, fact.row) not in failing]


def refused(words: Words, proof: Proof, fact: Fact) -> list[str]:
    """The criteria that are not met because of a fact, the nearest ones: section and title."""
    return [
        f"{clean(node.criterion.section)} ({words.title(node.criterion, node.goal)})"
        for node in proof.nodes()
        if node.criterion and isinstance(node.goal, Atom) and node.status is Status.NOT_MET and rests_on(node, fact)
    ]


def rests_on(node: Node, fact: Fact) -> bool:
    """Whether a goal rests on a fact by itself, and not through another criterion."""
    if any((each.predicate, each.row) == (fact.predicate, fact.row) for each in node.facts):
        return True
    return any(rests_on(child, fact) for child in node.children if not child.criterion)
