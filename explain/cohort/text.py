"""What a cohort comes to, for terminal and paper: tables with bars made of characters, and no colour."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from explain.cohort.words import KINDS, clause_title, heading, members, more, readings, share, title
from explain.language import clean
from explain.text import Style, plain, wrapped
from kb.cohort.goals import GoalCounts
from kb.cohort.summary import VERDICTS, ClauseCounts, Summary
from kb.policy import Policy

NUMBER = 11
SECTION = 13
BAR = 20
SMALL_BAR = 8
LEGEND = (
    "left: so many meet it and all before it; open: for so many none of these is not met; fails only here: nothing "
    "else is not met; else met: and nothing is undocumented either; lacks only this: it is undocumented and all "
    "else is met."
)


def summary_text(policy: Policy, summary: Summary, *, width: int = 100, style: Style = plain) -> str:
    """The summary of a decided cohort."""
    lines = [*wrapped(f"{heading(policy)}: {members(summary)}", "", "  ", width)]
    lines += [f"Reading chosen: {each}" for each in readings(summary.manifest.readings.items(), policy)]
    lines += ["", "Verdicts"]
    for verdict in VERDICTS:
        count = summary.verdicts[verdict]
        word = style(verdict) + " " * (SECTION - len(verdict))
        lines.append(f"  {word}{count:>{NUMBER},}{share(count, summary.members):>8}  {bar(count, 0, summary.members)}")
    for clause in summary.clauses:
        lines += ["", *funnel(policy, clause, len(summary.clauses) > 1, width)]
        lines += alone(policy, clause, width)
    if any(clause.members for clause in summary.clauses):
        lines += ["", *wrapped(LEGEND, "", "", width)]
    lines += ["", *statuses(policy, summary, width)]
    return "\n".join(line.rstrip() for line in lines)


def goal_text(found: GoalCounts, *, width: int = 100, style: Style = plain) -> str:
    """How a goal stands with the members of a cohort, and the first for whom it is met."""
    plural = "s" * (found.members != 1)
    lines = wrapped(f"{clean(found.goal)}: {found.members:,} member{plural}", "", "  ", width)
    for status, count in (("met", found.met), ("not met", found.not_met), ("undocumented", found.undocumented)):
        word = style(status) + " " * (SECTION - len(status))
        lines.append(f"  {word}{count:>{NUMBER},}{share(count, found.members):>8}  {bar(count, 0, found.members)}")
    if found.first:
        more = ", ..." if found.met > len(found.first) else ""
        lines += wrapped(f"met for {', '.join(map(clean, found.first))}{more}", "  ", "    ", width)
    return "\n".join(line.rstrip() for line in lines)


def bar(part: int, doubtful: int, whole: int, size: int = BAR) -> str:
    """A bar: ``#`` for a part, ``-`` for what may be part of it."""
    if not whole:
        return ""
    full = filled(part, whole, size)
    return "#" * full + "-" * max(0, filled(part + doubtful, whole, size) - full)


def filled(part: int, whole: int, size: int) -> int:
    """How much of a bar is filled: some of it, where there is anything."""
    return max(int(part > 0), round(size * part / whole))


def funnel(policy: Policy, clause: ClauseCounts, several: bool, width: int) -> Iterator[str]:
    """The requirements of a clause in their order: how many are left after each, and who hangs on it alone."""
    yield from wrapped(clause_title(policy, clause, several), "", "  ", width)
    counts = [f"{verdict} {clause.verdicts[verdict]:,}" for verdict in VERDICTS]
    yield f"  {', '.join(counts)}"
    if not clause.members:
        return
    numbers = f"{'left':>{NUMBER}}{'open':>{NUMBER}}"
    room = max(20, width - 2 - SECTION - len(numbers) - 2 - SMALL_BAR)
    yield f"  {'section':<{SECTION}}{'requirement':<{room}}{numbers}"
    for step in clause.steps:
        drawn = bar(step.left, step.open - step.left, clause.members, SMALL_BAR)
        cells = f"{step.left:>{NUMBER},}{step.open:>{NUMBER},}  {drawn}"
        yield from row(clean(step.bit.output.section), title(policy, step.bit.output), room, cells)


def alone(policy: Policy, clause: ClauseCounts, width: int) -> Iterator[str]:
    """The requirements of a clause on which members hang alone, those on which most do first."""
    found = [step for step in clause.steps if step.fails_only or step.lacks_only]
    if not found:
        return
    heads = ("fails only here", "else met", "lacks only this")
    sizes = [max(NUMBER, len(head) + 2) for head in heads]
    room = max(20, width - 2 - SECTION - sum(sizes))
    named = "".join(f"{head:>{size}}" for head, size in zip(heads, sizes, strict=True))
    yield ""
    yield f"  {'section':<{SECTION}}{'requirement':<{room}}{named}"
    for step in sorted(found, key=lambda each: -each.fails_only - each.lacks_only):
        numbers = (step.fails_only, step.else_met, step.lacks_only)
        cells = "".join(f"{number:>{size},}" for number, size in zip(numbers, sizes, strict=True))
        yield from row(clean(step.bit.output.section), title(policy, step.bit.output), room, cells)


def row(section: str, words: str, room: int, cells: str) -> Iterator[str]:
    """A row of a table: the words in as many lines as they take, the cells in the first."""
    first, *rest = textwrap.wrap(words, room - 1) or [""]
    if len(section) < SECTION:
        yield f"  {section:<{SECTION}}{first:<{room}}{cells}"
    else:
        yield f"  {section}"
        yield f"  {'':<{SECTION}}{first:<{room}}{cells}"
    yield from (f"  {'':<{SECTION}}{line}" for line in rest)


def statuses(policy: Policy, summary: Summary, width: int) -> Iterator[str]:
    """Every criterion of the member with its statuses; those with arguments of their own are counted."""
    numbers = "".join(f"{word:>{NUMBER + 2}}" for word in ("met", "not met", "undocumented"))
    room = max(20, width - 2 - SECTION - len(numbers))
    shown = [(bit, counts) for bit, counts in summary.statuses if not bit.output.args]
    for kind, words in KINDS.items():
        listed = [(bit, counts) for bit, counts in shown if bit.output.kind == kind]
        if not listed:
            continue
        yield f"{words:<{2 + SECTION + room}}{numbers}" if kind == "criterion" else words
        for bit, counts in listed:
            cells = "".join(f"{each:>{NUMBER + 2},}" for each in (counts.met, counts.not_met, counts.undocumented))
            yield from row(clean(bit.output.section), title(policy, bit.output), room, cells)
    if hidden := len(summary.statuses) - len(shown):
        yield ""
        yield more(hidden)
