"""Replay: decide again what a record says was decided, and tell what is no longer the same.

A record names its case and its policy by the hashes of their files, so what is found is what was decided
then; under another edition, the candidate, the same cases show which decisions a change would flip.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from kb.decide import Decision, decide
from kb.editions import edition_files
from kb.policy import SHIPPED, Policy, load_policy
from kb.problems import Problem, ProblemsError, printable
from kb.read_case import MOST_BYTES, open_case
from kb.records import Record, hashes, statuses

CASE_FILES = frozenset({".yaml", ".yml", ".json", ".pl"})
ABSENT = "absent"
Kind: TypeAlias = Literal["same", "differs", "cannot be replayed"]
Why: TypeAlias = Literal["default", "chosen", "edition not known", "not offered"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A criterion, an advisory or a grant, by its key, whose status is another than recorded.

    A status is ``absent`` where an edition has no such criterion.
    """

    key: str
    recorded: str
    replayed: str

    @property
    def name(self) -> str:
        """The name of the criterion, whatever its values."""
        return self.key.partition("(")[0]


@dataclass(frozen=True, slots=True, order=True)
class OtherReading:
    """A reading of a record that is not the default of the candidate.

    ``replayed`` is the value that the candidate decided by, and ``default`` its own; both are none where it
    has no such reading. ``why`` says what became of the recorded value: the ``default`` of its own edition,
    it gave way to that of the candidate; ``chosen``, it was kept; so too where its ``edition`` is ``not known``
    and nobody can tell; ``not offered``, the candidate went by its default.
    """

    name: str
    recorded: str
    replayed: str | None
    default: str | None
    why: Why


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record.

    ``reason`` says why it cannot be replayed, ``verdict`` is the one now, and ``notes`` change nothing.
    ``readings`` are those of the record that are not the defaults of the candidate.
    The decision is kept where it differs alone, so that many records take little room.
    """

    record: Record
    kind: Kind
    reason: str = ""
    case: Path | None = None
    verdict: str | None = None
    decision: Decision | None = field(default=None, repr=False)
    differences: tuple[Difference, ...] = ()
    readings: tuple[OtherReading, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shelf:
    """Where what was decided is looked for: files of cases and of policies by the hash of their bytes."""

    folder: Path
    cases: Mapping[str, Path]
    policies: Mapping[str, Path]
    loaded: dict[Path, Policy] = field(default_factory=dict, repr=False)
    defaults: dict[str, Mapping[str, str] | None] = field(default_factory=dict, repr=False)

    def policy(self, path: Path) -> Policy:
        """The policy of a file, which is loaded once."""
        if path not in self.loaded:
            self.loaded[path] = load_policy(path)
        return self.loaded[path]

    def defaults_of(self, digest: str) -> Mapping[str, str] | None:
        """The default of every reading of the edition with this hash; none where it is not known or cannot be read."""
        if digest not in self.defaults:
            self.defaults[digest] = None
            with suppress(ProblemsError):
                if (path := self.policies.get(digest)) and (policy := self.policy(path)).hash == digest:
                    self.defaults[digest] = policy.readings()
        return self.defaults[digest]


def case_paths(folder: Path) -> Iterator[Path]:
    """The files of a folder, and of those in it, that can be a case, but for what is hidden."""
    for inside, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(inside, name)
            if path.suffix.lower() in CASE_FILES and not name.startswith(".") and path.is_file():
                yield path


def shelf_of(folder: Path, cases: Iterable[Path], sources: Iterable[str | Path] = ()) -> Shelf:
    """The shelf of some files of cases, of every shipped policy, and of the policies that are named besides.

    Raises ``ProblemsError`` for a policy that is named and is not there.
    """
    files = [*(file for source in sources for file in edition_files(source)), *sorted(SHIPPED.glob("*.pl"))]
    found: dict[str, Path] = {}
    for path, digest in hashes(cases, MOST_BYTES):
        # Of several copies the first is told, which lies nearest to the top of the folder.
        found.setdefault(digest, path)
    policies: dict[str, Path] = {}
    for path, digest in hashes(files, MOST_BYTES * 100):
        policies.setdefault(digest, path)
    return Shelf(folder, found, policies)


def candidate(shelf: Shelf, name: str) -> Policy:
    """The edition to replay against: a file, the name of an edition that is known, or a shipped policy.

    Raises ``ProblemsError`` when there is none of that name, or more than one.
    """
    if Path(name).is_file():
        return load_policy(name)
    known = [shelf.policy(path) for path in shelf.policies.values()]
    found = [each for each in known if each.vocabulary.header.edition == name]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"several policies have an edition `{printable(name)}`"
        help = f"name one of the files: {', '.join(printable(each.path) for each in found)}"
        raise ProblemsError([Problem("no-such-edition", message, name, help=help)], {})
    shipped = SHIPPED / f"{name}.pl"
    if shipped.is_file():
        return load_policy(shipped)
    names = dict.fromkeys(printable(each.vocabulary.header.edition) for each in known)
    editions = ", ".join(f"`{each}`" for each in names)
    help = f"name a file, or an edition: {editions}; `--policy FOLDER` makes others known"
    raise ProblemsError([Problem("no-such-edition", f"no file or edition `{printable(name)}`", name, help=help)], {})


def replay(record: Record, shelf: Shelf, software: str, against: Policy | None = None) -> Outcome:
    """One record decided again: under its own edition, or under the one that is given.

    ``software`` is the version that replays; another than the record's is a note and no difference.
    """
    path = shelf.cases.get(record.case_sha256)
    if path is None:
        where = f"no file in `{printable(str(shelf.folder))}` has the bytes of the case"
        return Outcome(record, "cannot be replayed", f"{where}: it is not there, or it was changed")
    file = shelf.policies.get(record.policy_sha256)
    if against is None and file is None:
        edition = f"edition `{printable(record.edition)}` of `{printable(record.policy)}`"
        reason = f"no known file has the bytes of {edition}: it is not there, or it was changed"
        return Outcome(record, "cannot be replayed", reason, path)
    if against is not None and against.vocabulary.header.name != record.policy:
        reason = f"the record is of the policy `{printable(record.policy)}`, and the candidate of another"
        return Outcome(record, "cannot be replayed", reason, path)
    notes = [] if record.software == software else [f"recorded by {printable(record.software)}, replayed by {software}"]
    try:
        policy = against or shelf.policy(file or Path())
        opened = open_case(path)
        if opened.hash != record.case_sha256 or (against is None and policy.hash != record.policy_sha256):
            return Outcome(record, "cannot be replayed", "a file was changed while it was replayed", path)
        readings, others = dict(record.readings), tuple[OtherReading, ...]()
        if against is not None:
            known = against.readings() if against.hash == record.policy_sha256 else None
            others = other_readings(against, readings, known or shelf.defaults_of(record.policy_sha256))
            readings = {each.name: each.replayed for each in others if each.replayed is not None}
        decision = decide(policy, opened.case(policy.vocabulary), readings)
    except ProblemsError as error:
        first = error.problems[0]
        return Outcome(record, "cannot be replayed", f"{printable(first.path)}: {first.message}", path)
    found = tuple(differences(record, decision))
    if found or decision.verdict != record.verdict:
        return Outcome(record, "differs", "", path, decision.verdict, decision, found, others, tuple(notes))
    return Outcome(record, "same", "", path, decision.verdict, readings=others, notes=tuple(notes))


def other_readings(
    candidate: Policy, recorded: Mapping[str, str], defaults: Mapping[str, str] | None
) -> tuple[OtherReading, ...]:
    """The readings of a record that are not the defaults of a candidate, and what the candidate decides by.

    ``defaults`` are those of the edition of the record, if that is known. A record does not say which readings
    were chosen, so a value that is the default there counts as left to it.
    """

    def one(name: str, value: str, default: str | None) -> OtherReading:
        if default is None or value not in candidate.vocabulary.readings[name].values:
            return OtherReading(name, value, default, default, "not offered")
        if defaults is None:
            return OtherReading(name, value, value, default, "edition not known")
        if value == defaults.get(name):
            return OtherReading(name, value, default, default, "default")
        return OtherReading(name, value, value, default, "chosen")

    own = candidate.readings()
    return tuple(one(name, value, own.get(name)) for name, value in recorded.items() if value != own.get(name))


def differences(record: Record, decision: Decision) -> Iterator[Difference]:
    """What has another status than recorded, in the order of the policy; what is gone comes last."""
    now = statuses(decision)
    declared = {predicate.name for predicate in decision.policy.vocabulary.criteria}
    for key in (*now, *(each for each in record.statuses if each not in now)):
        # Of a criterion with values, what is not listed is not met.
        unlisted = "not met" if "(" in key else ABSENT
        before = record.statuses.get(key, unlisted)
        after = now.get(key, unlisted if key.partition("(")[0] in declared else ABSENT)
        if before != after:
            yield Difference(key, before, after)
