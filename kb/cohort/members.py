"""A case as a member of a cohort: one row, in the layout of a cohort's columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kb.answers import Status
from kb.case import Case, Fact
from kb.policy import Policy
from kb.syntax import Constant, Term, Unknown
from kb.vocabulary import Input


def member(case: Case, policy: Policy) -> dict[str, Any]:
    """The row of a case.

    Besides the columns of the inputs it has, for a list with rows that are only attested, a column
    ``<input>__attested``, and for a list that has rows and is not complete a column ``<input>__open``.
    Evidence that contradicts itself is null.
    """
    row: dict[str, Any] = {"case": str(case.id.value)}
    for declared in policy.vocabulary.inputs.values():
        facts = case.facts.get(declared.predicate, ())
        if declared.kind == "flags":
            row[declared.name] = {str(_value(fact.row[1])): _truth(fact) for fact in facts}
        elif declared.kind == "many":
            row.update(_many(declared, facts))
        elif declared.fields:
            row[declared.name] = _fields(declared, facts[0].row) if facts else None
        else:
            row[declared.name] = _truth(facts[0]) if facts else None
    return row


def _truth(fact: Fact) -> bool | None:
    return None if fact.status is Status.UNDOCUMENTED else fact.status is Status.MET


def _fields(declared: Input, row: Sequence[Term]) -> Any:
    values = {each.key: _value(term) for each, term in zip(declared.fields, row[1:], strict=True)}
    return values if len(values) > 1 else next(iter(values.values()))


def _value(term: Term) -> Any:
    return term.value if isinstance(term, Constant) else None


def _many(declared: Input, facts: Sequence[Fact]) -> dict[str, Any]:
    """The columns of a list."""
    name = declared.name
    rest = [fact for fact in facts if any(isinstance(term, Unknown) and term.many for term in fact.row)]
    rows = [_fields(declared, fact.row) for fact in facts if fact.status is Status.MET]
    attested = [_fields(declared, f.row) for f in facts if f.status is Status.UNDOCUMENTED and f not in rest]
    columns: dict[str, Any] = {name: None if rest and not rows else rows}
    if attested:
        columns[f"{name}__attested"] = attested
    if rest and rows:
        columns[f"{name}__open"] = True
    return columns
