"""One of two editions that are compared: where things stand in its file, and to which sections they belong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from kb.policy import Policy
from kb.regression.difference import Place
from kb.syntax import READING, Compound, Constant, ListTerm, Predicate, Span, atoms
from kb.vocabulary import Criterion


@dataclass(frozen=True, eq=False)
class Side:
    """An edition, with its places, its source texts and its sections."""

    policy: Policy

    def place(self, span: Span) -> Place:
        """The line of a span."""
        return Place(self.policy.path, span.line)

    def text(self, span: Span) -> str:
        """What stands at a span, as it is written."""
        if not 1 <= span.line <= len(self.lines):
            return ""
        lines = self.lines[span.line - 1 : span.end_line]
        if span.end_line == span.line:
            return lines[0][span.column - 1 : span.end_column - 1]
        return "\n".join([lines[0][span.column - 1 :], *lines[1:-1], lines[-1][: span.end_column - 1]])

    def entry(self, key: str, value: str = "") -> Span:
        """Where an entry of the header stands, such as ``section('A.2', ...)``; else the header as a whole."""
        for directive in self.policy.program.directives:
            if directive.name != "policy" or not isinstance(directive.args[-1], ListTerm):
                continue
            for term in directive.args[-1].items:
                if isinstance(term, Compound) and term.name == key:
                    first = term.args[0] if term.args else None
                    if not value or (isinstance(first, Constant) and str(first.value) == value):
                        return term.span
        return self.policy.vocabulary.header.span

    def sections(self, predicates: Iterable[Predicate]) -> tuple[str, ...]:
        """The sections of the nearest criteria at or above predicates, in the order of the policy."""
        order = {name: at for at, name in enumerate(self.policy.vocabulary.header.sections)}
        found = {criterion.section for criterion in self.criteria(predicates)}
        return tuple(sorted(found, key=lambda name: (order.get(name, len(order)), name)))

    def criteria(self, predicates: Iterable[Predicate]) -> list[Criterion]:
        """The nearest criteria at or above predicates."""
        found: list[Criterion] = []
        seen: set[Predicate] = set()
        todo = list(predicates)
        while todo:
            predicate = todo.pop()
            if predicate in seen:
                continue
            seen.add(predicate)
            if (criterion := self.policy.vocabulary.criteria.get(predicate)) is not None:
                found.append(criterion)
            else:
                todo += self.users.get(predicate, ())
        return found

    def testers(self, reading: str) -> list[Predicate]:
        """The predicates whose clauses test a reading."""
        wanted = Constant("atom", reading)
        return [
            clause.head.predicate
            for clause in self.policy.program.clauses
            for goal in clause.body
            for atom in atoms(goal)
            if atom.predicate == READING and atom.args[0] == wanted
        ]

    @cached_property
    def lines(self) -> list[str]:
        return self.policy.program.text.split("\n")

    @cached_property
    def users(self) -> dict[Predicate, set[Predicate]]:
        """For each predicate those whose clauses use it."""
        found: dict[Predicate, set[Predicate]] = {}
        for clause in self.policy.program.clauses:
            for goal in clause.body:
                for atom in atoms(goal):
                    found.setdefault(atom.predicate, set()).add(clause.head.predicate)
        return found
