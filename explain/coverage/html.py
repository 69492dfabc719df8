"""The coverage of a suite as a page: the policy file, with what is missing beside each clause.

One file that asks for nothing, as the other pages are (see ``explain/html.py``). What is missing is told by
a sign and a sentence as well as by a colour, and without the script everything can still be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from explain.coverage.words import ADVICE, ASKED, by_section, gaps, kinds, note, suite, total
from explain.html import MARKS, TEMPLATES, Mark, environment, hash_of
from explain.json import version
from explain.language import clean
from kb.answers import Status
from kb.policy import Policy
from kb.regression.coverage import Coverage
from kb.regression.obligations import Kind, Obligation
from kb.regression.occurrences import Occurrence
from kb.syntax import Clause, Span
from kb.vocabulary import Criterion, Reading, Type

STATES: Mapping[str, Mark] = {
    "covered": Mark("met", MARKS[Status.MET].sign, "covered"),
    "partly": Mark("undocumented", "?", "partly covered"),
    "missing": Mark("not-met", MARKS[Status.NOT_MET].sign, "not covered"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the policy file: its number, and its text with what is missing marked in it."""

    number: int
    text: Markup


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together: a clause or a declaration with its state and what is missing; else neither."""

    lines: tuple[Line, ...]
    state: Mark | None = None
    notes: tuple[Markup, ...] = ()
    name: str = ""


def page(coverage: Coverage) -> bytes:
    """The page about one policy and one suite."""
    policy = coverage.policy
    header = policy.vocabulary.header
    style = "\n".join((TEMPLATES / name).read_text("utf-8").strip() for name in ("page.css", "coverage.css"))
    script = (TEMPLATES / "coverage.js").read_text("utf-8").strip()
    blocks = list(source(coverage))
    shown = {
        "title": f"Coverage: {total(coverage)}",
        "header": {name: clean(str(getattr(header, name))) for name in ("title", "payer", "edition")},
        "policy": policy,
        "suite": suite(coverage),
        "kinds": [row(ASKED[kind], those) for kind, those in kinds(coverage)],
        "sections": [
            (*row(clean(name) or "values of enumerations", those), first_lines(those))
            for name, those in by_section(coverage)
        ],
        "advice": [(ASKED[kind].partition(":")[0], coded(ADVICE[kind])) for kind in missing_kinds(coverage)],
        "blocks": blocks,
        "states": STATES.values(),
        "version": version(),
        "style": Markup(style),
        "script": Markup(script),
        "style_hash": hash_of(style),
        "script_hash": hash_of(script),
    }
    return environment().get_template("coverage.html").render(**shown).encode("utf-8")


def row(words: str, those: Sequence[Obligation]) -> tuple[str, int, int, int]:
    """The row of a table: what it is about, how many are covered, of how many, how many are missing."""
    count, left = sum(each.counts for each in those), sum(each.missing for each in those)
    return words, count - left, count, left


def first_lines(those: Sequence[Obligation], most: int = 8) -> list[int]:
    """The lines of the first few places at which something is missing."""
    return sorted({home(each).line for each in those if each.missing})[:most]


def missing_kinds(coverage: Coverage) -> list[Kind]:
    return [kind for kind, those in kinds(coverage) if any(each.missing for each in those)]


def home(each: Obligation) -> Span:
    """Where in the file an obligation is shown: at the clause of a literal, at the declaration of a criterion."""
    subject = each.subject
    return subject.clause.span if isinstance(subject, Occurrence) else subject.span


def source(coverage: Coverage) -> Iterable[Block]:
    """The file block by block."""
    policy = coverage.policy
    lines = policy.program.text.splitlines()
    at: dict[tuple[int, int], list[Obligation]] = {}
    for each in coverage.obligations:
        span = directive(policy, each.subject) if not isinstance(each.subject, Clause | Occurrence) else home(each)
        at.setdefault((span.line, max(span.line, span.end_line)), []).append(each)
    done = 0
    for (first, last), those in sorted(at.items(), key=lambda item: item[0]):
        # Two things that begin on one line are shown as one would be: the second has its notes alone.
        if first - 1 > done:
            yield Block(tuple(written(lines, number, ()) for number in range(done + 1, first)))
        marks = [each for each in those if each.missing and isinstance(each.subject, Occurrence)]
        shown = tuple(written(lines, number, marks) for number in range(max(first, done + 1), last + 1))
        notes = tuple(coded(note(policy, gap)) for gap in gaps(each for each in those if each.missing))
        yield Block(shown, state(those), notes, f"line {first}")
        done = max(done, last)
    if done < len(lines):
        yield Block(tuple(written(lines, number, ()) for number in range(done + 1, len(lines) + 1)))


def directive(policy: Policy, subject: Criterion | Reading | Type | object) -> Span:
    """The whole directive that declares something."""
    assert isinstance(subject, Criterion | Reading | Type)
    line = subject.span.line
    for each in policy.program.directives:
        if each.span.line <= line <= each.span.end_line:
            return each.span
    return subject.span


def state(those: Sequence[Obligation]) -> Mark:
    """How much of a block is covered."""
    counted = [each for each in those if each.counts]
    left = sum(each.missing for each in counted)
    return STATES["covered" if not left else "missing" if left == len(counted) else "partly"]


def written(lines: Sequence[str], number: int, marks: Iterable[Obligation]) -> Line:
    """A line of the file, with the literals marked of which something is missing."""
    text = lines[number - 1]
    spans = sorted({each.subject.span for each in marks if isinstance(each.subject, Occurrence)})
    cut = [
        (span.column - 1 if span.line == number else 0, span.end_column - 1 if span.end_line == number else len(text))
        for span in spans
        if span.line <= number <= span.end_line
    ]
    parts, done = [], 0
    for start, end in cut:
        if start >= done:
            parts += [visible(text[done:start]), Markup("<mark>"), visible(text[start:end]), Markup("</mark>")]
            done = end
    return Line(number, Markup("").join([*parts, visible(text[done:])]))


def coded(text: str) -> Markup:
    """A sentence, escaped, with what it quotes in the letters of the file."""
    parts = str(escape(text)).split("`")
    return Markup("".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts)))


def visible(text: str) -> Markup:
    """A piece of a line, escaped, with what cannot be seen shown as its code."""
    return escape("".join(c if c.isprintable() else repr(c)[1:-1] for c in text.expandtabs(4)))
