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

from explain.language import clean, counted, fill_in, joined, listing, of_any, plural, words_of
from explain.proof import Node
from explain.stated import attested_values, otherwise, positions
from explain.unsettled import disputed, doubts, lacks, unlistable, unsettled
from kb.answers import Row, Status, matches
from kb.case import Evidence, Fact
from kb.decide import Decision
from kb.syntax import Atom, Constant, Goal, Predicate, Term, Unknown, Variable
from kb.vocabulary import Criterion, Input

CONFLICTING = "conflicting evidence"
UNNAMED: Mapping[str, str] = {"document": "a document", "attestation": "an attestation", "override": "an override"}
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
            return self.unstated(type_name or self.type_of(term))
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

    def type_of(self, term: Unknown) -> str:
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
            return of_any(criterion.title)
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

    def cited(self, fact: Fact) -> str:
        """Where a fact comes from, as ``sources``; a piece that says something else stands last, with what it says."""
        declared = self.inputs[fact.predicate]
        against: dict[str, set[str]] = {}
        told = []
        for piece in fact.evidence:
            if (said := otherwise(declared, fact, piece)) is not None:
                who = self.source(piece) if piece.source else UNNAMED[piece.origin]
                told.append(f"{who} says {self.said(declared, said)}")
                against.setdefault(who, set()).update(key for key, _ in piece.states)
        agree = [
            self.source(piece)
            for piece in fact.evidence
            if otherwise(declared, fact, piece) is None
            # A source that says something else of one field is not cited for the rest of the row.
            and not against.get(self.source(piece), set()) - {key for key, _ in piece.states}
        ]
        named = dict.fromkeys(filter(None, (*agree, *told)))
        return f" ({'; '.join(named)})" if named else ""

    def said(self, declared: Input, said: Mapping[int, Constant] | bool) -> str:
        """The values that one piece of evidence states; a field is named where its type does not tell it."""
        if isinstance(said, bool):
            return "yes" if said else "no"
        types = [argument.type for argument in declared.fields]
        told = []
        for at, term in said.items():
            argument = declared.arguments[at]
            plain = len(said) == 1 and types.count(argument.type) == 1
            told.append(("" if plain else f"{words_of(argument.name)} ") + self.value(term, argument.type))
        return joined(told)

    def alone(self, declared: Input, piece: Evidence) -> str:
        """What one piece states of a row, without the rest of the row."""
        told = self.said(declared, positions(declared, piece))
        return clean(declared.noun) + (f": {told}" if told else "")

    def fact(self, fact: Fact) -> str:
        """A fact that the record states, or states to be false, with its sources."""
        if "conflicting" in (fact.gaps or {}).values():
            return self.partial(fact)
        said = self.sentence(fact.predicate, fact.row)
        return said + (": no" if fact.status is Status.NOT_MET else "") + self.cited(fact)

    def wanted(self, goal: Atom) -> list[str]:
        """The values that a goal asks of an input."""
        pairs = zip(goal.args, self.types(goal), strict=True)
        return [self.value(term, kind) for term, kind in pairs if isinstance(term, Constant) and kind != "case"]

    def gap(self, fact: Fact, goal: Atom) -> str:
        """Why the record leaves open what a goal asks: nothing given, attested only, or contradictory."""
        declared = self.inputs[fact.predicate]
        whole = all(isinstance(term, Unknown) and term.many for term in fact.row[1:]) and declared.kind == "many"
        stated = not any(isinstance(term, Unknown) for term in fact.row)
        if fact.status is Status.MET:
            if lacks(fact, goal):
                return self.partial(fact)
            asked = doubts(fact, goal)
            return f"{self.fact(fact)}, cannot be held against the {unsettled(self, asked)}"
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
            elif not stated and not whole:
                subject = self.attested(fact, declared) or subject
            elif {value for piece in fact.evidence for _, value in piece.states if isinstance(value, bool)} == {False}:
                subject += ": no"
            named = self.cited(fact).replace("attested: ", "").replace(" (attested)", "")
            return f"attested only, a document is needed: {subject}{named}"
        if fact.evidence:
            return f"not documented: {subject}{self.cited(fact)}"
        needed = [] if whole or stated else self.wanted(goal)
        return f"not documented: {subject}" + (f"; needs {joined(needed)}" if needed else "")

    def partial(self, fact: Fact) -> str:
        """A row of which a field is not stated, or stated in contradictory ways."""
        gaps = fact.gaps or {}
        if "conflicting" in gaps.values():
            return f"{CONFLICTING}: {self.contradiction(fact, self.inputs[fact.predicate])}"
        told = attested_values(self.inputs[fact.predicate], fact)
        arguments = self.inputs[fact.predicate].arguments
        fields = [
            f"{words_of(arguments[at].name)} {' or '.join(self.value(term, arguments[at].type) for term in terms)}"
            for at, terms in told.items()
        ]
        return f"not documented in full: {self.fact(fact)}" + (f"; attested only: {joined(fields)}" if fields else "")

    def attested(self, fact: Fact, declared: Input) -> str:
        """The sentence of a row with the values that are only attested in it; nothing where none are."""
        told = attested_values(declared, fact)
        values = {
            argument.name: " or ".join(self.value(each, argument.type) for each in told.get(at, (term,)))
            for at, (argument, term) in enumerate(zip(declared.arguments, fact.row, strict=True))
        }
        return fill_in(declared.says, values) if told else ""

    def contradiction(self, fact: Fact, declared: Input) -> str:
        """The fields of a row that are stated in contradictory ways, after those that are not."""
        single = len(declared.fields) == 1
        stated: dict[str, dict[str, None]] = {}
        types = {each.name.lower(): each.type for each in declared.fields}
        for piece in fact.evidence:
            # Of a row with one field a piece says its value alone.
            name, _, value = (*types, "", piece.value) if single else piece.value.partition(": ")
            said = self.vocabulary.label(types[name], value) if types.get(name) in self.vocabulary.types else value
            stated.setdefault(name, {})[clean(said) + self.sources((piece,))] = None
        rest, against = [], []
        for argument, term in zip(declared.arguments[1:], fact.row[1:], strict=True):
            name = words_of(argument.name)
            if (fact.gaps or {}).get(argument.name) == "conflicting":
                both = " against ".join(stated.get(argument.name.lower(), {}))
                against.append(both if single else f"{name} {both}")
            elif not isinstance(term, Unknown):
                rest.append(f"{name} {self.value(term, argument.type)}")
        about = f" ({', '.join(rest)})" if rest else ""
        return f"{self.noun(fact.predicate)}{about}: {'; '.join(against)}"

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

    def instead(self, fact: Fact, *goals: Atom) -> str:
        """What the record says in the place of what goals ask of an input with one value."""
        if fact.status is Status.NOT_MET:
            return self.fact(fact)
        asked = joined([joined(self.wanted(goal)) for goal in goals], "or")
        return f"{self.fact(fact)}; needs {asked}"

    def absent(self, goal: Atom) -> str:
        """That a complete list holds no row such as a goal asks for."""
        asked = joined(self.wanted(goal))
        return f"{asked}: {self.unlisted(goal.predicate)}" if asked else self.unlisted(goal.predicate)

    def unlisted(self, predicate: Predicate) -> str:
        """That something is not in a complete list, and what the list holds instead."""
        noun, facts = self.noun(predicate), self.decision.case.facts.get(predicate, ())
        source = self.sources(self.decision.case.complete.get(predicate, ()))
        if not facts:
            return f"no {noun} listed{source}"
        if len(facts) == 1:
            return f"not listed; the only {noun} listed is: {self.fact(facts[0])}"
        return f"not among the {counted(len(facts), noun)} listed{source}"

    def silence(self, node: Node) -> str:
        """Why evidence says nothing of several values, without naming one."""
        assert isinstance(node.goal, Atom)
        if node.kind == "absence":
            return self.unlisted(node.goal.predicate)
        reasons = {fact.reason for fact in node.facts}
        if node.status is Status.UNDOCUMENTED and all(fact.status is Status.MET for fact in node.facts):
            if any(disputed(fact) or not lacks(fact, node.goal) for fact in node.facts):
                return "; ".join(self.gap(fact, node.goal) for fact in node.facts)
            return f"on record only as {joined([self.fact(fact) for fact in node.facts], 'or')}"
        if self.inputs[node.goal.predicate].kind == "many" and reasons == {"missing"}:
            return self.gap(node.facts[0], node.goal)
        if reasons == {""} and node.status is Status.NOT_MET:
            return "documented as absent"
        return {"missing": "not documented", "attested": "attested only"}.get("".join(reasons), "nothing on record")

    def all_of(self, node: Node, positive: bool = True) -> str:
        """The sentences of such a node in one."""
        return "; ".join(words for _, words in self.leaf(node, positive))

    def leaf(self, node: Node, positive: bool = True) -> list[tuple[Status, str]]:
        """The sentences of a node of evidence, absence or catalogue, each with the status it gives its goal."""
        goal = node.goal
        assert isinstance(goal, Atom)
        if node.kind == "absence":
            return [(Status.NOT_MET, self.absent(goal))]
        if node.kind == "listed":
            return [(node.status, self.listed(goal, node.status))]
        said: list[tuple[Status, str]] = []
        alike: dict[tuple[Status, str, str], list[Fact]] = {}
        for fact in node.facts:
            status = min(fact.status, matches(goal.args, fact.row))
            alike.setdefault((status, fact.reason, self.cited(fact)), []).append(fact)
        for (status, reason, sources), facts in alike.items():
            if len(facts) > 2 and reason in ("", "missing") and facts[0].status is status is not Status.MET:
                said.append((status, self.several(facts, status) + sources))
                continue
            for fact in facts:
                if status is Status.MET:
                    said.append((status, self.fact(fact)))
                elif status is Status.UNDOCUMENTED:
                    said.append((status, self.gap(fact, goal)))
                else:
                    said.append((status, self.instead(fact, goal) if positive else self.fact(fact)))
        return said

    def several(self, facts: Sequence[Fact], status: Status) -> str:
        """Several items of which the record says the same, in one sentence."""
        items = listing([self.sentence(fact.predicate, fact.row) for fact in facts])
        noun = counted(len(facts), self.noun(facts[0].predicate))
        if status is Status.UNDOCUMENTED:
            return f"not documented: {noun}: {items}"
        return f"{noun} documented as absent: {items}"

    def listed(self, goal: Atom, status: Status, said: Goal | None = None) -> str:
        """Whether a catalogue of the policy lists values; those that ``said`` has named are not named again."""
        if status is Status.UNDOCUMENTED:
            return f"{unlistable(self, goal, said)}, so it cannot be held against the policy's list"
        found = f"{'' if status is Status.MET else 'not '}on the policy's list"
        named = isinstance(said, Atom) and set(goal.args) <= set(said.args)
        return found if named else f"{joined(self.wanted(goal)) or 'nothing'}: {found}"

    def asked(self, goal: str) -> str:
        """The title of a goal that is not a criterion: the goal as it was asked."""
        return f"the goal {clean(goal)}"

    def apart(self, why: Node) -> str:
        """That an alternative does not apply, and why."""
        assert isinstance(why.goal, Atom)
        if why.kind == "listed":
            name, value = (words_of(str(getattr(term, "value", ""))) for term in why.goal.args)
            return f"does not apply: another reading of the policy ({name}: {value})"
        return f"{joined(self.wanted(why.goal))}: does not apply; {self.fact(why.facts[0])}"

    # The decision as a whole

    def case_title(self) -> str:
        """The case, by its identifier and the words that its file gives."""
        title = clean(self.decision.case.title)
        return self.case_name() + (f": {title}" if title else "")

    def case_name(self) -> str:
        """The case, by its identifier."""
        return f"Case {clean(str(self.decision.case.id.value))}"

    def policy_title(self) -> str:
        """The policy's title, its payer and its edition."""
        header = self.vocabulary.header
        return f"{clean(header.title)}, {clean(header.payer)}, edition {clean(header.edition)}"

    def request_date(self) -> str:
        """The date of the request, by which every date is taken."""
        facts = self.decision.case.facts.get(self.request, ())
        term = facts[0].row[1] if facts else None
        return term.value.isoformat() if isinstance(term, Constant) and isinstance(term.value, date) else "not stated"

    def cautions(self) -> list[str]:
        """What to know of this edition of the policy: that the request does not fall into its time."""
        header, facts = self.vocabulary.header, self.decision.case.facts.get(self.request, ())
        day = facts[0].row[1].value if facts and isinstance(facts[0].row[1], Constant) else None
        if not isinstance(day, date):
            return []
        if header.effective and day < header.effective:
            return [f"the request comes before this edition took effect, on {header.effective.isoformat()}"]
        if header.until and day > header.until:
            return [f"the request comes after this edition ended, on {header.until.isoformat()}"]
        return []

    def readings(self) -> list[str]:
        """The readings that were chosen other than by default."""
        declared = self.vocabulary.readings
        return [
            f"{clean(name.replace('_', ' '))}: {clean(value.replace('_', ' '))}"
            for name, value in self.decision.readings.items()
            if name in declared and value != declared[name].default
        ]
