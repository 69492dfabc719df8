"""The predicates whose rows are only ever asked for: none is missed, told from another, or counted by its values.

Of such a one a row that is possible says as much as another that is possible, of which more is known.
"""

from __future__ import annotations

from kb.policy import Policy
from kb.syntax import CASE, AtLeastDistinct, Clause, Comparison, Goal, Negation, Predicate, atoms, subgoals


def affirmed(policy: Policy) -> frozenset[Predicate]:
    """The predicates of a policy of which that holds, in their own clauses and wherever their values are passed on."""
    callers: dict[Predicate, set[Clause]] = {}
    for clause in policy.program.clauses:
        for atom in (atom for goal in clause.body for atom in atoms(goal)):
            callers.setdefault(atom.predicate, set()).add(clause)
    todo = [each for each, clauses in policy.clauses.items() if any(map(tells_apart, clauses))]
    todo += [each for each, clauses in callers.items() if any(map(tells_apart, clauses))]
    left = set(policy.clauses)
    while todo:
        each = todo.pop()
        if each in left:
            left.remove(each)
            # What becomes of the values of its rows becomes of those that it has them from.
            # (One that was made for a requirement without a name has no types, and the case alone.)
            if any(kind != CASE.name for kind in policy.types.get(each, ())):
                called = (
                    atom.predicate for clause in policy.clauses[each] for goal in clause.body for atom in atoms(goal)
                )
                todo += called
    return frozenset(left)


def tells_apart(clause: Clause) -> bool:
    """Whether a body has a negation, a count of distinct values, or asks that two are unlike."""

    def does(goal: Goal) -> bool:
        if isinstance(goal, Negation | AtLeastDistinct) or (isinstance(goal, Comparison) and goal.operator == "\\="):
            return True
        return any(map(does, subgoals(goal)))

    return any(map(does, clause.body))
