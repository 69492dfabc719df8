"""What a suite of cases should show of a policy: the nouns, and every obligation of a policy.

An obligation is one thing that a suite should show. A run is a case decided under some readings. An
obligation is covered by the first run that shows it; one that no case can show is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from kb.answers import Status
from kb.case import Case
from kb.policy import Policy
from kb.regression.occurrences import Occurrence, atoms_of, occurrences, sections
from kb.regression.possible import Possible
from kb.syntax import READING, Clause, Constant, Predicate
from kb.vocabulary import Criterion, Reading, Type, chosen_readings

Kind: TypeAlias = Literal["criterion", "advisory", "grant", "clause", "literal", "reading", "value"]
KINDS: tuple[Kind, ...] = ("criterion", "advisory", "grant", "clause", "literal", "reading", "value")
Key: TypeAlias = "tuple[object, Status | str]"


@dataclass(frozen=True, eq=False)
class Run:
    """A case and the readings that it is decided under, where they are not the defaults.

    ``source`` is the file of the case, with the line where that is a table.
    """

    source: str
    case: Case
    readings: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Where the case is, and the readings."""
        chosen = ", ".join(f"{name}={value}" for name, value in self.readings.items())
        return f"{self.source} with {chosen}" if chosen else self.source


@dataclass(frozen=True, eq=False)
class Obligation:
    """One thing that a suite should show of a policy.

    ``wanted`` is the status that a criterion should have had somewhere, or that a literal should have had
    where it alone decided its clause; met for a clause, that it fired; else the value of a reading or of an
    enumeration. ``section`` is that of the policy; "" for a value of an enumeration. ``by`` names the first
    run that shows it, "" for none; ``cannot`` says why none can, which is known of the declarations alone.
    """

    kind: Kind
    subject: Criterion | Clause | Occurrence | Reading | Type
    wanted: Status | str
    line: int
    section: str = ""
    by: str = ""
    cannot: str = ""

    @property
    def key(self) -> Key:
        """What tells it from every other."""
        return self.subject_key, self.wanted

    @property
    def subject_key(self) -> object:
        subject = self.subject
        if isinstance(subject, Criterion):
            return subject.predicate
        # A clause and a literal are told apart by where they stand, not by what they say.
        return (self.kind, subject.name) if isinstance(subject, Reading | Type) else id(subject)

    @property
    def counts(self) -> bool:
        """Whether it bears on the total: what cannot be shown does not."""
        return not self.cannot

    @property
    def missing(self) -> bool:
        return not self.by and not self.cannot


def runs_of(source: str, case: Case, pairs: Iterable[str] = ()) -> list[Run]:
    """The runs of a case: under the defaults, and under each reading that it expects a verdict for.

    ``pairs`` are those readings, as ``name=value``.
    """
    return [Run(source, case), *(Run(source, case, chosen_readings(pair)) for pair in pairs)]


def obligations(policy: Policy) -> list[Obligation]:
    """Every obligation of a policy, those of one kind together, in the order of the file."""
    possible = Possible(policy)
    section = sections(policy)
    found: list[Obligation] = []
    for criterion in policy.vocabulary.criteria.values():
        if criterion.predicate in policy.clauses and criterion.predicate not in policy.catalogues:
            line = policy.clauses[criterion.predicate][0].span.line
            for status in Status:
                cannot = possible.criterion(criterion.predicate, status)
                found.append(Obligation(criterion.kind, criterion, status, line, criterion.section, cannot=cannot))
    for clause in rules(policy):
        place = section.get(clause.head.predicate, "")
        found.append(Obligation("clause", clause, Status.MET, clause.span.line, place))
        for each in occurrences(clause):
            line = each.span.line or clause.span.line
            for status in Status:
                found.append(Obligation("literal", each, status, line, place, cannot=possible.literal(each, status)))
    for reading in policy.vocabulary.readings.values():
        place = next((section.get(each, "") for each in readers(policy, reading)), "")
        found += [Obligation("reading", reading, value, reading.span.line, place) for value in reading.values]
    taken = {argument.type for each in policy.vocabulary.inputs.values() for argument in each.fields}
    for kind in policy.vocabulary.types.values():
        if kind.name in taken:
            found += [Obligation("value", kind, value, kind.span.line) for value in kind.values]
    return sorted(found, key=lambda each: KINDS.index(each.kind))


def rules(policy: Policy) -> list[Clause]:
    """The clauses that have a body, of predicates that are no catalogue, in the order of the file."""
    return [each for each in policy.program.clauses if each.body and each.head.predicate not in policy.catalogues]


def readers(policy: Policy, reading: Reading) -> Iterable[Predicate]:
    """The predicates whose clauses test a reading."""
    name = Constant("atom", reading.name)
    for clause in rules(policy):
        if any(atom.predicate == READING and atom.args[0] == name for atom in atoms_of(clause.body)):
            yield clause.head.predicate
