"""Bodies of clauses, goal by goal, over families of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count

from kb.cohort.expressions import CASE_ID, NO, YES, Distinct, Documented, Field, Node, Row, SameRow, node
from kb.cohort.families import CASE_VALUE, Env, Family, Instance, constant, settled
from kb.cohort.folding import Folding
from kb.cohort.renaming import replaced
from kb.cohort.values import Value, compare, elapsed, same, says_more
from kb.order import flatten, names
from kb.policy import Policy
from kb.syntax import (
    BETWEEN,
    READING,
    AtLeast,
    AtLeastDistinct,
    Atom,
    Comparison,
    Goal,
    Negation,
    Predicate,
    Term,
    Variable,
)


class Bodies:
    """Runs bodies. What predicates come to is told by who lowers them."""

    def __init__(self, policy: Policy, folding: Folding) -> None:
        self.policy = policy
        self.folding = folding
        self.free = folding.facts.free
        self.serial = count(1_000_000)
        self.depth = 0
        # Whether the body is one of a predicate whose rows are only ever asked for.
        self.affirming = False

    def families(self, predicate: Predicate) -> tuple[Family, ...]:
        """The families of a predicate."""
        raise NotImplementedError

    def status(self, predicate: Predicate, pattern: Sequence[Value | None]) -> Node:
        """The status of a goal whose arguments are constants or, where there is none, anything."""
        raise NotImplementedError

    def instances(self, body: Sequence[Goal], env: Env, live: set[str]) -> list[Instance]:
        """Every way to run a body; of its variables those in ``live`` are kept.

        Atoms run first, then the calendar, then tests: by then every variable has the value that says most.
        """
        self.depth += 1
        waiting = flatten(body)
        found = [Instance((), YES, env)]
        while waiting and found:
            goal = min(waiting, key=lambda each: self.rank(each, found[0].env))
            waiting.remove(goal)
            found = [after for before in found for after in self.step(goal, before)]
            needed = live.union(*map(names, waiting))
            found = self.projected(found, needed)
        self.depth -= 1
        return found

    def projected(self, instances: Sequence[Instance], needed: set[str]) -> list[Instance]:
        """The instances without the values that nothing reads any more, those that are then the same in one."""
        if not instances:
            return []
        kept = sorted(name for name in instances[0].env if name in needed)
        families = [Family(each.rows, each.part, tuple(each.env[name] for name in kept)) for each in instances]
        return [
            Instance(each.rows, each.part, dict(zip(kept, each.heads, strict=True))) for each in self.merged(families)
        ]

    def rank(self, goal: Goal, env: Env) -> tuple[int, int]:
        """What to run first."""
        mine = names(goal)
        if isinstance(goal, Atom) and goal.predicate not in BETWEEN:
            if goal.predicate == READING:
                return (0, 0)
            given = self.policy.vocabulary.inputs.get(goal.name)
            kind = 4 if given is None else {"one": 0, "flags": 1, "many": 3}[given.kind]
            if goal.predicate in self.policy.catalogues:
                kind = 2
            free = len(mine - env.keys())
            return (1, kind if free else -1)
        if isinstance(goal, Atom):
            return (2, 0) if names(Atom("", goal.args[:2])) <= env.keys() else (9, 0)
        return (3, 0)

    def step(self, goal: Goal, before: Instance) -> Iterable[Instance]:
        """The instances after one more goal."""
        env = before.env
        match goal:
            case Atom() if goal.predicate in BETWEEN:
                start, end = (self.value(term, env) for term in goal.args[:2])
                family = Family((), YES, (elapsed(BETWEEN[goal.predicate], start, end),))
                yield from self.match(goal.args[2:], family, before)
            case Atom():
                yield from self.call(goal, before)
            case Comparison(operator, left, right):
                yield from self.kept(
                    before, compare(operator, self.value(left, env), self.value(right, env), self.folding)
                )
            case Negation(inner):
                yield from self.kept(before, self.folding.negated(self.whole(inner, env)))
            case AtLeast(number, goals):
                yield from self.kept(before, self.folding.count(number, [self.whole(each, env) for each in goals]))
            case AtLeastDistinct(number, variable, inner):
                outside = {name: value for name, value in env.items() if name != variable.name}
                yield from self.kept(before, self.distinct(number, variable, inner, outside))
            case _:
                raise AssertionError(f"{goal} is no goal of an opened body")

    def kept(self, before: Instance, part: Node) -> Iterable[Instance]:
        after = self.folding.all_of((before.part, part))
        if after is not NO:
            yield replace(before, part=after)

    def whole(self, goal: Goal, env: Env) -> Node:
        """The status of a goal that has a scope of its own."""
        return self.folding.some_of(
            self.folding.closed(each.rows, each.part) for each in self.instances([goal], env, set())
        )

    def distinct(self, number: int, variable: Variable, inner: Goal, env: Env) -> Node:
        """``number`` or more distinct values for which a goal holds."""
        found = self.instances([inner], env, {variable.name})
        if number == 1:
            return self.folding.some_of(self.folding.closed(each.rows, each.part) for each in found)
        values = []
        for each in found:
            value = each.env[variable.name]
            values.append(self.folding.values(each.rows, each.part, value.scalar, value.label, value.many))
        if not any(value.many or value.rows for value in values) and len(values) < number:
            return NO
        return node(Distinct, number, tuple(values), self.folding.sure_of_values(values)) if values else NO

    def call(self, goal: Atom, before: Instance) -> Iterable[Instance]:
        """The instances after one more atom."""
        before = replace(before, env={**before.env, **self.cases(goal, before.env)})
        args = [self.arg(term, before.env) for term in goal.args]
        if all(settled(term, value) for term, value in zip(goal.args, args, strict=True)):
            # The goal says nothing of any variable.
            pattern = [value if value is None or value.scalar is not CASE_ID else None for value in args]
            yield from self.kept(before, self.status(goal.predicate, pattern))
            return
        for family in self.families(goal.predicate):
            own = self.own_row(args, family)
            if own is not None:
                (row,) = family.rows
                yield from self.match(goal.args, self.renamed(family, {row: own}), before)
                if self.merely_there(own, before):
                    continue
                # Another row is this one too, perhaps, where a field of either is not known.
                other = self.fresh(family)
                gaps = self.folding.gaps(row.source)
                itself = node(SameRow, own, other.rows[0])
                for after in self.match(goal.args, other, replace(before, part=YES)):
                    unlike = self.folding.assuming(after.part, {itself: NO})
                    maybe = self.folding.when(gaps, self.folding.all_of((self.folding.negated(itself), unlike)))
                    both = self.folding.all_of((before.part, maybe))
                    yield replace(after, part=both)
            else:
                yield from self.match(goal.args, self.fresh(family), before)

    def merely_there(self, own: Row, before: Instance) -> bool:
        """Whether nothing but that it is there has been asked of a row whose fields are the arguments of a goal.

        Then another row that it may be, for a field of either is not known, is gone through for itself as well, and
        whatever is possible of both together is possible of that one alone, of which less is known. Only what is
        denied, told apart or counted is not: a row is itself for certain, and perhaps another one.
        """
        if not (self.affirming and own in before.rows):
            return False
        # That it is documented is part of its being there.
        return own not in self.free(self.folding.assuming(before.part, {node(Documented, own): YES}))

    def cases(self, goal: Atom, env: Env) -> Env:
        """The variables of a goal that have no value yet and can only be the case."""
        return {
            term.name: CASE_VALUE
            for place, term in enumerate(goal.args)
            if isinstance(term, Variable) and term.name != "_" and term.name not in env
            if (families := self.families(goal.predicate))
            if all(family.heads[place].scalar is CASE_ID for family in families)
        }

    def own_row(self, args: Sequence[Value | None], family: Family) -> Row | None:
        """The row whose very fields are the arguments, where a family goes through rows of its input by these."""
        if len(family.rows) != 1:
            return None
        (row,) = family.rows
        found: dict[str, Row] = {}
        for value, head in zip(args, family.heads, strict=True):
            if isinstance(head.scalar, Field) and head.scalar.row == row:
                if value is None or not isinstance(value.scalar, Field) or value.scalar.name != head.scalar.name:
                    continue
                if value.scalar.row.source.name == row.source.name:
                    found[head.scalar.name] = value.scalar.row
        rows = set(found.values())
        covered = not row.source.derived and found.keys() == set(row.source.fields)
        return rows.pop() if covered and len(rows) == 1 else None

    def fresh(self, family: Family) -> Family:
        return self.renamed(family, {row: Row(row.source, next(self.serial)) for row in family.rows})

    def renamed(self, family: Family, rows: Mapping[Row, Row]) -> Family:
        part = replaced(family.part, rows, self.folding.facts)
        return Family(tuple(rows[row] for row in family.rows), part, tuple(self.moved(h, rows) for h in family.heads))

    def match(self, terms: Sequence[Term], family: Family, before: Instance) -> Iterable[Instance]:
        """The instance in which terms stand for the values of a family; none where they cannot."""
        env = dict(before.env)
        parts = [before.part]
        for term, head in zip(terms, family.heads, strict=True):
            if isinstance(term, Variable):
                if term.name == "_":
                    continue
                if term.name not in env:
                    env[term.name] = head
                    continue
                parts.append(same(env[term.name], head, self.folding))
                env[term.name] = says_more(env[term.name], head)
            else:
                parts.append(same(constant(term), head, self.folding))
            if parts[-1] is NO:
                return
        part = self.folding.all_of((*parts, family.part))
        if part is not NO:
            rows = tuple(row for row in family.rows if row not in before.rows)
            yield Instance((*before.rows, *self.unbound(rows, before)), part, env)

    def unbound(self, rows: Sequence[Row], before: Instance) -> tuple[Row, ...]:
        """The rows that the surroundings do not go through already."""
        outer = {row for value in before.env.values() for row in self.free(value.scalar)}
        return tuple(row for row in rows if row not in outer)

    def arg(self, term: Term, env: Env) -> Value | None:
        if isinstance(term, Variable):
            return env.get(term.name)
        return constant(term)

    def value(self, term: Term, env: Env) -> Value:
        return env[term.name] if isinstance(term, Variable) else constant(term)

    def merged(self, families: Iterable[Family]) -> list[Family]:
        """The families, those that have the same values joined into one."""
        found: dict[object, Family] = {}
        for family in families:
            each = self.in_order(family)
            key = tuple((head.scalar, head.label) for head in each.heads)
            if key in found:
                each = replace(each, part=self.folding.some_of((found[key].part, each.part)))
            found[key] = each
        return [family for family in found.values() if family.part is not NO]

    def in_order(self, family: Family) -> Family:
        """A family whose rows are numbered in the order in which its values speak of them."""
        told = self.told(family.heads, family.rows)
        rows = {row: Row(row.source, -1000 * self.depth - place) for place, row in enumerate(told, 1)}
        inner = [row for row in family.rows if row not in rows]
        part = replaced(self.folding.closed(inner, family.part), rows, self.folding.facts)
        return Family(tuple(rows.values()), part, tuple(self.moved(head, rows) for head in family.heads))

    def told(self, values: Iterable[Value], rows: Sequence[Row]) -> list[Row]:
        """Those of the rows that the values speak of, in the order in which they do."""
        found: dict[Row, None] = {}
        for value in values:
            free = self.free(value.scalar) | (self.free(value.label) if value.label else frozenset())
            found.update(dict.fromkeys(row for row in rows if row in free))
        return list(found)

    def moved(self, value: Value, rows: Mapping[Row, Row]) -> Value:
        facts = self.folding.facts
        label = replaced(value.label, rows, facts) if value.label else None
        return replace(value, scalar=replaced(value.scalar, rows, facts), label=label)
