"""Files of cohorts for the tests, and what is read of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kb.cohort.check import Checked
from kb.cohort.columns import columns
from kb.cohort.connection import columns_of
from kb.cohort.data import opened
from kb.cohort.fitting import gaps
from kb.cohort.quoting import name
from kb.policy import Policy
from kb.problems import Problem, ProblemsError
from kb.vocabulary import Vocabulary
from tests.kb.small_vocabulary import VOCABULARY

NAMES = tuple(each.name for each in columns(VOCABULARY) if each.required)
SITE = {"place": "home", "since_when": "2024-01-02"}
TRIAL = {"drug": "rebif", "start": "2020-01-01", "end": None}
FULL = {
    "case": "A-1",
    "requested_on": "2024-03-02",
    "born_on": "1990-02-28",
    "edss": 3.5,
    "attacks": 2,
    "pregnant": False,
    "consulted": True,
    "npi": "o'\"; DROP TABLE x; --",
    "reply": "yes",
    "site": SITE,
    "contraindication": {"hiv": False, "active_infection": None},
    "trial": [TRIAL, {"drug": "tysabri", "start": "2021-05-01", "end": "2022-05-01"}],
    "relapse": ["2020-05-06", None],
    "mri": [],
}


def member(**values: Any) -> dict[str, Any]:
    """A row of a cohort; what is not named is null."""
    return {**dict.fromkeys(NAMES), **values}


def lines(folder: Path, *rows: Mapping[str, Any] | str, name: str = "cohort.ndjson") -> Path:
    """A file of JSON by the line."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("".join(f"{text}\n" for text in texts), "utf-8")
    return path


def table(folder: Path, *rows: Mapping[str, Any], name: str = "cohort.csv") -> Path:
    """A file of CSV, its lists and structs as JSON where they are not texts already."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(list(rows[0]))
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return path


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def parquet(path: Path, select: str) -> Path:
    """A file of Parquet with the rows of a statement."""
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.connect().execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path


def members(data: Path | str, keep: Sequence[str] = (), vocabulary: Vocabulary = VOCABULARY) -> list[dict[str, Any]]:
    """The members that are read, in the order of their cases."""
    with opened(str(data), vocabulary, keep) as found:
        return rows_of(found.connection.execute('SELECT * FROM cohort ORDER BY "case"'))


def rows_of(result: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The rows of a result by the names of their columns."""
    keys = [each[0] for each in result.description]
    return [dict(zip(keys, row, strict=True)) for row in result.fetchall()]


def lenient(data: Path | str) -> tuple[Checked, list[Any]]:
    """What is found wrong, and the cases that are left."""
    with opened(str(data), VOCABULARY, lenient=True) as found:
        left = found.connection.execute('SELECT "case" FROM cohort ORDER BY 1').fetchall()
        return found.checked, [case for (case,) in left]


def problems(data: Path | str, keep: Sequence[str] = ()) -> list[Problem]:
    """What is wrong with the data, which is something."""
    with pytest.raises(ProblemsError) as caught, opened(str(data), VOCABULARY, keep):
        pass
    return list(caught.value.problems)


def without_gaps(policy: Policy, data: Path, file: Path) -> list[str]:
    """Write those members of a file of Parquet no row of whom has a gap to another; the lists that they have."""
    with duckdb.connect() as engine:
        engine.execute(f"CREATE VIEW cohort AS SELECT * FROM '{data}'")
        lists, members = whole_members(policy, columns_of(engine))
        engine.execute(f"COPY ({members}) TO '{file}' (FORMAT parquet)")
    return lists


def whole_members(policy: Policy, given: Sequence[str], attested: bool = True) -> tuple[list[str], str]:
    """The lists among the given columns of a table ``cohort``, and its members without a gap in a row of one.

    Not ``attested``: rows that are only attested may have gaps.
    """
    layout = [each for each in columns(policy.vocabulary) if each.name in given and (attested or each.required)]
    found = {each.name: gaps(each.type, name(each.name)) for each in layout}
    lists = {key: condition for key, condition in found.items() if condition}
    wanted = " AND ".join(f"NOT ({condition})" for condition in lists.values()) or "true"
    return list(lists), f"SELECT * FROM cohort WHERE {wanted}"
