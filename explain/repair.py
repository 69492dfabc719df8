"""Repairs: the smallest sets of changes to the evidence that would prove a goal.

A repair never claims a fact: it says which document, act or lapse of time would do, if true. z3 finds
the sets over the formulas of ``kb.solving``; each is replayed through the deciding engine before it is
shown. Smallest means that nothing of a set can be left out; sets that need only documents come first,
then those with the fewest acts of a person, then those with the least that only time can change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import Any

import z3

from explain.in_the_way import blocked
from explain.language import clean, fill_in, joined, plural
from explain.phrases import Words
from explain.redact import redact_repairs
from kb.again import decide_again
from kb.answers import Status
from kb.case import Case, Fact
from kb.decide import Decision
from kb.solving.changes import OpenRecord, Setting, Switch, changed, terms_of
from kb.solving.formulas import Formulas
from kb.solving.solver import GaveUp, Solver
from kb.solving.values import Pair, Truth, either, lifted
from kb.syntax import Constant, Predicate
from kb.vocabulary import Argument, Change

MOST = 10
# What is least welcome in a repair is counted first.
EFFORTS: tuple[Change, ...] = ("never", "time", "act", "document")
MILLISECONDS = 20_000
# How many repairs that take the same are put in order; further ones come as they are found.
TIES = 64
EXAMPLE = ", for example"


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a repair: what it takes, and in words what would have to be so.

    ``which``: of a list, which row it is about, for where another change reads the same.
    """

    effort: Change
    words: str
    which: str = ""


@dataclass(frozen=True, slots=True)
class Repair:
    """A smallest set of changes, and the case that it makes (for a replay, never for a file)."""

    steps: tuple[Step, ...]
    case: Case


@dataclass(frozen=True, slots=True)
class Repairs:
    """The smallest repairs of a goal.

    ``met``: there is nothing to repair. ``more``: there are further ones. ``blocked``: where there is no
    repair, what stands in the way that nothing can change. ``unsolved``: why none was looked for.
    """

    found: tuple[Repair, ...] = ()
    more: bool = False
    met: bool = False
    blocked: tuple[str, ...] = ()
    unsolved: str = ""


def repairs(decision: Decision, goal: Predicate | None = None, *, most: int = MOST) -> Repairs:
    """The smallest repairs of the policy's root goal, or of another that its policy defines.

    At most ``most`` are given. A list can grow by ``kb.solving.changes.MOST_ROWS`` rows. Those of a redacted
    case tell no birthday. Raises ``ProblemsError`` for a policy that defines a predicate by itself.
    """
    return told_apart(redact_repairs(search_repairs(decision, goal, most), decision.case))


def told_apart(found: Repairs) -> Repairs:
    """The repairs, with which row it is wherever changes to different rows would read the same."""
    rows: dict[str, set[str]] = {}
    for repair in found.found:
        for step in repair.steps:
            rows.setdefault(step.words.removesuffix(EXAMPLE), set()).add(step.which)

    def told(step: Step) -> Step:
        alike = len(rows[step.words.removesuffix(EXAMPLE)]) > 1 and step.which
        return replace(step, words=f"{step.which}: {step.words}") if alike else step

    return replace(found, found=tuple(replace(each, steps=tuple(map(told, each.steps))) for each in found.found))


def search_repairs(decision: Decision, goal: Predicate | None, most: int) -> Repairs:
    """The smallest repairs as the search finds them."""
    asked = goal or decision.root.predicate
    if status(decision, asked) is Status.MET:
        return Repairs(met=True)
    search = Search(decision, asked)
    found: list[Repair] = []
    for repair in search.each():
        if len(found) == most:
            return Repairs(tuple(found), more=True)
        found.append(repair)
    if found or search.gave_up:
        return Repairs(tuple(found), more=search.gave_up)
    return Repairs(blocked=blocked(decision, asked, Search(decision, asked, fixed=True)))


def status(decision: Decision, predicate: Predicate) -> Status:
    """The status of a goal, whatever its open arguments are."""
    return max(decision.answers.of(predicate).values(), default=Status.NOT_MET)


class Search:
    """The search for the repairs of one goal."""

    def __init__(self, decision: Decision, asked: Predicate, fixed: bool = False) -> None:
        self.decision = decision
        self.asked = asked
        self.words = Words(decision)
        self.record = OpenRecord(decision.policy, decision.case)
        case = self.record.open(fixed)
        formulas = Formulas(decision.policy, decision.readings, case, self.record.coding)
        pair: Pair = either(row.pair for row in formulas.rows(asked, (None,) * asked.arity))
        record = self.record
        self.solver = Solver(pair.must, *record.conditions, seldom=record.seldom, milliseconds=MILLISECONDS)
        # What has been found is ruled out for the search alone, so that its values can still be settled.
        self.searching = z3.Bool("searching")
        self.gave_up = False

    def each(self) -> Iterator[Repair]:
        """Every repair, the most welcome first."""
        place = {switch: number for number, switch in enumerate(self.record.switches)}
        profile = self.least({})
        while profile is not None:
            # Which of several that take the same z3 finds first is chance, so they are put in order.
            alike = [switches for switches, _ in islice(self.models(profile), TIES)]
            for switches in sorted(alike, key=lambda each: [place[switch] for switch in each]):
                yield self.repair(switches)
            profile = self.least(profile)

    def check(self, *assumed: Truth) -> bool:
        """Whether the goal can be proved under what is assumed."""
        try:
            return self.solver.check(*assumed)
        except GaveUp:
            self.gave_up = True
            return False

    def counted(self, effort: Change) -> list[Any]:
        return [switch.on for switch in self.record.switches if switch.effort == effort]

    def at_most(self, effort: Change, number: int) -> Truth:
        ons = self.counted(effort)
        return z3.AtMost(*ons, number) if ons else z3.BoolVal(True)

    def least(self, before: Mapping[Change, int]) -> dict[Change, int] | None:
        """How many changes of each effort the next repair takes, no less than the one before; none if there is none."""
        profile: dict[Change, int] = {}
        same = True
        for effort in EFFORTS:
            fixed = [self.at_most(each, number) for each, number in profile.items()]
            number = before.get(effort, 0) if same else 0
            while not self.check(self.searching, *fixed, self.at_most(effort, number)):
                number += 1
                if number > len(self.counted(effort)):
                    return None
            same = same and number == before.get(effort, 0)
            profile[effort] = number
        return profile

    def models(self, profile: Mapping[Change, int]) -> Iterator[tuple[tuple[Switch, ...], Any]]:
        """The sets of switches of one profile, each of which is ruled out afterwards with all that holds it."""
        bounds = [self.at_most(effort, number) for effort, number in profile.items()]
        while self.check(self.searching, *bounds):
            model = self.solver.model()
            switches = self.on(model)
            yield switches, model
            self.solver.add(z3.Implies(self.searching, z3.Not(z3.And(*(switch.on for switch in switches)))))

    def on(self, model: Any) -> tuple[Switch, ...]:
        return tuple(each for each in self.record.switches if z3.is_true(model.eval(each.on, model_completion=True)))

    # From a set of switches to a repair

    def repair(self, switches: Sequence[Switch]) -> Repair:
        """The repair of a set of switches, replayed."""
        others = [z3.Not(each.on) for each in self.record.switches if each not in switches]
        settings: list[Setting] = []
        choices: dict[Switch, list[tuple[str, ...]]] = {}
        with self.solver.inside():
            self.solver.add(*(each.on for each in switches), *others)
            for switch in switches:
                truth = True
                if switch.manner == "state":
                    truth = self.check(switch.truth)
                    self.solver.add(switch.truth == truth)
                options = [self.settle(switch, each) for each in range(len(switch.values))]
                numbers = [option[0] for option in options]
                setting = Setting(switch, terms_of(self.record, switch, numbers), truth)
                settings.append(setting)
                choices[switch] = [option[1] for option in options]
        case = changed(self.decision.case, settings)
        replayed = status(decide_again(self.decision, self.decision.policy, case), self.asked)
        assert replayed is Status.MET, f"a repair does not prove {self.asked}: {[each.switch.on for each in settings]}"
        steps = sorted(self.told(settings, choices), key=lambda each: -EFFORTS.index(each.effort))
        return Repair(tuple(steps), case)

    def settle(self, switch: Switch, place: int) -> tuple[Fraction, tuple[str, ...]]:
        """A plain value for an open value of a switch, and in words every value of an enumeration that would do."""
        number = lifted(switch.values[place].number)
        argument = switch.arguments[place]
        labels: list[str] = []
        coding = self.record.coding
        stated = (coding.number(each) for each in self.record.stated(switch))
        if (proving := next((each for each in stated if self.check(number == lifted(each))), None)) is not None:
            # Of a conflict what a source states comes before anything that none does.
            self.solver.add(number == lifted(proving))
            return Fraction(proving), ()
        if argument.type in self.decision.policy.vocabulary.types:
            values = self.decision.policy.vocabulary.types[argument.type].values
            codes = {each: coding.number(Constant("atom", each)) for each in values}
            fitting = [each for each in values if self.check(number == codes[each])]
            chosen = Fraction(codes[fitting[0]])
            labels = [clean(values[each]) for each in fitting]
        elif argument.type == "date" and switch.effort == "document" and self.record.today is not None:
            chosen = self.latest(number, self.record.today.number)
        else:
            chosen = self.lowest(number)
        self.solver.add(number == lifted(chosen))
        return chosen, tuple(labels)

    def lowest(self, number: Any) -> Fraction:
        """The lowest value that an open value can have."""
        assert self.check()
        high = exact(self.solver.model().eval(number, model_completion=True))
        step = Fraction(1, 2) if number.sort() == z3.RealSort() else Fraction(1)
        low = Fraction(-1)
        while high - low > step:
            middle = low + step * int((high - low) / step / 2)
            if self.check(number <= lifted(middle)):
                high = exact(self.solver.model().eval(number, model_completion=True))
            else:
                low = middle
        return high

    def latest(self, number: Any, today: int) -> Fraction:
        """The latest date that an open date can have up to that of the request, or else the earliest after it."""
        if not self.check(number <= today):
            return self.lowest(number)
        low, high = exact(self.solver.model().eval(number, model_completion=True)), Fraction(today + 1)
        while high - low > 1:
            middle = low + int((high - low) / 2)
            if self.check(number <= today, number >= lifted(middle)):
                low = exact(self.solver.model().eval(number, model_completion=True))
            else:
                high = middle
        return low

    # Words

    def told(self, settings: Sequence[Setting], choices: Mapping[Switch, list[tuple[str, ...]]]) -> Iterator[Step]:
        """The steps in words, those about fields of one row as one."""
        done: set[int] = set()
        for setting in settings:
            switch, alike = setting.switch, [setting]
            if switch.manner == "field" and switch.fact is not None:
                if id(switch.fact) in done:
                    continue
                done.add(id(switch.fact))
                alike = [each for each in settings if each.switch.fact is switch.fact and each.switch.manner == "field"]
                said = self.fields(switch.fact, alike, choices)
            else:
                said = self.plain(setting, choices[switch])
            # What several fields of a row take together is what the hardest of them takes.
            yield Step(min((each.switch.effort for each in alike), key=EFFORTS.index), said, self.which(switch))

    def which(self, switch: Switch) -> str:
        """Which row of a list a change is about."""
        if switch.manner == "row":
            return "one more"
        if switch.fact is None or switch.declared.kind != "many" or switch.manner not in ("field", "accept"):
            return ""
        rows = self.decision.case.facts[switch.fact.predicate]
        place = next(number for number, fact in enumerate(rows, 1) if fact is switch.fact)
        return f"in row {place} of those that are there" if len(rows) > 1 else "in the row that is there"

    def plain(self, setting: Setting, labels: Sequence[tuple[str, ...]]) -> str:
        """A change other than to fields of a row."""
        switch, declared = setting.switch, setting.switch.declared
        if switch.manner == "list":
            return f"the list of {plural(clean(declared.noun))}"
        if switch.manner == "row":
            values = {
                argument.name: self.value(argument, term, told)
                for argument, term, told in zip(declared.fields, setting.terms, labels, strict=True)
            }
            example = EXAMPLE if any(not each for each in labels) else ""
            return fill_in(declared.says, values) + example
        assert switch.fact is not None
        said = self.words.sentence(declared.predicate, switch.fact.row)
        if switch.manner == "accept":
            return f"a document for what is attested: {said}"
        return said if setting.truth else f"{said}: no"

    def fields(self, fact: Fact, settings: Sequence[Setting], choices: Mapping[Switch, list[tuple[str, ...]]]) -> str:
        """New values for fields of a row, beside those that they have now."""
        declared = self.words.inputs[fact.predicate]
        values = {
            argument.name: self.words.value(term, argument.type)
            for argument, term in zip(declared.arguments, fact.row, strict=True)
        }
        now, example, stated = [], False, False
        for setting in settings:
            argument = declared.arguments[setting.switch.position]
            labels = choices[setting.switch][0]
            before = fact.row[setting.switch.position]
            if isinstance(before, Constant):
                now.append(values[argument.name])
            values[argument.name] = self.value(argument, setting.terms[0], labels)
            if argument.type == "date" and setting.switch.effort == "time":
                values[argument.name] += " at the earliest"
            elif setting.terms[0] in self.record.stated(setting.switch):
                stated = True
            else:
                example = example or not labels
        said = fill_in(declared.says, values)
        said += EXAMPLE if example else ", as is stated" if stated else ""
        return said + (f" (now {joined(now)})" if now else "")

    def value(self, argument: Argument, term: Constant, labels: Sequence[str]) -> str:
        """The words for a new value: every one of an enumeration that would do."""
        return joined(labels, "or") if labels else self.words.value(term, argument.type)


def exact(number: Any) -> Fraction:
    """The value of a number of z3."""
    return Fraction(number.as_long()) if number.sort() == z3.IntSort() else Fraction(str(number.as_fraction()))
