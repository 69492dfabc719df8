"""The command that writes a policy as SQL."""

from __future__ import annotations

import click

from commands.common import (
    edition_option,
    emit,
    one_edition,
    output_option,
    parse_readings,
    policy_option,
    reading_option,
)


@click.command("sql")
@policy_option
@edition_option
@reading_option
@click.option("--dialect", default="duckdb", show_default=True, metavar="NAME", help="Whose SQL: duckdb or spark.")
@click.option("--goal", metavar="GOAL", help="One goal alone, rather than every criterion.")
@click.option("--table", default="cohort", show_default=True, metavar="NAME", help="The table of the members.")
@click.option(
    "--optional", "optional_columns", is_flag=True, help="The table has all columns, also those that may be left out."
)
@output_option
def sql(
    policy: str,
    edition: str | None,
    readings: tuple[str, ...],
    dialect: str,
    goal: str | None,
    table: str,
    optional_columns: bool,
    output: str | None,
) -> None:
    """Write the policy as SQL: one row a member, one column a status.

    The table has the columns that `policykb cohort --template` writes. True is met, false is not met, and null is
    undocumented. A dialect in which that would not come out right is refused with the reason.

    Exit code: 0; 2 bad input, or a dialect that is refused.
    """
    from kb.cohort.connection import require_sqlglot

    require_sqlglot()
    from kb.cohort.warehouse import script

    chosen = one_edition(policy, edition)
    emit(script(chosen, parse_readings(readings), dialect, goal, table, optional_columns), output)
