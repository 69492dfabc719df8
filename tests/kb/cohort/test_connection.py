"""What comes out of a connection to DuckDB that is cut off."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from kb.cohort.connection import connection


def test_an_interrupt_in_a_statement_is_an_interrupt() -> None:
    """DuckDB makes an error of it, which would be shown as a fault of the program."""
    alarm = threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT))
    alarm.start()
    with pytest.raises(KeyboardInterrupt), connection([]) as engine:
        engine.execute("SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range % 7 = b.range % 11")
