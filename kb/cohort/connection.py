"""Connections to DuckDB that reach the files named and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from kb.cohort.quoting import exact, name, texts
from kb.problems import Problem, ProblemsError, printable

if TYPE_CHECKING:
    import duckdb

MEMORY = "1200MB"
VIEW = "cohort"
"""The view of a connection that has the members of a cohort."""


def require_duckdb() -> None:
    """Raises ``ProblemsError`` where DuckDB is not installed."""
    _require("duckdb", "for cohorts DuckDB")


def require_sqlglot() -> None:
    """Raises ``ProblemsError`` where sqlglot is not installed."""
    _require("sqlglot", "for SQL sqlglot")


def _require(library: str, words: str) -> None:
    # Not imported for it: where a statement was kept, sqlglot is not needed at all.
    if find_spec(library) is None:
        help = "install it with `pip install 'policykb[cohort]'`"
        message = f"{words} is needed, and it is not installed"
        raise ProblemsError([Problem("no-engine", message, library, help=help)], {})


@contextmanager
def connection(
    files: Iterable[str], memory: str = MEMORY, folders: Iterable[str] = ()
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for as long as the block runs.

    It reads and writes the files named and what is in the folders, by their absolute paths, and a folder of its own
    for what does not fit into memory, which goes away with it. It fetches and loads no extension, and its settings
    are locked.
    """
    require_duckdb()
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
    }
    with tempfile.TemporaryDirectory(prefix="policykb-") as folder:
        opened = duckdb.connect(":memory:", config=config)
        try:
            opened.execute(f"SET temp_directory = {texts([folder])[1:-1]}")
            opened.execute(f"SET memory_limit = {texts([memory])[1:-1]}")
            opened.execute("SET TimeZone = 'UTC'")
            opened.execute(f"SET allowed_paths = {texts({each for file in files for each in (file, exact(file))})}")
            opened.execute(f"SET allowed_directories = {texts(each + '/' for each in (folder, *folders))}")
            opened.execute("SET enable_external_access = false")
            opened.execute("SET enable_progress_bar = true")
            opened.execute("SET enable_progress_bar_print = false")
            opened.execute("SET lock_configuration = true")
            yield opened
        except RuntimeError as error:
            # So DuckDB tells of an interrupt that reaches it in a statement.
            if str(error) == "Query interrupted":
                raise KeyboardInterrupt from None
            raise
        finally:
            opened.close()


@contextmanager
def reading(data: str) -> Iterator[None]:
    """Raises ``ProblemsError`` where DuckDB cannot read the data in the block."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        # Of the words of the engine its first line alone says something to a reader.
        first = printable(str(error).split("\n", 1)[0])
        problem = Problem("no-cohort", "it cannot be read to its end", data, help=f"the engine says: {first}")
        raise ProblemsError([problem], {}) from None


def columns_of(engine: duckdb.DuckDBPyConnection, table: str = VIEW) -> list[str]:
    """The names of the columns of a table or view."""
    return [row[0] for row in engine.execute(f"DESCRIBE {name(table)}").fetchall()]
