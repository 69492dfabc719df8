"""A case as it is, as an open case with nothing open: every status over it is settled.

The formulas over it come out as Python's own booleans, and so decide a case without an engine: quickly, in any
clause and at any depth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kb.answers import Status
from kb.case import Case
from kb.policy import Policy
from kb.solving.coding import Coding
from kb.solving.formulas import Formulas, Instance, OpenCase, Wanted, merged
from kb.solving.values import OPEN, YES, OpenRow, Pair, Value, same, says_more
from kb.syntax import BETWEEN, Atom, Constant, Goal, Predicate, Term, Unknown, Variable


def closed_case(policy: Policy, case: Case, coding: Coding) -> OpenCase:
    """The case with the rows that it has: met, or undocumented; what is documented as false is no row."""
    rows = {
        declared.predicate: [
            OpenRow(YES if fact.status is Status.MET else OPEN, tuple(_value(term, coding) for term in fact.row))
            for fact in case.facts.get(declared.predicate, ())
            if fact.status is not Status.NOT_MET
        ]
        for declared in policy.vocabulary.inputs.values()
    }
    return OpenCase(coding.value(case.id), rows)


class ClosedFormulas(Formulas):
    """The formulas over a closed case: every predicate is worked out once, as a whole, and its rows are looked up."""

    def __init__(self, policy: Policy, readings: Mapping[str, str], case: OpenCase, coding: Coding) -> None:
        super().__init__(policy, readings, case, coding)
        self.whole_rows: dict[Predicate, list[OpenRow]] = dict(self.given)
        self.listed: dict[object, dict[object, list[OpenRow]]] = {}

    def rows(self, predicate: Predicate, wanted: tuple[Value | None, ...]) -> list[OpenRow]:
        """The rows that can match: those with the wanted values, or with values that are not known in their place."""
        if predicate not in self.whole_rows:
            nothing = (None,) * predicate.arity
            clauses = self.policy.clauses.get(predicate, ())
            self.whole_rows[predicate] = merged(row for each in clauses for row in self.clause_rows(each, nothing))
        rows = self.whole_rows[predicate]
        asked = tuple(i for i, value in enumerate(wanted) if value is not None)
        if len(rows) < 4 or not asked:
            return rows
        by = self.listed.get((predicate, asked))
        if by is None:
            by = self.listed[predicate, asked] = {}
            for row in rows:
                sure = all(row.values[i].known is True for i in asked)
                by.setdefault(tuple(row.values[i].number for i in asked) if sure else None, []).append(row)
        key = tuple(value.number for value in wanted if value is not None)
        return [*by.get(key, ()), *by.get(None, ())]

    def step(self, goal: Goal, before: Instance, needed: Wanted = None) -> Iterable[Instance]:
        """The instances after one more goal."""
        if not isinstance(goal, Atom) or goal.predicate in BETWEEN:
            yield from super().step(goal, before, needed)
            return
        wanted = tuple(self.settled(term, before.env) for term in goal.args)
        for row in self.rows(goal.predicate, wanted):
            pair = before.pair if row.pair.must else Pair(False, before.pair.may)
            yield from self.match(goal.args, row.values, Instance(pair, before.env), needed)

    def match(
        self, terms: Sequence[Term], values: Sequence[Value], before: Instance, needed: Wanted
    ) -> Iterable[Instance]:
        """The instance in which terms stand for values; none where they cannot."""
        env, pair = before.env, before.pair
        told: dict[str, Value] = {}
        for term, value in zip(terms, values, strict=True):
            if isinstance(term, Variable):
                if term.name == "_":
                    continue
                known = told.get(term.name) or env.get(term.name)
                if known is None:
                    told[term.name] = value
                    continue
            else:
                known = self.constant(term)
            if known.known is True and value.known is True:
                if known.number != value.number:
                    return
                continue
            pair &= same(known, value)
            if isinstance(term, Variable):
                told[term.name] = says_more(known, value)
        yield Instance(pair, {**env, **told} if told else env)


def _value(term: Term, coding: Coding) -> Value:
    """The value of a term of the record; that of an unknown value is not known."""
    if isinstance(term, Unknown):
        return Value(0, False, term.label, term.many)
    assert isinstance(term, Constant)
    return coding.value(term)
