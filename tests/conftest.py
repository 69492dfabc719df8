"""Options that the tests share."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register ``--regenerate``: write the expected outputs anew instead of comparing with them."""
    parser.addoption("--regenerate", action="store_true", help="write the expected outputs anew")


@pytest.fixture
def regenerate(request: pytest.FixtureRequest) -> bool:
    """Whether the expected outputs are to be written anew."""
    return bool(request.config.getoption("--regenerate"))
