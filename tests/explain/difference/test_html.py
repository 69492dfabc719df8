"""The difference as a page: what it holds, and how it behaves in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from explain.difference.html import difference_page
from kb.policy import build_policy
from tests.browser import Opened
from tests.commands.hostile import CONTROLS, IN_A_POLICY, case_file, policy_file
from tests.commands.running import STEERING, flat
from tests.explain.difference.shown import difference, stricter
from tests.explain.test_html import Elements
from tests.support import MS

Open = Callable[..., Opened]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a difference with all its parts."""
    path = tmp_path_factory.mktemp("pages") / "difference.html"
    path.write_bytes(difference_page(stricter()))
    return path


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(width: int, scheme: str, file: Path, opened: Open) -> None:
    """On a desk and on a phone; the page asks for nothing, its console stays empty, nothing sticks out."""
    found = opened(file, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert found.violations() == []
    assert found.quiet
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_prints(file: Path, opened: Open) -> None:
    """As a PDF of more than a page."""
    assert opened(file).page.pdf(format="A4").startswith(b"%PDF")


def test_every_part_is_there_and_linked(file: Path, opened: Open) -> None:
    """From the links at its top."""
    found = opened(file)
    assert found.seen("h2") == ["In words", "By meaning", "By effect", "About this page"]
    for link in found.page.locator("nav a").all():
        link.click()
        assert found.page.evaluate("document.querySelector(location.hash) !== null")


def test_a_turn_leads_to_its_case(file: Path, opened: Open) -> None:
    """By the keyboard too; the case has its table and both proofs, the changed steps marked."""
    found = opened(file)
    found.page.locator("#meaning ~ .scroll a").first.press("Enter")
    assert found.page.url.endswith("#case-1")
    article = found.page.locator("article").first
    assert article.locator("caption").inner_text() == "What is unusual in it"
    assert article.locator("h4").count() == 2
    assert [flat(each).split(": ")[0] for each in article.locator("h4").all_inner_texts()] == ["Old", "New"]
    assert article.locator(".tree mark").count() > 2
    assert article.locator(".tree li.changed").count() == article.locator(".tree mark").count()


def test_what_is_folded_opens_by_the_keyboard(file: Path, opened: Open) -> None:
    """The text of a clause before and after, the proofs of a case that flips, what is wrong with a file."""
    found = opened(file)
    for summary, shown in (
        ("The text of long/2", "Months >= 6"),
        ("A-1: the two proofs, where they differ", "needs at least 6 months"),
        ("It cannot be read in either edition", "nothing: 1"),
    ):
        details = found.page.locator("details", has=found.page.locator("summary", has_text=summary)).first
        assert details.locator("summary ~ *").first.is_hidden()
        details.locator("summary").press("Enter")
        assert shown in details.inner_text()


def test_without_a_part_there_is_no_section_of_it() -> None:
    """Nor a link to it."""
    old = build_policy(MS.encode(), "old.pl")
    text = difference_page(difference(old, old)).decode()
    assert "The two editions say the same." in text
    assert ('id="meaning"' in text, 'id="effect"' in text, 'href="#effect"' in text) == (False, False, False)


def test_no_id_stands_twice(file: Path) -> None:
    """Links lead to one place each."""
    ids = [part.partition('"')[0] for part in file.read_text("utf-8").split(' id="')[1:]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("text", IN_A_POLICY.values(), ids=IN_A_POLICY)
def test_hostile_text_makes_no_element(text: str, tmp_path: Path) -> None:
    """The page has the elements of its harmless twin, and nothing in it is run."""
    pages = []
    for name, words in (("hostile", text), ("harmless", "harmless")):
        new = policy_file(tmp_path / name, words)
        old = policy_file(tmp_path / f"{name} old", f"old {words}")
        case = case_file(tmp_path / name, "plain").read_text("utf-8")
        found = difference(
            build_policy(old.read_bytes(), words), build_policy(new.read_bytes(), words), [("a.yaml", case)]
        )
        pages.append(difference_page(found))
    hostile, harmless = (Elements(page).found for page in pages)
    assert hostile == harmless
    assert STEERING.search(Elements(pages[0]).text) is None


def test_a_hostile_page_is_quiet_in_a_browser(tmp_path: Path, opened: Open) -> None:
    """No script of a policy runs, and nothing is asked for."""
    hostile = f"<img src=x onerror=alert(1)><script>alert(1)</script>{CONTROLS}"
    old = build_policy(policy_file(tmp_path / "a", hostile).read_bytes(), hostile)
    new = build_policy(policy_file(tmp_path / "b", "plain").read_bytes(), "new.pl")
    path = tmp_path / "page.html"
    path.write_bytes(difference_page(difference(old, new, [("a.yaml", "case: <b>\n")])))
    found = opened(path)
    assert found.quiet
    assert found.violations() == []
