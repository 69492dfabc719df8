"""Mistakes in syntax: what to say of the token that no rule accepts, and where to go on reading."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lark import Token

from kb.problems import Problem, printable
from kb.syntax import Span

DEEPEST = 100
_OPENERS = {"FUNCTOR": "CLOSE", "OPEN": "CLOSE", "NOT_OPEN": "CLOSE", "LIST_OPEN": "LIST_CLOSE"}
_STARTERS = {"NAME", "FUNCTOR", "VARIABLE", "QUOTED", "TEXT", "NUMBER", "NOT", "NOT_OPEN", "LIST_OPEN", "OPEN"}
_ADVICE = {
    "<=": "at most is written `=<`",
    "=>": "at least is written `>=`",
    "==": "equal is written `=`",
    "=:=": "equal is written `=`",
    "!=": r"different is written `\=`",
    "<>": r"different is written `\=`",
    "\\==": r"different is written `\=`",
    "=\\=": r"different is written `\=`",
    ";": "write one clause for each alternative, or `one_of(G1, G2)`",
    "|": "write one clause for each alternative, or `one_of(G1, G2)`",
    "->": "write one clause for each alternative",
    "!": "the order of clauses has no meaning here; write the condition out",
    "&": "goals are joined by `,`",
    "&&": "goals are joined by `,`",
    "-->": "a clause is written `head :- body.`",
}
_WORDS = {
    "_COMMA": "`,`",
    "CLOSE": "`)`",
    "LIST_CLOSE": "`]`",
    "RULE": "`:-`",
    "$END": "a full stop",
    "COMPARE": "a comparison",
    "OPEN": "`(`",
}


def token_span(token: Token) -> Span:
    return Span(token.line or 0, token.column or 0, token.end_line or 0, token.end_column or 0)


def after(token: Token) -> Span:
    line, column = token.end_line or 0, token.end_column or 0
    return Span(line, column, line, column + 1)


def too_deep(tokens: list[Token], path: str) -> Problem | None:
    """The problem of brackets and negations nested so far that no person reads them."""
    if len(tokens) <= DEEPEST:
        return None
    outer: list[int] = []
    depth = 0
    for token in tokens:
        kind = token.type
        if kind in _OPENERS:
            outer.append(depth)
            depth += 1
        elif kind == "NOT":
            depth += 1
        elif kind in ("CLOSE", "LIST_CLOSE"):
            depth = outer.pop() if outer else 0
        elif kind in ("_COMMA", "RULE"):
            depth = outer[-1] + 1 if outer else 0
        if depth > DEEPEST:
            message = f"the nesting is deeper than {DEEPEST}"
            return Problem("nesting", message, path, token_span(token), "give the inner goals a predicate of their own")
    return None


def explain(parser: Any, tokens: list[Token], start: int, at: int, end: Token | None, path: str) -> tuple[Problem, int]:
    """What to say of the token that no rule accepts, and the index of the token to go on from."""
    over = len(tokens)
    accepted = set(parser.accepts())
    found = tokens[at] if at < over else None
    before = tokens[at - 1] if at > start else None
    opened = _opened(tokens[start:at])
    if found is None:
        return _unfinished(accepted, before, opened, end, path), over
    span = token_span(found)
    text = printable(str(found)[:60])

    def problem(code: str, message: str, help: str = "", span: Span = span) -> Problem:
        return Problem(code, message, path, span, help)

    match found.type:
        case "OPEN_QUOTE":
            # It took the full stop of its line with it, so the next clause is one that starts a line.
            begins = (i for i in range(at + 1, over) if tokens[i].column == 1)
            message = "the quote is not closed on its line"
            return problem("unclosed", message, _quote_advice(found)), next(begins, over)
        case "ODD_NUMBER":
            advice = "write the digits out, with a digit on both sides of the point"
            return problem("number", f"`{text}` is not a number", advice), over
        case "BLOCK_COMMENT":
            return problem("syntax", "a comment starts with `%`", "put `%` before each line"), over
        case "ODD_OPERATOR":
            advice = _ADVICE.get(str(found), "")
            return problem("operator", f"`{text}` is not an operator of this language", advice), over
        case "ODD_CHARACTER" if not (text == "." and before is not None):
            letters = "a name has the letters a to z, digits and `_`; put quotes around anything else"
            advice = letters if text.isalpha() else "put quotes around the text"
            return problem("character", f"`{text}` cannot stand outside quotes", advice), over
    if found.type == "NAME" and text in ("is", "mod", "rem", "div"):
        advice = "state the number in the case, or use `years_between`, `months_between` or `days_between`"
        return problem("arithmetic", "arithmetic is not supported", advice), over
    if found.column == 1 and before is not None and found.type in ("NAME", "FUNCTOR", "RULE"):
        words = "a full stop is missing on the line before"
        if opened:
            return _never_closed(opened[-1], path), at
        return problem("full-stop", words, "end the clause with `.`", after(before)), at
    if found.type == "RULE" and opened:
        return _never_closed(opened[-1], path), over
    if found.type == "RULE" and before is not None:
        line = next((i for i in range(at - 1, start, -1) if tokens[i].line != tokens[i - 1].line), None)
        if line is not None and str(tokens[line - 1]) == ",":
            comma = token_span(tokens[line - 1])
            return problem("full-stop", "a comma where the clause should end", "put a full stop here", comma), line
        return problem("syntax", "a clause has one `:-`", "is a full stop missing before it?"), over
    if found.type in ("CLOSE", "LIST_CLOSE"):
        if not opened:
            return problem("unclosed", f"`{text}` closes nothing", "remove it, or open it"), over
        if _OPENERS[opened[-1].type] != found.type:
            return replace(
                problem("unclosed", f"`{text}` does not match the bracket that is open"),
                notes=((token_span(opened[-1]), "opened here"),),
            ), over
    if found.type == "OPEN" and before is not None and before.end_pos == found.start_pos:
        if before.type == "VARIABLE":
            lower = printable(before[0].lower() + before[1:])
            name = printable(before)
            message = f"`{name}` cannot name a predicate"
            help = f"a name starts with a lower case letter: `{lower}(`"
            return problem("syntax", message, help, token_span(before)), over
        return problem("syntax", "a quoted name cannot name a predicate", "use lower case letters and `_`"), over
    if found.type == "OPEN" and before is not None and before.type == "NAME":
        return problem("syntax", "a blank stands between the name and its `(`", f"write `{printable(before)}(`"), over
    if found.type == "_COMMA" and opened and opened[-1].type == "NOT_OPEN":
        return problem("syntax", r"`\+` takes one goal", r"put a blank after `\+`: `\+ (G1, G2)`"), over
    if before is not None and found.line != before.line and found.type in _STARTERS and "_COMMA" in accepted:
        message = "a comma is missing on the line before"
        return problem("syntax", message, "goals are joined by `,`", after(before)), over
    return problem("syntax", f"`{text}` cannot stand here", _expected(accepted)), over


def _unfinished(accepted: set[str], before: Token | None, opened: list[Token], end: Token | None, path: str) -> Problem:
    """What to say where the full stop (or the end of the text) comes too early."""
    if opened:
        return _never_closed(opened[-1], path)
    span = token_span(end) if end is not None else after(before) if before is not None else Span(1, 1, 1, 2)
    if before is not None and before.type == "_COMMA":
        return Problem("syntax", "the clause ends after a comma", path, token_span(before), "remove it, or add a goal")
    what = "the full stop" if end is not None else "the end of the text"
    return Problem("syntax", f"{what} comes too early", path, span, _expected(accepted))


def _never_closed(opener: Token, path: str) -> Problem:
    shown = printable(str(opener))
    closing = ")" if _OPENERS[opener.type] == "CLOSE" else "]"
    return Problem("unclosed", f"`{shown}` is never closed", path, token_span(opener), f"add `{closing}`")


def _opened(tokens: list[Token]) -> list[Token]:
    """The brackets that are open after these tokens, the innermost last."""
    stack: list[Token] = []
    for token in tokens:
        if token.type in _OPENERS:
            stack.append(token)
        elif token.type in ("CLOSE", "LIST_CLOSE") and stack:
            stack.pop()
    return stack


def _quote_advice(token: Token) -> str:
    quote = token[0]
    return f"close it with `{quote}`; inside it, `{quote}` is written `{quote}{quote}` and a line end `\\n`"


def _expected(accepted: set[str]) -> str:
    words = [word for name, word in _WORDS.items() if name in accepted]
    if "VARIABLE" in accepted:
        words = ["a goal or a term", *(word for word in words if word != "`(`")]
    return f"expected {' or '.join([', '.join(words[:-1]), words[-1]] if len(words) > 1 else words)}" if words else ""
