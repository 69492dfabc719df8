"""What must hold of the declarations: they name what exists, and are used."""

from __future__ import annotations

from collections.abc import Iterable

from kb.directives import placeholder_problems
from kb.problems import Problem, did_you_mean, printable
from kb.syntax import BUILTINS, NOWHERE, READING, Atom, Constant, Predicate, Program, Span, atoms
from kb.vocabulary import BUILTIN_TYPES, Vocabulary

# A case file has these keys of its own, and the facts of a case these names.
_CASE_KEYS = frozenset({"case", "policy", "title", "expect", "evidence", "absent", "none"})
_OTHER_NAMES = {"float": "decimal", "number": "decimal", "int": "integer", "string": "text"}


def check_declarations(program: Program, vocabulary: Vocabulary) -> tuple[Problem, ...]:
    """Every problem of the declarations of a program, in no special order."""
    checks = _Declarations(program, vocabulary)
    checks.header()
    checks.inputs()
    checks.criteria()
    checks.readings()
    checks.apart()
    checks.unused()
    return tuple(checks.problems)


class _Declarations:
    """One run of the checks of declarations, and what they find."""

    def __init__(self, program: Program, vocabulary: Vocabulary) -> None:
        self.program = program
        self.vocabulary = vocabulary
        self.problems: list[Problem] = []
        self.supplied = {declared.predicate for declared in vocabulary.inputs.values()}
        self.uses: dict[Predicate, list[Atom]] = {}
        for clause in program.clauses:
            used = self.uses.setdefault(clause.head.predicate, [])
            used += (atom for goal in clause.body for atom in atoms(goal))

    def wrong(self, code: str, message: str, span: Span, help: str = "", note: tuple[Span, str] | None = None) -> None:
        notes = (note,) if note else ()
        self.problems.append(Problem(code, message, self.program.path, span, help, notes=notes))

    def warn(self, code: str, message: str, span: Span, help: str = "") -> None:
        self.problems.append(Problem(code, message, self.program.path, span, help, "warning"))

    def header(self) -> None:
        header = self.vocabulary.header
        if header.span == NOWHERE:
            help = "start with `:- policy(name, [...]).`"
            if not any(directive.name == "policy" for directive in self.program.directives):
                self.wrong("missing-policy", "the file declares no policy", NOWHERE, help)
            return
        root = Predicate(header.root, 1)
        if header.root and root not in self.uses:
            arities = [each.arity for each in self.uses if each.name == header.root]
            message = f"nothing defines the root `{root}`"
            if arities:
                message = f"the root `{header.root}` has {arities[0]} arguments, and takes 1: the case"
            help = did_you_mean(header.root, [each.name for each in self.uses if each.arity == 1])
            self.wrong("root", message, header.span, help or f"write clauses for `{header.root}(P)`")
        declared = self.vocabulary.inputs.get(header.request_date)
        if header.request_date and declared is None:
            dated = [each.name for each in self.vocabulary.inputs.values() if [f.type for f in each.fields] == ["date"]]
            message = f"no input `{header.request_date}` for the request date"
            help = did_you_mean(header.request_date, dated) or "declare it with `:- input`"
            self.wrong("request-date", message, header.span, help)
        elif declared and (declared.kind != "one" or [field.type for field in declared.fields] != ["date"]):
            message = f"the request date `{declared.name}` is not an input of kind `one` with one date"
            note = (declared.span, "declared here")
            help = f"write `:- input({declared.name}(P: case, Date: date), one, ...)`"
            self.wrong("request-date", message, header.span, help, note)
        if header.effective and header.until and header.until < header.effective:
            message = f"the policy ends, on {header.until}, before it starts, on {header.effective}"
            self.wrong("malformed-directive", message, header.span, "put `effective` before `until`")

    def inputs(self) -> None:
        known = (*BUILTIN_TYPES, *self.vocabulary.types)
        builtin = {predicate.name for predicate in BUILTINS}
        for declared in self.vocabulary.inputs.values():
            if declared.name in builtin:
                self.wrong("redefined", f"`{declared.name}` is built in", declared.span, "choose another name")
            elif declared.name in _CASE_KEYS:
                message = f"`{declared.name}` has a meaning of its own in case files"
                self.wrong("redefined", message, declared.span, "choose another name")
            for argument in declared.arguments:
                if argument.type not in known:
                    message = f"no type `{printable(argument.type)}`"
                    perhaps = did_you_mean(_OTHER_NAMES.get(argument.type, argument.type), known)
                    help = perhaps or f"declare it with `:- type({argument.type}, [...]).`"
                    self.wrong("unknown-type", message, argument.span, help)

    def criteria(self) -> None:
        path = self.program.path
        for criterion in self.vocabulary.criteria.values():
            self.section(criterion.section, criterion.span)
            predicate = criterion.predicate
            if predicate not in self.uses and predicate not in self.supplied:
                named = [str(each) for each in (*self.uses, *self.supplied)]
                help = did_you_mean(str(predicate), named) or "write a clause for it"
                message = f"nothing defines `{predicate}`, which is declared as {_kind(criterion.kind)}"
                self.wrong("undefined-predicate", message, criterion.span, help)
                continue
            self.problems += placeholder_problems(criterion.title, criterion.variables, "title", path, criterion.span)
        for entry in self.vocabulary.informational:
            self.section(entry.section, entry.span)

    def section(self, section: str, span: Span) -> None:
        sections = self.vocabulary.header.sections
        if section in sections or self.vocabulary.header.span == NOWHERE:
            return
        help = did_you_mean(section, sections) or "list it in the policy: `section('ID', \"heading\")`"
        self.wrong("unknown-section", f"the policy lists no section `{printable(section)}`", span, help)

    def readings(self) -> None:
        tested = {
            str(atom.args[0].value)
            for used in self.uses.values()
            for atom in used
            if atom.predicate == READING and isinstance(atom.args[0], Constant)
        }
        for reading in self.vocabulary.readings.values():
            if reading.name not in tested:
                help = f"test it with `reading({reading.name}, {reading.default})`, or remove it"
                self.warn("unused-reading", f"no rule tests the reading `{reading.name}`", reading.span, help)

    def apart(self) -> None:
        """Whatever bears on the verdict depends on no advisory and on no grant."""
        criteria = self.vocabulary.criteria
        asides = {each.predicate: each for each in criteria.values() if each.kind != "criterion"}
        root = Predicate(self.vocabulary.header.root, 1)
        if root in asides:
            message = f"the root `{root}` is declared as {_kind(asides[root].kind)}"
            self.wrong("advisory-in-criterion", message, asides[root].span, "declare it as a criterion")
        bearing = self.reached([root, *(each.predicate for each in criteria.values() if each.kind == "criterion")])
        for predicate in self.uses:
            if predicate not in bearing or predicate in asides:
                continue
            for atom in self.uses[predicate]:
                if aside := asides.get(atom.predicate):
                    kind = _kind(aside.kind)
                    message = f"`{predicate}` bears on the verdict and depends on {kind}, `{atom.predicate}`"
                    help = "declare that as a criterion, or do not depend on it"
                    self.wrong("advisory-in-criterion", message, atom.span, help, (aside.span, "declared here"))

    def unused(self) -> None:
        used = {atom.predicate for each in self.uses.values() for atom in each}
        header = self.vocabulary.header
        for declared in self.vocabulary.inputs.values():
            shown = declared.predicate in used or declared.predicate in self.vocabulary.criteria
            if not shown and declared.name != header.request_date:
                help = "use it in a rule, or remove it"
                self.warn("unused-input", f"no rule uses the input `{declared.predicate}`", declared.span, help)
        if not header.root:
            return
        reached = self.reached([Predicate(header.root, 1), *self.vocabulary.criteria])
        told = set()
        for clause in self.program.clauses:
            predicate = clause.head.predicate
            if predicate not in reached and predicate not in told and predicate not in self.supplied:
                told.add(predicate)
                message = f"neither the root nor a criterion, advisory or grant uses `{predicate}`"
                self.warn("unused-predicate", message, clause.head.span, "use it, or remove it")

    def reached(self, start: Iterable[Predicate]) -> set[Predicate]:
        """The predicates that these depend on, and these."""
        found: set[Predicate] = set()
        todo = list(start)
        while todo:
            predicate = todo.pop()
            if predicate not in found:
                found.add(predicate)
                todo += (atom.predicate for atom in self.uses.get(predicate, ()))
        return found


def _kind(kind: str) -> str:
    return f"an {kind}" if kind == "advisory" else f"a {kind}"
