"""The HTML face: a decision as a page to look at, and a folder of cases as an index of pages.

A page is one file that asks for nothing: its style and its script stand in it, and its content
security policy admits these two by their hashes and nothing else. Without the script everything can
still be read: the proof is a nested list. Every text passes through Jinja's escaping.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from explain.json import about, version
from explain.language import EFFORTS, clean, unique
from explain.origins import Origins
from explain.outline import outline
from explain.phrases import Words
from explain.points import Point, points
from explain.proof import Proof
from explain.report import Line, Report, report, tallies, verdict_line
from kb.answers import Status

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from explain.repair import Repair, Repairs
    from kb.policy import Policy

# The titles of criteria, each with the sentences that keep it from being met and their marks.
Reasons: TypeAlias = "list[tuple[str, list[tuple[Mark, str]]]]"
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Mark:
    """How a status is told: its name in the style, its sign, its word."""

    name: str
    sign: str
    word: str


MARKS: Mapping[Status | str, Mark] = {
    Status.NOT_MET: Mark("not-met", "✕", "not met"),
    Status.UNDOCUMENTED: Mark("undocumented", "?", "undocumented"),
    "conflicting": Mark("conflicting", "≠", "conflicting"),
    Status.MET: Mark("met", "✓", "met"),
    "apart": Mark("apart", "·", "does not apply"),
    "bad input": Mark("bad-input", "!", "bad input"),
}
GROUPS = ("all", "any")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the proof, in reading order, and where the nested list around it opens and closes.

    ``origins``: where it comes from, each with a label. ``above``: the step that shows already what
    stands under this one. ``opens``: steps follow that stand under it. ``closes``: so many lists end
    after it.
    """

    id: str
    point: Point
    mark: Mark
    decisive: bool
    origins: tuple[tuple[str, str], ...]
    above: str
    opens: bool
    closes: int

    @property
    def look(self) -> str:
        """Its classes in the style: its status, whether it decides, and how what stands under it is laid out."""
        counting = self.point.kind in ("any", "all", "count") and not self.point.section
        leaf = self.point.kind in ("fact", "folded")
        simple = self.opens and all(each.kind in ("fact", "folded") for each in self.point.children)
        chosen = {"decisive": self.decisive, "counting": counting, "simple": simple, "leaf": leaf}
        return " ".join([self.mark.name, *(name for name, so in chosen.items() if so)])


@dataclass(frozen=True, slots=True)
class Row:
    """One case of an index: its file, the page about it, and its report or what is wrong with the file."""

    file: str
    link: str
    case: str
    requested: str
    verdict: str
    mark: Mark
    sections: tuple[tuple[str, Mark], ...] = ()
    error: str = ""


def page(proof: Proof, repairs: Repairs | None = None, *, full: bool = False, back: str = "") -> bytes:
    """The page about one decision, or about any goal.

    ``full`` starts with every step of the proof; ``back`` is a link to the index that the page is in.
    """
    found, words = report(proof), Words(proof.decision)
    whole = proof.root.goal == proof.decision.root
    sentence = verdict_line(proof)
    sentence = sentence.partition(": ")[2] if whole else sentence
    shown = {
        "found": found,
        "whole": whole,
        "words": words,
        "mark": MARKS[proof.status],
        "sentence": sentence[:1].upper() + sentence[1:],
        "tallies": tallies(found),
        "checked": checked(found),
        "met": MARKS[Status.MET],
        "decided": proof.status is not Status.MET,
        "short": steps(proof, outline(proof), "s"),
        "long": steps(proof, outline(proof, full=True), "e"),
        "core": proof.core,
        "full": full,
        "back": back,
        "repairs": repairs,
        "efforts": efforts,
        "about": about(proof.decision),
    }
    return rendered("page.html", "page.js", title=f"{words.case_name()}: {shown['sentence']}", **shown)


def index(policy: Policy, rows: Sequence[Row]) -> bytes:
    """The table of several cases, which can be sorted and filtered, each with a link to its page."""
    marks = {row.verdict: row.mark for row in sorted(rows, key=lambda row: list(MARKS.values()).index(row.mark))}
    shown = {
        "rows": rows,
        "ranks": {name: rank for rank, name in enumerate(marks)},
        "counts": [(name, mark, sum(row.verdict == name for row in rows)) for name, mark in marks.items()],
        "sections": unique(name for row in rows for name, _ in row.sections),
        "policy": policy,
        "header": {name: clean(str(getattr(policy.vocabulary.header, name))) for name in ("title", "payer", "edition")},
        "version": version(),
    }
    return rendered("index.html", "index.js", title=f"{len(rows)} cases", **shown)


def row(proof: Proof, file: str, link: str) -> Row:
    """The line of an index about one decision."""
    found = report(proof)
    worst: dict[str, Status] = {}
    for point in found.criteria:
        name = clean(point.section)
        worst[name] = min(worst.get(name, Status.MET), point.status)
    sections = tuple((name, MARKS[status]) for name, status in worst.items() if status is not Status.MET)
    words = found.words
    return Row(
        clean(file),
        link,
        words.case_title().removeprefix("Case "),
        words.request_date(),
        found.verdict,
        MARKS[proof.status],
        sections,
    )


def bad_row(file: str, error: str) -> Row:
    """The line of an index about a file that is no case."""
    return Row(clean(file), "", "", "", "bad input", MARKS["bad input"], error=error)


# The checklist


def checked(found: Report) -> dict[str, list[tuple[Line, Mark, Reasons]]]:
    """The checklist in two parts: what stands in the way, and the rest (what does not apply at its end)."""
    lines = [(line, mark_of(line.point), reasons(line.point)) for line in found.checklist]
    lines.sort(key=lambda each: each[1].name == "apart")
    hinders = ("not-met", "undocumented", "conflicting")
    return {
        "open": [each for each in lines if each[1].name in hinders],
        "rest": [each for each in lines if each[1].name not in hinders],
    }


def reasons(top: Point) -> Reasons:
    """Every sentence that keeps a point from being met, after the title of what is under it that it belongs to: of
    a criterion, or of a group of which all or one are needed.

    A sentence that starts with that title goes without it.
    """
    found: list[tuple[str, list[tuple[Mark, str]]]] = []
    waiting: list[tuple[Point, Point | None]] = [(each, None) for each in reversed(top.children) if top.kind != "apart"]
    seen: set[Point] = set()
    last: Point | None = None
    while waiting:
        point, under = waiting.pop()
        if point in seen or mark_of(point).name in ("met", "apart"):
            continue
        seen.add(point)
        if point.children:
            # Without its heading a group would read as more of the alternatives that it is one of.
            inner = point if point.section or point.kind in GROUPS else under
            waiting += [(child, inner) for child in reversed(point.children)]
            continue
        if under is not None and point.words.lower().startswith(under.words.lower()):
            under = None
        # Two groups may have the same heading, and are two.
        if not found or under is not last:
            found.append((under.words if under is not None else "", []))
        last = under
        found[-1][1].append((mark_of(point), point.words))
    return found


def mark_of(point: Point) -> Mark:
    return MARKS["apart" if point.kind == "apart" else "conflicting" if point.conflicting else point.status]


def efforts(repair: Repair) -> list[tuple[str, list[str]]]:
    """The steps of a repair by what they take."""
    taken = [(words, [step.words for step in repair.steps if step.effort == name]) for name, words in EFFORTS.items()]
    return [(words, those) for words, those in taken if those]


# The proof


def steps(proof: Proof, root: Point, prefix: str) -> list[Step]:
    """The steps of an outline in reading order; what occurs again is shown where it occurs first."""
    origins = Origins(proof)
    decisive = decisive_points(root)
    first: dict[Point, str] = {}
    found: list[Step] = []
    waiting = [(root, 0)]
    while waiting:
        point, closes = waiting.pop()
        name = f"{prefix}{len(found)}"
        above = first.get(point, "") if point.children else ""
        first.setdefault(point, name)
        opens = bool(point.children) and not above
        told = origins.of(point)
        found.append(Step(name, point, mark_of(point), point in decisive, told, above, opens, 0 if opens else closes))
        if opens:
            *rest, last = point.children
            waiting.append((last, closes + 1))
            waiting += [(child, 0) for child in reversed(rest)]
    return found


def decisive_points(root: Point) -> AbstractSet[Point]:
    """The points that share the status of everything above them."""
    decisive = {root}
    for point in points(root):
        if point in decisive:
            decisive.update(child for child in point.children if child.status is root.status or child.conflicting)
    return decisive


# The file


@cache
def environment() -> Environment:
    """Jinja with escaping everywhere; a name that nothing fills is an error."""
    import jinja2

    loader = jinja2.FileSystemLoader(TEMPLATES)
    made = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"dates": dates, "clean": clean}
    return made


def dates(text: str) -> Markup:
    """A text, escaped, with its dates marked, so that no line breaks inside one."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"\b\d{4}-\d\d-\d\d\b", r"<time>\g<0></time>", str(escape(text))))


def rendered(template: str, script: str, **shown: Any) -> bytes:
    """A template with its style and its script inside, both named in its content security policy."""
    from markupsafe import Markup

    style, code = ((TEMPLATES / name).read_text("utf-8").strip() for name in ("page.css", script))
    allowed = {"style_hash": hash_of(style), "script_hash": hash_of(code)}
    inlined = {"style": Markup(style), "script": Markup(code)}
    return environment().get_template(template).render(**shown, **inlined, **allowed).encode("utf-8")


def hash_of(text: str) -> str:
    """The source expression by which a content security policy admits an inline text."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
