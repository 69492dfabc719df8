"""How a proof is built: from the engine's answers, goal by goal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from explain.proof import Elapsed, FieldOf, Node, Origin
from kb.answers import Row, Status, at_least, matches
from kb.bounds import Schema, flatten, names
from kb.case import Fact
from kb.compare import compare, elapsed
from kb.decide import Decision
from kb.policy import Policy
from kb.syntax import (
    BETWEEN,
    CASE,
    Atom,
    AtLeast,
    AtLeastDistinct,
    Clause,
    Comparison,
    Conjunction,
    Goal,
    Negation,
    Term,
    Unknown,
    Variable,
    fill,
    substitute,
)

Values = Mapping[str, Term]
Origins = Mapping[str, Origin]


@dataclass(frozen=True, slots=True)
class Step:
    """Part of a conjunction: a goal without open variables, or goals that share one.

    Of the latter ``first`` chooses values and ``rest`` follows; ``free`` are those of the rest that do
    not hang on what is chosen.
    """

    goals: tuple[Goal, ...]
    first: Goal | None = None
    rest: tuple[Goal, ...] = ()
    free: tuple[Goal, ...] = ()


class Planner:
    """In which steps a body is proved. That hangs on which variables have values, not on the values."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        # By the identity of the body, which the entry keeps alive.
        self.known: dict[tuple[int, frozenset[str]], tuple[tuple[Goal, ...], tuple[Step, ...]]] = {}
        self.sources: dict[int, tuple[Clause, Origins]] = {}

    def steps(self, body: tuple[Goal, ...], bound: frozenset[str]) -> tuple[Step, ...]:
        """The steps of a body, in the order it is written, when these variables have values."""
        key = (id(body), bound)
        if key not in self.known:
            goals = [goal for goal in flatten(body) if not (isinstance(goal, Atom) and goal.predicate == CASE)]
            self.known[key] = (body, tuple(self.step(group, opened, bound) for group, opened in _groups(goals, bound)))
        return self.known[key][1]

    def step(self, group: list[Goal], opened: bool, bound: frozenset[str]) -> Step:
        if not opened:
            return Step(tuple(group))
        first, *rest = self.schema.order(group, set(), set(bound))
        if isinstance(first, Atom) and first.predicate in self.schema.catalogues:
            # The record chooses before a catalogue does: what was found is then held against the list.
            stated = (goal for goal in rest if isinstance(goal, Atom) and goal.predicate in self.schema.inputs)
            if (evidence := next(stated, None)) is not None:
                first, rest = evidence, [first, *(goal for goal in rest if goal is not evidence)]
        chosen = names(first) - bound
        free = tuple(goal for goal in rest if not names(goal) & chosen)
        return Step(tuple(group), first, tuple(rest), free)

    def origins(self, clause: Clause) -> Origins:
        """The field of an input that each variable of a clause stands for, where a goal of its body says so."""
        if id(clause) not in self.sources:
            found: dict[str, Origin] = {}
            for goal in flatten(clause.body):
                if isinstance(goal, Atom) and goal.predicate in self.schema.inputs:
                    for position, term in enumerate(goal.args):
                        if position and isinstance(term, Variable) and term.name != "_":
                            found.setdefault(term.name, FieldOf(goal.predicate, position))
            self.sources[id(clause)] = (clause, found)
        return self.sources[id(clause)][1]

    def first(self, goals: tuple[Goal, ...], counted: str, bound: frozenset[str]) -> Step:
        """The goals as one step, whatever they share, so that a counted variable gets a value."""
        key = (id(goals), bound | {counted, "to count"})
        if key not in self.known:
            first, *rest = self.schema.order(goals, {counted}, set(bound))
            self.known[key] = (goals, (Step(goals, first, tuple(rest)),))
        return self.known[key][1][0]


@lru_cache(maxsize=16)
def planner(policy: Policy) -> Planner:
    """The planner of a policy."""
    return Planner(Schema(policy.catalogues, policy.inputs))


class Prover:
    """Builds nodes for one decision; a goal that occurs twice is proved once."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.policy = decision.policy
        self.case = decision.case
        self.answers = decision.answers
        self.planner = planner(self.policy)
        self.proved: dict[Atom, Node] = {}
        self.active: set[Atom] = set()
        self.single: dict[int, tuple[Goal, ...]] = {}

    # Goals that name one predicate

    def atom(self, goal: Atom) -> Node:
        """The node of an atom; a variable in it asks for any value."""
        if goal not in self.proved:
            predicate = goal.predicate
            if predicate in self.policy.inputs:
                node = self.evidence(goal)
            elif predicate in self.policy.catalogues:
                node = Node("listed", self.answers.status(goal), goal)
            elif goal in self.active:
                # A recursive goal inside its own proof: its status is known, and its proof is under way.
                return Node("goal", self.answers.status(goal), goal)
            else:
                self.active.add(goal)
                node = self.derived(goal)
                self.active.remove(goal)
            wanted = self.answers.status(goal)
            assert node.status is wanted, f"the engine says {wanted.name} of {goal}, the proof {node.status.name}"
            self.proved[goal] = node
        return self.proved[goal]

    def derived(self, goal: Atom) -> Node:
        alternatives = [
            self.clause(clause, values, surest)
            for clause in self.policy.clauses.get(goal.predicate, ())
            for values, surest in _enter(clause.head, goal)
        ]
        status = max((node.status for node in alternatives), default=Status.NOT_MET)
        if status is Status.MET:
            alternatives = [node for node in alternatives if node.status is Status.MET]
        criterion = self.policy.vocabulary.criteria.get(goal.predicate)
        return Node("goal", status, goal, tuple(alternatives), criterion)

    def clause(self, clause: Clause, values: Values, surest: Status) -> Node:
        children = tuple(self.conjuncts(clause.body, values, self.planner.origins(clause)))
        status = min((node.status for node in children), default=Status.MET)
        head = substitute(clause.head, values)
        return Node("clause", min(status, surest), head, children, clause=clause)

    def evidence(self, goal: Atom) -> Node:
        """What the record says of a row of an input."""
        facts = self.case.facts.get(goal.predicate, ())
        found = [(fact, matches(goal.args, fact.row)) for fact in facts]
        found = [(fact, sure) for fact, sure in found if sure is not Status.NOT_MET]
        status = max((min(fact.status, sure) for fact, sure in found), default=Status.NOT_MET)
        if found:
            # What is met needs only what proves it; otherwise all that was looked for is said, surest first.
            ranked = sorted(found, key=lambda each: -min(each[0].status, each[1]))
            kept = (fact for fact, sure in ranked if status is not Status.MET or min(fact.status, sure) is status)
            return Node("evidence", status, goal, facts=tuple(kept))
        if self.policy.vocabulary.inputs[goal.name].kind == "one":
            return Node("evidence", status, goal, facts=facts)
        return Node("absence", status, goal, facts=tuple(_nearest(goal, facts)))

    # Goals that hold together

    def whole(self, goal: Goal, values: Values | None = None, origins: Origins | None = None) -> Node:
        """One node for a goal, be it a conjunction."""
        values = values or {}
        nodes = self.conjuncts(self.opened(goal), values, origins or {})
        if len(nodes) == 1:
            return nodes[0]
        status = min((node.status for node in nodes), default=Status.MET)
        return Node("all", status, substitute(goal, values), tuple(nodes))

    def opened(self, goal: Goal) -> tuple[Goal, ...]:
        """The goals of a conjunction, always the same tuple for the same goal, so that its plan is found."""
        if isinstance(goal, Conjunction):
            return goal.goals
        if id(goal) not in self.single:
            self.single[id(goal)] = (goal,)
        return self.single[id(goal)]

    def conjuncts(self, body: tuple[Goal, ...], values: Values, origins: Origins) -> list[Node]:
        """The nodes of a conjunction, in the order it is written.

        Goals that share no open variable do not depend on each other, so each group of goals that do
        is proved by itself: what fails in one never hides what fails in another.
        """
        nodes: list[Node] = []
        for step in self.planner.steps(body, frozenset(values)):
            if step.first is not None:
                nodes += self.search(step, values, origins)
            else:
                nodes += [self.closed(goal, values, origins) for goal in step.goals]
        return nodes

    def closed(self, goal: Goal, values: Values, origins: Origins) -> Node:
        """The node of a goal whose variables all have values, its own local ones apart."""
        stated = substitute(goal, values)
        match stated:
            case Atom(args=(_, _, result)) if stated.predicate in BETWEEN:
                assert isinstance(goal, Atom)
                computed, source = _elapsed(goal, values, origins)
                status = compare("=", computed, result)
                return Node("comparison", status, Comparison("=", computed, result), origins=(source, None))
            case Atom():
                return self.atom(stated)
            case Comparison(operator, left, right):
                assert isinstance(goal, Comparison)
                sources = (_origin(goal.left, origins), _origin(goal.right, origins))
                return Node("comparison", compare(operator, left, right), stated, origins=sources)
            case Negation():
                assert isinstance(goal, Negation)
                inner = self.whole(goal.goal, values, origins)
                return Node("negation", inner.status.opposite, stated, (inner,))
            case AtLeast(count):
                assert isinstance(goal, AtLeast)
                parts = tuple(self.whole(each, values, origins) for each in goal.goals)
                status = at_least(count, (node.status for node in parts))
                return Node("count", status, stated, parts, count=count)
            case AtLeastDistinct():
                assert isinstance(goal, AtLeastDistinct)
                return self.distinct(goal, stated, values, origins)
        raise AssertionError(f"a conjunction was not opened: {goal}")

    def search(self, step: Step, values: Values, origins: Origins) -> list[Node]:
        """The nodes of goals that share an open variable: one instance for each way to choose its value."""
        first = step.first
        if not isinstance(first, Atom):
            # Only a goal that is asked open gets here: what it would need has no value.
            return []
        if first.predicate in BETWEEN:
            if any(isinstance(fill(term, values), Variable) for term in first.args[:2]):
                return []
            name = _name(first.args[2])
            computed, source = _elapsed(first, values, origins)
            return self.conjuncts(step.rest, {**values, name: computed}, {**origins, name: source})
        choices = self.choices(first, values, origins)
        if not choices:
            # Nothing can be chosen. What does not hang on the choice still has a status of its own.
            pattern = substitute(first, values)
            assert isinstance(pattern, Atom)
            return [self.atom(pattern), *self.conjuncts(step.free, values, origins)]
        instances = []
        for row, chosen, sources in choices:
            children = (row, *self.conjuncts(step.rest, {**values, **chosen}, {**origins, **sources}))
            status = min(node.status for node in children)
            instances.append(Node("instance", status, row.goal, children, bindings=tuple(chosen.items())))
        status = max(node.status for node in instances)
        if status is Status.MET:
            instances = [node for node in instances if node.status is Status.MET]
        goals = tuple(substitute(goal, values) for goal in step.goals)
        about = goals[0] if len(goals) == 1 else Conjunction(goals)
        return [Node("some", status, about, tuple(fold(instances)))]

    def choices(
        self, goal: Atom, values: Values, origins: Origins
    ) -> list[tuple[Node, dict[str, Term], dict[str, Origin]]]:
        """The rows that a positive atom can choose: each row's node, the values it gives, their origins."""
        pattern = substitute(goal, values)
        assert isinstance(pattern, Atom)
        found: dict[Row, tuple[Node, dict[str, Term], dict[str, Origin]]] = {}
        for row, _ in self.answers.select(pattern):
            chosen: dict[str, Term] = {}
            sources: dict[str, Origin] = {}
            args: list[Term] = []
            for position, (term, value) in enumerate(zip(pattern.args, row, strict=True)):
                if isinstance(term, Variable) and term.name != "_" and term.name not in chosen:
                    chosen[term.name] = value
                    if pattern.predicate in self.policy.inputs:
                        sources[term.name] = FieldOf(pattern.predicate, position)
                args.append(value if isinstance(term, Variable) else term)
            filled = Atom(pattern.name, tuple(args), pattern.span)
            if filled.args not in found:
                found[filled.args] = (self.atom(filled), chosen, sources)
        return list(found.values())

    # Counting distinct values

    def distinct(self, goal: AtLeastDistinct, stated: Goal, values: Values, origins: Origins) -> Node:
        outside = {name: term for name, term in values.items() if name != goal.variable.name}
        inner = self.opened(goal.goal)
        found = self.values(inner, goal.variable.name, outside, origins)
        surest: dict[Term, Status] = {}
        for value, node in found:
            surest[value] = max(node.status, surest.get(value, Status.NOT_MET))
        met = [value for value, status in surest.items() if status is Status.MET]
        known = sum(not isinstance(value, Unknown) for value in met)
        certain = max(known, 1 if met else 0)
        could = [value for value, status in surest.items() if status is not Status.NOT_MET]
        possible = math.inf if any(isinstance(value, Unknown) and value.many for value in could) else len(could)
        status = Status(2 if certain >= goal.count else 1 if possible >= goal.count else 0)
        children = fold([node for _, node in found]) if found else self.conjuncts(inner, outside, origins)
        return Node("distinct", status, stated, tuple(children), count=goal.count)

    def values(
        self, goals: tuple[Goal, ...], counted: str, values: Values, origins: Origins
    ) -> list[tuple[Term, Node]]:
        """Each way to give the counted variable a value, with an instance node for it."""
        if counted in values:
            children = tuple(self.conjuncts(goals, values, origins))
            status = min((node.status for node in children), default=Status.MET)
            value = values[counted]
            about = Comparison("=", Variable(counted), value)
            return [(value, Node("instance", status, about, children, bindings=((counted, value),)))]
        if not goals:
            return []
        step = self.planner.first(goals, counted, frozenset(values))
        first = step.first
        assert first is not None
        if isinstance(first, Atom) and not names(first) <= values.keys():
            if first.predicate in BETWEEN:
                name = _name(first.args[2])
                computed, source = _elapsed(first, values, origins)
                return self.values(step.rest, counted, {**values, name: computed}, {**origins, name: source})
            return [
                (value, _with(row, node))
                for row, chosen, sources in self.choices(first, values, origins)
                for value, node in self.values(step.rest, counted, {**values, **chosen}, {**origins, **sources})
            ]
        row = self.closed(first, values, origins)
        return [(value, _with(row, node)) for value, node in self.values(step.rest, counted, values, origins)]


def _elapsed(goal: Atom, values: Values, origins: Origins) -> tuple[Term, Origin]:
    """What a calendar goal computes from values that are known, and where the result comes from."""
    start, end = (fill(term, values) for term in goal.args[:2])
    unit = BETWEEN[goal.predicate]
    ends = (_origin(goal.args[0], origins), _origin(goal.args[1], origins))
    return elapsed(unit, start, end), Elapsed(unit, start, end, ends)


def _name(term: Term) -> str:
    assert isinstance(term, Variable)
    return term.name


def _with(row: Node, instance: Node) -> Node:
    """An instance with one more conjunct before the others."""
    children = (row, *instance.children)
    return replace(instance, children=children, status=min(row.status, instance.status))


def _enter(head: Atom, goal: Atom) -> list[tuple[dict[str, Term], Status]]:
    """The values that a goal gives to a clause's head, and how surely it matches; none where it cannot."""
    values: dict[str, Term] = {}
    surest = Status.MET
    for own, asked in zip(head.args, goal.args, strict=True):
        if isinstance(asked, Variable):
            continue
        if isinstance(own, Variable) and own.name not in values:
            values[own.name] = asked
            continue
        surest = min(surest, compare("=", fill(own, values), asked))
    return [] if surest is Status.NOT_MET else [(values, surest)]


def _origin(term: Term, origins: Origins) -> Origin | None:
    return origins.get(term.name) if isinstance(term, Variable) else None


def _groups(goals: Sequence[Goal], bound: frozenset[str]) -> list[tuple[list[Goal], bool]]:
    """The goals grouped by the open variables that they share, each group with whether it has any.

    A variable that occurs in one negated or counted goal alone is that goal's own and not open.
    """
    used = [names(goal) - bound for goal in goals]
    groups: list[tuple[set[str], list[int]]] = []
    for i, goal in enumerate(goals):
        mine = used[i]
        if not isinstance(goal, Atom | Comparison):
            mine = mine & set().union(*(used[j] for j in range(len(goals)) if j != i))
        joined, members = set(mine), [i]
        apart = []
        for opened, indexes in groups:
            if opened & joined:
                joined |= opened
                members += indexes
            else:
                apart.append((opened, indexes))
        groups = [*apart, (joined, sorted(members))]
    groups.sort(key=lambda group: group[1][0])
    return [([goals[i] for i in members], bool(opened)) for opened, members in groups]


def _nearest(goal: Atom, facts: Sequence[Fact]) -> list[Fact]:
    """The rows that match a goal in the most fields, where they match in one at all: what was given instead."""
    best, nearest = 0, []
    for fact in facts:
        hits = sum(not isinstance(a, Variable) and a == b for a, b in zip(goal.args[1:], fact.row[1:], strict=True))
        if hits > best:
            best, nearest = hits, []
        if hits == best and hits:
            nearest.append(fact)
    return nearest


def fold(instances: Sequence[Node]) -> list[Node]:
    """The instances with those that say nothing folded into one node.

    An instance says nothing when it is not met and no evidence below it speaks of a value that it
    chose: a drug of the list that the member was never treated with.
    """
    speaking = [node for node in instances if node.status is Status.MET or _speaks(node)]
    silent = [node for node in instances if node not in speaking]
    if len(silent) < 2:
        return list(instances)
    status = max(node.status for node in silent)
    return [*speaking, Node("folded", status, silent[0].goal, tuple(silent), count=len(silent))]


def _speaks(instance: Node) -> bool:
    chosen = {value for _, value in instance.bindings}
    stack = list(instance.children)
    seen: set[Node] = set()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        for fact in node.facts:
            if node.kind == "evidence" and chosen & set(fact.row[1:]) and not _asks_for_anything(fact):
                return True
        stack.extend(node.children)
    return False


def _asks_for_anything(fact: Fact) -> bool:
    """Whether a fact only says that a whole list was not given."""
    return any(isinstance(term, Unknown) and term.many for term in fact.row)
