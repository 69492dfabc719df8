"""Goes through random policies other than those of the tests, for as long as wanted.

    .venv/bin/python -m tests.kb.cohort.hunt SEED POLICIES MEMBERS

Every policy that is decided differently as a cohort is shown, with the smallest case found that shows it.
"""

from __future__ import annotations

import sys
import traceback

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from kb.policy import Policy
from tests.kb.cohort.engines import judge
from tests.kb.cohort.random_policies import checked, policies
from tests.oracle.random_cases import random_trials


def texts(seed: int, count: int) -> list[str]:
    """The texts of random policies, each once."""
    found: dict[str, None] = {}

    @seeded(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(policies())
    def gather(text: str) -> None:
        found[text] = None

    gather()
    return list(found)


def wrong(policy: Policy, seed: int, members: int) -> str:
    """How a policy is decided differently; nothing where it is not."""
    records = [trial.record for trial in random_trials(policy, [], seed, members)]
    try:
        return judge(policy, records, {"edge": "outside" if seed % 2 else "inside"})
    except Exception:
        return traceback.format_exc(limit=-3)


def main(seed: int, count: int, members: int) -> None:
    tried, differ = 0, 0
    for number, text in enumerate(texts(seed, count)):
        policy = checked(text)
        if policy is None:
            continue
        tried += 1
        told = wrong(policy, number, members)
        if told:
            differ += 1
            print(f"{text.split('wanted(12).')[1]}\n{told}", flush=True)
    print(f"{tried} policies of {members} members each; {differ} are decided differently")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
