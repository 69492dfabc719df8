"""Case files as Prolog facts: the same statements as in YAML, one clause for each.

``case('A-1').`` names the case; every other fact has it as its first argument. ``absent(F)`` documents a
flag or a yes-or-no as false, ``none('A-1', Name)`` a list as empty, ``evidence(F, Origin, "source")``
states a fact with where it comes from, and ``unknown`` stands for a field that is not stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from kb.case import Case, Evidence, Origin
from kb.case_policy import is_for, wrong_policy
from kb.case_problems import Report, listed, shown
from kb.case_slots import DOCUMENT
from kb.case_values import ORIGINS, Values, Written
from kb.evidence import Piece, Slot, Stated, Statement, build_case
from kb.meaning import Reader, span_of
from kb.parse import sentences
from kb.problems import did_you_mean
from kb.source import unwelcome_characters
from kb.syntax import Compound, Constant, DirectiveTerm, Span
from kb.vocabulary import Input, Vocabulary

WRAPPERS = {
    "evidence": (3, "`evidence(trial('A-1', ...), document, \"source\").`"),
    "absent": (1, "`absent(pregnant('A-1')).`"),
    "none": (2, "`none('A-1', trial).`"),
    "case": (1, "`case('A-1').`"),
    "policy": (2, "`policy('A-1', name).`"),
    "title": (2, "`title('A-1', \"words\").`"),
}
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Said:
    """A fact without its wrappings: ``kind`` is ``fact``, ``absent`` or ``none``."""

    fact: Compound
    kind: str
    source: str
    origin: Origin
    span: Span


def facts_of(text: str, report: Report) -> tuple[Compound, ...]:
    """The facts of a text as terms; what is no fact becomes a problem of the report.

    Raises ``ProblemsError`` where a character stands in the text that no case may hold.
    """
    report.problems.extend(unwelcome_characters(text, report.path))
    report.finish()
    facts = []
    for term in fact_terms(text, report):
        if isinstance(term, Compound):
            facts.append(term)
        else:
            report.wrong("not-a-fact", "a fact of a case has arguments", term.span, "the first one is the case")
    return tuple(facts)


def fact_terms(text: str, report: Report) -> Iterator[DirectiveTerm]:
    """The clauses of a text as terms; a rule or a directive becomes a problem of the report."""
    reader = Reader(report.path, report.problems)
    for kind, left, right in sentences(text, report.path, report.problems):
        if kind == "fact":
            yield reader.directive_term(left)
        else:
            what = "a rule" if kind == "rule" else "a directive"
            report.wrong("not-a-fact", f"a case holds facts alone, found {what}", span_of(left or right))


class FactReader:
    """Takes the facts of one case file apart into pieces of evidence."""

    def __init__(self, vocabulary: Vocabulary, report: Report) -> None:
        self.vocabulary = vocabulary
        self.report = report
        self.values = Values(vocabulary, report, "write `unknown`, or leave the fact out")
        self.wrong = report.wrong

    def case(self, facts: Sequence[Compound], digest: str) -> Case:
        """The case of the facts; without meaning where the report has a problem."""
        name = self.name(facts)
        self.policy(facts, name)
        title = ""
        said: dict[str, list[Said]] = {}
        for fact in facts:
            if (fact.name, len(fact.args)) in (("case", 1), ("policy", 2)):
                continue
            if (fact.name, len(fact.args)) == ("title", 2):
                self.about(fact.args[0], name)
                words = self.constant(fact.args[1])
                title = title if words is None else str(words.value)
            elif (each := self.unwrapped(fact)) and (declared := self.declared(each, name)):
                said.setdefault(declared.name, []).append(each)
        stated = {key: self.input(self.vocabulary.inputs[key], every) for key, every in said.items()}
        return build_case(self.vocabulary, name or Constant("text", ""), self.report.path, digest, title, stated)

    def policy(self, facts: Sequence[Compound], name: Constant | None) -> None:
        """Hold what the case names as its policy against this one; of a case of another all else is noise."""
        known = self.vocabulary.header.name
        for fact in facts:
            if (fact.name, len(fact.args)) != ("policy", 2):
                continue
            self.about(fact.args[0], name)
            words = self.constant(fact.args[1])
            if words is not None and not is_for(str(words.value), self.report.path, known):
                message, advice = wrong_policy(str(words.value), self.report.path, known)
                self.wrong("wrong-policy", message, fact.args[1].span, advice)
                self.report.stop()

    def only(self, declared: Input, facts: Sequence[Compound]) -> Stated:
        """All that the facts state of one input."""
        name = self.name(facts)
        own = [fact for fact in facts if (fact.name, len(fact.args)) != ("case", 1)]
        said = [each for fact in own if (each := self.unwrapped(fact)) and each.fact.name == declared.name]
        return self.input(declared, [each for each in said if self.declared(each, name)])

    def name(self, facts: Sequence[Compound]) -> Constant | None:
        """The name of the case, from its one ``case`` fact."""
        top = Span(1, 1, 1, 2)
        given = [fact for fact in facts if (fact.name, len(fact.args)) == ("case", 1)]
        if not facts:
            self.wrong("empty-case", "the file says nothing", top, "name the case: `case('A-1').`")
        elif not given:
            self.wrong("missing-case", "no fact `case/1` names the case", top, "name the case: `case('A-1').`")
        for again in given[1:]:
            notes = ((given[0].span, "first named here"),)
            self.wrong("duplicate-key", "the case is named twice", again.span, "keep one case in each file", notes)
        constant = self.constant(given[0].args[0]) if given else None
        if constant is None:
            return None
        if not str(constant.value).strip():
            self.wrong("empty-text", "the name of the case is an empty text", constant.span)
        return Constant("text", str(constant.value), constant.span)

    def constant(self, term: DirectiveTerm) -> Constant | None:
        if isinstance(term, Constant):
            return term
        self.wrong("not-a-fact", "a fact of a case holds constants alone", term.span, "an unknown value is `unknown`")
        return None

    def about(self, term: DirectiveTerm, name: Constant | None) -> bool:
        """Whether a fact's first argument is the case; a problem where it is not."""
        found = self.constant(term)
        if found is None or name is None or str(found.value) == name.value:
            return found is not None
        message = f"the fact is about {shown(str(found.value))}, and the case is {shown(str(name.value))}"
        self.wrong("other-case", message, term.span, "keep one case in each file")
        return False

    def unwrapped(self, fact: Compound) -> Said | None:
        """A fact without ``evidence``, ``absent`` and ``none``; ``None``, and a problem, where they are malformed."""
        source, inner = "", fact
        origin = DOCUMENT
        wanted, form = WRAPPERS.get(fact.name, (len(fact.args), ""))
        if len(fact.args) != wanted:
            message = f"`{fact.name}` takes {wanted} arguments, found {len(fact.args)}"
            self.wrong("fact-arity", message, fact.span, f"write {form}")
            return None
        if fact.name == "evidence":
            wrapped, said, words = fact.args
            given = self.constant(said)
            if given is not None and given.value not in ORIGINS:
                message = f"an origin is one of {listed(ORIGINS)}, found {shown(str(given.value))}"
                self.wrong("unknown-origin", message, said.span, did_you_mean(str(given.value), ORIGINS))
            elif given is not None:
                origin = cast(Origin, given.value)
            if (told := self.constant(words)) is not None:
                source = str(told.value)
            if not isinstance(wrapped, Compound):
                self.wrong("not-a-fact", "`evidence` wants a fact", wrapped.span)
                return None
            inner = wrapped
        if inner.name == "absent" and len(inner.args) == 1:
            (wrapped,) = inner.args
            if not isinstance(wrapped, Compound):
                self.wrong("not-a-fact", "`absent` wants a fact", wrapped.span)
                return None
            return Said(wrapped, "absent", source, origin, fact.span)
        return Said(inner, "none" if inner.name == "none" else "fact", source, origin, fact.span)

    def declared(self, said: Said, name: Constant | None) -> Input | None:
        """The input that a fact is about; ``None``, and a problem, where it is about none."""
        fact = said.fact
        if not self.about(fact.args[0], name):
            return None
        inputs = self.vocabulary.inputs
        key, span = fact.name, fact.span
        if said.kind == "none":
            if len(fact.args) != 2 or (listing := self.constant(fact.args[1])) is None:
                self.wrong("fact-arity", "`none` takes the case and the name of a list", fact.span)
                return None
            key, span = str(listing.value), listing.span
        if key not in inputs:
            message = f"no input {shown(key)}"
            self.wrong("unknown-fact", message, span, did_you_mean(key, inputs) or f"inputs: {listed(inputs)}")
            return None
        declared = inputs[key]
        if said.kind == "none" and declared.kind != "many":
            self.wrong("wrong-type", f"`{key}` is no list, so it cannot be empty", span, "`none` is for lists")
            return None
        if said.kind == "absent" and not (declared.kind == "flags" or (declared.kind == "one" and not declared.fields)):
            advice = "`absent` is for what is true or false; an empty list is `none`"
            self.wrong("wrong-type", f"`{key}` is neither true nor false", span, advice)
            return None
        if said.kind != "none" and len(fact.args) != len(declared.arguments):
            names = ", ".join(argument.name for argument in declared.arguments)
            message = f"`{key}` takes {len(declared.arguments)} arguments, found {len(fact.args)}"
            self.wrong("fact-arity", message, span, f"`{key}({names})`")
            return None
        return declared

    def input(self, declared: Input, every: Sequence[Said]) -> Stated:
        """All that the facts about an input state."""
        if declared.kind == "many":
            return self.many(declared, every)
        if declared.kind == "flags":
            flags: dict[str, Slot] = {}
            for said in every:
                value = self.value(declared.fields[0].type, said.fact.args[1], f"`{declared.name}`")
                if isinstance(value, Constant):
                    item = str(value.value)
                    flags[item] = (*flags.get(item, ()), self.truth(said))
            return Stated(flags=flags)
        if not declared.fields:
            truths = tuple(map(self.truth, every))
            return Stated(rows=(Statement((truths,), tuple(piece.evidence for piece in truths)),))
        rows = [self.row(declared, said) for said in every]
        joined = tuple(tuple(piece for row in rows for piece in row.slots[at]) for at in range(len(declared.fields)))
        return Stated(rows=(Statement(joined, tuple(each for row in rows for each in row.evidence)),))

    def many(self, declared: Input, every: Sequence[Said]) -> Stated:
        rows = tuple(self.row(declared, said) for said in every if said.kind == "fact")
        empty = [said for said in every if said.kind == "none"]
        if rows and empty:
            first = next(said for said in every if said.kind == "fact")
            notes = ((first.span, "a row of it"),)
            message = f"`{declared.name}` is said to be empty and has rows"
            self.wrong("none-and-rows", message, empty[0].span, "remove `none`, or the rows", notes)
        if empty:
            return Stated(
                whole=tuple(Evidence("[]", said.source, said.origin, self.place(said.span)) for said in empty)
            )
        return Stated(rows=rows, whole=(Evidence("", "", "document", self.place(every[0].span)),))

    def row(self, declared: Input, said: Said) -> Statement:
        evidence = Evidence("", said.source, said.origin, self.place(said.span))
        slots: list[Slot] = []
        words: list[str] = []
        states: list[tuple[str, Constant | bool]] = []
        for argument, term in zip(declared.fields, said.fact.args[1:], strict=True):
            value = self.value(argument.type, term, f"`{declared.name}`, argument `{argument.name}`,")
            if value is None:
                slots.append(())
                continue
            text = _text(value)
            slots.append((Piece(value, replace(evidence, value=text)),))
            single = len(declared.fields) == 1
            words.append(text if single else f"{argument.key}: {text}")
            states.append(("" if single else argument.key, value))
        return Statement(tuple(slots), (replace(evidence, value=", ".join(words), states=tuple(states)),))

    def truth(self, said: Said) -> Piece:
        true = said.kind == "fact"
        text = "true" if true else "false"
        return Piece(true, Evidence(text, said.source, said.origin, self.place(said.span), (("", true),)))

    def value(self, type_name: str, term: DirectiveTerm, where: str) -> Constant | None:
        """The value of an argument; ``None`` where it is ``unknown``, or with a problem where it is wrong."""
        constant = self.constant(term)
        if constant is None:
            return None
        text = _text(constant)
        declared = self.vocabulary.types.get(type_name)
        if constant.kind == "atom" and text == UNKNOWN and not (declared and UNKNOWN in declared.values):
            return None
        how: Written = "number" if constant.kind == "number" else "words"
        if constant.kind == "date" and type_name in self.vocabulary.types:
            how = "date"
        elif constant.kind == "text" and type_name not in ("text", "case"):
            how = "quoted"
        value = self.values.value(type_name, text, how, where, constant.span)
        return value if isinstance(value, Constant) else None

    def place(self, span: Span) -> str:
        return f"{self.report.path}:{span.line}"


def _text(constant: Constant) -> str:
    value = constant.value
    return value.isoformat() if isinstance(value, date) else str(value)
