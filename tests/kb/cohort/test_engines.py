"""A cohort is decided as its members are one by one: on shipped cases, random ones, and dates at month ends."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path

import duckdb
import pytest
from sqlglot import exp

from kb.answers import Status
from kb.calendar import between
from kb.cohort.expressions import NO, Between, Column, Compare, Gaps, Literal, Node, node
from kb.cohort.folding import Folding
from kb.cohort.list_writer import ListWriter
from kb.cohort.writer import Writer
from kb.policy import Policy, build_policy, load_policy
from kb.problems import ProblemsError
from kb.read_case import load_case, read_case
from kb.syntax import Constant
from tests.kb.cohort.engines import as_cohort, differences, judge
from tests.oracle.random_cases import as_yaml, random_trials, read_record
from tests.sampling import sample, tries
from tests.test_oracle import EVERY_FORM, POLICIES, shipped

RANDOM_CASES = tries(300, 30)
SMALL = b"""
:- policy(small, [title("Small"), payer("Nobody"), edition('1'), effective('2024-01-01'), root(good),
    request_date(asked_on), section('S', "All")]).
:- type(colour, [red, blue]).
:- input(asked_on(P: case, Date: date), one, "When?").
:- input(bead(P: case, Colour: colour, Found: date), many, "Beads?", [document]).
:- input(lost(P: case, Colour: colour, On: date), many, "Which were lost?").
:- input(liked(P: case, Colour: colour), many, "Which colours?").
:- criterion(good/1, 'S', "good").
:- criterion(stray/1, 'S', "stray").
:- criterion(unseen/1, 'S', "unseen").
:- criterion(strange/1, 'S', "strange").
:- criterion(fresh/1, 'S', "fresh").
:- criterion(old/3, 'S', "old: {Colour}").
stray(P) :- bead(P, Colour, Found), \\+ held(P, Colour, Found).
held(P, Colour, Found) :- bead(P, Colour, Found), liked(P, Colour).
unseen(P) :- bead(P, Colour, Found), lost(P, Colour, Found), \\+ found_on(P, Found).
strange(P) :- bead(P, Colour, Found), lost(P, Colour, Found), \\+ lost_on(P, Found).
found_on(P, Found) :- bead(P, _, Found).
lost_on(P, On) :- lost(P, _, On).
fresh(P) :- bead(P, Colour, Found), \\+ old(P, Colour, Found).
good(P) :- bead(P, Colour, Found), old(P, Colour, Found).
old(P, Colour, Found) :- bead(P, Colour, Found), asked_on(P, Today), months_between(Found, Today, N), N >= 3.
"""


@cache
def small() -> Policy:
    return build_policy(SMALL, "small.pl")


def alternatives(policy: Policy) -> dict[str, str]:
    """The last alternative of every reading."""
    return {name: each.alternatives[-1] for name, each in policy.vocabulary.readings.items() if each.alternatives}


@pytest.mark.parametrize("which", ["default", "alternative"])
def test_every_shipped_case_is_decided_alike(which: str) -> None:
    """Every criterion, advisory and grant of every shipped case, by the default readings and by others."""
    policy = load_policy("lemtrada")
    cases = [load_case(file, policy.vocabulary) for file in sample(shipped(policy), 2)]
    assert len(cases) > tries(100, 50)
    assert not differences(policy, cases, alternatives(policy) if which == "alternative" else {})


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("file", POLICIES, ids=lambda file: file.stem)
def test_random_cases_are_decided_alike(file: Path, seed: int) -> None:
    """So are random cases, under readings that are random too."""
    policy = load_policy(file)
    trials = random_trials(policy, [read_record(each) for each in shipped(policy)], 100 + seed, RANDOM_CASES)
    readings = {} if seed == 0 else alternatives(policy) if seed == 1 else trials[seed].readings
    wrong = judge(policy, [trial.record for trial in trials], readings)
    assert not wrong, wrong


def test_random_cases_reach_every_status() -> None:
    """Nearly every column is met, not met and undocumented in some random case, or the comparison would be idle."""
    policy = load_policy(EVERY_FORM)
    trials = random_trials(policy, [], 100, 300)
    cases = [read_case(as_yaml(trial.record), "case.yaml", policy.vocabulary) for trial in trials]
    _, found = as_cohort(policy, cases)
    seen = {key: {each[key] for each in found} for key in found[0]}
    assert sum(statuses == set(Status) for statuses in seen.values()) > 0.8 * len(seen)


def test_a_difference_is_shown_by_its_smallest_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a row held to be no other row, whatever is not known of that one, a case of two rows would show it."""
    when = Folding.when

    def unlike(folding: Folding, condition: Node, part: Node) -> Node:
        return NO if isinstance(condition, Gaps) else when(folding, condition, part)

    attested = {"colour": "red", "origin": "attestation"}
    rows = [{"colour": "red", "found": date(2024, 5, 31)}, attested, {"colour": "blue"}]
    record = {"case": "A-1", "asked_on": date(2024, 6, 1), "bead": rows}
    policy = build_policy(SMALL, "small.pl")
    assert not judge(policy, [record], {})
    monkeypatch.setattr(Folding, "when", unlike)
    wrong = judge(policy, [record], {})
    assert "fresh: UNDOCUMENTED by pyDatalog, MET as a cohort" in wrong
    assert wrong.endswith("\n  - {found: 2024-05-31}\n  - {colour: red}\n")


def test_a_difference_of_an_attested_row_shows_it_as_attested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were an attested row held to be documented, a case of one attested row would show it."""
    record = {
        "case": "A-1",
        "asked_on": date(2024, 6, 1),
        "bead": [{"colour": "red", "found": date(2024, 1, 1), "origin": "attestation"}, {"colour": "blue"}],
    }
    policy = build_policy(SMALL, "small.pl")
    assert not judge(policy, [record], {})
    monkeypatch.setattr(ListWriter, "write_Documented", lambda *_: exp.true())
    wrong = judge(policy, [record], {})
    assert "unseen: UNDOCUMENTED by pyDatalog, NOT_MET as a cohort" in wrong
    assert wrong.endswith("\n  - {found: 2024-01-01, origin: attestation}\n")


CASES = {
    "a row known to be old": ("bead: [{colour: red, found: 2024-01-01}]", Status.MET),
    "a row known to be new": ("bead: [{colour: red, found: 2024-05-31}]", Status.NOT_MET),
    "no row": ("bead: []", Status.NOT_MET),
    "no list": ("", Status.UNDOCUMENTED),
    "a row without its date": ("bead: [{colour: red}]", Status.UNDOCUMENTED),
    "an attested row": ("bead: [{colour: red, found: 2024-01-01, origin: attestation}]", Status.UNDOCUMENTED),
    "an attested list": ("bead: {rows: [{colour: red, found: 2024-05-31}], origin: attestation}", Status.UNDOCUMENTED),
    "a new row, and one that may be the same": (
        "bead: [{colour: red, found: 2024-05-31}, {colour: red}]",
        Status.UNDOCUMENTED,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_row_counts_by_what_is_known_of_it(name: str) -> None:
    """Rows with gaps, attested rows and lists that are not complete leave a criterion undocumented."""
    text, status = CASES[name]
    policy = small()
    case = read_case(f"case: A-1\nasked_on: 2024-06-01\n{text}\n", "case.yaml", policy.vocabulary)
    _, (found,) = as_cohort(policy, [case])
    assert found["good"] is status
    assert not differences(policy, [case])


def test_an_unknown_value_equals_itself_and_no_other_for_certain() -> None:
    """Which of two unknown values a variable keeps is settled as it is for one case: by their labels."""
    policy = build_policy(SMALL, "small.pl")
    text = "case: A-1\nasked_on: 2024-06-01\nbead: [{colour: red}]\nliked: [red]\nlost: [{colour: red}]\n"
    case = read_case(text, "case.yaml", policy.vocabulary)
    _, (found,) = as_cohort(policy, [case])
    # The day that the bead was found is unknown, and still the same day wherever the rules come back to it.
    assert found["stray"] is Status.NOT_MET
    assert found["unseen"] is Status.NOT_MET
    assert found["strange"] is Status.UNDOCUMENTED
    assert not differences(policy, [case])


GAP = "bead: [{colour: red}]\n"
NAMES = (
    "bead_2",
    "bead__row2",
    "bead__rest",
    "bead__gaps",
    "bead__some",
    "asked_on__known",
    "bead__values__met",
    "one",
)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_policy_is_one_that_the_statement_makes(name: str) -> None:
    """Whatever a criterion or an input is called: its column is still what is meant, and no row or fact of a list."""
    criterion = f"""
        :- criterion({name}/1, 'S', "named as what is worked out of a list might be").
        :- criterion(far/1, 'S', "far").
        {name}(P) :- liked(P, red).
        far(P) :- bead(P, Colour, _), \\+ (liked(P, Colour), {name}(P)).
    """
    declared = f"""
        :- input({name}(P: case), one, "Is it so?").
        :- criterion(far/1, 'S', "far").
        far(P) :- bead(P, Colour, _), \\+ (liked(P, Colour), {name}(P)).
    """
    facts = "asked_on: 2024-06-01\nliked: [red]\n"
    for beads, more in product(
        ("", "bead: []\n", "bead: [{colour: red, found: 2024-01-01}]\n", GAP), (criterion, declared)
    ):
        policy = build_policy(SMALL + more.encode(), "small.pl")
        for said in ("", f"{name}: true\n") if more is declared else ("",):
            case = read_case(f"case: A-1\n{facts}{beads}{said}", "case.yaml", policy.vocabulary)
            assert not differences(policy, [case])


@pytest.mark.parametrize("name", ["_members", "_layer_1", "_statuses", "_cohort", "_bead_rest", "_one"])
def test_no_policy_has_a_name_that_begins_as_those_of_the_statement_do(name: str) -> None:
    """To a policy it is a variable, so that it is refused where a name has to stand."""
    with pytest.raises(ProblemsError):
        build_policy(SMALL.replace(b"liked", name.encode()), "small.pl")


@pytest.mark.parametrize("name", ["members", "layer_1", "statuses", "cohort"])
def test_no_input_is_taken_for_a_step_of_the_statement(name: str) -> None:
    """An input called as a step or a table: its items are no columns of that step, whatever they are called."""
    more = f"""
        :- type(item, [asked_on, bead]).
        :- input({name}(P: case, Item: item), flags, "Which?").
        :- criterion(chosen/1, 'S', "chosen").
        chosen(P) :- {name}(P, asked_on), \\+ {name}(P, bead).
    """
    policy = build_policy(SMALL + more.encode(), "small.pl")
    for said in ("", f"{name}: {{asked_on: true, bead: false}}\n", f"{name}: {{asked_on: true}}\n"):
        case = read_case(f"case: A-1\nasked_on: 2024-06-01\n{said}", "case.yaml", policy.vocabulary)
        assert not differences(policy, [case])


def test_two_clauses_over_several_lists_are_two_lists_of_rows() -> None:
    """The second, called after the first, is not mistaken for a row of it; found by a random policy."""
    more = b"""
        :- criterion(again/1, 'S', "again").
        both(P, Colour, On) :- lost(P, Colour, _), bead(P, _, On).
        both(P, Colour, On) :- liked(P, Colour), bead(P, _, On).
        again(P) :- both(P, Colour, '2024-01-31'), both(P, Colour, On), asked_on(P, On).
    """
    policy = build_policy(SMALL + more, "small.pl")
    record = {
        "case": "A-1",
        "asked_on": date(2024, 6, 1),
        "bead": [{"colour": "red", "found": date(2024, 1, 31)}, {"colour": "blue", "found": date(2024, 6, 1)}],
        "lost": [{"colour": "red", "on": date(2024, 6, 1)}],
        "liked": ["blue"],
    }
    wrong = judge(policy, [record], {})
    assert not wrong, wrong


NUMBERS_AND_TEXTS = b"""
:- input(scored(P: case, On: date, Score: integer), many, "Which scores?").
:- input(weight(P: case, Amount: decimal), one, "How heavy?").
:- input(said(P: case, On: date, Words: text), many, "What was said?").
:- criterion(two_numbers/1, 'S', "two numbers").
:- criterion(three_numbers/1, 'S', "three numbers").
:- criterion(two_texts/1, 'S', "two texts").
number(P, N) :- scored(P, _, N).
number(P, N) :- weight(P, N).
two_numbers(P) :- case(P), at_least(2, N, number(P, N)).
three_numbers(P) :- case(P), at_least(3, N, number(P, N)).
two_texts(P) :- case(P), at_least(2, Words, said(P, _, Words)).
"""
COUNTED = {
    "one number, whole and decimal": (
        "scored: [{on: 2024-01-01, score: 3}]\nweight: 3.0",
        "two_numbers",
        Status.NOT_MET,
    ),
    "one number and an unknown one": (
        "scored: [{on: 2024-01-01, score: 3}, {on: 2024-01-01}]\nweight: 3.0",
        "three_numbers",
        Status.NOT_MET,
    ),
    "a text that reads as a label": (
        'said: [{on: 2024-01-01, words: "said[2].words"}, {on: 2024-01-01}]',
        "two_texts",
        Status.UNDOCUMENTED,
    ),
    "a text that reads as its own label": (
        'said: [{on: 2024-01-01}, {on: 2024-01-01, words: "said[1].words"}]',
        "two_texts",
        Status.UNDOCUMENTED,
    ),
}


@pytest.mark.parametrize("name", COUNTED)
def test_distinct_values_are_counted_as_values(name: str) -> None:
    """One number in two types is one, and a value is never the label of one that is not known."""
    text, criterion, status = COUNTED[name]
    policy = build_policy(SMALL + NUMBERS_AND_TEXTS, "small.pl")
    case = read_case(f"case: A-1\nasked_on: 2024-06-01\n{text}\n", "case.yaml", policy.vocabulary)
    _, (found,) = as_cohort(policy, [case])
    assert found[criterion] is status
    assert not differences(policy, [case])


def days() -> list[date]:
    """Days around the ends of months, of leap years and of others."""
    ends = [date(year, month, 1) for year in (2023, 2024, 2100) for month in (1, 2, 3, 4, 12)]
    return sorted({end + timedelta(days=step) for end in ends for step in (-3, -2, -1, 0, 1, 27, 28)})


@pytest.mark.parametrize("unit", ["day", "month", "year"])
def test_calendar_units_are_those_of_the_rules(unit: str) -> None:
    """Completed days, months and years between any two such days, in both directions, as `kb.calendar` has them."""
    pairs = list(product(days(), days()))
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE pairs (start DATE, until DATE)")
        engine.executemany("INSERT INTO pairs VALUES (?, ?)", pairs)
        written = Writer().sql(node(Between, unit, node(Column, "start", ""), node(Column, "until", "")))
        found = engine.execute(f"SELECT start, until, {written.sql(dialect='duckdb')} FROM pairs").fetchall()
    assert len(found) == len(pairs)
    assert not [row for row in found if between(unit, row[0], row[1]) != row[2]]


def test_decimals_are_exact() -> None:
    """A threshold is compared digit by digit: as a float the number beside it would be equal to it."""
    threshold = node(Literal, Constant("number", Decimal("123456789012345678.1")))
    written = Writer().sql(node(Compare, "=", node(Column, "amount", ""), threshold)).sql(dialect="duckdb")
    with duckdb.connect() as engine:
        amounts = "VALUES ('123456789012345678.1'), ('123456789012345678.1000000001')"
        query = f"SELECT {written} FROM (SELECT col0::DECIMAL(28, 10) AS amount FROM ({amounts}))"
        assert engine.execute(query).fetchall() == [(True,), (False,)]


def test_a_predicate_in_other_capitals_than_an_input_hides_no_column() -> None:
    """DuckDB knows no capitals in names, be they quoted: a truth so named would be read for the input."""
    policy = build_policy(
        b"""
        :- policy(small, [title("Small"), payer("Nobody"), edition('1'), effective('2024-01-01'), root(good),
            request_date(asked_on), section('S', "All")]).
        :- input(asked_on(P: case, Date: date), one, "When?").
        :- input(isOk(P: case), one, "Is it?").
        :- input(wasSeen(P: case, On: date), many, "When?").
        :- criterion(good/1, 'S', "good").
        :- criterion(isok/1, 'S', "is not").
        :- criterion(wasseen/1, 'S', "was never seen").
        isok(P) :- asked_on(P, _), \\+ isOk(P).
        wasseen(P) :- asked_on(P, _), \\+ wasSeen(P, _).
        good(P) :- isOk(P), isok(P).
        good(P) :- wasSeen(P, _), isOk(P), wasseen(P).
        good(P) :- isOk(P), \\+ isok(P), wasSeen(P, On), On > '2024-01-01'.
        """,
        "small.pl",
    )
    stated = ["", "isOk: true\n", "isOk: false\n"]
    seen = ["", "wasSeen: []\n", "wasSeen: [2024-02-01]\n"]
    records = [f"case: A-{n}\nasked_on: 2024-06-01\n{one}{two}" for n, (one, two) in enumerate(product(stated, seen))]
    cases = [read_case(each, "case.yaml", policy.vocabulary) for each in records]
    assert not differences(policy, cases)
