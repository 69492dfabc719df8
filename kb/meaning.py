"""What an expression means: raw expressions to clauses, goals, terms and directives."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, cast

from kb.problems import Problem, printable
from kb.syntax import (
    AtLeast,
    AtLeastDistinct,
    Atom,
    Clause,
    Comparison,
    Compound,
    Conjunction,
    Constant,
    Directive,
    DirectiveTerm,
    Goal,
    ListTerm,
    Negation,
    Operator,
    Span,
    Term,
    Variable,
)

NAME = re.compile(r"[a-z][A-Za-z0-9_]*")
COUNTS = {"one_of": 1, "two_of": 2, "three_of": 3}
FORMS = frozenset({*COUNTS, "all_of", "at_least"})
MOST_DIGITS = 40
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]*\\?|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|c\s*|.|\n)|''|\"\"", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"', "`": "`", "\n": "", "r": "\r", "e": "\x1b", "s": " "}
_NO_ARITHMETIC = "state the number in the case, or use `years_between`, `months_between` or `days_between`"


class Raw(NamedTuple):
    """An expression as parsed: its kind, the token that names it, its parts, its first and last token."""

    kind: str
    token: Any
    parts: tuple[Any, ...]
    first: Any
    last: Any


def span_of(raw: Raw) -> Span:
    """Where an expression stands."""
    return Span(raw.first.line, raw.first.column, raw.last.end_line, raw.last.end_column)


class Reader:
    """Reads raw expressions of one file, and adds what is wrong with them to its problems."""

    def __init__(self, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems

    def wrong(self, code: str, message: str, raw: Raw, help: str = "") -> None:
        self.problems.append(Problem(code, message, self.path, span_of(raw), help))

    def directive(self, raw: Raw) -> Directive | None:
        if raw.kind == "call":
            args = tuple(self.directive_term(part) for part in raw.parts)
            return Directive(str(raw.token)[:-1], args, span_of(raw))
        if raw.kind == "NAME":
            return Directive(str(raw.token), (), span_of(raw))
        self.wrong("syntax", "a directive is written `:- name(...).`", raw)
        return None

    def directive_term(self, raw: Raw) -> DirectiveTerm:
        match raw.kind:
            case "call":
                return Compound(str(raw.token)[:-1], tuple(map(self.directive_term, raw.parts)), span_of(raw))
            case "list":
                return ListTerm(tuple(map(self.directive_term, raw.parts)), span_of(raw))
            case "operation" if raw.token.type in ("COLON", "SLASH"):
                return Compound(str(raw.token), tuple(map(self.directive_term, raw.parts)), span_of(raw))
            case "operation" | "conjunction" | "negation":
                self.wrong("syntax", "a goal cannot stand in a directive", raw)
                return Constant("atom", "", span_of(raw))
        return cast("Variable | Constant", self.term(raw))

    def clause(self, head: Raw, body: Raw | None) -> Clause | None:
        if head.kind == "call":
            name = str(head.token)[:-1]
            atom = Atom(name, tuple(map(self.term, head.parts)), span_of(head))
        elif head.kind == "NAME":
            atom = Atom(str(head.token), (), span_of(head))
        else:
            self.wrong("head", "the head of a clause is one predicate", head, "write `name(X, ...) :- goals.`")
            if body is not None:
                self.goals(body)
            return None
        goals = self.goals(body) if body is not None else ()
        last = body.last if body is not None else head.last
        return Clause(atom, goals, Span(head.first.line, head.first.column, last.end_line, last.end_column))

    def goals(self, raw: Raw) -> tuple[Goal, ...]:
        parts = raw.parts if raw.kind == "conjunction" else (raw,)
        return tuple(self.goal(part) for part in parts)

    def goal(self, raw: Raw) -> Goal:
        """The goal that an expression means; a stand-in, and a problem, where it means none."""
        span = span_of(raw)
        match raw.kind:
            case "call":
                name = str(raw.token)[:-1]
                if name in FORMS:
                    return self.count(name, raw)
                return Atom(name, tuple(map(self.term, raw.parts)), span)
            case "NAME":
                return Atom(str(raw.token), (), span)
            case "negation":
                return Negation(self.goal(raw.parts[0]), span)
            case "conjunction":
                return Conjunction(tuple(map(self.goal, raw.parts)), span)
            case "operation" if raw.token.type == "COMPARE":
                left, right = map(self.term, raw.parts)
                return Comparison(cast(Operator, str(raw.token)), left, right, span)
            case "arithmetic":
                self.wrong("arithmetic", "arithmetic is not supported", raw, _NO_ARITHMETIC)
            case "operation" if raw.token.type == "SLASH":
                self.wrong("arithmetic", "arithmetic is not supported", raw, _NO_ARITHMETIC)
            case "VARIABLE":
                self.wrong("not-a-goal", "a variable cannot stand as a goal", raw, "name the predicate")
            case _:
                self.wrong("not-a-goal", "this is not a goal", raw, "a goal is a predicate, or two terms compared")
        return Atom("", (), span)

    def count(self, name: str, raw: Raw) -> Goal:
        """The counting form of an expression: ``two_of(...)``, ``at_least(K, [...])``, ``at_least(K, X, G)``."""
        span, parts = span_of(raw), raw.parts
        if name != "at_least":
            goals = tuple(map(self.goal, parts))
            return AtLeast(COUNTS.get(name, len(goals)), goals, span, name)
        amount = self.term(parts[0])
        counted = amount.value if isinstance(amount, Constant) and amount.kind == "number" else None
        if isinstance(counted, int):
            if len(parts) == 2 and parts[1].kind == "list":
                return AtLeast(counted, tuple(map(self.goal, parts[1].parts)), span, name)
            if len(parts) == 3 and parts[1].kind == "VARIABLE" and parts[1].token != "_":
                variable = Variable(str(parts[1].token), span_of(parts[1]))
                return AtLeastDistinct(counted, variable, self.goal(parts[2]), span)
        self.wrong("count", "this count is malformed", raw, "write `at_least(2, [G1, G2, G3])` or `at_least(2, X, G)`")
        return Atom("", (), span)

    def term(self, raw: Raw) -> Term:
        """The term that an expression means; a stand-in, and a problem, where it means none."""
        span = span_of(raw)
        match raw.kind:
            case "VARIABLE":
                return Variable(str(raw.token), span)
            case "NAME":
                return Constant("atom", str(raw.token), span)
            case "QUOTED":
                return self.quoted(self.unescaped(raw), raw)
            case "TEXT":
                return Constant("text", self.unescaped(raw), span)
            case "NUMBER":
                return self.number(raw)
            case "arithmetic":
                self.wrong("arithmetic", "arithmetic is not supported", raw, _NO_ARITHMETIC)
            case "operation" if raw.token.type == "SLASH":
                self.wrong("arithmetic", "arithmetic is not supported", raw, _NO_ARITHMETIC)
            case "list":
                self.wrong("nested-term", "a list cannot stand here", raw, "write one fact or one goal for each item")
            case _:
                self.wrong("nested-term", "a goal is no term", raw, "an argument is a variable or a constant")
        return Constant("atom", "", span)

    def number(self, raw: Raw) -> Constant:
        text = str(raw.token)
        if sum(map(str.isdigit, text)) > MOST_DIGITS:
            self.wrong("number", f"the number has more than {MOST_DIGITS} digits", raw)
            return Constant("number", 0, span_of(raw))
        return Constant("number", Decimal(text) if "." in text else int(text), span_of(raw))

    def quoted(self, text: str, raw: Raw) -> Constant:
        span = span_of(raw)
        if not _DATE.fullmatch(text):
            return Constant("atom", text, span)
        try:
            return Constant("date", date.fromisoformat(text), span)
        except ValueError:
            self.wrong("date", f"the date `{text}` does not exist", raw, "a date is written `'YYYY-MM-DD'`")
            return Constant("date", date.min, span)

    def unescaped(self, raw: Raw) -> str:
        """What stands between the quotes, escapes resolved."""
        token = str(raw.token)
        quote, text = token[0], token[1:-1]
        if "\\" not in text and quote not in text:
            return text

        def resolve(match: re.Match[str]) -> str:
            whole, escape = match[0], match[1]
            if escape is None:
                return quote if whole[0] == quote else whole
            if escape in _ESCAPES:
                return _ESCAPES[escape]
            if escape[0] == "c":
                return ""
            if escape[0] in "xuU" and len(escape) > 1 and (escape[0] != "x" or escape[-1] == "\\"):
                digits = escape[1:].rstrip("\\")
                code = int(digits, 16) if 0 < len(digits) <= 8 else 0
                if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF:
                    return chr(code)
            shown = printable(whole)
            self.wrong("escape", f"`{shown}` is not an escape", raw, r"a backslash itself is written `\\`")
            return ""

        return _ESCAPE.sub(resolve, text)
