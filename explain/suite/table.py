"""The results of a suite as a table: a line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Literal

from explain.language import clean
from explain.suite.entries import Entry
from explain.suite.run import Result
from explain.text import WIDTH, Style, plain


def results_text(results: Sequence[Result], *, width: int = WIDTH, style: Style = plain) -> str:
    """The case, its verdict and its outcome."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("outcome", "verdict", "case", box=None, header_style="", pad_edge=False, padding=(0, 2, 0, 0))
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    table.columns[2].overflow = "fold"
    for each in results:
        outcome, verdict = (Text.from_ansi(style(word)) for word in (each.outcome, each.verdict))
        table.add_row(outcome, verdict, Text(label(each)))
    page = StringIO()
    colours: Literal["standard"] | None = "standard" if style is not plain else None
    Console(file=page, width=width, force_terminal=True, color_system=colours, highlight=False).print(table)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def deciders(results: Sequence[Result]) -> list[str]:
    """By which policies the cases were decided, a line for each; with how many where there are several."""
    counts = Counter(_decider(each.entry) for each in results if each.entry.policy is not None)
    if len(counts) == 1:
        return [f"decided by {words}" for words in counts]
    return [f"{count} case{'s' * (count != 1)} decided by {words}" for words, count in counts.items()]


def _decider(entry: Entry) -> str:
    """The policy that decides a case: where it is, its title and its edition."""
    assert entry.policy is not None
    header = entry.policy.vocabulary.header
    # What is neither a file nor a folder is the name of a shipped policy.
    place = entry.policy.path if Path(entry.source).exists() else f"{entry.source} (shipped)"
    return f"{clean(place)}: {clean(header.title)}, edition {clean(header.edition)}"


def label(result: Result) -> str:
    """The name of a case as it is told: its file, and in a table its own name."""
    entry = result.entry
    path = clean(str(entry.path))
    return f"{path}::{clean(entry.name)}" if entry.row else path
