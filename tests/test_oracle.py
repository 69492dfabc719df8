"""The oracle and the project agree: on every shipped case, and on random ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.answers import Status
from kb.decide import decide
from kb.policy import SHIPPED, Policy, load_policy
from kb.read_case import load_case
from kb.syntax import Predicate
from tests.oracle.court import Court, judged, unproved
from tests.oracle.oracle import Question, answer, load
from tests.oracle.random_cases import Record, Trial, as_yaml, random_trials, read_record
from tests.oracle.shrink import shrink
from tests.sampling import sample, tries

HERE = Path(__file__).parent
CASES = [*sorted((HERE / "cases").glob("*.case.yaml")), *sorted((SHIPPED.parent / "examples").glob("*.case.yaml"))]
# A policy of no meaning with every form of the language in it.
EVERY_FORM = HERE / "oracle" / "every_form.pl"
POLICIES = [*sorted(SHIPPED.glob("*.pl")), EVERY_FORM]
# Each seed is one process of the oracle.
SEEDS = range(tries(4, 2))
CASES_OF_A_SEED = tries(1024, 48)
PROVED_CASES = tries(64, 12)


def shipped(policy: Policy) -> list[Path]:
    """The shipped cases that are made for a policy."""
    return [file for file in CASES if read_record(file).get("policy") == policy.vocabulary.header.name]


def trials_of(policy: Policy, seed: int, count: int = CASES_OF_A_SEED) -> list[Trial]:
    """Random cases of a policy, many of them made from the shipped ones."""
    bases: list[Record] = [read_record(file) for file in shipped(policy)]
    return random_trials(policy, bases, seed, count)


@pytest.fixture(scope="module", params=POLICIES, ids=lambda file: file.stem)
def court(request: pytest.FixtureRequest) -> Court:
    """Both deciders of a policy."""
    policy = load_policy(request.param)
    return Court(policy, request.param, judged(policy))


def test_a_policy_loads_in_swi_prolog_as_it_is(court: Court) -> None:
    """The file loads with the prelude, without a warning."""
    load(court.file)


@pytest.mark.parametrize("which", ["default", "alternative"])
def test_the_oracle_agrees_on_every_shipped_case(court: Court, which: str) -> None:
    """Every criterion of every shipped case has the same status by both, by the default readings and by others."""
    readings = court.policy.vocabulary.readings
    others = {name: reading.alternatives[-1] for name, reading in readings.items() if reading.alternatives}
    chosen = others if which == "alternative" else {}
    files = shipped(court.policy) if which == "default" else sample(shipped(court.policy), 4)
    found = court.differences([Question(load_case(file, court.policy.vocabulary), chosen) for file in files])
    assert not {file.name: lines for file, lines in zip(files, found, strict=True) if lines}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_oracle_agrees_on_random_cases(court: Court, seed: int) -> None:
    """Every criterion of every random case has the same status by both."""
    wrong = court.judge(trials_of(court.policy, seed))
    assert not wrong, wrong


def test_random_cases_have_proofs(court: Court) -> None:
    """Every goal and row of every random case has a proof, of the status that was decided."""
    for trial in trials_of(court.policy, len(SEEDS), PROVED_CASES):
        question = court.question(trial)
        assert not unproved(decide(court.policy, question.case, question.readings)), as_yaml(trial.record)


def test_random_cases_reach_every_status(court: Court) -> None:
    """Among the random cases each criterion that takes the case alone is met, not met and undocumented."""
    criteria = court.policy.vocabulary.criteria
    asked = [each for each in court.asked if each.arity == 1 and criteria[each].kind == "criterion"]
    told = answer(court.file, asked, [court.question(trial) for trial in trials_of(court.policy, SEEDS[0], 256)])
    for predicate in asked:
        seen = {max(answers.of(predicate).values(), default=Status.NOT_MET) for answers in told}
        assert seen == set(Status), predicate


def test_the_same_seed_makes_the_same_cases(court: Court) -> None:
    """A disagreement that was seen once is seen again."""
    assert trials_of(court.policy, 5, 20) == trials_of(court.policy, 5, 20) != trials_of(court.policy, 6, 20)


def test_a_disagreement_is_shown_by_its_smallest_case(tmp_path: Path) -> None:
    """Where the oracle reads a policy with another threshold, a case with that one value is left."""
    policy = load_policy(EVERY_FORM)
    text = EVERY_FORM.read_text(encoding="utf-8")
    changed = tmp_path / "changed.pl"
    changed.write_text(text.replace("exact(P) :- weight(P, 3.5).", "exact(P) :- weight(P, 3.4)."), encoding="utf-8")
    shown = Court(policy, changed, (Predicate("exact", 1),)).judge(trials_of(policy, 0, 64))
    assert "exact/1: " in shown
    assert [line.split(":")[0] for line in shown.split("shows it:\n")[1].splitlines()] == ["case", "weight"]


def test_shrinking_leaves_out_whatever_does_not_matter() -> None:
    """Rows, fields, sources and readings go; what the finding rests on stays."""
    record: Record = {
        "case": "A-1",
        "list": {"rows": [{"a": 1, "b": {"value": 2, "source": "note"}}, {"a": 3}], "origin": "document"},
        "flags": {"x": True, "y": {"evidence": [{"value": True}, {"value": False}]}},
        "other": 4,
    }
    start = Trial(record, {"way": "left"})
    assert shrink(start, lambda trial: "2" in as_yaml(trial.record)).record == {"case": "A-1", "list": [{"b": 2}]}
    kept = shrink(start, lambda trial: "y" in trial.record.get("flags", {}) and bool(trial.readings))
    assert kept == Trial({"case": "A-1", "flags": {"y": {}}}, {"way": "left"})
