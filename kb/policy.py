"""The policy: a program that has passed every check, ready to be asked."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from kb import compiled
from kb.problems import Problem, ProblemsError, did_you_mean, printable
from kb.syntax import CASE, READING, Clause, Predicate, Program
from kb.vocabulary import Vocabulary

SHIPPED = Path(__file__).parent / "policies"


@dataclass(frozen=True, eq=False)
class Policy:
    """A checked policy.

    ``types`` gives for each predicate the name of the type of each argument ("" where nothing says);
    ``components`` are the strongly connected components of its predicates, dependencies first;
    ``hash`` is the SHA-256 of the file's bytes; ``warnings`` are what the checks reported.
    """

    program: Program = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)
    types: Mapping[Predicate, tuple[str, ...]] = field(repr=False)
    components: tuple[tuple[Predicate, ...], ...] = field(repr=False)
    hash: str
    warnings: tuple[Problem, ...] = ()

    @property
    def path(self) -> str:
        return self.program.path

    @cached_property
    def clauses(self) -> Mapping[Predicate, tuple[Clause, ...]]:
        """The clauses of each predicate, in the order of the file."""
        grouped: dict[Predicate, list[Clause]] = {}
        for clause in self.program.clauses:
            grouped.setdefault(clause.head.predicate, []).append(clause)
        return {predicate: tuple(clauses) for predicate, clauses in grouped.items()}

    @cached_property
    def inputs(self) -> frozenset[Predicate]:
        return frozenset(declared.predicate for declared in self.vocabulary.inputs.values())

    @cached_property
    def catalogues(self) -> frozenset[Predicate]:
        """The predicates that only facts define: closed, so that what is not listed is false."""
        listed = {name for name, clauses in self.clauses.items() if not any(clause.body for clause in clauses)}
        return frozenset(listed | {CASE, READING})

    def readings(self, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
        """The value of every reading: as chosen, else its default.

        Raises ``ProblemsError`` for a name or a value that the policy does not offer.
        """
        offered = self.vocabulary.readings
        problems = []
        for name, value in (chosen or {}).items():
            if name not in offered:
                hint = did_you_mean(name, offered) or f"readings of this policy: {', '.join(offered) or 'none'}"
                problems.append(Problem("unknown-reading", f"no reading `{printable(name)}`", self.path, help=hint))
            elif value not in offered[name].values:
                values = ", ".join(offered[name].values)
                message = f"`{printable(value)}` is no value of the reading `{name}`"
                problems.append(Problem("unknown-reading-value", message, self.path, help=f"values: {values}"))
        if problems:
            raise ProblemsError(problems, {})
        return {name: (chosen or {}).get(name, reading.default) for name, reading in offered.items()}


def find_policy(source: str | Path) -> Path:
    """The file of a policy: a path, or the name of one that is shipped.

    Raises ``ProblemsError`` when there is neither.
    """
    path = Path(source)
    if path.is_file():
        return path
    shipped = {file.stem: file for file in sorted(SHIPPED.glob("*.pl"))}
    if str(source) in shipped:
        return shipped[str(source)]
    hint = did_you_mean(str(source), shipped) or f"policies that are shipped: {', '.join(shipped)}"
    raise ProblemsError([Problem("no-such-policy", "no such file or policy", str(source), help=hint)], {})


def load_policy(source: str | Path = "lemtrada") -> Policy:
    """Read, check and return a policy: a file, or the name of a shipped one.

    A policy that passed is kept compiled in the user's cache folder, by the hash of its text, so that
    the next command does not parse it again. Raises ``ProblemsError`` with every error found.
    """
    path = find_policy(source)
    return checked_policy(read_policy(path), shown_path(path))


def checked_policy(raw: bytes, shown: str) -> Policy:
    """A policy from its bytes, kept compiled by their hash. Raises ``ProblemsError`` with every error found."""
    digest = hashlib.sha256(raw).hexdigest()
    known = compiled.load((digest, shown))
    if isinstance(known, Policy):
        return known
    policy = build_policy(raw, shown, digest)
    compiled.store((digest, shown), policy)
    return policy


def read_policy(path: Path) -> bytes:
    """The bytes of a policy file. Raises ``ProblemsError`` when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ProblemsError([Problem("unreadable-file", f"cannot be read: {reason}", str(path))], {}) from None


def shown_path(path: Path) -> str:
    """The path as people should see it: a shipped policy by its name, any other as it was given."""
    return f"kb/policies/{path.name}" if path.parent == SHIPPED else os.fspath(path)


def build_policy(raw: bytes, path: str, digest: str = "") -> Policy:
    """Parse and check a policy's bytes. Raises ``ProblemsError`` with every error found."""
    from kb.parse import parse
    from kb.source import decode

    program = parse(decode(raw, path), path)
    vocabulary, types, components, problems = examine(program)
    if any(problem.severity == "error" for problem in problems):
        raise ProblemsError(problems, {path: program.text})
    return Policy(program, vocabulary, types, components, digest or hashlib.sha256(raw).hexdigest(), tuple(problems))


def examine(
    program: Program,
) -> tuple[Vocabulary, Mapping[Predicate, tuple[str, ...]], tuple[tuple[Predicate, ...], ...], Sequence[Problem]]:
    """Every check of a program: its vocabulary, its types, its components, and all problems found."""
    from kb.check import check
    from kb.declarations import read_vocabulary
    from kb.strata import cycles, strata
    from kb.types import infer_types

    vocabulary, problems = read_vocabulary(program)
    types, conflicts = infer_types(program, vocabulary)
    found = [*problems, *conflicts, *check(program, vocabulary), *cycles(program)]
    return vocabulary, types, strata(program), found


def lint_policy(source: str | Path) -> tuple[Sequence[Problem], Mapping[str, str]]:
    """Every error and warning of a policy file, with the texts to show them in."""
    path = find_policy(source)
    try:
        policy = build_policy(read_policy(path), shown_path(path))
    except ProblemsError as error:
        return error.problems, error.texts
    return policy.warnings, {policy.path: policy.program.text}
