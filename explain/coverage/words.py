"""The sentences of coverage: what is missing, of what, and what would cover it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from explain.language import STATUS_WORDS, clean, counted, joined, of_any
from kb.answers import Status
from kb.policy import Policy
from kb.pretty import pretty_goal
from kb.regression.coverage import Coverage
from kb.regression.obligations import KINDS, Kind, Obligation
from kb.regression.occurrences import Occurrence
from kb.syntax import Clause, Negation
from kb.vocabulary import Criterion, Reading, Type

# What each kind of obligation asks for, as the row of a table.
ASKED: Mapping[Kind, str] = {
    "criterion": "criteria: met, not met and undocumented, each in some case",
    "advisory": "advisories: the same",
    "grant": "grants: the same",
    "clause": "clauses: met in some case",
    "literal": "literals: alone decide their clause, met, not met and undocumented",
    "reading": "readings: each value chosen for some case",
    "value": "enumerations: each value stated in some case",
}
ADVICE: Mapping[Kind, str] = {
    "criterion": "Add a case in which the criterion comes out so.",
    "advisory": "Add a case in which the advisory comes out so.",
    "grant": "Add a case in which the grant comes out so.",
    "clause": "Add a case that meets everything in the clause.",
    "literal": "Add a case in which everything else of the clause is met, and this literal is as said.",
    "reading": "Add the reading with its verdict under `expect: readings:` of a case.",
    "value": "Add a case that states the value.",
}
LONGEST = 90


@dataclass(frozen=True)
class Gap:
    """What is missing of one subject: a criterion, a clause, a literal, a reading, an enumeration."""

    kind: Kind
    subject: Criterion | Clause | Occurrence | Reading | Type
    section: str
    line: int
    missing: tuple[Obligation, ...]

    @property
    def owner(self) -> Clause | None:
        """The clause that the subject is or stands in."""
        if isinstance(self.subject, Occurrence):
            return self.subject.clause
        return self.subject if isinstance(self.subject, Clause) else None


def word(status: Status | str) -> str:
    """A status in lower case; a value as it is."""
    return STATUS_WORDS[status].lower() if isinstance(status, Status) else clean(status)


def gaps(obligations: Iterable[Obligation]) -> list[Gap]:
    """Missing obligations, those of one subject together, in their order."""
    found: dict[object, list[Obligation]] = {}
    for each in obligations:
        found.setdefault((each.kind, each.subject_key), []).append(each)
    return [Gap(few[0].kind, few[0].subject, few[0].section, few[0].line, tuple(few)) for few in found.values()]


def short(text: str) -> str:
    """A text in one line of bearable length."""
    text = clean(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]} ..."


def subject(each: Criterion | Clause | Occurrence | Reading | Type) -> str:
    """What an obligation is about."""
    match each:
        case Criterion():
            return f"{of_any(each.title)} (`{each.predicate}`)"
        case Clause():
            return f"`{short(pretty_goal(each.head))}`"
        case Occurrence():
            return f"`{short(pretty_goal(each.literal))}`"
    return f"`{each.name}`"


def sentence(policy: Policy, gap: Gap) -> str:
    """What is missing, in a sentence without its place."""
    wanted = [word(each.wanted) for each in gap.missing]
    match gap.subject:
        case Criterion():
            return f"{subject(gap.subject)} is {joined(wanted, 'or')} in no case"
        case Clause():
            return f"no case meets everything in this clause of {subject(gap.subject)}"
        case Occurrence():
            told = joined(wanted, "or")
            inside = "" if len(gap.subject.steps) == 1 else f" so that it decides {around(gap.subject)}"
            return f"no case has everything else of this clause met and {subject(gap.subject)} {told}{inside}"
        case Reading(name=name):
            return f"no case is decided under {joined([f'`{name}={value}`' for value in wanted], 'or')}"
        case Type(name=name):
            values = [f"`{value}` ({clean(policy.vocabulary.label(name, value))})" for value in wanted]
            return f"no case states {joined(values, 'or')}, of `{name}`"


def note(policy: Policy, gap: Gap) -> str:
    """The same, shorter, where it stands beside its clause."""
    if isinstance(gap.subject, Occurrence):
        return (
            f"no case hangs alone on {subject(gap.subject)} {joined([word(each.wanted) for each in gap.missing], 'or')}"
        )
    return sentence(policy, gap)


def around(each: Occurrence) -> str:
    """The goal of the clause that a literal stands inside of."""
    goal = each.steps[0].goal
    return "the negation around it" if isinstance(goal, Negation) else f"`{short(pretty_goal(goal))}`"


def placed(policy: Policy, gap: Gap) -> str:
    """The same with its section and line."""
    place = f"{clean(gap.section)}, line {gap.line}" if gap.section else f"line {gap.line}"
    return f"{place}: {sentence(policy, gap)}"


def total(coverage: Coverage) -> str:
    """How much is covered, in a sentence."""
    return f"{coverage.covered} of {counted(coverage.total, 'obligation')} covered: {percentage(coverage)}"


def percentage(coverage: Coverage) -> str:
    """The share that is covered, rounded down, so that 100% is said of nothing less."""
    return f"{int(coverage.percent * 10) / 10:.1f}%"


def suite(coverage: Coverage) -> str:
    """How many cases and runs."""
    return f"{counted(coverage.cases, 'case')} in {counted(coverage.runs, 'run')}"


def kinds(coverage: Coverage) -> list[tuple[Kind, Sequence[Obligation]]]:
    """The obligations by kind."""
    found = [(kind, [each for each in coverage.obligations if each.kind == kind]) for kind in KINDS]
    return [(kind, those) for kind, those in found if those]


def by_section(coverage: Coverage) -> list[tuple[str, Sequence[Obligation]]]:
    """The obligations by section, in the order of the policy's inventory; what belongs to none comes last."""
    found: dict[str, list[Obligation]] = {name: [] for name in coverage.policy.vocabulary.header.sections}
    for each in coverage.obligations:
        found.setdefault(each.section, []).append(each)
    rest = found.pop("", [])
    return [(name, those) for name, those in (*found.items(), ("", rest)) if those]
