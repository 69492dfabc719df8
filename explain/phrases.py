"""The sentences of a decision: its values, its evidence, its thresholds, its titles.

Sentences are made from the policy's own titles, sentences and labels; dates are written year-month-day.
All text from a policy or a case passes through ``clean``, so no face has to mistrust it again for
control characters; what a face's own format needs (HTML, DOT) it still escapes itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from explain.language import clean, counted, fill_in, joined, plural, words_of
from explain.proof import Elapsed, FieldOf, Node, Origin
from kb.answers import Row, Status, matches
from kb.case import Evidence, Fact
from kb.decide import Decision
from kb.syntax import Atom, Comparison, Constant, Predicate, Term, Unknown, Variable
from kb.vocabulary import Argument, Criterion, Input

CONFLICTING = "conflicting evidence"
NUMBERS: Mapping[str, str] = {
    ">": "more than {}",
    ">=": "at least {}",
    "<": "less than {}",
    "=<": "at most {}",
    "=": "{}",
    "\\=": "other than {}",
}
DATES: Mapping[str, str] = {**NUMBERS, ">": "after {}", ">=": "{} or later", "<": "before {}", "=<": "{} or earlier"}
MIRRORED: Mapping[str, str] = {">": "<", "<": ">", ">=": "=<", "=<": ">=", "=": "=", "\\=": "\\="}
TYPE_WORDS: Mapping[str, str] = {"integer": "number", "decimal": "number", "text": "value", "": "value"}


class Words:
    """The words for one decision: its policy's vocabulary and its case."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.policy = decision.policy
        self.vocabulary = decision.policy.vocabulary
        self.inputs: Mapping[Predicate, Input] = {each.predicate: each for each in self.vocabulary.inputs.values()}
        self.request = Predicate(self.vocabulary.header.request_date, 2)
        self.sentences: dict[tuple[Predicate, Row], str] = {}

    # Values

    def value(self, term: Term, type_name: str = "") -> str:
        """The words for one value; the type says which enumeration an atom belongs to."""
        if isinstance(term, Unknown):
            return self.unstated(type_name or self._type_of(term))
        if isinstance(term, Variable):
            return f"any {self.type_words(type_name)}"
        match term.value:
            case date():
                return term.value.isoformat()
            case int() | Decimal():
                return format(term.value, "f") if isinstance(term.value, Decimal) else str(term.value)
            case str() if term.kind == "atom":
                return clean(self.vocabulary.label(type_name, term.value))
        return clean(str(term.value))

    def type_words(self, type_name: str) -> str:
        """The noun for the values of a type."""
        return clean(TYPE_WORDS.get(type_name, type_name).replace("_", " "))

    def unstated(self, type_name: str) -> str:
        """The words for a value that the record does not state."""
        noun = self.type_words(type_name)
        return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun} that is not stated"

    def _type_of(self, term: Unknown) -> str:
        """The type of the field that an unknown value stands for, by its label ``input[row].Field``."""
        name, _, rest = re.sub(r"\[\d+\]", "", term.label).partition(".")
        declared = self.vocabulary.inputs.get(name)
        return next((a.type for a in declared.arguments if a.name == rest), "") if declared else ""

    def types(self, goal: Atom) -> tuple[str, ...]:
        """The name of the type of each argument of a goal."""
        if (declared := self.inputs.get(goal.predicate)) is not None:
            return tuple(argument.type for argument in declared.arguments)
        return self.policy.types.get(goal.predicate) or ("",) * len(goal.args)

    # Criteria

    def title(self, criterion: Criterion, goal: Atom | None = None) -> str:
        """The title of a criterion, with the values it has here."""
        if goal is None:
            return fill_in(criterion.title, {name: f"any {name.lower()}" for name in criterion.variables})
        types = self.types(goal)
        return fill_in(
            criterion.title,
            {
                name: self.value(term, kind)
                for name, term, kind in zip(criterion.variables, goal.args, types, strict=True)
            },
        )

    def heading(self, section: str) -> str:
        """The heading of a section, empty where the policy gives none."""
        return clean(self.vocabulary.header.sections.get(section, ""))

    # Evidence

    def sentence(self, predicate: Predicate, row: Row) -> str:
        """What a row of an input says, in a sentence of the policy."""
        if (predicate, row) not in self.sentences:
            declared = self.inputs[predicate]
            pairs = zip(declared.arguments, row, strict=True)
            values = {argument.name: self.value(term, argument.type) for argument, term in pairs}
            self.sentences[predicate, row] = fill_in(declared.says, values)
        return self.sentences[predicate, row]

    def noun(self, predicate: Predicate) -> str:
        return clean(self.inputs[predicate].noun)

    def sources(self, evidence: Iterable[Evidence]) -> str:
        """Where evidence comes from, in brackets after a blank; nothing where that is not said."""
        named = dict.fromkeys(filter(None, (self.source(piece) for piece in evidence)))
        return f" ({'; '.join(named)})" if named else ""

    def source(self, piece: Evidence) -> str:
        """The source of one piece of evidence; what is not a document is called what it is."""
        kinds = {"document": "", "attestation": "attested", "override": "override"}
        return ": ".join(filter(None, (kinds[piece.origin], clean(piece.source))))

    def fact(self, fact: Fact) -> str:
        """A fact that the record states, or states to be false, with its sources."""
        said = self.sentence(fact.predicate, fact.row)
        return said + (": no" if fact.status is Status.NOT_MET else "") + self.sources(fact.evidence)

    def wanted(self, goal: Atom) -> list[str]:
        """The values that a goal asks of an input."""
        kinds = self.types(goal)
        pairs = list(zip(goal.args, kinds, strict=True))[1:]
        return [self.value(term, kind) for term, kind in pairs if isinstance(term, Constant)]

    def gap(self, fact: Fact, goal: Atom) -> str:
        """Why the record leaves open what a goal asks: nothing given, attested only, or contradictory."""
        declared = self.inputs[fact.predicate]
        whole = all(isinstance(term, Unknown) and term.many for term in fact.row[1:]) and declared.kind == "many"
        stated = not any(isinstance(term, Unknown) for term in fact.row)
        if fact.status is Status.MET:
            return self.partial(fact)
        if whole:
            subject = plural(self.noun(fact.predicate))
        else:
            subject = self.sentence(fact.predicate, fact.row) if stated else self.noun(fact.predicate)
        if fact.reason == "conflicting":
            return f"{CONFLICTING}: {subject}: {self.pieces(fact, declared)}"
        if fact.reason == "attested":
            values = dict.fromkeys(self.piece(piece, declared) for piece in fact.evidence)
            if not stated and len(declared.fields) == 1 and values:
                subject += f" {' or '.join(values)}"
            named = self.sources(fact.evidence).replace("attested: ", "").replace(" (attested)", "")
            return f"attested only, a document is needed: {subject}{named}"
        if fact.evidence:
            return f"not documented: {subject}{self.sources(fact.evidence)}"
        asked = [] if whole or stated else self.wanted(goal)
        return f"not documented: {subject}" + (f"; needs {joined(asked)}" if asked else "")

    def partial(self, fact: Fact) -> str:
        """A row of which a field is not stated, or stated in contradictory ways."""
        gaps = fact.gaps or {}
        if "conflicting" in gaps.values():
            fields = joined([words_of(name) for name, reason in gaps.items() if reason == "conflicting"])
            declared = self.inputs[fact.predicate]
            return f"{CONFLICTING}: {fields} of the {self.noun(fact.predicate)}: {self.pieces(fact, declared)}"
        return f"not documented in full: {self.fact(fact)}"

    def pieces(self, fact: Fact, declared: Input) -> str:
        """Every piece of contradictory evidence with its source, one against the other."""
        shown = dict.fromkeys(self.piece(piece, declared) + self.sources((piece,)) for piece in fact.evidence)
        return " against ".join(shown)

    def piece(self, piece: Evidence, declared: Input) -> str:
        """What one piece of evidence states, in words."""
        stated = clean(piece.value)
        if declared.kind == "flags" or not declared.fields:
            return {"true": "yes", "false": "no"}.get(stated.lower(), stated)
        if len(declared.fields) == 1 and declared.fields[0].type in self.vocabulary.types:
            return clean(self.vocabulary.label(declared.fields[0].type, stated))
        return stated

    def instead(self, fact: Fact, goal: Atom) -> str:
        """What the record says in the place of what a goal asks of an input with one value."""
        if fact.status is Status.NOT_MET:
            return self.fact(fact)
        return f"{self.fact(fact)}; needs {joined(self.wanted(goal))}"

    def absent(self, goal: Atom) -> str:
        """That a complete list holds no row such as a goal asks for."""
        noun, facts = self.noun(goal.predicate), self.decision.case.facts.get(goal.predicate, ())
        source = self.sources(self.decision.case.complete.get(goal.predicate, ()))
        if not facts:
            return f"no {noun} listed{source}"
        asked = joined(self.wanted(goal))
        if len(facts) == 1:
            return f"{asked}: not listed; the only {noun} listed is: {self.fact(facts[0])}"
        return f"{asked}: not among the {counted(len(facts), noun)} listed{source}"

    def leaf(self, node: Node, positive: bool = True) -> list[tuple[Status, str]]:
        """The sentences of a node of evidence, absence or catalogue, each with the status it gives its goal."""
        goal = node.goal
        assert isinstance(goal, Atom)
        if node.kind == "absence":
            return [(Status.NOT_MET, self.absent(goal))]
        if node.kind == "listed":
            return [(node.status, self.listed(goal, node.status))]
        said: list[tuple[Status, str]] = []
        for fact in node.facts:
            status = min(fact.status, matches(goal.args, fact.row))
            if status is Status.MET:
                said.append((status, self.fact(fact)))
            elif status is Status.UNDOCUMENTED:
                said.append((status, self.gap(fact, goal)))
            else:
                said.append((status, self.instead(fact, goal) if positive else self.fact(fact)))
        return said

    def listed(self, goal: Atom, status: Status) -> str:
        """Whether a catalogue of the policy lists a value."""
        asked = joined(self.wanted(goal)) or "nothing"
        if status is Status.UNDOCUMENTED:
            return "not documented, so it cannot be held against the policy's list"
        return f"{asked}: {'' if status is Status.MET else 'not '}on the policy's list"

    # Thresholds

    def comparison(self, node: Node, facts: Sequence[Fact] = (), positive: bool = True) -> str:
        """Both sides of a comparison: what was found, and what was needed.

        ``facts`` are those that its values may come from, for their sources. Under a negation nothing
        is needed: the words then say what was found to hold or not to hold.
        """
        goal = node.goal
        assert isinstance(goal, Comparison)
        sides = [(goal.left, node.origins[0]), (goal.right, node.origins[1])]
        operator: str = goal.operator
        if sides[0][1] is None and sides[1][1] is not None:
            sides.reverse()
            operator = MIRRORED[operator]
        (left, origin), (right, threshold) = sides
        kinds = [self.kind_of(term, source) for term, source in sides]
        dated = "date" in kinds
        kind = kinds[0] or kinds[1]
        limit = "a value that is not stated" if isinstance(right, Unknown) else self.value(right, kind)
        if isinstance(origin, Elapsed):
            limit = self.amount(right, origin.unit)
        relation = (DATES if dated else NUMBERS)[operator].format(limit)
        if isinstance(threshold, FieldOf):
            relation += f" ({self.field(threshold)})"
        found = self.found(left, origin, kind, facts)
        if isinstance(left, Unknown) and positive:
            return f"not documented: {found}; needs {relation}"
        if positive:
            return f"{found}, needs {relation}"
        return f"{found}, {'' if node.status is Status.MET else 'not '}{relation}"

    def kind_of(self, term: Term, origin: Origin | None) -> str:
        """The type of one side of a comparison."""
        if isinstance(origin, FieldOf):
            return self.argument(origin).type
        if isinstance(term, Constant) and term.kind == "date":
            return "date"
        return self._type_of(term) if isinstance(term, Unknown) else ""

    def found(self, term: Term, origin: Origin | None, kind: str, facts: Sequence[Fact]) -> str:
        """The value that is held against a threshold, by the name of what it is, with its source."""
        if isinstance(origin, FieldOf):
            source = self.sources_of(origin, term, facts)
            name = self.field(origin)
            return f"{name}{source}" if isinstance(term, Unknown) else f"{name} {self.value(term, kind)}{source}"
        if isinstance(origin, Elapsed):
            return self.elapsed(term, origin, facts)
        return self.value(term, kind)

    def elapsed(self, term: Term, origin: Elapsed, facts: Sequence[Fact]) -> str:
        """``treatment of 2 months from 2024-01-05 to 2024-03-20``; or named dates, of different inputs."""
        first, last = origin.origins
        amount = f"the {plural(origin.unit)}" if isinstance(term, Unknown) else self.amount(term, origin.unit)
        if isinstance(first, FieldOf) and isinstance(last, FieldOf) and first.predicate == last.predicate:
            span = f"from {self.value(origin.start, 'date')} to {self.value(origin.end, 'date')}"
            return f"{self.noun(first.predicate)} of {amount} {span}{self.sources_of(first, origin.start, facts)}"
        ends = [self.dated(each, source) for each, source in ((origin.start, first), (origin.end, last))]
        return f"{amount} from {ends[0]} to {ends[1]}"

    def dated(self, term: Term, origin: Origin | None) -> str:
        shown = self.value(term, "date")
        return f"{shown} ({self.field(origin)})" if isinstance(origin, FieldOf) else shown

    def amount(self, term: Term, unit: str) -> str:
        """``3 months``."""
        if isinstance(term, Constant) and isinstance(term.value, int):
            return counted(term.value, unit)
        return f"{self.value(term)} {plural(unit)}"

    def argument(self, origin: FieldOf) -> Argument:
        return self.inputs[origin.predicate].arguments[origin.position]

    def field(self, origin: FieldOf) -> str:
        """The name of a field: that of its input where it is the only one or says so itself."""
        declared = self.inputs[origin.predicate]
        noun, name = self.noun(origin.predicate), words_of(self.argument(origin).name)
        if len(declared.fields) == 1 or name in noun.split():
            return noun
        return f"{name} of the {noun}" if self.argument(origin).type == "date" else f"{noun} {name}"

    def sources_of(self, origin: FieldOf, term: Term, facts: Sequence[Fact]) -> str:
        """The sources of the fact that a compared value comes from."""
        for fact in facts:
            if fact.predicate == origin.predicate and fact.row[origin.position] == term:
                return self.sources(fact.evidence)
        return ""

    # The decision as a whole

    def case_title(self) -> str:
        """The case, by its identifier and the words that its file gives."""
        case = self.decision.case
        title = clean(case.title)
        return f"Case {clean(str(case.id.value))}" + (f": {title}" if title else "")

    def policy_title(self) -> str:
        """The policy's title, its payer and its edition."""
        header = self.vocabulary.header
        return f"{clean(header.title)}, {clean(header.payer)}, edition {clean(header.edition)}"

    def request_date(self) -> str:
        """The date of the request, by which every date is taken."""
        facts = self.decision.case.facts.get(self.request, ())
        term = facts[0].row[1] if facts else None
        return term.value.isoformat() if isinstance(term, Constant) and isinstance(term.value, date) else "not stated"

    def readings(self) -> list[str]:
        """The readings that were chosen other than by default."""
        declared = self.vocabulary.readings
        return [
            f"{clean(name.replace('_', ' '))}: {clean(value.replace('_', ' '))}"
            for name, value in self.decision.readings.items()
            if name in declared and value != declared[name].default
        ]
