"""Pieces of SQL, made without copying what they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

Sql: TypeAlias = exp.Expr
_PLAIN = re.compile("[a-z_][a-z0-9_]*")
_KEYWORDS = frozenset(each.upper() for each in (*DuckDB.Tokenizer.KEYWORDS, *DuckDB.Generator.RESERVED_KEYWORDS))


def identifier(name: str) -> exp.Identifier:
    """A name, in quotes where it is none by itself in one of the dialects."""
    return exp.to_identifier(name, quoted=not (_PLAIN.fullmatch(name) and name.upper() not in _KEYWORDS))


def hidden(name: str, kind: str) -> str:
    """A name for what is worked out about something that has a name; an underscore comes first in no other name."""
    return f"_{name}_{kind}"


def column(name: str) -> Sql:
    """The value of a column."""
    return exp.Column(this=identifier(name))


def alias(value: Sql, name: str) -> Sql:
    """A value under a name."""
    return exp.Alias(this=value, alias=identifier(name))


def call(name: str, *args: Sql) -> Sql:
    """A call of a function by its name."""
    return exp.Anonymous(this=name, expressions=list(args))


def both(parts: Iterable[Sql]) -> Sql:
    """All of the parts."""
    return exp.and_(*parts, copy=False)


def either(parts: Iterable[Sql]) -> Sql:
    """Any of the parts."""
    return exp.or_(*parts, copy=False)


def missing(value: Sql) -> Sql:
    """Whether a value is null."""
    return exp.Is(this=value, expression=exp.null())


def as_type(value: Sql, kind: str) -> Sql:
    """A value as another type."""
    return exp.Cast(this=value, to=exp.DataType.build(kind))


def case(*branches: tuple[Sql, Sql], default: Sql | None = None) -> Sql:
    """The first branch whose condition holds."""
    return exp.Case(ifs=[exp.If(this=when, true=then) for when, then in branches], default=default)


def empty() -> Sql:
    """A list without values."""
    return exp.Array(expressions=[])


def unknown() -> Sql:
    """The truth that is not known."""
    return as_type(exp.null(), "boolean")
