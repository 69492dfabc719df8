"""The findings on the shipped policy, as the page about the analysis tells them."""

from __future__ import annotations

import os
import re

import pytest

from tests.commands.running import process
from tests.docs.pages import DOCS, Block, blocks

PAGE = DOCS / "analysis.md"
FINDINGS = [block for block in blocks(PAGE) if block.language == "text"]


@pytest.fixture(scope="module")
def printed() -> str:
    """What the command prints, in a process of its own."""
    ran = process("analyze", "lemtrada", env={**os.environ, "COLUMNS": "100"})
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


@pytest.mark.parametrize("block", FINDINGS, ids=lambda block: f"line-{block.line}")
def test_the_page_shows_what_the_command_prints(block: Block, printed: str) -> None:
    """Where the page has dots any lines can stand."""
    lines = (".*\n" if line == "..." else re.escape(line) + "\n" for line in block.text.splitlines())
    pattern = "".join(line if line != ".*\n" else "(?:.*\n)*?" for line in lines)
    assert re.search(pattern, printed), block.text


def test_nothing_is_left_undecided(printed: str) -> None:
    """Of the shipped policy all is settled."""
    assert "What could not be decided" not in printed


def test_every_reading_is_told_on_the_page(printed: str) -> None:
    """In a section of its own or in the table."""
    text = PAGE.read_text("utf-8")
    told = re.findall(r"^  \S.*?  (\w+): \w+ or \w+$", printed.partition("\nReadings that differ\n")[2], re.MULTILINE)
    assert len(told) == 15
    assert [name for name in told if f"  {name}: " not in text and f"`{name}`" not in text] == []
