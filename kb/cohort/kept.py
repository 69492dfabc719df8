"""The statement for a cohort kept on disk, as a checked policy is: lowered once, and not again by the next command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version

from kb import compiled
from kb.cohort.outputs import Statuses
from kb.policy import Policy


def kept_statement(
    policy: Policy,
    readings: Mapping[str, str] | None,
    given: Sequence[str],
    table: str,
    carried: Sequence[str] = (),
    with_clauses: bool = False,
    whole: Iterable[str] = (),
) -> tuple[Statuses, str]:
    """What ``kb.cohort.duck.statement`` gives for the same, from what an earlier command kept where it did.

    The key holds the clauses and directives themselves, for a policy that was derived from another may have its hash.
    """
    whole = sorted(whole)
    said = policy.program.directives, policy.program.clauses
    asked = policy.readings(readings), list(given), table, list(carried), with_clauses, whole
    key = "statement", version("sqlglot"), said, asked
    match compiled.load(key):
        case (Statuses() as statuses, str() as query):
            return statuses, query
    from kb.cohort.duck import statement

    lowered, query = statement(policy, readings, given, table, carried, with_clauses=with_clauses, whole=whole)
    statuses = Statuses(lowered.outputs, lowered.root, lowered.readings, lowered.clauses)
    compiled.store(key, (statuses, query))
    return statuses, query
