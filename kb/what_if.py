"""What if: a case with facts assumed and others dropped.

Facts are written as in case files that are Prolog facts; the case, their first argument, may be left out.
What is dropped goes first, then each fact that is assumed is put in: into a list as a further row, else
in place of what the record says. A dropped flag or value is undocumented, and so is a dropped list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from kb.answers import Status
from kb.case import Case, Fact
from kb.case_facts import FactReader, Said, fact_terms
from kb.case_problems import Report, shown
from kb.evidence import Stated, settled_facts, with_row
from kb.pretty import pretty_term
from kb.problems import Problem, printable
from kb.source import unwelcome_characters
from kb.syntax import Compound, Constant, DirectiveTerm, Predicate, Span, Unknown
from kb.vocabulary import Input, Vocabulary

ASSUMED = "assumed"
# What the facts are told to stand in, where one is wrong.
ASSUME, DROP = "--assume", "--drop"


def what_if(case: Case, vocabulary: Vocabulary, assumed: Sequence[str], dropped: Sequence[str] = ()) -> Case:
    """The case as it would be. Raises ``ProblemsError`` with everything that is wrong with the facts."""
    return _WhatIf(case, vocabulary, ASSUME).assume(_WhatIf(case, vocabulary, DROP).drop(case, dropped), assumed)


class _WhatIf:
    """Reads the facts of one option, and changes a case by them."""

    def __init__(self, case: Case, vocabulary: Vocabulary, option: str) -> None:
        self.id = case.id
        self.vocabulary = vocabulary
        self.option = option
        self.said: set[tuple[Predicate, object]] = set()

    def terms(self, facts: Sequence[str]) -> list[DirectiveTerm]:
        """The facts as terms, each on a line of its own; a full stop may be left out."""
        lines = [fact.strip() for fact in facts]
        text = "".join(f"{line}{'' if line.endswith('.') else '.'}\n" for line in lines)
        self.report = Report(self.option, text)
        self.reader = FactReader(self.vocabulary, self.report)
        self.report.problems.extend(unwelcome_characters(text, self.option))
        for number, line in enumerate(lines, 1):
            if not line:
                self.report.wrong("empty-case", "the fact is empty", Span(number, 1, number, 2))
        self.report.finish()
        return list(fact_terms(text, self.report))

    def about(self, term: DirectiveTerm) -> Compound | None:
        """A term as a fact about the case; a problem where it is none."""
        if isinstance(term, Constant) and term.kind == "atom":
            term = Compound(str(term.value), (), term.span)
        if not isinstance(term, Compound):
            self.report.wrong("not-a-fact", "this is no fact", term.span, "write `name(value)`")
            return None
        if term.name in ("absent", "evidence") and term.args:
            inner = self.about(term.args[0])
            return replace(term, args=(inner, *term.args[1:])) if inner else None
        declared = self.vocabulary.inputs.get(term.name)
        wanted = 2 if term.name == "none" else len(declared.arguments) if declared else -1
        first = term.args[0] if term.args else None
        named = isinstance(first, Constant) and str(first.value) == str(self.id.value)
        if len(term.args) == wanted - 1 or not (named or len(term.args) == wanted):
            return replace(term, args=(replace(self.id, span=term.span), *term.args))
        return term

    # Assuming

    def assume(self, case: Case, facts: Sequence[str]) -> Case:
        for term in self.terms(facts):
            fact = self.about(term)
            said = self.reader.unwrapped(fact) if fact else None
            declared = self.reader.declared(said, self.id) if said else None
            if said and declared:
                source = f"{ASSUMED}: {said.source}" if said.source else ASSUMED
                case = self.put(case, declared, replace(said, source=source))
        self.report.finish()
        return case

    def put(self, case: Case, declared: Input, said: Said) -> Case:
        """The case with one fact more."""
        predicate = declared.predicate
        stated = self.reader.input(declared, [said])
        given = case.facts[predicate]
        if declared.kind == "many" and said.kind == "fact":
            return _with(case, predicate, with_row(declared, self.id, given, stated.rows[0]))
        facts, closed = settled_facts(declared, self.vocabulary, self.id, stated)
        if closed:
            return replace(_with(case, predicate, ()), complete={**case.complete, predicate: stated.whole})
        key = said.fact.args[1] if declared.kind == "flags" else None
        if (predicate, key) in self.said:
            message = f"{self.shown(said.fact)} is assumed twice"
            self.report.wrong("duplicate-key", message, said.span, "assume one or the other")
        self.said.add((predicate, key))
        if declared.kind == "flags":
            new = {fact.row: fact for fact in facts if fact.evidence}
            facts = tuple(new.get(fact.row, fact) for fact in given)
        return _with(case, predicate, facts)

    # Dropping

    def drop(self, case: Case, facts: Sequence[str]) -> Case:
        for term in self.terms(facts):
            if isinstance(term, Compound) and term.name == "evidence":
                message = "what is dropped is a fact alone, without its evidence"
                self.report.wrong("not-a-fact", message, term.span)
            elif declared := self.whole(term):
                gone = self.remove(case, declared, lambda fact: True)
                case = gone or self.nothing(case, declared, term.span)
            elif fact := self.about(term):
                said = self.reader.unwrapped(fact)
                found = self.reader.declared(said, self.id) if said else None
                if said and found:
                    case = self.take(case, found, said)
        self.report.finish()
        return case

    def whole(self, term: DirectiveTerm) -> Input | None:
        """The input that is dropped as a whole, where a fact is its name alone."""
        return self.vocabulary.inputs.get(str(term.value)) if isinstance(term, Constant) else None

    def take(self, case: Case, declared: Input, said: Said) -> Case:
        """The case without what one fact says."""
        if said.kind == "none":
            emptied = declared.predicate in case.complete and not case.facts[declared.predicate]
            gone = self.remove(case, declared, lambda fact: True) if emptied else None
            return gone or self.nothing(case, declared, said.span)
        stated = self.reader.input(declared, [said])
        facts, _ = settled_facts(declared, self.vocabulary, self.id, stated)
        rows = [fact.row for fact in facts if fact.evidence]
        if self.report.problems or not rows:
            return case
        gone = self.remove(case, declared, lambda fact: _same(fact, rows[0]), listed=False)
        return gone or self.nothing(case, declared, said.span)

    def remove(self, case: Case, declared: Input, wanted: Callable[[Fact], bool], listed: bool = True) -> Case | None:
        """The case without the facts that are wanted; none where it has none of them.

        ``listed``: with a list, rather than with rows of it.
        """
        predicate, given = declared.predicate, case.facts[declared.predicate]
        going = [fact for fact in given if wanted(fact) and (fact.status is not Status.UNDOCUMENTED or fact.evidence)]
        if declared.kind == "many" and listed:
            if predicate not in case.complete and not going:
                return None
            silent, _ = settled_facts(declared, self.vocabulary, self.id, Stated())
            complete = {name: pieces for name, pieces in case.complete.items() if name != predicate}
            return replace(_with(case, predicate, silent), complete=complete)
        if not going:
            return None
        if declared.kind == "many":
            return _with(case, predicate, tuple(fact for fact in given if fact not in going))
        silent, _ = settled_facts(declared, self.vocabulary, self.id, Stated())
        if declared.kind == "one":
            return _with(case, predicate, silent)
        undocumented = {fact.row: fact for fact in silent}
        return _with(case, predicate, tuple(undocumented[fact.row] if fact in going else fact for fact in given))

    def nothing(self, case: Case, declared: Input, span: Span) -> Case:
        """The case as it is, and the problem that it does not state what is to be dropped."""
        stated = [fact for fact in case.facts[declared.predicate] if fact.evidence]
        known = ", ".join(f"`{_written(declared, fact)}`" for fact in stated[:6]) or f"nothing of `{declared.name}`"
        more = f" and {len(stated) - 6} more" if len(stated) > 6 else ""
        message = "the case does not state this, so it cannot be dropped"
        self.report.problems.append(
            Problem("nothing-to-drop", message, self.option, span, f"the case states {known}{more}")
        )
        return case

    def shown(self, fact: Compound) -> str:
        words = [str(arg.value) for arg in fact.args[1:] if isinstance(arg, Constant)][:1]
        return shown(f"{fact.name}({words[0]})" if words else fact.name)


def _same(fact: Fact, row: Sequence[object]) -> bool:
    """Whether a fact has the values of a row; what the one does not state the other must not either."""
    return all(
        isinstance(mine, Unknown) if isinstance(wanted, Unknown) else mine == wanted
        for mine, wanted in zip(fact.row, row, strict=True)
    )


def _written(declared: Input, fact: Fact) -> str:
    """A fact as it would be written to drop it."""
    values = ["unknown" if isinstance(term, Unknown) else pretty_term(term) for term in fact.row[1:]]
    return printable(f"{declared.name}({', '.join(values)})" if values else declared.name)


def _with(case: Case, predicate: Predicate, facts: Iterable[Fact]) -> Case:
    return replace(case, facts={**case.facts, predicate: tuple(facts)})
