"""The difference between two editions for terminal and paper: a summary, then its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from explain.changes_text import WIDE, beside, tree
from explain.difference.told import (
    ORDER,
    Example,
    Flip,
    Told,
    edition_title,
    place,
    short_paths,
    source,
    title,
    turn_words,
)
from explain.language import clean, counted
from explain.text import WIDTH, Style, plain, wrapped
from kb.decide import VERDICTS
from kb.problems import ProblemsError
from kb.regression.difference import Difference, Edit, NotComparable

# So many lines of a clause that was added or removed are shown.
MOST_LINES = 8


def difference_text(difference: Difference, *, width: int = WIDTH, style: Style = plain) -> str:
    """What the editions say differently, what that means, and what becomes of the cases that there are."""
    told = Told(difference)
    lines = wrapped(f"Old: {edition_title(difference.old)}", "", "     ", width)
    lines += wrapped(f"New: {edition_title(difference.new)}", "", "     ", width)
    for name, value in difference.readings.items():
        lines += wrapped(f"Reading chosen: {clean(name)}: {clean(value)}", "", "  ", width)
    lines.append("")
    for sentence in told.summary:
        lines += wrapped(sentence, "", "", width)
    lines += ["", *_words(difference.edits, width)]
    if difference.meaning is not None:
        lines += ["", *_meaning(told, width, style)]
    if difference.effect is not None:
        lines += ["", *_effect(told, width, style)]
    return "\n".join(lines)


# In words


def _words(edits: Sequence[Edit], width: int) -> Iterator[str]:
    yield "In words"
    if not edits:
        yield "  nothing"
    for edit in edits:
        where = place(edit)
        word = "note" if edit.kind == "reordered" else edit.kind
        yield from wrapped(f"{where}: {clean(edit.sentence)}", f"  {word:<8} ", " " * 11, width)
        if edit.subject == "clause" and edit.kind in ("added", "removed"):
            text = source(edit.new_text or edit.old_text).split("\n")
            for line in text[:MOST_LINES]:
                yield f"{'':<11}{'+' if edit.kind == 'added' else '-'} {line}".rstrip()
            if len(text) > MOST_LINES:
                yield f"{'':<11}  ... {len(text) - MOST_LINES} more lines"


# By meaning


def _meaning(told: Told, width: int, style: Style) -> Iterator[str]:
    meaning = told.difference.meaning
    assert meaning is not None
    yield "By meaning"
    for shift in told.shifted:
        about = f"{clean(shift.section)}  {title(shift)}".strip()
        turns = f": {', '.join(told.turns(shift))}" if shift.transitions else ""
        first, *rest = wrapped(f"{shift.relation}  {about}{turns}", "  ", "    ", width)
        yield first.replace(shift.relation, style(shift.relation), 1)
        yield from rest
    if told.equivalent:
        yield from wrapped(f"equivalent  {told.equivalent_words}", "  ", "    ", width)
    for example in told.examples:
        yield from _example(told, example, width, style)
    for heading, sentences in (("Within these bounds", meaning.bounds), ("Not compared", meaning.notes)):
        if sentences:
            yield f"  {heading}"
            for each in sentences:
                yield from wrapped(clean(each), "    - ", "      ", width)


def _example(told: Told, example: Example, width: int, style: Style) -> Iterator[str]:
    """A witness: what is unusual in it; and where the verdict turns, what changed between its two proofs."""
    yield from wrapped(f"Case {example.number}: {told.turn(*example.turns[0])}", "  ", "    ", width)
    for each in example.witness.unusual or ("nothing unusual",):
        yield from wrapped(clean(each), "    - ", "      ", width)
    if not told.about_root(example):
        return
    left, right = (side.pruned for side in example.changes.sides())
    yield "    The two proofs, where they differ (~ marks what changed)"
    if width >= WIDE and left and right:
        yield from (f"    {line}" for line in beside(left, right, width - 4))
        return
    for word, side in (("Old", left), ("New", right)):
        yield f"    {word}"
        for line in tree(side.root, side, 0, width - 4, style) if side else ("nothing",):
            yield f"    {line}"


# By effect


def _effect(told: Told, width: int, style: Style) -> Iterator[str]:
    effect = told.difference.effect
    assert effect is not None
    names = short_paths(
        [each.path for each in (*effect.flips, *effect.shifts)] + [each.path for each in effect.not_comparable]
    )
    yield f"By effect, over {counted(effect.compared, 'case')}"
    if effect.compared:
        yield f"  {'old, down; new, across':<24}" + "".join(f"{VERDICTS[status]:>14}" for status in ORDER)
        for before in ORDER:
            row = (str(effect.verdicts.get((before, after), 0)) for after in ORDER)
            yield f"  {VERDICTS[before]:<24}" + "".join(f"{number:>14}" for number in row)
    for heading, flips in (
        ("Verdicts that flip", told.flips),
        ("Verdicts that stay, though a criterion or a grant changed", told.shifts),
    ):
        if flips:
            yield f"  {heading}"
        for flip in flips:
            yield from _flip(flip, names[flip.outcome.path], width, style)
    if effect.not_comparable:
        yield "  Not comparable"
        for each in effect.not_comparable:
            yield from _apart(each, names[each.path], width)


def _flip(flip: Flip, name: str, width: int, style: Style) -> Iterator[str]:
    before, after = flip.outcome.before.verdict, flip.outcome.after.verdict
    turn = f"{before} to {after}" if flip.outcome.flipped else after
    first, *rest = wrapped(f"{turn}  {flip.case} ({name})", "    ", "      ", width)
    yield first.replace(after, style(after), 1) if before != after else first
    yield from rest
    for each in flip.causes:
        yield from wrapped(turn_words(each), "      ~ ", "        ", width)
    if not flip.causes:
        yield f"      ~ {', '.join(flip.sections)}  the goal itself"


def _apart(each: NotComparable, name: str, width: int) -> Iterator[str]:
    """A case that cannot be read under both editions, with what is wrong under which."""
    yield f"    {name}"
    for words, error in problems_of(each):
        for problem in error.problems:
            place = f" (line {problem.span.line})" if problem.span.line else ""
            yield from wrapped(f"{words}: {clean(problem.message)}{place}", "      - ", "        ", width)


def problems_of(each: NotComparable) -> list[tuple[str, ProblemsError]]:
    """Under which edition a case cannot be read, and why; said once where it is the same under both."""
    if each.old and each.new and str(each.old) == str(each.new):
        return [("in either edition", each.old)]
    named = (("in the old edition", each.old), ("in the new edition", each.new))
    return [(words, error) for words, error in named if error is not None]
