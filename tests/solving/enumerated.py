"""Tiny policies of which every case can be decided: all that can be said of them is known by counting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product
from typing import TypeAlias

import z3

from kb.answers import Answers, Status
from kb.decide import decide
from kb.policy import Policy, build_policy
from kb.regression.open_policy import OpenPolicy
from kb.solving.free import Held, Slot, Stated
from kb.solving.usual import Contents
from kb.solving.witness import STEADY
from kb.syntax import Atom, Constant, Predicate, Term, Unknown, Variable
from tests.solving.opened import read_back, text_of, uncounted

HEAD = """
:- policy(tiny, [title("Tiny"), payer("P"), edition('1'), effective('2024-01-01'),
                 root(ok), request_date(asked_on), section('A', "All")]).
:- input(asked_on(P: case, Date: date), one, "When?").
:- criterion(ok/1, 'A', "ok").
"""


def tried(drugs: int) -> str:
    """A policy that asks for a trial of each of so many drugs, one rule a drug: more rows than any of them names."""
    names = [f"drug_{number}" for number in range(drugs)]
    rules = "".join(f"had_{name}(P) :- trial(P, {name}).\n" for name in names)
    return f"""{HEAD}
:- type(drug, [{", ".join(names)}]).
:- input(trial(P: case, Drug: drug), many, "?", [noun("trial")]).
{rules}ok(P) :- {", ".join(f"had_{name}(P)" for name in names)}.
"""


FLAGS = """
:- type(colour, [red, green]).
:- input(banned(P: case, Colour: colour), flags, "?").
:- input(signed(P: case), one, "?").
:- input(liked(P: case, Colour: colour), one, "?").
"""
SEEN = """
:- input(seen(P: case, On: date), many, "?").
:- input(sealed(P: case), one, "?").
"""
NEGATED = (
    HEAD
    + FLAGS
    + r"""
:- criterion(free/2, 'A', "free {Colour}").
:- criterion(none/1, 'A', "none").
:- criterion(two/1, 'A', "two").
:- advisory(warned/2, 'A', "warned {Colour}").
:- grant(given/2, 'A', "{Colour} given").
other(red, green).
other(green, red).
free(P, Colour) :- liked(P, Colour), \+ banned(P, Colour).
none(P) :- case(P), \+ banned(P, _).
two(P) :- case(P), two_of(signed(P), banned(P, red), liked(P, green)).
two(P) :- case(P), \+ (liked(P, Colour), other(Colour, Next), banned(P, Next)), signed(P).
warned(P, Colour) :- liked(P, Other), other(Other, Colour), banned(P, Colour).
given(P, Colour) :- ok(P), liked(P, Colour).
ok(P) :- free(P, _), two(P).
ok(P) :- none(P), liked(P, red).
"""
)
COUNTED = (
    HEAD
    + SEEN
    + r"""
:- criterion(twice/1, 'A', "twice").
:- criterion(late/2, 'A', "late {On}").
:- criterion(rarely/1, 'A', "rarely").
limit('2024-01-01').
twice(P) :- case(P), at_least(2, On, (seen(P, On), limit(Day), On >= Day)).
late(P, On) :- seen(P, On), asked_on(P, Today), On > Today.
rarely(P) :- case(P), \+ at_least(2, On, seen(P, On)), \+ sealed(P).
ok(P) :- twice(P), sealed(P).
ok(P) :- rarely(P), \+ late(P, _).
"""
)
DOCUMENTED = (
    HEAD
    + SEEN.replace('"?")', '"?", [document])')
    + r"""
:- criterion(first/2, 'A', "first {On}").
:- criterion(any/1, 'A', "any").
:- advisory(more/1, 'A', "more").
first(P, On) :- seen(P, On), \+ (seen(P, Other), Other < On).
any(P) :- seen(P, _), \+ sealed(P).
more(P) :- seen(P, One), seen(P, Other), One \= Other.
ok(P) :- any(P), first(P, '2024-01-01').
"""
)
READ = (
    HEAD
    + r"""
:- input(age(P: case, Number: integer), one, "?").
:- input(dose(P: case, Amount: decimal), one, "?").
:- reading(way, strict, [loose], "?").
:- reading(unit, ten, [one], "?").
:- criterion(old/1, 'A', "old").
:- criterion(enough/2, 'A', "{Amount}").
:- criterion(adult/1, 'A', "an age as such").
threshold(10, 10).
threshold(1, 1).
adult(Number) :- least(Number), Number > 17.
least(18).
least(17).
old(P) :- reading(way, strict), age(P, Number), adult(Number).
old(P) :- reading(way, loose), age(P, Number), least(Number).
least_dose(Most) :- reading(unit, ten), threshold(10, Most).
least_dose(Most) :- reading(unit, one), threshold(1, Most).
enough(P, Amount) :- dose(P, Amount), least_dose(Most), Amount >= Most, Amount < 10.25.
ok(P) :- old(P), enough(P, _).
"""
)
JOINED = (
    HEAD
    + r"""
:- type(colour, [red, green]).
:- input(bead(P: case, Colour: colour, Size: integer), many, "?").
:- input(liked(P: case, Colour: colour), one, "?").
:- criterion(match/2, 'A', "{Colour}").
:- criterion(apart/1, 'A', "apart").
:- criterion(alone/2, 'A', "{Size}").
match(P, Colour) :- bead(P, Colour, Size), liked(P, Colour), Size > 1.
apart(P) :- bead(P, red, One), bead(P, green, Other), One \= Other.
alone(P, Size) :- bead(P, Colour, Size), \+ liked(P, Colour).
ok(P) :- match(P, _), \+ apart(P).
ok(P) :- alone(P, 2).
"""
)
# What is told apart only where a value is not known.
VAGUE = (
    HEAD
    + r"""
:- input(seen(P: case, On: date), many, "?").
:- criterion(itself/2, 'A', "{On}").
:- criterion(pair/3, 'A', "{On} {Other}").
itself(P, On) :- seen(P, On), days_between(On, On, Days), Days < 1.
pair(P, On, Other) :- seen(P, On), seen(P, Other), On =< Other.
ok(P) :- itself(P, _), asked_on(P, Day), pair(P, Day, _).
"""
)
TINY = {
    "negated": NEGATED,
    "counted": COUNTED,
    "documented": DOCUMENTED,
    "read": READ,
    "joined": JOINED,
    "vague": VAGUE,
}
NUMBERS = {
    "read": {
        "integer": (16, 17, 18, 19),
        "decimal": tuple(map(Decimal, ("0.99", "1", "9.99", "10", "10.24", "10.25", "10.26"))),
    }
}
DATES = (date(2023, 12, 31), date(2024, 1, 1), date(2024, 1, 2), date(2026, 1, 1))

Goals: TypeAlias = Mapping[Predicate, Mapping[tuple[Term, ...], Status]]


@cache
def tiny(name: str) -> Policy:
    return build_policy(TINY[name].encode(), f"{name}.pl")


def values(base: OpenPolicy, kind: str, usual: set[Constant], numbers: Sequence[object]) -> list[Constant | None]:
    """The values of a type that can make a difference, and those of the usual cases."""
    if kind == "date":
        found = [Constant("date", day) for day in DATES]
    elif kind in base.free.types:
        found = [Constant("atom", each) for each in base.free.types[kind]]
    else:
        found = [Constant("number", each) for each in numbers]  # type: ignore[arg-type]
    return [None, *dict.fromkeys((*found, *usual))]


def choices(
    base: OpenPolicy, slot: Slot, usual: Mapping[str, set[Constant]], numbers: Mapping[str, Sequence[object]]
) -> list[Held]:
    """All that a slot can hold and that can make a difference."""
    if slot.there is None:
        return [None, True] if slot.truth is True else [None, True, False]
    fields = [
        values(base, each.type, usual.get(each.type, set()), numbers.get(each.type, (0, 1, 2, 3)))
        for each in slot.declared.fields
    ]
    attested = (False, True) if slot.attested is not False else (False,)
    rows = [Stated(each, word) for each in product(*fields) for word in attested]
    return [None, *(each for each in rows if slot.number is not None or any(each.fields))]


def contents_of(
    base: OpenPolicy, inputs: Sequence[str], numbers: Mapping[str, Sequence[object]], others: Sequence[Contents] = ()
) -> Iterator[Contents]:
    """Every case of these inputs, all others silent, as what the slots hold; with the values that other cases have."""
    found = []
    usual: dict[str, set[Constant]] = {}
    for name in inputs:
        for each, slot in product((*base.search.usual, *others), base.free.slots[name]):
            row = each.get(slot.name)
            fields = row.fields if isinstance(row, Stated) else ()
            for argument, term in zip(slot.declared.fields, fields, strict=False):
                if term is not None:
                    usual.setdefault(argument.type, set()).add(term)
    for name in inputs:
        slots = base.free.slots[name]
        solver = z3.SimpleSolver()
        solver.add(*base.free.conditions[name], *uncounted(base.free.seldom[name]))
        mine = []
        for chosen in product(*(choices(base, slot, usual, numbers) for slot in slots)):
            held = [slot.holds(each, base.free.coding) for slot, each in zip(slots, chosen, strict=True)]
            if solver.check(*held) == z3.sat:
                mine.append({slot.name: each for slot, each in zip(slots, chosen, strict=True)})
        found.append(mine)
    silent = base.free.silent()
    for parts in product(*found):
        whole = dict(silent)
        for part in parts:
            whole |= part
        yield whole


def goals(policy: Policy, text: str, readings: Mapping[str, str]) -> Answers:
    """What the deciding engine decides of a case file."""
    return decide(policy, read_back(policy, text), readings).answers


def told_apart(predicate: Predicate, grant: bool, *answers: Answers) -> bool:
    """Whether a suite sees a goal decided otherwise: what is not stated stands as any value; of a grant only `met`."""
    first, second = answers
    for row in {*first.of(predicate), *second.of(predicate)}:
        goal = Atom(predicate.name, tuple(Variable("_") if isinstance(each, Unknown) else each for each in row))
        statuses = first.status(goal), second.status(goal)
        if statuses[0] is not statuses[1] and (not grant or Status.MET in statuses):
            return True
    return False


def departures(base: OpenPolicy, held: Contents, inputs: Sequence[str]) -> int:
    """In how many slots of these inputs a case departs from the nearest usual one; the request's date counts more."""
    slots = [slot for name in inputs for slot in base.free.slots[name]]
    steady = base.search.steady
    return min(
        sum((STEADY if slot.declared.name in steady else 1) for slot in slots if held[slot.name] != each[slot.name])
        for each in base.search.usual
    )


def file_of(base: OpenPolicy, held: Contents) -> str:
    return text_of(base.policy, base.free, held)
