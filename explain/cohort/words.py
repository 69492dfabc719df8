"""The words that every face of a cohort uses: criteria, clauses, shares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from explain.language import clean, fill_in
from kb.cohort.outputs import Output
from kb.cohort.summary import ClauseCounts, Summary
from kb.parse import parse_goal
from kb.policy import Policy
from kb.syntax import Atom, Constant

KINDS = {
    "criterion": "Criteria",
    "goal": "Other requirements",
    "advisory": "Advisories (they never change a verdict)",
    "grant": "Grants",
}


def heading(policy: Policy) -> str:
    """The policy in a line."""
    header = policy.vocabulary.header
    return f"{clean(header.title)}, {clean(header.payer)}, edition {clean(header.edition)}"


def title(policy: Policy, output: Output) -> str:
    """What a status is of, in the words of the policy."""
    criterion = policy.vocabulary.criteria.get(output.predicate)
    if criterion is None or output.kind == "goal":
        return said(policy, output.title)
    types = policy.types[output.predicate][1:]
    names = criterion.variables[1:]
    values = {
        name: policy.vocabulary.label(type_name, str(each.value))
        for name, type_name, each in zip(names, types, output.args, strict=False)
    }
    told = fill_in(criterion.title, values)
    # Where the title does not name the values, they are told apart all the same.
    unnamed = [words for name, words in values.items() if f"{{{name}}}" not in criterion.title]
    return clean(f"{told}: {', '.join(unnamed)}" if unnamed else told)


def said(policy: Policy, goal: str) -> str:
    """A goal of a clause: in the words of its input where it asks for values by name, else as the policy writes it."""
    asked = parse_goal(goal)
    declared = policy.vocabulary.inputs.get(asked.name) if isinstance(asked, Atom) else None
    if declared is None or not isinstance(asked, Atom) or declared.predicate != asked.predicate:
        return clean(goal)
    values = {}
    for argument, term in zip(declared.fields, asked.args[1:], strict=True):
        if not isinstance(term, Constant):
            return clean(goal)
        values[argument.name] = policy.vocabulary.label(argument.type, str(term.value))
    return fill_in(declared.says, values)


def share(part: int, whole: int) -> str:
    """A share in percent; what is there is never told as nothing, and what is not all never as all."""
    if not whole or part in (0, whole):
        return "100%" if whole and part == whole else "0%"
    percent = 100 * part / whole
    return "<0.1%" if percent < 0.1 else ">99.9%" if percent > 99.9 else f"{percent:.1f}%"


def clause_title(policy: Policy, clause: ClauseCounts, several: bool) -> str:
    """A clause of the root goal: its number and of whom it speaks."""
    members = f"{clause.members:,} member{'s' * (clause.members != 1)}"
    if not several:
        return f"{members}, requirement by requirement"
    conditions = [title(policy, each.bit.output) for each in clause.steps if each.condition]
    of = f", {', '.join(conditions)}" if conditions else ""
    return f"Clause {clause.number}{of}: {members}"


def members(summary: Summary) -> str:
    """How many members, and how many rows were left out."""
    left = f", {summary.left_out:,} rows left out" if summary.left_out else ""
    return f"{summary.members:,} member{'s' * (summary.members != 1)}{left}"


def readings(chosen: Iterable[tuple[str, str]], policy: Policy) -> Sequence[str]:
    """The readings that are not the defaults."""
    offered = policy.vocabulary.readings
    return [f"{clean(name)} = {clean(value)}" for name, value in chosen if offered[name].default != value]


def more(count: int) -> str:
    """That statuses by their arguments are not listed."""
    return f"{count} more by the values of their arguments: --json and --html list them"
