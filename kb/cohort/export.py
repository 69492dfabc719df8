"""The rows of a statement written to a file, streamed: whole or not at all, for their owner alone."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kb.cohort.columns import Column, Scalar
from kb.cohort.connection import reading
from kb.cohort.endings import ENDINGS, Format
from kb.cohort.quoting import name, text
from kb.problems import Problem, ProblemsError

if TYPE_CHECKING:
    import duckdb

    from kb.cohort.data import Cohort

# A group of rows in Parquet is held in memory whole.
_OPTIONS = {
    "parquet": "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440",
    "csv": "FORMAT csv, HEADER true",
    "ndjson": "FORMAT json",
}
_WAIT = 0.2
_START = 1.0


def output_format(path: str) -> Format:
    """The format that the ending of a name asks for. Raises ``ProblemsError``."""
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        known = ", ".join(f"`{each}`" for each in ENDINGS)
        raise ProblemsError(
            [Problem("no-format", "its name does not say in which format", path, help=f"one of {known}")], {}
        )
    return ENDINGS[ending]


@contextmanager
def draft(path: str) -> Iterator[str]:
    """A file beside the one named, which takes its place at the end of the block, unless that raises.

    It is its owner's alone. Raises ``ProblemsError`` where it cannot be written, or is there already.
    """
    target = Path(os.path.abspath(path))
    if target.exists():
        raise ProblemsError(
            [Problem("exists", "there is a file of this name already", path, help="choose another name")], {}
        )
    try:
        handle, made = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
        os.close(handle)
    except OSError as error:
        raise unwritable(error, path) from None
    try:
        yield made
        os.chmod(made, 0o600)
        with open(made, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(made, target)
    except BaseException as error:
        Path(made).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise unwritable(error, path) from None
        raise


def unwritable(error: Exception, path: str) -> ProblemsError:
    """The problem that a file cannot be written."""
    reason = (getattr(error, "strerror", None) or str(error).split("\n", 1)[0]).lower()
    return ProblemsError([Problem("unwritable", f"cannot be written: {reason}", path)], {})


def copy(
    engine: duckdb.DuckDBPyConnection,
    select: str,
    path: str,
    format: Format,
    layout: Sequence[Column] = (),
    told: Callable[[float], None] | None = None,
) -> int:
    """Write the rows of a statement to a file; how many they are.

    In CSV a column of the layout that is more than a single value becomes JSON. ``told`` hears from time to time
    what share is done, from 0 to 1. An interrupt stops the statement.
    """
    if format == "csv":
        there = engine.sql(select).columns
        wide = [each.name for each in layout if not isinstance(each.type, Scalar) and each.name in there]
        parts = [f"to_json({name(key)})::VARCHAR AS {name(key)}" for key in wide]
        select = f"SELECT * REPLACE ({', '.join(parts)}) FROM ({select})" if parts else select
    statement = f"COPY ({select}) TO {text(path)} ({_OPTIONS[format]}, USE_TMP_FILE false)"
    return run(engine, statement, told)


def write_members(cohort: Cohort, select: str, path: Path, told: Callable[[float], None] | None = None) -> None:
    """Write the rows of a statement over the members of a cohort to a file of Parquet, whole or not at all.

    Raises ``ProblemsError`` where the data cannot be read to its end, or the file not be written.
    """
    import duckdb

    with reading(cohort.plan.source.data), draft(str(path)) as made:
        try:
            copy(cohort.connection, select, made, "parquet", told=told)
        except duckdb.IOException as error:
            raise unwritable(error, str(path)) from None


def run(engine: duckdb.DuckDBPyConnection, statement: str, told: Callable[[float], None] | None = None) -> int:
    """Run a statement in another thread, so that an interrupt reaches it; the first value of its result."""
    found: list[int] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            if stopped.is_set():
                return
            rows = engine.execute(statement).fetchall()
            found.append(rows[0][0] if rows else 0)
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()

    # An interrupted `join` takes a thread for ended that is not, so an event tells the end.
    done, stopped = threading.Event(), threading.Event()
    thread = threading.Thread(target=work, daemon=True)
    try:
        thread.start()
        while not done.wait(_WAIT):
            if told is not None:
                told(max(0.0, engine.query_progress() / 100))
    except BaseException:
        # However often somebody asks, the statement is let end: a thread that outlives the program brings it down.
        # One that an interrupt has kept from starting finds that it is to stop, should it start after all.
        stopped.set()
        patience = _START
        while not done.is_set() and (thread.ident is not None or patience > 0):
            with suppress(KeyboardInterrupt):
                engine.interrupt()
                done.wait(_WAIT)
                patience -= _WAIT
        raise
    if errors:
        raise errors[0]
    return found[0]
