"""The engine for one case: runs certain and possible clauses on pyDatalog.

pyDatalog is used through its objects, never through text, and sees only numbers: relations and
values are numbered afresh for each decision, so nothing that a policy or a case says can run as
code, be rounded as a float, or be taken for one of pyDatalog's own names. Each decision has a
knowledge base of its own, dropped when it is made; whatever else the thread does with pyDatalog
is put back as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pyDatalog import pyEngine
from pyDatalog.Logic import Logic

from kb.answers import Answers, Row, Status
from kb.bounds import Bound, Call, Relation, Rule, Stage, Test, bounds_of
from kb.compare import compare, elapsed, same
from kb.syntax import Predicate, Term, Unknown, Variable, better

Rows = Mapping[Predicate, Mapping[Row, Status]]
UNITS = frozenset({"day", "month", "year"})


@contextmanager
def own_knowledge_base() -> Iterator[None]:
    """A fresh pyDatalog knowledge base for this thread, and afterwards the one that was there."""
    missing = object()
    before = getattr(Logic.tl, "logic", missing)
    counter = getattr(pyEngine.Fresh_var.tl, "counter", 0)
    Logic()
    try:
        yield
    finally:
        if before is missing:
            del Logic.tl.logic
        else:
            Logic.tl.logic = before
        pyEngine.Fresh_var.tl.counter = counter


def run(stages: Iterable[Stage], given: Rows, gaps: frozenset[Predicate]) -> Answers:
    """Answer every predicate of the stages.

    ``given`` holds the rows of what is not derived: catalogues, inputs, readings and the case.
    ``gaps`` names the inputs among them that are not fully documented. The stages come dependencies
    first, as ``kb.bounds`` lowers them.
    """
    with own_knowledge_base():
        return Engine().run(stages, given, gaps)


class Engine:
    """One pyDatalog knowledge base, for one decision."""

    def __init__(self) -> None:
        self.terms: list[Term] = []
        self.consts: dict[Term, Any] = {}
        self.preds: dict[Relation, Any] = {}
        self.tests: dict[tuple[str, Bound], Any] = {}
        self.variables: dict[str, Any] = {}

    def run(self, stages: Iterable[Stage], given: Rows, gaps: frozenset[Predicate]) -> Answers:
        answers: dict[Predicate, Mapping[Row, Status]] = dict(given)
        for predicate, rows in given.items():
            self.publish(predicate, rows, settled=predicate not in gaps)
        for stage in stages:
            answers.update(self.work_out(stage))
        return Answers(answers)

    def work_out(self, stage: Stage) -> dict[Predicate, dict[Row, Status]]:
        """The answers of a component, which are facts for what comes after it. One that is recursive is asked
        again until nothing new is found, because pyDatalog does not return from a recursion over a cycle."""
        for rule in stage.rules:
            self.assert_rule(rule)
        found: dict[Predicate, dict[Row, Status]] = {}
        while True:
            before, found = found, {predicate: self.answer(predicate, stage.settled) for predicate in stage.predicates}
            if found == before:
                return found
            for predicate, rows in found.items():
                self.publish(predicate, rows, stage.settled)
            if not stage.recursive:
                return found

    def answer(self, predicate: Predicate, settled: bool) -> dict[Row, Status]:
        if settled:
            return dict.fromkeys(self.ask(predicate, "settled"), Status.MET)
        rows = dict.fromkeys(self.ask(predicate, "possible"), Status.UNDOCUMENTED)
        # What is certain is possible too; the prover checks every status again.
        rows.update(dict.fromkeys(self.ask(predicate, "certain"), Status.MET))
        return rows

    def ask(self, predicate: Predicate, bound: Bound, running: bool = True) -> list[Row]:
        """The rows of a relation, worked out by pyDatalog."""
        relation = Relation(predicate.name, predicate.arity, bound, running)
        goal = pyEngine.Literal(self.pred(relation), [pyEngine.Var(f"a{i}") for i in range(predicate.arity)])
        found = goal.ask()
        if found is True:
            # Only a goal without arguments may hold without a row to show for it.
            if predicate.arity:
                raise RuntimeError(f"the engine answered {predicate} without values")
            return [()]
        return [tuple(self.terms[number] for number in row) for row in found or ()]

    def publish(self, predicate: Predicate, rows: Mapping[Row, Status], settled: bool) -> None:
        """Make the rows of a predicate facts that later rules can call."""
        for bound in bounds_of(settled):
            pred = self.pred(Relation(predicate.name, predicate.arity, bound))
            for row, status in rows.items():
                if status is Status.MET or bound == "possible":
                    head = pyEngine.Literal(pred, [self.const(term) for term in row])
                    pyEngine.assert_(pyEngine.Clause(head, []))

    def assert_rule(self, rule: Rule) -> None:
        head = pyEngine.Literal(self.pred(rule.head), [self.term(term) for term in rule.args])
        pyEngine.assert_(pyEngine.Clause(head, [self.literal(part) for part in rule.body]))

    def literal(self, part: Call | Test) -> Any:
        args = [self.term(term) for term in part.args]
        if isinstance(part, Test):
            return pyEngine.Literal(self.test(part.operator, part.bound, len(args)), args)
        pred = self.pred(part.relation)
        # pyDatalog reads "~name" as the negation of "name"; registering "name" first gives a predicate
        # without any row a definition, without which pyDatalog raises.
        return pyEngine.Literal(f"~{pred.name}" if part.negated else pred, args)

    def pred(self, relation: Relation) -> Any:
        if relation not in self.preds:
            pred = pyEngine.insert(pyEngine.Pred(f"kb r{len(self.preds)}", relation.arity))
            pred.prearity = relation.arity
            self.preds[relation] = pred
        return self.preds[relation]

    def test(self, operator: str, bound: Bound, arity: int) -> Any:
        key = (operator, bound)
        if key not in self.tests:
            pred = pyEngine.insert(pyEngine.Pred(f"kb t{len(self.tests)}", arity))
            pred.prearity = arity
            if operator in UNITS:
                pred.prim = self.elapsed(operator)
            else:
                pred.prim = self.joined() if operator == "join" else self.holds(operator, bound)
            self.tests[key] = pred
        return self.tests[key]

    def holds(self, operator: str, bound: Bound) -> Callable[[Any, Any], None]:
        """A primitive that succeeds where a comparison does, under the given bound."""
        enough = Status.UNDOCUMENTED if bound == "possible" else Status.MET
        terms = self.terms

        def primitive(literal: Any, subgoal: Any) -> None:
            first, second = (term.id for term in literal.terms)
            left, right = terms[first], terms[second]
            if operator == "precedes":
                known = not isinstance(left, Unknown) and not isinstance(right, Unknown)
                many = isinstance(left, Unknown) and left.many
                true = (first < second and (known or bound == "possible")) or (
                    first == second and many and bound == "possible"
                )
            else:
                true = (same(left, right) if operator == "same" else compare(operator, left, right)) >= enough
            if true:
                subgoal.fact(True)

        return primitive

    def elapsed(self, unit: str) -> Callable[[Any, Any], None]:
        """A primitive that computes completed units between two dates into its last argument."""
        terms = self.terms

        def primitive(literal: Any, subgoal: Any) -> None:
            start, end, _ = literal.terms
            result = self.const(elapsed(unit, terms[start.id], terms[end.id]))
            subgoal.fact(pyEngine.Literal(literal.pred, [start, end, result]))

        return primitive

    def joined(self) -> Callable[[Any, Any], None]:
        """A primitive that succeeds where two values may be equal, and gives the one that says more."""
        terms = self.terms

        def primitive(literal: Any, subgoal: Any) -> None:
            first, second, _ = literal.terms
            left, right = terms[first.id], terms[second.id]
            if same(left, right) is not Status.NOT_MET:
                kept = first if better(left, right) == left else second
                subgoal.fact(pyEngine.Literal(literal.pred, [first, second, kept]))

        return primitive

    def term(self, term: Term) -> Any:
        if isinstance(term, Variable):
            if term.name not in self.variables:
                self.variables[term.name] = pyEngine.Var(f"v{len(self.variables)}")
            return self.variables[term.name]
        return self.const(term)

    def const(self, term: Term) -> Any:
        if term not in self.consts:
            self.consts[term] = pyEngine.Const(len(self.terms))
            self.terms.append(term)
        return self.consts[term]
