"""What is found by solving is what counting finds: over tiny policies of which every case can be decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from random import Random

import pytest

from kb.answers import Answers, Status
from kb.policy import Policy, build_policy
from kb.regression.comparison import Comparison
from kb.regression.kill import Kill, Killer, above
from kb.regression.mutants import Mutant, mutants
from kb.regression.open_policy import OpenPolicy
from kb.solving.usual import Contents
from kb.solving.witness import Departure
from kb.syntax import Atom, Predicate
from tests.editions import edited
from tests.solving.enumerated import (
    NUMBERS,
    TINY,
    contents_of,
    departures,
    file_of,
    goals,
    tiny,
    told_apart,
)

EVERY_OPERATOR = ("constant-replaced",)


@cache
def killer(name: str) -> Killer:
    return Killer(tiny(name))


@cache
def mutants_of(name: str) -> dict[str, Mutant]:
    policy = tiny(name)
    return {each.id: each for each in [*mutants(policy), *mutants(policy, EVERY_OPERATOR)]}


@cache
def cases(name: str, inputs: frozenset[str]) -> list[tuple[Contents, str]]:
    """Every case of these inputs, as contents and as a file."""
    base = killer(name).base
    ordered = [each for each in base.inputs if each in inputs]
    return [(each, file_of(base, each)) for each in contents_of(base, ordered, NUMBERS.get(name, {}))]


@cache
def before(name: str, text: str, readings: tuple[tuple[str, str], ...]) -> Answers:
    return goals(tiny(name), text, dict(readings))


def fewest(name: str, mutant: Mutant, comparison: Comparison, goal: Predicate, others: Mapping[str, str]) -> int | None:
    """The fewest departures with which a case tells a mutant from the policy in a goal, found by counting."""
    inputs = [each for each in comparison.free.inputs if each in comparison.inputs(goal)]
    base = killer(name).base
    found = None
    for held, text in cases(name, frozenset(inputs)):
        number = departures(base, held, inputs)
        if found is not None and number >= found:
            continue
        if told_apart(
            goal,
            comparison.granted(goal),
            before(name, text, tuple(others.items())),
            goals(mutant.policy, text, others),
        ):
            found = number
    return found


def cost(name: str, kill: Kill) -> int:
    return cost_of(killer(name).base, kill.departures)


def cost_of(base: OpenPolicy, found: Sequence[Departure]) -> int:
    steady = base.search.steady
    return sum(3 if each.slot.declared.name in steady else 1 for each in found)


@pytest.mark.parametrize("name", TINY)
def test_a_mutant_is_killed_by_a_smallest_case_or_by_none(name: str) -> None:
    """The first goal that some case tells apart is the one that is found, by as few departures as there can be."""
    equivalent = 0
    for mutant in mutants_of(name).values():
        kill = killer(name).kill(mutant)
        comparison = Comparison(killer(name).base, mutant.policy)
        for goal in above(comparison, mutant.predicate):
            number = fewest(name, mutant, comparison, goal, {})
            if number is not None:
                assert kill is not None, f"{mutant.id} is not equivalent: {mutant.was} -> {mutant.becomes}: {goal}"
                assert not kill.readings, mutant.id
                assert (kill.goal.predicate, cost(name, kill)) == (goal, number), mutant.id
                break
        else:
            assert kill is None or kill.readings, f"{mutant.id} cannot be told apart: {mutant.was} -> {mutant.becomes}"
            equivalent += kill is None
            if kill is None:
                held_under_all_readings(name, mutant, comparison)
    assert equivalent < len(mutants_of(name))


def held_under_all_readings(name: str, mutant: Mutant, comparison: Comparison) -> None:
    """An equivalent mutant decides every case as before, whatever the readings; grants are not asked about."""
    readings = tiny(name).vocabulary.readings
    for values in product(*(each.values for each in readings.values())):
        others = dict(zip(readings, values, strict=True))
        if values != tuple(each.default for each in readings.values()):
            for goal in above(comparison, mutant.predicate):
                if not comparison.granted(goal):
                    assert fewest(name, mutant, comparison, goal, others) is None, (mutant.id, goal, others)


# Editions: what changes in the text of a tiny policy.
EDITIONS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "an enumeration that grew": ("negated", (("[red, green]", "[red, green, blue]"),)),
    "an enumeration that shrank": (
        "negated",
        (
            ("[red, green]", "[red]"), ("other(red, green).\nother(green, red).", "other(red, red)."),
            (", liked(P, green))", ", liked(P, red))"),
        ),
    ),
    "an input that the new edition alone has": (
        "negated",
        ((":- input(signed", ':- input(known(P: case), one, "?").\n:- input(signed'), ("signed(P).", "known(P).")),
    ),
    "an input that the old edition alone has": (
        "negated",
        ((':- input(signed(P: case), one, "?").\n', ""), ("signed(P), ", ""), (", signed(P).", ".")),
    ),
    "an input given differently": ("negated", (("Colour: colour), one", "Colour: colour), many"),)),
    "an input that is defined": (
        "negated",
        ((':- input(signed(P: case), one, "?").\n', ""), ("other(red,", "signed(P) :- case(P).\nother(red,")),
    ),
    "a criterion of one edition alone": (
        "negated",
        ((':- criterion(none/1, \'A\', "none").\n', ""), ("\\+ banned(P, _).", "\\+ banned(P, red).")),
    ),
    "another root": (
        "negated",
        (
            ("root(ok)", "root(fine)"), ("criterion(ok/1", "criterion(fine/1"), ("ok(P) :-", "fine(P) :-"),
            ("ok(P), liked", "fine(P), liked"),
        ),
    ),
    "a fact of a catalogue": ("counted", (("limit('2024-01-01').", "limit('2023-12-31').\nlimit('2024-01-02')."),)),
    "documents asked for": ("counted", (('many, "?").', 'many, "?", [document]).'),)),
    "other readings": ("read", (("reading(way, strict, [loose]", "reading(way, loose, [strict]"),)),
    "a reading gone": (
        "read",
        (
            (':- reading(way, strict, [loose], "?").\n', ""), ("reading(way, strict), ", ""),
            ("reading(way, loose), ", ""),
        ),
    ),
}  # fmt: skip


def editions(name: str) -> tuple[str, Policy, Policy]:
    tiny_name, changes = EDITIONS[name]
    return tiny_name, tiny(tiny_name), build_policy(edited(TINY[tiny_name], *changes).encode(), "new.pl")


def held_against_counting(name: str, old: Policy, new: Policy) -> int:
    """Every way in which a goal turns is found, by as few departures as there can be, and no other; how many."""
    base = OpenPolicy(old, others=[new])
    comparison = Comparison(base, new)
    found = 0
    for predicate in dict.fromkeys([comparison.root, *comparison.criteria()]):
        solved, others = {}, []
        for each in comparison.shift(predicate).transitions:
            witness = comparison.smallest(predicate, each.before, each.after)
            assert witness is not None
            assert each.witness is not None
            solved[each.before, each.after] = cost_of(base, witness.departures)
            others.append({departure.slot.name: departure.held for departure in witness.departures})
        inputs = [each for each in base.inputs if each in comparison.inputs(predicate)]
        counted: dict[tuple[Status, Status], int] = {}
        for held in contents_of(base, inputs, NUMBERS.get(name, {}), others):
            text = file_of(base, held)
            answers = goals(old, text, {}), goals(new, text, {})
            number = departures(base, held, inputs)
            for turn in turns(comparison.names(predicate), *answers):
                counted[turn] = min(number, counted.get(turn, number))
        assert solved == counted, predicate
        found += len(solved)
    return found


def turns(names: tuple[Predicate, Predicate], first: Answers, second: Answers) -> set[tuple[Status, Status]]:
    """The ways in which the instances of a goal turn, each by the values that it has."""
    rows = {*first.of(names[0]), *second.of(names[1])}
    found = {(first.status(Atom(names[0].name, row)), second.status(Atom(names[1].name, row))) for row in rows}
    return {each for each in found if each[0] is not each[1]}


@pytest.mark.parametrize("name", EDITIONS)
def test_editions_differ_in_just_the_ways_that_counting_finds(name: str) -> None:
    """Inputs, enumerations, criteria, readings, facts and the root goal may be other ones."""
    found = held_against_counting(*editions(name))
    assert found or name in ("an input given differently", "another root", "documents asked for")


@pytest.mark.parametrize("name", TINY)
def test_random_editions_differ_in_just_the_ways_that_counting_finds(name: str) -> None:
    """Two editions, each with a mistake of its own."""
    number = 1 if name in ("counted", "joined") else 2
    random = Random(name)
    made = list(mutants_of(name).values())
    assert sum(held_against_counting(name, *(each.policy for each in random.sample(made, 2))) for _ in range(number))
