"""The readings under which two editions differ in clauses that say nothing under those by default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kb.policy import Policy
from kb.regression.canonical import canonical
from kb.regression.cones import cones, live
from kb.syntax import Predicate


def other_readings(
    old: Policy, new: Policy, chosen: Mapping[str, str]
) -> Iterator[tuple[dict[str, str], dict[str, str], dict[str, str]]]:
    """Each value of a reading that is not chosen under which other clauses of the root goals differ than without it.

    It comes with all readings of the old edition and of the new one. One reading is changed at a time.
    """
    by_default = tuple(offered(policy, chosen) for policy in (old, new))
    usual = differing(old, new, *by_default)
    readings = [policy.vocabulary.readings for policy in (old, new)]
    for name in {**readings[0], **readings[1]}:
        if name in chosen:
            continue
        for value in dict.fromkeys(value for each in readings if name in each for value in each[name].values):
            before, after = (offered(policy, {**chosen, name: value}) for policy in (old, new))
            if (before, after) != by_default and not differing(old, new, before, after) <= usual:
                yield {name: value}, before, after


def known_to(policy: Policy, readings: Mapping[str, str]) -> dict[str, str]:
    """Those of the readings that a policy has."""
    return {name: value for name, value in readings.items() if name in policy.vocabulary.readings}


def offered(policy: Policy, readings: Mapping[str, str]) -> dict[str, str]:
    """Every reading of a policy: as it is chosen where the policy offers that, else by default."""
    known = policy.vocabulary.readings
    chosen = known_to(policy, readings)
    return policy.readings({name: value for name, value in chosen.items() if value in known[name].values})


def differing(old: Policy, new: Policy, before: Mapping[str, str], after: Mapping[str, str]) -> frozenset[str]:
    """The clauses below the root goal that one edition alone has, each under its readings."""
    return _said(old, before) ^ _said(new, after)


def _said(policy: Policy, readings: Mapping[str, str]) -> frozenset[str]:
    left = live(policy, readings)
    below = cones(left).get(Predicate(policy.vocabulary.header.root, 1), frozenset())
    return frozenset(canonical(each) for each in left.program.clauses if each.head.predicate in below)
