"""Which policy decides the cases of a suite: the one that is given, or the one that a case names."""

from __future__ import annotations

import shlex
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field

from kb.case_nodes import Mapping, Scalar
from kb.case_policy import named_source
from kb.case_problems import shown
from kb.editions import Editions, edition_for, load_editions
from kb.policy import Policy
from kb.problems import Problem, ProblemsError, printable
from kb.read_case import CaseText

SHIPPED_DEFAULT = "lemtrada"


@dataclass
class Policies:
    """Finds the policy of a case, and keeps what it has loaded.

    ``given`` decides every case; without it a case is decided by the policy that it names, a file beside
    it or a shipped policy, and by the shipped policy where it names none.
    """

    given: str | None = None
    edition: str | None = None
    known: dict[str, Editions | ProblemsError] = field(default_factory=dict)

    def load(self, source: str) -> Editions:
        """The editions of a policy. Raises ``ProblemsError``, each time the same."""
        if source not in self.known:
            try:
                self.known[source] = load_editions(source, self.edition)
            except ProblemsError as error:
                self.known[source] = error
        found = self.known[source]
        if isinstance(found, ProblemsError):
            raise found
        return found

    def arguments(self, path: str, source: str, readings: MappingOf[str, str]) -> str:
        """The arguments by which a command decides a case file as this suite does, as a shell takes them.

        ``source`` is the policy that decides the case, as ``source_of`` has it.
        """
        options = ["--policy", source] if source != SHIPPED_DEFAULT else []
        options += ["--edition", self.edition] if self.edition else []
        options += [word for name, value in readings.items() for word in ("--reading", f"{name}={value}")]
        return shlex.join([path, *options])

    def shared(self) -> Editions:
        """The editions for files that name no policy: tables."""
        return self.load(self.given or SHIPPED_DEFAULT)

    def source_of(self, opened: CaseText) -> str:
        """Where the policy is that decides a case."""
        return self.given or named(opened) or SHIPPED_DEFAULT

    def of(self, opened: CaseText) -> Policy:
        """The policy that decides a case. Raises ``ProblemsError`` where there is none."""
        try:
            editions = self.load(self.source_of(opened))
        except ProblemsError as error:
            if self.given or not named(opened) or error.problems[0].code != "no-such-policy":
                raise
            raise missing(opened, error.problems[0]) from None
        return edition_of(editions, opened)


def key_of(opened: CaseText) -> Scalar | None:
    """What a case file says under `policy`; none where it says nothing, or nothing that could be a name."""
    node = opened.parts.get("policy") if isinstance(opened.parts, Mapping) else None
    return node if isinstance(node, Scalar) else None


def named(opened: CaseText) -> str:
    """The source of the policy that a case file names; empty where it names none."""
    key = key_of(opened)
    return named_source(key.text, opened.path) if key is not None else ""


def missing(opened: CaseText, problem: Problem) -> ProblemsError:
    """The problem with a policy that a case names and that is not there, told at its key."""
    key = key_of(opened)
    assert key is not None
    message = f"the case is made for the policy {shown(key.text)}, and there is no such file or policy"
    looked = f"there is no file `{printable(named(opened))}`; {problem.help}"
    help = f"{looked}; with `--policy POLICY` the case is decided by that one"
    return ProblemsError([Problem(problem.code, message, opened.path, key.span, help)], {opened.path: opened.text})


def edition_of(editions: Editions, opened: CaseText) -> Policy:
    """The edition that decides a case."""
    return editions.only or edition_for(editions, opened)
