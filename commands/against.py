"""The part of `cohort` that decides every member twice, and shows what changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from commands.cohort_common import hear_rejects, progress, refuse_existing
from commands.common import colour, dump, width

if TYPE_CHECKING:
    from kb.policy import Policy


def compare_data(
    policy: Policy,
    source: str,
    against: str | None,
    readings: Mapping[str, str],
    against_readings: Mapping[str, str],
    data: str,
    rejects: str | None,
    rows: int | None,
    as_json: bool,
) -> None:
    """Decide every member by both sides, and print what changes."""
    from kb.cohort.connection import require_duckdb, require_sqlglot

    require_duckdb()
    require_sqlglot()
    from kb.cohort.against import Side, compare
    from kb.cohort.slices import ROWS

    other = policy if against is None else edition_of(source, against)
    before = Side(policy, policy.readings(readings))
    # What is chosen for both and the other edition does not offer can make no difference there.
    shared = {name: value for name, value in readings.items() if offers(other, name, value)}
    after = Side(other, other.readings({**shared, **against_readings}))
    refuse_existing(rejects)
    with progress("comparing") as told:
        found = compare(data, before, after, rejects is not None, hear_rejects(rejects), told, rows or ROWS)
    if as_json:
        from explain.cohort.json import difference_json

        dump(difference_json(found))
    else:
        from explain.cohort.difference import difference_text

        click.echo(difference_text(found, width=width(), style=colour))


def edition_of(source: str, against: str) -> Policy:
    """The other edition: one of the policy by its name, or whatever `diff` takes."""
    from kb.editions import load_editions
    from kb.regression.sources import load_source

    for each in load_editions(source).policies:
        if each.vocabulary.header.edition == against:
            return each
    return load_source(against)


def offers(policy: Policy, name: str, value: str) -> bool:
    """Whether a policy offers a value of a reading."""
    offered = policy.vocabulary.readings
    return name in offered and value in offered[name].values
