"""A suite grown from nothing, or to its end: for each mutant that survives the smallest case that kills it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from explain.suite.entries import Entry
from explain.suite.kills import Ended, end, entry_of, kill_entry
from explain.suite.trial import Trial
from kb.policy import Policy
from kb.regression.kill import Killer
from kb.regression.mutants import Mutant, mutants
from kb.solving.free import Held, record_of

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Grown:
    """The cases that were grown: the text of each file by its name, and what became of every mutant.

    ``ended`` holds each survivor for which a case was looked for; ``kills`` the name of the file that kills a
    mutant, by the mutant's id. ``mutants`` is how many there were, ``bounds`` say within which a case was looked for.
    """

    files: Mapping[str, str] = field(repr=False)
    mutants: int
    bounds: tuple[str, ...]
    ended: tuple[Ended, ...] = field(repr=False)
    kills: Mapping[str, str] = field(repr=False)

    @property
    def equivalent(self) -> list[Mutant]:
        """The mutants that no case within the bounds tells from the policy."""
        return [each.mutant for each in self.ended if each.equivalent]

    @property
    def undecided(self) -> list[Mutant]:
        """The mutants on which the solver gave up."""
        return [each.mutant for each in self.ended if each.kill is None and not each.equivalent]


def grow(
    policy: Policy,
    readings: Mapping[str, str],
    operators: Collection[str] = (),
    told: Told = lambda done, total: None,
    made_for: str = "",
) -> Grown:
    """A suite from nothing that kills every mutant of a policy which some case within the bounds can kill.

    Usual cases come first. The files name the policy by ``made_for``, or by its name where that is empty.
    ``told`` hears how many mutants are dealt with. Raises ``ProblemsError`` for a policy that is beyond solving,
    ``ReplayError`` where the engine decides a case otherwise than the formulas.
    """
    killer = Killer(policy, readings)
    files: dict[str, str] = {}
    alive = mutants(policy, operators)
    total = len(alive)
    kills: dict[str, str] = {}
    for number, contents in enumerate(killer.base.usual, 1):
        record = {"case": "", "policy": policy.vocabulary.header.name, **usual_record(killer, contents)}
        words = "A usual case, in which everything is in order"
        entry, text = entry_of(policy, record, f"usual-{number}", words, made_for, "", readings)
        files[entry.name] = text
        alive = unnoticed(alive, entry, policy, readings, kills)
        told(total - len(alive), total)
    rest = finish(killer, alive, readings, lambda done, _: told(total - len(alive) + done, total), made_for)
    return Grown({**files, **rest.files}, total, rest.bounds, rest.ended, {**kills, **rest.kills})


def finish(
    killer: Killer,
    survivors: Sequence[Mutant],
    readings: Mapping[str, str],
    told: Told = lambda done, total: None,
    made_for: str = "",
) -> Grown:
    """Cases that kill the survivors of a suite, as few as come of taking each survivor in its turn."""
    policy = killer.base.policy
    alive, total = list(survivors), len(survivors)
    files: dict[str, str] = {}
    ended: list[Ended] = []
    kills: dict[str, str] = {}
    while alive:
        told(total - len(alive), total)
        mutant = alive[0]
        found = end(killer, mutant)
        ended.append(found)
        if found.kill is None:
            alive = alive[1:]
            continue
        entry, text = kill_entry(found.kill, name_of(found.kill.goal.name, mutant, files), made_for, readings)
        files[entry.name] = text
        alive = unnoticed(alive, entry, policy, readings, kills)
        if mutant in alive:
            raise AssertionError(f"the case that was found for {mutant.id} does not kill it")
    told(total, total)
    return Grown(files, total, killer.base.bounds.words(killer.base.inputs), tuple(ended), kills)


def unnoticed(
    alive: Sequence[Mutant], entry: Entry, policy: Policy, readings: Mapping[str, str], kills: dict[str, str]
) -> list[Mutant]:
    """The mutants that a case does not kill; those that it does are noted in ``kills``."""
    trial = Trial(policy, [entry], readings)
    killed = {each.id for each in alive if trial.killer(each) is not None}
    kills.update(dict.fromkeys(sorted(killed), entry.name))
    return [each for each in alive if each.id not in killed]


def usual_record(killer: Killer, contents: Mapping[str, Held]) -> dict[str, object]:
    """The record of a usual case."""
    free = killer.base.free
    return record_of(
        free.inputs, {name: [(slot, contents[slot.name]) for slot in free.slots[name]] for name in free.inputs}
    )


def name_of(goal: str, mutant: Mutant, taken: Collection[str]) -> str:
    """A name for the case of a mutant: the goal that it is about, and the mistake. Lines move, so none is in it."""
    name = f"{goal}-{mutant.operator}".replace("_", "-")
    number = 1
    while f"{name}-{number}.case.yaml" in taken:
        number += 1
    return f"{name}-{number}"
