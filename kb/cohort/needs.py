"""What the root goal asks for: each of its clauses as a list of requirements, each with a status of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kb.order import flatten, names
from kb.policy import Policy
from kb.pretty import pretty_goal
from kb.syntax import CASE, READING, Atom, Clause, Constant, Goal, Predicate, Term, Variable


@dataclass(frozen=True)
class Need:
    """One requirement of a clause: a criterion of the member alone, or other goals, as a predicate made for them.

    ``case`` is the term that stands for the case in the goals. ``condition``: it says of whom the clause speaks at
    all, as ``request_kind(P, initial)`` does.
    """

    predicate: Predicate
    case: Term
    goals: tuple[Goal, ...]
    condition: bool

    @property
    def words(self) -> str:
        """The goals as the policy writes them."""
        return ", ".join(map(pretty_goal, self.goals))


def root_needs(policy: Policy, readings: dict[str, str]) -> tuple[tuple[Need, ...], ...]:
    """The requirements of each clause of the root goal that the readings leave, in the order of the policy.

    A criterion whose only clause asks for criteria and nothing else stands for these.
    """
    root = Predicate(policy.vocabulary.header.root, 1)
    while (inner := _alone(policy, root)) is not None:
        root = inner
    finder = _Finder(policy, readings)
    clauses = [each for each in policy.clauses.get(root, ()) if finder.chosen(each)]
    return tuple(
        tuple({need.predicate: need for need in finder.needs(each, len(clauses) > 1)}.values()) for each in clauses
    )


def with_needs(policy: Policy, needs: Sequence[Sequence[Need]]) -> Policy:
    """The policy with a clause for each predicate that was made for other goals than a criterion."""
    made = {need.predicate: need for each in needs for need in each if need.predicate not in policy.clauses}
    clauses = [
        Clause(Atom(each.predicate.name, (each.case,)), (Atom(CASE.name, (each.case,)), *each.goals))
        for each in made.values()
    ]
    return replace(policy, program=replace(policy.program, clauses=(*policy.program.clauses, *clauses)))


def _alone(policy: Policy, predicate: Predicate) -> Predicate | None:
    """The criterion that is all that a predicate asks for."""
    clauses = policy.clauses.get(predicate, ())
    goals = flatten(clauses[0].body) if len(clauses) == 1 else []
    return _criterion(policy, goals, clauses[0].head.args[0]) if len(goals) == 1 else None


def _criterion(policy: Policy, goals: Sequence[Goal], case: Term) -> Predicate | None:
    """The criterion of the member that a goal is."""
    if len(goals) != 1 or not isinstance(goal := goals[0], Atom) or goal.args != (case,):
        return None
    criterion = policy.vocabulary.criteria.get(goal.predicate)
    return goal.predicate if criterion is not None and criterion.kind == "criterion" else None


class _Finder:
    """Finds the requirements of clauses, and names those that have no name."""

    def __init__(self, policy: Policy, readings: dict[str, str]) -> None:
        self.policy = policy
        self.readings = readings
        self.made: dict[tuple[Goal, ...], Predicate] = {}

    def chosen(self, clause: Clause) -> bool:
        """Whether the readings leave a clause."""
        return all(self.holds(goal) is not False for goal in flatten(clause.body))

    def holds(self, goal: Goal) -> bool | None:
        """Whether a goal about a reading holds; nothing where it is about anything else."""
        if not isinstance(goal, Atom) or goal.predicate != READING:
            return None
        name, value = goal.args
        if not isinstance(name, Constant) or not isinstance(value, Constant):
            return None
        return self.readings.get(str(name.value)) == str(value.value)

    def needs(self, clause: Clause, several: bool) -> Iterator[Need]:
        """The requirements of a clause. Only where there are several clauses one may speak of some members alone."""
        case = clause.head.args[0]
        for goals in self.parts(clause):
            predicate = _criterion(self.policy, goals, case)
            if predicate is not None:
                yield from self.opened(predicate, case, goals)
                continue
            condition = several and all(self.given(goal) for goal in goals)
            if goals not in self.made:
                self.made[goals] = Predicate(f"?need_{len(self.made) + 1}", 1)
            yield Need(self.made[goals], case, goals, condition)

    def opened(self, predicate: Predicate, case: Term, goals: tuple[Goal, ...]) -> Iterator[Need]:
        """A criterion, or the criteria that it stands for."""
        clauses = self.policy.clauses.get(predicate, ())
        if len(clauses) == 1 and (parts := self.parts(clauses[0])):
            own = clauses[0].head.args[0]
            inner = [found for each in parts if (found := _criterion(self.policy, each, own)) is not None]
            if len(inner) == len(parts):
                for found, each in zip(inner, parts, strict=True):
                    yield from self.opened(found, own, each)
                return
        yield Need(predicate, case, goals, False)

    def given(self, goal: Goal) -> bool:
        """Whether a goal only reads what the record or a list of the policy says."""
        known = self.policy.inputs | self.policy.catalogues
        return isinstance(goal, Atom) and goal.predicate in known

    def parts(self, clause: Clause) -> list[tuple[Goal, ...]]:
        """The goals of a clause, those together that have a variable other than the case in common."""
        case = clause.head.args[0]
        groups: list[tuple[set[str], list[Goal]]] = []
        for goal in flatten(clause.body):
            if self.holds(goal):
                continue
            mine = names(goal) - ({case.name} if isinstance(case, Variable) else set())
            joined = [each for each in groups if each[0] & mine]
            groups = [each for each in groups if each not in joined]
            goals = [goal for _, several in joined for goal in several]
            groups.append((mine.union(*(each for each, _ in joined)), [*goals, goal]))
        order = {goal: at for at, goal in enumerate(flatten(clause.body))}
        groups.sort(key=lambda each: min(order[goal] for goal in each[1]))
        return [tuple(goals) for _, goals in groups]
