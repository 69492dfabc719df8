"""What the tests share: an option, and a browser."""

from __future__ import annotations

import gc
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests.sampling import VARIABLE, everything, tries

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from kb.decide import Decision
    from kb.syntax import Predicate
    from tests.browser import Opened


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register ``--regenerate``, for expected outputs, and ``--every-case``, for what is sampled otherwise."""
    parser.addoption("--regenerate", action="store_true", help="write the expected outputs anew")
    parser.addoption("--every-case", action="store_true", help="run all that `make test` takes a sample of")


def pytest_configure(config: pytest.Config) -> None:
    """Say to all tests, those of other processes too, whether a sample is taken."""
    if config.getoption("--every-case"):
        os.environ[VARIABLE] = "1"
    # How long an example takes hangs on the machine; times are measured by `make bench` alone.
    settings.register_profile("untimed", deadline=None, max_examples=tries(100, 30))
    settings.load_profile("untimed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what ``sampled`` leaves out: of each test that is marked every so many-th of its parameters stays."""
    if everything() or config.getoption("--regenerate"):
        return
    seen: dict[str, int] = {}
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        mark = item.get_closest_marker("sampled")
        name = item.nodeid.partition("[")[0]
        place = seen.setdefault(name, 0)
        seen[name] += 1
        (left if mark is not None and place % mark.args[0] else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over all that stays to the end, and run less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.fixture
def regenerate(request: pytest.FixtureRequest) -> bool:
    """Whether the expected outputs are to be written anew."""
    return bool(request.config.getoption("--regenerate"))


@pytest.fixture(scope="session", autouse=True)
def repairs_known() -> Iterator[None]:
    """The search for repairs of one case runs once: it takes seconds, and many tests show the same case."""
    from explain import repair

    known: dict[bytes, repair.Repairs] = {}
    search = repair.search_repairs

    def remembered(decision: Decision, goal: Predicate | None, most: int) -> repair.Repairs:
        asked = (
            decision.case,
            decision.policy.hash,
            decision.policy.path,
            sorted(decision.readings.items()),
            goal,
            most,
        )
        key = pickle.dumps(asked)
        if key not in known:
            known[key] = search(decision, goal, most)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repair, "search_repairs", remembered)
        yield


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
