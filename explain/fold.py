"""What says nothing, folded into one node that counts it."""

from __future__ import annotations

from collections.abc import Sequence

from explain.proof import Node
from kb.answers import Status
from kb.case import Fact
from kb.syntax import Unknown


def fold(instances: Sequence[Node]) -> list[Node]:
    """The instances with those that say nothing folded into one node.

    An instance says nothing when it is not met and no evidence below it speaks of a value that it
    chose: a drug of the list that the member was never treated with.
    """
    speaking = [node for node in instances if node.status is Status.MET or _speaks(node)]
    silent = [node for node in instances if node not in speaking]
    if len(silent) < 2:
        return list(instances)
    status = max(node.status for node in silent)
    return [*speaking, Node("folded", status, silent[0].goal, tuple(silent), count=len(silent))]


def _speaks(instance: Node) -> bool:
    chosen = {value for _, value in instance.bindings}
    stack = list(instance.children)
    seen: set[Node] = set()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        for fact in node.facts:
            if node.kind == "evidence" and chosen & set(fact.row[1:]) and not _asks_for_anything(fact):
                return True
        stack.extend(node.children)
    return False


def _asks_for_anything(fact: Fact) -> bool:
    """Whether a fact only says that a whole list was not given."""
    return any(isinstance(term, Unknown) and term.many for term in fact.row)
