"""What comes out of a connection to DuckDB that is cut off."""

from __future__ import annotations

import pytest

from kb.cohort.connection import connection


def test_an_interrupt_in_a_statement_is_an_interrupt() -> None:
    """DuckDB says it in these words, and as an error it would be shown as a fault of the program.

    When a true interrupt reaches a statement hangs on the time, so the words alone are tried.
    """
    with pytest.raises(KeyboardInterrupt), connection([]):
        raise RuntimeError("Query interrupted")


def test_any_other_error_stays_what_it_is() -> None:
    """It is no interrupt."""
    with pytest.raises(RuntimeError, match="something else"), connection([]):
        raise RuntimeError("something else")
