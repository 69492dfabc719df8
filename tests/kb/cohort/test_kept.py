"""A statement is kept for the very policy and columns that it was made for, and for nothing else."""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import pytest

from kb import compiled
from kb.cohort import duck
from kb.cohort.columns import columns
from kb.cohort.kept import kept_statement
from kb.cohort.outputs import Statuses
from kb.policy import Policy, build_policy
from kb.query import question
from kb.regression.mutants import mutants
from tests.support import MS

POLICY = build_policy(MS.encode(), "ms.pl")
RETITLED = build_policy(MS.replace("no hazard", "no risk").encode(), "ms.pl", POLICY.hash)
GIVEN = [each.name for each in columns(POLICY.vocabulary) if each.required]
ALL = [each.name for each in columns(POLICY.vocabulary)]


class Asked(TypedDict, total=False):
    """What a statement is made for, where it is not the plain one."""

    policy: Policy
    readings: Mapping[str, str]
    given: Sequence[str]
    table: str
    carried: Sequence[str]
    with_clauses: bool
    whole: Sequence[str]


PLAIN: Asked = {"policy": POLICY, "readings": {}, "given": GIVEN, "table": "cohort"}
OTHERS: Mapping[str, Asked] = {
    "readings": {"readings": {"window": "trial"}},
    "columns": {"given": ALL},
    "their order": {"given": GIVEN[::-1]},
    "the table": {"table": "members"},
    "carried columns": {"carried": ["region"]},
    "clauses": {"with_clauses": True},
    "lists without gaps": {"whole": ["trial"]},
    "another clause": {"policy": mutants(POLICY, ["threshold"])[0].policy},
    "another title under the same hash": {
        "policy": build_policy(MS.replace("no hazard", "no risk").encode(), "ms.pl", POLICY.hash)
    },
}


def kept(other: Asked) -> tuple[Statuses, str]:
    """The statement for something other than the plain one."""
    asked: Asked = {**PLAIN, **other}
    return kept_statement(**asked)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for what is kept, empty at first."""
    monkeypatch.setenv("POLICYKB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that were made and not taken from what is kept."""
    found: list[str] = []
    plain = duck.statement

    def noted(*args: Any, **named: Any) -> Any:
        lowered, query = plain(*args, **named)
        found.append(query)
        return lowered, query

    monkeypatch.setattr(duck, "statement", noted)
    return found


def test_a_kept_statement_is_the_one_that_was_made(made: list[str]) -> None:
    """With its statuses, their arguments and sections, the readings and the clauses; nothing is lowered again."""
    asked: Asked = {**PLAIN, "with_clauses": True, "whole": ["trial"]}
    statuses, query = kept_statement(**asked)
    again = kept_statement(**asked)
    assert again == (statuses, query)
    assert made == [query]
    lowered, plain = duck.statement(POLICY, {}, GIVEN, "cohort", with_clauses=True, whole=["trial"])
    assert query == plain
    told = lowered.outputs, lowered.root, lowered.readings, lowered.clauses
    assert told == (statuses.outputs, statuses.root, statuses.readings, statuses.clauses)


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_whatever_it_was_made_for_counts(other: Asked, made: list[str]) -> None:
    """A statement for anything else is made anew, and both are then kept."""
    first, second = kept({}), kept(other)
    assert len(made) == 2
    assert (kept({}), kept(other)) == (first, second)
    assert len(made) == 2


def test_a_derived_policy_is_another_one_though_its_hash_is_not(made: list[str]) -> None:
    """A question that is put to a policy is a clause more under the hash of its file."""
    asked = question(POLICY, "disabled(P)").policy
    assert asked.hash == POLICY.hash
    kept({})
    kept({"policy": asked})
    assert len(made) == 2


def test_what_does_not_count_is_no_reason_to_make_it_anew(made: list[str]) -> None:
    """The order of lists without gaps, the default reading named, the place of the policy."""
    kept({"whole": ["trial", "relapse"]})
    kept({"whole": ["relapse", "trial"]})
    kept({"whole": ["relapse", "trial"], "readings": {"window": "request"}})
    moved = build_policy(("% a comment\n" + MS).encode(), "elsewhere.pl")
    kept({"whole": ["relapse", "trial"], "policy": moved})
    assert len(made) == 1


@pytest.mark.parametrize("there", [("", 1), (1, ""), None, "text"], ids=str)
def test_anything_else_in_its_place_is_not_taken(
    there: object, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no statement with its statuses is as if nothing were there."""
    monkeypatch.setattr(compiled, "load", lambda key: there)
    kept({})
    assert len(made) == 1


def test_a_kept_file_runs_no_code(cache: Path, made: list[str]) -> None:
    """A file that names a function of another module is not read, and neither is one that others may write."""
    kept({})
    (file,) = cache.iterdir()
    file.write_bytes(pickle.dumps((os.getcwd, "SELECT 1")))
    kept({})
    assert len(made) == 2
    assert kept({})[1] == made[0]
    assert len(made) == 2
    file.chmod(0o666)
    kept({})
    assert len(made) == 3


def test_a_folder_that_cannot_be_written_is_no_error(made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The statement is then made each time."""
    monkeypatch.setenv("POLICYKB_CACHE", "/dev/null/none")
    assert kept({}) == kept({})
    assert len(made) == 2
