"""What a cohort looks like, for whoever makes one: every column with its type, its meaning and its values."""

from __future__ import annotations

from collections.abc import Iterator

from kb.cohort.columns import Column, allowed, columns, meaning, silence, type_words
from kb.problems import printable
from kb.vocabulary import Vocabulary

HEADING = ("column", "type", "meaning", "null", "values")


def template_rows(vocabulary: Vocabulary) -> tuple[tuple[str, ...], ...]:
    """The rows of the table: a column, its type, its meaning, what null says, the values allowed."""
    return tuple(tuple(printable(" ".join(cell.split())) for cell in _row(each)) for each in columns(vocabulary))


def _row(column: Column) -> Iterator[str]:
    yield column.name if column.required else f"{column.name} (optional)"
    yield type_words(column.type)
    yield meaning(column)
    yield silence(column)
    listed = (f"{field}: {', '.join(values)}" if field else ", ".join(values) for field, values in allowed(column.type))
    yield "; ".join(listed) if column.required else ""


def template_text(vocabulary: Vocabulary) -> str:
    """The columns as a table of Markdown."""
    rows = [HEADING, tuple("---" for _ in HEADING), *template_rows(vocabulary)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows) + "\n"
