"""What every face says of the difference between two editions: its sentences, before any face gives them a form."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from explain.changes import Changes, Turn
from explain.difference.departures import parted
from explain.language import clean, counted, joined, of_any, unique
from explain.phrases import Words
from explain.prover import prove
from kb.answers import Status
from kb.decide import VERDICTS
from kb.policy import Policy
from kb.regression.difference import Difference, Edit, Meaning, Outcome, Relation, Shift, Subject, Transition, Witness
from kb.regression.effect import turned

STATUS_WORDS: Mapping[Status | None, str] = {
    Status.MET: "met",
    Status.UNDOCUMENTED: "undocumented",
    Status.NOT_MET: "not met",
    None: "not in this edition",
}
# So many departures of an example are named in the summary.
MOST_UNUSUAL = 2
# The order in which verdicts are told.
ORDER = (Status.MET, Status.UNDOCUMENTED, Status.NOT_MET)
SUBJECTS: Mapping[Subject, str] = {
    "clause": "clause",
    "threshold": "threshold",
    "fact": "line of a list",
    "reading": "reading",
    "section": "section",
    "type": "type",
    "input": "input",
    "criterion": "criterion",
    "informational": "explanation",
    "header": "entry of the header",
}
PLURALS: Mapping[Subject, str] = {
    "fact": "lines of lists",
    "criterion": "criteria",
    "header": "entries of the header",
}
RELATIONS: Mapping[Relation, str] = {
    "equivalent": "decides every case as the old one does",
    "more permissive": "is more permissive",
    "less permissive": "is less permissive",
    "incomparable": "is more permissive for some and less permissive for others",
    "undecided": "could not be compared in time",
}
UNSEEN = "The new edition could not be compared whole"


@dataclass(frozen=True, eq=False)
class Flip:
    """A case of which something changed: its outcome, the two proofs, and the criteria that account for it."""

    outcome: Outcome

    @cached_property
    def changes(self) -> Changes:
        return Changes(prove(self.outcome.before), prove(self.outcome.after))

    @cached_property
    def causes(self) -> tuple[Turn, ...]:
        """The criteria that account for a changed verdict; where it stayed, all whose status changed."""
        if self.outcome.flipped:
            return self.changes.causes
        after = self.outcome.after
        words, criteria = Words(after), after.policy.vocabulary.criteria
        return tuple(
            Turn("", clean(criteria[goal.predicate].section), words.title(criteria[goal.predicate], goal), old, new)
            for goal, old, new in turned(self.outcome.before, after)
        )

    @cached_property
    def sections(self) -> tuple[str, ...]:
        """Where the verdict changed: the sections of these criteria; that of the root goal where there is none."""
        root = self.outcome.after.policy.vocabulary.criteria.get(self.outcome.after.root.predicate)
        return unique(turn.section for turn in self.causes) or ((clean(root.section),) if root else ())

    @property
    def case(self) -> str:
        """The case by its identifier and its title."""
        return Words(self.outcome.after).case_title().removeprefix("Case ")


@dataclass(frozen=True)
class Example:
    """A witness with its number, its record under that number, and every turn that it shows."""

    number: int
    witness: Witness
    turns: tuple[tuple[Shift, Transition], ...]

    @property
    def name(self) -> str:
        """Its name as a case."""
        return f"witness-{self.number}"

    @property
    def record(self) -> Mapping[str, object]:
        return {**self.witness.record, "case": self.name}

    @cached_property
    def changes(self) -> Changes:
        """The two proofs of the goal that turns, that of the first turn."""
        goal = self.witness.goal
        return Changes(prove(self.witness.before, goal), prove(self.witness.after, goal))


@dataclass(frozen=True)
class Told:
    """A difference with what every face needs of it."""

    difference: Difference

    @cached_property
    def flips(self) -> tuple[Flip, ...]:
        """The cases that flip: the worst turns first, then in the order of the files."""
        found = self.difference.effect.flips if self.difference.effect else ()
        order = {(before, after): at for at, (before, after) in enumerate(pairs())}
        return tuple(map(Flip, sorted(found, key=lambda each: order[each.before.status, each.after.status])))

    @cached_property
    def shifts(self) -> tuple[Flip, ...]:
        return tuple(map(Flip, self.difference.effect.shifts if self.difference.effect else ()))

    @cached_property
    def summary(self) -> tuple[str, ...]:
        """The difference in a few sentences: what changed, what that means, and for whom."""
        told = [in_words(self.difference)]
        if self.difference.meaning is not None:
            told += by_meaning(self.difference.meaning, self.grants_otherwise)
        if self.difference.effect is not None:
            told.append(self.by_effect())
        return tuple(told)

    @cached_property
    def grants_otherwise(self) -> bool:
        """Whether a grant can be decided differently."""
        kinds = {each.name: criterion.kind for each, criterion in self.difference.old.vocabulary.criteria.items()}
        return any(kinds.get(each.goal.partition("(")[0]) == "grant" for each in self.shifted[1:])

    def by_effect(self) -> str:
        """How many cases flip, from what to what, and where."""
        effect = self.difference.effect
        assert effect is not None
        apart = len(effect.not_comparable)
        beside = f"; {counted(apart, 'case')} cannot be compared" if apart else ""
        changes = len(self.shifts)
        if not effect.flips:
            stay = "no case keeps" if not effect.compared else "the case keeps" if effect.compared == 1 else "all keep"
            kept = f"{stay} the verdict" if effect.compared else "none can be decided under both editions"
            though = f", though in {changes} a criterion or a grant changes" if changes else ""
            return f"Of {counted(effect.compared, 'case')} {kept}{though}{beside}."
        parts = []
        for before, after in pairs():
            those = [
                each
                for each in self.flips
                if (each.outcome.before.status, each.outcome.after.status) == (before, after)
            ]
            if those:
                sections = joined(unique(name for each in those for name in each.sections))
                where = f" at {sections}" if sections else ""
                parts.append(f"{len(those)} from {VERDICTS[before]} to {VERDICTS[after]}{where}")
        verb = "flips" if len(effect.flips) == 1 else "flip"
        if changes:
            parts.append(f"in {changes} that {'stays' if changes == 1 else 'stay'} a criterion or a grant changes")
        return f"Of {counted(effect.compared, 'case')} {len(effect.flips)} {verb}: {'; '.join(parts)}{beside}."

    @cached_property
    def equivalent(self) -> tuple[Shift, ...]:
        """The criteria that are what they were."""
        meaning = self.difference.meaning
        return tuple(each for each in meaning.criteria if each.relation == "equivalent") if meaning else ()

    @cached_property
    def shifted(self) -> tuple[Shift, ...]:
        """The root goal, then the criteria that are not what they were."""
        meaning = self.difference.meaning
        if meaning is None:
            return ()
        criteria = (each for each in meaning.criteria if each.relation != "equivalent")
        return (meaning.root, *criteria, *meaning.otherwise)

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """The witnesses, each once and numbered: one case often shows several turns."""
        found: list[tuple[Witness, list[tuple[Shift, Transition]]]] = []
        for shift in self.shifted:
            for turn in shift.transitions:
                if turn.witness is None:
                    continue
                key = turn.witness.record, shift.readings
                same = (turns for witness, turns in found if (witness.record, turns[0][0].readings) == key)
                if (turns := next(same, None)) is not None:
                    turns.append((shift, turn))
                else:
                    found.append((turn.witness, [(shift, turn)]))
        return tuple(Example(at, witness, tuple(turns)) for at, (witness, turns) in enumerate(found, 1))

    def example(self, turn: Transition) -> Example | None:
        """The numbered witness of a turn."""
        return next((each for each in self.examples if any(turn is shown for _, shown in each.turns)), None)

    def about_root(self, example: Example) -> bool:
        """Whether a witness shows a turn of the verdict."""
        meaning = self.difference.meaning
        return meaning is not None and any(meaning.about_root(shift) for shift, _ in example.turns)

    def turns(self, shift: Shift) -> list[str]:
        """Each way in which a goal can turn, with the number of its example."""
        said = []
        for turn in shift.transitions:
            example = self.example(turn)
            case = f"case {example.number}" if example else "no example was found in time"
            said.append(f"{self.status(shift, turn.before)} to {self.status(shift, turn.after)} ({case})")
        return said

    @cached_property
    def equivalent_words(self) -> str:
        """How many criteria are what they were, and of which sections."""
        if not self.equivalent:
            return ""
        sections = unique(clean(each.section) for each in self.equivalent)
        return f"{counted(len(self.equivalent), 'criterion').replace('criterions', 'criteria')} of {joined(sections)}"

    def turn(self, shift: Shift, turn: Transition) -> str:
        """How a goal turns, in a line: its section, its title and both statuses."""
        before, after = self.status(shift, turn.before), self.status(shift, turn.after)
        said, witness = title(shift), turn.witness
        if witness is not None and not shift.readings:
            criterion = witness.before.policy.vocabulary.criteria.get(witness.goal.predicate)
            said = Words(witness.before).title(criterion, witness.goal) if criterion else said
        return f"{clean(shift.section)}  {said}: {before} to {after}".strip()

    def status(self, shift: Shift, status: Status) -> str:
        """The word for a status: of the root goal it is a verdict."""
        meaning = self.difference.meaning
        return VERDICTS[status] if meaning and meaning.about_root(shift) else STATUS_WORDS[status]


def pairs() -> Sequence[tuple[Status, Status]]:
    """Every turn of a verdict, what counts for less first."""
    turns = [(before, after) for before in ORDER for after in ORDER if before is not after]
    return sorted(turns, key=lambda each: (each[1] > each[0], -abs(each[1] - each[0])))


def in_words(difference: Difference) -> str:
    """How much changed of the text, and in which sections."""
    changes = difference.changes
    if not changes:
        notes = len(difference.edits)
        return "The two editions say the same" + (
            f", though {counted(notes, 'clause')} {'has its' if notes == 1 else 'have their'} goals in another order."
            if notes
            else "."
        )
    counts: dict[Subject, int] = {}
    for each in changes:
        counts[each.subject] = counts.get(each.subject, 0) + 1
    told = joined(
        [f"{n} {SUBJECTS[name] if n == 1 else PLURALS.get(name, SUBJECTS[name] + 's')}" for name, n in counts.items()]
    )
    sections = unique(clean(name) for each in changes for name in each.sections)
    where = f", in {joined(sections)}" if sections and len(sections) <= 6 else ""
    return f"The editions differ in {told}{where}."


def by_meaning(meaning: Meaning, grants_otherwise: bool = False) -> Iterator[str]:
    """What the difference means for the verdict, and an example of it; then what it means under other readings."""
    root = meaning.root
    said = f"The new edition {RELATIONS[root.relation]}"
    if root.without:
        verb = "is" if len(root.without) == 1 else "are"
        said = f"{UNSEEN}, for {joined(root.without)} {verb} given differently in the two editions"
    by_default = " under the readings by default" if meaning.otherwise else ""
    grants = ", and grants otherwise" if grants_otherwise and root.relation == "equivalent" else ""
    yield f"{said}{by_default}{_turns(root)}{grants}{_within(meaning)}{_for_example(root)}."
    for each in meaning.otherwise:
        yield f"Under {_readings(each)} it {RELATIONS[each.relation]}{_turns(each)}{_for_example(each)}."


def _turns(shift: Shift) -> str:
    turns = [f"{VERDICTS[each.before]} to {VERDICTS[each.after]}" for each in shift.transitions]
    return f": a case can turn from {joined(turns, 'or')}" if turns else ""


def _within(meaning: Meaning) -> str:
    """As far as what is equivalent was looked at."""
    if meaning.root.relation != "equivalent":
        return ""
    compared = "as far as they can be compared and " if meaning.notes else ""
    return f", {compared}within the bounds below"


def _for_example(shift: Shift) -> str:
    # From one end to the other tells more than to or from the middle.
    turns = sorted(shift.transitions, key=lambda each: -abs(each.after - each.before))
    found = next(((each, each.witness) for each in turns if each.witness and each.witness.unusual), None)
    if found is None:
        return ""
    turn, example = found
    which = f" {VERDICTS[turn.before]} to {VERDICTS[turn.after]}" if len(turns) > 1 else ""
    unusual = [parted(clean(each))[0] for each in example.unusual]
    more = f" and {len(unusual) - MOST_UNUSUAL} more that is unusual" if len(unusual) > MOST_UNUSUAL else ""
    return f"; for example{which}: {joined(unusual[:MOST_UNUSUAL])}{more}"


def _readings(shift: Shift) -> str:
    return joined([f"{clean(name)}: {clean(value)}" for name, value in shift.readings.items()])


def title(shift: Shift) -> str:
    """The title of a goal whose arguments have no values, with the readings under which it was compared."""
    said = of_any(shift.title)
    return f"{said} (under {_readings(shift)})" if shift.readings else said


def edition_title(policy: Policy) -> str:
    """An edition by its policy, its name and its file."""
    header = policy.vocabulary.header
    return f"{clean(header.title)}, {clean(header.payer)}, edition {clean(header.edition)} ({clean(policy.path)})"


def place(edit: Edit) -> str:
    """Where an edit stands: its sections, and the line in the new file, or in the old one."""
    lines = []
    if edit.new:
        lines.append(f"line {edit.new.line}")
    if edit.old and (not edit.new or edit.old.line != edit.new.line):
        lines.append(f"line {edit.old.line} {'of the old edition' if not edit.new else 'before'}")
    if len(lines) == 2:
        lines = [f"{lines[0]} ({lines[1]})"]
    return ", ".join([*map(clean, edit.sections), *lines])


def turn_words(turn: Turn) -> str:
    """A criterion whose status changed, in a sentence; one that an edition does not know is new or gone."""
    said = f"{turn.section}  {turn.title}: "
    if turn.before is None:
        return f"{said}new, and {STATUS_WORDS[turn.after]}"
    if turn.after is None:
        return f"{said}{STATUS_WORDS[turn.before]}, now gone"
    return f"{said}{STATUS_WORDS[turn.before]}, now {STATUS_WORDS[turn.after]}"


def source(text: str) -> str:
    """A part of a file as it is written, line by line, with nothing in it that cannot be seen."""
    return "\n".join(" " * (len(line) - len(line.lstrip(" "))) + clean(line) for line in text.split("\n"))


def short_paths(paths: Iterable[str]) -> Mapping[str, str]:
    """Each path told from the folder that holds them all."""
    known = list(dict.fromkeys(paths))
    folders = {os.path.dirname(os.path.abspath(path)) for path in known}
    common = os.path.commonpath(folders) if folders else ""
    return {path: clean(os.path.relpath(os.path.abspath(path), common)) for path in known}
