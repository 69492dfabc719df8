"""A policy as a script of SQL for someone else's warehouse."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from kb.cohort.columns import columns
from kb.cohort.dialects import writer_for
from kb.cohort.duck import optional
from kb.cohort.lower import lower
from kb.cohort.sql import select
from kb.policy import Policy
from kb.problems import printable
from kb.query import QUESTION, question
from kb.syntax import Predicate


def script(
    policy: Policy,
    readings: Mapping[str, str] | None = None,
    dialect: str = "duckdb",
    goal: str | None = None,
    table: str = "cohort",
    with_optional: bool = False,
) -> str:
    """The statement that decides every member of a table, laid out to be read.

    ``goal``: that goal alone, its status the greatest of all values of its variables. ``with_optional``: the table
    has the columns that may be left out too. Raises ``ProblemsError`` for a dialect in which it would not be right,
    and for whatever is wrong with the goal or the readings.
    """
    writer = writer_for(dialect)
    given = [each.name for each in columns(policy.vocabulary) if each.required or with_optional]
    asked = None
    if goal is not None:
        found = question(policy, goal)
        policy, asked = found.policy, Predicate(QUESTION, len(found.variables))
    attested, openable = optional(policy, given)
    lowered = lower(policy, readings, attested, openable, goal=asked)
    where = exp.to_table(table, dialect=writer.dialect)
    statement = select(policy, lowered, where, writer, attested, openable, keep=writer.dialect == "duckdb")
    header = policy.vocabulary.header
    chosen = ", ".join(f"{name} = {value}" for name, value in lowered.readings.items()) or "none"
    told = [
        f"{header.title}, {header.payer}, edition {header.edition}, SHA-256 of the policy {policy.hash[:16]}",
        f"readings: {chosen}",
        "one row a member; true is met, false is not met, null is undocumented",
    ]
    lines = [f"-- {printable(' '.join(line.split()))}" for line in told]
    return "\n".join([*lines, statement.sql(dialect=writer.dialect, pretty=True) + ";", ""])
