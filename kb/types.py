"""The type of every argument of every predicate, inferred from what is declared, compared and listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from kb.problems import Problem, did_you_mean, printable
from kb.syntax import (
    BETWEEN,
    BUILTINS,
    CASE,
    NOWHERE,
    READING,
    Atom,
    Clause,
    Comparison,
    Constant,
    Goal,
    Predicate,
    Program,
    Span,
    Term,
    Variable,
    atoms,
    subgoals,
)
from kb.vocabulary import BUILTIN_TYPES, Vocabulary

NUMBER = "number"
_NUMBERS = frozenset({NUMBER})
_CASES = frozenset({"case"})
ORDERED = frozenset({"date", NUMBER})
_FAMILIES = {"integer": NUMBER, "decimal": NUMBER}
_ARTICLES = {"date": "a date", NUMBER: "a number", "text": "a text", "case": "a case"}
_WRITTEN = {
    "date": "a date is written `'YYYY-MM-DD'`",
    NUMBER: "a number has no quotes",
    "text": 'a text is written in double quotes, `"..."`',
    "case": "a policy names no case",
}


def infer_types(
    program: Program, vocabulary: Vocabulary
) -> tuple[Mapping[Predicate, tuple[str, ...]], tuple[Problem, ...]]:
    """The name of the type of each argument of each predicate, "" where nothing says, and every conflict."""
    inference = _Inference(program, vocabulary)
    inference.run()
    return inference.types(), tuple(inference.problems)


@dataclass(eq=False, slots=True)
class _Place:
    """Something that has one type: an argument of a predicate, or a variable of a clause.

    ``kinds`` are the types that are still possible, ``None`` while nothing is known;
    ``span`` is where that was said.
    """

    parent: _Place | None = None
    kinds: frozenset[str] | None = None
    decimal: bool = False
    span: Span = NOWHERE

    def root(self) -> _Place:
        place = self
        while place.parent is not None:
            place = place.parent
        if place is not self:
            self.parent = place
        return place


class _Inference:
    """One inference: places joined where they must have the same type, and the conflicts met."""

    def __init__(self, program: Program, vocabulary: Vocabulary) -> None:
        self.program = program
        self.declared = vocabulary
        self.problems: list[Problem] = []
        self.arguments: dict[Predicate, tuple[_Place, ...]] = {}
        inputs = (declared.predicate for declared in vocabulary.inputs.values())
        self.defined = {*BUILTINS, *inputs, *(clause.head.predicate for clause in program.clauses)}
        self.homes: dict[str, frozenset[str]] = {}
        for name, declared in vocabulary.types.items():
            for value in declared.values:
                self.homes[value] = self.homes.get(value, frozenset()) | {name}

    def run(self) -> None:
        self.declare()
        scopes: list[tuple[Clause, dict[str, _Place]]] = [(clause, {}) for clause in self.program.clauses]
        for clause, scope in scopes:
            for atom in _atoms(clause):
                self.join_variables(atom, scope)
        compared = [(each, scope) for clause, scope in scopes for each in _comparisons(clause)]
        for comparison, scope in compared:
            self.join_compared(comparison, scope)
        for clause, _ in scopes:
            for atom in _atoms(clause):
                self.place_constants(atom, asked=clause.head.name.startswith("?"))
        for comparison, scope in compared:
            self.compare_constant(comparison, scope)
        for comparison, scope in compared:
            self.check_order(comparison, scope)

    def types(self) -> dict[Predicate, tuple[str, ...]]:
        order = [*self.declared.types]
        found = {}
        for predicate, places in self.arguments.items():
            declared = self.declared.inputs.get(predicate.name)
            if declared and declared.predicate == predicate:
                found[predicate] = tuple(argument.type for argument in declared.arguments)
            elif predicate != READING:
                found[predicate] = tuple(_name(place.root(), order) for place in places)
        return found

    def wrong(self, code: str, message: str, span: Span, help: str = "", note: Span = NOWHERE) -> None:
        notes = ((note, "its type comes from here"),) if note not in (NOWHERE, span) else ()
        self.problems.append(Problem(code, message, self.program.path, span, help, notes=notes))

    def declare(self) -> None:
        """Gives the arguments of inputs and of what is built in their types."""
        known = {*BUILTIN_TYPES, *self.declared.types}
        for declared in self.declared.inputs.values():
            for place, argument in zip(self.places(declared.predicate), declared.arguments, strict=True):
                if argument.type in known:
                    place.kinds = frozenset({_FAMILIES.get(argument.type, argument.type)})
                    place.decimal = argument.type == "decimal"
                    place.span = argument.span
        for predicate in BETWEEN:
            for place, kind in zip(self.places(predicate), ("date", "date", NUMBER), strict=True):
                place.kinds = frozenset({kind})
        self.places(CASE)[0].kinds = frozenset({"case"})

    def places(self, predicate: Predicate) -> tuple[_Place, ...]:
        if predicate not in self.arguments:
            self.arguments[predicate] = tuple(_Place() for _ in range(predicate.arity))
        return self.arguments[predicate]

    def join_variables(self, atom: Atom, scope: dict[str, _Place]) -> None:
        for place, term in zip(self.places(atom.predicate), atom.args, strict=True):
            if isinstance(term, Variable) and term.name != "_":
                variable = scope.setdefault(term.name, _Place()).root()
                argument = place.root()
                if not self.join(variable, argument, term.span):
                    here, elsewhere = self.said(argument.kinds), self.said(variable.kinds)
                    message = f"`{term.name}` is {here} here and {elsewhere} elsewhere in the clause"
                    self.wrong("type-conflict", message, term.span, "use two variables", variable.span)

    def join(self, one: _Place, other: _Place, span: Span) -> bool:
        """Makes two places one, unless they can have no type in common."""
        if one is other:
            return True
        kinds = one.kinds if other.kinds is None else other.kinds
        if one.kinds is not None and other.kinds is not None:
            kinds = one.kinds & other.kinds
            if not kinds:
                return False
        known = one if one.kinds is not None else other
        one.parent = other
        other.kinds, other.decimal = kinds, other.decimal or one.decimal
        other.span = span if known.span == NOWHERE and kinds is not None else known.span
        return True

    def join_compared(self, comparison: Comparison, scope: dict[str, _Place]) -> None:
        left, right = (self.variable(term, scope) for term in (comparison.left, comparison.right))
        if left is None or right is None or left is right:
            return
        if left.kinds == right.kinds == _NUMBERS:
            return
        if not self.join(left, right, comparison.span):
            message = f"{self.said(left.kinds)} is compared with {self.said(right.kinds)}"
            self.wrong("type-conflict", message, comparison.span, "compare values of one type", left.span)

    def variable(self, term: Term, scope: dict[str, _Place]) -> _Place | None:
        if isinstance(term, Variable) and term.name != "_":
            return scope.setdefault(term.name, _Place()).root()
        return None

    def place_constants(self, atom: Atom, asked: bool) -> None:
        if atom.predicate == READING or atom.predicate not in self.defined:
            return
        for i, (place, term) in enumerate(zip(self.places(atom.predicate), atom.args, strict=True)):
            if not isinstance(term, Constant):
                continue
            root = place.root()
            if asked and term.kind == "text" and root.kinds == _CASES:
                continue
            self.settle(term, root, f"argument {i + 1} of `{printable(str(atom.predicate))}`")
            declared = self.declared.inputs.get(atom.name)
            whole = declared and declared.predicate == atom.predicate and declared.arguments[i].type == "integer"
            if whole and isinstance(term.value, Decimal) and term.value % 1:
                message = f"`{_shown(term)}` is not an integer, and argument {i + 1} of `{atom.predicate}` is"
                self.wrong("type-conflict", message, term.span, "compare with `<` or `>` instead", root.span)

    def compare_constant(self, comparison: Comparison, scope: dict[str, _Place]) -> None:
        for one, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
            place = self.variable(one, scope)
            if place is not None and isinstance(other, Constant):
                self.settle(other, place, f"`{one.name}`" if isinstance(one, Variable) else "")

    def settle(self, constant: Constant, place: _Place, what: str) -> None:
        """Narrows the type of a place to one that has the constant, or says why there is none."""
        value = str(constant.value)
        if constant.kind != "atom":
            kinds: frozenset[str] = frozenset({constant.kind})
        else:
            kinds = self.homes.get(value, frozenset())
        common = kinds if place.kinds is None else kinds & place.kinds
        if common:
            if place.kinds is None:
                place.span = constant.span
            place.kinds = common
            place.decimal = place.decimal or isinstance(constant.value, Decimal)
            return
        shown = f"`{_shown(constant)}`"
        if constant.kind == "atom" and (place.kinds is None or not place.kinds & _ARTICLES.keys()):
            names = sorted(place.kinds or self.declared.types)
            values = [each for name in names for each in self.declared.types[name].values]
            help = did_you_mean(value, values)
            if place.kinds is None:
                message = f"{shown} is a value of no type"
                help = help or "list it in a `:- type`, or write a text in double quotes"
            else:
                message = f"{shown} is not {self.said(place.kinds)}"
                help = help or f"values: {', '.join(values[:12])}{', ...' if len(values) > 12 else ''}"
            self.wrong("outside-enumeration", message, constant.span, help, place.span)
            return
        found = "an atom" if constant.kind == "atom" else _ARTICLES[constant.kind]
        message = f"{shown} is {found}, and {what} is {self.said(place.kinds)}"
        help = next((_WRITTEN[kind] for kind in place.kinds or () if kind in _WRITTEN), "a value has no double quotes")
        self.wrong("type-conflict", message, constant.span, help, place.span)

    def check_order(self, comparison: Comparison, scope: dict[str, _Place]) -> None:
        if comparison.operator in ("=", "\\="):
            return
        for term in (comparison.left, comparison.right):
            place = self.variable(term, scope)
            if place is not None:
                kinds = place.kinds
            else:
                kinds = frozenset({term.kind}) if isinstance(term, Constant) and term.kind != "atom" else None
            if kinds is not None and not kinds & ORDERED:
                message = f"{self.said(kinds)} has no order"
                help = r"only numbers and dates are ordered; compare with `=` or `\=`"
                self.wrong("no-order", message, comparison.span, help, place.span if place else NOWHERE)
                return

    def said(self, kinds: frozenset[str] | None) -> str:
        """The types that are possible, in words."""
        names = sorted(kinds or ())
        if len(names) == 1 and names[0] in _ARTICLES:
            return _ARTICLES[names[0]]
        return "a value of " + " or ".join(f"`{name}`" for name in names)


def _name(place: _Place, order: list[str]) -> str:
    if place.kinds is None:
        return ""
    if place.kinds == {NUMBER}:
        return "decimal" if place.decimal else "integer"
    return min(place.kinds, key=lambda kind: order.index(kind) if kind in order else -1)


def _shown(constant: Constant) -> str:
    return printable(str(constant.value))


def _atoms(clause: Clause) -> Iterator[Atom]:
    yield clause.head
    for goal in clause.body:
        yield from atoms(goal)


def _comparisons(clause: Clause) -> Iterator[Comparison]:
    todo: list[Goal] = list(clause.body)
    while todo:
        goal = todo.pop(0)
        if isinstance(goal, Comparison):
            yield goal
        todo[:0] = subgoals(goal)
