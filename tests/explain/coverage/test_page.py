"""The page of coverage in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from explain.coverage.html import page
from kb.policy import load_policy
from kb.read_case import load_case
from kb.regression.coverage import coverage
from kb.regression.obligations import runs_of
from tests.browser import Opened
from tests.test_cases import EXAMPLES

Open = Callable[..., Opened]
LARGEST = 400_000


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the shipped policy and the three examples."""
    policy = load_policy("lemtrada")
    runs = [run for path in EXAMPLES for run in runs_of(path.name, load_case(path, policy.vocabulary))]
    found = tmp_path_factory.mktemp("page") / "lemtrada.html"
    found.write_bytes(page(coverage(policy, runs)))
    return found


@pytest.mark.sampled(2)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_and_the_page_asks_for_nothing(scheme: str, file: Path, opened: Open) -> None:
    """Nothing is said to the console, either."""
    found = opened(file, color_scheme=scheme)
    assert found.quiet
    assert found.violations() == []
    assert file.stat().st_size < LARGEST


def test_what_is_covered_can_be_hidden_by_keyboard(file: Path, opened: Open) -> None:
    """And shown again; the button says which."""
    found = opened(file)
    every = len(found.seen(".block"))
    button = found.page.locator("#only")
    button.focus()
    found.page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    assert 0 < len(found.seen(".block")) < every
    assert found.seen(".block.met") == []
    found.page.keyboard.press("Enter")
    assert len(found.seen(".block")) == every


def test_a_link_of_a_section_leads_to_the_line_of_the_file(file: Path, opened: Open) -> None:
    """Which has the focus then, so that a reader goes on from there."""
    found = opened(file)
    link = found.page.locator("td a").first
    target = (link.get_attribute("href") or "")[1:]
    link.focus()
    found.page.keyboard.press("Enter")
    found.page.wait_for_function("document.activeElement.id.startsWith('L')")
    assert found.page.evaluate("document.activeElement.id") == target


def test_everything_can_be_read_without_a_script_and_on_a_narrow_screen(file: Path, opened: Open) -> None:
    """No button is dead, and no line runs out of the page."""
    found = opened(file, java_script_enabled=False, viewport={"width": 360, "height": 700})
    assert found.seen("button") == []
    assert len(found.seen(".block")) == found.page.locator(".block").count()


def test_the_page_is_no_wider_than_a_narrow_screen(file: Path, opened: Open) -> None:
    """Tables scroll by themselves."""
    found = opened(file, viewport={"width": 360, "height": 700})
    assert found.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_page_prints(file: Path, opened: Open) -> None:
    """With the signs and the sentences, without the button."""
    found = opened(file)
    assert found.page.pdf(format="A4").startswith(b"%PDF")
    found.page.emulate_media(media="print")
    assert found.seen("#only") == []
    assert any("no case hangs alone on" in each for each in found.seen(".notes"))
