"""How a proof is built: from the engine's answers, goal by goal.

Each status is computed again, bottom up, and held against the engine's: a proof that says otherwise
than the decision is never shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from explain.fold import fold
from explain.plan import Origins, Step, is_case, planner
from explain.proof import Elapsed, Node, Origin, Proof
from explain.refine import NONE, Choice, Values, choose, enter, leave, refinable
from kb.answers import Row, Status, at_least, matches
from kb.case import Fact
from kb.compare import compare, elapsed
from kb.decide import Decision
from kb.order import flatten, gives, names
from kb.syntax import (
    BETWEEN,
    AtLeast,
    AtLeastDistinct,
    Atom,
    Clause,
    Comparison,
    Conjunction,
    Goal,
    Negation,
    Predicate,
    Term,
    Unknown,
    Variable,
    better,
    fill,
    substitute,
)


def prove(decision: Decision, goal: Goal | None = None) -> Proof:
    """The proof of a goal (of the policy's root goal when none is given).

    ``goal`` is a checked goal, as ``kb.query`` gives it. Raises ``AssertionError`` if the engine's
    answers and the proof disagree, which is a defect of this software, never of a case.
    """
    return Proof(decision, Prover(decision).whole(goal if goal is not None else decision.root))


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
        # Where no value is unknown, nothing can say more of one.
        self.vague = self.answers.vague
        self.rows: dict[int, list[tuple[Row, Node]]] = {}
        self.opening: set[Predicate] = set()

    # Goals that name one predicate

    def atom(self, goal: Atom) -> Node:
        """The node of an atom; a variable in it asks for any value."""
        if goal not in self.proved:
            predicate = goal.predicate
            if predicate in self.policy.inputs:
                node = self.evidence(goal)
            elif predicate in self.policy.catalogues:
                node = Node("listed", self.answers.status(goal), goal)
            elif goal in self.active or predicate in self.opening:
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
        alternatives: list[Node] = []
        for clause in self.policy.clauses.get(goal.predicate, ()):
            nodes = [self.clause(clause, values, surest) for values, surest in enter(clause.head, goal)]
            alternatives += self.exact(clause, goal, nodes) if self.loose(clause, goal) else nodes
        status = _surest(alternatives)
        if status is Status.MET:
            alternatives = [node for node in alternatives if node.status is Status.MET]
        criterion = self.policy.vocabulary.criteria.get(goal.predicate)
        return Node("goal", status, goal, tuple(alternatives), criterion)

    def clause(self, clause: Clause, values: Values, surest: Status) -> Node:
        children = tuple(self.conjuncts(clause.body, values, self.planner.origins(clause)))
        status = _least(children)
        head = substitute(clause.head, values)
        return Node("clause", min(status, surest), head, children, clause=clause)

    def loose(self, clause: Clause, goal: Atom) -> bool:
        """Whether the rows of a clause may hold an unknown value where the goal asks for a certain one.

        What the clause says of that value it says without knowing what is asked for.
        """
        if not self.vague:
            return False
        places = self.planner.given(clause)
        variables = [term.name for term in goal.args if isinstance(term, Variable) and term.name != "_"]
        return len(variables) > len(set(variables)) or any(
            all(predicate in BETWEEN or position in self.vague.get(predicate, ()) for predicate, position in found)
            for own, asked in zip(clause.head.args, goal.args, strict=True)
            if isinstance(own, Variable) and not isinstance(asked, Variable) and (found := places.get(own.name))
        )

    def exact(self, clause: Clause, goal: Atom, nodes: list[Node]) -> list[Node]:
        """The nodes of a clause for a goal; where they say other than the clause's own rows, the nodes of those."""
        origins = self.planner.origins(clause)
        found: list[Node] = []
        for row, node in self.derivations(clause):
            unequal = leave(clause, row, goal, origins)
            found.append(replace(node, status=min(node.status, _least(unequal)), children=(*node.children, *unequal)))
        if _surest(found) is _surest(nodes):
            return nodes
        matching = [
            node
            for (row, _), node in zip(self.derivations(clause), found, strict=True)
            if matches(goal.args, row) is not Status.NOT_MET
        ]
        return matching or found

    def derivations(self, clause: Clause) -> list[tuple[Row, Node]]:
        """Each way to give the variables of a clause's head values: its row, and its node."""
        if id(clause) not in self.rows:
            self.opening.add(clause.head.predicate)
            about = {name: self.case.id for goal in flatten(clause.body) if is_case(goal) for name in names(goal)}
            wanted, origins = frozenset(names(clause.head)), self.planner.origins(clause)
            found = []
            for values, children in self.ways(clause.body, wanted, about, origins):
                head = substitute(clause.head, values)
                assert isinstance(head, Atom)
                found.append((head.args, Node("clause", _least(children), head, children, clause=clause)))
            self.rows[id(clause)] = found
            self.opening.remove(clause.head.predicate)
        return self.rows[id(clause)]

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
        nodes = self.conjuncts(self.planner.opened(goal), values, origins or {})
        if len(nodes) == 1:
            return nodes[0]
        return Node("all", _least(nodes), substitute(goal, values), tuple(nodes))

    def conjuncts(self, body: tuple[Goal, ...], values: Values, origins: Origins) -> list[Node]:
        """The nodes of a conjunction, in the order it is written.

        Where a goal says more of a value that is unknown, all that reads the value is proved for each way
        in which that can be; but if the status stays the same, the value stays unknown, which reads better.
        """
        half = refinable(self.planner.giving(body), values, self.answers) if self.vague else NONE
        if not half:
            return self.plain(body, values, origins)
        nodes: list[Node] = []
        for step in self.planner.steps(body, frozenset(values) - half):
            simple = self.plain(step.goals, values, origins)
            # What is met is met with equal values alone, and of those none says more than another.
            doubtful = step.first is not None and _least(simple) is not Status.MET
            if doubtful and any(half & names(goal) for goal in step.goals):
                refined = self.search(step, values, origins, half)
                simple = simple if _least(simple) is _least(refined) else refined
            nodes += simple
        return nodes

    def plain(self, body: tuple[Goal, ...], values: Values, origins: Origins) -> list[Node]:
        """The nodes of a conjunction in which every variable keeps the value that it has.

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

    def search(self, step: Step, values: Values, origins: Origins, half: frozenset[str] = NONE) -> list[Node]:
        """The nodes of goals that share an open variable: one instance for each way to choose its value.

        ``half`` names variables that are open in part: they have a value of which a goal may say more.
        """
        first = step.first
        if not isinstance(first, Atom):
            # Only a goal that is asked open gets here: what it would need has no value.
            return []
        if first.predicate in BETWEEN:
            if any(isinstance(fill(term, values), Variable) for term in first.args[:2]):
                return []
            said, now, sources = self.computed(first, values, origins)
            return [*said, *self.conjuncts(step.rest, now, sources)]
        choices = self.choices(first, values, origins, half)
        if not choices:
            # Nothing can be chosen. What does not hang on the choice still has a status of its own.
            pattern = substitute(first, values)
            assert isinstance(pattern, Atom)
            return [self.atom(pattern), *self.conjuncts(step.free, values, origins)]
        instances = []
        for row, choice in choices:
            rest = self.conjuncts(step.rest, {**values, **choice.chosen}, {**origins, **choice.sources})
            children = (row, *choice.joins, *rest)
            bindings = tuple(choice.chosen.items())
            instances.append(Node("instance", _least(children), row.goal, children, bindings=bindings))
        status = _surest(instances)
        if status is Status.MET:
            instances = [node for node in instances if node.status is Status.MET]
        goals = tuple(substitute(goal, values) for goal in step.goals)
        about = goals[0] if len(goals) == 1 else Conjunction(goals)
        return [Node("some", status, about, tuple(fold(instances)))]

    def choices(self, goal: Atom, values: Values, origins: Origins, half: frozenset[str]) -> list[tuple[Node, Choice]]:
        """The rows that a positive atom can choose, each with its node."""
        pattern = substitute(goal, values)
        assert isinstance(pattern, Atom)
        stated = goal.predicate in self.policy.inputs
        found: dict[Row, Choice] = {}
        for row, _ in self.answers.select(pattern):
            choice = choose(goal, row, values, origins, half, stated)
            if choice is not None:
                found.setdefault(choice.goal.args, choice)
        return [(self.atom(choice.goal), choice) for choice in found.values()]

    def computed(self, goal: Atom, values: Values, origins: Origins) -> tuple[tuple[Node, ...], Values, Origins]:
        """The values after a calendar goal, and a comparison where its result had a value already."""
        result = goal.args[2]
        assert isinstance(result, Variable)
        value, source = _elapsed(goal, values, origins)
        known = values.get(result.name)
        if known is None:
            return (), {**values, result.name: value}, {**origins, result.name: source}
        node = self.closed(goal, values, origins)
        if better(known, value) == known:
            return (node,), values, origins
        return (node,), {**values, result.name: value}, {**origins, result.name: source}

    def ways(
        self, goals: tuple[Goal, ...], wanted: frozenset[str], values: Values, origins: Origins
    ) -> list[tuple[Values, tuple[Node, ...]]]:
        """Each way to give the wanted variables values of which no goal can say more, with its nodes."""
        half = refinable(self.planner.giving(goals), values, self.answers, wanted) if self.vague else NONE
        if wanted <= values.keys() - half:
            return [(values, tuple(self.conjuncts(goals, values, origins)))]
        step = self.planner.first(goals, wanted, frozenset(values) - half)
        first = step.first
        if first is None:
            return []
        begun: list[tuple[tuple[Node, ...], Values, Origins]]
        if not isinstance(first, Atom) or gives(first) <= values.keys() - half:
            begun = [((self.closed(first, values, origins),), values, origins)]
        elif first.predicate in BETWEEN:
            begun = [self.computed(first, values, origins)]
        else:
            begun = [
                ((row, *choice.joins), {**values, **choice.chosen}, {**origins, **choice.sources})
                for row, choice in self.choices(first, values, origins, half)
            ]
        return [
            (final, (*nodes, *others))
            for nodes, now, sources in begun
            for final, others in self.ways(step.rest, wanted, now, sources)
        ]

    # Counting distinct values

    def distinct(self, goal: AtLeastDistinct, stated: Goal, values: Values, origins: Origins) -> Node:
        outside = {name: term for name, term in values.items() if name != goal.variable.name}
        inner = self.planner.opened(goal.goal)
        name = goal.variable.name
        found: list[tuple[Term, Node]] = []
        for final, nodes in self.ways(inner, frozenset({name}), outside, origins):
            about = Comparison("=", goal.variable, final[name])
            binding = ((name, final[name]),)
            found.append((final[name], Node("instance", _least(nodes), about, nodes, bindings=binding)))
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


def _elapsed(goal: Atom, values: Values, origins: Origins) -> tuple[Term, Origin]:
    """What a calendar goal computes from values that are known, and where the result comes from."""
    start, end = (fill(term, values) for term in goal.args[:2])
    unit = BETWEEN[goal.predicate]
    ends = (_origin(goal.args[0], origins), _origin(goal.args[1], origins))
    return elapsed(unit, start, end), Elapsed(unit, start, end, ends)


def _least(nodes: Iterable[Node]) -> Status:
    """The status of a conjunction: that of the least sure of its nodes."""
    return min((node.status for node in nodes), default=Status.MET)


def _surest(nodes: Iterable[Node]) -> Status:
    """The status of alternatives: that of the surest of them."""
    return max((node.status for node in nodes), default=Status.NOT_MET)


def _origin(term: Term, origins: Origins) -> Origin | None:
    return origins.get(term.name) if isinstance(term, Variable) else None


def _nearest(goal: Atom, facts: Sequence[Fact]) -> list[Fact]:
    """The rows that match a goal in the most fields, where they match in one at all: what was given instead."""
    best = 0
    nearest: list[Fact] = []
    for fact in facts:
        hits = sum(not isinstance(a, Variable) and a == b for a, b in zip(goal.args[1:], fact.row[1:], strict=True))
        if hits > best:
            best, nearest = hits, []
        if hits == best and hits:
            nearest.append(fact)
    return nearest
