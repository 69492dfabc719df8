"""What comes out of a connection to DuckDB that is cut off."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# In a process of its own: an interrupt is for the main thread, which the tests need not be in.
INTERRUPTED = """
import os, signal, threading
from kb.cohort.connection import connection

try:
    with connection([]) as engine:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        engine.execute("SELECT sum(hash(range)) FROM range(1000000000000)")
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interrupt_in_a_statement_is_an_interrupt() -> None:
    """DuckDB makes an error of it, which would be shown as a fault of the program."""
    command = [sys.executable, "-c", INTERRUPTED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert (done.stdout, done.stderr) == ("interrupted\n", "")
