"""Decision records: what was decided, on which bytes, so that it can be decided again years later.

A record is one line of JSON. It names nobody: the case and the policy are there by the SHA-256 of their
files, without a name, a path or the id of the case, and a free text in a status is there by its own hash.
The dates of a case stay, so a file of records is still to be kept like the cases themselves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from kb.answers import Row, Status
from kb.append import append_line
from kb.decide import VERDICTS, Decision
from kb.problems import Problem, ProblemsError
from kb.syntax import Constant, Predicate, Span, Term, Unknown, Variable

FORMAT = "policykb-record/1"
ENGINE = "pyDatalog"
LONGEST_LINE = 4_000_000
STATUSES: Mapping[Status, str] = {
    Status.MET: "met",
    Status.NOT_MET: "not met",
    Status.UNDOCUMENTED: "undocumented",
}


@dataclass(frozen=True, slots=True)
class Record:
    """One decision as it is kept.

    ``statuses`` has every criterion, advisory and grant by its key, such as ``old_enough`` or
    ``baseline_done(cbc)``; of one that has values, what is not listed is not met.
    """

    recorded_at: str
    software: str
    engine: str
    case_sha256: str
    policy: str
    policy_sha256: str
    edition: str
    readings: Mapping[str, str]
    requested_on: str | None
    verdict: str
    statuses: Mapping[str, str]


def record_of(decision: Decision, software: str, now: datetime) -> Record:
    """The record of a decision; ``software`` is the version that made it, ``now`` the time of recording."""
    header = decision.policy.vocabulary.header
    facts = decision.case.facts.get(Predicate(header.request_date, 2), ())
    day = facts[0].row[1].value if facts and isinstance(facts[0].row[1], Constant) else None
    return Record(
        recorded_at=now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        software=software,
        engine=ENGINE,
        case_sha256=decision.case.hash,
        policy=header.name,
        policy_sha256=decision.policy.hash,
        edition=header.edition,
        readings=dict(decision.readings),
        requested_on=day.isoformat() if isinstance(day, date) else None,
        verdict=decision.verdict,
        statuses=statuses(decision),
    )


def statuses(decision: Decision) -> dict[str, str]:
    """The status of every criterion, advisory and grant in words, by its key."""
    return {key: STATUSES[status] for key, (_, _, status) in instances(decision).items()}


def instances(decision: Decision) -> dict[str, tuple[Predicate, Row, Status]]:
    """Every criterion, advisory and grant of a decision by its key, in the order of the policy.

    One without values is always there, one with values where it is met or undocumented.
    """
    found: dict[str, tuple[Predicate, Row, Status]] = {}
    for predicate in decision.policy.vocabulary.criteria:
        rows = dict(decision.answers.of(predicate))
        if predicate.arity == 1:
            rows.setdefault((decision.case.id,), Status.NOT_MET)
        for row, status in rows.items():
            name = key(predicate, row, decision.case.id)
            # Rows whose keys are alike, such as those of two unlike unknown values, count as the surest.
            if name not in found or found[name][2] < status:
                found[name] = (predicate, row, status)
    return found


def key(predicate: Predicate, row: Row, case: Constant) -> str:
    """The key of one row of a criterion: its name, and its values but for the case."""
    values = [_value(term) for term in (row[1:] if row[:1] == (case,) else row)]
    return f"{predicate.name}({', '.join(values)})" if values else predicate.name


def _value(term: Term) -> str:
    if isinstance(term, Unknown):
        return f"?{term.label}"
    if not isinstance(term, Constant):
        return "?"
    if term.kind == "text":
        # Somebody's own words may name a person.
        return f"text:{hashlib.sha256(str(term.value).encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
    return date.isoformat(term.value) if isinstance(term.value, date) else str(term.value)


def row_of(name: str, types: Sequence[str], values: Mapping[str, Sequence[str]], case: Constant) -> Row:
    """The row of a criterion that has a key, of arguments of these types; ``values`` are those of the enumerations.

    A value that the key does not tell, such as a text, is a variable; without values it tells none.
    """
    told = name.partition("(")[2].removesuffix(")").split(", ")
    first = (case,) if types[:1] == ("case",) else ()
    kinds = types[len(first) :]
    if len(told) != len(kinds):
        return (*first, *(Variable("_") for _ in kinds))
    return (*first, *(_term(value, kind, values) for value, kind in zip(told, kinds, strict=True)))


def _term(value: str, kind: str, values: Mapping[str, Sequence[str]]) -> Term:
    with suppress(ValueError, ArithmeticError):
        if kind == "date":
            return Constant("date", date.fromisoformat(value))
        if kind in ("integer", "decimal"):
            return Constant("number", int(value) if kind == "integer" else Decimal(value))
    return Constant("atom", value) if value in values.get(kind, ()) else Variable("_")


# The file


def append_record(path: Path, record: Record) -> bool:
    """Add a record to a file, whole or not at all, whatever other processes add; see ``append_line``."""
    return append_line(path, line_of(record))


def line_of(record: Record) -> bytes:
    """A record as its line."""
    data = {"format": FORMAT, **asdict(record)}
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def read_records(path: Path) -> Iterator[tuple[int, Record | Problem]]:
    """The records of a file, each with the number of its line, or what is wrong with the line.

    Raises ``ProblemsError`` when the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if line.strip():
                    yield number, _read_line(line, str(path), number)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "it cannot be read").lower()
        raise ProblemsError([Problem("unreadable-file", reason, str(path))], {}) from None


def _read_line(line: bytes, path: str, number: int) -> Record | Problem:
    def wrong(message: str, help: str = "") -> Problem:
        return Problem("damaged-record", message, path, Span(number, 1, number, 2), help)

    whole = line.endswith(b"\n")
    torn = "" if whole else "the last line of the file was cut, as a power failure leaves it"
    if len(line) > LONGEST_LINE:
        return wrong("the line is longer than a record ever is")
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return wrong(torn or "the line is not a record", "take the line out by hand; the others are read all the same")
    if not isinstance(data, dict) or not str(data.get("format", "")).startswith("policykb-record/"):
        return wrong("the line is not a record")
    if data["format"] != FORMAT:
        return wrong("the record has a format that this release does not know", f"this release reads {FORMAT}")
    given: dict[str, Any] = {each.name: data.get(each.name) for each in fields(Record)}
    if lacking := [name for name, value in given.items() if not _fits(name, value)]:
        return wrong(f"the record lacks {', '.join(f'`{name}`' for name in lacking)}, or has another value there")
    return Record(**given)


def _fits(name: str, value: Any) -> bool:
    if name in ("readings", "statuses"):
        words = STATUSES.values() if name == "statuses" else None
        return isinstance(value, dict) and all(
            isinstance(each, str) and (words is None or each in words) for each in value.values()
        )
    if name == "requested_on" and value is None:
        return True
    if name == "verdict":
        return value in VERDICTS.values()
    if name in ("case_sha256", "policy_sha256"):
        return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")
    return isinstance(value, str)


def hashes(paths: Iterable[Path], most: int) -> Iterator[tuple[Path, str]]:
    """Each file with the SHA-256 of its bytes, but for those that cannot be read or are larger than ``most``."""
    for path in paths:
        try:
            if path.stat().st_size <= most:
                yield path, hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            continue
