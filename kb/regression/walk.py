"""One run after another through the clauses of a policy: which obligations each of them shows.

A goal is asked for as the rules ask for it: of each clause those goals that give values to its variables
have run, whether or not the rest of the clause holds, for a proof shows every goal that fails.
A literal alone decides its clause where everything else of the clause is met and settled, and where the
goal that holds the literal would be settled the other way if the literal were. Where it keeps the clause from
being met, the clause must not be met for the same head all the same, by other values of its variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from kb.answers import Status
from kb.order import flatten, names
from kb.policy import Policy
from kb.regression.obligations import Key, Obligation, Run
from kb.regression.occurrences import Occurrence, Step, apart, atoms_of, binders, case_variables
from kb.solving.closed import ClosedFormulas, closed_case
from kb.solving.coding import Coding
from kb.solving.formulas import Env, Instance
from kb.solving.values import NO, YES, Pair, Value, either, same, truths_at_least
from kb.syntax import (
    AtLeast,
    AtLeastDistinct,
    Atom,
    Clause,
    Constant,
    Goal,
    Negation,
    Predicate,
    Variable,
)

Wanted = tuple[Value | None, ...]
SOME = Value(0)


class Walk:
    """The obligations of a policy, with those that the runs so far have shown."""

    def __init__(self, policy: Policy, obligations: Sequence[Obligation]) -> None:
        self.policy = policy
        self.obligations = obligations
        self.by: dict[Key, str] = {}
        self.open: dict[object, set[Status | str]] = {}
        for each in obligations:
            # What cannot be shown is watched for as well: a claim that proves wrong is taken back.
            self.open.setdefault(each.subject_key, set()).add(each.wanted)
        inside: dict[int, list[Occurrence]] = {}
        for each in obligations:
            if isinstance(each.subject, Occurrence) and each.wanted is Status.MET:
                inside.setdefault(id(each.subject.clause), []).append(each.subject)
        self.rules = {
            predicate: [(clause, inside.get(id(clause), []), case_variables(policy, clause)) for clause in clauses]
            for predicate, clauses in policy.clauses.items()
            if predicate not in policy.catalogues
        }
        self.below = {
            predicate: {atom.predicate for clause, *_ in rules for atom in atoms_of(clause.body)} & self.rules.keys()
            for predicate, rules in self.rules.items()
        }
        self.split: dict[tuple[int, frozenset[str]], tuple[list[Goal], list[Goal]]] = {}
        self.orders: dict[tuple[int, frozenset[str]], list[Goal]] = {}
        self.gives: dict[tuple[int, frozenset[str]], list[Goal]] = {}

    def settled(self) -> Iterator[Obligation]:
        """The obligations, each with the run that shows it."""
        for each in self.obligations:
            by = self.by.get(each.key, "")
            yield replace(each, by=by, cannot="" if by else each.cannot)

    def show(self, subject: object, wanted: Status | str) -> None:
        """Note that the present run shows an obligation, if it is one that no run has shown."""
        waiting = self.open.get(subject)
        if waiting and wanted in waiting:
            waiting.remove(wanted)
            self.by[subject, wanted] = self.name

    def run(self, run: Run) -> None:
        """Note what one run shows."""
        self.name = run.name
        for name, value in self.policy.readings(run.readings).items():
            self.show(("reading", name), value)
        self.values(run)
        coding = Coding()
        self.formulas = ClosedFormulas(self.policy, run.readings, closed_case(self.policy, run.case, coding), coding)
        self.asked: set[object] = set()
        self.worth = self.worthwhile()
        case = self.formulas.case.id
        for predicate in self.roots():
            self.ask(predicate, (case, *(None for _ in range(predicate.arity - 1))))

    def values(self, run: Run) -> None:
        """Note the values of enumerations that the case states."""
        for declared in self.policy.vocabulary.inputs.values():
            for fact in run.case.facts.get(declared.predicate, ()):
                if fact.status is Status.UNDOCUMENTED:
                    continue
                for argument, term in zip(declared.fields, fact.row[1:], strict=True):
                    if isinstance(term, Constant):
                        self.show(("value", argument.type), str(term.value))

    def roots(self) -> list[Predicate]:
        """What is asked for its own sake: what takes the case alone, and what no rule asks for."""
        used = {each for below in self.below.values() for each in below}
        return [
            each
            for each in self.policy.vocabulary.criteria
            if each in self.rules and (each.arity == 1 or each not in used)
        ]

    def worthwhile(self) -> set[Predicate]:
        """The predicates about which, or below which, something is still to be shown."""
        found: set[Predicate] = set()
        for component in self.policy.components:
            for each in component:
                clauses = self.rules.get(each, ())
                own = [
                    each,
                    *(id(clause) for clause, *_ in clauses),
                    *(id(one) for _, those, _ in clauses for one in those),
                ]
                if any(self.open.get(subject) for subject in own) or self.below.get(each, set()) & found:
                    found.add(each)
        return found

    # What is asked for

    def ask(self, predicate: Predicate, wanted: Wanted) -> None:
        """Look at an instance of a predicate, as a rule asks for it."""
        key = predicate, tuple(each.number if each else None for each in wanted)
        if predicate not in self.worth or key in self.asked:
            return
        self.asked.add(key)
        if self.open.get(predicate):
            goal = Atom(predicate.name, tuple(Variable(f"#{i}") for i in range(predicate.arity)))
            given = {f"#{i}": value for i, value in enumerate(wanted) if value is not None}
            self.show(predicate, self.status(goal, given))
        for clause, those, cases in self.rules[predicate]:
            env = self.bound(clause, wanted)
            if env is None:
                continue
            if self.open.get(id(clause)) and self.met(id(clause), clause.body, env):
                self.show(id(clause), Status.MET)
            self.inside(those, env, cases)

    def bound(self, clause: Clause, wanted: Wanted) -> dict[str, Value] | None:
        """The values that the head of a clause gets from what is asked; none where it cannot be that."""
        env: dict[str, Value] = {}
        for term, value in zip(clause.head.args, wanted, strict=True):
            if value is None:
                continue
            known = env.get(term.name) if isinstance(term, Variable) else self.formulas.constant(term)
            if known is not None and same(known, value).may is False:
                return None
            if isinstance(term, Variable):
                env.setdefault(term.name, value)
        return env

    def inside(self, those: Iterable[Occurrence], env: Env, cases: AbstractSet[str]) -> None:
        """Look at the literals of a clause whose head has these values."""
        rest: dict[int, tuple[list[Instance], list[Goal]]] = {}
        for each in those:
            if waiting := self.open[id(each)]:
                first = each.steps[0]
                if first.index not in rest:
                    others, after = self.parts(first, env)
                    rest[first.index] = self.met(id(first), others, env), after
                met, after = rest[first.index]
                for instance in met:
                    for found in self.alone(each, instance.env, after, tuple(waiting)):
                        self.show(id(each), found)
            literal = each.literal
            if isinstance(literal, Atom) and literal.predicate in self.worth:
                for inner in self.contexts(each.steps, env, cases):
                    self.ask(literal.predicate, self.handed_down(literal, inner))

    def met(self, key: int, body: Sequence[Goal], env: Env) -> list[Instance]:
        """The instances of a body that are met for certain. ``key`` tells the body from every other.

        Such an instance holds values that are known or the same, so that no order of the goals says more of them.
        """
        order = self.orders.get((key, frozenset(env)))
        if order is None:
            order, waiting, known = [], flatten(body), dict(env)
            while waiting:
                goal = min(waiting, key=lambda each: self.formulas.rank(each, known, waiting))
                waiting.remove(goal)
                order.append(goal)
                known |= {name: known.get(name, SOME) for name in names(goal)}
            self.orders[key, frozenset(env)] = order
        found = [Instance(YES, env)]
        for goal in order:
            found = [after for before in found for after in self.formulas.step(goal, before) if after.pair.must]
            if not found:
                break
        return found

    def handed_down(self, atom: Atom, env: Env) -> Wanted:
        """The arguments of an atom that are settled, but for those that a row may leave unknown."""
        vague = self.formulas.vague.get(atom.predicate, (False,) * len(atom.args))
        return tuple(
            None if flag else self.formulas.settled(term, env) for term, flag in zip(atom.args, vague, strict=True)
        )

    def contexts(self, steps: Sequence[Step], env: Env, cases: AbstractSet[str]) -> Iterator[Env]:
        """The values with which a literal is asked for."""
        step, rest = steps[0], steps[1:]
        givers = self.givers(step, env, cases)
        for found in [one.env for one in self.formulas.instances(givers, env)] if givers else [env]:
            if rest:
                yield from self.contexts(rest, scope(step.goal, found), cases)
            else:
                yield found

    def givers(self, step: Step, env: Env, cases: AbstractSet[str]) -> list[Goal]:
        """The goals that give values to the variables of a step's goal."""
        key = id(step), frozenset(env)
        if key not in self.gives:
            self.gives[key] = binders(step, env.keys(), cases)
        return self.gives[key]

    # What decides alone

    def parts(self, step: Step, env: Env) -> tuple[list[Goal], list[Goal]]:
        """The goals beside that of a step that can run without it, and those that cannot."""
        key = id(step), frozenset(env)
        if key not in self.split:
            self.split[key] = apart(step, env.keys())
        return self.split[key]

    def alone(self, each: Occurrence, env: Env, after: list[Goal], wanted: Sequence[Status | str]) -> Iterator[Status]:
        """In which of some statuses a literal decides its clause, where the rest is met with these values."""
        if len(each.steps) == 1:
            own = self.status(each.literal, env)
            if own not in wanted or self.met_all_the_same(each.clause, env, own):
                return
            # Held against the goals that wait for its values: where those fail it decides nothing.
            if status(either(one.pair for one in self.formulas.instances([each.literal, *after], env))) is own:
                yield own
            return
        before = self.status(each.steps[0].goal, env)
        if self.met_all_the_same(each.clause, env, before):
            return
        for target in wanted:
            assert isinstance(target, Status)
            if (before is Status.UNDOCUMENTED) is not (target is Status.UNDOCUMENTED):
                continue
            # What is settled turns round; what is undocumented would be settled either way.
            ways = (True, False) if target is Status.UNDOCUMENTED else (target is Status.NOT_MET,)
            found = {status(self.turned(each.steps, env, target, way)) for way in ways}
            if len(found) == len(ways) and not found & {before, Status.UNDOCUMENTED}:
                yield target

    def met_all_the_same(self, clause: Clause, env: Env, own: Status) -> bool:
        """Whether a clause is met for the head of an instance which a goal with this status keeps from being met."""
        if own is Status.MET:
            return False
        head = {name: env[name] for name in names(clause.head) if name in env}
        return bool(self.met(id(clause), clause.body, head))

    def status(self, goal: Goal, env: Env) -> Status:
        """The status of a goal with these values."""
        return status(either(one.pair for one in self.formulas.step(goal, Instance(YES, env))))

    def turned(self, steps: Sequence[Step], env: Env, target: Status, met: bool) -> Pair:
        """The status of the goal of the first step, where the literal of the last one were met, or not met.

        It is turned where it has a status, the ``target``, and else left as it is.
        """
        goal, inner = steps[0].goal, steps[1:]
        env = scope(goal, env)
        found = [*self.instances(inner, env, target, met)]
        pair = either(pair for pair, _ in found)
        match goal:
            case Negation():
                return pair.opposite
            case AtLeast(count, goals):
                beside = [self.formulas.whole(other, env) for i, other in enumerate(goals) if i != steps[0].branch]
                parts = [pair, *beside]
                return Pair(
                    truths_at_least(count, [each.must for each in parts]),
                    truths_at_least(count, [each.may for each in parts]),
                )
            case AtLeastDistinct(count, variable, _):
                return counted(count, [(pair, found.get(variable.name)) for pair, found in found])
        raise AssertionError("a literal stands inside an atom")

    def instances(self, steps: Sequence[Step], env: Env, target: Status, met: bool) -> Iterator[tuple[Pair, Env]]:
        """The instances of goals that hold together, with the literal turned.

        Where it is taken to be met without values of its own, the goals that wait for those are left out.
        """
        step = steps[0]
        others, after = self.parts(step, env)
        for before in self.formulas.instances(others, env):
            if len(steps) > 1:
                pair = before.pair & self.turned(steps, before.env, target, met)
                if pair.may:
                    yield pair, before.env
                continue
            found = [*self.formulas.step(step.goal, Instance(YES, before.env))]
            if status(either(each.pair for each in found)) is target:
                if met:
                    yield before.pair, before.env
                continue
            for each in found:
                for tail in self.formulas.instances(after, each.env):
                    yield before.pair & each.pair & tail.pair, tail.env


def scope(goal: Goal, env: Env) -> Env:
    """The values that the goals inside a goal see: a counted variable is the goal's own."""
    if isinstance(goal, AtLeastDistinct):
        return {name: value for name, value in env.items() if name != goal.variable.name}
    return env


def counted(count: int, found: Sequence[tuple[Pair, Value | None]]) -> Pair:
    """The status of "so many distinct values", over pairs and values; no value stands for as many as are needed."""
    values: dict[object, tuple[Value, Pair]] = {}
    anything = either(pair for pair, value in found if value is None or (value.many and not pair.must))
    for pair, value in found:
        if value is not None:
            key: object = value.number if value.settled else (value.label, value.many)
            known = values.get(key, (value, NO))[1]
            values[key] = value, either([known, pair])
    met = sum(bool(pair.must) and (value.settled or count == 1) for value, pair in values.values())
    may = sum(bool(pair.may) for _, pair in values.values())
    return either([anything, Pair(met >= count, may >= count)])


def status(pair: Pair) -> Status:
    """The status that a settled pair stands for."""
    return Status.MET if pair.must else Status.UNDOCUMENTED if pair.may else Status.NOT_MET
