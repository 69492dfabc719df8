"""Small programs with what follows from them: the nouns, and a short way to write facts.

``a(x) ~b(?1) -f(y)`` gives three facts: one that is met, one that is undocumented and one that is
documented as false. ``?1`` is an unknown value with that label, ``?*`` one of a list that is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from kb.answers import Answers, Status
from kb.case import Case, Fact
from kb.syntax import Constant, Predicate, Term, Unknown
from kb.vocabulary import Vocabulary

DECLARATIONS = r"""
:- policy(tiny, [title("Tiny"), payer("Payer"), edition('1'), effective('2024-01-01'),
                 root(goal), request_date(requested_on), section('A', "All")]).
:- type(item, [x, y, z]).
:- input(requested_on(P: case, Date: date), one, "When?").
:- input(a(P: case, Item: item), many, "a?").
:- input(b(P: case, Item: item), many, "b?").
:- input(c(P: case, Item: item), many, "c?").
:- input(d(P: case, Date: date), many, "d?").
:- input(span(P: case, Start: date, End: date), many, "span?").
:- input(trial(P: case, Item: item, Date: date), many, "trial?").
:- input(n(P: case, Amount: decimal), one, "n?").
:- input(m(P: case, Amount: decimal), one, "m?").
:- input(words(P: case, Words: text), one, "words?").
:- input(f(P: case, Item: item), flags, "f?").
:- input(p(P: case), one, "p?").
:- input(q(P: case), one, "q?").
:- input(r(P: case), one, "r?").
:- reading(way, left, [right], "either").
:- criterion(goal/1, 'A', "the goal").
"""
ID = Constant("text", "A-1")
GOAL, FOUND = Predicate("goal", 1), Predicate("found", 2)
SIGNS = {"": Status.MET, "~": Status.UNDOCUMENTED, "-": Status.NOT_MET}
FACT = re.compile(r'([~-]?)(\w+)(?:\(((?:"(?:[^"\\]|\\.)*"|[^)"])*)\))?')


@dataclass(frozen=True)
class Program:
    """Clauses, the facts that they are given, and what follows: the status of the goal, or the rows found.

    Of a row only the item counts; it is ``?`` for an unknown value and ``?*`` for one of a missing list.
    """

    name: str
    clauses: str
    facts: str
    goal: Status = Status.NOT_MET
    found: Mapping[str, Status] | None = None
    readings: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The whole policy; where rows are asked for, the goal is that there is one."""
        return DECLARATIONS + self.clauses + ("" if self.found is None else "\ngoal(P) :- found(P, _).") + "\n"

    def case(self, vocabulary: Vocabulary | None = None) -> Case:
        """The case with these facts; the inputs of the vocabulary that none of them names have no row."""
        declared = vocabulary.inputs.values() if vocabulary else ()
        facts: dict[Predicate, list[Fact]] = {each.predicate: [] for each in declared}
        for sign, name, values in FACT.findall(self.facts):
            row = (ID, *(_term(value) for value in re.findall(r'"(?:[^"\\]|\\.)*"|[^\s,]+', values)))
            predicate = Predicate(name, len(row))
            facts.setdefault(predicate, []).append(Fact(predicate, row, SIGNS[sign]))
        return Case(ID, "case.yaml", "", "", {name: tuple(rows) for name, rows in facts.items()}, {})

    def faults(self, answers: Answers) -> str:
        """How the answers of a decider differ from what follows; nothing where they do not."""
        if self.found is None:
            status = max(answers.of(GOAL).values(), default=Status.NOT_MET)
            return "" if status is self.goal else f"{self.name}: the goal is {status.name}, not {self.goal.name}"
        rows: dict[str, Status] = {}
        for (_, item), status in answers.of(FOUND).items():
            shown = "?*"[: 1 + item.many] if isinstance(item, Unknown) else str(getattr(item, "value", item))
            rows[shown] = max(status, rows.get(shown, Status.NOT_MET))
        return "" if rows == self.found else f"{self.name}: found {rows}, not {dict(self.found)}"


def _term(text: str) -> Term:
    if text.startswith("?"):
        return Unknown(text, many=text == "?*")
    if text.startswith('"'):
        return Constant("text", re.sub(r"\\(.)", r"\1", text[1:-1]))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return Constant("date", date.fromisoformat(text))
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return Constant("number", Decimal(text) if "." in text else int(text))
    return Constant("atom", text)


def each(name: str, clauses: str, expected: Mapping[str, Status]) -> list[Program]:
    """The same clauses on several records, each with the status of the goal."""
    return [Program(f"{name}: {facts or 'no facts'}", clauses, facts, status) for facts, status in expected.items()]


def rows(name: str, clauses: str, facts: str, found: Mapping[str, Status], **readings: str) -> Program:
    """Clauses and facts with the rows that are found."""
    return Program(name, clauses, facts, found=found, readings=readings)


def spans(unit: str, expected: Mapping[str, int]) -> list[Program]:
    """Elapsed units from one date to another, and back."""
    programs = []
    for dates, number in expected.items():
        start, end = dates.split(" ")
        for there, back, units in ((start, end, number), (end, start, -number)):
            clauses = f"goal(P) :- span(P, S, E), {unit}_between(S, E, N), N = {units}."
            programs += each(f"{units} {unit}", clauses, {f"span({there}, {back})": Status.MET})
    return programs
