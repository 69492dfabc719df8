"""A cohort in several tables: what silence is there, and what is wrong with them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kb.cohort.check import rejects
from kb.cohort.data import opened
from tests.kb.cohort.cohort_files import NAMES, lines, member, members, parquet, problems, table
from tests.kb.small_vocabulary import VOCABULARY

APART = ("relapse", "trial", "site", "pregnant", "born_on")


def tables(folder: Path) -> Path:
    """Three members; their relapses, trials and sites in tables of their own, in every format."""
    rest = [key for key in NAMES if key not in APART]
    table(folder, *({key: member(case=case)[key] for key in rest} for case in ("A", "B", "C")), name="members.csv")
    rows = "VALUES ('A', DATE '2020-01-01'), ('A', DATE '2021-01-01')"
    parquet(folder / "relapse.parquet", f'SELECT * FROM ({rows}) t("case", date)')
    lines(folder, {"case": "A"}, {"case": "B"}, name="relapse.given.ndjson")
    lines(folder, {"case": "C", "drug": "rebif", "start": "2020-01-01", "end": None}, name="trial.ndjson")
    table(folder, {"case": "B", "place": "home", "since_when": ""}, name="site.csv")
    table(folder, {"case": "B", "value": "yes"}, name="pregnant.csv")
    table(folder, {"case": "A", "date": "1990-01-01"}, name="born_on.csv")
    return folder


def test_a_list_is_documented_by_its_rows_or_by_being_given(tmp_path: Path) -> None:
    """Rows close the list, `given` without rows documents none, and neither is silence."""
    a, b, c = members(tables(tmp_path))
    assert sorted(a["relapse"]) == [date(2020, 1, 1), date(2021, 1, 1)]
    assert b["relapse"] == []
    assert c["relapse"] is None
    assert (a["trial"], c["trial"]) == (None, [{"drug": "rebif", "start": date(2020, 1, 1), "end": None}])


def test_single_values_can_stand_apart_too(tmp_path: Path) -> None:
    """A struct by its fields, a truth as `value`, a date under the key of its field."""
    a, b, _ = members(tables(tmp_path))
    assert b["site"] == {"place": "home", "since_when": None}
    assert (a["pregnant"], b["pregnant"]) == (None, True)
    assert a["born_on"] == date(1990, 1, 1)


def test_rows_of_nobody_and_a_second_value_are_told(tmp_path: Path) -> None:
    """A row whose case is no member's would be lost, and of two values one."""
    folder = tables(tmp_path)
    table(
        folder,
        {"case": "Z", "value": "yes"},
        {"case": "B", "value": "no"},
        {"case": "B", "value": "yes"},
        name="pregnant.csv",
    )
    found = {each.code: each.message for each in problems(folder)}
    assert set(found) == {"stray-row", "repeated-row"}
    assert "row 2 of pregnant.csv has `Z`" in found["stray-row"]
    assert "(case `B`)" in found["repeated-row"]
    with opened(str(folder), VOCABULARY, lenient=True) as cohort:
        told = {(each.place.row, each.column) for each in rejects(cohort.connection, cohort.plan, cohort.checked)}
        left = cohort.connection.execute('SELECT "case" FROM cohort ORDER BY 1').fetchall()
    assert left == [("A",), ("C",)]
    assert told == {(2, "pregnant"), (3, "pregnant")}


def test_a_wrong_value_in_a_table_apart_is_told_at_its_member(tmp_path: Path) -> None:
    """The row is that of the member."""
    folder = tables(tmp_path)
    lines(folder, {"case": "C", "drug": "rebiff", "start": None, "end": None}, name="trial.ndjson")
    (problem,) = problems(folder)
    assert "row 4 of members.csv (case `C`) has `rebiff`" in problem.message


def test_tables_and_columns_that_are_not_known_are_told(tmp_path: Path) -> None:
    """With what was meant, so that no table is passed over silently."""
    folder = tables(tmp_path)
    lines(folder, {"case": "A", "date": None}, name="relapses.ndjson")
    assert [(each.code, each.help) for each in problems(folder)] == [("unknown-table", "did you mean `relapse`?")]
    (folder / "relapses.ndjson").unlink()
    table(folder, {"case": "A", "dat": "1990-01-01"}, name="born_on.csv")
    assert [each.code for each in problems(folder)] == ["missing-column", "unknown-column"]
