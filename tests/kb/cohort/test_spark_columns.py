"""Which cohorts Spark reads itself, and how: no Spark is needed to say that."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.cohort.columns import columns
from kb.cohort.data import opened
from kb.cohort.plan import empty_members
from kb.cohort.spark_columns import fitted
from tests.kb.cohort.cohort_files import lines, member, parquet
from tests.kb.small_vocabulary import VOCABULARY


def read(data: Path) -> dict[str, str] | None:
    """The expression for each column."""
    with opened(str(data), VOCABULARY) as cohort:
        made = fitted(VOCABULARY, cohort.plan)
    return None if made is None else {each.rsplit(" AS ", 1)[1].strip("`"): each.rsplit(" AS ", 1)[0] for each in made}


def changed(folder: Path, replaced: str) -> Path:
    """A cohort with the types of the layout but for a column."""
    rows = f"SELECT * REPLACE ({replaced}) FROM ({empty_members(columns(VOCABULARY))})"
    return parquet(folder / "members.parquet", rows)


def test_the_types_of_the_layout_are_read_as_they_are(tmp_path: Path) -> None:
    """Every column is what the file has."""
    found = read(parquet(tmp_path / "members.parquet", empty_members(columns(VOCABULARY))))
    assert found == {each.name: f"`{each.name}`" for each in columns(VOCABULARY) if each.required}


@pytest.mark.parametrize(
    ("replaced", "column", "sql"),
    [
        ('1::INTEGER AS "case"', "case", "CAST(`case` AS STRING)"),
        ("attacks::SMALLINT AS attacks", "attacks", "CAST(`attacks` AS bigint)"),
        ("attacks::UINTEGER AS attacks", "attacks", "CAST(`attacks` AS bigint)"),
        ("edss::DECIMAL(4, 1) AS edss", "edss", "CAST(`edss` AS decimal(28,10))"),
        ("edss::INTEGER AS edss", "edss", "CAST(`edss` AS decimal(28,10))"),
        ("NULL AS edss", "edss", "CAST(NULL AS decimal(28,10))"),
        ("NULL AS relapse", "relapse", "CAST(NULL AS array<date>)"),
        ("NULL AS trial", "trial", "CAST(NULL AS array<struct<`drug`: string, `start`: date, `end`: date>>)"),
        (
            "struct_pack(since_when := site.since_when, place := site.place) AS site",
            "site",
            "CASE WHEN `site` IS NOT NULL THEN "
            "struct(`site`.`place` AS `place`, `site`.`since_when` AS `since_when`) END",
        ),
    ],
)
def test_what_loses_nothing_is_cast(replaced: str, column: str, sql: str, tmp_path: Path) -> None:
    """Narrower numbers, nothing at all, and fields in another order; the other columns are as they are."""
    found = read(changed(tmp_path, replaced))
    assert found is not None
    assert {key: value for key, value in found.items() if value != f"`{key}`"} == {column: sql}


@pytest.mark.parametrize(
    "replaced",
    [
        "edss::DOUBLE AS edss",
        "edss::VARCHAR AS edss",
        "edss::DECIMAL(38, 12) AS edss",
        "attacks::UBIGINT AS attacks",
        "attacks::DECIMAL(5, 0) AS attacks",
        "born_on::VARCHAR AS born_on",
        "to_json(relapse)::VARCHAR AS relapse",
        "list_transform(relapse, lambda d: d::VARCHAR) AS relapse",
        "struct_pack(place := site.place, since_when := site.since_when::VARCHAR) AS site",
    ],
)
def test_what_duckdb_takes_apart_is_not_read(replaced: str, tmp_path: Path) -> None:
    """Spark would make something else of it, or nothing."""
    assert read(changed(tmp_path, replaced)) is None


def test_other_formats_are_not_read(tmp_path: Path) -> None:
    """Nor flags with a column each."""
    assert read(lines(tmp_path, member(case="A"))) is None
    apart = "SELECT * EXCLUDE (contraindication), 'yes' AS \"contraindication.hiv\""
    rows = f"{apart} FROM ({empty_members(columns(VOCABULARY))})"
    assert read(parquet(tmp_path / "flags.parquet", rows)) is None
