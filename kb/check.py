"""What must hold of a program before anything runs: the clauses here, the declarations next door."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from kb.declared import check_declarations
from kb.meaning import FORMS
from kb.problems import Problem, did_you_mean, printable
from kb.safety import unsafe_variables
from kb.syntax import (
    BUILTINS,
    READING,
    AtLeast,
    AtLeastDistinct,
    Atom,
    Clause,
    Comparison,
    Constant,
    Goal,
    Predicate,
    Program,
    Span,
    Variable,
    subgoals,
)
from kb.variants import occurrences, variant_key
from kb.vocabulary import Vocabulary

_BUILTIN_NAMES = {predicate.name: predicate for predicate in BUILTINS}
_ADVICE = {
    "not": r"a negation is written `\+ Goal`",
    "true": "leave it out",
    "member": "write one fact for each item",
    "findall": "count with `at_least(K, X, Goal)`",
}


def check(program: Program, vocabulary: Vocabulary) -> tuple[Problem, ...]:
    """Every problem of a program beyond its syntax, its types and its loops, in no special order."""
    checks = _Checks(program, vocabulary)
    checks.run()
    return (*checks.problems, *check_declarations(program, vocabulary))


def clause_checker(program: Program, vocabulary: Vocabulary) -> Callable[[Clause], tuple[Problem, ...]]:
    """The problems that a clause would have by itself in the place of one of a program."""
    checks = _Checks(program, vocabulary)

    def problems(clause: Clause) -> tuple[Problem, ...]:
        checks.problems = []
        checks.clause(clause)
        return tuple(checks.problems)

    return problems


class _Checks:
    """One run of the checks of clauses, and what they find."""

    def __init__(self, program: Program, vocabulary: Vocabulary) -> None:
        self.program = program
        self.vocabulary = vocabulary
        self.problems: list[Problem] = []
        self.inputs = {declared.predicate: declared for declared in vocabulary.inputs.values()}
        self.heads = dict.fromkeys(clause.head.predicate for clause in program.clauses)
        self.known = {*self.heads, *self.inputs, *BUILTINS}
        self.arities: dict[str, set[int]] = {}
        for predicate in self.known:
            self.arities.setdefault(predicate.name, set()).add(predicate.arity)

    def wrong(self, code: str, message: str, span: Span, help: str = "", note: tuple[Span, str] | None = None) -> None:
        notes = (note,) if note else ()
        self.problems.append(Problem(code, message, self.program.path, span, help, notes=notes))

    def warn(self, code: str, message: str, span: Span, help: str = "", note: tuple[Span, str] | None = None) -> None:
        notes = (note,) if note else ()
        self.problems.append(Problem(code, message, self.program.path, span, help, "warning", notes))

    def run(self) -> None:
        self.order()
        for clause in self.program.clauses:
            self.clause(clause)

    def clause(self, clause: Clause) -> None:
        """What must hold of a clause by itself."""
        self.head(clause)
        for goal in clause.body:
            self.goal(goal)
        unsafe = unsafe_variables(clause, self.program.path)
        self.problems += unsafe
        self.singletons(clause, {problem.span for problem in unsafe})

    def order(self) -> None:
        """Clauses that are repeated, and predicates whose clauses are scattered."""
        seen: dict[tuple[object, ...], Clause] = {}
        last: dict[Predicate, Clause] = {}
        before: Predicate | None = None
        for clause in self.program.clauses:
            predicate = clause.head.predicate
            key = variant_key(clause)
            if key in seen:
                note = (seen[key].span, "the same clause is here")
                self.warn("repeated-clause", "this clause is repeated", clause.head.span, "remove one of the two", note)
            seen.setdefault(key, clause)
            if predicate in last and before != predicate:
                note = (last[predicate].head.span, "the clause before it is here")
                message = f"the clauses of `{predicate}` are not together"
                self.warn("scattered-clauses", message, clause.head.span, "move it there", note)
            last[predicate] = clause
            before = predicate

    def head(self, clause: Clause) -> None:
        head = clause.head
        if head.predicate in self.inputs:
            note = (self.inputs[head.predicate].span, "declared here")
            message = f"`{head.predicate}` is an input, which only a case supplies"
            self.wrong("redefined", message, head.span, "choose another name", note)
        elif head.name in _BUILTIN_NAMES or head.name in FORMS:
            self.wrong("redefined", f"`{head.name}` is built in", head.span, "choose another name")
        for term in head.args:
            if isinstance(term, Variable) and term.name == "_":
                message = "`_` in a head stands for every value"
                self.wrong("head", message, term.span, "use a variable that a goal of the body binds")

    def goal(self, goal: Goal) -> None:
        match goal:
            case Atom():
                self.atom(goal)
            case Comparison():
                self.comparison(goal)
            case AtLeast(count=count, goals=goals, span=span):
                self.count(count, len(goals), span)
                for i, each in enumerate(goals):
                    if each in goals[:i]:
                        self.wrong("count", "the same goal is counted twice", each.span, "remove one of the two")
            case AtLeastDistinct(count=count, span=span):
                self.count(count, None, span)
        for inner in subgoals(goal):
            self.goal(inner)

    def count(self, count: int, most: int | None, span: Span) -> None:
        if count < 1:
            self.wrong("count", f"{count} or more holds of anything", span, "count at least 1")
        elif most is not None and count > most:
            goals = "goal" if most == 1 else "goals"
            self.wrong("count", f"{count} of {most} {goals} can never hold", span, "lower the count, or add goals")

    def atom(self, atom: Atom) -> None:
        predicate = atom.predicate
        if predicate == READING:
            self.reading(atom)
        if predicate in self.known:
            return
        arities = sorted(self.arities.get(atom.name, ()))
        if arities:
            has = "argument" if predicate.arity == 1 else "arguments"
            others = " and ".join(f"`{atom.name}/{arity}`" for arity in arities)
            message = f"`{atom.name}` has {predicate.arity} {has} here; known is {others}"
            note = self.definition(Predicate(atom.name, arities[0]))
            self.wrong("wrong-arity", message, atom.span, "give it as many arguments as where it is defined", note)
            return
        shown = printable(str(predicate))
        help = _ADVICE.get(atom.name) or did_you_mean(atom.name, self.arities)
        help = help or "write a clause for it, or declare it with `:- input`"
        self.wrong("undefined-predicate", f"nothing defines `{shown}`", atom.span, help)

    def definition(self, predicate: Predicate) -> tuple[Span, str] | None:
        if predicate in self.inputs:
            return self.inputs[predicate].span, "declared here"
        clauses = (clause for clause in self.program.clauses if clause.head.predicate == predicate)
        return next(((clause.head.span, "defined here") for clause in clauses), None)

    def reading(self, atom: Atom) -> None:
        name, value = atom.args
        if not isinstance(name, Constant) or not isinstance(value, Constant):
            message = "a reading is tested by its name and one of its values"
            self.wrong("unknown-reading", message, atom.span, "write `reading(name, value)`, without variables")
            return
        readings = self.vocabulary.readings
        declared = readings.get(str(name.value)) if name.kind == "atom" else None
        if declared is None:
            shown = printable(str(name.value))
            help = did_you_mean(str(name.value), readings) or "declare it with `:- reading`"
            self.wrong("unknown-reading", f"no reading `{shown}`", name.span, help)
        elif value.kind != "atom" or str(value.value) not in declared.values:
            shown = printable(str(value.value))
            message = f"`{shown}` is no value of the reading `{declared.name}`"
            help = did_you_mean(str(value.value), declared.values) or f"values: {', '.join(declared.values)}"
            self.wrong("unknown-reading-value", message, value.span, help, (declared.span, "declared here"))

    def comparison(self, goal: Comparison) -> None:
        left, right = goal.left, goal.right
        if isinstance(left, Constant) and isinstance(right, Constant):
            message = "two constants are compared, which never changes"
            self.wrong("constant-comparison", message, goal.span, "compare a variable, or remove it")
        elif isinstance(left, Variable) and left == right and left.name != "_":
            message = f"`{left.name}` is compared with itself, which never changes"
            self.wrong("constant-comparison", message, goal.span, "compare two different values")

    def singletons(self, clause: Clause, told: set[Span]) -> None:
        """Variables that occur once, unless told of already, and variables marked as such that occur again."""
        found = list(occurrences(clause))
        times = Counter(each.name for each in found)
        for each in found:
            if each.name == "_" or each.span in told:
                continue
            if times[each.name] == 1 and not each.name.startswith("_"):
                message = f"`{each.name}` occurs only once in its clause"
                others = sorted(times.keys() - {each.name, "_"})
                help = did_you_mean(each.name, others) or "write `_` if it may be any value"
                self.warn("singleton-variable", message, each.span, help)
            elif times[each.name] > 1 and each.name.startswith("_"):
                times[each.name] = 0
                message = f"`{each.name}` is marked as unused, and occurs more than once"
                self.warn("marked-variable", message, each.span, f"write `{each.name.lstrip('_') or 'X'}`")
