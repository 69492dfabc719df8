"""A suite grown from nothing, or to its end: for each mutant that survives the smallest case that kills it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from explain.suite.held import Alive, held
from explain.suite.kills import Ended, end, entry_of, kill_entry
from kb.policy import Policy
from kb.regression.kill import Killer
from kb.regression.mutants import Mutant, mutants
from kb.solving.free import record_of
from kb.solving.usual import Contents

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
    jobs: int = 1,
) -> Grown:
    """A suite from nothing that kills every mutant of a policy which some case within the bounds can kill.

    Usual cases come first. The files name the policy by ``made_for``, or by its name where that is empty.
    ``told`` hears how many mutants are dealt with; ``jobs`` processes hold the cases against them, which finds
    the same in any number. Raises ``ProblemsError`` for a policy that is beyond solving,
    ``ReplayError`` where the engine decides a case otherwise than the formulas.
    """
    killer = Killer(policy, readings)
    files: dict[str, str] = {}
    with held(policy, mutants(policy, operators), readings, jobs) as alive:
        total = len(alive.listed)
        for number, contents in enumerate(killer.base.usual, 1):
            record = {"case": "", "policy": policy.vocabulary.header.name, **usual_record(killer, contents)}
            words = "A usual case, in which everything is in order"
            entry, text = entry_of(policy, record, f"usual-{number}", words, made_for, "", readings)
            files[entry.name] = text
            alive.hold(entry)
            told(total - len(alive.listed), total)
        done = total - len(alive.listed)
        rest = finish(killer, alive, lambda more, _: told(done + more, total), made_for)
    return replace(rest, files={**files, **rest.files}, mutants=total)


def finish(killer: Killer, alive: Alive, told: Told = lambda done, total: None, made_for: str = "") -> Grown:
    """Cases that kill the survivors of a suite, as few as come of taking each survivor in its turn."""
    total = len(alive.listed)
    files: dict[str, str] = {}
    ended: list[Ended] = []
    mutant: Mutant | None = None
    while (following := alive.first()) is not None:
        if following is mutant:
            raise AssertionError(f"the case that was found for {mutant.id} does not kill it")
        mutant = following
        told(total - len(alive.listed), total)
        found = end(killer, mutant)
        ended.append(found)
        if found.kill is None:
            alive.leave(mutant)
            continue
        name = name_of(found.kill.goal.name, mutant, files)
        entry, text = kill_entry(found.kill, name, made_for, alive.readings)
        files[entry.name] = text
        alive.hold(entry)
    told(total, total)
    return Grown(files, total, killer.base.bounds.words(killer.base.inputs), tuple(ended), alive.kills)


def usual_record(killer: Killer, contents: Contents) -> dict[str, object]:
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
