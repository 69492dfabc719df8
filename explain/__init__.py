"""Explains a decision: ``prove`` gives its proof, which a notebook shows as a picture.

``Proof.graph`` is the proof as a networkx DAG, and ``docs/api.md`` shows what else there is.
The prover is imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explain.notebook import prove
    from explain.proof import Proof

__all__ = ["Proof", "prove"]


def __getattr__(name: str) -> Any:
    if name == "prove":
        from explain.notebook import prove

        return prove
    if name == "Proof":
        from explain.proof import Proof

        return Proof
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
