"""The oracle and the project agree: on every shipped case, and on random ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from kb.answers import Answers, Row, Status
from kb.case import Case
from kb.decide import decide
from kb.policy import SHIPPED, Policy, load_policy
from kb.problems import ProblemsError
from kb.read_case import load_case, read_case
from kb.syntax import Predicate, Unknown
from tests.oracle.oracle import Question, answer, load
from tests.oracle.random_cases import Record, Trial, as_yaml, random_trials, read_record
from tests.oracle.shrink import shrink

CASES = Path(__file__).parent / "cases"
EXAMPLES = SHIPPED.parent / "examples"
POLICIES = sorted(SHIPPED.glob("*.pl"))
# Each seed is one process of the oracle.
SEEDS = range(4)
CASES_OF_A_SEED = 256


def shipped(policy: Policy) -> list[Path]:
    """The shipped cases that are made for a policy."""
    name = policy.vocabulary.header.name
    files = [*sorted(CASES.glob("*.case.yaml")), *sorted(EXAMPLES.glob("*.case.yaml"))]
    return [file for file in files if read_record(file).get("policy", "lemtrada") == name]


def bases(policy: Policy) -> list[Record]:
    """The records of the shipped cases."""
    return [read_record(file) for file in shipped(policy)]


def judged(policy: Policy) -> list[Predicate]:
    """What the two must agree on: the root goal and every criterion, advisory and grant."""
    return list(dict.fromkeys([Predicate(policy.vocabulary.header.root, 1), *policy.vocabulary.criteria]))


def rows(answers: Answers, predicate: Predicate) -> dict[Row, Status]:
    """The rows of a predicate, of those that differ in the label of an unknown value alone the surest."""
    found: dict[Row, Status] = {}
    for row, status in answers.of(predicate).items():
        plain = tuple(Unknown("", term.many) if isinstance(term, Unknown) else term for term in row)
        found[plain] = max(status, found.get(plain, Status.NOT_MET))
    return found


@dataclass(frozen=True)
class Court:
    """Puts cases before both deciders. ``file`` is the policy file that the oracle reads."""

    policy: Policy
    file: Path

    def differences(self, questions: Sequence[Question]) -> list[list[str]]:
        """For each question, a line for each criterion on which the two differ."""
        asked = judged(self.policy)
        told = answer(self.file, asked, questions)
        found = []
        for question, oracle in zip(questions, told, strict=True):
            project = decide(self.policy, question.case, question.readings).answers
            lines = []
            for predicate in asked:
                ours, theirs = rows(project, predicate), rows(oracle, predicate)
                if ours != theirs:
                    lines += [f"{predicate}: {_words(ours, theirs)} here, {_words(theirs, ours)} by the oracle"]
            found.append(lines)
        return found

    def question(self, trial: Trial) -> Question:
        """The question that a trial puts."""
        return Question(read_case(as_yaml(trial.record), "case.yaml", self.policy.vocabulary), trial.readings)

    def differ(self, trial: Trial) -> bool:
        """Whether the two differ on a trial; a record that is no case shows nothing."""
        try:
            question = self.question(trial)
        except ProblemsError:
            return False
        return any(self.differences([question])[0])

    def judge(self, trials: Sequence[Trial]) -> str:
        """Nothing where the two agree on every trial; else the smallest case that shows how they differ."""
        found = self.differences([self.question(trial) for trial in trials])
        wrong = [trial for trial, lines in zip(trials, found, strict=True) if lines]
        if not wrong:
            return ""
        smallest = shrink(min(wrong, key=lambda trial: len(as_yaml(trial.record))), self.differ)
        chosen = "".join(f" --reading {name}={value}" for name, value in smallest.readings.items())
        return "\n".join(
            [
                f"the oracle and the project differ on {len(wrong)} of {len(trials)} cases",
                *self.differences([self.question(smallest)])[0],
                f"the smallest case that shows it{', with' + chosen if chosen else ''}:",
                as_yaml(smallest.record),
            ]
        )


def _words(some: dict[Row, Status], other: dict[Row, Status]) -> str:
    """The rows that the other side does not have like this."""
    differing = {row: status for row, status in some.items() if other.get(row, Status.NOT_MET) is not status}
    shown = [
        f"({', '.join('?' if isinstance(term, Unknown) else str(term.value) for term in row[1:])}) {status.name}"
        for row, status in differing.items()
        for term in [row]
        if term
    ]
    return "; ".join(shown) or "no such row"


@pytest.fixture(scope="module", params=POLICIES, ids=lambda file: file.stem)
def court(request: pytest.FixtureRequest) -> Court:
    """Both deciders of a shipped policy."""
    return Court(load_policy(request.param), request.param)


def test_a_policy_loads_in_swi_prolog_as_it_is(court: Court) -> None:
    """The file loads with the prelude, without a warning."""
    load(court.file)


def test_the_oracle_agrees_on_every_shipped_case(court: Court) -> None:
    """Every criterion of every shipped case has the same status by both, whichever readings are chosen."""
    files = shipped(court.policy)
    readings = court.policy.vocabulary.readings
    others = {name: reading.alternatives[0] for name, reading in readings.items() if reading.alternatives}
    cases: list[Case] = [load_case(file, court.policy.vocabulary) for file in files]
    for chosen in ({}, others):
        found = court.differences([Question(case, chosen) for case in cases])
        assert not {file.name: lines for file, lines in zip(files, found, strict=True) if lines}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_oracle_agrees_on_random_cases(court: Court, seed: int) -> None:
    """Every criterion of every random case has the same status by both."""
    wrong = court.judge(random_trials(court.policy, bases(court.policy), seed, CASES_OF_A_SEED))
    assert not wrong, wrong


def test_random_cases_reach_every_status(court: Court) -> None:
    """Among the random cases every criterion is met, not met and undocumented at least once."""
    trials = random_trials(court.policy, bases(court.policy), SEEDS[0], CASES_OF_A_SEED)
    told = answer(court.file, judged(court.policy), [court.question(trial) for trial in trials])
    seen = {
        str(predicate): {max(answers.of(predicate).values(), default=Status.NOT_MET) for answers in told}
        for predicate in judged(court.policy)
    }
    assert not {name: statuses for name, statuses in seen.items() if len(statuses) < 3}
