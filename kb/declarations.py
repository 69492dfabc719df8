"""The directives of a program read: what they declare, as a vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from kb.directives import (
    FORMS,
    Malformed,
    date_of,
    field_of,
    indicator_of,
    items_of,
    malformed,
    name_of,
    option_of,
    pair_of,
    placeholder_problems,
    single,
    sized,
    text_of,
    word_of,
)
from kb.problems import Problem, did_you_mean, printable
from kb.syntax import NOWHERE, Compound, Constant, Directive, DirectiveTerm, Predicate, Program, Span, Variable
from kb.vocabulary import (
    BUILTIN_TYPES,
    Argument,
    Change,
    Criterion,
    CriterionKind,
    Header,
    Informational,
    Input,
    InputKind,
    Reading,
    Type,
    Vocabulary,
)

_HEADER_KEYS = ("title", "payer", "edition", "effective", "until", "hcpcs", "root", "request_date", "section")
_REQUIRED = ("title", "payer", "edition", "effective", "root", "request_date")
_KINDS: tuple[InputKind, ...] = ("one", "many", "flags")
_CHANGES: tuple[Change, ...] = ("document", "act", "time", "never")
_NO_HEADER = Header("", "", "", "", None, None, (), "", "", {}, NOWHERE)
_Key = TypeVar("_Key")


def read_vocabulary(program: Program) -> tuple[Vocabulary, tuple[Problem, ...]]:
    """What the directives of a program declare, and what is wrong with them.

    What is malformed is left out, so that everything else can still be checked.
    """
    reading = _Reading(program)
    return reading.vocabulary(), tuple(reading.problems)


class _Reading:
    """One reading of a program's directives, and the problems found on the way."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.problems: list[Problem] = []
        self.header = _NO_HEADER
        self.types: dict[str, Type] = {}
        self.inputs: dict[str, Input] = {}
        self.criteria: dict[Predicate, Criterion] = {}
        self.readings: dict[str, Reading] = {}
        self.informational: list[Informational] = []

    def wrong(self, code: str, message: str, span: Span, help: str = "", note: Span | None = None) -> None:
        notes = ((note, "first declared here"),) if note else ()
        self.problems.append(Problem(code, message, self.program.path, span, help, notes=notes))

    def vocabulary(self) -> Vocabulary:
        read: dict[str, Callable[[Directive], None]] = {
            "policy": self.policy,
            "type": self.type,
            "input": self.input,
            "criterion": self.criterion,
            "advisory": self.criterion,
            "grant": self.criterion,
            "reading": self.reading,
            "informational": self.inform,
        }
        # Criteria come last: those of an input take the names of its arguments.
        for directive in sorted(self.program.directives, key=lambda each: read.get(each.name) == self.criterion):
            if directive.name not in read:
                message = f"no directive `{printable(directive.name)}`"
                help = did_you_mean(directive.name, read) or f"directives: {', '.join(read)}"
                self.wrong("unknown-directive", message, directive.span, help)
                continue
            try:
                read[directive.name](directive)
            except Malformed as error:
                self.wrong("malformed-directive", error.message, error.span, f"write `{FORMS[directive.name]}`")
        declared = (self.types, self.inputs, self.criteria, self.readings)
        return Vocabulary(self.header, *declared, tuple(self.informational))

    def once(self, known: Mapping[_Key, Any], key: _Key, what: str, span: Span) -> bool:
        """Whether a key is declared for the first time; a problem otherwise."""
        if key not in known:
            return True
        message = f"{what} `{printable(str(key))}` is declared twice"
        self.wrong("declared-twice", message, span, "remove one of the two", known[key].span)
        return False

    def policy(self, directive: Directive) -> None:
        name, entries = sized(directive, 2)
        if self.header.span != NOWHERE:
            help = "a file holds one policy"
            self.wrong("declared-twice", "the policy is declared twice", directive.span, help, self.header.span)
            return
        given: dict[str, Any] = {}
        sections: dict[str, str] = {}
        codes: list[str] = []
        self.header = replace(_NO_HEADER, name=name_of(name, "the name of the policy"), span=directive.span)
        for entry in items_of(entries, "the entries of the policy"):
            key, whole = option_of(entry, _HEADER_KEYS)
            if whole is None:
                malformed(f"`{key}` takes a value", entry)
            if key == "section":
                self.section(whole, sections)
            elif key == "hcpcs":
                codes += [word_of(arg, "a code") for arg in whole.args]
            elif key in given:
                self.wrong("declared-twice", f"`{key}` is given twice", entry.span, "remove one of the two")
            elif key in ("effective", "until"):
                given[key] = date_of(single(whole), f"the {key} date")
            elif key in ("root", "request_date"):
                given[key] = name_of(single(whole), "a predicate")
            else:
                given[key] = word_of(single(whole), f"the {key}")
        self.header = replace(self.header, codes=tuple(codes), sections=sections, **given)
        if lacking := [f"`{key}`" for key in _REQUIRED if key not in given]:
            help = f"write `{FORMS['policy']}`"
            self.wrong("missing-entry", f"the policy lacks {', '.join(lacking)}", directive.span, help)

    def section(self, term: Compound, sections: dict[str, str]) -> None:
        if len(term.args) != 2:
            malformed(f"`section` takes 2 arguments, found {len(term.args)}", term)
        section = word_of(term.args[0], "a section")
        if section in sections:
            message = f"section `{printable(section)}` is declared twice"
            self.wrong("declared-twice", message, term.span, "remove one of the two")
        sections[section] = text_of(term.args[1], "a heading")

    def type(self, directive: Directive) -> None:
        first, listed = sized(directive, 2)
        name = name_of(first, "the name of the type")
        values: dict[str, str] = {}
        for item in items_of(listed, "the values of the type"):
            pair = pair_of(item, ":")
            value_term, label = (pair[0], text_of(pair[1], "a label")) if pair else (item, "")
            value = _value_of(value_term)
            if value in values:
                message = f"value `{printable(value)}` is listed twice"
                self.wrong("declared-twice", message, item.span, "remove one of the two")
            values[value] = label or value.replace("_", " ")
        if not values:
            malformed("a type has at least one value", listed)
        if name in BUILTIN_TYPES:
            self.wrong("redefined", f"the type `{name}` is built in", first.span, "choose another name")
        elif self.once(self.types, name, "type", directive.span):
            self.types[name] = Type(name, values, directive.span)

    def input(self, directive: Directive) -> None:
        shape, kind, question, *rest = sized(directive, 3, 4)
        if not isinstance(shape, Compound) or shape.name in (":", "/"):
            malformed("an input is expected here, written `name(P: case, Field: type)`", shape)
        arguments = tuple(Argument(*field_of(arg)) for arg in shape.args)
        names = [argument.name for argument in arguments]
        if len({argument.key for argument in arguments}) != len(names):
            self.wrong("declared-twice", "two arguments have the same name", shape.span, "rename one of the two")
        if arguments[0].type != "case":
            malformed("the first argument of an input is the case, `P: case`", shape.args[0])
        if any(argument.type == "case" for argument in arguments[1:]):
            malformed("only the first argument of an input is the case", shape)
        words = shape.name.replace("_", " ")
        fields = ", ".join(f"{{{name}}}" for name in names[1:])
        declared = Input(
            name=shape.name,
            arguments=arguments,
            kind=_choice(kind, _KINDS, "the kind of the input"),
            question=text_of(question, "the question"),
            says=f"{words}: {fields}" if fields else words,
            noun=words,
            document=False,
            change="document",
            span=directive.span,
        )
        for entry in items_of(rest[0], "what else is known of the input") if rest else ():
            declared = self.option(declared, entry)
        if declared.kind == "many" and len(arguments) < 2:
            malformed("an input of kind `many` has at least one field", shape)
        if declared.kind == "flags" and (len(arguments) != 2 or arguments[1].type in BUILTIN_TYPES):
            malformed("an input of kind `flags` has one field, of a declared type", shape)
        path = self.program.path
        self.problems += placeholder_problems(declared.says, names, "sentence", path, directive.span)
        if self.once(self.inputs, shape.name, "input", directive.span):
            self.inputs[shape.name] = declared

    def option(self, declared: Input, entry: DirectiveTerm) -> Input:
        key, whole = option_of(entry, ("says", "noun", "document", "personal", "change", "extends"))
        if key == "document":
            return replace(declared, document=True)
        if key == "personal":
            if not {"date", "text"} & {argument.type for argument in declared.fields}:
                malformed("`personal` is for an input with a date or a text, and this has none", entry)
            return replace(declared, personal=True)
        if whole is None:
            malformed(f"`{key}` takes a value", entry)
        if key == "says":
            return replace(declared, says=text_of(single(whole), "the sentence"))
        if key == "noun":
            return replace(declared, noun=text_of(single(whole), "the noun"))
        if key == "extends":
            field = single(whole)
            dates = [argument.name for argument in declared.arguments if argument.type == "date"]
            if not isinstance(field, Variable) or field.name not in dates:
                malformed(f"a field that is a date is expected here: {', '.join(dates) or 'there is none'}", field)
            return replace(declared, extends=field.name)
        return replace(declared, change=_choice(single(whole), _CHANGES, "the change"))

    def criterion(self, directive: Directive) -> None:
        indicator, section, title = sized(directive, 3)
        predicate = indicator_of(indicator)
        kind = cast(CriterionKind, directive.name)
        if self.once(self.criteria, predicate, "criterion", directive.span):
            self.criteria[predicate] = Criterion(
                predicate=predicate,
                section=word_of(section, "a section"),
                title=text_of(title, "the title"),
                kind=kind,
                variables=self.variables(predicate),
                span=directive.span,
            )

    def variables(self, predicate: Predicate) -> tuple[str, ...]:
        """The names of a predicate's arguments: the first that the heads of its clauses give to each."""
        heads: list[Sequence[str]] = [
            [term.name.lstrip("_") if isinstance(term, Variable) else "" for term in clause.head.args]
            for clause in self.program.clauses
            if clause.head.predicate == predicate
        ]
        declared = self.inputs.get(predicate.name)
        if declared and declared.predicate == predicate:
            heads.append([argument.name for argument in declared.arguments])
        return tuple(next((head[i] for head in heads if head[i]), "") for i in range(predicate.arity))

    def reading(self, directive: Directive) -> None:
        name_term, default, others, why = sized(directive, 4)
        name = name_of(name_term, "the name of the reading")
        alternatives = tuple(_value_of(item) for item in items_of(others, "the alternatives"))
        found = Reading(name, _value_of(default), alternatives, text_of(why, "the reason"), directive.span)
        if not alternatives:
            malformed("a reading has at least one alternative", others)
        if len(set(found.values)) != len(found.values):
            self.wrong("declared-twice", "a value of the reading is listed twice", directive.span, "remove one")
        if self.once(self.readings, name, "reading", directive.span):
            self.readings[name] = found

    def inform(self, directive: Directive) -> None:
        section, text = sized(directive, 2)
        says = text_of(text, "what it says")
        self.informational.append(Informational(word_of(section, "a section"), says, directive.span))


def _value_of(term: DirectiveTerm) -> str:
    """A value of an enumeration or of a reading: an atom."""
    if isinstance(term, Constant) and term.kind == "atom" and term.value:
        return str(term.value)
    malformed("a value is expected here, an atom", term)


_Choice = TypeVar("_Choice", bound=str)


def _choice(term: DirectiveTerm, known: Sequence[_Choice], what: str) -> _Choice:
    """One of the words that are known."""
    for word in known:
        if isinstance(term, Constant) and term.kind == "atom" and term.value == word:
            return word
    malformed(f"{what} is expected here: {', '.join(known)}", term)
