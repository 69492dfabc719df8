"""The trace: section by section of the policy, what encodes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kb.policy import Policy
from kb.problems import printable


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that encodes a section: its kind, its name, its words and the lines of the policy file."""

    kind: str
    name: str
    words: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the policy's inventory with all that encodes it."""

    id: str
    heading: str
    entries: tuple[Entry, ...]


def trace(policy: Policy) -> tuple[Section, ...]:
    """The policy's inventory of sections, in its order, each with what encodes it.

    A criterion, an advisory or a grant counts with the lines of its clauses, an informational entry
    with its reason. A section without an entry is a part of the document that nothing accounts for.
    """
    vocabulary = policy.vocabulary
    found: dict[str, list[Entry]] = {section: [] for section in vocabulary.header.sections}
    for criterion in vocabulary.criteria.values():
        lines = tuple(clause.span.line for clause in policy.clauses.get(criterion.predicate, ()))
        entry = Entry(criterion.kind, str(criterion.predicate), criterion.title, lines)
        found.setdefault(criterion.section, []).append(entry)
    for note in vocabulary.informational:
        found.setdefault(note.section, []).append(Entry("informational", "", note.text, (note.span.line,)))
    headings = vocabulary.header.sections
    return tuple(Section(name, headings.get(name, ""), tuple(entries)) for name, entries in found.items())


def trace_text(policy: Policy) -> str:
    """The trace for a terminal."""
    parts = []
    path = printable(policy.path)
    for section in trace(policy):
        parts.append(printable(f"{section.id}  {section.heading}"))
        for entry in section.entries:
            where = f" ({path}:{_ranges(entry.lines)})" if entry.lines else ""
            name = f"{entry.name}: " if entry.name else ""
            parts.append(f"    {entry.kind:<13} {name}{printable(entry.words)}{where}")
        if not section.entries:
            parts.append("    nothing encodes this section")
    parts.append("\nreadings")
    for reading in policy.vocabulary.readings.values():
        others = ", ".join(reading.alternatives)
        choice = f"{reading.name}: {reading.default} (or {others})"
        parts.append(f"    {choice}: {printable(reading.why)} ({path}:{reading.span.line})")
    return "\n".join(parts)


def trace_json(policy: Policy) -> list[dict[str, Any]]:
    """The trace for programs."""
    return [
        {
            "section": section.id,
            "heading": section.heading,
            "entries": [
                {"kind": entry.kind, "predicate": entry.name, "words": entry.words, "lines": list(entry.lines)}
                for entry in section.entries
            ],
        }
        for section in trace(policy)
    ]


def _ranges(lines: Iterable[int]) -> str:
    """Line numbers with runs joined: 3, 5-7."""
    runs: list[list[int]] = []
    for line in sorted(set(lines)):
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
