"""What the tests share: an option, and a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser import Opened

# How long an example takes hangs on the machine; times are measured by `make bench` alone.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register ``--regenerate``: write the expected outputs anew instead of comparing with them."""
    parser.addoption("--regenerate", action="store_true", help="write the expected outputs anew")


@pytest.fixture
def regenerate(request: pytest.FixtureRequest) -> bool:
    """Whether the expected outputs are to be written anew."""
    return bool(request.config.getoption("--regenerate"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests, started for the first that wants it."""
    from tests.browser import started

    with started() as found:
        yield found


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Opens a file in the browser; what was opened is closed when the test ends."""
    from tests.browser import Opened

    pages: list[Opened] = []

    def open_page(path: Path, **context: Any) -> Opened:
        pages.append(Opened(browser, path, **context))
        return pages[-1]

    yield open_page
    for each in pages:
        each.context.close()
