"""What holds of every case: criteria that never change, clauses that add nothing, criteria that follow from others.

That there is no case of something is said only where the bounds leave room for one: what takes more rows of a list
than the bounds have is asked again with so many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import permutations
from typing import Any

import z3

from kb.answers import Status
from kb.regression.cones import cones, inputs_below
from kb.regression.findings import Constant, Implication, Redundant
from kb.regression.open_policy import OpenPolicy
from kb.regression.rows_needed import RowsNeeded
from kb.solving.bounds import MOST_MORE
from kb.solving.formulas import equal
from kb.solving.solver import MILLISECONDS, GaveUp
from kb.solving.values import OpenRow, Truth, conj, disj, either, neg
from kb.solving.witness import Near
from kb.syntax import Clause, Predicate

# For how long a case with fewer rows than something takes is looked for.
BRIEFLY = 3_000


class Analyst:
    """One edition over an open case, and what the solver could not settle about it."""

    def __init__(self, base: OpenPolicy, undecided: list[str]) -> None:
        self.base = base
        self.policy = base.policy
        self.below = cones(base.policy)
        self.needed = RowsNeeded(base.policy, base.bounds.rows)
        self.undecided = undecided
        # Criteria of which it is known already.
        self.never_met: set[Predicate] = set()

    def never(
        self,
        asked: Callable[[OpenPolicy], Truth],
        about: Sequence[Predicate],
        rows: Counter[str],
        words: str,
        any_reading: bool = True,
        found: Callable[[Any], None] = lambda model: None,
    ) -> bool:
        """Whether no case has what is asked, which is about these predicates and takes so many rows of the lists.

        ``any_reading``: under whatever readings, else under those that were chosen. ``found`` hears of a model of a
        case. What cannot be settled is noted by its ``words``, and the answer is no.
        """
        lacking = {name: number for name, number in rows.items() if number > self.base.bounds.rows[name]}
        more = max((number - self.base.bounds.rows[name] for name, number in lacking.items()), default=0)
        names = frozenset[str]().union(*(inputs_below(self.policy, each) for each in about))

        def near(wider: Mapping[str, int], milliseconds: int) -> Near | None:
            opened = self.base.wider(wider).any_reading if any_reading else self.base.wider(wider)
            # What a reading is set to is open as an input is.
            readings = opened.free.readings.values() if any_reading else ()
            return opened.search.near(asked(opened), names.union(readings), milliseconds)

        if lacking:
            # A case with fewer rows is quickly found, where there is one; that there is none would say nothing.
            with suppress(GaveUp):
                if (first := near({}, BRIEFLY)) is not None:
                    found(first.settling.model)
                    return False
        if more > MOST_MORE:
            self.undecided.append(f"{words}: it takes {more} more rows of a list than the bounds have")
            return False
        try:
            last = near(lacking, MILLISECONDS)
        except GaveUp:
            self.undecided.append(words)
            return False
        if last is not None and not lacking:
            found(last.settling.model)
        return last is None

    def criteria(self) -> list[Predicate]:
        """What is a criterion, and no advisory and no grant."""
        return [each for each, criterion in self.policy.vocabulary.criteria.items() if criterion.kind == "criterion"]

    def named(self, predicate: Predicate) -> str:
        """A criterion by its section and its title."""
        criterion = self.policy.vocabulary.criteria[predicate]
        return f"{criterion.section} ({criterion.title})"

    # Criteria that never change

    def constants(self) -> Iterator[Constant]:
        """The criteria that can never be met, and those that can never fail, under any readings."""
        for predicate in self.criteria():

            def met(opened: OpenPolicy, goal: Predicate = predicate) -> Truth:
                return disj(*(row.pair.must for row in opened.formulas.rows(goal, (None,) * goal.arity)))

            def fails(opened: OpenPolicy, goal: Predicate = predicate) -> Truth:
                return neg(opened.formulas.status(goal).may)

            rows = [self.needed.whole(predicate, each) for each in (True, False)]
            name = self.named(predicate)
            if self.never(met, [predicate], rows[0], f"whether {name} can be met"):
                self.never_met.add(predicate)
                yield Constant(predicate, Status.MET)
            elif predicate.arity == 1 and self.never(fails, [predicate], rows[1], f"whether {name} can fail"):
                yield Constant(predicate, Status.NOT_MET)

    # Clauses that add nothing

    def redundant(self) -> Iterator[Redundant]:
        """The rules without which their predicate is decided alike, under any readings."""
        for predicate, clauses in self.policy.clauses.items():
            if predicate not in self.policy.catalogues:
                found = list(self.redundant_of(predicate, clauses))
                yield from sorted(found, key=lambda each: clauses.index(each.clause))

    def redundant_of(self, predicate: Predicate, clauses: Sequence[Clause]) -> Iterator[Redundant]:
        """Those of one predicate, from the last to the first; what was found redundant covers no other."""
        left = list(clauses)
        for clause in reversed(clauses):
            if not clause.body:
                continue
            words = f"whether the clause at line {clause.span.line} adds anything"
            others = [each for each in left if each is not clause]

            def possible(opened: OpenPolicy, clause: Clause = clause) -> Truth:
                return disj(*(row.pair.may for row in rows_of(opened, clause)))

            def met(opened: OpenPolicy, clause: Clause = clause) -> Truth:
                return disj(*(row.pair.must for row in rows_of(opened, clause)))

            rows = self.needed.of_clause(clause, True)
            if self.never(possible, [predicate], rows, words):
                yield Redundant(clause, never=True)
                left = others
            elif others and self.covered(predicate, clause, others, words):
                by = (each for each in others if len(others) == 1 or self.covered(predicate, clause, [each], words))
                yield Redundant(clause, next(by, None))
                left = others
            elif predicate not in self.never_met and self.never(met, [predicate], rows, words):
                yield Redundant(clause, never=True, can_go=False)

    def covered(self, predicate: Predicate, clause: Clause, others: Sequence[Clause], words: str) -> bool:
        """Whether other clauses give all rows that this one gives, at least as surely."""

        def missing(opened: OpenPolicy) -> Truth:
            theirs = [row for each in others for row in rows_of(opened, each)]
            found = []
            for row in rows_of(opened, clause):
                given = either(each.pair & equal(row.values, each.values) for each in theirs)
                found += [conj(row.pair.must, neg(given.must)), conj(row.pair.may, neg(given.may))]
            return disj(*found)

        rows = self.needed.of_clause(clause, True)
        for each in others:
            rows += self.needed.of_clause(each, False)
        return self.never(missing, [predicate], rows, words)

    # Criteria that follow from others

    def implications(self) -> Iterator[Implication]:
        """The pairs of criteria, neither of which rests on the other, of which one is met wherever the other is.

        That holds under the readings that were chosen. A criterion that is never met, or met always, says nothing
        about any other.
        """
        pairs = {each: self.base.formulas.status(each) for each in self.criteria() if each.arity == 1}
        below = {each: inputs_below(self.policy, each) for each in pairs}
        models: list[dict[Predicate, bool]] = []

        def keep(model: Any, names: frozenset[str]) -> None:
            # Of what the search was not about the model says nothing that a case would.
            models.append({each: _true(model, pair.must) for each, pair in pairs.items() if below[each] <= names})

        for goal in list(pairs):

            def met(opened: OpenPolicy, goal: Predicate = goal) -> Truth:
                return opened.formulas.status(goal).must

            def unmet(opened: OpenPolicy, goal: Predicate = goal) -> Truth:
                return neg(opened.formulas.status(goal).must)

            def hear(model: Any, names: frozenset[str] = below[goal]) -> None:
                keep(model, names)

            words, need = f"what {self.named(goal)} implies", self.needed.whole
            if self.never(met, [goal], need(goal, True), words, False, hear) or self.never(
                unmet, [goal], need(goal, False), words, False, hear
            ):
                del pairs[goal]
        for left, right in permutations(pairs, 2):
            if left in self.below[right] or right in self.below[left]:
                continue
            if any(model.get(left) and model.get(right) is False for model in models):
                continue

            def apart(opened: OpenPolicy, left: Predicate = left, right: Predicate = right) -> Truth:
                return conj(opened.formulas.status(left).must, neg(opened.formulas.status(right).must))

            def hear_both(model: Any, names: frozenset[str] = below[left] | below[right]) -> None:
                keep(model, names)

            words = f"whether {self.named(right)} is met wherever {self.named(left)} is"
            rows = self.needed.whole(left, True) + self.needed.whole(right, False)
            if self.never(apart, [left, right], rows, words, False, hear_both):
                yield Implication(left, right)


def rows_of(opened: OpenPolicy, clause: Clause) -> list[OpenRow]:
    """The rows that a clause gives by itself."""
    nothing = (None,) * clause.head.predicate.arity
    return list(opened.formulas.clause_rows(clause, nothing))


def _true(model: Any, truth: Truth) -> bool:
    return truth if isinstance(truth, bool) else z3.is_true(model.eval(truth, model_completion=True))
