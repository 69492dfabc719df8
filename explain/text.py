"""The text face: a proof, a report, a table of cases and the answers of a query, for terminal and paper.

Every line starts with the word for its status, so nothing hangs on colour. ``Style`` may colour that
word; it is given plain words and gives them back with escape codes or as they are.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Literal, TypeAlias

from explain.language import EFFORTS, STATUS_WORDS, clean, unique
from explain.outline import outline
from explain.phrases import Words
from explain.points import Point
from explain.proof import Proof
from explain.report import CORE, Remark, Report, bare_gap, tallies, verdict_line
from kb.answers import Status

if TYPE_CHECKING:
    from explain.repair import Repairs
    from kb.decide import Decision
    from kb.query import Answer, Question

Style: TypeAlias = Callable[[str], str]
WIDTH = 100
STEP = 2


def plain(word: str) -> str:
    """The style of a text without colour."""
    return word


def status_word(point: Point) -> str:
    """The word for a point's status; what does not apply has none of its own."""
    if point.kind == "apart":
        return "n/a"
    return STATUS_WORDS["conflicting" if point.conflicting else point.status]


def proof_text(proof: Proof, *, full: bool = False, width: int = WIDTH, style: Style = plain) -> str:
    """The whole proof: its title, and each step indented under what it proves."""
    words = Words(proof.decision)
    core = wrapped(f"Shown is {CORE}", "", "  ", width) if proof.core else []
    lines = [*heading(words), *core, "", *tree(outline(proof, full=full), 0, width, style)]
    return "\n".join(lines)


def report_text(found: Report, repairs: Repairs | None = None, *, width: int = WIDTH, style: Style = plain) -> str:
    """The report of one decision, with the first of its repairs where they were looked for."""
    proof = found.proof
    lines = [
        f"{style(found.verdict.upper())}: {verdict_line(proof).partition(': ')[2]}",
        *wrapped(f"Recommended: {found.determination}", "", "  ", width),
        "",
        *heading(found.words),
        "",
        *(line for each in tallies(found) for line in wrapped(each, "", "  ", width)),
        "",
        "Checklist",
    ]
    for line in found.checklist:
        lines += tree(line.point, 1, width, style)
        for words in line.support:
            lines += wrapped(words, " " * (STEP + 8) + "- ", " " * (STEP + 10), width)
    lines += section("To be documented", [bare_gap(each) for each in found.missing], width)
    lines += section("Granted", [each.words for each in found.grants], width)
    lines += section("Advisories (they never change the verdict)", list(advisories(found.advisories)), width)
    lines += first_repair(repairs, width) if repairs else []
    return "\n".join(lines).replace("\n\n\n", "\n\n")


def heading(words: Words) -> list[str]:
    """The case, the policy, the date and the readings that were chosen."""
    lines = [
        words.case_title(),
        f"Policy: {words.policy_title()}",
        f"Requested on: {words.request_date()}",
    ]
    lines += [f"Caution: {each}" for each in words.cautions()]
    return lines + [f"Reading chosen: {each}" for each in words.readings()]


def section(title: str, items: Sequence[str], width: int) -> list[str]:
    """A titled list; nothing where there is nothing to list."""
    if not items:
        return []
    return ["", title, *(line for item in items for line in wrapped(item, "  - ", "    ", width))]


def advisories(remarks: Iterable[Remark]) -> Iterator[str]:
    """The advisories in words; those that only may apply say so."""
    for remark in remarks:
        doubt = "" if remark.status is Status.MET else "may apply, undocumented: "
        yield f"{remark.section}: {doubt}{remark.words}"


def tree(point: Point, depth: int, width: int, style: Style) -> Iterator[str]:
    """A point and what stands under it, each in the depth of its step."""
    word = status_word(point)
    note = f" ({point.note})" if point.note else ""
    said = f"{clean(point.section)}  {point.words}{note}" if point.section else f"{point.words}{note}"
    indent = " " * (STEP * depth)
    first, *rest = wrapped(said, f"{indent}{word:<7} ", indent + " " * 8, width)
    yield first.replace(word, style(word), 1)
    yield from rest
    for child in point.children:
        yield from tree(child, depth + 1, width, style)


def wrapped(text: str, first: str, later: str, width: int) -> list[str]:
    """A text in lines of a width, however deep it stands; a word that is longer than a line is kept whole."""
    room = max(width, len(first) + 30)
    return textwrap.wrap(
        text, room, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    ) or [first.rstrip()]


def table_text(rows: Sequence[tuple[str, Report | None]], *, width: int = WIDTH, style: Style = plain) -> str:
    """Several cases, a line each: the verdict, the case, and the sections that stand in the way.

    ``rows`` names each file; there is no report of a file that could not be read.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        "verdict", "file", "what stands in the way", box=None, header_style="", pad_edge=False, padding=(0, 2, 0, 0)
    )
    table.columns[0].no_wrap = True
    table.columns[1].overflow = table.columns[2].overflow = "fold"
    table.columns[1].min_width = min(width // 3, max((len(clean(name)) for name, _ in rows), default=0))
    counts: dict[str, int] = {}
    for name, found in rows:
        verdict = found.verdict if found else "bad input"
        counts[verdict] = counts.get(verdict, 0) + 1
        why = "; ".join(hindrances(found)) if found else "see the errors above"
        table.add_row(Text.from_ansi(style(verdict)), Text(clean(name)), Text(why))
    page = StringIO()
    # The style alone says whether there is colour, so that nothing hangs on where the text goes.
    colours: Literal["standard"] | None = "standard" if style is not plain else None
    Console(file=page, width=width, force_terminal=True, color_system=colours, highlight=False).print(table)
    lines = [line.rstrip() for line in page.getvalue().splitlines()]
    summary = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
    return "\n".join([*lines, "", f"{len(rows)} case{'s' * (len(rows) != 1)}: {summary}"])


def hindrances(found: Report) -> list[str]:
    """The sections of the criteria that are not met, and of those that are undocumented."""
    told = []
    for status, words in ((Status.NOT_MET, "not met"), (Status.UNDOCUMENTED, "undocumented")):
        sections = unique(clean(point.section) for point in found.criteria if point.status is status)
        if sections:
            told.append(f"{words}: {', '.join(sections)}")
    return told or list(found.missing[:1])


def answers_text(asked: Question, found: Sequence[tuple[Decision, Sequence[Answer]]], *, style: Style = plain) -> str:
    """The answers of a query, a line each: status, case, bindings."""
    lines = []
    for decision, answers in found:
        words = Words(decision)
        name = words.case_name()
        if not answers:
            lines.append(f"{style(STATUS_WORDS[Status.NOT_MET]):<7} {name}: no answer")
        for answer in answers:
            said = ", ".join(
                f"{variable} = {words.value(value)}"
                for variable, value in zip(asked.variables, answer.bindings, strict=True)
                if variable not in asked.cases
            )
            word = STATUS_WORDS[answer.status]
            lines.append(f"{style(word)}{' ' * max(1, 8 - len(word))}{name}" + (f": {said}" if said else ""))
    return "\n".join(lines)


def repairs_text(decision: Decision, found: Repairs, *, width: int = WIDTH, style: Style = plain) -> str:
    """The repairs of a goal, each with its steps by what they take."""
    lines = [*heading(Words(decision)), ""]
    if found.met:
        return "\n".join([*lines, f"{style(STATUS_WORDS[Status.MET])}: there is nothing to repair"])
    if not found.found:
        return "\n".join([*lines, *no_repair(found, width)])
    for number, repair in enumerate(found.found, 1):
        changes = f"{len(repair.steps)} change{'s' * (len(repair.steps) != 1)}"
        lines += [f"Repair {number}: {changes}"]
        for effort, words in EFFORTS.items():
            steps = [step.words for step in repair.steps if step.effort == effort]
            if steps:
                lines.append(f"  {words}:")
                lines += [line for step in steps for line in wrapped(step, "    - ", "      ", width)]
        lines.append("")
    if found.more:
        lines.append("There are more; --most shows them.")
    return "\n".join(lines).rstrip("\n")


def no_repair(found: Repairs, width: int) -> list[str]:
    """That nothing would prove the goal, and what is in the way."""
    if not found.blocked:
        reason = "stopped before one was found" if found.more else "no change to the evidence would prove this"
        return [f"No repair: {reason}."]
    return [
        "No repair: nothing can change this:",
        *(x for b in found.blocked for x in wrapped(b, "  - ", "    ", width)),
    ]


def first_repair(found: Repairs, width: int) -> list[str]:
    """The first repair in a line or two, or that there is none."""
    if found.met:
        return []
    if found.unsolved:
        return ["", *wrapped(f"No repair is looked for: {found.unsolved}.", "", "  ", width)]
    if not found.found:
        return ["", *no_repair(found, width)]
    steps = "; ".join(step.words for step in found.found[0].steps)
    more = " `policykb repair` shows the others." if found.more else ""
    return ["", *wrapped(f"Smallest repair, if true: {steps}.{more}", "", "  ", width)]
