"""Two editions over one open case: how a goal can turn between them, and the smallest case in which it does.

For each way in which the status of a goal could turn, z3 looks for the case that departs least from a usual one;
the deciding engine then decides that case in both editions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import copy
from functools import cached_property
from itertools import permutations

from kb.again import decide_again
from kb.answers import Answers, Status
from kb.case_text import case_text
from kb.decide import Decision
from kb.policy import Policy
from kb.pretty import pretty_goal
from kb.read_case import take_record
from kb.regression.cones import Meanings, alike, called, cones, inputs_below, unchanged
from kb.regression.difference import Shift, Transition, Witness, relation
from kb.regression.guesses import guess, guessable, guessed, inputs_reached
from kb.regression.one_way import EITHER, OneWay, Ways
from kb.regression.open_policy import OpenPolicy
from kb.regression.rows_needed import RowsNeeded, lacking
from kb.regression.unshared import unlike
from kb.solving.bounds import MOST_MORE
from kb.solving.formulas import Formulas
from kb.solving.free import CASE_ID, reading_key
from kb.solving.solver import GaveUp
from kb.solving.values import Pair, Truth, Value, conj, disj, identity, neg
from kb.solving.witness import Departure
from kb.solving.witness import Witness as Found
from kb.syntax import CASE, Atom, Predicate, Variable

TURNS = tuple(permutations((Status.MET, Status.UNDOCUMENTED, Status.NOT_MET), 2))


class ReplayError(Exception):
    """The deciding engine does not decide a witness as the formulas say: one of the two is wrong."""


def plain(departure: Departure) -> str:
    """A departure by the names of the policy."""
    return f"{departure.slot.name}: {departure.held}"


class Comparison:
    """Two editions over one open case."""

    def __init__(self, base: OpenPolicy, new: Policy, readings: Mapping[str, str] | None = None) -> None:
        """``readings`` are those of the new edition, where they are not open."""
        self.base = base
        self.policies = base.policy, new
        self.wide: dict[frozenset[tuple[str, int]], Comparison] = {}
        self.guesses: dict[frozenset[Predicate], Comparison] = {}
        self.changeable: dict[tuple[Predicate, str, bool], bool] = {}
        self.readings = base.readings, new.readings(readings)
        self.free, self.search = base.free, base.search
        meanings = Meanings(new, None if base.open_readings else self.readings[1])
        self.same = alike(base.meanings, meanings)
        self.unchanged = unchanged(base.meanings, meanings)
        self.one_way = OneWay(base.meanings, meanings)
        # What stands under a reading that is not chosen bears on no case, so nothing is looked for below it.
        self.live = base.meanings.policy, meanings.policy
        shared = ((base.formulas, self.unchanged),)
        new_formulas = Formulas(new, self.readings[1], base.case_for(new), base.free.coding, shared)
        self.formulas = base.formulas, new_formulas
        self.root = Predicate(base.policy.vocabulary.header.root, 1)

    def criteria(self) -> Iterable[Predicate]:
        """The criteria, advisories and grants that both have, but for grants that follow the root goal alone."""
        old, new = self.policies
        for predicate, criterion in old.vocabulary.criteria.items():
            if predicate in new.vocabulary.criteria and not (criterion.kind == "grant" and self.follows(predicate)):
                yield predicate

    def follows(self, predicate: Predicate) -> bool:
        """Whether nothing but the root goal can make a goal differ: all else that it rests on says the same."""
        root, renamed = self.names(self.root)
        if predicate in self.unchanged or root != renamed:
            return False
        todo, seen = [predicate], {root}
        while todo:
            each = todo.pop()
            if each in seen or each in self.unchanged:
                continue
            if each not in self.same or each == renamed:
                return False
            seen.add(each)
            # What says the same in both calls the same in both.
            todo += [atom.predicate for clause in self.live[0].clauses.get(each, ()) for atom in called(clause)]
        return True

    def granted(self, predicate: Predicate) -> bool:
        """Whether a goal is a grant."""
        criterion = self.policies[0].vocabulary.criteria.get(predicate)
        return criterion is not None and criterion.kind == "grant"

    def names(self, predicate: Predicate) -> tuple[Predicate, Predicate]:
        """A goal by its name in each edition: the root goals are held against each other whatever they are called."""
        old, new = (Predicate(each.vocabulary.header.root, 1) for each in self.policies)
        return (old, new) if predicate == old else (predicate, predicate)

    def shift(self, predicate: Predicate, say: Callable[[Departure], str] = plain) -> Shift:
        """What becomes of one goal."""
        goal, section, title = self.told(predicate)
        if predicate in self.unchanged and len({*self.names(predicate)}) == 1:
            return Shift(goal, section, title, "equivalent")
        found: list[Transition] = []
        gave_up = False
        for before, after in TURNS:
            if (after > before) not in self.ways(predicate):
                continue
            try:
                witness = self.smallest(predicate, before, after)
            except GaveUp:
                gave_up = True
                continue
            if witness is not None:
                found.append(Transition(before, after, self.replayed(predicate, before, after, witness, say)))
        without = tuple(sorted(self.inputs(predicate) & self.unlike))
        told = relation(found)
        if gave_up or (without and told != "incomparable"):
            told = "undecided"
        return Shift(goal, section, title, told, tuple(found), without)

    @cached_property
    def unlike(self) -> frozenset[str]:
        """The names of the inputs that the editions take differently, without which every case is."""
        old, new = self.policies
        return unlike(old.vocabulary, new.vocabulary)

    def ways(self, predicate: Predicate) -> Ways:
        """In which ways a goal can turn, in a case of any number of rows."""
        old, new = self.names(predicate)
        return self.one_way.ways(old) if old == new else EITHER

    def told(self, predicate: Predicate) -> tuple[str, str, str]:
        """A goal as the policy writes it, with its section and title; the root goal may have neither."""
        criterion = self.policies[0].vocabulary.criteria.get(predicate)
        names = criterion.variables if criterion else ("P",)
        goal = pretty_goal(Atom(predicate.name, tuple(map(Variable, names))))
        return goal, criterion.section if criterion else "", criterion.title if criterion else ""

    def smallest(self, predicate: Predicate, before: Status, after: Status) -> Found | None:
        """The smallest case in which some instance of a goal turns from one status to another, if there is one.

        That there is none is said only where the bounds leave room for one. Raises ``GaveUp``.
        """

        def asked(comparison: Comparison) -> Truth:
            return comparison.turning(predicate, before, after)

        found = self.within(predicate, asked)
        if found is not None or not self.can_turn(predicate, before, after):
            return found
        return self.beyond(predicate, asked, (before, after))

    def within(self, predicate: Predicate, asked: Callable[[Comparison], Truth]) -> Found | None:
        """The smallest case of what is asked of a goal within the bounds. Raises ``GaveUp``."""
        formula, names, reached = asked(self), self.inputs(predicate), self.reached(predicate)
        if reached == names:
            return self.search.smallest(formula, names)

        def imaginable() -> bool:
            return self.imaginable(predicate, asked)

        return self.search.smallest(formula, names, close=reached, imaginable=imaginable)

    def imaginable(self, predicate: Predicate, asked: Callable[[Comparison], Truth]) -> bool:
        """Whether there were a case of what is asked of a goal, could much that both editions say alike be anything.

        That is soon known, and where there is none there is no case either.
        """
        return self.search.possible(asked(self.guessing(predicate)), self.read(predicate))

    def guessing(self, predicate: Predicate) -> Comparison:
        """The same comparison, where what says the same of a case in both editions may have any status."""
        guessed = self.guessed(predicate)
        if guessed not in self.guesses:
            guesses = {each: guess(each, self.free.id) for each in guessed}
            known = [{each for each, below in cones(policy).items() if not guessed & below} for policy in self.live]
            old = self.formulas[0].with_given(guesses, [(self.formulas[0], known[0])])
            new = self.formulas[1].with_given(guesses, [(self.formulas[1], known[1]), (old, self.unchanged)])
            other = self.guesses[guessed] = copy(self)
            other.formulas = old, new
        return self.guesses[guessed]

    @cached_property
    def guessable(self) -> frozenset[Predicate]:
        """What says the same of a case in both editions, and is no input."""
        return guessable(self.policies[0], self.unchanged)

    def guessed(self, predicate: Predicate) -> frozenset[Predicate]:
        """What is guessed where it is asked whether a goal could turn."""
        return guessed(self.live[0], self.guessable, self.reached(predicate))

    def reached(self, predicate: Predicate) -> frozenset[str]:
        """The names of the inputs that a goal rests on but through what can be guessed."""
        return inputs_reached(self.live, self.names(predicate), self.guessable)

    def read(self, predicate: Predicate) -> frozenset[str]:
        """The names of the inputs that a goal rests on but through what is guessed."""
        return inputs_reached(self.live, self.names(predicate), self.guessed(predicate))

    def can_turn(self, predicate: Predicate, before: Status, after: Status) -> bool:
        """Whether a goal could turn so in a case of any number of rows: that it is met, or may be, has to change."""
        changes = [("must", Status.MET), ("may", Status.NOT_MET)]
        rises = after > before
        return all(self.can_change(predicate, each, rises) for each, status in changes if status in (before, after))

    def can_change(self, predicate: Predicate, standing: str, rises: bool) -> bool:
        """Whether it is imaginable that a goal comes to be met, or to be one that may be (``standing``), or no longer.

        Two turns rest on each such change, which takes fewer rows than either: it is asked once.
        """
        key = predicate, standing, rises
        if key not in self.changeable:
            lacks = self.lacks(predicate, self.read(predicate))
            wide = self.wider({name: min(MOST_MORE, more) for name, more in lacks.items()})
            self.changeable[key] = max(lacks.values(), default=0) > MOST_MORE or wide.imaginable(
                predicate, lambda each: each.changing(predicate, standing, rises)
            )
        return self.changeable[key]

    def lacks(
        self, predicate: Predicate, names: Collection[str], turn: tuple[Status, Status] | None = None
    ) -> dict[str, int]:
        """How many rows more than the bounds have a case can take in which a goal differs, or turns so, by list."""
        lacks = lacking(self.needed, self.names(predicate), self.base.bounds.rows, self.common(predicate), turn)
        return {name: more for name, more in lacks.items() if name in names}

    def common(self, predicate: Predicate) -> frozenset[Predicate]:
        """What says the same of the case in both editions, and every clause for a goal asks for."""
        clauses = [
            clause
            for policy, name in zip(self.live, self.names(predicate), strict=True)
            for clause in policy.clauses.get(name, ())
        ]
        asked = [
            {goal.predicate for goal in each.body if isinstance(goal, Atom) and goal.args == each.head.args[:1]}
            for each in clauses
        ]
        return frozenset(self.unchanged).intersection(*asked) if asked else frozenset()

    def beyond(
        self,
        predicate: Predicate,
        asked: Callable[[Comparison], Truth],
        turn: tuple[Status, Status] | None = None,
    ) -> Found | None:
        """A case of what is asked of a goal with as few rows more than the bounds have as there is one.

        ``turn`` is that of the goal where one is asked for, and else it is asked where it differs.
        Raises ``GaveUp``, also where it could take more rows than are looked at.
        """
        names, read = self.inputs(predicate), self.read(predicate)
        lacks = self.lacks(predicate, names, turn)
        direct = self.lacks(predicate, read, turn)
        if not lacks:
            return None

        # One row more is mostly enough, and is soon looked at.
        first = self.wider({name: 1 for name in self.lacks(predicate, read) if name in lacks})
        if first is not self and first.imaginable(predicate, asked):
            found = first.search.smallest(asked(first), names)
            if found is not None:
                return found

        def widened(most: int) -> Comparison:
            return self.wider({name: min(most, number) for name, number in lacks.items()})

        if max(direct.values(), default=0) <= MOST_MORE and not widened(MOST_MORE).imaginable(predicate, asked):
            return None
        most = max(lacks.values())
        if most > MOST_MORE:
            raise GaveUp
        # Where there is none with one row more, there mostly is none at all, and that is quickly known.
        if not self.wider(lacks).possible(asked, names):
            return None
        for more in range(1, most + 1):
            wide = widened(more)
            if wide is not first and (found := wide.search.smallest(asked(wide), names)) is not None:
                return found
        return None

    def possible(self, asked: Callable[[Comparison], Truth], names: Collection[str]) -> bool:
        """Whether there is a case of what is asked, which is about these inputs. Raises ``GaveUp``."""
        return self.search.possible(asked(self), names)

    @cached_property
    def needed(self) -> tuple[RowsNeeded, RowsNeeded]:
        """What takes how many rows in each edition."""
        old, new = (RowsNeeded(each, self.base.bounds.rows) for each in self.live)
        return old, new

    def wider(self, more: Mapping[str, int]) -> Comparison:
        """The same comparison with so many rows more of these lists."""
        if not more:
            return self
        key = frozenset(more.items())
        if key not in self.wide:
            rows = {name: self.base.bounds.rows[name] + number for name, number in more.items()}
            self.wide[key] = Comparison(self.base.wider(rows), self.policies[1], self.readings[1])
        return self.wide[key]

    def inputs(self, predicate: Predicate) -> frozenset[str]:
        """The names of the inputs that a goal rests on in either edition, and of the readings where they are open."""
        readings = map(reading_key, self.readings[0]) if self.base.open_readings else ()
        names = zip(self.live, self.names(predicate), strict=True)
        return frozenset(readings).union(*(inputs_below(policy, name) for policy, name in names))

    def turning(self, predicate: Predicate, before: Status, after: Status) -> Truth:
        """That some instance of a goal turns from one status to another."""
        pairs = self.pairs(predicate)
        return disj(*(conj(there, having(old, before), having(new, after)) for old, new, there in pairs))

    def changing(self, predicate: Predicate, standing: str, rises: bool) -> Truth:
        """That some instance of a goal comes to be met, or to be one that may be (``standing``), or no longer."""
        pairs = ((old, new) if rises else (new, old) for old, new, _ in self.pairs(predicate))
        return disj(*(conj(getattr(high, standing), neg(getattr(low, standing))) for low, high in pairs))

    def pairs(self, predicate: Predicate) -> Iterator[tuple[Pair, Pair, Truth]]:
        """Each instance of a goal that can be met: its pair in each edition, and where it is met or undocumented."""
        for values, there in self.instances(predicate):
            named = zip(self.formulas, self.names(predicate), strict=True)
            old, new = (formulas.instance(name, values) for formulas, name in named)
            yield old, new, there

    def instances(self, predicate: Predicate) -> Iterable[tuple[tuple[Value, ...], Truth]]:
        """The arguments with which a goal can be met in either edition, and where it is met or undocumented."""
        kinds = self.policies[0].types.get(predicate) or ("",) * predicate.arity
        asked = tuple(self.free.id if kind == CASE.name else None for kind in kinds)
        seen: dict[object, tuple[tuple[Value, ...], list[Truth]]] = {}
        for formulas, name in zip(self.formulas, self.names(predicate), strict=True):
            for row in formulas.rows(name, asked):
                key = tuple((identity(value.number), value.label) for value in row.values)
                seen.setdefault(key, (row.values, []))[1].append(row.pair.may)
        return [(values, disj(*mays)) for values, mays in seen.values()]

    def replayed(
        self, predicate: Predicate, before: Status, after: Status, found: Found, say: Callable[[Departure], str]
    ) -> Witness:
        """The witness decided by the engine in both editions. Raises ``ReplayError`` where it decides otherwise."""
        record = self.record(found)
        decisions = self.decided(record, found.readings)
        goal = turned(self.names(predicate), before, after, [each.answers for each in decisions])
        if goal is None:
            said = f"{predicate} was to turn from {before.name} to {after.name}"
            raise ReplayError(f"{said}, and the deciding engine disagrees\n{case_text(record)}")
        unusual = tuple(map(say, found.departures))
        return Witness(record, unusual, goal, *decisions)

    def record(self, found: Found) -> dict[str, object]:
        """A witness as the record of a case file."""
        return {"case": CASE_ID.value, "policy": self.policies[0].vocabulary.header.name, **found.record}

    def decided(self, record: Mapping[str, object], readings: Mapping[str, str]) -> tuple[Decision, Decision]:
        """The decisions of the engine on a record in the two editions, under other readings than their own."""
        # It is of either edition, and they may have other names.
        text = take_record({**record, "policy": None}, "witness.case.yaml")
        cases = [text.case(policy.vocabulary) for policy in self.policies]
        chosen = [{**each, **readings} for each in self.readings]
        old = self.base.decided(cases[0], chosen[0])
        return old, decide_again(old, self.policies[1], cases[1], chosen[1])


def having(pair: Pair, status: Status) -> Truth:
    """That a goal has a status."""
    if status is Status.MET:
        return pair.must
    return neg(pair.may) if status is Status.NOT_MET else conj(pair.may, neg(pair.must))


def turned(
    names: tuple[Predicate, Predicate], before: Status, after: Status, answers: Iterable[Answers]
) -> Atom | None:
    """The instance of a goal, by its first name, that has one status in the first answers and another in the second."""
    first, second = answers
    old, new = names
    # In one order, for that of the engine's answers is chance.
    for row in (*sorted(second.of(new), key=repr), *sorted(first.of(old), key=repr)):
        goal = Atom(old.name, row)
        if (first.status(goal), second.status(Atom(new.name, row))) == (before, after):
            return goal
    return None
