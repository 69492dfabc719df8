"""The coverage of a suite for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from explain.coverage.words import ADVICE, ASKED, Gap, by_section, gaps, kinds, placed, subject, suite, total, word
from explain.language import clean, counted
from explain.text import Style, plain, wrapped
from kb.regression.coverage import Coverage
from kb.regression.obligations import Obligation
from kb.syntax import Clause

# So many literals are named of a clause, and so many values of an enumeration, before the rest is counted.
FEW = 2


def coverage_text(coverage: Coverage, *, full: bool = False, width: int = 100, style: Style = plain) -> str:
    """The totals, by kind and by section, and what is missing; ``full`` leaves nothing out."""
    header = coverage.policy.vocabulary.header
    lines = [
        f"{clean(header.title)}, {clean(header.payer)}, edition {clean(header.edition)}: {suite(coverage)}",
        total(coverage),
        "",
        *by_kind(coverage, width),
        "",
        *sections(coverage, width, style),
    ]
    if coverage.missing:
        lines += ["", "Missing", *missing(coverage, full, width)]
    if full:
        lines += [*impossible(coverage, width), *shown(coverage, width)]
    elif coverage.missing:
        lines += ["", "Everything, with what covers it and what no case can show: --all"]
    return "\n".join(lines)


def by_kind(coverage: Coverage, width: int) -> list[str]:
    """How the total is made up."""
    rows = [(ASKED[kind], those) for kind, those in kinds(coverage)]
    room = max(len(words) for words, _ in rows)
    return [f"{'Obligations':<{room}}  covered  of", *(f"{words:<{room}}  {tally(those)}" for words, those in rows)]


def tally(those: Sequence[Obligation]) -> str:
    """How many are covered, and of how many."""
    count = sum(each.counts for each in those)
    return f"{count - sum(each.missing for each in those):>7}  {count:>4}"


def sections(coverage: Coverage, width: int, style: Style) -> list[str]:
    """The same by the section of the policy."""
    rows = [(clean(name) or "(values of enumerations)", those) for name, those in by_section(coverage)]
    room = max(len(name) for name, _ in rows)
    lines = [f"{'Section':<{room}}  covered    of  missing"]
    for name, those in rows:
        left = sum(each.missing for each in those)
        mark = f"{left:>7}" if left else style("met").replace("met", f"{'-':>7}")
        lines.append(f"{name:<{room}}  {tally(those)}  {mark}")
    return lines


def missing(coverage: Coverage, full: bool, width: int) -> Iterator[str]:
    """What is missing, kind by kind, each with what would cover it."""
    policy = coverage.policy
    for kind, those in kinds(coverage):
        found = gaps(each for each in those if each.missing)
        if not found:
            continue
        yield ""
        yield from wrapped(f"{ASKED[kind].partition(':')[0].capitalize()}. {ADVICE[kind]}", "", "", width)
        if kind != "literal" or full:
            for gap in found:
                yield from wrapped(placed(policy, gap), "  - ", "    ", width)
            continue
        for clause, few in clauses(found):
            yield from wrapped(folded(clause, few), "  - ", "    ", width)


def clauses(found: Sequence[Gap]) -> list[tuple[Clause, list[Gap]]]:
    """The gaps of literals by the clause that they stand in."""
    by: dict[int, tuple[Clause, list[Gap]]] = {}
    for gap in found:
        assert gap.owner is not None
        by.setdefault(id(gap.owner), (gap.owner, []))[1].append(gap)
    return list(by.values())


def folded(clause: Clause, few: Sequence[Gap]) -> str:
    """The literals of one clause that are missing, the first of them by name."""
    told = [f"{subject(gap.subject)} {' or '.join(word(each.wanted) for each in gap.missing)}" for gap in few[:FEW]]
    rest = [counted(len(few) - FEW, "other literal")] if len(few) > FEW else []
    start = f"{clean(few[0].section)}, line {clause.span.line}, {subject(clause)}"
    return f"{start}: no case hangs alone on {'; on '.join([*told, *rest])}"


def impossible(coverage: Coverage, width: int) -> Iterator[str]:
    """What no case can show, and why."""
    found = [each for each in coverage.obligations if each.cannot]
    if found:
        yield from ("", "What no case can show, which is not counted")
    for each in found:
        words = f"{clean(each.section)}, line {each.line}: {subject(each.subject)} {word(each.wanted)}: {each.cannot}"
        yield from wrapped(words, "  - ", "    ", width)


def shown(coverage: Coverage, width: int) -> Iterator[str]:
    """What is covered, by the first run that shows it."""
    yield from ("", "Covered")
    for each in coverage.obligations:
        if each.by:
            place = f"{clean(each.section)}, " if each.section else ""
            words = f"{place}line {each.line}: {subject(each.subject)} {word(each.wanted)}: {clean(each.by)}"
            yield from wrapped(words, "  - ", "    ", width)
