"""A member of a cohort as a case: found by its name, checked, and written down as a case file would have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from kb.case_text import case_text
from kb.cohort.check import check, refuse
from kb.cohort.columns import ATTESTED, CASE, OPEN, columns
from kb.cohort.connection import connection, reading
from kb.cohort.plan import plan
from kb.cohort.quoting import text
from kb.cohort.sources import find_files, open_source
from kb.cohort.tables import open_tables
from kb.policy import Policy
from kb.problems import Problem, ProblemsError, printable
from kb.read_case import CaseText, take_apart
from kb.vocabulary import Input


def member_case(data: str, case: str, policy: Policy) -> CaseText:
    """One member of a cohort as a case file taken apart.

    Columns that the policy does not have may be there, and are left aside. Raises ``ProblemsError`` where there is
    no such member, and with what is wrong with its row.
    """
    record = case_record(member_row(data, case, policy), policy)
    return take_apart(case_text(record), f"{data}, case {printable(case)}")


def member_row(data: str, case: str, policy: Policy) -> dict[str, Any]:
    """The row of a member, checked: every column of the policy that the data has."""
    layout = columns(policy.vocabulary)
    known = {each.name for each in layout}
    format, files = find_files(data)
    with connection(files) as engine:
        tables = format == "tables"
        source = open_tables(engine, data, layout) if tables else open_source(engine, data, format, files)
        items = {each.name for each in source.columns if each.name.partition(".")[0] in known}
        others = [each.name for each in source.columns if each.name not in known | items]
        found = replace(plan(source, layout, others), only=f"= {text(case)}", kept=())
        with reading(data):
            checked = check(engine, found)
            # A fault elsewhere, such as a line that cannot be read, is none of this member's.
            mine = [fault for fault in checked.faults if fault.check.condition]
            refuse(replace(checked, faults=tuple(mine)), data)
            result = engine.execute(checked.members)
            names = [each[0] for each in result.description]
            rows = result.fetchall()
    if not rows:
        help = "the name of a case is written as in the data, capitals and all"
        raise ProblemsError([Problem("no-member", f"no row has the case `{printable(case)}`", data, help=help)], {})
    return dict(zip(names, rows[0], strict=True))


def case_record(row: Mapping[str, Any], policy: Policy) -> dict[str, object]:
    """The record of a member's row: what a case file with the same evidence says."""
    record: dict[str, object] = {"case": str(row[CASE])}
    for declared in policy.vocabulary.inputs.values():
        value = _trimmed(row.get(declared.name))
        if declared.kind == "many":
            attested = _trimmed(row.get(f"{declared.name}{ATTESTED}")) if declared.document else None
            incomplete = bool(row.get(f"{declared.name}{OPEN}"))
            if incomplete and value and not declared.document:
                message = f"the rows of `{declared.name}` are not all there are, which no case file can say"
                raise ProblemsError([Problem("no-case-file", message, f"case {printable(str(row[CASE]))}")], {})
            value = _list(declared, value, attested, incomplete)
        elif isinstance(value, Mapping):
            value = {key: each for key, each in value.items() if each is not None} or None
        if value is not None:
            record[declared.name] = value
    return record


def _trimmed(value: Any) -> Any:
    """A value, the numbers in it without the zeros that a column puts at the end of each."""
    match value:
        case Decimal():
            short = value.normalize()
            return short if short.as_tuple().exponent <= 0 else short.quantize(1)  # type: ignore[operator]
        case Mapping():
            return {key: _trimmed(each) for key, each in value.items()}
        case list():
            return [_trimmed(each) for each in value]
    return value


def _list(
    declared: Input, rows: Sequence[Any] | None, attested: Sequence[Any] | None, incomplete: bool
) -> object | None:
    """A list: its rows, those that are only attested marked so; a list that is only attested is not complete."""
    if incomplete and not rows and not attested:
        return None
    stated = [_row(declared, each) for each in rows or ()]
    only = [_row(declared, each, "attestation") for each in attested or ()]
    if (rows is None and only) or (incomplete and stated):
        # What a list as a whole says does not count where it is only attested; its rows keep what they are.
        own = [_row(declared, each, "document") for each in rows or ()]
        return {"rows": [*own, *only], "origin": "attestation"}
    return None if rows is None else [*stated, *only]


def _row(declared: Input, value: Any, origin: str = "") -> object:
    """A row of a list, with where it is from where that has to be said."""
    if len(declared.fields) > 1:
        known = {key: each for key, each in (value or {}).items() if each is not None}
        if origin and "origin" in {each.key for each in declared.fields}:
            # The word is a field of the row here, so each value says where it is from.
            return {key: {"value": each, "origin": origin} for key, each in known.items()}
        return {**known, "origin": origin} if origin else known
    # A row of which only that it is there is known says so in the long form.
    return {"value": value, "origin": origin or "document"} if origin or value is None else value
