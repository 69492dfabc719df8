"""A proof that draws itself in a notebook."""

from __future__ import annotations

from explain.proof import Proof
from explain.prover import Prover
from kb.decide import Decision
from kb.syntax import Goal


class DisplayedProof(Proof):
    """A proof that a notebook shows as its picture."""

    def _repr_svg_(self) -> str:
        from explain.faces import draw

        return draw(self, ".svg").decode("utf-8")


def prove(decision: Decision, goal: Goal | None = None) -> DisplayedProof:
    """The proof of a goal, or of the policy's root goal when none is given.

    ``goal`` is a checked goal about the case: ``question(policy, text).about(case)``. In a notebook the
    proof is shown as a picture.
    """
    return DisplayedProof(decision, Prover(decision).whole(goal if goal is not None else decision.root))
