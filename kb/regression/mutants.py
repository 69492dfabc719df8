"""Mutants of a policy: the policy with one small mistake, which a suite of cases should notice.

First-order mutants: one operator, applied once, in one clause. What the checks of the language refuse is
no policy and so no mutant; what says the same as the original or as another mutant is left out.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from kb.check import clause_checker
from kb.declarations import read_vocabulary
from kb.directives import placeholder_problems
from kb.policy import Policy
from kb.pretty import pretty_goal
from kb.problems import Problem, ProblemsError, did_you_mean, printable
from kb.regression.operators import ASKED_ONLY, OPERATORS, Edit
from kb.strata import cycles, strata
from kb.syntax import (
    CASE,
    AtLeast,
    AtLeastDistinct,
    Atom,
    Clause,
    Comparison,
    Conjunction,
    Goal,
    Negation,
    Predicate,
    Program,
    Span,
    Variable,
    atoms,
)
from kb.variants import Key, variant_key
from kb.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class Mutant:
    """A policy with one mistake.

    ``id`` is the line, the operator and a number: the same each time for the same policy. ``span`` is where the
    mistake stands in the file, ``was`` and ``becomes`` what stands there ("" for nothing).
    ``clause`` is the index of the clause among those of the program, ``mutated`` that clause with the mistake,
    ``None`` where it is left out.
    """

    id: str
    operator: str
    span: Span
    was: str
    becomes: str
    clause: int
    mutated: Clause | None = field(repr=False)
    original: Policy = field(repr=False)

    @property
    def predicate(self) -> Predicate:
        """The predicate of whose clauses one is changed."""
        return self.original.program.clauses[self.clause].head.predicate

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses of that predicate in the mutated policy."""
        before = self.original.program.clauses[self.clause]
        found = []
        for each in self.original.clauses[self.predicate]:
            if each is not before:
                found.append(each)
            elif self.mutated is not None:
                found.append(self.mutated)
        return tuple(found)

    @cached_property
    def policy(self) -> Policy:
        """The mutated policy, with all that follows from its clauses; the types stay those of the original."""
        original, program = self.original, mutated_program(self.original, self.clause, self.mutated)
        vocabulary = mutated_vocabulary(original, program, self.predicate, self.mutated)
        before = original.program.clauses[self.clause]
        kept = self.mutated is not None and set(_called(before)) == set(_called(self.mutated))
        components = original.components if kept else strata(program)
        digest = hashlib.sha256(f"{original.hash} {self.id}".encode()).hexdigest()
        return Policy(program, vocabulary, original.types, components, digest)


@dataclass(frozen=True)
class Mutants:
    """The mutants of a policy in the order of the file; by operator, how many edits were none.

    ``refused``: the checks of the language refuse them. ``repeated``: they say what the original or an earlier
    mutant says.
    """

    listed: tuple[Mutant, ...]
    refused: Mapping[str, int]
    repeated: Mapping[str, int]


def mutants(policy: Policy, operators: Collection[str] = ()) -> list[Mutant]:
    """The mutants of a policy by these operators; by all but those that are used only where named, if none is.

    Raises ``ProblemsError`` for a name that is no operator.
    """
    return list(derive(policy, operators).listed)


def derive(policy: Policy, operators: Collection[str] = ()) -> Mutants:
    """The same with the counts of what is left out."""
    used = chosen_operators(operators)
    allowed = _Allowed(policy)
    program = policy.program.clauses
    keys = [_key(clause) for clause in program]
    present = Counter(keys)
    seen: set[tuple[Key | None, Key | None]] = set()
    found: list[Mutant] = []
    refused: Counter[str] = Counter()
    repeated: Counter[str] = Counter()
    numbers: Counter[tuple[int, str]] = Counter()
    for index, clause in enumerate(program):
        for operator in used:
            for edit in OPERATORS[operator](policy, clause):
                bound = edit if edit.clause is None else allowed.bound(edit, edit.clause)
                if not allowed(index, bound.clause):
                    refused[operator] += 1
                    continue
                new = None if bound.clause is None else _key(bound.clause)
                # What stands in another clause already says nothing more, and what does so still is not gone.
                gone = None if present[keys[index]] > 1 else keys[index]
                change = (gone, None if new in present and new != keys[index] else new)
                if change in seen or new == keys[index] or change == (None, None):
                    repeated[operator] += 1
                    continue
                seen.add(change)
                line = bound.span.line
                numbers[line, operator] += 1
                name = f"{line}:{operator}:{numbers[line, operator]}"
                found.append(Mutant(name, operator, bound.span, bound.was, bound.becomes, index, bound.clause, policy))
    return Mutants(tuple(found), refused, repeated)


def chosen_operators(names: Collection[str]) -> tuple[str, ...]:
    """The operators of these names, in their own order. Raises ``ProblemsError`` for a name that is none."""
    problems = []
    for name in names:
        if name not in OPERATORS:
            help = did_you_mean(name, OPERATORS) or f"operators: {', '.join(OPERATORS)}"
            problems.append(Problem("unknown-operator", f"no operator `{printable(name)}`", "--only", help=help))
    if problems:
        raise ProblemsError(problems, {})
    return tuple(each for each in OPERATORS if each in names or not (names or each in ASKED_ONLY))


class _Allowed:
    """Whether a program with another clause passes the checks; only what one clause can break is checked."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.problems: Callable[[Clause], tuple[Problem, ...]] = clause_checker(policy.program, policy.vocabulary)
        self.component = {each: component for component in policy.components for each in component}
        self.used = {atom.predicate for clause in policy.program.clauses for atom in _called(clause)}
        self.used |= {*policy.vocabulary.criteria, Predicate(policy.vocabulary.header.root, 1)}

    def __call__(self, index: int, clause: Clause | None) -> bool:
        before = self.policy.program.clauses[index]
        predicate = before.head.predicate
        if clause is None:
            if len(self.policy.clauses[predicate]) == 1 and predicate in self.used:
                return False
            return self.titled(index, predicate)
        if any(problem.severity == "error" for problem in self.problems(clause)):
            return False
        recursive = any(atom.predicate in self.component[predicate] for atom in _called(before))
        return not (recursive and cycles(mutated_program(self.policy, index, clause)))

    def titled(self, index: int, predicate: Predicate) -> bool:
        """Whether a title still names nothing but the variables of its predicate when a clause is left out."""
        if predicate not in self.policy.vocabulary.criteria:
            return True
        program = mutated_program(self.policy, index, None)
        criterion = mutated_vocabulary(self.policy, program, predicate, None).criteria[predicate]
        return not placeholder_problems(criterion.title, criterion.variables, "title", program.path, criterion.span)

    def bound(self, edit: Edit, clause: Clause) -> Edit:
        """The edit with ``case(P)`` in its clause where only what is gone told which variable is the case.

        So a clause of one condition can lose it, or ask for its opposite.
        """
        if not any(problem.code == "unsafe-variable" for problem in self.problems(clause)):
            return edit
        kinds = self.policy.types.get(clause.head.predicate, ())
        terms = zip(kinds, clause.head.args, strict=True)
        cases = {term for kind, term in terms if kind == CASE.name and isinstance(term, Variable)}
        if len(cases) != 1:
            return edit
        goal = Atom(CASE.name, tuple(cases), edit.span)
        becomes = ", ".join(filter(None, (pretty_goal(goal), edit.becomes)))
        return replace(edit, becomes=becomes, clause=replace(clause, body=(goal, *clause.body)))


def mutated_program(policy: Policy, index: int, clause: Clause | None) -> Program:
    """The program of a policy with another clause in a place, or with none."""
    clauses = policy.program.clauses
    new = () if clause is None else (clause,)
    return replace(policy.program, clauses=(*clauses[:index], *new, *clauses[index + 1 :]))


def mutated_vocabulary(policy: Policy, program: Program, predicate: Predicate, clause: Clause | None) -> Vocabulary:
    """The vocabulary of a mutated program: the variables of a criterion come from the heads of its clauses."""
    if clause is not None or predicate not in policy.vocabulary.criteria:
        return policy.vocabulary
    return read_vocabulary(program)[0]


def _called(clause: Clause) -> Iterator[Atom]:
    for goal in clause.body:
        yield from atoms(goal)


def _key(clause: Clause) -> Key:
    """What a clause says, whatever its variables are called and whichever way round it compares."""
    return variant_key(replace(clause, body=tuple(map(_forward, clause.body))))


def _forward(goal: Goal) -> Goal:
    """A goal in which nothing is compared by `>` or `>=`."""
    match goal:
        case Comparison(">", left, right):
            return replace(goal, operator="<", left=right, right=left)
        case Comparison(">=", left, right):
            return replace(goal, operator="=<", left=right, right=left)
        case Negation(inner) | AtLeastDistinct(goal=inner):
            return replace(goal, goal=_forward(inner))
        case Conjunction(goals) | AtLeast(goals=goals):
            return replace(goal, goals=tuple(map(_forward, goals)))
    return goal
