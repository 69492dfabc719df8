"""Within which bounds a case is open: the rows of each list, the dates, the numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor

from kb.case_values import MOST_DIGITS
from kb.policy import Policy
from kb.source import UNWELCOME
from kb.syntax import AtLeastDistinct, Comparison, Constant, Goal, Predicate, atoms, subgoals
from kb.vocabulary import Input

FIRST_YEAR, LAST_YEAR = 1900, 2100
MOST_NUMBER = 1000
# So many steps of the last place are between two numbers that rules name.
ROOM = 5
# So many rows of a list more than the bounds have are looked at, where what is asked takes them.
MOST_MORE = 6
# No number of a case file has more digits.
LARGEST = 10**MOST_DIGITS - 1


@dataclass(frozen=True, slots=True)
class Bounds:
    """Within which bounds a case is open: the rows of each list, the places of a decimal, the range of numbers.

    ``years`` are the first and the last one of its dates. ``texts`` are those that the policies name; what others
    there are makes no difference.
    """

    rows: Mapping[str, int]
    places: int
    least: int = 0
    most: int = MOST_NUMBER
    texts: tuple[str, ...] = ()
    years: tuple[int, int] = (FIRST_YEAR, LAST_YEAR)

    def words(self, declared: Mapping[str, Input]) -> tuple[str, ...]:
        """The bounds in words, for the lists of these inputs."""
        numbers: dict[int, list[str]] = {}
        for name, each in declared.items():
            if each.kind == "many":
                numbers.setdefault(self.rows[name], []).append(each.noun)
        lists = tuple(f"at most {number} of each: {', '.join(nouns)}" for number, nouns in sorted(numbers.items()))
        if lists:
            lists += (f"up to {MOST_MORE} more of a list where what is asked takes them",)
        places = "1 decimal place" if self.places == 1 else f"{self.places} decimal places"
        if self.most * 10**self.places > LARGEST or self.least * 10**self.places < -LARGEST:
            places += f" and at most {MOST_DIGITS} digits"
        return (
            *lists,
            f"dates from {self.years[0]} to {self.years[1]}",
            f"numbers from {self.least} to {self.most}, with at most {places}",
        )


def bounds_for(policies: Iterable[Policy], more: int = 0) -> Bounds:
    """Bounds wide enough for what the rules of policies count: ``more`` adds rows to every list."""
    rows: dict[str, int] = {}
    places, least, most = 1, 0, MOST_NUMBER
    texts: dict[str, None] = {}
    named: set[int | Decimal] = set()
    years = [FIRST_YEAR, LAST_YEAR]
    for policy in policies:
        for name, declared in policy.vocabulary.inputs.items():
            if declared.kind == "many":
                rows.setdefault(name, 2 + more)
        for clause in policy.program.clauses:
            constants = [term for term in clause.head.args if isinstance(term, Constant)]
            for goal in clause.body:
                constants += compared_constants(goal)
                constants += [term for atom in atoms(goal) for term in atom.args if isinstance(term, Constant)]
                for count, inner in counted(goal):
                    for name in lists_below(policy, inner):
                        rows[name] = max(rows[name], count + 1 + more)
            for name, times in Counter(atom.name for goal in clause.body for atom in atoms(goal)).items():
                if name in rows:
                    rows[name] = max(rows[name], times + more)
            places = max([places, *(places_of(each) for each in constants)])
            texts |= dict.fromkeys(str(each.value) for each in constants if each.kind == "text" and statable(each))
            # On both sides of whatever number a rule names there is room.
            numbers = [each.value for each in constants if isinstance(each.value, int | Decimal)]
            named.update(numbers)
            for day in (each.value for each in constants if isinstance(each.value, date)):
                years += [max(day.year - 1, date.min.year), min(day.year + 1, date.max.year)]
            least = min([least, *(floor(each) - 1 for each in numbers if each < 0)])
            most = max([most, *(ceil(each) + 1 for each in numbers if each >= MOST_NUMBER)])
            if any(below_nothing(goal) for goal in clause.body):
                least = min(least, -1)
    # And between any two that rules name.
    gaps = [after - before for before, after in pairwise(sorted(named))]
    while any(gap * 10**places < ROOM for gap in gaps):
        places += 1
    # A number below 1 has a digit before the point too.
    places = min(places, MOST_DIGITS - 1)
    span = min(years), max(years)
    return Bounds(rows, places, max(least, -LARGEST), min(most, LARGEST), tuple(texts), span)


def lists_below(policy: Policy, goal: Goal) -> Iterator[str]:
    """The names of the lists that a goal rests on."""
    todo, seen = [atom.predicate for atom in atoms(goal)], set[Predicate]()
    while todo:
        predicate = todo.pop()
        if predicate in seen:
            continue
        seen.add(predicate)
        declared = policy.vocabulary.inputs.get(predicate.name)
        if predicate in policy.inputs and declared is not None and declared.kind == "many":
            yield predicate.name
        for clause in policy.clauses.get(predicate, ()):
            todo += [atom.predicate for inner in clause.body for atom in atoms(inner)]


def statable(constant: Constant) -> bool:
    """Whether a case file can state a text."""
    text = str(constant.value)
    return bool(text.strip()) and UNWELCOME.search(text) is None


def counted(goal: Goal) -> Iterator[tuple[int, Goal]]:
    """Every count over distinct values in a goal, with the goal that is counted over."""
    if isinstance(goal, AtLeastDistinct):
        yield goal.count, goal.goal
    for inner in subgoals(goal):
        yield from counted(inner)


def compared_constants(goal: Goal) -> list[Constant]:
    """Every constant that a goal compares with, at any depth."""
    if isinstance(goal, Comparison):
        return [term for term in (goal.left, goal.right) if isinstance(term, Constant)]
    return [each for inner in subgoals(goal) for each in compared_constants(inner)]


def below_nothing(goal: Goal) -> bool:
    """Whether a goal asks for a number below 0, at any depth."""
    match goal:
        case Comparison("<", _, Constant(value=0)) | Comparison(">", Constant(value=0), _):
            return True
    return any(map(below_nothing, subgoals(goal)))


def places_of(constant: Constant) -> int:
    """How many decimal places a number has."""
    if not isinstance(constant.value, Decimal):
        return 0
    exponent = constant.value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
