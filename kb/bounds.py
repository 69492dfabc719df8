"""Certain and possible clauses: the two ordinary Datalog programs behind the three truths.

Every predicate gets two relations. The **certain** one counts what is undocumented as false, the
**possible** one counts it as true; under a negation the two swap. A predicate that rests only on
inputs without a gap needs one relation, **settled**, for there the two coincide.

The names follow Imieliński and Lipski, "Incomplete information in relational databases" (1984).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal, NamedTuple, TypeAlias

from kb.syntax import (
    BETWEEN,
    Atom,
    AtLeast,
    AtLeastDistinct,
    Clause,
    Comparison,
    Conjunction,
    Goal,
    Negation,
    Predicate,
    Term,
    Variable,
    variables,
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
    (an arbitrary total order, to count distinct values), or the unit of a ``*_between``, whose
    last argument is the result.
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
    """

    predicates: tuple[Predicate, ...]
    settled: bool
    recursive: bool
    rules: tuple[Rule, ...]


def needs(goal: Goal, elsewhere: set[str]) -> set[str]:
    """The variables that must have a value before a goal can be run.

    ``elsewhere`` names the variables that occur outside the goal; the others are its own.
    """
    match goal:
        case Atom() if goal.predicate in BETWEEN:
            return {term.name for term in goal.args[:2] if isinstance(term, Variable)}
        case Atom():
            return set()
        case Comparison():
            return names(goal)
        case Conjunction(goals):
            return set().union(*(needs(each, elsewhere) for each in goals))
        case _:
            return names(goal) & elsewhere


def names(goal: Goal) -> set[str]:
    """The names of the variables of a goal, ``_`` apart."""
    return {variable.name for variable in variables(goal) if variable.name != "_"}


def rank(goal: Goal, catalogues: frozenset[Predicate], inputs: frozenset[Predicate]) -> int:
    """What to run first among the goals that can run: tests, then what is listed, then what is derived."""
    if not isinstance(goal, Atom) or goal.predicate in BETWEEN:
        return 0
    if goal.predicate in catalogues:
        return 1
    return 2 if goal.predicate in inputs else 3


def flatten(goals: Iterable[Goal]) -> list[Goal]:
    """The goals with every conjunction among them opened."""
    flat: list[Goal] = []
    for goal in goals:
        if isinstance(goal, Conjunction):
            flat.extend(flatten(goal.goals))
        else:
            flat.append(goal)
    return flat


@dataclass(frozen=True, slots=True)
class Schema:
    """What lowering must know of the predicates: which are catalogues, which are inputs."""

    catalogues: frozenset[Predicate]
    inputs: frozenset[Predicate]

    def order(self, body: Sequence[Goal], outer: set[str], bound: set[str]) -> list[Goal]:
        """The goals of a body in an order in which each can run; the order they were written in breaks ties.

        ``outer`` names the variables that the surroundings use, ``bound`` those that have a value.
        """
        goals = flatten(body)
        used = [names(goal) for goal in goals]
        left = list(range(len(goals)))
        have = set(bound)
        ordered: list[Goal] = []
        while left:
            around = {i: outer.union(*(used[j] for j in range(len(goals)) if j != i)) for i in left}
            ready = [i for i in left if needs(goals[i], around[i]) <= have]
            # A body that passed the checks always has a goal that is ready, unless its head is asked open.
            best = min(ready or left, key=lambda i: (rank(goals[i], self.catalogues, self.inputs), not used[i] & have, i))
            ordered.append(goals[best])
            have |= used[best]
            left.remove(best)
        return ordered


class Lowering:
    """Turns clauses into rules over relations, one predicate after the other."""

    def __init__(self, schema: Schema, gaps: frozenset[Predicate]) -> None:
        self.schema = schema
        self.unsettled = set(gaps)
        # Which argument positions can hold an unknown value: the fields of an input with a gap at first.
        self.unknowns: dict[Predicate, tuple[bool, ...]] = {
            gap: (False, *(True for _ in range(gap.arity - 1))) for gap in gaps
        }
        self.rules: list[Rule] = []
        self.serial = count(1)

    def stage(self, component: tuple[Predicate, ...], clauses: Sequence[Clause], depends: set[Predicate]) -> Stage:
        """Lower the clauses of one component; ``depends`` are all predicates that it uses directly."""
        settled = not depends & self.unsettled
        if not settled:
            self.unsettled.update(component)
            self.find_unknowns(component, clauses)
        self.rules = []
        bounds: tuple[Bound, ...] = ("settled",) if settled else ("certain", "possible")
        for clause in clauses:
            for bound in bounds:
                self.lower(clause, bound)
        return Stage(component, settled, not depends.isdisjoint(component), tuple(self.rules))

    def find_unknowns(self, component: tuple[Predicate, ...], clauses: Sequence[Clause]) -> None:
        """Propagate from bodies to heads which positions can hold an unknown value, until nothing changes."""
        changed = True
        while changed:
            changed = False
            for clause in clauses:
                unsure = self.unsure(self.schema.order(clause.body, names(clause.head), set()))
                head = clause.head.predicate
                before = self.unknowns.get(head, (False,) * head.arity)
                after = tuple(
                    was or (isinstance(term, Variable) and term.name in unsure)
                    for was, term in zip(before, clause.head.args, strict=True)
                )
                if after != before:
                    self.unknowns[head], changed = after, True

    def unsure(self, ordered: Sequence[Goal]) -> set[str]:
        """The variables of an ordered body whose value may be unknown, by where each is first bound."""
        seen: set[str] = set()
        unsure: set[str] = set()
        for goal in ordered:
            if not isinstance(goal, Atom):
                continue
            if goal.predicate in BETWEEN:
                result = goal.args[2]
                if isinstance(result, Variable) and result.name not in seen and names(goal) & unsure:
                    unsure.add(result.name)
            else:
                flags = self.unknowns.get(goal.predicate, ())
                for flag, term in zip(flags, goal.args, strict=False):
                    if flag and isinstance(term, Variable) and term.name not in seen:
                        unsure.add(term.name)
            seen |= names(goal)
        return unsure

    def lower(self, clause: Clause, bound: Bound) -> None:
        head = clause.head
        body = self.body(clause.body, names(head), set(), set(), bound)
        self.rules.append(Rule(Relation(head.name, len(head.args), bound, True), head.args, body))

    def body(
        self, goals: Sequence[Goal], outer: set[str], have: set[str], unsure: set[str], bound: Bound
    ) -> tuple[Call | Test, ...]:
        """A conjunction as calls and tests. ``have`` names the variables that have a value already,
        ``unsure`` those among them whose value may be unknown."""
        ordered = self.schema.order(goals, outer, have)
        have, unsure = set(have), set(unsure)
        everywhere = [names(goal) for goal in ordered]
        lowered: list[Call | Test] = []
        for i, goal in enumerate(ordered):
            scope = have & outer.union(*everywhere)
            match goal:
                case Atom() if goal.predicate in BETWEEN:
                    lowered += self.between(goal, have, unsure, bound)
                case Atom():
                    lowered += self.call(goal, have, unsure, bound)
                case Comparison(operator, left, right):
                    lowered.append(Test(operator, (left, right), bound))
                case Negation(inner):
                    lowered.append(self.negation(inner, scope, unsure, bound))
                case AtLeast(number, inner_goals):
                    lowered.append(self.counter(number, inner_goals, goal, scope, unsure, bound))
                case AtLeastDistinct(number, variable, inner):
                    lowered.append(self.distinct(number, variable, inner, scope, unsure, bound))
            have |= everywhere[i] if isinstance(goal, Atom) else set()
        return tuple(lowered)

    def call(self, goal: Atom, have: set[str], unsure: set[str], bound: Bound) -> list[Call | Test]:
        """A positive atom. Where an unknown value could meet another value, the join becomes a test."""
        predicate = goal.predicate
        flags = self.unknowns.get(predicate, (False,) * predicate.arity)
        args: list[Term] = []
        joins: list[Test] = []
        here: set[str] = set()
        for flag, term in zip(flags, goal.args, strict=True):
            if isinstance(term, Variable) and term.name == "_":
                args.append(self.fresh())
                continue
            known = not isinstance(term, Variable) or term.name in have or term.name in here
            if known and (flag or (isinstance(term, Variable) and term.name in unsure)):
                stand_in = self.fresh()
                args.append(stand_in)
                joins.append(Test("same", (term, stand_in), bound))
                continue
            args.append(term)
            if isinstance(term, Variable) and not known:
                here.add(term.name)
                if flag:
                    unsure.add(term.name)
        return [Call(self.relation(predicate, bound), tuple(args)), *joins]

    def relation(self, predicate: Predicate, bound: Bound) -> Relation:
        settled: Bound = bound if predicate in self.unsettled else "settled"
        return Relation(predicate.name, predicate.arity, settled)

    def between(self, goal: Atom, have: set[str], unsure: set[str], bound: Bound) -> list[Call | Test]:
        start, end, result = goal.args
        unit = BETWEEN[goal.predicate]
        if isinstance(result, Variable) and result.name != "_" and result.name not in have:
            if names(Atom("", (start, end))) & unsure:
                unsure.add(result.name)
            return [Test(unit, (start, end, result), bound)]
        computed = self.fresh()
        return [Test(unit, (start, end, computed), bound), Test("same", (result, computed), bound)]

    def negation(self, inner: Goal, scope: set[str], unsure: set[str], bound: Bound) -> Call:
        relation, args = self.part([inner], scope, unsure, SWAPPED[bound])
        return Call(relation, args, negated=True)

    def part(
        self, goals: Sequence[Goal], scope: set[str], unsure: set[str], bound: Bound, extra: tuple[Variable, ...] = ()
    ) -> tuple[Relation, tuple[Variable, ...]]:
        """A part of a body as a relation of its own over the variables that it shares with its surroundings."""
        shared = sorted(scope & set().union(*(names(goal) for goal in goals)))
        args = (*(Variable(name) for name in shared), *extra)
        relation = Relation(f"part {next(self.serial)}", len(args), bound)
        body = self.body(goals, set(shared) | {each.name for each in extra}, set(shared), unsure & set(shared), bound)
        self.rules.append(Rule(relation, args, body))
        return relation, args

    def counter(
        self, number: int, goals: Sequence[Goal], whole: Goal, scope: set[str], unsure: set[str], bound: Bound
    ) -> Call:
        """``number`` or more of the goals, as a sequential counter: "j or more of the first i"."""
        shared = tuple(Variable(name) for name in sorted(scope & names(whole)))
        parts = [self.part([goal], scope, unsure, bound) for goal in goals]
        label = f"count {next(self.serial)}"
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
        return Call(table[len(goals), number], shared)

    def distinct(
        self, number: int, variable: Variable, inner: Goal, scope: set[str], unsure: set[str], bound: Bound
    ) -> Call:
        """``number`` or more distinct values, as a chain of that many values in a total order."""
        relation, args = self.part([inner], scope - {variable.name}, unsure, bound, extra=(variable,))
        shared = args[:-1]
        previous = self.fresh()
        label = f"chain {next(self.serial)}"
        chain = [Relation(f"{label} {i}", len(args), bound) for i in range(1, number + 1)]
        self.rules.append(Rule(chain[0], args, (Call(relation, args),)))
        for shorter, longer in zip(chain, chain[1:], strict=False):
            steps = (
                Call(shorter, (*shared, previous)),
                Call(relation, args),
                Test("precedes", (previous, variable), bound),
            )
            self.rules.append(Rule(longer, args, steps))
        whole = Relation(label, len(shared), bound)
        self.rules.append(Rule(whole, shared, (Call(chain[-1], args),)))
        return Call(whole, shared)

    def fresh(self) -> Variable:
        # A blank cannot stand in a variable's name, so this never meets one of the policy's own.
        return Variable(f"V {next(self.serial)}")

