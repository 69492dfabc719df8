"""An open case stands for case files: whatever its slots hold can be written down, and means what they say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import product
from random import Random

import pytest
import z3

from kb.calendar import between
from kb.case import Case
from kb.compare import ORDERINGS
from kb.decide import decide
from kb.policy import SHIPPED, Policy, build_policy, load_policy
from kb.read_case import read_case
from kb.regression.open_policy import OpenPolicy
from kb.solving.bounds import FIRST_YEAR, LAST_YEAR
from kb.solving.coding import Coding, nearly
from kb.solving.free import Held
from kb.solving.values import Months, Value, months_of
from tests.oracle.random_cases import as_yaml
from tests.sampling import tries
from tests.solving.opened import (
    chosen_in,
    contents,
    decided,
    held_by,
    models,
    rows_by_engine,
    rows_by_formulas,
    said_by_case,
    said_by_slots,
    settled,
    text_of,
    uncounted,
    within,
)
from tests.support import HEADER
from tests.test_oracle import EVERY_FORM, trials_of

POLICIES = [*sorted(SHIPPED.glob("*.pl")), EVERY_FORM]
MODELS = 3
TRIALS = tries(80, 24)


@pytest.fixture(scope="module", params=POLICIES, ids=lambda path: path.stem)
def policy(request: pytest.FixtureRequest) -> Policy:
    """A policy with all its forms."""
    return load_policy(request.param)


# Every kind of input, with names and constants that could be taken for something else.
ODD = (
    HEADER
    + r"""
:- type(odd, ['true', 'null', 'no', '12', 'two words', 'a: b', '"x"', unknown]).
:- type(single, [only]).
:- input(note(P: case, Words: text), many, "?", [document]).
:- input(exam(P: case, Origin: text, Date: date), many, "?", [document]).
:- input(scan(P: case, Date: date, Score: decimal), many, "?", [document]).
:- input(mark(P: case, Source: single, Value: odd), many, "?", [document]).
:- input(list(P: case, Item: odd), many, "?").
:- input(list1(P: case, Item: odd), one, "?").
:- input(list2(P: case, Item: odd, Day: date), one, "?").
:- input(site(P: case, Place: odd, Since: date), one, "?", [document]).
:- input(flag(P: case, Item: odd), flags, "?", [document]).
:- input(sure(P: case), one, "?", [document]).
:- criterion(said/2, 'A', "{Words}").
:- criterion(met_twice/2, 'A', "{Item}").
:- criterion(alone/2, 'A', "{Item}").
:- criterion(scanned/2, 'A', "{Score}").
:- criterion(flagged/2, 'A', "{Item}").
:- criterion(two_items/1, 'A', "two").
:- criterion(tied/1, 'A', "tied").
said(P, Words) :- note(P, Words), Words \= "a \"quoted\" text".
said(P, Words) :- note(P, Words), exam(P, Words, _).
met_twice(P, Item) :- list(P, Item), list1(P, Item), mark(P, _, Item).
alone(P, Item) :- list(P, Item), list1(P, Item), \+ site(P, Item, _).
alone(P, Item) :- mark(P, only, Item), \+ (list(P, Item), list1(P, Item)).
scanned(P, Score) :- scan(P, Date, Score), \+ (scan(P, Date, Other), Other > Score), exam(P, _, Date).
two_items(P) :- list(P, One), list(P, Other), One \= Other.
tied(P) :- list(P, Item), list2(P, Item, _), \+ list2(P, Item, _).
flagged(P, Item) :- flag(P, Item), sure(P).
eligible(P) :- requested_on(P, _), said(P, "~"), alone(P, _), scanned(P, 3.55), \+ note(P, "text 1"), note(P, "  ").
"""
)


def odd_policy() -> Policy:
    return build_policy(ODD.encode(), "odd.pl")


def random_readings(policy: Policy, random: Random) -> Mapping[str, str]:
    return {name: random.choice(each.values) for name, each in policy.vocabulary.readings.items()}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("open_readings", [False, True])
def test_a_model_is_a_case_file_that_is_decided_as_the_formulas_say(
    policy: Policy, seed: int, open_readings: bool
) -> None:
    """The case file of a model states what the slots hold, and every goal has the status that the formulas have."""
    random = Random(f"{policy.vocabulary.header.name} {seed} {open_readings}")
    base = OpenPolicy(policy, random_readings(policy, random))
    if open_readings:
        base = base.any_reading
    for model in models(base.free, random, MODELS):
        held = contents(base.free, model)
        text = text_of(policy, base.free, held)
        decision = decided(policy, text, chosen_in(base, held))
        for name, declared in base.inputs.items():
            assert said_by_case(declared, decision.case) == said_by_slots(declared, base.free.slots[name], held), text
        for predicate in policy.vocabulary.criteria:
            expected = rows_by_engine(base.formulas, predicate, decision.answers, decision.case)
            assert rows_by_formulas(base.formulas, predicate, model) == expected, f"{predicate}\n{text}"


def slots_of(base: OpenPolicy, case: Case) -> dict[str, Held] | None:
    """What the slots of the open case would hold for a case; ``None`` where it does not lie within the bounds."""
    found: dict[str, Held] = {}
    for name, declared in base.inputs.items():
        held = held_by(declared, base.free.slots[name], case, base.free)
        if held is None or not within(base.free, held.values()):
            return None
        found |= held
    return found


@pytest.mark.parametrize("seed", range(2))
def test_a_case_within_the_bounds_is_a_model(policy: Policy, seed: int) -> None:
    """What a case file says, in whatever form, the slots can hold; and every goal then has the status it has."""
    bases: dict[str, OpenPolicy] = {}
    seen = 0
    for trial in trials_of(policy, 100 + seed, TRIALS):
        if (chosen := repr(trial.readings)) not in bases:
            bases[chosen] = OpenPolicy(policy, trial.readings)
        base = bases[chosen]
        case = read_case(as_yaml(trial.record), "case.yaml", policy.vocabulary)
        held = slots_of(base, case)
        if held is None:
            continue
        seen += 1
        model = model_of(base, held)
        assert model is not None, as_yaml(trial.record)
        answers = decide(policy, case, trial.readings).answers
        for predicate in policy.vocabulary.criteria:
            expected = rows_by_engine(base.formulas, predicate, answers, case)
            assert rows_by_formulas(base.formulas, predicate, model) == expected, (
                f"{predicate}\n{as_yaml(trial.record)}"
            )
    assert seen > 4


def model_of(base: OpenPolicy, held: Mapping[str, Held]) -> z3.ModelRef | None:
    """The model in which every slot holds this, if there is one."""
    solver = z3.SimpleSolver()
    for name in base.inputs:
        solver.add(*base.free.conditions[name], *uncounted(base.free.seldom[name]))
        solver.add(*(slot.holds(held[slot.name], base.free.coding) for slot in base.free.slots[name]))
    if solver.check() == z3.unsat:
        return None
    slots = (slot for each in base.free.slots.values() for slot in each)
    solver.add(*settled(solver.model(), (value for slot in slots for value in slot.values)))
    assert solver.check() == z3.sat
    return solver.model()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seed", range(4))
def test_an_odd_vocabulary_stands_for_its_case_files(seed: int) -> None:
    """Whatever its words and names are, a model is a case file that says what the slots hold, and is decided so."""
    policy, random = odd_policy(), Random(seed)
    base = OpenPolicy(policy)
    for model in models(base.free, random, 40):
        held = contents(base.free, model)
        text = text_of(policy, base.free, held)
        decision = decided(policy, text, {})
        for name, declared in base.inputs.items():
            assert said_by_case(declared, decision.case) == said_by_slots(declared, base.free.slots[name], held), text
        for predicate in policy.vocabulary.criteria:
            expected = rows_by_engine(base.formulas, predicate, decision.answers, decision.case)
            assert rows_by_formulas(base.formulas, predicate, model) == expected, f"{predicate}\n{text}"


@pytest.mark.parametrize(
    "text",
    [
        "scan: [{date: 2024-01-01, score: 1, origin: attestation}, {date: 2024-01-01, score: 1}]",
        "scan: [{date: {value: 2024-01-01, origin: attestation}, score: 1}]",
        "scan: {rows: [{date: 2024-01-01, score: 1}], origin: attestation}",
        "scan: {rows: [{date: 2024-01-01, score: 1, origin: document}], origin: attestation}",
        "scan: {rows: [], origin: attestation}",
        "scan: {rows: ~, origin: attestation}",
        "scan: []",
        "scan: [{date: {value: ~}}]",
        "scan: [{date: {value: ~}, origin: attestation}]",
        "scan: [{score: {evidence: [1, 2]}}, {score: {evidence: [1, 2]}}]",
        "scan: [{score: {evidence: [1, 2]}, origin: attestation}]",
        "scan: [{score: {evidence: [{value: 1, origin: override}, 2]}}]",
        "scan: [{score: 1}, {score: 1}]",
        "note: [{value: ~}, {value: ~, origin: attestation}]",
        'note: {rows: [{value: "~", origin: document}, "text 1"], origin: attestation}',
        "exam: [{date: 2024-01-01}, {origin: {value: text 1, origin: attestation}}]",
        "mark: {rows: [{source: only, origin: document}, {source: only}], origin: attestation}",
        "site: {place: {value: unknown, origin: attestation}, since: 2024-01-01}",
        "site: {place: {evidence: [unknown, {value: two words, origin: override}]}}",
        "site: {since: ~}",
        "flag: {unknown: {value: true, origin: attestation}, two words: {evidence: [true, false]}}",
        "flag: {}",
        "sure: {evidence: [{value: true, origin: attestation}, false]}",
        "sure: ~",
        "list: [{value: ~}]\nlist2: {day: 2024-01-01}",
    ],
)
def test_every_way_to_state_something_is_one_that_slots_can_hold(text: str) -> None:
    """Attested, partial, repeated, contradicted, overridden, not complete: it is held and decided alike."""
    policy = odd_policy()
    base = OpenPolicy(policy)
    case = read_case(f"case: witness\n{text}\n", "case.yaml", policy.vocabulary)
    held = slots_of(base, case)
    assert held is not None
    model = model_of(base, held)
    assert model is not None
    again = read_case(text_of(policy, base.free, contents(base.free, model)), "case.yaml", policy.vocabulary)
    for declared in base.inputs.values():
        assert said_by_case(declared, again) == said_by_case(declared, case)
    answers = decide(policy, case).answers
    for predicate in policy.vocabulary.criteria:
        assert rows_by_formulas(base.formulas, predicate, model) == rows_by_engine(
            base.formulas, predicate, answers, case
        )


def test_a_row_of_which_nothing_is_known_can_be_stated_as_facts() -> None:
    """`unknown` in every argument of a fact is a row as well, documented or attested, in a list that is complete."""
    policy = odd_policy()
    base = OpenPolicy(policy)
    facts = "scan(w, unknown, unknown). evidence(scan(w, unknown, unknown), attestation, 'word')."
    case = read_case(f"case(w). {facts}", "case.pl", policy.vocabulary)
    held = slots_of(base, case)
    assert held is not None
    assert model_of(base, held) is not None


def test_the_bounds_hold_all_that_the_rules_name() -> None:
    """Numbers, places and texts of the rules can be stated, and so can what lies next to them; the words say so."""
    rules = """
:- input(big(P: case, Number: integer), one, "?").
:- input(fine(P: case, Number: decimal), one, "?").
:- input(word(P: case, Words: text), many, "?").
eligible(P) :- requested_on(P, _), big(P, N), N > 250000, fine(P, F), F =< -3.250, word(P, "yes: no").
eligible(P) :- requested_on(P, _), at_least(4, W, word(P, W)).
"""
    base = OpenPolicy(build_policy((HEADER + rules).encode(), "bounds.pl"))
    assert base.bounds.most > 250000
    assert base.bounds.least < -3
    assert base.bounds.places == 3
    assert base.bounds.rows["word"] == 5
    assert len(set(base.free.texts)) == 6
    assert "yes: no" in base.free.texts
    (words,) = (each for each in base.bounds.words(base.inputs) if each.startswith("numbers"))
    assert str(base.bounds.most) in words
    assert str(base.bounds.least) in words
    assert "3 decimal places" in words


def test_no_number_of_an_open_case_is_longer_than_a_case_file_may_have_it() -> None:
    """Where a rule names the longest number there is, witnesses still read back."""
    rules = """
:- input(big(P: case, Number: decimal), one, "?").
:- criterion(huge/1, 'A', "huge").
eligible(P) :- requested_on(P, _), huge(P).
huge(P) :- big(P, N), N >= 999999999999999998, N \\= 0.01.
"""
    policy = build_policy((HEADER + rules).encode(), "long.pl")
    base = OpenPolicy(policy)
    for model in models(base.free, Random(1), 10):
        decided(policy, text_of(policy, base.free, contents(base.free, model)), {})
    assert any("18 digits" in each for each in base.bounds.words(base.inputs))


def test_what_is_told_of_days_and_months_holds_of_every_two_dates() -> None:
    """Were it false of any, cases would be ruled out that there are; leap days and ends of months are among them.

    A comparison of months or years with a number holds of two dates as the calendar says.
    """
    coding = Coding()
    opened = coding.open_date("start"), coding.open_date("end")
    start, end = (each.value for each in opened)
    asked: list[tuple[str, str, int, z3.BoolRef]] = []
    for unit, numbers in (("month", (-13, -12, -1, 0, 1, 2, 12, 13, 48)), ("year", (-2, 0, 1, 17))):
        for number, operator in product(numbers, ORDERINGS):
            status = coding.compare(operator, coding.elapsed(unit, start, end), Value(number))
            asked.append((operator, unit, number, status.must))
    assert not coding.bounds
    coding.elapsed("day", start, end)
    assert coding.counted.keys() == {"start.count", "end.count"}
    near = [nearly(months_of(each), (FIRST_YEAR, LAST_YEAR)) for each in (start, end)]
    told = z3.And(*coding.bounds, *near, *(rare.truth for each in opened for rare in each.seldom))
    assert told.num_args() > 10
    random = Random(3)
    first, last = date(1900, 1, 1).toordinal(), date(2100, 12, 31).toordinal()
    days = [date(year, month, day) for year in (1900, 1999, 2000, 2024) for month, day in ((2, 28), (3, 1), (1, 31))]
    pairs = [(one, other) for one in [*days, date(2000, 2, 29), date(2024, 2, 29)] for other in days]
    for _ in range(300):
        one = random.randint(first, last)
        other = min(last, one + random.randint(0, random.choice((400, 1500, 60000))))
        pairs.append((date.fromordinal(one), date.fromordinal(other)))
    for pair in pairs:
        values = values_of(start, pair[0]) + values_of(end, pair[1])
        assert z3.is_true(z3.simplify(z3.substitute(told, *values))), pair
        for operator, unit, number, truth in asked:
            holds = ORDERINGS[operator](between(unit, *pair), number)
            assert z3.is_true(z3.simplify(z3.substitute(truth, *values))) == holds, (pair, operator, unit, number)


@pytest.mark.parametrize("year", [1900, 1999, 2000, 2023, 2024, 2100])
def test_what_is_told_of_the_days_of_a_year_tells_all_its_dates(year: int) -> None:
    """A date of that year has the count that the calendar gives it and no other; of other years nothing is told."""
    day, _, (_, seldom) = Coding().open_date("day")
    whole = months_of(day)
    solver = z3.SimpleSolver()
    solver.add(whole.month == 12 * year + 6)
    assert solver.check() == z3.sat
    piece = seldom.piece(solver.model())
    for place in range(0, 366, 5):
        held = date.fromordinal(date(year, 1, 1).toordinal() + place)
        for truth in (piece, seldom.truth):
            assert z3.is_true(z3.simplify(z3.substitute(truth, *values_of(day, held))))
            off = [*values_of(day, held)[:2], (whole.count, z3.IntVal(held.toordinal() + 1))]
            assert z3.is_true(z3.simplify(z3.substitute(truth, *off))) == (truth is piece and held.year != year)


def values_of(value: Value, day: date) -> list[tuple[z3.ArithRef, z3.ArithRef]]:
    """What the variables of an open date are on a day."""
    numbers = 12 * day.year + day.month - 1, day.day - 1, day.toordinal()
    return [(each, z3.IntVal(number)) for each, number in zip(parts(months_of(value)), numbers, strict=True)]


def parts(months: Months) -> tuple[z3.ArithRef, z3.ArithRef, z3.ArithRef]:
    """The variables of an open date."""
    return months.month, months.day, months.count
