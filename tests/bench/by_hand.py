"""Every status of the shipped policy by SQL that is written by hand, and as the policy is lowered.

Each is run as a text, by a process that imports DuckDB and nothing of this software.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.policy import Policy


def written(whole: bool) -> str:
    """The statement for the view ``cohort``: the case, and a column a status, named as in the lowered policy.

    ``whole``: for members of whom no row has a gap or is attested alone, or else for all.
    """
    halves = ("by_hand_whole.sql" if whole else "by_hand_gaps.sql", "by_hand.sql")
    lists, statuses = (Path(__file__).with_name(each).read_text("utf-8") for each in halves)
    return f"{lists.rstrip()},\n{statuses}"


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


def lowered(policy: Policy, given: Sequence[str], whole: bool) -> str:
    """The statement of the lowered policy for the view ``cohort``; ``whole``: it knows that no row has a gap."""
    from kb.cohort.duck import statement

    return statement(policy, {}, given, whole=lists(policy) if whole else ())[1]


def lists(policy: Policy) -> list[str]:
    """The columns of lists."""
    from kb.cohort.columns import Rows, columns

    return [each.name for each in columns(policy.vocabulary) if isinstance(each.type, Rows)]
