"""The difference in words: what two editions of a policy say differently, clause by clause.

A clause that moved, a comment, a blank and a variable of another name are no change.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from kb.policy import Policy
from kb.pretty import pretty_term
from kb.problems import printable
from kb.regression.canonical import canonical, in_order
from kb.regression.clauses import Told, likeness, quoted, told
from kb.regression.declared import declared
from kb.regression.difference import Edit, Subject
from kb.regression.sides import Side
from kb.syntax import Clause

# Two clauses that have less in common are one that was removed and another that was added.
ALIKE = 0.3


def edits(old: Policy, new: Policy) -> tuple[Edit, ...]:
    """Everything that two editions say differently, in the order of the new file.

    What was removed stands where it stood in the old file.
    """
    sides = Side(old), Side(new)
    found = [*declared(*sides), *_clauses(*sides)]
    return tuple(sorted(found, key=_line))


def _line(edit: Edit) -> int:
    place = edit.new or edit.old
    return place.line if place else 0


def _clauses(old: Side, new: Side) -> Iterator[Edit]:
    """The clauses that changed, predicate by predicate."""
    for predicate in dict.fromkeys((*old.policy.clauses, *new.policy.clauses)):
        before, after = (side.policy.clauses.get(predicate, ()) for side in (old, new))
        yield from _reordered(old, new, before, after)
        gone, come = _without(before, after), _without(after, before)
        for left, right in _counterparts(gone, come):
            yield _changed(old, new, left, right)
            gone.remove(left)
            come.remove(right)
        for clause in gone:
            yield _one(old, clause, "removed", bool(after))
        for clause in come:
            yield _one(new, clause, "added", bool(before))


def _without(clauses: Iterable[Clause], others: Iterable[Clause]) -> list[Clause]:
    """The clauses that are not among others, however they are written."""
    there = Counter(map(canonical, others))
    found = []
    for clause in clauses:
        form = canonical(clause)
        if there[form]:
            there[form] -= 1
        else:
            found.append(clause)
    return found


def _counterparts(gone: Sequence[Clause], come: Sequence[Clause]) -> list[tuple[Clause, Clause]]:
    """The clauses that are two versions of one, those that have most in common first."""
    ranked = sorted(
        (
            (-likeness(left, right), abs(at - beside), at, beside)
            for at, left in enumerate(gone)
            for beside, right in enumerate(come)
        ),
    )
    pairs: dict[int, int] = {}
    for unlike, _, at, beside in ranked:
        if -unlike >= ALIKE and at not in pairs and beside not in pairs.values():
            pairs[at] = beside
    return [(gone[at], come[beside]) for at, beside in sorted(pairs.items())]


def _changed(old: Side, new: Side, left: Clause, right: Clause) -> Edit:
    found = told(left, right)
    numbers = bool(found) and all(each.number for each in found)
    words = "; ".join(each.words for each in found) or "the goals are joined by other variables"
    words = "; ".join([words, *_outdated(old, new, right, found)])
    listed = right.head.predicate in old.policy.catalogues & new.policy.catalogues
    return Edit(
        "changed",
        "fact" if listed else "threshold" if numbers else "clause",
        str(right.head.predicate),
        new.sections([right.head.predicate]) or old.sections([left.head.predicate]),
        words,
        old.place(left.span),
        new.place(right.span),
        old.text(left.span),
        new.text(right.span),
    )


def _outdated(old: Side, new: Side, clause: Clause, found: Iterable[Told]) -> Iterator[str]:
    """The titles that still name a threshold that moved: the rule would be read as what it was."""
    known = {criterion.title for criterion in old.policy.vocabulary.criteria.values()}
    for criterion in new.criteria([clause.head.predicate]):
        for each in found:
            number = re.escape(each.before.strip("'"))
            if number and criterion.title in known and re.search(rf"(?<![\w.]){number}(?![\w.]*\w)", criterion.title):
                yield f'the title "{printable(criterion.title)}" still says {printable(each.before)}'


def _one(side: Side, clause: Clause, kind: str, known: bool) -> Edit:
    """A clause that one edition alone has; ``known``: the other one has clauses of its predicate too."""
    predicate = clause.head.predicate
    name = printable(str(predicate))
    if predicate in side.policy.catalogues:
        row = ", ".join(printable(pretty_term(term)) for term in clause.head.args)
        words = f"`{row}` was {kind} {'to' if kind == 'added' else 'from'} the list `{name}`"
        words += "" if known else ", which is new" if kind == "added" else ", which is gone"
    elif known:
        words = f"a way to meet `{name}` was {kind}"
        words += f": {quoted(clause.body[0])}" if len(clause.body) == 1 else ""
    else:
        words = f"a clause of `{name}` was {kind}, which is {'new' if kind == 'added' else 'gone'}"
    place, text = side.place(clause.span), side.text(clause.span)
    subject: Subject = "fact" if predicate in side.policy.catalogues else "clause"
    sections = side.sections([predicate])
    if kind == "added":
        return Edit("added", subject, str(predicate), sections, words, new=place, new_text=text)
    return Edit("removed", subject, str(predicate), sections, words, old=place, old_text=text)


def _reordered(old: Side, new: Side, before: Sequence[Clause], after: Sequence[Clause]) -> Iterator[Edit]:
    """The clauses that say the same with their goals in another order."""
    waiting: dict[str, list[Clause]] = {}
    for clause in before:
        waiting.setdefault(canonical(clause), []).append(clause)
    for clause in after:
        twins = waiting.get(canonical(clause))
        if not twins:
            continue
        twin = twins.pop(0)
        if in_order(twin) == in_order(clause):
            continue
        yield Edit(
            "reordered",
            "clause",
            str(clause.head.predicate),
            new.sections([clause.head.predicate]),
            "the order of the goals alone changed, which changes no decision",
            old.place(twin.span),
            new.place(clause.span),
            old.text(twin.span),
            new.text(clause.span),
        )
