"""The oracle: the same policy file and cases, decided in SWI-Prolog by an interpreter of their own.

The interpreter is ``three_truths.pl``. One process of it decides any number of cases.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile

from kb.answers import Answers, Row, Status
from kb.case import Case
from kb.syntax import Constant, Predicate, Term, Unknown

HERE = Path(__file__).parent
MOST_SECONDS = 300
NOT_THERE = "the oracle needs SWI-Prolog and there is no `swipl` on the path; on Debian: apt-get install swi-prolog-nox"
STATUSES = {str(int(status)): status for status in Status}
# Of many members the values are few, so each is written and read once.
remembered = lru_cache(20_000)


class OracleError(Exception):
    """The oracle did not answer: SWI-Prolog is missing, or warned, or failed."""


@dataclass(frozen=True)
class Question:
    """A case and the readings chosen for it; a reading that is not chosen has its default."""

    case: Case
    readings: Mapping[str, str]


def swipl(*arguments: str, text: str = "") -> str:
    """What SWI-Prolog prints. Raises ``OracleError`` when it says anything on the error stream."""
    program = shutil.which("swipl")
    if program is None:
        raise OracleError(NOT_THERE)
    command = [program, "-q", "-f", "none", *arguments]
    # Through files: of many cases the text is long, and through pipes it goes in small pieces.
    with TemporaryFile() as given, TemporaryFile() as told:
        given.write(text.encode())
        given.seek(0)
        done = subprocess.run(
            command, stdin=given, stdout=told, stderr=subprocess.PIPE, timeout=MOST_SECONDS, check=False
        )
        if done.returncode or done.stderr:
            raise OracleError(f"swipl ended with code {done.returncode}:\n{done.stderr.decode(errors='replace')}")
        told.seek(0)
        return told.read().decode()


def load(policy: Path) -> None:
    """Load a policy file in SWI-Prolog with the prelude alone. Raises ``OracleError`` on any warning."""
    swipl("-g", "halt", "-t", "halt(1)", str(HERE / "prelude.pl"), str(policy))


def answer(policy: Path, predicates: Iterable[Predicate], questions: Iterable[Question]) -> list[Answers]:
    """For each question the rows of the predicates that are met or undocumented."""
    asked = {str(predicate): predicate for predicate in predicates}
    lines = [f"ask([{', '.join(_quoted(name) for name in asked)}])."]
    lines += [_case(number, question) for number, question in enumerate(questions)]
    text = "\n".join(lines) + "\n"
    told = swipl("-g", "main", "-t", "halt(1)", str(HERE / "three_truths.pl"), "--", str(policy), text=text)
    found: list[dict[Predicate, dict[Row, Status]]] = [{each: {} for each in asked.values()} for _ in lines[1:]]
    for line in told.splitlines():
        number, name, status, *values = line.split(" ")
        found[int(number)][asked[name]][tuple(map(_read, values))] = STATUSES[status]
    return [Answers(rows) for rows in found]


def _case(number: int, question: Question) -> str:
    """The term that puts a case before the interpreter. A fact that is not met has no row."""
    case = question.case
    readings = ", ".join(f"{_quoted(name)}={_quoted(value)}" for name, value in question.readings.items())
    facts = []
    for predicate, given in case.facts.items():
        rows = [
            f"[{', '.join(map(_write, fact.row))}]-{int(fact.status)}"
            for fact in given
            if fact.status is not Status.NOT_MET
        ]
        if rows:
            facts.append(f"{_quoted(str(predicate))}-[{', '.join(rows)}]")
    joined = ",\n ".join(facts)
    return f"case({number}, {_write(case.id)}, [{readings}],\n [{joined}])."


@remembered
def _write(term: Term) -> str:
    """A value as the interpreter reads it."""
    match term:
        case Unknown(label, many):
            return f"{'several' if many else 'unknown'}({_quoted(label)})"
        case Constant("number", int() | Decimal() as amount):
            exact = Fraction(amount)
            return str(exact.numerator) if exact.denominator == 1 else f"{exact.numerator}r{exact.denominator}"
        case Constant("date", date() as day):
            return f"date({day.year}, {day.month}, {day.day})"
        case Constant("text", str() as text):
            return _quoted(text, '"')
        case Constant("atom", str() as text):
            return _quoted(text)
    raise TypeError(term)


@remembered
def _quoted(text: str, quote: str = "'") -> str:
    """A quoted atom or a string of Prolog; whatever is not plain is written by its code."""
    inner = "".join(
        char if char.isascii() and (char.isalnum() or char in " _-./") else f"\\x{ord(char):x}\\" for char in text
    )
    return f"{quote}{inner}{quote}"


@remembered
def _read(spelled: str) -> Term:
    """A value as the interpreter spells it."""
    kind, _, rest = spelled.partition(":")
    if kind == "number":
        amount = Fraction(rest)
        whole = amount.denominator == 1
        return Constant("number", int(amount) if whole else Decimal(amount.numerator) / Decimal(amount.denominator))
    if kind == "date":
        year, month, day = map(int, rest.split("/"))
        return Constant("date", date(year, month, day))
    text = re.sub(r"%(\d+)%", lambda code: chr(int(code[1])), rest)
    if kind in ("unknown", "several"):
        return Unknown(text, many=kind == "several")
    return Constant("atom" if kind == "atom" else "text", text)
