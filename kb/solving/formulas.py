"""A policy over a case that is partly open: what holds, as formulas for z3.

A goal becomes a pair of formulas, that it is met (``must``) and that it is met or undocumented (``may``),
over the open values of the case. They follow the rules of the three truths directly, body by body, and share
nothing with the certain and possible clauses that an engine runs: each is a check on the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

from kb.order import flatten, names
from kb.policy import Policy
from kb.problems import Problem, ProblemsError
from kb.solving.coding import Coding
from kb.solving.values import (
    YES,
    OpenRow,
    Pair,
    Value,
    compare,
    conj,
    disj,
    either,
    identity,
    same,
    says_more,
    truths_at_least,
)
from kb.syntax import (
    BETWEEN,
    CASE,
    READING,
    AtLeast,
    AtLeastDistinct,
    Atom,
    Clause,
    Comparison,
    Conjunction,
    Constant,
    Goal,
    Negation,
    Predicate,
    Term,
    Variable,
    atoms,
)

Env: TypeAlias = Mapping[str, Value]
# The variables whose values are wanted; all where there is no telling.
Wanted: TypeAlias = "Collection[str] | None"
Shared: TypeAlias = "Sequence[tuple[Formulas, Collection[Predicate]]]"


@dataclass(frozen=True, slots=True)
class Instance:
    """One way to run a body: its status and the values of its variables."""

    pair: Pair
    env: Env


@dataclass(frozen=True)
class OpenCase:
    """A case that is partly open: the rows of each input, ``id`` the value of the case itself."""

    id: Value
    rows: Mapping[Predicate, Sequence[OpenRow]]


class Formulas:
    """The formulas of one policy, under its readings, over one open case."""

    def __init__(
        self, policy: Policy, readings: Mapping[str, str], case: OpenCase, coding: Coding, shared: Shared = ()
    ) -> None:
        """``shared``: predicates that say the same in other formulas over the case, from which they are taken."""
        if recursive := [each for each in policy.components if len(each) > 1 or _recursive(policy, each[0])]:
            name = ", ".join(str(predicate) for predicate in recursive[0])
            message = f"{name} is defined by itself, which is beyond what can be solved for"
            raise ProblemsError([Problem("recursive-policy", message, policy.path)], {})
        self.policy = policy
        self.case = case
        self.coding = coding
        self.shared = shared
        self.known: dict[object, list[OpenRow]] = {}
        self.named: dict[int, tuple[Goal, frozenset[str]]] = {}
        self.given: dict[Predicate, list[OpenRow]] = {
            CASE: [OpenRow(YES, (case.id,))],
            READING: [
                OpenRow(YES, (self.atom(name), self.atom(value))) for name, value in policy.readings(readings).items()
            ],
        }
        if READING in case.rows:
            # The readings are open as well.
            self.given[READING] = list(case.rows[READING])
        # In the order of the file: the numbers of constants follow it, and with them what a solver finds first.
        for predicate in (each for each in policy.clauses if each in policy.catalogues):
            self.given[predicate] = [
                OpenRow(YES, tuple(self.constant(term) for term in clause.head.args))
                for clause in policy.clauses[predicate]
            ]
        for predicate in (each.predicate for each in policy.vocabulary.inputs.values()):
            self.given[predicate] = [row for row in case.rows.get(predicate, ()) if row.pair.may is not False]
        self.vague = {
            predicate: tuple(any(row.values[i].known is not True for row in rows) for i in range(predicate.arity))
            for predicate, rows in self.given.items()
        }
        for component in policy.components:
            self.vague.setdefault(component[0], self.vague_positions(component[0]))

    def with_given(self, given: Mapping[Predicate, list[OpenRow]], shared: Shared) -> Formulas:
        """The same formulas where predicates have these rows, whatever their clauses say."""
        other = copy(self)
        other.known, other.given, other.shared = {}, {**self.given, **given}, shared
        return other

    def vague_positions(self, predicate: Predicate) -> tuple[bool, ...]:
        """Which arguments of a derived predicate may be unknown in one of its rows."""
        clauses = self.policy.clauses.get(predicate, ())
        found = [False] * predicate.arity
        for clause in clauses:
            sure: set[str] = set()
            for goal in flatten(clause.body):
                if isinstance(goal, Atom) and goal.predicate not in BETWEEN:
                    flags = self.vague.get(goal.predicate, (False,) * len(goal.args))
                    sure |= {
                        t.name for t, flag in zip(goal.args, flags, strict=True) if isinstance(t, Variable) and not flag
                    }
            # What the calendar computes is taken to be unknown; that costs a little time and no truth.
            for i, term in enumerate(clause.head.args):
                found[i] = found[i] or (isinstance(term, Variable) and term.name not in sure)
        return tuple(found)

    def atom(self, name: str) -> Value:
        return self.coding.value(Constant("atom", name))

    def constant(self, term: Term) -> Value:
        assert isinstance(term, Constant)
        return self.coding.value(term)

    def status(self, goal: Predicate) -> Pair:
        """The status of a goal that takes the case alone."""
        return self.instance(goal, (self.case.id,))

    def instance(self, predicate: Predicate, values: Sequence[Value]) -> Pair:
        """The status of a goal with these arguments."""
        flags = self.vague.get(predicate, (False,) * predicate.arity)
        wanted = tuple(None if flag or not value.settled else value for value, flag in zip(values, flags, strict=True))
        return either(row.pair & equal(values, row.values) for row in self.rows(predicate, wanted))

    def rows(self, predicate: Predicate, wanted: tuple[Value | None, ...]) -> list[OpenRow]:
        """The rows of a predicate that can match; ``wanted`` gives the arguments that are settled."""
        if predicate in self.given:
            return self.given[predicate]
        for others, predicates in self.shared:
            if predicate in predicates:
                return others.rows(predicate, wanted)
        key = (predicate, tuple(each.number if each else None for each in wanted))
        if key not in self.known:
            found = [
                row for clause in self.policy.clauses.get(predicate, ()) for row in self.clause_rows(clause, wanted)
            ]
            self.known[key] = merged(found)
        return self.known[key]

    def clause_rows(self, clause: Clause, wanted: tuple[Value | None, ...]) -> Iterable[OpenRow]:
        env: dict[str, Value] = {}
        for term, value in zip(clause.head.args, wanted, strict=True):
            if value is None:
                continue
            if isinstance(term, Variable):
                if term.name in env and same(env[term.name], value).may is False:
                    return
                env.setdefault(term.name, value)
            elif same(self.constant(term), value).may is False:
                return
        for instance in self.instances(clause.body, env, self.names(clause.head)):
            values = tuple(self.value(term, instance.env) for term in clause.head.args)
            yield OpenRow(instance.pair, values)

    def value(self, term: Term, env: Env) -> Value:
        return env[term.name] if isinstance(term, Variable) else self.constant(term)

    def instances(self, body: Sequence[Goal], env: Env, wanted: Wanted = None) -> list[Instance]:
        """Every instance of a body that is not settled as "not met", with the values of the variables that are wanted.

        A test runs early where its variables are settled, and else behind everything that could say more of them.
        """
        waiting = flatten(body)
        found = [Instance(YES, env)]
        while waiting and found:
            goal = waiting[0]
            if len(waiting) > 1:
                goal = min(waiting, key=lambda each: self.rank(each, found[0].env, waiting))
            waiting.remove(goal)
            needed = None if wanted is None else frozenset(wanted).union(*(self.names(each) for each in waiting))
            found = joined([after for before in found for after in self.step(goal, before, needed)], needed)
        return found

    def rank(self, goal: Goal, env: Env, waiting: Sequence[Goal]) -> tuple[int, int]:
        """What to run first: settled tests, then atoms, those with most values first, then the calendar, then tests."""
        mine = self.names(goal)
        shared = mine & frozenset().union(*(self.names(other) for other in waiting if other is not goal))
        if isinstance(goal, Atom) and goal.predicate not in BETWEEN:
            if not mine and goal.predicate in self.given:
                return (0, 0)
            size = 0 if goal.predicate in self.policy.inputs else 1 if goal.predicate in self.given else 2
            return (1, size if mine & env.keys() else size + 3)
        if isinstance(goal, Atom):
            dates = names(Atom("", goal.args[:2]))
            if not dates <= env.keys():
                return (9, 0)
            return (0, 0) if all(env[name].settled for name in dates) else (2, 0)
        reads = mine if isinstance(goal, Comparison) else (mine & env.keys()) | shared
        if not reads <= env.keys():
            return (9, 1)
        return (0, 1) if isinstance(goal, Comparison) and all(env[name].settled for name in reads) else (3, 0)

    def names(self, goal: Goal) -> frozenset[str]:
        """The names of the variables of a goal, kept with the goal itself, so that its id stays its own."""
        if id(goal) not in self.named:
            self.named[id(goal)] = (goal, frozenset(names(goal)))
        return self.named[id(goal)][1]

    def step(self, goal: Goal, before: Instance, needed: Wanted = None) -> Iterable[Instance]:
        """The instances after one more goal, behind which these variables are needed."""
        env = before.env
        match goal:
            case Atom() if goal.predicate in BETWEEN:
                start, end = (self.value(term, env) for term in goal.args[:2])
                yield from self.match(
                    [goal.args[2]], [self.coding.elapsed(BETWEEN[goal.predicate], start, end)], before, needed
                )
            case Atom():
                # A value handed down must not make known what a row leaves unknown: it could rule the row out.
                flags = self.vague.get(goal.predicate, (False,) * len(goal.args))
                wanted = tuple(
                    None if flag else self.settled(term, env) for term, flag in zip(goal.args, flags, strict=True)
                )
                for row in self.rows(goal.predicate, wanted):
                    yield from self.match(goal.args, row.values, Instance(before.pair & row.pair, env), needed)
            case Comparison(operator, left, right):
                yield from kept(before, self.coding.compare(operator, self.value(left, env), self.value(right, env)))
            case Negation(inner):
                yield from kept(before, self.whole(inner, env).opposite)
            case AtLeast(count, goals):
                parts = [self.whole(each, env) for each in goals]
                musts, mays = [part.must for part in parts], [part.may for part in parts]
                yield from kept(before, Pair(truths_at_least(count, musts), truths_at_least(count, mays)))
            case AtLeastDistinct(count, variable, inner):
                outside = {name: value for name, value in env.items() if name != variable.name}
                yield from kept(before, self.distinct(count, variable, inner, outside))
            case Conjunction():
                raise AssertionError("a conjunction was not opened")

    def settled(self, term: Term, env: Env) -> Value | None:
        if not isinstance(term, Variable):
            return self.constant(term)
        value = env.get(term.name)
        return value if value is not None and value.settled else None

    def match(
        self, terms: Sequence[Term], values: Sequence[Value], before: Instance, needed: Wanted
    ) -> Iterable[Instance]:
        """The instance in which terms stand for values; none where they cannot."""
        env, pair = dict(before.env), before.pair
        for term, value in zip(terms, values, strict=True):
            if isinstance(term, Variable):
                if term.name == "_":
                    continue
                if term.name not in env:
                    env[term.name] = value
                    continue
                pair &= same(env[term.name], value)
                # Which of them says more is only worked out for what reads it.
                if needed is None or term.name in needed or terms.count(term) > 1:
                    env[term.name] = says_more(env[term.name], value)
            else:
                pair &= same(self.constant(term), value)
            if pair.may is False:
                return
        if pair.may is not False:
            yield Instance(pair, env)

    def whole(self, goal: Goal, env: Env) -> Pair:
        """The status of a goal that has a scope of its own."""
        return either(instance.pair for instance in self.instances([goal], env, ()))

    def distinct(self, count: int, variable: Variable, inner: Goal, env: Env) -> Pair:
        """``count`` or more distinct values for which a goal holds."""
        found: dict[object, tuple[Value, list[Pair]]] = {}
        for instance in self.instances([inner], env, (variable.name,)):
            value = instance.env[variable.name]
            key = value.number if value.settled else (value.label, value.many, identity(value.number))
            found.setdefault(key, (value, []))[1].append(instance.pair)
        listed = [(value, either(pairs)) for value, pairs in found.values()]
        if count == 1:
            return either(pair for _, pair in listed)
        musts, mays = [], [pair.may for value, pair in listed if value.many]
        for chosen in combinations(listed, count):
            values = [value for value, _ in chosen]
            apart = [compare("\\=", left, right) for left, right in combinations(values, 2)]
            musts.append(conj(*(pair.must for _, pair in chosen), *(each.must for each in apart)))
            mays.append(conj(*(pair.may for _, pair in chosen), *(each.may for each in apart)))
        return Pair(disj(*musts), disj(*mays))


def kept(before: Instance, pair: Pair) -> Iterable[Instance]:
    """The instance with one more status, unless that rules it out."""
    after = before.pair & pair
    if after.may is not False:
        yield Instance(after, before.env)


def joined(found: list[Instance], needed: Wanted) -> list[Instance]:
    """The instances with what is needed of their values, those with the very same ones made one.

    What comes after cannot tell them apart.
    """
    if needed is not None:
        found = [Instance(each.pair, {name: each.env[name] for name in each.env if name in needed}) for each in found]
    groups: dict[frozenset[tuple[str, int]], list[Instance]] = {}
    for each in found:
        groups.setdefault(frozenset((name, id(value)) for name, value in each.env.items()), []).append(each)
    if len(groups) == len(found):
        return found
    return [
        same[0] if len(same) == 1 else Instance(either(each.pair for each in same), same[0].env)
        for same in groups.values()
    ]


def merged(rows: Iterable[OpenRow]) -> list[OpenRow]:
    """The rows, those whose values are settled and equal joined into one."""
    found: dict[object, OpenRow] = {}
    for row in rows:
        settled = all(value.settled for value in row.values)
        key: object = tuple(value.number for value in row.values) if settled else id(row)
        if key in found:
            found[key] = replace(row, pair=either([found[key].pair, row.pair]))
        else:
            found[key] = row
    return list(found.values())


def equal(left: Sequence[Value], right: Sequence[Value]) -> Pair:
    """Whether two rows of values are equal."""
    pair = YES
    for one, other in zip(left, right, strict=True):
        pair &= same(one, other)
    return pair


def _recursive(policy: Policy, predicate: Predicate) -> bool:
    return any(
        atom.predicate == predicate
        for clause in policy.clauses.get(predicate, ())
        for goal in clause.body
        for atom in atoms(goal)
    )
