"""One mutant after the other held against the cases of a suite, until one of them notices.

Statuses come from formulas, which are quick; whatever they say is different is confirmed by the deciding engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from explain.suite.entries import Entry
from explain.suite.expect import Decided, Difference, Expectation, differences, unproved_differences
from explain.suite.run import decider
from kb.again import decide_again
from kb.answers import Status
from kb.case import Case
from kb.decide import Decision
from kb.policy import Policy
from kb.regression.evaluate import Evaluated, Evaluator
from kb.regression.mutants import Mutant
from kb.syntax import Atom, Predicate, atoms
from kb.vocabulary import chosen_readings


class Trial:
    """A policy and a suite that holds under it, ready for one mutant after the other."""

    def __init__(self, policy: Policy, suite: Sequence[Entry], readings: Mapping[str, str]) -> None:
        self.policy, self.readings = policy, readings
        self.subjects = [Subject(policy, place, entry, readings) for place, entry in enumerate(suite)]

    def killer(self, mutant: Mutant) -> tuple[int, Difference] | None:
        """The place of the first case that notices a mutant, and in what.

        Raises ``AssertionError`` where the formulas and the engine disagree: a defect of this software.
        """
        order = sorted(self.subjects, key=lambda subject: (subject.idle(mutant.predicate), subject.place))
        for subject in order:
            if subject.affected(mutant) and (found := self.noticed(mutant, subject, unproved_differences)):
                return found
        for subject in order:
            if subject.hidden(mutant) and (found := self.noticed(mutant, subject, differences)):
                return found
        return None

    def noticed(
        self, mutant: Mutant, subject: Subject, compared: Callable[[Expectation, Decided], list[Difference]]
    ) -> tuple[int, Difference] | None:
        """The first difference of a case under a mutant, if there is one."""
        found = compared(subject.expectation, subject.decided(mutant))
        if not found:
            return None
        self.confirm(mutant, subject, found[0])
        return subject.place, found[0]

    def confirm(self, mutant: Mutant, subject: Subject, found: Difference) -> None:
        """Holds a difference against the deciding engine."""

        def engine(others: Mapping[str, str]) -> Decision:
            return decide_again(subject.engine(others), mutant.policy)

        part = only(subject.expectation, found.key)
        if found not in differences(part, engine):
            raise AssertionError(
                f"the formulas and the engine disagree on case {subject.entry.name} under mutant {mutant.id}: "
                f"{found.key} is {found.actual} by the formulas"
            )


class Subject:
    """One case with what it expects, decided under mutants."""

    def __init__(self, policy: Policy, place: int, entry: Entry, readings: Mapping[str, str]) -> None:
        assert entry.case is not None and entry.expectation is not None
        self.policy, self.place, self.entry, self.readings = policy, place, entry, readings
        self.case: Case = entry.case
        self.expectation: Expectation = entry.expectation
        self.engine = decider(policy, entry.case, readings)
        self.evaluators: dict[str, Evaluator] = {}
        self.now: tuple[Mutant | None, dict[str, Evaluated]] = (None, {})
        self.opened: tuple[frozenset[Predicate], frozenset[Predicate]] | None = None

    def failing(self) -> Difference | None:
        """In what the case is not as it expects under the policy itself, by the deciding engine."""
        return next(iter(differences(self.expectation, self.engine)), None)

    def evaluator(self, pair: str = "") -> Evaluator:
        """What decides the case, under further readings that are chosen as ``name=value``."""
        if pair not in self.evaluators:
            chosen = {**self.readings, **(chosen_readings(pair) if pair else {})}
            self.evaluators[pair] = Evaluator(self.policy, self.case, chosen)
        return self.evaluators[pair]

    def under(self, mutant: Mutant, pair: str = "") -> Evaluated:
        if self.now[0] is not mutant:
            self.now = (mutant, {})
        if pair not in self.now[1]:
            self.now[1][pair] = self.evaluator(pair).under(mutant)
        return self.now[1][pair]

    def decided(self, mutant: Mutant) -> Decided:
        """What decides the case under a mutant and further readings."""

        def decided(others: Mapping[str, str]) -> Decision:
            pair = ", ".join(f"{name}={value}" for name, value in others.items())
            return self.under(mutant, pair).decision

        return decided

    def idle(self, predicate: Predicate) -> bool:
        """Whether a predicate holds of nothing in this case: its clauses take less part in what is decided."""
        return not self.evaluator().original.answers.of(predicate)

    def affected(self, mutant: Mutant) -> bool:
        """Whether any goal has another status under a mutant, by any of the readings that the case expects."""
        return any(self.under(mutant, pair).changed for pair in ("", *self.expectation.pairs))

    def hidden(self, mutant: Mutant) -> bool:
        """Whether the sections that stand in the way may be others under a mutant, though no status tells.

        They follow from the part of the proof that is not met: from the clauses of its goals and what those call.
        """
        if self.expectation.not_met is None and self.expectation.undocumented is None:
            return False
        goals, called = self.open_part()
        return mutant.predicate in goals or not called.isdisjoint(self.under(mutant).changed)

    def open_part(self) -> tuple[frozenset[Predicate], frozenset[Predicate]]:
        """The predicates whose clauses the sections that stand in the way follow from, and what these call."""
        if self.opened is None:
            goals = frozenset(_open_goals(self.evaluator().original))
            called = {
                atom.predicate
                for predicate in goals
                for clause in self.policy.clauses.get(predicate, ())
                for goal in clause.body
                for atom in atoms(goal)
            }
            self.opened = goals, goals | called
        return self.opened


def _open_goals(decision: Decision) -> Iterator[Predicate]:
    """The predicates of the goals in a proof that an outline may open: it opens no criterion that is met."""
    from explain.brief import prove_in_brief

    root = prove_in_brief(decision).root
    todo, seen = [(root, True)], set()
    while todo:
        node, positive = todo.pop()
        if (node, positive) in seen:
            continue
        seen.add((node, positive))
        status = node.status if positive else node.status.opposite
        if node.criterion and status is Status.MET and node is not root:
            continue
        if node.kind == "goal" and isinstance(node.goal, Atom):
            yield node.goal.predicate
        todo += ((child, positive != (node.kind == "negation")) for child in node.children)


def only(expectation: Expectation, key: str) -> Expectation:
    """The part of an expectation that a difference is in, by its key."""
    what, _, which = key.partition(".")
    value = getattr(expectation, what)
    if what == "readings":
        return Expectation(readings={which: value[which]})
    if what == "under":
        pair = next(each for each in value if which.startswith(f"{each}."))
        return Expectation(under={pair: value[pair]})
    return Expectation(**{what: value})
