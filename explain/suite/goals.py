"""How a suite names a criterion, an advisory or a grant: `old_enough`, or with its values, `baseline_done(cbc)`.

The case is left out, and a date stands without quotes. A value that the record does not state is `_`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal

from kb.case_problems import listed, shown
from kb.decide import Decision
from kb.policy import Policy
from kb.pretty import pretty_term
from kb.problems import ProblemsError, did_you_mean, printable
from kb.syntax import CASE, Atom, Constant, Predicate, Term, Unknown, Variable
from kb.vocabulary import Criterion

ANY = Variable("_")
_GOAL = re.compile(r"\s*(\w+)\s*(?:\((.*)\))?\s*", re.DOTALL)
# A backslash ends a character by its code, `\\x1B\\`, and else escapes what follows.
_ESCAPE = r"\\x[0-9A-Fa-f]+\\|\\."
_VALUE = re.compile(rf"""\s*((?:"(?:{_ESCAPE}|[^"\\])*"|'(?:{_ESCAPE}|[^'\\])*'|[^,"'])*)\s*(?:,|$)""", re.DOTALL)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


class NotNamedError(Exception):
    """A text names no criterion: what is wrong with it, and help."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message, self.help = message, help


def goal_text(goal: Atom, policy: Policy) -> str:
    """A goal as a suite names it."""
    at = _case_at(policy, goal.predicate)
    values = [_value_text(term) for position, term in enumerate(goal.args) if position != at]
    return printable(f"{goal.name}({', '.join(values)})" if values else goal.name)


def met_texts(decision: Decision, kind: str) -> tuple[str, ...]:
    """The advisories or the grants that are met, as a suite names them, in the order of the policy."""
    from kb.answers import Status, ordered

    found = [
        goal_text(Atom(criterion.predicate.name, row), decision.policy)
        for criterion in decision.policy.vocabulary.criteria.values()
        if criterion.kind == kind
        for row, status in ordered(decision.answers.of(criterion.predicate))
        if status is Status.MET
    ]
    return tuple(dict.fromkeys(found))


def named_goal(text: str, policy: Policy, case: Constant, kinds: Collection[str]) -> Atom:
    """The goal about a case that a text names, of a criterion of these kinds.

    Raises ``NotNamedError`` where it names none.
    """
    match = _GOAL.fullmatch(text)
    if match is None:
        raise NotNamedError(f"{shown(text)} names no criterion", "write `name`, or `name(value)`")
    name, inner = match[1], match[2]
    known = {p: each for p, each in policy.vocabulary.criteria.items() if each.kind in kinds}
    values = list(_values(inner, text)) if inner is not None and inner.strip() else []
    same = [each for predicate, each in known.items() if predicate.name == name]
    if not same:
        raise _unknown(name, policy, known, kinds)
    for criterion in same:
        at = _case_at(policy, criterion.predicate)
        if criterion.predicate.arity - (at is not None) == len(values):
            return _goal(criterion, values, policy, case)
    wanted = " or ".join(f"`{form(each, policy)}`" for each in same)
    raise NotNamedError(f"`{printable(name)}` has another number of values", f"write {wanted}")


def form(criterion: Criterion, policy: Policy) -> str:
    """How a criterion is named, with the types of its values."""
    at = _case_at(policy, criterion.predicate)
    types = _types(policy, criterion.predicate)
    values = [kind or "value" for position, kind in enumerate(types) if position != at]
    name = criterion.predicate.name
    return printable(f"{name}({', '.join(values)})" if values else name)


def _unknown(name: str, policy: Policy, known: Collection[Predicate], kinds: Collection[str]) -> NotNamedError:
    elsewhere = next((each for p, each in policy.vocabulary.criteria.items() if p.name == name), None)
    if elsewhere is not None:
        key = {"grant": "grants", "advisory": "advisories"}.get(elsewhere.kind, "criteria")
        article = "an" if elsewhere.kind == "advisory" else "a"
        return NotNamedError(f"`{printable(name)}` is {article} {elsewhere.kind}", f"it belongs under `{key}`")
    names = [predicate.name for predicate in known]
    what = " or ".join(sorted(kinds, reverse=True))
    help = did_you_mean(name, names) or f"there are {listed(names)}"
    return NotNamedError(f"the policy has no {what} {shown(name)}", help)


def _values(inner: str, whole: str) -> Iterator[str]:
    """The values between the brackets, as written."""
    at = 0
    while at <= len(inner):
        match = _VALUE.match(inner, at)
        if match is None or not match[1].strip():
            raise NotNamedError(f"{shown(whole)} is malformed", "write values between commas: `name(value, value)`")
        yield match[1].strip()
        if match.end() == len(inner) and not inner.endswith(",", at, match.end()):
            return
        at = match.end()


def _goal(criterion: Criterion, values: list[str], policy: Policy, case: Constant) -> Atom:
    types = _types(policy, criterion.predicate)
    at = _case_at(policy, criterion.predicate)
    given = iter(values)
    args = tuple(
        case if position == at else _value(next(given), kind, criterion.predicate.name, policy)
        for position, kind in enumerate(types)
    )
    return Atom(criterion.predicate.name, args)


def _value(text: str, kind: str, name: str, policy: Policy) -> Term:
    """The value that a text spells for a type of the policy."""
    if text == "_":
        return ANY
    where = f"`{printable(name)}`"
    words = _unquoted(text)
    if declared := policy.vocabulary.types.get(kind):
        if words not in declared.values:
            help = did_you_mean(words, declared.values) or f"values: {listed(declared.values)}"
            raise NotNamedError(f"{where} has no {printable(kind.replace('_', ' '))} {shown(words)}", help)
        return Constant("atom", words)
    if kind == "date" or (not kind and _DATE.fullmatch(words)):
        try:
            if _DATE.fullmatch(words):
                return Constant("date", date.fromisoformat(words))
        except ValueError:
            pass
        raise NotNamedError(f"{where} wants a date, found {shown(words)}", "a date is written `2024-03-02`")
    if kind in ("integer", "decimal") or (not kind and _NUMBER.fullmatch(text)):
        if not _NUMBER.fullmatch(text):
            raise NotNamedError(f"{where} wants a number, found {shown(text)}", "write its digits, without quotes")
        return Constant("number", Decimal(text) if "." in text else int(text))
    return Constant("text" if kind == "text" or text.startswith('"') else "atom", words)


def _unquoted(text: str) -> str:
    """A value without its quotes, escapes undone."""
    if text[:1] not in ('"', "'"):
        return text
    from kb.parse import parse_goal

    try:
        goal = parse_goal(f"x({text})")
    except ProblemsError:
        raise NotNamedError(f"the quotes of {shown(text)} are malformed") from None
    if isinstance(goal, Atom) and len(goal.args) == 1 and isinstance(goal.args[0], Constant):
        value = goal.args[0].value
        return value.isoformat() if isinstance(value, date) else str(value)
    raise NotNamedError(f"the quotes of {shown(text)} are malformed")


def _value_text(term: Term) -> str:
    if isinstance(term, Unknown | Variable):
        return "_"
    if isinstance(term.value, date):
        return term.value.isoformat()
    if isinstance(term.value, Decimal):
        return format(term.value.normalize(), "f")
    return pretty_term(term)


def _types(policy: Policy, predicate: Predicate) -> tuple[str, ...]:
    return tuple(policy.types.get(predicate) or (CASE.name, *("",) * (predicate.arity - 1)))


def _case_at(policy: Policy, predicate: Predicate) -> int | None:
    """At which position of its arguments a criterion names the case."""
    types = _types(policy, predicate)
    return types.index(CASE.name) if CASE.name in types else None
