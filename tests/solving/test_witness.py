"""The smallest witness: as few departures as can be, the values near to the usual ones, and nothing else touched."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import z3

from kb.policy import build_policy
from kb.regression.open_policy import OpenPolicy
from kb.solving.free import Stated
from kb.solving.solver import GaveUp
from kb.solving.values import Truth, conj, disj, lifted, neg
from kb.solving.witness import Witness, WitnessSearch
from kb.syntax import Constant, Predicate
from tests.support import HEADER

RULES = """
:- type(level, [low, middle, high]).
:- input(size(P: case, Number: integer), one, "?").
:- input(dose(P: case, Amount: decimal), one, "?").
:- input(seen(P: case, Level: level, Day: date), many, "?", [document]).
:- input(flag(P: case, Item: level), flags, "?").
:- input(sure(P: case), one, "?").
:- criterion(big/1, 'A', "big").
big(P) :- size(P, N), N >= 100.
big(P) :- seen(P, high, _), flag(P, low), flag(P, high).
eligible(P) :- requested_on(P, _), dose(P, A), A < 10, size(P, N), N < 50, sure(P).
"""
EVERYTHING = ("requested_on", "size", "dose", "seen", "flag", "sure")


def base_of(rules: str = RULES) -> OpenPolicy:
    return OpenPolicy(build_policy((HEADER + rules).encode(), "p.pl"))


def status(base: OpenPolicy, name: str) -> Truth:
    return base.formulas.status(Predicate(name, 1)).must


def found(base: OpenPolicy, formula: Truth, *names: str) -> Witness:
    witness = base.search.smallest(formula, names or EVERYTHING)
    assert witness is not None
    return witness


def close_by(base: OpenPolicy, formula: Truth, *names: str) -> Witness | None:
    """The witness that departs in one slot of these inputs at most."""
    questions = base.search.close_by(formula, names)
    near = (found for number in range(2) for each in questions if (found := each.near(number)) is not None)
    found = next(near, None)
    return base.search.settled(found) if found is not None else None


def test_one_departure_is_fewer_than_three() -> None:
    """Of two ways to meet a goal the one that departs in fewest slots is taken, and goes only as far as it must."""
    base = base_of()
    witness = found(base, status(base, "big"))
    assert [each.slot.name for each in witness.departures] == ["size"]
    assert witness.departures[0].held == Stated((Constant("number", 100),))


def test_a_witness_close_by_departs_in_one_slot_of_the_named_inputs() -> None:
    """It is the one that a search among all inputs finds; where that takes more slots, or others, there is none."""
    base = base_of()
    formula = status(base, "big")
    close = close_by(base, formula, "size")
    assert close is not None
    assert (close.record, close.departures) == (found(base, formula).record, found(base, formula).departures)
    assert close_by(base, formula, "seen", "flag") is None
    assert close_by(base, formula, "dose") is None


def test_a_witness_close_by_is_as_usual_in_all_else() -> None:
    """What the usual case says of the other inputs holds: another amount than its own is not to be had."""
    base = base_of()
    (usual,) = base.usual
    amount, size = (base.free.slots[name][0] for name in ("dose", "size"))
    as_usual = amount.holds(usual["dose"], base.free.coding)
    assert close_by(base, conj(as_usual, neg(size.there)), "size") is not None
    assert close_by(base, conj(neg(as_usual), neg(size.there)), "size") is None
    nothing = close_by(base, as_usual, "size")
    assert nothing is not None
    assert nothing.departures == ()


def test_what_is_close_by_is_taken_where_nothing_smaller_is_elsewhere() -> None:
    """Two departures of the close inputs are a witness where one departure of the others is none, and only there."""
    base = base_of()
    size, low, high = base.free.slots["size"][0], *(base.free.slots["flag"][at] for at in (0, 2))
    two = conj(low.truth, low.stated, high.truth, high.stated)
    asked: list[bool] = []

    def imaginable() -> bool:
        asked.append(True)
        return False

    found = base.search.smallest(two, EVERYTHING, close=["flag"], imaginable=imaginable)
    assert found is not None
    assert [each.slot.item for each in found.departures] == ["low", "high"]
    either = disj(two, lifted(size.values[0].number) >= 100)
    smaller = base.search.smallest(either, EVERYTHING, close=["flag"], imaginable=imaginable)
    assert smaller is not None
    assert [each.slot.name for each in smaller.departures] == ["size"]
    assert not asked, "what is close by is imaginable"
    assert base.search.smallest(neg(size.there), EVERYTHING, close=["flag"], imaginable=imaginable) is None
    assert asked


def test_a_usual_case_needs_no_departure() -> None:
    """What holds of it is told by the case itself."""
    base = base_of()
    witness = found(base, status(base, "eligible"))
    assert witness.departures == ()
    assert witness.record == witness.usual


def test_a_value_lies_as_near_to_the_usual_one_as_it_can() -> None:
    """By one step of a decimal on the other side of a threshold, by one day for a date."""
    base = base_of()
    (dose,), (seen, *_) = base.free.slots["dose"], [each for each in base.free.slots["seen"] if each.number == 0]
    over = found(base, lifted(dose.values[0].number) > 12)
    assert over.record["dose"] == Decimal("12.1")
    usual = next(iter(base.usual))["requested_on"]
    assert isinstance(usual, Stated)
    (asked,) = base.free.slots["requested_on"]
    day = usual.fields[0]
    assert day is not None
    later = found(base, lifted(asked.values[0].number) > base.free.coding.number(day))
    assert isinstance(later.record["requested_on"], date)
    assert isinstance(day.value, date)
    assert (later.record["requested_on"] - day.value).days == 1
    assert seen.declared.name == "seen"


def test_the_date_of_the_request_stays_where_another_input_can_move() -> None:
    """It counts for three departures, so two others are taken before it."""
    base = base_of()
    (asked,), (size,), (dose,) = (base.free.slots[each] for each in ("requested_on", "size", "dose"))
    late = base.free.coding.number(Constant("date", date(2090, 1, 1)))
    moved = z3.Or(
        lifted(asked.values[0].number) > late,
        z3.And(lifted(size.values[0].number) == 7, lifted(dose.values[0].number) == 5),
    )
    assert {each.slot.name for each in found(base, moved).departures} == {"size", "dose"}


def test_no_witness_where_nothing_holds() -> None:
    """Not for what is false outright, nor for what no model has, nor for what the conditions forbid."""
    base = base_of()
    (size,) = base.free.slots["size"]
    assert base.search.smallest(False, EVERYTHING) is None
    assert base.search.smallest(lifted(size.values[0].number) > base.free.bounds.most, ["size"]) is None
    assert not base.search.possible(lifted(size.values[0].number) < 0, ["size"])
    assert base.search.smallest(True, []) is not None


def test_inputs_that_a_formula_is_not_about_stay_usual() -> None:
    """Only slots of the inputs that are named may depart."""
    base = base_of()
    silent = neg(base.free.slots["sure"][0].stated)
    witness = found(base, silent, "sure")
    assert {each.slot.declared.name for each in witness.departures} == {"sure"}
    assert {key: value for key, value in witness.record.items() if key != "sure"} == {
        key: value for key, value in witness.usual.items() if key != "sure"
    }


def test_names_that_begin_alike_are_slots_of_their_own() -> None:
    """A row of a list and an input of the name with its number are not taken for one another."""
    rules = """
:- input(list(P: case, Number: integer), many, "?").
:- input(list1(P: case, Number: integer), one, "?").
:- input(list0(P: case), one, "?").
eligible(P) :- requested_on(P, _), list(P, 3), list1(P, 5), list0(P).
"""
    base = base_of(rules)
    names = [slot.name for slots in base.free.slots.values() for slot in slots]
    assert len(names) == len(set(names))
    (contents,) = base.usual
    assert contents["list1"] == Stated((Constant("number", 5),))
    given = base.free.slots["list1"][0]
    witness = found(base, lifted(given.values[0].number) == 9, "list", "list1", "list0")
    assert [each.slot.name for each in witness.departures] == ["list1"]
    assert witness.record["list"] == [3]


def test_giving_up_is_said() -> None:
    """Where z3 does not know, there is neither a witness nor a claim that there is none."""
    base = base_of()
    search = WitnessSearch(base.free, base.usual)
    x, y, z = z3.Ints("x y z")
    hard = z3.And(x * x * x + y * y * y + z * z * z == 114, x > 10**6, y < -(10**6), base.free.slots["sure"][0].stated)
    with pytest.raises(GaveUp):
        search.near(hard, ["sure"], 50)


@pytest.mark.parametrize(
    ("after", "before", "day"),
    [
        ("2024-02-28", "2024-03-01", date(2024, 2, 29)),
        ("2023-02-28", "2023-03-01", None),
        ("2023-02-27", "2023-03-01", date(2023, 2, 28)),
        ("2024-04-30", "2024-05-01", None),
        ("2100-02-28", "2100-03-01", None),
        ("2023-12-31", "2024-01-01", None),
        ("2023-12-30", "2024-01-01", date(2023, 12, 31)),
    ],
)
def test_no_witness_is_of_a_day_that_does_not_exist(after: str, before: str, day: date | None) -> None:
    """Between the last day of a month and the first of the next there is none, however the witness is settled."""
    base = base_of(RULES + f"between(P) :- seen(P, _, Day), Day > '{after}', Day < '{before}'.\n")
    formula = status(base, "between")
    witness = base.search.smallest(formula, EVERYTHING)
    near = close_by(base, formula, "seen")
    if day is None:
        assert witness is None
        assert near is None
        assert not base.search.possible(formula, EVERYTHING)
        return
    for each in (witness, near):
        assert each is not None
        held = [one.held for one in each.departures if isinstance(one.held, Stated)]
        assert [one.fields[1] for one in held] == [Constant("date", day)]
