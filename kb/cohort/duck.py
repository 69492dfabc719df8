"""DuckDB: runs a lowered policy over the members of a cohort, embedded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kb.cohort.columns import ATTESTED, OPEN, Rows, columns
from kb.cohort.connection import VIEW, columns_of
from kb.cohort.folding import Folding
from kb.cohort.inlining import inlined
from kb.cohort.lower import lower
from kb.cohort.lowered import Lowered
from kb.cohort.quoting import text
from kb.cohort.sql import select
from kb.cohort.statuses import Manifest, manifest, masks
from kb.policy import Policy
from kb.syntax import Predicate

if TYPE_CHECKING:
    import duckdb


def optional(policy: Policy, given: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The lists with a column of attested rows among those given, and the lists that need not be complete."""
    there = set(given)
    lists = [each for each in columns(policy.vocabulary) if each.input and not each.required and each.name in there]
    attested = frozenset(each.input.name for each in lists if each.input and each.name.endswith(ATTESTED))
    return attested, frozenset(each.input.name for each in lists if each.input and each.name.endswith(OPEN))


def whole_lists(policy: Policy, given: Iterable[str], whole: Iterable[str]) -> frozenset[str]:
    """The lists of which no row has a gap, attested rows among them: those of which all columns given are ``whole``."""
    there, known = set(given), set(whole)
    lists = [each for each in columns(policy.vocabulary) if isinstance(each.type, Rows) and each.name in there]
    with_gaps = {each.input for each in lists if each.name not in known}
    return frozenset(each.input.name for each in lists if each.input and each.input not in with_gaps)


def statement(
    policy: Policy,
    readings: Mapping[str, str] | None,
    given: Sequence[str],
    table: str = VIEW,
    carried: Sequence[str] = (),
    goal: Predicate | None = None,
    with_clauses: bool = False,
    whole: Iterable[str] = (),
) -> tuple[Lowered, str]:
    """A policy lowered for a table with the given columns, and the statement for it: a column a status.

    ``carried`` are further columns of the table that the result has too, and ``whole`` are those columns of lists in
    which no row has a gap; ``goal`` and ``with_clauses`` are those of ``lower``.
    """
    attested, openable = optional(policy, given)
    lists = whole_lists(policy, given, whole)
    lowered = lower(policy, readings, attested, openable, lists, goal, with_clauses)
    lowered = inlined(lowered, Folding(openable, lists))
    written = select(policy, lowered, table, attested=attested, openable=openable, carried=carried)
    return lowered, written.sql(dialect="duckdb")


def run(
    policy: Policy,
    readings: Mapping[str, str] | None,
    engine: duckdb.DuckDBPyConnection,
    out: str,
    wide: bool = False,
    table: str = VIEW,
) -> Manifest:
    """Decide every member of a table, and write a row for each to a Parquet file.

    The row has the case, the verdict and the masks that the manifest explains, or, ``wide``, a truth for each
    status. The caller sees to it that the file is whole or not there.
    """
    lowered, decided = statement(policy, readings, columns_of(engine, table), table)
    told = manifest(policy, lowered)
    query = decided if wide else masks(told, lowered.root, decided)
    engine.execute(f"COPY ({query}) TO {text(out)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)")
    return told
