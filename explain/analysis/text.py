"""The analysis of an edition for terminal and paper."""

from __future__ import annotations

from collections.abc import Iterator

from explain.analysis.told import Apart, Implied, Spare, Told
from explain.analysis.ways import Ways
from explain.difference.told import edition_title, source, turn_words
from explain.language import clean, counted, joined
from explain.text import WIDTH, wrapped
from kb.problems import excerpt
from kb.regression.findings import Analysis


def analysis_text(analysis: Analysis, *, width: int = WIDTH) -> str:
    """What was found, part by part; a part in which nothing was found says so."""
    told = Told(analysis)
    lines = wrapped(edition_title(analysis.policy), "", "  ", width)
    for name, value in analysis.readings.items():
        if value != analysis.policy.vocabulary.readings[name].default:
            lines += wrapped(f"Reading chosen: {clean(name)}: {clean(value)}", "", "  ", width)
    lines += ["", *wrapped(told.summary, "", "", width)]
    parts = (
        ("Criteria that can never be met, or never fail", _constants(told, width)),
        (
            "Clauses that add nothing, or can never be met",
            (line for each in told.redundant for line in _spare(told, each, width)),
        ),
        ("Criteria that follow from others", (line for each in told.implications for line in _implied(each, width))),
        ("The least that has to be documented", (line for each in told.ways for line in _ways(each, width))),
        ("Readings that differ", (line for each in told.splits for line in _apart(each, width))),
    )
    for heading, found in parts:
        lines += ["", heading, *(list(found) or ["  none"])]
    for heading, sentences in (
        ("What could not be decided", analysis.undecided),
        ("Within these bounds", analysis.bounds),
    ):
        if sentences:
            lines += ["", heading]
            for each in sentences:
                lines += wrapped(clean(each), "  - ", "    ", width)
    return "\n".join(lines)


def _constants(told: Told, width: int) -> Iterator[str]:
    for each in told.constants:
        yield from wrapped(f"{each.criterion}: {each.words}", "  ", "    ", width)


def _spare(told: Told, spare: Spare, width: int) -> Iterator[str]:
    policy = told.analysis.policy
    where = f"{joined(spare.sections)}, " if spare.sections else ""
    yield from wrapped(f"{where}line {spare.clause.span.line}: {spare.words}", "  ", "    ", width)
    for clause in (spare.clause, spare.by):
        if clause is not None:
            yield from (f"    {line}" for line in source(excerpt(policy.program.text, clause.span)).split("\n"))


def _implied(implied: Implied, width: int) -> Iterator[str]:
    first, *same = implied.criteria
    yield from wrapped(str(first), "  ", "    ", width)
    for each in same:
        yield from wrapped(f"is met where and only where: {each}", "    ", "      ", width)
    for each in implied.implies:
        yield from wrapped(f"implies: {each}", "    ", "      ", width)


def _ways(ways: Ways, width: int) -> Iterator[str]:
    line = f"by the clause at line {ways.clause.span.line}"
    if not ways.common:
        yield from wrapped(f"{counted(ways.things[0], 'thing')}, {line}", "  ", "    ", width)
    else:
        yield from wrapped(f"{counted(len(ways.each), 'way')} {line}; in each of them", "  ", "    ", width)
        yield from _list(ways.common, "    ", width)
    for number, (things, own) in enumerate(zip(ways.things, ways.each, strict=True), 1):
        if ways.common:
            yield from wrapped(f"way {number}, with {counted(things, 'thing')} in all, adds", "    ", "      ", width)
        yield from _list(own, "      " if ways.common else "    ", width)


def _apart(apart: Apart, width: int) -> Iterator[str]:
    sections = f"{joined(apart.sections)}  " if apart.sections else ""
    values = " or ".join(map(clean, apart.split.values))
    yield from wrapped(f"{sections}{clean(apart.split.reading)}: {values}", "  ", "    ", width)
    yield from wrapped(apart.turn, "    ", "      ", width)
    if apart.criterion is None:
        return
    for turn in apart.causes:
        yield from wrapped(turn_words(turn), "    ~ ", "      ", width)
    yield from _list(apart.unusual or ("nothing unusual",), "    ", width)


def _list(sentences: tuple[str, ...], indent: str, width: int) -> Iterator[str]:
    for each in sentences:
        yield from wrapped(each, f"{indent}- ", f"{indent}  ", width)
