"""Text to program: the tokens, the expressions, and what to say where an expression goes wrong.

Each clause is parsed alone, from full stop to full stop, so that one mistake hides no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput

from kb.meaning import Raw, Reader, span_of
from kb.mistakes import after, explain, token_span, too_deep
from kb.problems import Problem, ProblemsError
from kb.source import plain, unwelcome_characters
from kb.syntax import Clause, Directive, Goal, Program, Span


def parse(text: str, path: str) -> Program:
    """The program that a policy file spells; ``ProblemsError`` with every syntax problem of the file."""
    text = plain(text)
    problems = unwelcome_characters(text, path)
    reader = Reader(path, problems)
    directives: list[Directive] = []
    clauses: list[Clause] = []
    if not problems:
        for kind, left, right in sentences(text, path, problems):
            if kind == "directive":
                if directive := reader.directive(right):
                    directives.append(directive)
            elif clause := reader.clause(left, right):
                clauses.append(clause)
    if problems:
        raise ProblemsError(problems, {path: text})
    return Program(path, text, tuple(directives), tuple(clauses))


def parse_goal(text: str) -> Goal:
    """The goal that a query spells, with or without a full stop; ``ProblemsError`` where it spells none."""
    text = plain(text)
    problems = unwelcome_characters(text, "query")
    goal: Goal | None = None
    if not re.sub(r"%[^\n]*", "", text).strip(" \t\n."):
        problems.append(Problem("syntax", "no goal is given", "query", help="for example `eligible(P)`"))
    if not problems:
        stripped = text.rstrip()
        # A comment may end the query, so the full stop goes on a line of its own.
        found = list(sentences(stripped if stripped.endswith(".") else stripped + "\n.", "query", problems))
        if not problems and len(found) != 1:
            span = span_of(found[1][1] or found[1][2]) if found else Span(1, 1, 1, 2)
            problems.append(Problem("syntax", "a query is one goal", "query", span, "join goals by `,`"))
        elif not problems and found[0][0] != "fact":
            problems.append(Problem("syntax", "a query has no `:-`", "query", span_of(found[0][2])))
        elif not problems:
            goal = Reader("query", problems).goal(found[0][1])
    if problems or goal is None:
        raise ProblemsError(problems, {"query": text})
    return goal


class _Raw(Transformer[Token, Any]):
    """Builds raw expressions, plain tuples, while the parser reduces."""

    def leaf(self, parts: list[Any]) -> Raw:
        return Raw(parts[0].type, parts[0], (), parts[0], parts[0])

    def negative(self, parts: list[Any]) -> Raw:
        sign, number = parts
        if sign.end_pos != number.start_pos:
            return Raw("arithmetic", sign, (), sign, number)
        return Raw("NUMBER", number.update(value="-" + number), (), sign, number)

    def call(self, parts: list[Any]) -> Raw:
        return Raw("call", parts[0], tuple(parts[1:-1]), parts[0], parts[-1])

    def listed(self, parts: list[Any]) -> Raw:
        return Raw("list", parts[0], tuple(parts[1:-1]), parts[0], parts[-1])

    def parenthesised(self, parts: list[Any]) -> Raw:
        inner = parts[1]
        return Raw(inner.kind, inner.token, inner.parts, parts[0], parts[2])

    def operation(self, parts: list[Any]) -> Raw:
        return Raw("operation", parts[1], (parts[0], parts[2]), parts[0].first, parts[2].last)

    def arithmetic(self, parts: list[Any]) -> Raw:
        return Raw("arithmetic", parts[1], (), parts[0].first, parts[2].last)

    def negation(self, parts: list[Any]) -> Raw:
        last = parts[2] if len(parts) == 3 else parts[1].last
        return Raw("negation", parts[0], (parts[1],), parts[0], last)

    def conjunction(self, parts: list[Any]) -> Raw:
        return Raw("conjunction", parts[0].first, tuple(parts), parts[0].first, parts[-1].last)

    def fact(self, parts: list[Any]) -> tuple[str, Raw, None]:
        return "fact", parts[0], None

    def rule(self, parts: list[Any]) -> tuple[str, Raw, Raw]:
        return "rule", parts[0], parts[2]

    def directive(self, parts: list[Any]) -> tuple[str, None, Raw]:
        return "directive", None, parts[1]


class _AllTokens:
    """Keeps the tokens that no rule accepts, so that the lexer never fails and the parser says why."""

    always_accept = ("END", "ODD_NUMBER", "OPEN_QUOTE", "BLOCK_COMMENT", "ODD_OPERATOR", "ODD_CHARACTER")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


@cache
def _lark() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    tokens: Any = _AllTokens()
    return Lark(grammar, parser="lalr", lexer="basic", transformer=_Raw(), maybe_placeholders=False, postlex=tokens)


def sentences(text: str, path: str, problems: list[Problem]) -> Iterator[Any]:
    """The raw clauses and directives of a text, each as its kind, what is left and what is right of its ``:-``.

    Those that are wrong become problems instead.
    """
    lark = _lark()
    tokens: list[Token] = []
    fresh: Callable[[], Any] = lark.parse_interactive
    for token in lark.lex(text):
        if token.type != "END":
            tokens.append(token)
            continue
        yield from _clause(fresh, tokens, token, path, problems)
        tokens = []
    if tokens:
        yield from _clause(fresh, tokens, None, path, problems)


def _clause(
    fresh: Callable[[], Any], tokens: list[Token], end: Token | None, path: str, problems: list[Problem]
) -> Iterator[Any]:
    """The sentence that the tokens up to a full stop spell; starts again where a line begins a new clause."""
    start = 0
    while start < len(tokens):
        begun = start
        if problem := too_deep(tokens, path):
            problems.append(problem)
            return
        parser = fresh()
        at = start
        try:
            for at in range(start, len(tokens)):
                parser.feed_token(tokens[at])
            at = len(tokens)
            sentence = parser.feed_eof(tokens[-1])
        except UnexpectedInput:
            problem, start = explain(parser, tokens, begun, at, end, path)
            problems.append(problem)
            continue
        if end is None:
            last = tokens[-1]
            problems.append(
                Problem("full-stop", "the text ends without a full stop", path, after(last), "end the clause with `.`")
            )
            return
        yield sentence
        return
    if not tokens and end is not None:
        problems.append(Problem("syntax", "a full stop ends nothing", path, token_span(end), "remove it"))
