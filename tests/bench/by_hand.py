"""The shipped policy in SQL by hand, and the members that it covers."""

from __future__ import annotations

from pathlib import Path

from kb.cohort.columns import CASE, Rows, Struct, columns
from kb.cohort.quoting import name
from kb.policy import Policy

STATEMENT = Path(__file__).with_name("by_hand.sql").read_text("utf-8")
"""For the view ``cohort``: the case, and a column a status, named as in the lowered policy."""


def covered(policy: Policy, members: str) -> str:
    """The statement for those of the ``members`` (a statement) who have no attested row and no gap in a row.

    The columns for attested rows are left out; single values, flags and lists stay null where they are.
    """
    layout = columns(policy.vocabulary)
    there = [name(each.name) for each in layout if each.required]
    whole = []
    for each in layout:
        if isinstance(each.type, Rows) and each.required:
            item = each.type.item
            fields = [f"r.{name(field.name)}" for field in item.fields] if isinstance(item, Struct) else ["r"]
            gaps = " OR ".join(f"{field} IS NULL" for field in fields)
            whole.append(f"coalesce(len(list_filter({name(each.name)}, lambda r: {gaps})), 0) = 0")
        elif isinstance(each.type, Rows):
            whole.append(f"coalesce(len({name(each.name)}), 0) = 0")
    assert there[0] == name(CASE)
    return f"SELECT {', '.join(there)} FROM ({members}) WHERE {' AND '.join(whole)}"
