"""Cohorts made up of a policy: the same for the same seed, and with everything in them that decides."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest

from kb.cohort.bases import bases
from kb.cohort.columns import Rows, Struct, columns
from kb.cohort.connection import connection
from kb.cohort.synthetic import synthetic, thresholds
from kb.policy import build_policy, load_policy
from tests.kb.cohort.cohort_files import rows_of

LEMTRADA = load_policy("lemtrada")
SMALL = build_policy(
    b"""
:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(asked), section('A', "All")]).
:- type(drug, ['it''s': "odd", rebif]).
:- input(asked(P: case, Day: date), one, "When?").
:- input(note(P: case, Words: text, Score: decimal), one, "What?").
:- input(tried(P: case, Drug: drug, Day: date), many, "Which?", [document]).
:- criterion(eligible/1, 'A', "eligible").
eligible(P) :- note(P, Words, Score), Score >= 3.5, Words \\= "x", tried(P, Drug, Day), Drug = rebif,
    asked(P, Asked), months_between(Day, Asked, N), N >= 6.
""",
    "small.pl",
)


def made(first: int, last: int, seed: str = "1", policy: Any = LEMTRADA) -> list[dict[str, Any]]:
    """The members of these numbers."""
    with connection([]) as engine:
        return rows_of(engine.execute(synthetic(policy, seed, first, last, bases(policy))))


@pytest.fixture(scope="module")
def cohort() -> list[dict[str, Any]]:
    """Some hundred members of the shipped policy."""
    return made(0, 400)


def test_a_member_depends_on_the_seed_and_its_number_alone(cohort: list[dict[str, Any]]) -> None:
    """Made in pieces, or fewer of them, it is the same member; another seed makes another."""
    assert made(100, 110) + made(110, 130) == cohort[100:130]
    assert made(0, 10, "2") != cohort[:10]
    assert len({each["case"] for each in cohort}) == len(cohort)


def test_what_a_seed_makes_follows_from_a_digest(cohort: list[dict[str, Any]]) -> None:
    """Worked out again without the engine: a cohort that is named by its seed is the same after an upgrade."""
    prime = 2**31 - 1

    def draw(number: int, what: str) -> int:
        digest = hashlib.md5(f"1 {number}".encode(), usedforsecurity=False).digest()
        x = int.from_bytes(hashlib.sha256(what.encode()).digest()[:4]) % 2**30
        value = 0
        for part in (int.from_bytes(digest[8:], "little"), int.from_bytes(digest[:8], "little")):
            value = (value * x + (part & prime)) % prime
            value = (value * x + (part >> 32 & prime)) % prime
        return value

    for number, member in enumerate(cohort[:50]):
        day = date(2024, 1, 1) + timedelta(days=draw(number, "request") % 730)
        if member["requested_on"] is not None and draw(number, "month end") >= round(0.05 * prime):
            assert member["requested_on"] == day


def test_every_input_is_documented_for_some_and_silent_for_others(cohort: list[dict[str, Any]]) -> None:
    """And so are the fields of rows; a list is empty for some, and attested for some."""
    for column in columns(LEMTRADA.vocabulary):
        if not column.required or column.input is None:
            continue
        values = [member[column.name] for member in cohort]
        assert None in values, column.name
        assert any(value is not None for value in values), column.name
        if isinstance(column.type, Rows):
            assert [] in values, column.name
            assert any(len(value or ()) > 1 for value in values), column.name
        if isinstance(column.type, Struct):
            flags = [value for each in values if each for value in each.values()]
            assert {True, False, None} <= set(flags), column.name
    assert any(row["end"] is None for member in cohort for row in member["treatment"] or ())
    assert any(member["relapse__attested"] for member in cohort)


def test_numbers_and_dates_lie_about_the_thresholds_of_the_policy() -> None:
    """At each threshold itself, and just beside it."""
    assert set(thresholds(SMALL.program)) >= {6}
    members = made(0, 600, policy=SMALL)
    gaps = {
        (member["asked"] - row["day"]).days
        for member in members
        for row in member["tried"] or ()
        if member["asked"] and row["day"]
    }
    assert {181, 182, 183, 184} & gaps
    assert {5, 6, 7} <= gaps
    scores = {float(member["note"]["score"]) for member in members if member["note"] and member["note"]["score"]}
    assert 3.5 in scores
    assert {3.4, 3.6} <= scores


def test_a_policy_without_shipped_cases_has_a_cohort_too() -> None:
    """Whatever its values are called."""
    members = made(0, 60, policy=SMALL)
    assert {row["drug"] for member in members for row in member["tried"] or ()} == {"it's", "rebif"}
    assert all(member["asked"] is None or member["asked"] >= date(2024, 1, 1) for member in members)


def test_members_take_after_the_shipped_cases(cohort: list[dict[str, Any]]) -> None:
    """Their dates moved with that of the request."""
    (approval, *_) = bases(LEMTRADA)
    shift = {start["start"] - approval["requested_on"] for start in approval["treatment"][:1]}
    like = [
        member
        for member in cohort
        if member["requested_on"]
        and member["treatment"]
        and member["treatment"][0]["start"]
        and member["treatment"][0]["start"] - member["requested_on"] in shift
    ]
    assert len(like) > 20


def test_a_seed_is_a_text_and_nothing_else() -> None:
    """Quotes in it end no text."""
    assert len(made(0, 3, "' || (SELECT 1/0) || '")) == 3
