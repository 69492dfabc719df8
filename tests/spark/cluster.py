"""A cluster of Spark on this machine: a master and workers that only this machine reaches."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_SECONDS = 240
ENVIRONMENT = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}


@dataclass
class Cluster:
    """The master, its workers, and the folder with what they say."""

    folder: Path
    url: str = ""
    daemons: list[subprocess.Popen[bytes]] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, kind: str, *args: str) -> Path:
        """Start a daemon; the file with what it says."""
        import pyspark

        said = self.folder / f"{kind}-{len(self.daemons)}.log"
        program = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
        command = [program, f"org.apache.spark.deploy.{kind.lower()}.{kind}", "--host", "127.0.0.1", "--port", "0"]
        with said.open("wb") as file:
            # A group of its own, so that a worker can be killed with the executors that it has started.
            daemon = subprocess.Popen(
                [*command, "--webui-port", "0", *args],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env={**os.environ, **ENVIRONMENT},
                start_new_session=True,
            )
        self.daemons.append(daemon)
        return said

    def start_master(self) -> None:
        """Start the master, and wait until it has an address."""
        said = self.start("Master")
        self.url = self.wait(said, r"Starting Spark master at (spark://127\.0\.0\.1:\d+)", 1)[0]

    def start_workers(self, count: int) -> None:
        """Start workers with one processor each, and wait until the master knows them all."""
        master = self.folder / "Master-0.log"
        known = len(re.findall("Registering worker", master.read_text("utf-8")))
        for _ in range(count):
            place = self.folder / f"work-{len(self.daemons)}"
            self.start("Worker", "--cores", "1", "--memory", "1g", "--work-dir", str(place), self.url)
            self.workers.append(self.daemons[-1])
        self.wait(master, "Registering worker", known + count)

    def kill(self, worker: int) -> None:
        """Kill a worker with its executors, as if its machine had gone."""
        daemon = self.workers.pop(worker)
        os.killpg(daemon.pid, signal.SIGKILL)
        daemon.wait()

    def wait(self, said: Path, pattern: str, count: int) -> Sequence[str]:
        """Wait until a daemon has said something so many times."""
        end = time.monotonic() + _SECONDS
        while len(found := re.findall(pattern, said.read_text("utf-8"))) < count:
            gone = [each.args for each in self.daemons if each.poll() not in (None, -signal.SIGKILL)]
            if gone or time.monotonic() > end:
                raise RuntimeError(f"`{pattern}` is not in what the daemon says:\n{said.read_text('utf-8')}")
            time.sleep(0.1)
        return found

    def stop(self) -> None:
        """Stop whatever runs, with all that it has started."""
        for daemon in self.daemons:
            if daemon.poll() is None:
                os.killpg(daemon.pid, signal.SIGTERM)
        for daemon in self.daemons:
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(daemon.pid, signal.SIGKILL)
                daemon.wait()


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A cluster for as long as the block runs."""
    found = Cluster(folder)
    try:
        found.start_master()
        found.start_workers(workers)
        yield found
    finally:
        found.stop()
