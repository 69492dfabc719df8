"""Certain and possible clauses: the two ordinary Datalog programs behind the three truths.

Every predicate gets two relations. The **certain** one counts what is undocumented as false, the
**possible** one counts it as true; under a negation the two swap. A predicate that rests only on
inputs without a gap needs one relation, **settled**, for there the two coincide.

The names follow Imieliński and Lipski, "Incomplete information in relational databases" (1984).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Literal, NamedTuple, TypeAlias

from kb.order import Schema, Unknowns, learn, names
from kb.syntax import (
    BETWEEN,
    AtLeast,
    AtLeastDistinct,
    Atom,
    Clause,
    Comparison,
    Goal,
    Negation,
    Predicate,
    Term,
    Variable,
)

Bound: TypeAlias = Literal["settled", "certain", "possible"]
SWAPPED: Mapping[Bound, Bound] = {"settled": "settled", "certain": "possible", "possible": "certain"}


class Relation(NamedTuple):
    """A table of rows: of a predicate's answers, of its clauses while they run, or of a part of a body.

    A body always calls the answers of a predicate and never its running clauses, so that no query of
    the engine is recursive.
    """

    name: str
    arity: int
    bound: Bound
    running: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A row of a relation, or, negated, the absence of one."""

    relation: Relation
    args: tuple[Term, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Test:
    """What is computed rather than looked up.

    ``operator`` is a comparison, ``same`` (a join over values that may be unknown), ``precedes``
    (an arbitrary total order, to count distinct values), or one that computes its last argument:
    ``join`` (of two values that may be equal the one that says more) or the unit of a ``*_between``.
    """

    operator: str
    args: tuple[Term, ...]
    bound: Bound


@dataclass(frozen=True, slots=True)
class Rule:
    """One clause over relations, its body in an order in which each part can be run."""

    head: Relation
    args: tuple[Term, ...]
    body: tuple[Call | Test, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """A strongly connected component: its predicates and the rules that answer them.

    ``recursive``: its rules call its own predicates, so they are run until nothing new is found.
    ``unknowns``: where it is not settled, the argument positions of each predicate that can hold an unknown value.
    """

    predicates: tuple[Predicate, ...]
    recursive: bool
    rules: tuple[Rule, ...]
    unknowns: Unknowns

    @property
    def settled(self) -> bool:
        return not self.unknowns


def bounds_of(settled: bool) -> tuple[Bound, ...]:
    """The relations that a predicate has."""
    return ("settled",) if settled else ("certain", "possible")


@dataclass
class Scope:
    """What is known of the variables of a body at one point of it.

    ``have`` names those that have a value, ``unsure`` those of them whose value may be unknown;
    ``better`` is the variable that holds the value of one that has met another since it was bound.
    """

    have: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    better: dict[str, Variable] = field(default_factory=dict)

    def copy(self) -> Scope:
        return Scope(set(self.have), set(self.unsure), dict(self.better))

    def now(self, terms: Iterable[Term]) -> tuple[Term, ...]:
        """The terms, each variable as the one that holds its value at this point."""
        return tuple(self.better.get(term.name, term) if isinstance(term, Variable) else term for term in terms)


class Lowering:
    """Turns the clauses of one component into rules over relations."""

    def __init__(self, schema: Schema, unknowns: Unknowns) -> None:
        """``unknowns``: of each predicate that is not settled the positions that can hold an unknown value."""
        self.schema = schema
        self.unknowns = dict(unknowns)
        self.rules: list[Rule] = []
        self.label = ""
        self.serial = count(1)

    def stage(self, component: tuple[Predicate, ...], clauses: Sequence[Clause], depends: Iterable[Predicate]) -> Stage:
        """Lower all the clauses of a component; ``depends`` are all predicates that they use directly."""
        # Two stages must not have a part of the same name, which no predicate has for the blank in it.
        self.label = f"{component[0]} "
        settled = self.unknowns.keys().isdisjoint(depends)
        if not settled:
            self.find_unknowns(component, clauses)
        for clause in clauses:
            for bound in bounds_of(settled):
                self.lower(clause, bound)
        unknowns = {} if settled else {each: self.unknowns[each] for each in component}
        return Stage(component, not set(component).isdisjoint(depends), tuple(self.rules), unknowns)

    def find_unknowns(self, component: tuple[Predicate, ...], clauses: Sequence[Clause]) -> None:
        """Propagate from bodies to heads which positions can hold an unknown value, until nothing changes."""
        self.unknowns |= {each: (False,) * each.arity for each in component}
        changed = True
        while changed:
            changed = False
            for clause in clauses:
                unsure = self.unsure(self.schema.order(clause.body, names(clause.head), set()))
                head = clause.head.predicate
                before = self.unknowns[head]
                after = tuple(
                    was or (isinstance(term, Variable) and term.name in unsure)
                    for was, term in zip(before, clause.head.args, strict=True)
                )
                if after != before:
                    self.unknowns[head], changed = after, True

    def unsure(self, ordered: Sequence[Goal]) -> set[str]:
        """The variables of an ordered body whose value may be unknown when all of it has run."""
        have: set[str] = set()
        unsure: set[str] = set()
        for goal in ordered:
            learn(goal, have, unsure, self.unknowns)
            have |= names(goal) if isinstance(goal, Atom) else set()
        return unsure

    def lower(self, clause: Clause, bound: Bound) -> None:
        head = clause.head
        body, scope = self.body(clause.body, names(head), Scope(), bound)
        self.rules.append(Rule(Relation(head.name, len(head.args), bound, True), scope.now(head.args), body))

    def body(
        self, goals: Sequence[Goal], outer: set[str], scope: Scope, bound: Bound
    ) -> tuple[tuple[Call | Test, ...], Scope]:
        """A conjunction as calls and tests, and what is known of the variables when they have run."""
        # Only the possible bound lets two values join that differ, so only there can one say more.
        unknowns = self.unknowns if bound == "possible" else None
        ordered = self.schema.order(goals, outer, scope.have, scope.unsure if unknowns is not None else (), unknowns)
        scope = scope.copy()
        everywhere = [names(goal) for goal in ordered]
        lowered: list[Call | Test] = []
        for i, goal in enumerate(ordered):
            shared = scope.have & outer.union(*everywhere)
            match goal:
                case Atom():
                    known = set(scope.have)
                    lowered += (self.between if goal.predicate in BETWEEN else self.call)(goal, scope, bound)
                    learn(goal, known, scope.unsure, self.unknowns)
                    scope.have |= everywhere[i]
                case Comparison(operator, left, right):
                    lowered.append(Test(operator, scope.now((left, right)), bound))
                case Negation(inner):
                    lowered.append(self.negation(inner, shared, scope, bound))
                case AtLeast(number, inner_goals):
                    lowered.append(self.counter(number, inner_goals, goal, shared, scope, bound))
                case AtLeastDistinct(number, variable, inner):
                    lowered.append(self.distinct(number, variable, inner, shared, scope, bound))
        return tuple(lowered), scope

    def call(self, goal: Atom, scope: Scope, bound: Bound) -> list[Call | Test]:
        """A positive atom. Where an unknown value could meet another value, the join becomes a test."""
        predicate = goal.predicate
        flags = self.unknowns.get(predicate, (False,) * predicate.arity)
        args: list[Term] = []
        joins: list[Test] = []
        for flag, term in zip(flags, goal.args, strict=True):
            if isinstance(term, Variable) and term.name == "_":
                args.append(self.fresh())
                continue
            first = isinstance(term, Variable) and term.name not in scope.have
            unsure = isinstance(term, Variable) and term.name in scope.unsure
            if not first and (flag or unsure):
                stand_in = self.fresh()
                args.append(stand_in)
                joins.append(self.join(term, stand_in, flag, scope, bound))
            else:
                args.append(*scope.now((term,)))
            if first:
                assert isinstance(term, Variable)
                scope.have.add(term.name)
                scope.unsure |= {term.name} if flag else set()
        return [Call(self.relation(predicate, bound), tuple(args)), *joins]

    def join(self, term: Term, other: Variable, doubtful: bool, scope: Scope, bound: Bound) -> Test:
        """A term meets a second value, which is unknown perhaps if ``doubtful``; a variable keeps the better one."""
        (current,) = scope.now((term,))
        if bound != "possible" or not isinstance(term, Variable) or term.name not in scope.unsure:
            return Test("same", (current, other), bound)
        if not doubtful:
            scope.better[term.name] = other
            scope.unsure.discard(term.name)
            return Test("same", (current, other), bound)
        scope.better[term.name] = joined = self.fresh()
        return Test("join", (current, other, joined), bound)

    def relation(self, predicate: Predicate, bound: Bound) -> Relation:
        settled: Bound = bound if predicate in self.unknowns else "settled"
        return Relation(predicate.name, predicate.arity, settled)

    def between(self, goal: Atom, scope: Scope, bound: Bound) -> list[Call | Test]:
        unit = BETWEEN[goal.predicate]
        start, end, result = scope.now(goal.args)
        if isinstance(goal.args[2], Variable) and goal.args[2].name not in scope.have:
            result = self.fresh() if goal.args[2].name == "_" else result
            return [Test(unit, (start, end, result), bound)]
        computed = self.fresh()
        doubtful = bool(names(Atom("", goal.args[:2])) & scope.unsure)
        return [Test(unit, (start, end, computed), bound), self.join(goal.args[2], computed, doubtful, scope, bound)]

    def negation(self, inner: Goal, shared: set[str], scope: Scope, bound: Bound) -> Call:
        relation, args = self.part([inner], shared, scope, SWAPPED[bound])
        return Call(relation, scope.now(args), negated=True)

    def part(
        self, goals: Sequence[Goal], around: set[str], scope: Scope, bound: Bound, extra: tuple[Variable, ...] = ()
    ) -> tuple[Relation, tuple[Variable, ...]]:
        """A part of a body as a relation of its own over the variables that it shares with its surroundings."""
        shared = sorted(around & set().union(*(names(goal) for goal in goals)))
        args = tuple(Variable(name) for name in shared)
        relation = Relation(f"{self.label}part {next(self.serial)}", len(args) + len(extra), bound)
        inside = Scope(set(shared), scope.unsure & set(shared))
        body, inside = self.body(goals, set(shared) | {each.name for each in extra}, inside, bound)
        # What a part says more of a shared variable is its own; what it counts goes by what it says.
        self.rules.append(Rule(relation, (*args, *inside.now(extra)), body))
        return relation, (*args, *extra)

    def counter(
        self, number: int, goals: Sequence[Goal], whole: Goal, around: set[str], scope: Scope, bound: Bound
    ) -> Call:
        """``number`` or more of the goals, as a sequential counter: "j or more of the first i"."""
        shared = tuple(Variable(name) for name in sorted(around & names(whole)))
        parts = [self.part([goal], around, scope, bound) for goal in goals]
        label = f"{self.label}count {next(self.serial)}"
        table = {
            (i, j): Relation(f"{label} {j} of {i}", len(shared), bound)
            for i in range(1, len(goals) + 1)
            for j in range(max(1, number - len(goals) + i), min(i, number) + 1)
        }
        for (i, j), relation in table.items():
            this = Call(*parts[i - 1])
            if j == 1:
                self.rules.append(Rule(relation, shared, (this,)))
            elif (i - 1, j - 1) in table:
                self.rules.append(Rule(relation, shared, (Call(table[i - 1, j - 1], shared), this)))
            if (i - 1, j) in table:
                self.rules.append(Rule(relation, shared, (Call(table[i - 1, j], shared),)))
        return Call(table[len(goals), number], scope.now(shared))

    def distinct(
        self, number: int, variable: Variable, inner: Goal, around: set[str], scope: Scope, bound: Bound
    ) -> Call:
        """``number`` or more distinct values, as a chain of that many values in a total order."""
        relation, args = self.part([inner], around - {variable.name}, scope, bound, extra=(variable,))
        shared = args[:-1]
        previous = self.fresh()
        label = f"{self.label}chain {next(self.serial)}"
        chain = [Relation(f"{label} {i}", len(args), bound) for i in range(1, number + 1)]
        self.rules.append(Rule(chain[0], args, (Call(relation, args),)))
        for shorter, longer in pairwise(chain):
            steps = (
                Call(shorter, (*shared, previous)),
                Call(relation, args),
                Test("precedes", (previous, variable), bound),
            )
            self.rules.append(Rule(longer, args, steps))
        whole = Relation(label, len(shared), bound)
        self.rules.append(Rule(whole, shared, (Call(chain[-1], args),)))
        return Call(whole, scope.now(shared))

    def fresh(self) -> Variable:
        # A blank cannot stand in a variable's name, so this never meets one of the policy's own.
        return Variable(f"V {next(self.serial)}")
