"""Every status of the shipped policy by SQL that is written by hand, and as the policy is lowered.

The process that runs the statement by hand imports DuckDB and nothing of this software.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kb.policy import Policy

STATEMENT = Path(__file__).with_name("by_hand.sql").read_text("utf-8")
"""For the view ``cohort``: the case, and a column a status, named as in the lowered policy."""


def covered(policy: Policy, members: str) -> str:
    """The statement for those ``members`` (a table) of whom no row is attested alone or has a gap.

    The columns of attested rows are left out; single values, flags and lists stay null where they are.
    """
    from kb.cohort.columns import Rows, columns
    from kb.cohort.fitting import gaps
    from kb.cohort.quoting import name

    layout = columns(policy.vocabulary)
    kept = ", ".join(name(each.name) for each in layout if each.required)
    lists = [each for each in layout if isinstance(each.type, Rows)]
    whole = [
        f"NOT ({gaps(each.type, name(each.name))})" if each.required else f"coalesce(len({name(each.name)}), 0) = 0"
        for each in lists
    ]
    return f"SELECT {kept} FROM {members} WHERE {' AND '.join(whole)}"


def lowered(duck: Any) -> str:
    """The statement of the lowered policy for the view ``cohort``, of which both know that no row has a gap."""
    from kb.cohort.connection import VIEW, columns_of
    from kb.cohort.kept import kept_statement
    from kb.policy import load_policy

    policy = load_policy()
    return kept_statement(policy, {}, columns_of(duck), VIEW, whole=lists(policy))[1]


def lists(policy: Policy) -> list[str]:
    """The columns of lists."""
    from kb.cohort.columns import Rows, columns

    return [each.name for each in columns(policy.vocabulary) if isinstance(each.type, Rows)]


def by_hand(duck: Any) -> str:
    """The statement by hand."""
    return STATEMENT


def written(duck: Any, query: str, out: str) -> object:
    """Write a truth for each status; how long that took alone, and how many are eligible, may be, are there.

    Alone: without imports, without lowering, and without the planning.
    """
    duck.execute(f"PREPARE written AS COPY ({query}) TO '{out}' (FORMAT parquet)")
    start = time.perf_counter(), time.process_time()
    duck.execute("EXECUTE written")
    seconds, processors = time.perf_counter() - start[0], time.process_time() - start[1]
    asked = f"SELECT count(*) FILTER (eligible), count(*) - count(eligible), count(*) FROM '{out}'"
    return f"alone {seconds:.2f} s, {processors:.2f} s of CPU", *duck.execute(asked).fetchone()
