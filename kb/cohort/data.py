"""A cohort opened: found, held against the layout, and ready for an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.cohort.check import Checked, check, refuse
from kb.cohort.columns import columns
from kb.cohort.connection import MEMORY, VIEW, connection, reading
from kb.cohort.heard import heard
from kb.cohort.plan import Plan, plan
from kb.cohort.sources import find_files, open_source
from kb.cohort.tables import open_tables
from kb.vocabulary import Vocabulary

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Cohort:
    """A cohort that can be read: the view ``cohort`` of the connection has its members, those with a fault left out."""

    connection: duckdb.DuckDBPyConnection
    plan: Plan
    checked: Checked


@contextmanager
def opened(
    data: str,
    vocabulary: Vocabulary,
    keep: Sequence[str] = (),
    lenient: bool = False,
    outputs: Sequence[str] = (),
    memory: str = MEMORY,
    folders: Sequence[str] = (),
    told: Callable[[float], None] | None = None,
) -> Iterator[Cohort]:
    """A cohort for as long as the block runs. ``keep`` are further columns that are carried along.

    ``lenient``: rows with a fault are left out and stand in ``checked``; else they raise. The connection may write
    ``outputs`` and into ``folders``, by their absolute paths. ``told`` hears what share is checked.
    Raises ``ProblemsError`` with everything that is wrong with the data.
    """
    format, files = find_files(data)
    layout = columns(vocabulary)
    with connection([*files, *outputs], memory, folders) as engine:
        tables = format == "tables"
        source = open_tables(engine, data, layout) if tables else open_source(engine, data, format, files)
        found = plan(source, layout, keep)
        with reading(data), heard(lambda: engine.query_progress() / 100, told):
            checked = check(engine, found)
        if not lenient:
            refuse(checked, data)
        engine.execute(f"CREATE OR REPLACE TEMP VIEW {VIEW} AS {checked.members}")
        yield Cohort(engine, found, checked)
