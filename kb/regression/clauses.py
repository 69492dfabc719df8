"""Two versions of one clause: which goals of the one are which of the other, and what became of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kb.order import flatten
from kb.pretty import pretty_goal, pretty_term
from kb.problems import printable
from kb.regression.canonical import TURNED, apart, same_goal, shape
from kb.syntax import (
    BETWEEN,
    AtLeast,
    AtLeastDistinct,
    Atom,
    Clause,
    Comparison,
    Constant,
    Goal,
    Negation,
    Term,
    Variable,
    variables,
)

LONGEST = 120


@dataclass(frozen=True, slots=True)
class Told:
    """One change inside a clause, in words; ``number`` where a number or a date alone changed.

    ``before``: the threshold that it was, as it is written.
    """

    words: str
    number: bool = False
    before: str = ""


@dataclass(slots=True)
class Match:
    """Goals of two clauses put together: which is which, what is left of either, and which variable is which."""

    names: dict[str, str]
    same: list[tuple[Goal, Goal]] = field(default_factory=list)
    changed: list[tuple[Goal, Goal]] = field(default_factory=list)
    removed: list[Goal] = field(default_factory=list)
    added: list[Goal] = field(default_factory=list)

    @property
    def bindings(self) -> Mapping[str, Term]:
        return {old: Variable(new) for old, new in self.names.items()}


def likeness(old: Clause, new: Clause) -> float:
    """How much of two clauses of one predicate is alike, from 0 to 1; 0: nothing is."""
    if not old.body and not new.body:
        # Facts: the values in one place. With one argument there is nothing to know them by.
        equal = sum(a == b for a, b in zip(old.head.args, new.head.args, strict=True))
        return equal / len(old.head.args) if old.head.args else 0.0
    if not old.body or not new.body:
        return 0.0
    match = matched(old, new)
    goals = max(len(flatten(old.body)), len(flatten(new.body)))
    heads = sum(isinstance(a, Constant) and a == b for a, b in zip(old.head.args, new.head.args, strict=True))
    alike = (len(match.same) + 0.5 * len(match.changed)) / goals
    return (alike + heads) / (1 + heads)


def told(old: Clause, new: Clause) -> list[Told]:
    """What changed from one clause to another of the same predicate, change by change."""
    match = matched(old, new)
    found = []
    pairs = list(zip(old.head.args, new.head.args, strict=True))
    if any(a != b and not (isinstance(a, Variable) and isinstance(b, Variable)) for a, b in pairs):
        found += _values(old.head, new.head) if not old.body and not new.body else [_becomes(old.head, new.head)]
    return found + list(_told(match))


def matched(old: Clause, new: Clause) -> Match:
    """The goals of two clauses put together."""
    names: dict[str, str] = {}
    for a, b in zip(old.head.args, new.head.args, strict=True):
        if isinstance(a, Variable) and isinstance(b, Variable):
            names.setdefault(a.name, b.name)
    return paired(flatten(old.body), flatten(new.body), names)


def paired(old: Sequence[Goal], new: Sequence[Goal], names: dict[str, str]) -> Match:
    """Goals put together: those that say the same, then those that are alike, under one naming of variables."""
    match = Match(names)
    left, right = list(old), list(new)
    while found := _best(left, right, match.names):
        at, beside, match.names = found
        match.same.append((left.pop(at), right.pop(beside)))
    for goal in list(left):
        alike = [each for each in right if kind(each) == kind(goal) and _related(goal, each, match)]
        if alike:
            twin = max(alike, key=lambda each: _shared(goal, each, match))
            match.changed.append((goal, twin))
            left.remove(goal)
            right.remove(twin)
            for a, b in zip(variables(goal), variables(twin), strict=False):
                if a.name not in match.names and b.name not in match.names.values():
                    match.names[a.name] = b.name
    match.removed, match.added = left, right
    return match


def kind(goal: Goal) -> str:
    """What goals of two clauses must have in common to be two versions of one goal."""
    match goal:
        case Atom() if goal.predicate in BETWEEN:
            return "elapsed"
        case Atom(name=name, args=args):
            return f"atom {name}/{len(args)}"
        case Negation(goal=inner):
            return kind(inner)
        case Comparison():
            return "comparison"
        case AtLeast() | AtLeastDistinct():
            return "count"
        case _:
            return "all"


def _best(left: list[Goal], right: list[Goal], names: dict[str, str]) -> tuple[int, int, dict[str, str]] | None:
    """The two goals that say the same with the most variables known already, and the naming that follows."""
    best: tuple[tuple[int, int, int], int, int, dict[str, str]] | None = None
    for at, goal in enumerate(left):
        for beside, twin in enumerate(right):
            if (found := _unified(goal, twin, names)) is None:
                continue
            known = sum(variable.name in names for variable in variables(goal))
            # Of goals that would all do, the one that calls its variables so, then the nearest.
            alike = sum(a.name == b.name for a, b in zip(variables(goal), variables(twin), strict=False))
            rank = (known, alike, -abs(at - beside))
            if best is None or rank > best[0]:
                best = rank, at, beside, found
    return best[1:] if best else None


def _unified(goal: Goal, twin: Goal, names: dict[str, str]) -> dict[str, str] | None:
    """The naming under which two goals say the same, if it goes with what is known already."""

    def one(_: str) -> str:
        return "_"

    if shape(goal, one) != shape(twin, one):
        return None
    plain, other = (apart(Clause(Atom("", ()), (each,))).body[0] for each in (goal, twin))
    found = dict(names)
    theirs = {new: old for old, new in names.items()}
    for a, b in zip(_facing(plain), _facing(other), strict=True):
        if found.setdefault(a, b) != b or theirs.setdefault(b, a) != a:
            return None
    if not same_goal(plain, other, {old: Variable(new) for old, new in found.items()}):
        return None
    return {old: new for old, new in found.items() if old[0] not in "#?"}


def _facing(goal: Goal) -> Iterator[str]:
    """The names of the variables of a goal, in the order of its one form."""
    match goal:
        case Comparison(operator=operator, left=left, right=right):
            sides = (right, left) if operator in TURNED else (left, right)
            yield from (term.name for term in sides if isinstance(term, Variable))
        case _:
            inner = _inner(goal)
            if inner is None:
                yield from (variable.name for variable in variables(goal))
                return
            if isinstance(goal, AtLeastDistinct):
                yield goal.variable.name
            for each in sorted(inner, key=lambda each: shape(each, lambda _: "_")):
                yield from _facing(each)


def _inner(goal: Goal) -> list[Goal] | None:
    """The goals that stand together inside a goal; nothing for an atom or a comparison."""
    match goal:
        case AtLeastDistinct(goal=inner) | Negation(goal=inner):
            return flatten([inner])
        case AtLeast(goals=goals):
            return list(goals)
        case Atom() | Comparison():
            return None
        case _:
            return flatten([goal])


def _related(goal: Goal, twin: Goal, match: Match) -> bool:
    """Whether two goals of one kind can be two versions of one: comparisons only of one variable."""
    return not isinstance(goal, Comparison) or _shared(goal, twin, match) > 0


def _shared(goal: Goal, twin: Goal, match: Match) -> int:
    """How many variables and constants two goals have in common."""
    theirs = {variable.name for variable in variables(twin)}
    known = sum(match.names.get(each.name, each.name) in theirs for each in variables(goal))
    if isinstance(goal, Atom) and isinstance(twin, Atom):
        known += sum(isinstance(a, Constant) and a == b for a, b in zip(goal.args, twin.args, strict=True))
    return known


# Telling


def _told(match: Match, counted: bool = False) -> Iterator[Told]:
    """What became of the goals that are not the same; ``counted``: they are those of a count."""
    taken, given = (" from the count", " to the count") if counted else ("", "")
    for goal, twin in match.changed:
        yield from _change(goal, twin, match)
    for goal in match.removed:
        yield Told(f"a goal was removed{taken}: {quoted(goal)}")
    for goal in match.added:
        yield Told(f"a goal was added{given}: {quoted(goal)}")


def _change(goal: Goal, twin: Goal, match: Match) -> Iterator[Told]:
    """What became of a goal."""
    match goal, twin:
        case Comparison(), Comparison():
            yield _comparison(goal, twin)
        case Atom(), Atom() if goal.predicate in BETWEEN and goal.predicate != twin.predicate:
            units = f"unit {BETWEEN[goal.predicate]} becomes {BETWEEN[twin.predicate]}"
            yield Told(f"{units} ({quoted(goal)} → {quoted(twin)})")
        case Negation(goal=inner), Negation(goal=other):
            found = list(_told(paired(flatten([inner]), flatten([other]), dict(match.names))))
            yield from found or [_becomes(goal, twin)]
        case (AtLeast(), AtLeast()) | (AtLeastDistinct(), AtLeastDistinct()):
            assert isinstance(goal, AtLeast | AtLeastDistinct) and isinstance(twin, AtLeast | AtLeastDistinct)
            yield from _count(goal, twin, match)
        case _:
            yield _becomes(goal, twin)


def _comparison(goal: Comparison, twin: Comparison) -> Told:
    """A threshold that moved; or anything else that became of a comparison."""
    facing = [_faced(goal), _faced(twin)]
    (before, old), (after, new) = facing
    if before == after and old is not None and new is not None and old.kind == new.kind:
        what = {"number": "threshold", "date": "date"}.get(old.kind, "value")
        moved = f"{what} {printable(pretty_term(old))} becomes {printable(pretty_term(new))}"
        return Told(f"{moved} ({quoted(goal)} → {quoted(twin)})", old.kind in ("number", "date"), pretty_term(old))
    return _becomes(goal, twin)


def _faced(goal: Comparison) -> tuple[str, Constant | None]:
    """The operator of a comparison with its constant on the right, and the constant, if there is one."""
    back = {"<": ">", "=<": ">=", ">": "<", ">=": "=<"}
    if isinstance(goal.right, Constant):
        return goal.operator, goal.right
    if isinstance(goal.left, Constant):
        return back.get(goal.operator, goal.operator), goal.left
    return goal.operator, None


def _count(goal: AtLeast | AtLeastDistinct, twin: AtLeast | AtLeastDistinct, match: Match) -> Iterator[Told]:
    """A count whose number changed, or what it counts."""
    found: list[Told] = []
    if goal.count != twin.count:
        found.append(Told(f"count {goal.count} becomes {twin.count} ({quoted(goal)} → {quoted(twin)})", True))
    names = dict(match.names)
    if isinstance(goal, AtLeastDistinct) and isinstance(twin, AtLeastDistinct):
        names[goal.variable.name] = twin.variable.name
    found += _told(paired(_inner(goal) or (), _inner(twin) or (), names), isinstance(goal, AtLeast))
    yield from found or [_becomes(goal, twin)]


def _values(old: Atom, new: Atom) -> list[Told]:
    """The values that changed in a fact."""
    moved = [
        f"{printable(pretty_term(a))} becomes {printable(pretty_term(b))}"
        for a, b in zip(old.args, new.args, strict=True)
        if a != b
    ]
    return [Told(f"{', '.join(moved)} ({quoted(old)} → {quoted(new)})")]


def _becomes(goal: Goal, twin: Goal) -> Told:
    return Told(f"{quoted(goal)} becomes {quoted(twin)}")


def quoted(goal: Goal) -> str:
    """A goal as it is written, between backticks; a long one is cut."""
    text = printable(pretty_goal(goal))
    return f"`{text if len(text) <= LONGEST else text[: LONGEST - 2].rstrip() + ' …'}`"
