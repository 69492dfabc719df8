"""What people and programs see of mutants: the counts by operator, and every mutant that survives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from explain.json import policy_json, version
from explain.language import clean
from explain.suite.grow import Grown
from explain.suite.kills import departures, title
from explain.suite.mutation import Mutation, Tried
from explain.text import Style, plain
from kb.policy import Policy
from kb.problems import excerpt, printable
from kb.regression.mutants import Mutant
from kb.syntax import Predicate, atoms

FORMAT = "policykb-mutants/1"


def mutation_text(mutation: Mutation, grown: Grown | None = None, style: Style = plain) -> str:
    """The counts by operator, then each survivor with its place in the file, what is there and what it becomes.

    Where cases were looked for, the smallest that would kill it, or that none would.
    """
    rows = [(name, *counts) for name, counts in mutation.by_operator().items()]
    killed, survived = sum(row[1] for row in rows), len(mutation.survivors)
    rows.append(("all", killed, survived))
    wide = max(len(name) for name, _, _ in rows)
    lines = [f"{'operator':{wide}}  killed  survived"]
    lines += [f"{name:{wide}}  {dead:6}  {alive:8}" for name, dead, alive in rows]
    lines += ["", headline(mutation)]
    if grown is not None and mutation.survivors:
        lines += [f"{ending(grown)}"]
    for mutant in mutation.survivors:
        lines += ["", *survivor_lines(mutant, style), *(ending_lines(mutant, grown) if grown else ())]
    if grown is not None and grown.equivalent:
        lines += ["", "Within these bounds", *(f"- {clean(each)}" for each in grown.bounds)]
    return "\n".join(lines)


def ending(grown: Grown) -> str:
    """What became of the survivors, in one line."""
    killable, same, open_ = len(grown.kills), len(grown.equivalent), len(grown.undecided)
    told = []
    if killable:
        cases = f"{len(grown.files)} more case{'s' * (len(grown.files) != 1)}"
        told.append(f"{cases} would kill {killable}")
    if same:
        told.append(f"{same} {'are' if same > 1 else 'is'} equivalent: every case within the bounds is decided alike")
    if open_:
        told.append(f"of {open_} nothing could be said in time")
    return f"of the {grown.mutants} that survive{'s' * (grown.mutants == 1)}, {'; '.join(told)}"


def ending_lines(mutant: Mutant, grown: Grown) -> Iterator[str]:
    """The smallest case that would kill a survivor, or that there is none."""
    ended = next((each for each in grown.ended if each.mutant is mutant), None)
    if ended is None:
        yield f"would be killed by the case {grown.kills[mutant.id]}"
    elif ended.kill is not None:
        unlike = "; ".join(departures(ended.kill))
        yield f"would be killed by a usual case{f' with {unlike}' if unlike else ''}; {title(ended.kill)}"
    elif ended.equivalent:
        yield "equivalent: it decides every case within the bounds as the policy does"
    else:
        yield "undecided: the solver found neither a case nor that there is none"


def headline(mutation: Mutation) -> str:
    """How many mutants are killed, and by how many cases."""
    count, cases = len(mutation.tried), mutation.cases
    suite = f"{cases} case{'s' * (cases != 1)}"
    if not count:
        return "there is no mutant"
    mutants = f"{count} mutant{'s' * (count != 1)}"
    if not mutation.survivors:
        return f"{suite} kill{'s' * (cases == 1)} {'all ' if count > 1 else ''}{mutants}"
    # Rounded down, so that 100 stands only where nothing survives.
    share = int(mutation.percent * 10) / 10
    return f"{suite} kill{'s' * (cases == 1)} {count - len(mutation.survivors)} of {mutants} ({share} percent)"


def survivor_lines(mutant: Mutant, style: Style = plain) -> Iterator[str]:
    """A survivor: its id and section, the place, what is there, and what it becomes."""
    policy = mutant.original
    about = sections(policy).get(mutant.predicate, ())
    where = f" (section{'s' * (len(about) > 1)} {clean(', '.join(about))})" if about else ""
    yield f"{style('survived')} {mutant.id}{where}"
    line = mutant.span.line
    yield f"{' ' * len(str(line))}--> {printable(policy.path)}:{line}:{mutant.span.column}"
    yield from excerpt(policy.program.text, mutant.span).split("\n")
    yield f"was:     {clean(mutant.was)}"
    yield f"becomes: {clean(mutant.becomes) or 'nothing'}"


def mutation_json(mutation: Mutation, grown: Grown | None = None) -> dict[str, object]:
    """The same for other programs, with every mutant and what killed it."""
    equivalent = {each.id for each in grown.equivalent} if grown else set()
    would = grown.kills if grown else {}

    def one(tried: Tried) -> dict[str, object]:
        found = _mutant_json(tried, about)
        if grown is not None and not tried.killed:
            found["equivalent"] = tried.mutant.id in equivalent
            found["would_be_killed_by"] = would.get(tried.mutant.id)
        return found

    policy = mutation.policy
    about = sections(policy)
    counts = mutation.by_operator().items()
    return {
        "format": FORMAT,
        "software": version(),
        "policy": policy_json(policy),
        "readings": dict(mutation.readings),
        "cases": mutation.cases,
        "bounds": [clean(each) for each in grown.bounds] if grown else [],
        "operators": [{"operator": name, "killed": dead, "survived": alive} for name, (dead, alive) in counts],
        "mutants": [one(each) for each in mutation.tried],
    }


def _mutant_json(tried: Tried, about: Mapping[Predicate, tuple[str, ...]]) -> dict[str, object]:
    mutant, span = tried.mutant, tried.mutant.span
    killed_by = None
    if tried.case is not None and tried.difference is not None:
        killed_by = {
            "case": tried.case.name,
            "file": str(tried.case.path),
            "key": tried.difference.key,
            "expected": tried.difference.expected,
            "actual": tried.difference.actual,
        }
    return {
        "id": mutant.id,
        "operator": mutant.operator,
        "predicate": str(mutant.predicate),
        "sections": list(about.get(mutant.predicate, ())),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "was": mutant.was,
        "becomes": mutant.becomes,
        "killed_by": killed_by,
    }


def sections(policy: Policy) -> Mapping[Predicate, tuple[str, ...]]:
    """For each predicate the sections that it bears on: its own, or those of the next criteria that use it."""
    criteria = policy.vocabulary.criteria
    callers: dict[Predicate, dict[Predicate, None]] = {}
    for clause in policy.program.clauses:
        for goal in clause.body:
            for atom in atoms(goal):
                callers.setdefault(atom.predicate, {})[clause.head.predicate] = None

    def above(predicate: Predicate, seen: frozenset[Predicate]) -> Iterator[str]:
        if predicate in criteria:
            yield criteria[predicate].section
            return
        for caller in callers.get(predicate, ()):
            if caller not in seen:
                yield from above(caller, seen | {caller})

    return {each: tuple(dict.fromkeys(above(each, frozenset({each})))) for each in policy.clauses}
