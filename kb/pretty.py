"""Program to text: the one way to write each thing, which parses to the same program."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

from kb.meaning import COUNTS, NAME
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
    Program,
    Term,
    Unknown,
    Variable,
)

WIDEST = 100


def pretty(program: Program) -> str:
    """The text of a program: its directives, then its clauses, those of one predicate together.

    Comments are not part of a program, so they are not written.
    """
    lines = [pretty_directive(directive) for directive in program.directives]
    before = None
    for clause in program.clauses:
        if clause.head.predicate != before:
            lines.append("")
        before = clause.head.predicate
        lines.append(pretty_clause(clause))
    return "\n".join(lines).lstrip("\n") + "\n" if lines else ""


def pretty_directive(directive: Directive) -> str:
    """The text of a directive: one line, or a line for each item of its lists where it is long."""
    if not directive.args:
        return f":- {directive.name}."
    line = f":- {directive.name}({', '.join(map(_directive_term, directive.args))})."
    if len(line) <= WIDEST:
        return line
    parts = []
    for arg in directive.args:
        if isinstance(arg, ListTerm) and arg.items:
            items = ",\n    ".join(map(_directive_term, arg.items))
            parts.append(f"[\n    {items}\n]")
        else:
            parts.append(_directive_term(arg))
    return f":- {directive.name}({', '.join(parts)})."


def pretty_clause(clause: Clause) -> str:
    """The text of a clause, its full stop included: a goal a line, or all in one where that is short."""
    head = pretty_goal(clause.head)
    if not clause.body:
        return f"{head}."
    goals = [pretty_goal(goal) for goal in clause.body]
    line = f"{head} :- {', '.join(goals)}."
    if len(goals) == 1 and len(line) <= WIDEST:
        return line
    return f"{head} :-\n    " + ",\n    ".join(goals) + "."


def pretty_goal(goal: Goal) -> str:
    """The text of a goal, which stands alone or between commas."""
    match goal:
        case Atom(name=name, args=args):
            written = name if NAME.fullmatch(name) else _quoted(name, "'")
            return f"{written}({', '.join(map(pretty_term, args))})" if args else written
        case Comparison(operator=operator, left=left, right=right):
            return f"{pretty_term(left)} {operator} {pretty_term(right)}"
        case Negation(goal=inner):
            return rf"\+ {pretty_goal(inner)}"
        case Conjunction(goals=goals):
            return f"({', '.join(map(pretty_goal, goals))})"
        case AtLeast(count=count, goals=goals):
            listed = ", ".join(map(pretty_goal, goals))
            form = _form(goal)
            return f"at_least({count}, [{listed}])" if form == "at_least" else f"{form}({listed})"
        case AtLeastDistinct(count=count, variable=variable, goal=inner):
            return f"at_least({count}, {variable.name}, {pretty_goal(inner)})"


def _form(goal: AtLeast) -> str:
    """The word that a count is written with; where that says another number by now, one that says this."""
    every = len(goal.goals)
    if goal.form == "at_least" or goal.count == {**COUNTS, "all_of": every}.get(goal.form):
        return goal.form
    if goal.count == every > 1:
        return "all_of"
    return next((name for name, count in COUNTS.items() if count == goal.count and every), "at_least")


def pretty_term(term: Term) -> str:
    """The text of a term; an unknown value, which no program holds, as ``?``."""
    match term:
        case Variable(name=name):
            return name
        case Unknown():
            return "?"
        case Constant(kind="text"):
            return _quoted(str(term.value), '"')
        case Constant(value=Decimal() as number):
            return format(number, "f")
        case Constant(value=int() as number):
            return str(number)
        case Constant(value=date() as day):
            return f"'{day.isoformat()}'"
    text = str(term.value)
    return text if NAME.fullmatch(text) else _quoted(text, "'")


def _directive_term(term: DirectiveTerm) -> str:
    match term:
        case Compound(name=":", args=(left, right)):
            return f"{_directive_term(left)}: {_directive_term(right)}"
        case Compound(name="/", args=(left, right)):
            return f"{_directive_term(left)}/{_directive_term(right)}"
        case Compound(name=name, args=args):
            return f"{name}({', '.join(map(_directive_term, args))})"
        case ListTerm(items=items):
            return f"[{', '.join(map(_directive_term, items))}]"
        case _:
            return pretty_term(term)


def _quoted(text: str, quote: str) -> str:
    return quote + "".join(_escaped(char, quote) for char in text) + quote


def _escaped(char: str, quote: str) -> str:
    if char in ("\\", quote):
        return "\\" + char
    if char == "\n":
        return "\\n"
    if char == "\t":
        return "\\t"
    if unicodedata.category(char) in {"Cc", "Cf", "Co", "Zl", "Zp"}:
        return f"\\x{ord(char):X}\\"
    return char
