"""The terms of directives taken apart: each helper gives what is expected or says what is wrong, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NoReturn

from kb.problems import Problem, did_you_mean, printable
from kb.syntax import Compound, Constant, Directive, DirectiveTerm, ListTerm, Predicate, Span, Variable

FORMS = {
    "policy": ":- policy(name, [title(\"...\"), payer(\"...\"), edition('...'), effective('YYYY-MM-DD'), "
    "root(goal), request_date(input), section('A.1', \"...\")]).",
    "type": ':- type(name, [value, value: "label"]).',
    "input": ':- input(name(P: case, Field: type), one, "question", '
    '[says("..."), noun("..."), document, change(document)]).',
    "criterion": ":- criterion(name/arity, 'SECTION', \"title with {Variable}\").",
    "advisory": ":- advisory(name/arity, 'SECTION', \"title with {Variable}\").",
    "grant": ":- grant(name/arity, 'SECTION', \"title with {Variable}\").",
    "reading": ':- reading(name, default, [alternative], "why the text is ambiguous").',
    "informational": ":- informational('SECTION', \"what it says, and why no rule\").",
}
_BRACE = re.compile(r"\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[a-z][A-Za-z0-9_]*")


class Malformed(Exception):
    """A directive that has not the form that its name asks for."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


def malformed(message: str, term: DirectiveTerm | Directive) -> NoReturn:
    raise Malformed(message, term.span)


def sized(directive: Directive, fewest: int, most: int | None = None) -> tuple[DirectiveTerm, ...]:
    """The arguments of a directive, when there are as many as its form has."""
    count = len(directive.args)
    if not fewest <= count <= (most or fewest):
        wanted = str(fewest) if not most else f"{fewest} or {most}"
        noun = "argument" if wanted == "1" else "arguments"
        malformed(f"`{directive.name}` takes {wanted} {noun}, found {count}", directive)
    return directive.args


def name_of(term: DirectiveTerm, what: str) -> str:
    """A name in lower case."""
    if isinstance(term, Constant) and term.kind == "atom" and _NAME.fullmatch(str(term.value)):
        return str(term.value)
    malformed(f"{what} is expected here, a name in lower case", term)


def word_of(term: DirectiveTerm, what: str) -> str:
    """What a quoted atom, a text or a date says."""
    if isinstance(term, Constant) and term.kind in ("atom", "text", "date") and str(term.value).strip():
        return str(term.value)
    malformed(f"{what} is expected here, in quotes", term)


def text_of(term: DirectiveTerm, what: str) -> str:
    """What a text says; an empty one says nothing."""
    if isinstance(term, Constant) and term.kind == "text" and str(term.value).strip():
        return str(term.value)
    malformed(f"{what} is expected here, a text in double quotes", term)


def date_of(term: DirectiveTerm, what: str) -> date:
    if isinstance(term, Constant) and isinstance(term.value, date):
        return term.value
    malformed(f"{what} is expected here, a date such as '2024-05-01'", term)


def items_of(term: DirectiveTerm, what: str) -> tuple[DirectiveTerm, ...]:
    if isinstance(term, ListTerm):
        return term.items
    malformed(f"a list is expected here, {what}", term)


def pair_of(term: DirectiveTerm, operator: str) -> tuple[DirectiveTerm, DirectiveTerm] | None:
    """Both sides of ``left: right`` or ``left/right``."""
    if isinstance(term, Compound) and term.name == operator and len(term.args) == 2:
        return term.args[0], term.args[1]
    return None


def indicator_of(term: DirectiveTerm) -> Predicate:
    """A predicate, written ``name/arity``."""
    if pair := pair_of(term, "/"):
        left, right = pair
        if isinstance(right, Constant) and isinstance(right.value, int) and right.value >= 0:
            return Predicate(name_of(left, "a predicate"), right.value)
    malformed("a predicate is expected here, written `name/arity`", term)


def single(term: Compound) -> DirectiveTerm:
    """The only argument of ``key(value)``."""
    if len(term.args) != 1:
        malformed(f"`{printable(term.name)}` takes 1 argument, found {len(term.args)}", term)
    return term.args[0]


def field_of(term: DirectiveTerm) -> tuple[str, str, Span]:
    """The name and the type of ``Field: type``, and where they stand."""
    if pair := pair_of(term, ":"):
        left, right = pair
        if isinstance(left, Variable) and not left.name.startswith("_"):
            return left.name, name_of(right, "a type"), term.span
    malformed("an argument is expected here, written `Field: type`", term)


def option_of(term: DirectiveTerm, known: Iterable[str]) -> tuple[str, Compound | None]:
    """The key of ``key(value)`` or of ``key``, when it is known."""
    if isinstance(term, Compound) and term.name not in (":", "/"):
        key, whole = term.name, term
    elif isinstance(term, Constant) and term.kind == "atom":
        key, whole = str(term.value), None
    else:
        malformed("an entry such as `key(value)` is expected here", term)
    if key not in known:
        malformed(f"`{printable(key)}` is no entry of this directive{_perhaps(key, known)}", term)
    return key, whole


def _perhaps(word: str, known: Iterable[str]) -> str:
    hint = did_you_mean(word, known)
    return f"; {hint}" if hint else ""


def placeholder_problems(text: str, names: Sequence[str], what: str, path: str, span: Span) -> list[Problem]:
    """A problem for each ``{Name}`` in the text that is no argument, and each brace without its other half."""
    problems = []
    for match in _BRACE.finditer(text):
        name = match[1]
        if name is None:
            message = f"a `{match[0]}` in the {what} has no other half"
            problems.append(Problem("placeholder", message, path, span, "an argument is written `{Name}`"))
        elif name not in names:
            known = [each for each in names if each]
            shown = ", ".join(f"`{each}`" for each in known) or "none"
            help = did_you_mean(name, known) or f"the arguments are {shown}"
            message = f"`{{{printable(name)}}}` in the {what} names no argument"
            problems.append(Problem("placeholder", message, path, span, help))
    return problems
