"""One case decided under many policies that differ in a clause each: quickly, without an engine.

The formulas of a case in which nothing is open come out as truths. Every predicate is worked out once, in the
order of what depends on what; for a mutant only the predicate of the changed clause is worked out again, and
what depends on it for as long as something differs. Mostly that is one predicate.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from kb.answers import Answers, Row, Status
from kb.case import Case
from kb.decide import Decision, decide, given_rows
from kb.meaning import MOST_DIGITS
from kb.policy import Policy
from kb.problems import ProblemsError
from kb.regression.mutants import Mutant
from kb.solving.closed import ClosedFormulas, closed_case
from kb.solving.coding import Coding, day_of
from kb.solving.formulas import merged
from kb.solving.values import OpenRow, Pair, Value
from kb.syntax import Clause, Constant, Predicate, Term, Unknown, atoms

Statuses = Mapping[Row, Status]


@dataclass(frozen=True)
class Evaluated:
    """A decision, and the predicates whose rows are not those under the original policy."""

    decision: Decision
    changed: frozenset[Predicate]


class Evaluator:
    """One case under one policy and its readings, ready to be decided under mutants of the policy."""

    def __init__(self, policy: Policy, case: Case, readings: Mapping[str, str] | None = None) -> None:
        self.policy, self.case = policy, case
        self.readings = policy.readings(readings)
        coding = Coding()
        self.recursive = False
        try:
            self.formulas = ClosedFormulas(policy, self.readings, closed_case(policy, case, coding), coding)
        except ProblemsError:
            # What is defined by itself is beyond the formulas, and is left to the engine.
            self.recursive = True
            self.original = decide(policy, case, self.readings)
            return
        self.rows: dict[Predicate, Statuses] = dict(given_rows(policy, case, self.readings))
        self.calls = {predicate: _called(clauses) for predicate, clauses in policy.clauses.items()}
        # The rows of each clause of the policy, with what it calls; the clause is kept, so that its id stays its own.
        self.by_clause: dict[int, tuple[Clause, frozenset[Predicate], list[OpenRow]]] = {}
        for (predicate,) in policy.components:
            for clause in policy.clauses.get(predicate, ()):
                self.by_clause[id(clause)] = clause, _called([clause]), self.clause_rows(clause)
            rows = self.work_out(policy.clauses.get(predicate, ()))
            self.formulas.whole_rows[predicate] = rows
            self.rows[predicate] = self.statuses(predicate, rows)
        self.original = Decision(policy, case, self.readings, Answers(self.rows))

    def under(self, mutant: Mutant) -> Evaluated:
        """The decision under a mutant of the policy."""
        if self.recursive:
            decision = decide(mutant.policy, self.case, self.readings)
            return Evaluated(decision, _differing(self.original.answers.rows, decision.answers.rows))
        formulas, mutated = self.formulas, mutant.predicate
        before = formulas.whole_rows, formulas.listed
        changed: dict[Predicate, Statuses] = {}
        formulas.whole_rows = dict(formulas.whole_rows)
        try:
            for (predicate,) in self.policy.components:
                if predicate == mutated:
                    clauses: Sequence[Clause] = mutant.clauses
                elif changed and not changed.keys().isdisjoint(self.calls.get(predicate, ())):
                    clauses = self.policy.clauses[predicate]
                else:
                    continue
                rows = self.work_out(clauses, changed)
                statuses = self.statuses(predicate, rows)
                if statuses != self.rows[predicate]:
                    changed[predicate] = statuses
                    formulas.whole_rows[predicate], formulas.listed = rows, {}
        finally:
            formulas.whole_rows, formulas.listed = before
        answers = Answers({**self.rows, **changed}) if changed else self.original.answers
        return Evaluated(Decision(mutant.policy, self.case, self.readings, answers), frozenset(changed))

    def work_out(self, clauses: Iterable[Clause], changed: Collection[Predicate] = ()) -> list[OpenRow]:
        """The rows of a predicate by these clauses, where these predicates have others than by the policy."""
        return merged(row for clause in clauses for row in self.rows_by(clause, changed))

    def rows_by(self, clause: Clause, changed: Collection[Predicate]) -> list[OpenRow]:
        """The rows that a clause gives: those by the policy where it is one of its own and calls nothing changed."""
        _, called, rows = self.by_clause.get(id(clause), (None, frozenset(), None))
        return rows if rows is not None and called.isdisjoint(changed) else self.clause_rows(clause)

    def clause_rows(self, clause: Clause) -> list[OpenRow]:
        """The rows that a clause gives, as the formulas are now."""
        return list(self.formulas.clause_rows(clause, (None,) * clause.head.predicate.arity))

    def statuses(self, predicate: Predicate, rows: Iterable[OpenRow]) -> Statuses:
        """The rows of a predicate with terms in the place of numbers."""
        kinds = self.policy.types.get(predicate) or ("",) * predicate.arity
        found: dict[Row, Status] = {}
        for row in rows:
            if (status := _status(row.pair)) is not Status.NOT_MET:
                terms = tuple(self.term(value, kind) for value, kind in zip(row.values, kinds, strict=True))
                found[terms] = max(status, found.get(terms, Status.NOT_MET))
        return found

    def term(self, value: Value, kind: str) -> Term:
        """The term that a value stands for where a type is wanted."""
        if value.known is False:
            return Unknown(value.label, value.many)
        if kind == "date":
            return Constant("date", day_of(int(value.number)))
        if kind in ("integer", "decimal"):
            return Constant("number", _amount(value.number))
        return self.formulas.coding.constants[int(value.number)]


def _status(pair: Pair) -> Status:
    return Status.MET if pair.must is True else Status.UNDOCUMENTED if pair.may is True else Status.NOT_MET


def _amount(number: int | Fraction) -> int | Decimal:
    """A number as a constant has it; every fraction here was a decimal once, so nothing is lost."""
    if isinstance(number, int):
        return number
    with localcontext(prec=2 * MOST_DIGITS):
        return Decimal(number.numerator) / Decimal(number.denominator)


def _called(clauses: Iterable[Clause]) -> frozenset[Predicate]:
    return frozenset(atom.predicate for clause in clauses for goal in clause.body for atom in atoms(goal))


def _differing(left: Mapping[Predicate, Statuses], right: Mapping[Predicate, Statuses]) -> frozenset[Predicate]:
    return frozenset(each for each in {*left, *right} if left.get(each, {}) != right.get(each, {}))
