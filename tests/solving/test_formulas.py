"""The formulas of an open case say what the engine says, whatever the open values turn out to be."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

import pytest
import z3

from kb.answers import Answers, Status
from kb.case import Case
from kb.decide import decide
from kb.policy import SHIPPED, Policy, build_policy, load_policy
from kb.problems import ProblemsError
from kb.read_case import read_case
from kb.solving.changes import OpenRecord, Setting, changed, terms_of
from kb.solving.formulas import Formulas
from kb.solving.values import Pair, lifted
from kb.syntax import Atom, Predicate
from tests.oracle.programs import Program
from tests.oracle.random_cases import Trial, as_yaml, random_trials, read_record
from tests.sampling import tries
from tests.solving.opened import settled, uncounted
from tests.support import HEADER
from tests.test_cases import CASES
from tests.test_oracle import EVERY_FORM
from tests.test_oracle_semantics import PROGRAMS

ALL_ONE = """
:- type(colour, [red, blue]).
:- input(bead(P: case, First: colour, Second: colour, Third: colour), many, "?").
eligible(P) :- bead(P, Colour, Colour, Colour).
"""
POLICIES = [*sorted(SHIPPED.glob("*.pl")), EVERY_FORM]


@pytest.fixture(scope="module", params=POLICIES, ids=lambda path: path.stem)
def policy(request: pytest.FixtureRequest) -> Policy:
    """A policy with all its forms."""
    return load_policy(request.param)


def trials(policy: Policy, seed: int, count: int) -> list[tuple[Trial, Case]]:
    """Random cases of a policy."""
    bases = [read_record(file) for file in CASES] if policy.vocabulary.header.name == "lemtrada" else []
    found = random_trials(policy, bases, seed, count)
    return [(each, read_case(as_yaml(each.record), "case.yaml", policy.vocabulary)) for each in found]


def asked(policy: Policy) -> list[Predicate]:
    """The criteria, advisories and grants that take the case alone."""
    return [each for each in policy.vocabulary.criteria if each.arity == 1]


def status(answers: Answers, predicate: Predicate, case: Case) -> Status:
    return answers.status(Atom(predicate.name, (case.id,)))


def truth(pair: Pair, model: z3.ModelRef) -> Status:
    """The status that a pair of formulas comes to in a model."""

    def holds(formula: object) -> bool:
        return formula if isinstance(formula, bool) else z3.is_true(model.eval(formula, model_completion=True))

    must, may = holds(pair.must), holds(pair.may)
    assert may or not must
    return Status.MET if must else Status.UNDOCUMENTED if may else Status.NOT_MET


def test_with_every_switch_off_the_formulas_say_what_the_engine_says(policy: Policy) -> None:
    """The open case is the case itself as long as nothing is changed."""
    for trial, case in trials(policy, 11, tries(48, 8)):
        record = OpenRecord(policy, case)
        formulas = Formulas(policy, trial.readings, record.open(), record.coding)
        solver = z3.SimpleSolver()
        solver.add(*record.conditions, *uncounted(record.seldom), *(z3.Not(each.on) for each in record.switches))
        assert solver.check() == z3.sat
        answers = decide(policy, case, trial.readings).answers
        for predicate in asked(policy):
            found = truth(formulas.status(predicate), solver.model())
            assert found is status(answers, predicate, case), (predicate, as_yaml(trial.record))


def test_whatever_is_changed_the_formulas_say_what_the_engine_says_of_the_changed_case(policy: Policy) -> None:
    """Random changes with random values: the formulas in that model agree with the engine on the case they make."""
    chance = random.Random(7)
    for trial, case in trials(policy, 13, tries(48, 8)):
        record = OpenRecord(policy, case)
        formulas = Formulas(policy, trial.readings, record.open(), record.coding)
        solver = z3.SimpleSolver()
        solver.add(*record.conditions, *uncounted(record.seldom))
        turned = [each for each in record.switches if chance.random() < 0.3]
        for switch in record.switches:
            wanted = switch.on if switch in turned else z3.Not(switch.on)
            if solver.check(wanted) == z3.sat:
                solver.add(wanted)
        for switch in turned:
            for value in switch.values:
                guess = lifted(value.number) <= chance.randrange(1, 800_000)
                solver.add(guess if solver.check(guess) == z3.sat else z3.BoolVal(True))
        assert solver.check() == z3.sat
        solver.add(*settled(solver.model(), (value for switch in record.switches for value in switch.values)))
        assert solver.check() == z3.sat
        model = solver.model()
        settings = []
        for switch in record.switches:
            if z3.is_true(model.eval(switch.on, model_completion=True)):
                numbers = [_number(model.eval(lifted(each.number), model_completion=True)) for each in switch.values]
                holds = switch.truth is None or z3.is_true(model.eval(switch.truth, model_completion=True))
                settings.append(Setting(switch, terms_of(record, switch, numbers), holds))
        after = changed(case, settings)
        answers = decide(policy, after, trial.readings).answers
        for predicate in asked(policy):
            found = truth(formulas.status(predicate), model)
            said = [(each.switch.on, each.terms, each.truth) for each in settings]
            assert found is status(answers, predicate, after), (predicate, as_yaml(trial.record), said)


def _number(value: z3.ArithRef):  # type: ignore[no-untyped-def, unused-ignore]
    from explain.repair import exact

    return exact(value)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_formulas_follow_the_rules(program: Program) -> None:
    """The formulas decide every small program as worked out by hand."""
    policy = build_policy(program.text.encode(), "tiny.pl")
    case = program.case(policy.vocabulary)
    record = OpenRecord(policy, case)
    formulas = Formulas(policy, program.readings, record.open(), record.coding)
    solver = z3.SimpleSolver()
    solver.add(*record.conditions, *uncounted(record.seldom), *(z3.Not(each.on) for each in record.switches))
    assert solver.check() == z3.sat
    goal = Predicate("goal", 1)
    wanted = status(decide(policy, case, program.readings).answers, goal, case)
    assert truth(formulas.status(goal), solver.model()) is wanted


def test_a_policy_that_defines_a_predicate_by_itself_is_refused(tmp_path: Path) -> None:
    """Recursion is beyond what can be solved for, and that is said with the predicate's name."""
    text = HEADER + "eligible(P) :- case(P), linked(P). linked(P) :- eligible(P). linked(P) :- requested_on(P, _).\n"
    policy = build_policy(text.encode(), "loop.pl")
    case = read_case("case: A-1\n", "case.yaml", policy.vocabulary)
    record = OpenRecord(policy, case)
    with pytest.raises(ProblemsError, match="defined by itself"):
        Formulas(policy, {}, record.open(), record.coding)


def test_a_variable_that_meets_itself_again_and_again_keeps_what_says_most() -> None:
    """A row of three fields that must all be one: with any of them unknown, unlike ones still rule it out."""
    policy = build_policy((HEADER + ALL_ONE).encode(), "p.pl")
    goal = Predicate("eligible", 1)
    for said in product((None, "red", "blue"), repeat=3):
        row = {key: value for key, value in zip(("first", "second", "third"), said, strict=True) if value}
        case = read_case(
            as_yaml({"case": "A", "bead": [row or {"first": {"value": None}}]}), "c.yaml", policy.vocabulary
        )
        record = OpenRecord(policy, case)
        solver = z3.SimpleSolver()
        solver.add(*record.conditions, *uncounted(record.seldom), *(z3.Not(each.on) for each in record.switches))
        assert solver.check() == z3.sat
        found = truth(Formulas(policy, {}, record.open(), record.coding).status(goal), solver.model())
        assert found is status(decide(policy, case).answers, goal, case), said
