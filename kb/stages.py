"""The stages of a policy: its components lowered, each once for what may be unknown in what it uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from kb.bounds import Lowering, Stage
from kb.order import Schema, Unknowns
from kb.policy import Policy
from kb.syntax import Clause, Predicate, atoms


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """Predicates that rest on one another, or one alone; their clauses, and all predicates that these use."""

    predicates: tuple[Predicate, ...]
    clauses: tuple[Clause, ...]
    depends: frozenset[Predicate]


class Stages:
    """The components of a policy that clauses derive, dependencies first, and how each is lowered."""

    def __init__(self, policy: Policy) -> None:
        self.schema = Schema(policy.catalogues, policy.inputs)
        self.components = tuple(_components(policy))
        self.known: dict[tuple[Component, tuple[tuple[bool, ...] | None, ...]], Stage] = {}

    def stage(self, component: Component, unknowns: Unknowns) -> Stage:
        """A component lowered; ``unknowns`` are those of what it depends on, as far as that is not settled."""
        key = component, tuple(map(unknowns.get, component.depends))
        if key not in self.known:
            lowering = Lowering(self.schema, unknowns)
            self.known[key] = lowering.stage(component.predicates, component.clauses, component.depends)
        return self.known[key]

    def with_gaps(self, gaps: frozenset[Predicate]) -> list[Stage]:
        """The stages for a case in which something is undocumented of these inputs, of each perhaps any field."""
        unknowns = {gap: (False, *(True for _ in range(gap.arity - 1))) for gap in gaps}
        stages = []
        for component in self.components:
            stages.append(stage := self.stage(component, unknowns))
            unknowns.update(stage.unknowns)
        return stages


_stages: WeakKeyDictionary[Policy, Stages] = WeakKeyDictionary()


def stages_of(policy: Policy) -> Stages:
    """The stages of a policy, kept for as long as the policy is."""
    if policy not in _stages:
        _stages[policy] = Stages(policy)
    return _stages[policy]


def _components(policy: Policy) -> Iterator[Component]:
    for predicates in policy.components:
        clauses = tuple(clause for predicate in predicates for clause in policy.clauses.get(predicate, ()))
        if clauses and predicates[0] not in policy.catalogues and predicates[0] not in policy.inputs:
            depends = frozenset(atom.predicate for clause in clauses for goal in clause.body for atom in atoms(goal))
            yield Component(predicates, clauses, depends)
