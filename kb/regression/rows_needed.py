"""How many rows of each list a case takes to show something: with fewer, that there is no such case says nothing.

What has to be met takes a row for each goal that names one. What must not be met takes none by itself; but where a
negation in it has to fail, it takes rows for every value for which it would be met, such as each test of a schedule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from kb.answers import Status
from kb.order import flatten
from kb.policy import Policy
from kb.syntax import (
    BETWEEN,
    CASE,
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
    fill,
    substitute,
    variables,
)


@dataclass(frozen=True)
class Need:
    """The rows that make a goal met, or keep it from being met.

    ``shared`` are those that its arguments name, as goals over ``#0``, ``#1`` and so on: goals beside it that name
    the same row share it. ``own`` counts all others, by the name of the list.
    """

    shared: frozenset[Atom]
    own: Mapping[str, int]


class RowsNeeded:
    """The rows that the goals of one policy take; none of its predicates may be defined by itself.

    ``rows`` are those of each list that a case has for a start.
    """

    def __init__(self, policy: Policy, rows: Mapping[str, int]) -> None:
        self.policy = policy
        self.rows = rows
        self.inputs = {each.predicate: each for each in policy.vocabulary.inputs.values()}
        self.lists = {predicate for predicate, each in self.inputs.items() if each.kind == "many"}
        self.known: dict[tuple[Predicate, bool, frozenset[Predicate]], Need] = {}
        self.sizes: dict[tuple[Predicate, int], int] = {}

    def whole(self, predicate: Predicate, met: bool, but_for: Collection[Predicate] = ()) -> Counter[str]:
        """How many rows of each list are enough for a goal to be met, or else to keep it from being met.

        ``but_for`` are goals of its clauses that cannot be what keeps it from that.
        """
        return self.total(self.predicate(predicate, met, but_for), predicate, met)

    def having(self, predicate: Predicate, status: Status, but_for: Collection[Predicate] = ()) -> Counter[str]:
        """How many rows are enough for a goal to have a status; undocumented takes that it may be met and is not."""
        found = Counter[str]()
        if status is not Status.NOT_MET:
            found += self.whole(predicate, True)
        if status is not Status.MET:
            found += self.whole(predicate, False, but_for)
        return found

    def of_clause(self, clause: Clause, met: bool) -> Counter[str]:
        """The same of a clause by itself."""
        return self.total(self.clause(clause, met), clause.head.predicate, met)

    def total(self, need: Need, predicate: Predicate, met: bool) -> Counter[str]:
        """All rows of a need by the name of their list; not to be met means for no values of the arguments."""
        times = 1 if met else prod(self.size(predicate, place) for place in range(predicate.arity))
        found = Counter(need.own) + Counter(row.name for row in need.shared)
        return Counter({name: number * times for name, number in found.items()})

    def predicate(self, predicate: Predicate, met: bool, but_for: Collection[Predicate] = ()) -> Need:
        """The need of any goal of a predicate. To be met it takes one clause, not to be met it takes them all."""
        key = predicate, met, frozenset(but_for)
        if key not in self.known:
            needs = [self.clause(each, met, but_for) for each in self.policy.clauses.get(predicate, ())]
            own: Counter[str] = Counter()
            for need in needs:
                own = own | Counter(need.own) if met else own + Counter(need.own)
            shared = frozenset[Atom]().union(*(need.shared for need in needs))
            self.known[key] = Need(shared, own)
        return self.known[key]

    def clause(self, clause: Clause, met: bool, but_for: Collection[Predicate] = ()) -> Need:
        left = [goal for goal in clause.body if not (isinstance(goal, Atom) and goal.predicate in but_for)]
        body = [substitute(goal, formal(clause)) for goal in left]
        places = {f"#{place}" for place in range(len(clause.head.args))}
        rows, own = self.all_of(body, met, places)
        shared = {row for row in rows if _names(row) <= places and not _open(row)}
        own.update(row.name for row in rows - shared)
        return Need(frozenset(shared), own)

    def all_of(self, goals: Sequence[Goal], met: bool, fixed: Collection[str]) -> tuple[set[Atom], Counter[str]]:
        """The rows that goals name, and how many others it takes for all of them to be met, or for one not to be.

        ``fixed`` are the variables that have a value from outside. Not to be met means for no values of the others.
        """
        goals = flatten(goals)
        # A negation and a count have variables of their own.
        plain = [goal for goal in goals if isinstance(goal, Atom | Comparison)]
        own_names = {name for goal in plain for name in _names(goal)} - set(fixed)
        rows: set[Atom] = set()
        own: Counter[str] = Counter()
        alone: Counter[str] = Counter()
        for goal in goals:
            named, others = self.goal(goal, met, own_names | set(fixed))
            if met:
                rows |= named
                own += others
                continue
            if not _names(goal) & own_names:
                # Where this one is not met, that is enough.
                alone |= others
                rows |= named
                continue
            own += _times(others, self.values(_names(goal) & own_names, goals))
            for row in named:
                if apart := _names(row) & own_names:
                    own[row.name] += self.values(apart, goals)
                else:
                    rows.add(row)
        return rows, own | alone

    def goal(self, goal: Goal, met: bool, fixed: Collection[str]) -> tuple[set[Atom], Counter[str]]:
        """The same of one goal."""
        match goal:
            case Atom() if goal.predicate in self.lists:
                return ({goal} if met else set()), Counter()
            case Atom():
                need = self.predicate(goal.predicate, met)
                given = {f"#{place}": term for place, term in enumerate(goal.args)}
                named = {Atom(row.name, tuple(fill(term, given) for term in row.args)) for row in need.shared}
                if met:
                    return named, Counter(need.own)
                # For no value at all of an argument that is not named.
                open_places = [place for place, term in enumerate(goal.args) if term == Variable("_")]
                times = prod(self.size(goal.predicate, place) for place in open_places)
                apart = {row for row in named if _open(row)}
                return named - apart, _times(Counter(need.own) + Counter(row.name for row in apart), times)
            case Negation(inner):
                return self.all_of([inner], not met, fixed)
            case AtLeast(goals=goals) | Conjunction(goals=goals):
                parts = [self.all_of([each], met, fixed) for each in goals]
                own: Counter[str] = sum((each for _, each in parts), Counter())
                return set().union(*(each for each, _ in parts)), own
            case AtLeastDistinct(count, variable, inner):
                fixed = set(fixed) - {variable.name}
                named, others = self.all_of([inner], met, fixed)
                if not met:
                    return named, others
                each = {row for row in named if _open(row) or not _names(row) <= fixed}
                return named - each, _times(others + Counter(row.name for row in each), count)
        return set(), Counter()

    # How many values there can be

    def values(self, names: Iterable[str], goals: Sequence[Goal]) -> int:
        """How many values variables can have for which goals may be met."""
        return prod(self.value_count(name, goals) for name in names)

    def value_count(self, name: str, goals: Sequence[Goal]) -> int:
        sizes = []
        for goal in goals:
            if isinstance(goal, Atom) and Variable(name) in goal.args:
                place = goal.args.index(Variable(name))
                if goal.predicate in BETWEEN and place == 2:
                    dates = {each.name for each in goal.args[:2] if isinstance(each, Variable)} - {name}
                    sizes.append(self.values(dates, [each for each in goals if each is not goal]))
                elif goal.predicate not in BETWEEN:
                    sizes.append(self.size(goal.predicate, place))
        return min(sizes, default=1)

    def size(self, predicate: Predicate, place: int) -> int:
        """How many values an argument of a predicate can have in one case."""
        if (predicate, place) not in self.sizes:
            self.sizes[predicate, place] = max(1, self.size_of(predicate, place))
        return self.sizes[predicate, place]

    def size_of(self, predicate: Predicate, place: int) -> int:
        kinds = self.policy.types.get(predicate, ())
        kind = kinds[place] if place < len(kinds) else ""
        if kind == CASE.name or predicate == CASE:
            return 1
        declared = self.inputs.get(predicate)
        if declared is not None:
            found = self.rows[declared.name] if declared.kind == "many" else 1
            if declared.kind == "flags":
                found = len(self.policy.vocabulary.types[declared.fields[0].type].values)
        else:
            constants: set[Term] = set()
            found = 0
            for clause in self.policy.clauses.get(predicate, ()):
                term = clause.head.args[place]
                if isinstance(term, Constant):
                    constants.add(term)
                elif isinstance(term, Variable):
                    found += self.value_count(term.name, flatten(clause.body))
            found += len(constants)
        enumeration = self.policy.vocabulary.types.get(kind)
        return min(found, len(enumeration.values)) if enumeration else found


def lacking(
    needed: tuple[RowsNeeded, RowsNeeded],
    names: tuple[Predicate, Predicate],
    rows: Mapping[str, int],
    common: Collection[Predicate] = (),
    turn: tuple[Status, Status] | None = None,
) -> dict[str, int]:
    """How many rows more than these a case takes in which a goal differs between two policies, or turns so.

    ``names`` are those of the goal in each policy, ``turn`` its statuses. ``common`` says the same in both, and no
    clause for the goal does without: where one of the two is met, or may be, it does not keep the other from it.
    """
    (old, new), (before, after) = needed, names
    if turn is None:
        # It is met in one of them, or may be, and in the other it is not.
        most = (old.whole(before, True) + new.whole(after, False, common)) | (
            old.whole(before, False, common) + new.whole(after, True)
        )
    else:
        lower = min(turn)
        most = old.having(before, turn[0], common if turn[0] is lower else ()) + new.having(
            after, turn[1], common if turn[1] is lower else ()
        )
    return {name: number - rows[name] for name, number in most.items() if number > rows[name]}


def formal(clause: Clause) -> dict[str, Term]:
    """A name by its place for each variable of the head of a clause."""
    found: dict[str, Term] = {}
    for place, term in enumerate(clause.head.args):
        if isinstance(term, Variable):
            found.setdefault(term.name, Variable(f"#{place}"))
    return found


def _names(goal: Goal) -> set[str]:
    """The names of the variables of a goal, but for those that have none."""
    return {each.name for each in variables(goal)} - {"_"}


def _open(row: Atom) -> bool:
    return Variable("_") in row.args


def _times(counts: Counter[str], number: int) -> Counter[str]:
    return Counter({name: count * number for name, count in counts.items()})
