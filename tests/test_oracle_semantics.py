"""The rules of the three truths, one small program each, with statuses worked out by hand.

Both deciders answer every program: the one of the project and the oracle.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.decide import decide
from kb.policy import build_policy
from tests.oracle.court import unproved
from tests.oracle.oracle import OracleError, Question, answer
from tests.oracle.programs import DECLARATIONS, FOUND, GOAL, Program
from tests.oracle.rules_of_goals import COUNTING, DISTINCT, NEGATION, RULES
from tests.oracle.rules_of_values import CALENDAR, EQUALITY, ROWS_AND_FIELDS

PROGRAMS = [*ROWS_AND_FIELDS, *EQUALITY, *CALENDAR, *NEGATION, *COUNTING, *DISTINCT, *RULES]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_decision_follows_the_rules(program: Program) -> None:
    """The project decides every small program as worked out by hand."""
    policy = build_policy(program.text.encode(), "tiny.pl")
    answers = decide(policy, program.case(policy.vocabulary), program.readings).answers
    assert not program.faults(answers)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_proof_follows_the_rules(program: Program) -> None:
    """Every goal and row of every small program has a proof, of the status that was decided."""
    policy = build_policy(program.text.encode(), "tiny.pl")
    assert not unproved(decide(policy, program.case(policy.vocabulary), program.readings))


def test_the_oracle_follows_the_rules(tmp_path: Path) -> None:
    """The oracle decides every small program as worked out by hand."""
    alike: dict[str, list[Program]] = {}
    for program in PROGRAMS:
        alike.setdefault(program.text, []).append(program)
    faults = []
    for number, (text, programs) in enumerate(alike.items()):
        file = tmp_path / f"{number}.pl"
        file.write_text(text, encoding="utf-8")
        predicates = [GOAL] if programs[0].found is None else [FOUND]
        told = answer(file, predicates, [Question(each.case(), each.readings) for each in programs])
        faults += [program.faults(answers) for program, answers in zip(programs, told, strict=True)]
    assert not list(filter(None, faults))


@pytest.mark.parametrize(
    ("clauses", "message"),
    [
        ("goal(P) :- p(P). goal(P) :- other(P). other(P) :- goal(P).", "depends_on_itself"),
        ("goal(P) :- missing(P).", "undefined_predicate"),
        ("goal(P) :- words(P, X), n(P, Y), X < Y.", "no_order_between"),
        ("goal(P) :- p(P), X = Y, Y = X.", "unbound_variable"),
        ("goal(P) :- p(P), a(P, Single).", "Singleton"),
        (":- nonsense(1). goal(P) :- p(P).", "no directive of a policy"),
        ("goal(P) :- p(P), .", "Syntax error"),
    ],
)
def test_the_oracle_refuses_what_it_cannot_judge(tmp_path: Path, clauses: str, message: str) -> None:
    """A predicate that depends on itself, and whatever the checks would refuse, is an error, never an answer."""
    file = tmp_path / "tiny.pl"
    file.write_text(DECLARATIONS + clauses + "\n", encoding="utf-8")
    case = Program("", "", 'p words("a text") n(1)').case()
    with pytest.raises(OracleError, match=message):
        answer(file, [GOAL], [Question(case, {})])


def test_a_machine_without_swi_prolog_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests fail with the name of the package that is missing; they never skip."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(OracleError, match="swi-prolog-nox"):
        answer(Path("tiny.pl"), [GOAL], [])
