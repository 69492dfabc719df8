"""The plugin of pytest: the cases of a suite, `*.case.yaml` and `*.cases.csv`, are tests.

Every pytest on a machine with this package loads it, so it imports nothing until there is a case to run,
and its name is one that no other project has.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from commands.pytest_items import CaseFile

ENDINGS = (".case.yaml", ".case.yml", ".case.json", ".cases.csv", ".cases.parquet")
# Whether a file may expect something: its cases are read when they run, not when they are collected.
EXPECTS = re.compile(rb"""\bexpect["']?[ \t]*:""")

CHANGE = "policykb_change"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, and the same as settings of the project."""
    group = parser.getgroup("policykb", "cases of coverage policies")
    group.addoption("--policy", metavar="POLICY", help="the policy that decides every case: a file, or a shipped one")
    group.addoption(
        "--policy-reading",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="choose a reading of an ambiguous text of the policy",
    )
    group.addoption(
        "--policy-update", action="store_true", help="write what the cases now come to into their files, for review"
    )
    parser.addini("policykb_policy", "the policy that decides every case")
    parser.addini("policykb_readings", "readings of the policy's text, NAME=VALUE, a line each", type="linelist")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CaseFile | None:
    """The cases of a file: where it may expect something, cannot be read, or expectations are to be written."""
    if not file_path.name.lower().endswith(ENDINGS):
        return None
    if file_path.name.lower().endswith(ENDINGS[:3]) and not parent.config.getoption("--policy-update"):
        try:
            data = file_path.read_bytes()
            data.decode("utf-8")
        except (OSError, UnicodeDecodeError):
            pass  # the test says what is wrong with it
        else:
            if not EXPECTS.search(data) and b"\0" not in data:
                return None
    from commands.pytest_items import CaseFile

    return CaseFile.from_parent(parent, path=file_path)


def pytest_configure(config: pytest.Config) -> None:
    """Where expectations are written anew, gather what that changes; refuse options that are malformed."""
    setting = f"policykb_readings in {config.inipath.name}" if config.inipath is not None else "policykb_readings"
    for place, pairs in (
        ("--policy-reading", config.getoption("--policy-reading")),
        (setting, config.getini("policykb_readings")),
    ):
        for pair in pairs:
            if not all(pair.partition("=")):
                raise pytest.UsageError(f"{place}: {pair!r} is not NAME=VALUE")
    if config.getoption("--policy-update"):
        config.pluginmanager.register(Changes(), "policykb-changes")


class Changes:
    """What an update has changed, shown at the end for review."""

    def __init__(self) -> None:
        self.found: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Hang a change on the report, for the process that prints may be another one."""
        report = yield
        if call.when == "call":
            setattr(report, CHANGE, getattr(item, "change", ""))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a change."""
        if change := getattr(report, CHANGE, ""):
            self.found.append(change)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show every change."""
        terminalreporter.section("expectations written anew")
        for change in sorted(self.found):
            terminalreporter.write_line(change)
        number = len(self.found)
        terminalreporter.write_line(f"{number} change{'s' * (number != 1)} to review")
