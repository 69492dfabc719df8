"""The decision: a policy and a case to a status for every goal, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kb.answers import Answers, Row, Status
from kb.case import Case
from kb.policy import Policy
from kb.stages import stages_of
from kb.syntax import CASE, READING, Atom, Constant, Predicate, Unknown

VERDICTS = {Status.MET: "proved", Status.NOT_MET: "refuted", Status.UNDOCUMENTED: "undetermined"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, on which policy, case and readings."""

    policy: Policy
    case: Case
    readings: Mapping[str, str]
    answers: Answers = field(repr=False)

    @property
    def root(self) -> Atom:
        """The policy's root goal for this case."""
        return Atom(self.policy.vocabulary.header.root, (self.case.id,))

    @property
    def status(self) -> Status:
        return self.answers.status(self.root)

    @property
    def verdict(self) -> str:
        """``proved``, ``refuted`` or ``undetermined``."""
        return VERDICTS[self.status]


def decide(policy: Policy, case: Case, readings: Mapping[str, str] | None = None) -> Decision:
    """Decide one case under a policy and its readings (the defaults where none is chosen).

    Raises ``ProblemsError`` for a reading that the policy does not offer.
    """
    from kb.engine_datalog import run

    chosen = policy.readings(readings)
    given = given_rows(policy, case, chosen)
    gaps = find_gaps(policy, case)
    return Decision(policy, case, chosen, run(stages_of(policy).with_gaps(gaps), given, gaps))


def given_rows(policy: Policy, case: Case, readings: Mapping[str, str]) -> dict[Predicate, Mapping[Row, Status]]:
    """The rows of everything that is not derived: catalogues, inputs, readings and the case itself."""
    given: dict[Predicate, Mapping[Row, Status]] = {
        CASE: {(case.id,): Status.MET},
        READING: {(Constant("atom", name), Constant("atom", value)): Status.MET for name, value in readings.items()},
    }
    for predicate in policy.catalogues & policy.clauses.keys():
        given[predicate] = {clause.head.args: Status.MET for clause in policy.clauses[predicate]}
    for predicate in policy.inputs:
        rows: dict[Row, Status] = {}
        for fact in case.facts.get(predicate, ()):
            if fact.status is not Status.NOT_MET:
                rows[fact.row] = max(fact.status, rows.get(fact.row, Status.NOT_MET))
        given[predicate] = rows
    return given


def find_gaps(policy: Policy, case: Case) -> frozenset[Predicate]:
    """The inputs of which something is undocumented: a whole row, or a field of one."""
    return frozenset(
        predicate
        for predicate in policy.inputs
        for fact in case.facts.get(predicate, ())
        if fact.status is Status.UNDOCUMENTED or any(isinstance(term, Unknown) for term in fact.row)
    )
