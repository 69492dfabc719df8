"""The cases of a suite as items of pytest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explain.suite.entries import Entry, entries, is_table, stem
from explain.suite.failure import failure_text
from explain.suite.policies import Policies
from explain.suite.run import decider, result
from kb.problems import ProblemsError, printable

POLICIES = pytest.StashKey[Policies]()
LONGEST = 80


class CaseFailed(Exception):
    """A case is not as expected; its text says in what."""


class CaseFile(pytest.File):
    """A file of one case, or a table of them."""

    def collect(self) -> Iterator[CaseItem]:
        """One item for a file of one case; one for each row of a table that expects something."""
        if not is_table(self.path):
            yield CaseItem.from_parent(self, name=_name(stem(self.path)))
            return
        # What a row holds is read here, for only so does it have a name; it is decided when it runs.
        updating = self.config.getoption("--policy-update")
        seen: set[str] = set()
        for entry in entries([self.path], policies(self.config)):
            if entry.error is None and entry.expectation is None and not updating:
                continue
            name = _name(entry.name)
            if name in seen:
                name = f"{name}-row-{entry.row}"
            seen.add(name)
            yield CaseItem.from_parent(self, name=name, entry=entry)


class CaseItem(pytest.Item):
    """One case: it passes where it is decided as it expects."""

    def __init__(self, *, entry: Entry | None = None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.entry = entry
        self.change = ""

    def runtest(self) -> None:
        """Decide the case, and hold it against what it expects; or write that anew."""
        entry = self.entry or next(iter(entries([self.path], policies(self.config))))
        self.entry = entry
        if entry.error is not None:
            raise entry.error
        readings = chosen(self.config)
        assert entry.case is not None
        assert entry.policy is not None
        if self.config.getoption("--policy-update"):
            from commands.updates import update

            self.change = update(entry, readings)
            return
        if entry.expectation is None:
            pytest.skip("the case expects nothing")
        found = result(entry, readings)
        if found.differences:
            decided = decider(entry.policy, entry.case, readings)
            path, source = (_from(Path(each), self.config.invocation_params.dir) for each in (self.path, entry.source))
            again = "" if entry.row else policies(self.config).arguments(str(path), str(source), readings)
            raise CaseFailed(failure_text(decided, found.differences, again=again))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is expected and what there is, or what is wrong with the file; never a traceback of ours."""
        if isinstance(excinfo.value, CaseFailed | ProblemsError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The file, the line of the case or of its expectation, and its name."""
        line = self.entry.line - 1 if self.entry is not None else 0
        return self.path, line, f"case {self.name}"


def policies(config: pytest.Config) -> Policies:
    """The policies of a session, each loaded once."""
    if POLICIES not in config.stash:
        given = config.getoption("--policy") or config.getini("policykb_policy") or None
        if given is not None and not config.getoption("--policy") and config.inipath is not None:
            # A path in the settings is told from where they stand.
            beside = config.inipath.parent / given
            given = str(beside) if beside.exists() else given
        config.stash[POLICIES] = Policies(given)
    return config.stash[POLICIES]


def chosen(config: pytest.Config) -> dict[str, str]:
    """The readings that the options choose, over those of the settings."""
    found: dict[str, str] = {}
    for pairs in (config.getini("policykb_readings"), config.getoption("--policy-reading")):
        for pair in pairs:
            name, _, value = pair.partition("=")
            found[name] = value
    return found


def _name(text: str) -> str:
    """A name that cannot be taken for part of an address, nor steer a terminal."""
    return (
        re.sub(r"::+", ":", printable(" ".join(text.split())))[:LONGEST].replace("[", "(").replace("]", ")") or "case"
    )


def _from(path: Path, folder: Path) -> Path:
    return path.relative_to(folder) if path.is_relative_to(folder) else path
