"""A proof in brief: of a criterion that is met, and counts for the goal above it, only that it is.

An outline folds such criteria, so it says the same of a proof in brief as of a whole one; what stands in the
way is so known in a part of the time.
"""

from __future__ import annotations

from explain.plan import Origins
from explain.proof import Node, Proof
from explain.prover import Prover
from explain.refine import Values
from kb.answers import Status
from kb.decide import Decision
from kb.syntax import Atom, Goal, Negation


def prove_in_brief(decision: Decision) -> Proof:
    """The proof of the policy's root goal, in brief. Raises what ``explain.prover.prove`` does."""
    return Proof(decision, BriefProver(decision).whole(decision.root))


class BriefProver(Prover):
    """Builds the nodes of a proof in brief; under a negation it is whole, for there what is met stands in the way."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision)
        self.whole_prover = Prover(decision)

    def atom(self, goal: Atom) -> Node:
        """The node of an atom, without children for a criterion that is met."""
        criterion = self.policy.vocabulary.criteria.get(goal.predicate)
        if criterion is not None and self.answers.status(goal) is Status.MET:
            return Node("goal", Status.MET, goal, criterion=criterion)
        return super().atom(goal)

    def closed(self, goal: Goal, values: Values, origins: Origins) -> Node:
        """The node of a goal whose variables all have values, its own local ones apart."""
        if isinstance(goal, Negation):
            return self.whole_prover.closed(goal, values, origins)
        return super().closed(goal, values, origins)
