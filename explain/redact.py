"""A redacted copy of a case: nobody can read in it who the member is, and it is decided the same.

It is made once, of the case, before anything is decided; so no face, no repair and no comparison has
to know of it. A date that tells who the member is keeps its value for the calendar and shows its
year alone, so that ages and thresholds stay right. A text that somebody wrote freely is replaced by
a token: the same text by the same token, so that what was equal stays equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from kb.answers import Row
from kb.case import Case, Evidence, Fact
from kb.case_facts import UNKNOWN, WRAPPERS, fact_terms
from kb.case_problems import Report
from kb.case_values import ORIGINS
from kb.policy import Policy
from kb.pretty import pretty_term
from kb.problems import Problem, ProblemsError
from kb.syntax import (
    AtLeastDistinct,
    Atom,
    Comparison,
    Compound,
    Constant,
    DirectiveTerm,
    Goal,
    Predicate,
    Term,
    subgoals,
)
from kb.vocabulary import Argument, Input
from kb.what_if import ASSUMED

if TYPE_CHECKING:
    from explain.repair import Repairs

REDACTED = "[redacted]"
DAY = re.compile(r"\b(\d{4})-\d{2}-\d{2}\b")
# The kinds of source that a redacted copy still tells: words that name nobody.
KINDS = (
    ASSUMED, "attestation", "benefit check", "chart", "claims", "claim", "consultation", "consult", "directory", "form",
    "laboratory report", "letter", "mri report", "note", "records", "record", "referral", "report", "results",
    "result", "scan", "statement", "summary",
)  # fmt: skip


class VeiledDate(date):
    """A date that the calendar knows in full and that shows its year alone."""

    def isoformat(self) -> str:
        return f"{self.year:04}"

    def __str__(self) -> str:
        return self.isoformat()

    def __repr__(self) -> str:
        return f"VeiledDate({self.isoformat()})"

    def __format__(self, how: str) -> str:
        return self.isoformat()

    def strftime(self, how: str) -> str:
        return self.isoformat()

    def ctime(self) -> str:
        return self.isoformat()


def redacted(case: Case, policy: Policy, number: int = 0) -> Case:
    """The redacted copy of a case; ``number`` tells it from others that are shown beside it."""
    return _Redaction(policy, case).case(case, f"{number} {REDACTED}" if number else REDACTED)


def redacted_pair(before: Case, after: Case, policy: Policy) -> tuple[Case, Case]:
    """The redacted copies of a case before and after facts were changed: what is equal in both stays equal."""
    hidden = _Redaction(policy, before, after)
    return hidden.case(before, REDACTED), hidden.case(after, REDACTED)


def redacted_policy(policy: Policy) -> Policy:
    """A policy without the folder that its file is in, which may be named after somebody."""
    name = re.split(r"[/\\]", policy.path)[-1]
    path = policy.path if policy.path == f"kb/policies/{name}" else name
    return replace(policy, program=replace(policy.program, path=path))


def redacted_error(error: ProblemsError, place: str) -> ProblemsError:
    """What is wrong with a file or a text, without any of its words: the codes and the lines alone.

    ``place`` stands for the name of the file.
    """
    message, help = "what is wrong is not shown, since it may tell who the member is", "leave `--redact` out to see it"
    told = []
    for each in error.problems:
        where = f"{place}, line {each.span.line}" if each.span.line else place
        said, way_out = (each.message, each.help) if each.code == "unreadable-file" else (message, help)
        told.append(Problem(each.code, said, where, help=way_out))
    return ProblemsError(told, {})


def refuse_names(goal: Goal, case: Case, policy: Policy) -> None:
    """Raise ``ProblemsError`` for a goal that itself names what is redacted of a case."""
    hidden = _Redaction(policy, case)
    for term in constants(goal):
        if hidden.hides(term.value):
            message, help = "the goal names what is redacted", "write a variable in its place"
            raise ProblemsError([Problem("redacted-goal", message, "the goal", help=help)], {})


def redacted_facts(facts: Sequence[str], before: Case, after: Case, policy: Policy) -> tuple[str, ...]:
    """Facts that were assumed or dropped, as they may be shown: the case and whatever could tell it left out.

    They are well-formed, since ``after`` was made of them.
    """
    hidden = _Redaction(policy, before, after)
    text = "".join(f"{fact.strip().removesuffix('.')}.\n" for fact in facts)
    return tuple(map(hidden.told, fact_terms(text, Report("", text))))


def redact_repairs(found: Repairs, case: Case) -> Repairs:
    """The repairs of a redacted case, without the days that would tell a birthday.

    The first day on which somebody is old enough is one; any day that the case itself does not show
    is cut to its year. A case without a veiled date keeps its repairs as they are.
    """
    values = [getattr(term, "value", None) for facts in case.facts.values() for fact in facts for term in fact.row]
    known = {str(value) for value in values if isinstance(value, date)}
    if not any(isinstance(value, VeiledDate) for value in values):
        return found

    def cut(words: str) -> str:
        return DAY.sub(lambda match: match[0] if match[0] in known else match[1], words)

    told = (replace(each, steps=tuple(replace(s, words=cut(s.words)) for s in each.steps)) for each in found.found)
    return replace(found, found=tuple(told), blocked=tuple(map(cut, found.blocked)))


def constants(goal: Goal) -> Iterator[Constant]:
    """Every constant in a goal, at any depth."""
    terms: tuple[Term, ...] = ()
    match goal:
        case Atom(args=args):
            terms = args
        case Comparison(left=left, right=right):
            terms = (left, right)
        case AtLeastDistinct():
            pass
    yield from (term for term in terms if isinstance(term, Constant))
    for inner in subgoals(goal):
        yield from constants(inner)


def source_kind(source: str) -> str:
    """The kind of a source, where a plain word in it tells it, in the place of all that was written."""
    found = [kind for kind in KINDS if re.search(rf"\b{kind}\b", source, re.IGNORECASE)]
    if source.lower() in found:
        return source.lower()
    return f"{max(found, key=len)} {REDACTED}" if found else REDACTED if source else ""


class _Redaction:
    """One redaction under way: what is hidden, and by what it is replaced."""

    def __init__(self, policy: Policy, *cases: Case) -> None:
        self.names = {case.id.value for case in cases}
        self.id = Constant("text", REDACTED)
        self.inputs: dict[Predicate, Input] = {each.predicate: each for each in policy.vocabulary.inputs.values()}
        # What the policy itself says is no secret, and a clause may ask for it.
        self.public = {
            term.value
            for clause in policy.program.clauses
            for goal in (clause.head, *clause.body)
            for term in constants(goal)
            if term.kind == "text"
        }
        types = policy.vocabulary.types.values()
        self.known = {UNKNOWN, *ORIGINS, *(each.name for each in self.inputs.values())}
        self.known |= {value for each in types for value in each.values}
        self.tokens: dict[object, str] = {}
        self.days: set[object] = set()
        for declared, fact in self.facts(cases):
            for argument, term in zip(declared.arguments[1:], fact.row[1:], strict=True):
                if isinstance(term, Constant) and term.kind == "text" and term.value not in self.public:
                    self.token(term.value)
                if isinstance(term, Constant) and argument.type == "date" and declared.personal:
                    self.days.add(term.value)
            if declared.personal:
                found = (match[0] for piece in fact.evidence for match in DAY.finditer(piece.value))
                self.days.update(map(_day, found))
            for _, value in (each for piece in fact.evidence for each in piece.states):
                if isinstance(value, Constant) and value.kind == "text" and value.value not in self.public:
                    self.token(value.value)

    def facts(self, cases: Sequence[Case]) -> Iterator[tuple[Input, Fact]]:
        for case in cases:
            for predicate, facts in case.facts.items():
                yield from ((self.inputs[predicate], fact) for fact in facts)

    def hides(self, value: object) -> bool:
        return value in self.names or value in self.days or value in self.tokens

    def token(self, text: object) -> str:
        return self.tokens.setdefault(text, f"[redacted {len(self.tokens) + 1}]")

    def case(self, case: Case, name: str) -> Case:
        self.id = Constant("text", name, case.id.span)
        facts = {name: tuple(map(self.fact, each)) for name, each in case.facts.items()}
        complete = {
            name: tuple(replace(self.origin(piece), value=self.shortened(piece.value)) for piece in each)
            for name, each in case.complete.items()
        }
        return Case(self.id, REDACTED, REDACTED, "", facts, complete)

    def fact(self, fact: Fact) -> Fact:
        declared = self.inputs[fact.predicate]
        row: Row = (self.id, *map(self.term, fact.row[1:]))
        new = replace(fact, row=row)
        return replace(new, evidence=tuple(self.piece(each, declared) for each in fact.evidence))

    def piece(self, piece: Evidence, declared: Input) -> Evidence:
        """A piece of evidence, its values as those of the row."""
        states = tuple((key, self.hidden(v) if isinstance(v, Constant) else v) for key, v in piece.states)
        return replace(self.origin(piece), value=self.value(piece, declared), states=states)

    def term(self, term: Term) -> Term:
        """A value of the case: a text as its token, a day that tells who the member is with its year alone."""
        return self.hidden(term) if isinstance(term, Constant) else term

    def hidden(self, term: Constant) -> Constant:
        if term.kind == "text" and term.value not in self.public:
            return replace(term, value=self.token(term.value))
        # Another date may fall on the same day, and would tell it.
        if isinstance(term.value, date) and term.value in self.days:
            return replace(term, value=VeiledDate(term.value.year, term.value.month, term.value.day))
        return term

    def origin(self, piece: Evidence) -> Evidence:
        line = piece.place.rpartition(":")[2]
        place = piece.place if piece.place.startswith("--") else f"case:{line}"
        return replace(piece, source=source_kind(piece.source), place=place)

    def value(self, piece: Evidence, declared: Input) -> str:
        """What a piece of evidence states, as it may be shown."""
        fields = {argument.key: argument for argument in declared.fields}
        if declared.kind == "flags" or not fields:
            return piece.value
        if len(fields) == 1:
            return self.stated(piece.value, declared.fields[0])
        return ", ".join(
            f"{key}: {self.stated(str(term.value), fields[key])}"
            for key, term in piece.states
            if isinstance(term, Constant)
        )

    def stated(self, text: str, argument: Argument) -> str:
        if argument.type == "text" and text not in self.public and text not in self.tokens.values():
            return self.token(text)
        return self.shortened(text)

    def shortened(self, text: str) -> str:
        """A text with every day that tells who the member is cut to its year."""
        return DAY.sub(lambda match: match[1] if _day(match[0]) in self.days else match[0], text)

    def told(self, term: DirectiveTerm) -> str:
        """A fact as it may be shown: what the policy itself names stays, and numbers and other days."""
        match term:
            case Compound(name=name, args=args) if name in WRAPPERS or any(name == each.name for each in self.inputs):
                declared = next((each for each in self.inputs.values() if each.name == name), None)
                named = len(args) == (len(declared.arguments) if declared else 2 if name == "none" else -1)
                inner = ", ".join(map(self.told, args[1:] if named else args))
                return f"{name}({inner})" if inner else name
            case Constant(kind="number"):
                return pretty_term(term)
            case Constant(kind="date"):
                return pretty_term(self.term(term))
            case Constant(value=value) if value in self.known:
                return pretty_term(term)
            case Constant(value=value) if value in self.tokens:
                return self.tokens[value]
        return REDACTED


def _day(text: str) -> object:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
