"""A cohort under two editions or readings: every flip is counted, each as the two decide the members one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import duckdb
import pytest

from kb.answers import Status
from kb.cohort.against import Difference, Side, compare, recast
from kb.cohort.bases import bases
from kb.cohort.columns import Field, Rows, Scalar, Struct
from kb.cohort.connection import columns_of
from kb.cohort.duck import statement
from kb.cohort.statuses import WORDS
from kb.cohort.synthetic import synthetic
from kb.policy import Policy, build_policy, load_policy
from kb.problems import ProblemsError
from tests.kb.cohort.cohort_files import lines
from tests.kb.cohort.engines import STATUSES

COUNT = 300
READINGS = {"relapse_window": "request", "minimum_age": "adult"}
HEADER = """
:- policy(p, [title("T"), payer("N"), edition('{edition}'), effective('2024-01-01'), root(good),
    request_date(asked_on), section('S', "All")]).
:- type(kind, [{kinds}]).
:- input(asked_on(P: case, Date: date), one, "When?").
:- input(bead(P: case, {fields}), many, "Which beads?").
:- input(had(P: case, Kind: kind), flags, "Which?").
:- criterion(good/1, 'S', "good").
"""


@cache
def policy() -> Policy:
    return load_policy("lemtrada")


def small(rules: str, edition: str = "1", kinds: str = "first, again", fields: str = "Kind: kind, On: date") -> Policy:
    return build_policy((HEADER.format(edition=edition, kinds=kinds, fields=fields) + rules).encode(), "p.pl")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "members.parquet"
    members = synthetic(policy(), "2", 0, COUNT, bases(policy()))
    duckdb.connect().execute(f"COPY ({members}) TO '{path}' (FORMAT parquet)")
    return path


def statuses(data: Path, readings: dict[str, str]) -> dict[str, dict[str, Status]]:
    """The status of every column of every member."""
    with duckdb.connect() as engine:
        engine.execute(f"CREATE VIEW cohort AS SELECT * FROM '{data}'")
        _, query = statement(policy(), readings, columns_of(engine))
        result = engine.execute(query)
        keys = [each[0] for each in result.description]
        rows = [dict(zip(keys, row, strict=True)) for row in result.fetchall()]
    return {row["case"]: {key: STATUSES[row[key]] for key in keys[1:]} for row in rows}


@cache
def found(data: Path, rows: int) -> Difference:
    return compare(
        str(data), Side(policy(), policy().readings()), Side(policy(), policy().readings(READINGS)), rows=rows
    )


def test_every_change_of_every_status_is_counted(data: Path) -> None:
    """The examples are members who take the turn."""
    difference = found(data, COUNT)
    before, after = statuses(data, {}), statuses(data, READINGS)
    assert difference.members == COUNT
    changed = 0
    told = {output.column: turns for output, turns in difference.statuses}
    for column in next(iter(before.values())):
        counts = Counter((WORDS[before[case][column]], WORDS[after[case][column]]) for case in before)
        wanted = {pair: count for pair, count in counts.items() if pair[0] != pair[1]}
        assert {(turn.before, turn.after): turn.members for turn in told.get(column, ())} == wanted, column
        for turn in told.get(column, ()):
            assert len(turn.examples) == min(3, turn.members)
            for case in turn.examples:
                assert WORDS[before[case][column]] == turn.before
                assert WORDS[after[case][column]] == turn.after
        changed += bool(wanted)
    assert changed > 5
    assert difference.changed == sum(before[case] != after[case] for case in before)
    assert difference.flipped == sum(before[case]["eligible"] is not after[case]["eligible"] for case in before) > 0


def test_parts_add_up(data: Path) -> None:
    """Counts and examples are those of the whole."""
    assert found(data, 70) == found(data, COUNT)


def test_an_edition_against_itself_changes_nothing(data: Path) -> None:
    """And every member is in the table of verdicts."""
    side = Side(policy(), policy().readings())
    difference = compare(str(data), side, side)
    assert (difference.members, difference.changed, difference.flipped) == (COUNT, 0, 0)
    assert difference.statuses == ()
    assert sum(turn.members for turn in difference.verdicts) == COUNT


ROW = {"case": "A", "asked_on": "2024-06-01", "had": {"first": True, "again": False}}


MISSING = ("bead.size", "had.late", "paid")


def turns(
    before: Policy, after: Policy, folder: Path, *rows: Mapping[str, object]
) -> tuple[dict[str, str], Difference]:
    """What becomes of the root goal for each member who has another verdict."""
    path = lines(folder, *rows)
    difference = compare(str(path), Side(before, before.readings()), Side(after, after.readings()))
    told = {case: f"{turn.before} to {turn.after}" for turn in difference.verdicts for case in turn.examples}
    return told, difference


def test_another_edition_reads_the_same_data(tmp_path: Path) -> None:
    """Its own items, fields and inputs are undocumented, and that is told; what it has no more is left aside."""
    old = small("good(P) :- had(P, first), bead(P, again, _).\n")
    new = small(
        "good(P) :- had(P, first), \\+ had(P, late), bead(P, again, _, _), paid(P).\n"
        ':- input(paid(P: case), one, "Paid?").\n',
        edition="2",
        kinds="first, again, late",
        fields="Kind: kind, On: date, Size: integer",
    )
    bead = {"kind": "again", "on": "2024-01-01"}
    told, difference = turns(old, new, tmp_path, {**ROW, "bead": [bead]}, {**ROW, "case": "B", "bead": []})
    assert told == {"A": "proved to undetermined", "B": "refuted to refuted"}
    missing = [f"`{each}` is not in the data, so it is undocumented for everybody" for each in MISSING]
    assert sorted(difference.not_compared) == missing
    back = lines(tmp_path, {**ROW, "bead": [{**bead, "size": 3}], "paid": True, "had": {"late": False, "first": True}})
    other = compare(str(back), Side(new, {}), Side(old, {}))
    assert [(turn.before, turn.after) for turn in other.verdicts] == [("proved", "proved")]


def test_an_instance_that_an_edition_lost_is_not_met_there(tmp_path: Path) -> None:
    """A criterion of one edition alone is named, and not compared."""
    rules = ":- criterion(one/2, 'S', \"one\").\none(P, K) :- had(P, K).\ngood(P) :- one(P, first).\n"
    lost = rules.replace("one(P, K) :- had(P, K).", "one(P, first) :- had(P, first).")
    more = lost + ":- criterion(other/1, 'S', \"other\").\nother(P) :- had(P, again).\n"
    row = {**ROW, "had": {"first": True, "again": True}, "bead": []}
    _, difference = turns(small(rules), small(more), tmp_path, row)
    ((output, (turn,)),) = difference.statuses
    assert (output.column, turn.before, turn.after) == ("one__again", "met", "not met")
    assert difference.not_compared == ("`other/1` is a criterion of the second edition only",)


def test_a_column_of_another_type_is_refused(tmp_path: Path) -> None:
    """No text is taken for a date."""
    old = small("good(P) :- bead(P, again, _).\n")
    new = small("good(P) :- bead(P, again, _).\n", fields="Kind: kind, On: text")
    with pytest.raises(ProblemsError, match="column `bead`"):
        turns(old, new, tmp_path, {**ROW, "bead": []})


def test_values_are_recast_by_their_names() -> None:
    """Whatever the order of the fields; a list of single values is none of structs."""
    text, day, number = Scalar("text"), Scalar("date"), Scalar("decimal")
    assert recast("x", text, Scalar("text", ("a",))) == "x"
    assert recast("x", Scalar("integer"), number) == "x::DECIMAL(28, 10)"
    assert recast("x", number, Scalar("integer")) is None
    assert recast("x", Rows(text), Rows(Struct((Field("a", text),)))) is None
    assert recast("x", Struct((Field("a", text),)), Struct((Field("a", day),))) is None
    assert recast("x", Struct((Field("a", text),)), Struct((Field("a", Scalar("boolean")),), True)) is None
    both = (Field("a", text), Field("b", day))
    made = recast("x", Rows(Struct(both)), Rows(Struct(both[::-1])))
    with duckdb.connect() as engine:
        query = f"SELECT {made} FROM (SELECT [{{'a': 'y', 'b': DATE '2024-01-01'}}, NULL] AS x)"
        ((rows,),) = engine.execute(query).fetchall()
    assert [row and list(row) for row in rows] == [["b", "a"], None]
