"""What a cohort comes to, as people read it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from explain.cohort.html import summary_page
from explain.cohort.text import bar, summary_text
from explain.cohort.words import share, title
from kb.cohort.lower import lower
from kb.cohort.statuses import manifest
from kb.cohort.summary import ClauseCounts, Counts, Step, Summary
from kb.policy import Policy, load_policy
from kb.syntax import Predicate
from tests.browser import Opened
from tests.explain.test_html import Elements

Open = Callable[..., Opened]


@cache
def policy() -> Policy:
    return load_policy("lemtrada")


@cache
def found() -> Summary:
    """A summary of a million members, its numbers made up."""
    told = manifest(policy(), lower(policy(), {"dose_edge": "inside"}, with_clauses=True))
    verdicts = {"proved": 182_112, "refuted": 578_483, "undetermined": 239_405}
    clauses = tuple(
        ClauseCounts(
            number,
            500_000,
            verdicts,
            tuple(
                Step(told.bit(each.column), each.condition, 500_000 - 9_000 * at, 500_000 - 5_000 * at, 7 * at, at, at)
                for at, each in enumerate(asked)
            ),
        )
        for number, asked in enumerate(told.clauses, 1)
    )
    statuses = tuple((bit, Counts(700_000, 200_000, 100_000)) for bit in told.bits)
    return Summary(told, 1_000_000, 3, verdicts, statuses, clauses)


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_the_text_keeps_to_its_width(width: int) -> None:
    """Whatever is told stands in it."""
    text = summary_text(policy(), found(), width=width)
    assert max(map(len, text.splitlines())) <= max(width, 80)
    assert "1,000,000 members, 3 rows left out" in " ".join(text.split())
    assert "Reading chosen: dose_edge = inside" in text


def test_requirements_on_which_most_hang_come_first() -> None:
    """And those on which nobody does are not among them."""
    _, _, rest = summary_text(policy(), found()).partition("fails only here")
    rows = rest.splitlines()[1:]
    assert rows[0].startswith("  EXCLUSIONS")
    assert "request_kind" not in rest.partition("Clause 2")[0]


def test_a_bar_shows_what_is_there_however_little() -> None:
    """Parts that are doubtful have another sign."""
    assert bar(1, 0, 1_000_000) == "#"
    assert bar(0, 10, 10, 4) == "----"
    assert bar(5, 5, 10, 4) == "##--"
    assert bar(0, 0, 0) == ""


def test_a_share_is_never_nothing_or_all_where_it_is_not() -> None:
    """A thousandth is not rounded away."""
    assert [share(each, 10_000) for each in (0, 1, 1_234, 9_999, 10_000)] == ["0%", "<0.1%", "12.3%", ">99.9%", "100%"]


def test_statuses_of_several_arguments_are_told_apart() -> None:
    """By the words of the policy for each."""
    outputs = [bit.output for bit in found().manifest.bits]
    said = [title(policy(), each) for each in outputs if each.predicate == Predicate("inadequate_response", 2)]
    assert len(set(said)) == len(said) > 20
    assert "inadequate response to Rebif (interferon beta-1a)" in said
    assert len({(title(policy(), each), each.section, each.kind) for each in outputs}) == len(outputs)


def test_the_page_has_every_number_in_a_table() -> None:
    """The bars only show them again, and are hidden from who cannot see them."""
    content = summary_page(policy(), found())
    elements = Elements(content)
    assert content.count(b"<svg") == content.count(b'<td class="bar" aria-hidden="true">')
    assert sum(tag == "table" for tag, _ in elements.found) == 1 + 2 * 2 + 4
    assert b"style=" not in content.partition(b"</style>")[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_and_the_page_asks_for_nothing(scheme: str, tmp_path: Path, opened: Open) -> None:
    """Nothing is said to the console, either; on a narrow screen nothing runs out of the page."""
    file = tmp_path / "cohort.html"
    file.write_bytes(summary_page(policy(), found()))
    shown = opened(file, color_scheme=scheme)
    assert shown.quiet
    assert shown.violations() == []
    narrow = opened(file, viewport={"width": 360, "height": 700})
    assert narrow.page.evaluate("document.documentElement.scrollWidth") <= 360
