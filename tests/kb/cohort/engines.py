"""Decides the same cases by pyDatalog and as a cohort, and says where the two differ."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from kb.answers import Answers, Status
from kb.case import Case
from kb.cohort.columns import columns
from kb.cohort.connection import columns_of
from kb.cohort.duck import statement
from kb.cohort.fitting import column_type
from kb.cohort.lowered import Lowered
from kb.cohort.members import member
from kb.cohort.outputs import Output
from kb.cohort.quoting import name, text
from kb.decide import Decision, decide
from kb.policy import Policy
from kb.problems import ProblemsError
from kb.read_case import read_case
from kb.syntax import Atom, Constant, Term, Variable
from tests.kb.cohort.cohort_files import whole_members
from tests.oracle.random_cases import Record, Trial, as_yaml
from tests.oracle.shrink import shrink

OPEN = tuple(Variable(f"X{place}") for place in range(1, 100))
STATUSES = {True: Status.MET, False: Status.NOT_MET, None: Status.UNDOCUMENTED}


def load(engine: duckdb.DuckDBPyConnection, policy: Policy, cases: Sequence[Case]) -> None:
    """A table ``cohort`` of the cases, with those optional columns that one of them has."""
    rows = [member(case, policy) for case in cases]
    there = {key for row in rows for key in row}
    layout = [each for each in columns(policy.vocabulary) if each.required or each.name in there]
    types = ", ".join(f"{name(each.name)}: {text(column_type(each.type))}" for each in layout)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "members.ndjson")
        file.write_text("".join(json.dumps(row, default=str) + "\n" for row in rows), "utf-8")
        read = f"read_json({text(str(file))}, format = 'newline_delimited', columns = {{{types}}})"
        engine.execute(f"CREATE OR REPLACE TABLE cohort AS SELECT * FROM {read}")


def as_cohort(
    policy: Policy, cases: Sequence[Case], readings: Mapping[str, str] | None = None
) -> tuple[Lowered, list[dict[str, Status]]]:
    """For each case the status of every column, by DuckDB."""
    with duckdb.connect() as engine:
        engine.execute("SET threads = 1")
        load(engine, policy, cases)
        lowered, found = _told(engine, policy, readings, "cohort", ())
    return lowered, [found[str(case.id.value)] for case in cases]


def _told(
    engine: duckdb.DuckDBPyConnection,
    policy: Policy,
    readings: Mapping[str, str] | None,
    table: str,
    whole: Sequence[str],
) -> tuple[Lowered, dict[str, dict[str, Status]]]:
    lowered, sql = statement(policy, readings, columns_of(engine, table), table, whole=whole)
    names = [output.column for output in lowered.outputs]
    rows = engine.execute(sql).fetchall()
    return lowered, {row[0]: {key: STATUSES[truth] for key, truth in zip(names, row[1:], strict=True)} for row in rows}


def as_whole(
    policy: Policy, cases: Sequence[Case], readings: Mapping[str, str] | None, attested: bool
) -> tuple[Lowered, dict[str, dict[str, Status]]]:
    """The same for the cases no row of which has a gap, decided as such; by their names.

    Not ``attested``: rows that are only attested may have gaps.
    """
    with duckdb.connect() as engine:
        engine.execute("SET threads = 1")
        load(engine, policy, cases)
        lists, members = whole_members(policy, columns_of(engine), attested)
        engine.execute(f"CREATE TABLE whole AS {members}")
        return _told(engine, policy, readings, "whole", lists)


def decided(decision: Decision, output: Output) -> Status:
    """The status of a column by pyDatalog."""
    return held(decision.answers, decision.case.id, output)


def held(answers: Answers, case: Constant, output: Output) -> Status:
    """The status of a column by the answers to a case."""
    args: tuple[Term, ...] = OPEN[: output.predicate.arity - 1] if output.open else output.args
    return answers.status(Atom(output.predicate.name, (case, *args)))


def differences(
    policy: Policy, cases: Sequence[Case], readings: Mapping[str, str] | None = None
) -> dict[str, list[str]]:
    """For each case on which the two differ a line for each column."""
    lowered, found = as_cohort(policy, cases, readings)
    known = {
        "where no row has a gap": as_whole(policy, cases, readings, True),
        "where no documented row has a gap": as_whole(policy, cases, readings, False),
    }
    wrong: dict[str, list[str]] = {}
    for case, statuses in zip(cases, found, strict=True):
        key = str(case.id.value)
        decision = decide(policy, case, readings)
        told = [("as a cohort", lowered, statuses)]
        told += [(words, those, whole[key]) for words, (those, whole) in known.items() if key in whole]
        for words, those, theirs in told:
            for output in those.outputs:
                ours = decided(decision, output)
                if ours is not theirs[output.column]:
                    line = f"{output.column}: {ours.name} by pyDatalog, {theirs[output.column].name} {words}"
                    wrong.setdefault(key, []).append(line)
    return wrong


def judge(policy: Policy, records: Sequence[Record], readings: Mapping[str, str]) -> str:
    """Nothing where the two agree on every record; else the smallest case found on which they differ, as a file."""

    def case_of(record: Record) -> Case:
        return read_case(as_yaml(record), "case.yaml", policy.vocabulary)

    wrong = differences(policy, [case_of(record) for record in records], readings)
    if not wrong:
        return ""
    first = min((each for each in records if each["case"] in wrong), key=lambda each: len(as_yaml(each)))

    def differ(trial: Trial) -> bool:
        try:
            return bool(differences(policy, [case_of(trial.record)], readings))
        except ProblemsError:
            return False

    smallest = shrink(Trial(first, readings), differ).record
    lines = [line for each in differences(policy, [case_of(smallest)], readings).values() for line in each]
    return "\n".join([f"{len(wrong)} cases differ, with {dict(readings)}", *lines, as_yaml(smallest)])
