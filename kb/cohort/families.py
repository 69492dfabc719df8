"""Families of rows: what a predicate comes to, and those of the inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from kb.cohort.expressions import (
    CASE_ID,
    YES,
    Column,
    Documented,
    Flag,
    Known,
    Literal,
    Node,
    Rest,
    Row,
    Source,
    node,
)
from kb.cohort.values import Value, literal, of_column, of_rest, of_row
from kb.policy import Policy
from kb.problems import Problem, ProblemsError
from kb.syntax import Constant, Term, Variable, atoms
from kb.vocabulary import Input

Env: TypeAlias = Mapping[str, Value]
CASE_VALUE = Value(CASE_ID)


@dataclass(frozen=True)
class Family:
    """Rows of a predicate: for all ``rows`` under the truth ``part`` one with the values ``heads``."""

    rows: tuple[Row, ...]
    part: Node
    heads: tuple[Value, ...]


@dataclass(frozen=True)
class Instance:
    """One way to run a body so far: the rows gone through, the truth, the values of its variables."""

    rows: tuple[Row, ...]
    part: Node
    env: Env


def constant(term: Term) -> Value:
    """The value of a constant of the policy."""
    assert isinstance(term, Constant)
    return literal(term)


def settled(term: Term, value: Value | None) -> bool:
    """Whether an argument is settled, or of no interest."""
    if isinstance(term, Variable) and term.name == "_":
        return True
    return value is not None and (value.scalar is CASE_ID or is_literal(value))


def is_literal(value: Value) -> bool:
    return isinstance(value.scalar, Literal)


def input_families(
    policy: Policy, declared: Input, attested: frozenset[str], whole: frozenset[str]
) -> Iterable[Family]:
    """The rows of an input, as the layout of a cohort has them. ``whole`` are the lists without gaps in rows."""
    name = declared.name
    keys = [each.key for each in declared.fields]
    if declared.kind == "flags":
        for item in policy.vocabulary.types[declared.fields[0].type].values:
            heads = (CASE_VALUE, literal(Constant("atom", item)))
            yield Family((), node(Flag, node(Column, name, item)), heads)
        return
    labels = [f"{name}.{each.name}" for each in declared.fields]
    if declared.kind == "one":
        if not keys:
            yield Family((), node(Flag, node(Column, name)), (CASE_VALUE,))
            return
        columns = [node(Column, name, key if len(keys) > 1 else "") for key in keys]
        values = [of_column(column, label) for column, label in zip(columns, labels, strict=True)]
        yield Family((), node(Known, tuple(columns)), (CASE_VALUE, *values))
        return
    row = Row(Source(name, tuple(keys), len(keys) == 1, name in attested), 0)
    part = node(Documented, row) if name in attested else YES
    yield Family((row,), part, (CASE_VALUE, *(of_row(row, key, name in whole) for key in keys)))
    yield Family((), node(Rest, name), (CASE_VALUE, *map(of_rest, labels)))


def refuse_recursion(policy: Policy) -> None:
    """Raises ``ProblemsError`` where a predicate is defined by itself."""
    for component in policy.components:
        own = {
            a.predicate for p in component for c in policy.clauses.get(p, ()) for goal in c.body for a in atoms(goal)
        }
        if own & set(component):
            name = ", ".join(str(predicate) for predicate in component)
            message = f"{name} is defined by itself, so no fixed number of columns can hold it"
            advice = "decide its cases one by one with `policykb check`, or write the rule without the recursion"
            raise ProblemsError([Problem("recursive-cohort", message, policy.path, help=advice)], {})
