"""A decision made again after something was changed: only what the change can reach is worked out anew.

The answers of a predicate follow from its clauses and from the answers of what these call. Where both are as
they were, so are the answers: the engine has found them once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kb.answers import Answers, Row, Status
from kb.case import Case
from kb.decide import Decision, given_rows
from kb.policy import Policy
from kb.stages import stages_of
from kb.syntax import Predicate, Unknown


def decide_again(
    before: Decision, policy: Policy, case: Case | None = None, readings: Mapping[str, str] | None = None
) -> Decision:
    """Decide under another edition, of another record or by other readings what the engine has decided before.

    The case and the readings are those of ``before`` where none are given, the readings else the defaults for
    what is not chosen. It is what ``decide`` gives, sooner the less has been changed; of a case with another
    name all that is about the case is worked out. Raises ``ProblemsError`` for a reading that the policy does
    not offer.
    """
    from kb.engine_datalog import Engine, own_knowledge_base

    case = before.case if case is None else case
    chosen = policy.readings(before.readings if readings is None else readings)
    answers = given_rows(policy, case, chosen)
    stages = stages_of(policy)
    derived = {each for component in stages.components for each in component.predicates}
    listed = answers.keys() | before.answers.rows.keys() - derived
    changed = {each for each in listed if answers.get(each, {}) != before.answers.of(each)}
    unknowns: dict[Predicate, tuple[bool, ...]] = {}
    facts: set[Predicate] = set()
    with own_knowledge_base():
        engine = Engine()
        for component in stages.components:
            found: Mapping[Predicate, Mapping[Row, Status]]
            if changed.isdisjoint(component.depends) and _same(before.policy, policy, component.predicates):
                found = {each: before.answers.of(each) for each in component.predicates}
            else:
                for each in component.depends & answers.keys() - facts:
                    flags = _unknowns(each, answers[each])
                    if flags is not None:
                        unknowns[each] = flags
                    engine.publish(each, answers[each], settled=flags is None)
                stage = stages.stage(component, unknowns)
                unknowns.update(stage.unknowns)
                found = engine.work_out(stage)
                facts.update(component.depends, component.predicates)
            answers.update(found)
            changed.update(each for each, rows in found.items() if rows != before.answers.of(each))
    return Decision(policy, case, chosen, Answers(answers))


def _same(old: Policy, new: Policy, predicates: Iterable[Predicate]) -> bool:
    """Whether predicates have the same clauses in both, wherever they stand in the files."""
    return all(old.clauses.get(each) == new.clauses.get(each) for each in predicates)


def _unknowns(predicate: Predicate, rows: Mapping[Row, Status]) -> tuple[bool, ...] | None:
    """Which positions hold an unknown value in some row; none at all where the rows are settled."""
    flags = tuple(any(isinstance(row[place], Unknown) for row in rows) for place in range(predicate.arity))
    return flags if any(flags) or Status.UNDOCUMENTED in rows.values() else None
