"""Survivors brought to an end: for each the smallest case that would kill it, or the proof that there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from explain.difference.departures import sayer
from explain.language import clean
from explain.phrases import Words
from explain.suite.entries import Entry
from explain.suite.expect import WORDS, observed, read_expectation
from explain.suite.goals import goal_text
from explain.suite.run import decider
from kb.case_text import case_text
from kb.policy import Policy
from kb.read_case import take_record
from kb.regression.kill import Kill, Killer
from kb.regression.mutants import Mutant
from kb.solving.solver import GaveUp


@dataclass(frozen=True)
class Ended:
    """What became of a mutant that no case noticed.

    ``kill``: the smallest case that would kill it. Without one it is ``equivalent``: it decides every
    case within the bounds alike; or else the solver gave up in the time that it has.
    """

    mutant: Mutant
    kill: Kill | None = None
    equivalent: bool = False


def end(killer: Killer, mutant: Mutant) -> Ended:
    """Look for the smallest case that kills a mutant. Raises ``ReplayError`` where the engine disagrees."""
    try:
        found = killer.kill(mutant)
    except GaveUp:
        return Ended(mutant)
    return Ended(mutant, found, equivalent=found is None)


def end_all(
    killer: Killer, mutants: Sequence[Mutant], told: Callable[[int, int], None] = lambda done, total: None
) -> list[Ended]:
    """The same for all of them; ``told`` hears how far it has come."""
    found = []
    for done, mutant in enumerate(mutants):
        told(done, len(mutants))
        found.append(end(killer, mutant))
    told(len(mutants), len(mutants))
    return found


def kill_entry(kill: Kill, name: str, made_for: str, readings: Mapping[str, str]) -> tuple[Entry, str]:
    """The case of a kill as an entry of a suite, and the text of its file.

    It expects what the policy decides of it under these readings, and names the goal that the mutant gets wrong.
    The file names its policy by ``made_for``, or by its name where that is empty.
    """
    policy = kill.mutant.original
    comment = [f"Notices this mistake: {said(kill.mutant)}."]
    comment += [f"Unlike a usual case: {each}." for each in departures(kill)]
    return entry_of(policy, kill.record, name, title(kill), made_for, "\n".join(comment), readings, kill)


def entry_of(
    policy: Policy,
    record: Mapping[str, object],
    name: str,
    words: str,
    made_for: str,
    comment: str,
    readings: Mapping[str, str],
    kill: Kill | None = None,
) -> tuple[Entry, str]:
    """A record as an entry of a suite, expecting all that the policy decides of it, and the text of its file."""
    path = f"{name}.case.yaml"
    whole = {**record, "case": name, "title": words}
    whole = {"case": name, "policy": whole.pop("policy"), "title": words, **whole}
    decided = decider(policy, take_record(whole, path).case(policy.vocabulary), readings)
    expect = observed(decided({}), full=True)
    named = policy.vocabulary.criteria.get(kill.goal.predicate) if kill is not None else None
    if kill is not None and not kill.readings:
        # What is granted stands there already, and so does the verdict.
        if named is not None and named.kind != "grant":
            expect["criteria"] = {goal_text(kill.goal, policy): WORDS[kill.before]}
    elif kill is not None:
        pair = ", ".join(f"{reading}={value}" for reading, value in kill.readings.items())
        under: dict[str, object] = {"verdict": decided(kill.readings).verdict}
        if named is not None:
            under["criteria"] = {goal_text(kill.goal, policy): WORDS[kill.before]}
        expect["readings"] = {pair: under}
    whole["expect"] = expect
    case = take_record(whole, path).case(policy.vocabulary)
    # A path to the policy leads there only from the folder that the file is to be written into.
    text = case_text({**whole, "policy": made_for or whole["policy"]}, comment)
    return Entry(Path(path), path, policy, case, read_expectation(case, policy)), text


def title(kill: Kill) -> str:
    """What the case of a kill is about: the criterion and its status, with the readings that it takes."""
    policy = kill.mutant.original
    criterion = policy.vocabulary.criteria.get(kill.goal.predicate)
    goal = f"{criterion.section}: {Words(kill.decision).title(criterion, kill.goal)}" if criterion else kill.goal.name
    words = f"{goal}: {WORDS[kill.before]}"
    chosen = ", ".join(f"{name}={value}" for name, value in kill.readings.items())
    return clean(words + (f", with the reading {chosen}" if chosen else ""))


def said(mutant: Mutant) -> str:
    """A mutant in one line."""
    was, becomes = clean(mutant.was), clean(mutant.becomes)
    return f"`{was}` becomes `{becomes}`" if becomes else f"without `{was}`"


def departures(kill: Kill) -> list[str]:
    """In what the case of a kill is unlike a usual one, a sentence for each thing."""
    return list(map(sayer(kill.mutant.original), kill.departures))
