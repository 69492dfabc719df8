"""The same cohort by Spark and by DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from kb.case import Case
from kb.cohort.bases import bases
from kb.cohort.columns import Rows, Scalar, Struct, columns
from kb.cohort.duck import run, statement
from kb.cohort.export import copy, output_format
from kb.cohort.quoting import name, text
from kb.cohort.spark import decided
from kb.cohort.synthetic import synthetic
from kb.policy import Policy, load_policy
from tests.kb.cohort.cohort_files import rows_of
from tests.kb.cohort.engines import load

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def cohort_of(policy: Policy, cases: Sequence[Case], file: Path, more: int = 0) -> Path:
    """A file of Parquet with the cases as members, and so many made-up ones more."""
    with duckdb.connect() as engine:
        engine.execute("SET threads = 2")
        load(engine, policy, cases)
        members = "SELECT * FROM cohort"
        if more:
            members += f" UNION ALL BY NAME {synthetic(policy, 'spark', 0, more, bases(policy))}"
        engine.execute(f"COPY ({members}) TO {text(str(file))} (FORMAT parquet)")
    return file


def made_up(policy: Policy, folder: Path, files: int, members: int) -> Path:
    """A folder with so many files of so many made-up members each."""
    folder.mkdir()
    like = bases(policy)
    with duckdb.connect() as engine:
        engine.execute("SET threads = 2")
        for number in range(files):
            select = synthetic(policy, "spark", number * members, (number + 1) * members, like)
            engine.execute(f"COPY ({select}) TO {text(str(folder / f'{number:03}.parquet'))} (FORMAT parquet)")
    return folder


def in_form(form: str, data: Path, folder: Path) -> Path:
    """The members of a folder of Parquet in another form, in this folder.

    ``csv``, ``ndjson``; ``texts``: Parquet whose columns are all texts; ``tables``: a table for each list, in every
    format.
    """
    policy = load_policy("lemtrada")
    layout = columns(policy.vocabulary)
    members = f"SELECT * FROM {text(str(data / '*.parquet'))}"
    made = folder / ("members" if form == "tables" else f"members.{form.replace('texts', 'parquet')}")
    with duckdb.connect() as engine:

        def put(select: str, path: Path) -> None:
            copy(engine, select, str(path), output_format(str(path)), layout)

        if form == "texts":
            there = [each for each in layout if each.name in engine.sql(members).columns]
            cells = [
                f"{name(each.name)}::VARCHAR AS {name(each.name)}"
                if isinstance(each.type, Scalar)
                else f"to_json({name(each.name)})::VARCHAR AS {name(each.name)}"
                for each in there
            ]
            put(f"SELECT * REPLACE ({', '.join(cells)}) FROM ({members})", made)
        elif form == "tables":
            made.mkdir()
            lists = {each.name: each.type.item for each in layout if isinstance(each.type, Rows) and each.required}
            for (key, item), ending in zip(lists.items(), cycle(("csv", "ndjson", "parquet")), strict=False):
                only = policy.vocabulary.inputs[key].fields[0].key
                row = "unnest(v)" if isinstance(item, Struct) else f"v AS {name(only)}"
                rows = f'SELECT "case", unnest({name(key)}) AS v FROM ({members})'
                put(f'SELECT "case", {row} FROM ({rows})', made / f"{key}.{ending}")
                given = f'SELECT "case" FROM ({members}) WHERE {name(key)} IS NOT NULL'
                put(given, made / f"{key}.given.{ending}")
            put(f"SELECT * EXCLUDE ({', '.join(map(name, lists))}) FROM ({members})", made / "members.parquet")
        else:
            put(members, made)
    return made


def by_duckdb(
    policy: Policy, data: Path, readings: Mapping[str, str] | None = None, wide: bool = True
) -> list[dict[str, Any]]:
    """A row for each member, in the order of their cases."""
    pattern = data / "*.parquet" if data.is_dir() else data
    with duckdb.connect() as engine:
        engine.execute("SET threads = 2")
        engine.execute(f"CREATE VIEW cohort AS SELECT * FROM {text(str(pattern))}")
        names = [row[0] for row in engine.execute("DESCRIBE cohort").fetchall()]
        if wide:
            _, query = statement(policy, readings, names)
            # Under an order DuckDB plans for minutes, so the rows are put in order here.
            return in_order(rows_of(engine.execute(query)))
        out = data.parent / "by-duckdb.parquet"
        run(policy, readings, engine, str(out))
        return written(out)


def by_spark(
    spark: SparkSession,
    policy: Policy,
    data: Path,
    readings: Mapping[str, str] | None = None,
    whole: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """A row for each member, a truth for each status, in the order of their cases."""
    frame, _ = decided(policy, readings, spark, str(data), wide=True, whole=whole)
    return in_order([row.asDict() for row in frame.collect()])


def written(data: Path) -> list[dict[str, Any]]:
    """The rows of a file or folder of Parquet, in the order of their cases."""
    pattern = data / "*.parquet" if data.is_dir() else data
    with duckdb.connect() as engine:
        return in_order(rows_of(engine.execute(f"SELECT * FROM {text(str(pattern))}")))


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows in the order of their cases."""
    return sorted(rows, key=lambda row: str(row["case"]))


def differing(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[str]:
    """Where two results differ, a line each."""
    if [row["case"] for row in ours] != [row["case"] for row in theirs]:
        return [f"{len(ours)} members are not the {len(theirs)}"]
    return [
        f"{one['case']}: {key} is {one.get(key)} by Spark, {value} by DuckDB"
        for one, other in zip(ours, theirs, strict=True)
        for key, value in other.items()
        if one.keys() != other.keys() or one[key] != value
    ]
