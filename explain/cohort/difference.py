"""What two editions or readings make of a cohort, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from explain.cohort.words import heading, more, title
from explain.language import clean, joined
from explain.text import Style, plain, wrapped
from kb.cohort.against import Difference, Side, Turn
from kb.cohort.summary import VERDICTS

NUMBER = 14
LONGEST_NAME = 40


def difference_text(difference: Difference, *, width: int = 100, style: Style = plain) -> str:
    """Whose verdict flips, and which criteria change, each with a few cases."""
    lines = [
        *wrapped(f"Before: {side(difference.before, difference.after)}", "", "  ", width),
        *wrapped(f"After: {side(difference.after, difference.before)}", "", "  ", width),
        "",
        *wrapped(summary(difference), "", "  ", width),
        "",
        *table(difference, style),
    ]
    flips = [turn for turn in difference.verdicts if turn.before != turn.after]
    if flips:
        lines += ["", "Verdicts that flip", *(line for each in flips for line in turned(each, 2, width))]
    shown = [(output, turns) for output, turns in difference.statuses if not output.args]
    if shown:
        lines += ["", "What changes"]
    for output, turns in shown:
        lines += wrapped(f"{clean(output.section)}  {title(difference.before.policy, output)}", "  ", "    ", width)
        lines += [line for each in turns for line in turned(each, 6, width)]
    if hidden := len(difference.statuses) - len(shown):
        lines += ["", more(hidden).replace("--json and --html list", "--json lists")]
    if difference.not_compared:
        lines += ["", "Not compared"]
        lines += [line for each in difference.not_compared for line in wrapped(clean(each), "  - ", "    ", width)]
    return "\n".join(line.rstrip() for line in lines)


def side(this: Side, other: Side) -> str:
    """An edition, with those of its readings that the other side has otherwise."""
    own = {name: value for name, value in this.readings.items() if value != other.readings.get(name)}
    differs = joined([f"{clean(name)} = {clean(value)}" for name, value in own.items()])
    return f"{heading(this.policy)}; {differs}" if differs else heading(this.policy)


def summary(difference: Difference) -> str:
    """How many flip, in a sentence."""
    left = f", {difference.left_out:,} rows left out" if difference.left_out else ""
    one = difference.flipped == 1
    flips = f"{difference.flipped:,} verdict{'s' * (not one)} flip{'s' * one}"
    changed = f"something changes for {difference.changed:,}"
    members = f"{difference.members:,} member{'s' * (difference.members != 1)}"
    return f"{members}{left}: {flips}; {changed}."


def table(difference: Difference, style: Style) -> Iterator[str]:
    """The verdicts before and after."""
    counts = {(turn.before, turn.after): turn.members for turn in difference.verdicts}
    yield f"{'':<22}" + "".join(f"{style(each)}".rjust(NUMBER + len(style(each)) - len(each)) for each in VERDICTS)
    for before in VERDICTS:
        numbers = "".join(f"{counts.get((before, after), 0):>{NUMBER},}" for after in VERDICTS)
        yield f"  before {style(before)}{' ' * (13 - len(before))}{numbers}"


def turned(turn: Turn, indent: int, width: int) -> list[str]:
    """A turn with its count and its examples."""
    cases = ", ".join(_short(clean(each)) for each in turn.examples)
    words = f"{turn.before} to {turn.after}:"
    more = ", ..." if turn.members > len(turn.examples) else ""
    return wrapped(f"{words:<29}{turn.members:>12,}  {cases}{more}", " " * indent, " " * (indent + 43), width)


def _short(case: str) -> str:
    return case if len(case) <= LONGEST_NAME else f"{case[:LONGEST_NAME]}..."
