"""The data of a cohort: what is read of each format, and that it is the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kb.cohort.columns import columns
from kb.cohort.data import opened
from kb.cohort.endings import Format
from kb.cohort.export import copy
from tests.kb.cohort.cohort_files import FULL, NAMES, lines, member, members, parquet, problems, table
from tests.kb.small_vocabulary import VOCABULARY

READ: dict[str, Any] = {
    **member(**FULL),
    "requested_on": date(2024, 3, 2),
    "born_on": date(1990, 2, 28),
    "edss": Decimal("3.5"),
    "site": {"place": "home", "since_when": date(2024, 1, 2)},
    "trial": [
        {"drug": "rebif", "start": date(2020, 1, 1), "end": None},
        {"drug": "tysabri", "start": date(2021, 5, 1), "end": date(2022, 5, 1)},
    ],
    "relapse": [date(2020, 5, 6), None],
}


def test_json_by_the_line_is_read_as_the_layout_has_it(tmp_path: Path) -> None:
    """Dates are dates and numbers exact; a key that is left out in one row is null there."""
    first, second = members(lines(tmp_path, member(**FULL), {"case": "A-2"}))
    assert first == READ
    assert second == member(case="A-2")


def test_a_table_holds_lists_as_json_or_in_the_compact_form(tmp_path: Path) -> None:
    """`none` is an empty list, `?` what is not known, and an empty cell is silence."""
    compact = {
        "case": "A-2",
        "trial": "rebif 2020-01-01 ?; tysabri 2021-05-01 2022-05-01",
        "relapse": "2020-05-06;?",
        "mri": "none",
        "site": "home 2024-01-02",
        "pregnant": "No",
    }
    first, second = members(table(tmp_path, member(**FULL), member(**compact)))
    assert first == READ
    for key in ("trial", "relapse", "mri", "site", "pregnant"):
        assert second[key] == READ[key], key
    assert second["baseline"] is None


def test_a_table_may_have_a_column_for_every_flag(tmp_path: Path) -> None:
    """As a table of cases has them; a flag without a column is undocumented."""
    plain = {key: None for key in NAMES if key not in ("baseline", "contraindication")}
    row = {**plain, "case": "A-1", "baseline.cbc": "yes", "baseline.skin": "", "contraindication.hiv": "false"}
    (found,) = members(table(tmp_path, row))
    assert found["baseline"] == {"tsh": None, "cbc": True, "skin": None}
    assert found["contraindication"] == {"hiv": False, "active_infection": None}


@pytest.mark.parametrize("format", ["parquet", "csv", "ndjson"])
def test_what_is_written_is_read_again(tmp_path: Path, format: Format) -> None:
    """A cohort in any format is the same cohort."""
    data, out = lines(tmp_path, member(**FULL), {"case": "A-2"}), tmp_path / f"out.{format}"
    with opened(str(data), VOCABULARY, outputs=[str(out)]) as found:
        assert copy(found.connection, "SELECT * FROM cohort", str(out), format, columns(VOCABULARY)) == 2
    expected = [READ, member(case="A-2")]
    assert members(out) == expected


def test_parquet_may_have_other_types_that_hold_the_same(tmp_path: Path) -> None:
    """Small integers, doubles, names of cases as numbers, dates as texts, and columns that are null throughout."""
    others = ", ".join(f"NULL AS {each}" for each in NAMES if each not in ("case", "attacks", "edss", "born_on", "mri"))
    mri = "[{'new_lesions': 2::TINYINT, 'date': DATE '2024-01-01'}] AS mri"
    values = f"7 AS \"case\", 2.0::DOUBLE AS attacks, 0.1::FLOAT AS edss, '1990-02-28' AS born_on, {mri}"
    (found,) = members(parquet(tmp_path / "a.parquet", f"SELECT {values}, {others}"))
    assert (found["case"], found["attacks"], found["edss"]) == ("7", 2, Decimal("0.1"))
    assert found["born_on"] == date(1990, 2, 28)
    assert found["mri"] == [{"date": date(2024, 1, 1), "new_lesions": 2}]


def test_a_folder_and_a_pattern_are_read_whole(tmp_path: Path) -> None:
    """All files of a folder but those that are hidden, also where a name looks like a pattern."""
    folder = tmp_path / "all"
    for case, name in (("A-1", "[1]*.ndjson"), ("A-2", "b'?.ndjson"), ("A-3", "_SUCCESS.ndjson"), ("A-4", ".x.ndjson")):
        lines(folder, member(case=case), name=name)
    assert [each["case"] for each in members(folder)] == ["A-1", "A-2"]
    assert [each["case"] for each in members(folder / "[[]*.ndjson")] == ["A-1"]
    assert [each["case"] for each in members(folder / "[1]*.ndjson")] == ["A-1"]


def test_further_columns_are_carried_along_under_any_name(tmp_path: Path) -> None:
    """Whatever the name holds; it is a name and never SQL."""
    hostile = "x\" FROM read_text('/etc/passwd') --"
    row = {**member(case="A-1"), hostile: "kept"}
    for data in (lines(tmp_path, row), table(tmp_path, {key.replace(",", ""): row[key] for key in row})):
        (found,) = members(data, [hostile])
        assert found[hostile] == "kept"


def test_a_cohort_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A missing file, an empty folder, an ending that says nothing, several formats, and bytes that are no Parquet."""
    (tmp_path / "empty").mkdir()
    broken = tmp_path / "x.parquet"
    broken.write_bytes(b"PAR1 and no more")
    mixed = lines(tmp_path / "mixed", {"case": "A"}).parent
    table(mixed, {"case": "A"})
    for data in (tmp_path / "none.csv", tmp_path / "empty", lines(tmp_path, name="x.txt"), mixed, broken):
        assert [each.code for each in problems(data)] == ["no-cohort"], data


def test_files_of_one_cohort_have_the_same_columns(tmp_path: Path) -> None:
    """Otherwise what one file lacks would be taken for undocumented."""
    folder = tmp_path / "all"
    parquet(folder / "a.parquet", "SELECT 'A' AS \"case\", 1 AS x")
    parquet(folder / "b.parquet", "SELECT 'B' AS \"case\"")
    assert [each.code for each in problems(folder)] == ["files-differ"]


def test_the_connection_reaches_nothing_but_the_files_named(tmp_path: Path) -> None:
    """No other file is read or written, no extension fetched, and no setting changed."""
    import duckdb

    data = lines(tmp_path, member(case="A-1"))
    other = lines(tmp_path, "{}", name="other.ndjson")
    with opened(str(data), VOCABULARY) as found:
        for statement in (
            f"SELECT * FROM read_text('{other}')",
            f"COPY (SELECT 1) TO '{tmp_path / 'new.csv'}'",
            "INSTALL httpfs",
            "SET enable_external_access = true",
            "ATTACH 'x.db'",
        ):
            with pytest.raises(duckdb.Error):
                found.connection.execute(statement)


def test_a_table_without_a_heading_is_told_what_writes_one(tmp_path: Path) -> None:
    """The columns of a cohort, not those of a suite."""
    data = tmp_path / "cohort.csv"
    data.write_text("")
    (problem,) = problems(data)
    assert problem.message == "its first line is empty"
    assert "policykb cohort --template" in problem.help
