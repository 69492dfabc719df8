"""What every face says of the analysis of an edition: its sentences, before any face gives them a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from explain.analysis.ways import Ways, grouped
from explain.changes import Changes, Turn
from explain.difference.departures import sayer
from explain.difference.told import STATUS_WORDS
from explain.language import clean, of_any
from explain.phrases import Words
from explain.prover import prove
from kb.answers import Status
from kb.decide import VERDICTS
from kb.regression.findings import Analysis, Redundant, Split
from kb.regression.sides import Side
from kb.syntax import Clause, Predicate


@dataclass(frozen=True)
class Named:
    """A criterion as people know it."""

    section: str
    title: str

    def __str__(self) -> str:
        return f"{self.section}  {self.title}"


@dataclass(frozen=True)
class Never:
    """A criterion that never takes a status."""

    criterion: Named
    never: Status

    @property
    def words(self) -> str:
        return "can never be met" if self.never is Status.MET else "can never fail"


@dataclass(frozen=True)
class Spare:
    """A clause that adds nothing, or can never be met: its sections, the clause, the one that covers it, and why."""

    sections: tuple[str, ...]
    clause: Clause
    by: Clause | None
    kind: str
    words: str
    can_go: bool = True


@dataclass(frozen=True)
class Implied:
    """Criteria that are met together, and those that are met wherever these are."""

    criteria: tuple[Named, ...]
    implies: tuple[Named, ...]


@dataclass(frozen=True)
class Apart:
    """Two values of a reading: the sections that rest on it, and the case on which they differ, if there is one.

    ``number`` is that of the case; ``causes`` are the criteria that account for another verdict.
    """

    split: Split
    sections: tuple[str, ...]
    number: int = 0
    criterion: Named | None = None
    statuses: tuple[str, ...] = ()
    unusual: tuple[str, ...] = ()
    causes: tuple[Turn, ...] = ()

    @property
    def name(self) -> str:
        """The name of the case."""
        return f"reading-{self.number}"

    @property
    def turn(self) -> str:
        """How the two differ, in a sentence."""
        if self.criterion is None:
            return "no case within the bounds tells them apart"
        pairs = zip(self.statuses, self.split.values, strict=True)
        return f"{self.criterion}: {', '.join(f'{status} with `{clean(value)}`' for status, value in pairs)}"


@dataclass(frozen=True)
class Told:
    """An analysis with what every face needs of it."""

    analysis: Analysis

    @cached_property
    def constants(self) -> tuple[Never, ...]:
        found = [Never(self.named(each.predicate), each.never) for each in self.analysis.constants]
        return tuple(sorted(found, key=lambda each: self.place(each.criterion)))

    @cached_property
    def redundant(self) -> tuple[Spare, ...]:
        return tuple(map(self.spare, self.analysis.redundant))

    def spare(self, found: Redundant) -> Spare:
        clause = found.clause
        sections = tuple(map(clean, self.side.sections([clause.head.predicate])))
        if found.never:
            more = "" if found.can_go else "; where something is not documented it can leave its goal undocumented"
            return Spare(sections, clause, None, "never", f"can never be met{more}", found.can_go)
        if found.by is None:
            words = "adds nothing to the other clauses of the same goal together"
            return Spare(sections, clause, None, "redundant", words)
        words = f"adds nothing: whatever it gives, the clause at line {found.by.span.line} gives as well"
        return Spare(sections, clause, found.by, "shadowed", words)

    @cached_property
    def implications(self) -> tuple[Implied, ...]:
        """Those that imply others, together with those that ask for the same, in the order of the policy."""
        implied: dict[Predicate, dict[Predicate, None]] = {}
        for each in self.analysis.implications:
            implied.setdefault(each.met, {})[each.too] = None
        found, seen = [], set[Predicate]()
        for met, too in implied.items():
            if met in seen:
                continue
            same = [met, *(each for each in too if met in implied.get(each, ()))]
            seen.update(same)
            rest = [each for each in too if each not in same]
            found.append(Implied(self.all_named(same), self.all_named(rest)))
        return tuple(sorted(found, key=lambda each: self.place(each.criteria[0])))

    @cached_property
    def ways(self) -> tuple[Ways, ...]:
        return tuple(grouped(self.analysis.policy, self.analysis.ways))

    @cached_property
    def splits(self) -> tuple[Apart, ...]:
        found = []
        number = 0
        for split in self.analysis.splits:
            number += split.goal is not None
            found.append(self.apart(split, number))
        return tuple(found)

    def apart(self, split: Split, number: int) -> Apart:
        sections = tuple(map(clean, self.side.sections(self.side.testers(split.reading))))
        if split.goal is None or split.statuses is None or split.decisions is None:
            return Apart(split, sections)
        before, after = split.decisions
        about_root = split.goal == before.root
        statuses = tuple(VERDICTS[each] if about_root else STATUS_WORDS[each] for each in split.statuses)
        criterion = before.policy.vocabulary.criteria.get(split.goal.predicate)
        named = (
            Named(clean(criterion.section), Words(before).title(criterion, split.goal))
            if criterion
            else self.named(split.goal.predicate)
        )
        causes = Changes(prove(before, split.goal), prove(after, split.goal)).causes
        say = sayer(self.analysis.policy)
        unusual = tuple(clean(say(each)) for each in split.departures)
        return Apart(split, sections, number, named, statuses, unusual, causes)

    # Names

    @cached_property
    def side(self) -> Side:
        return Side(self.analysis.policy)

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The sections in the order of the policy."""
        return {clean(name): at for at, name in enumerate(self.analysis.policy.vocabulary.header.sections)}

    def place(self, criterion: Named) -> tuple[int, str]:
        return self.order.get(criterion.section, len(self.order)), criterion.title

    def named(self, predicate: Predicate) -> Named:
        """A criterion by its section and its title; what is none is the root goal."""
        criterion = self.analysis.policy.vocabulary.criteria.get(predicate)
        if criterion is None:
            return Named("", "the root goal")
        return Named(clean(criterion.section), of_any(criterion.title))

    def all_named(self, predicates: Iterable[Predicate]) -> tuple[Named, ...]:
        return tuple(sorted(map(self.named, predicates), key=self.place))

    @cached_property
    def summary(self) -> str:
        """How much was found, in a sentence."""
        never, spare = len(self.constants), sum(each.can_go for each in self.redundant)
        met, implying = len(self.redundant) - spare, len(self.implications)
        told = [
            f"{_number(never, 'criterion can never be met, or never fail', 'criteria can never be met, or never fail')}"
            if never
            else "every criterion can be met and can fail",
            f"{_number(spare, 'clause adds nothing', 'clauses add nothing')}"
            if spare
            else "every clause adds something",
        ]
        told += [_number(met, "clause can never be met", "clauses can never be met")] if met else []
        told.append(_number(implying, "criterion implies another", "criteria imply others"))
        if self.splits:
            apart = sum(each.number > 0 for each in self.splits)
            pairs = f"{len(self.splits)} pair{'s' * (len(self.splits) > 1)}"
            told.append(f"{apart} of {pairs} of readings can decide a case differently")
        said = "; ".join(told)
        return f"{said[0].upper()}{said[1:]}."


def _number(number: int, one: str, many: str) -> str:
    return f"{number or 'no'} {one if number < 2 else many}"
