"""Any goal as a question: checked like a clause of the policy, then asked of each case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kb.answers import Row, Status, ordered
from kb.case import Case
from kb.decide import Decision, decide
from kb.order import names
from kb.policy import Policy, examine
from kb.problems import ProblemsError
from kb.syntax import CASE, Atom, Clause, Conjunction, Goal, Predicate, Variable, substitute, variables

# A question mark cannot stand in a name of the language, so no policy has a predicate of this name.
QUESTION = "?question"


@dataclass(frozen=True)
class Question:
    """A checked goal: the policy with the goal as one more clause, and the goal's variables in order.

    ``cases`` names the variables that stand for the case.
    """

    policy: Policy = field(repr=False)
    goal: Goal
    variables: tuple[str, ...]
    cases: frozenset[str]

    def about(self, case: Case) -> Goal:
        """The goal with the case put in."""
        return substitute(self.goal, dict.fromkeys(self.cases, case.id))


@dataclass(frozen=True, slots=True)
class Answer:
    """One way in which a goal holds, or may hold: a value for each variable, and a status."""

    bindings: Row
    status: Status


def question(policy: Policy, text: str) -> Question:
    """Read and check a goal against a policy. Raises ``ProblemsError`` with the place in the goal."""
    from kb.parse import parse_goal

    goal = parse_goal(text)
    seen = list(dict.fromkeys(v.name for v in variables(goal) if v.name != "_"))
    program = replace(policy.program, path="query", text=text)
    # With every variable in its head, a draft of the question says which of them stand for the case.
    draft = Atom(QUESTION, tuple(map(Variable, seen)))
    _, types, _, _ = examine(replace(program, clauses=(*program.clauses, Clause(draft, (goal,), goal.span))))
    kinds = dict(zip(seen, types.get(draft.predicate, ()), strict=False))
    cases = frozenset(name for name, kind in kinds.items() if kind == CASE.name)
    local = _local(goal) - cases
    head = Atom(QUESTION, tuple(Variable(name) for name in seen if name not in local))
    bound: tuple[Goal, ...] = tuple(Atom(CASE.name, (Variable(name),)) for name in sorted(cases))
    final = replace(program, clauses=(*program.clauses, Clause(head, (*bound, goal), goal.span)))
    vocabulary, types, components, problems = examine(final)
    # Among other editions, one may end on a day that its own file does not tell.
    vocabulary = replace(vocabulary, header=policy.vocabulary.header)
    # The policy itself has passed its checks, so whatever is an error now is an error of the goal.
    if errors := [problem for problem in problems if problem.severity == "error"]:
        raise ProblemsError(errors, {"query": text})
    asked = Policy(
        replace(final, path=policy.path, text=policy.program.text), vocabulary, types, components, policy.hash
    )
    return Question(asked, goal, tuple(_names(head)), cases)


def ask(asked: Question, case: Case, readings: Mapping[str, str] | None = None) -> tuple[Decision, tuple[Answer, ...]]:
    """Ask a question of one case.

    Gives the decision and the answers: met ones first, each with a value for every variable of the
    question in order. A question without variables has one answer, whatever its status.
    """
    decision = decide(asked.policy, case, readings)
    rows = decision.answers.of(Predicate(QUESTION, len(asked.variables)))
    found = [Answer(row, status) for row, status in ordered(rows)]
    if not found and set(asked.variables) <= asked.cases:
        found = [Answer(tuple(case.id for _ in asked.variables), Status.NOT_MET)]
    return decision, tuple(found)


def _names(head: Atom) -> list[str]:
    return [term.name for term in head.args if isinstance(term, Variable)]


def _local(goal: Goal) -> set[str]:
    """The variables of a goal that belong to one negated or counted goal alone: they get no value."""
    parts = goal.goals if isinstance(goal, Conjunction) else (goal,)
    local: set[str] = set()
    for i, part in enumerate(parts):
        if not isinstance(part, Atom):
            others = set().union(*(names(other) for j, other in enumerate(parts) if j != i))
            local |= names(part) - others
    return local
