"""A policy as SQL: what it says, in which dialects, and that nothing of the policy runs as SQL."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pytest
from sqlglot import exp, parse_one

from kb.answers import Status
from kb.cohort.columns import columns
from kb.cohort.connection import columns_of
from kb.cohort.dialects import REFUSED, WRITERS
from kb.cohort.duck import run, statement
from kb.cohort.lower import lower
from kb.cohort.outputs import Output
from kb.cohort.statuses import BITS, status
from kb.cohort.warehouse import script
from kb.policy import build_policy, load_policy
from kb.problems import ProblemsError
from kb.read_case import load_case
from kb.syntax import Predicate
from tests.commands.running import APPROVAL, PEND, REFUSAL
from tests.commands.running import run as command
from tests.kb.cohort.engines import STATUSES, load

EXAMPLES = (APPROVAL, REFUSAL, PEND)
HEADER = """
:- policy(p, [title("T"), payer("N"), edition('1'), effective('2024-01-01'), root(good), request_date(asked_on),
    section('S', "All")]).
:- input(asked_on(P: case, Date: date), one, "When?").
"""


def engine_of(*files: Path) -> duckdb.DuckDBPyConnection:
    policy = load_policy("lemtrada")
    engine = duckdb.connect()
    load(engine, policy, [load_case(file, policy.vocabulary) for file in files])
    return engine


def test_a_criterion_is_one_column_with_its_section() -> None:
    """The column has the name of the criterion, its section and its words stand beside it."""
    written = script(load_policy("lemtrada"))
    assert "attested.periodic_testing AS testing_attested, /* A.4: prescriber's attestation" in written
    assert written.startswith("-- Lemtrada (alemtuzumab), Molina Healthcare, edition 2024")


@pytest.mark.parametrize("optional", [False, True])
def test_rows_are_gone_through_only_for_what_speaks_of_them(optional: bool) -> None:
    """Whether there is a row, or whether further ones may be, is asked of the list."""
    policy = load_policy("lemtrada")
    given = [each.name for each in columns(policy.vocabulary) if optional or each.required]
    written = parse_one(statement(policy, {}, given)[1], dialect="duckdb")
    lambdas = list(written.find_all(exp.Lambda))
    said = [{each.name for each in one.this.find_all(exp.Identifier)} for one in lambdas]
    assert len(lambdas) > 50
    assert all(spoken & {each.name for each in one.expressions} for one, spoken in zip(lambdas, said, strict=True))


def test_the_script_decides_a_table() -> None:
    """What is printed runs as it is, also under an aggregate."""
    with engine_of(*EXAMPLES) as engine:
        written = script(load_policy("lemtrada")).rstrip().rstrip(";")
        counted = engine.execute(f"SELECT eligible, count(*) FROM ({written}) GROUP BY 1 ORDER BY 1").fetchall()
    assert counted == [(False, 1), (True, 1), (None, 1)]


def test_a_goal_alone_reads_what_it_needs() -> None:
    """No column that the goal does not rest on stands in the script."""
    written = script(load_policy("lemtrada"), goal="no_recent_dose(P)")
    assert "COALESCE(dose, []) AS dose" in written
    assert "AS treatment" not in written


def test_any_goal_can_be_written() -> None:
    """A goal that is no criterion has the greatest status of its values."""
    written = script(load_policy("lemtrada"), goal="treatment(P, rebif, _, _), \\+ step_b(P)").rstrip().rstrip(";")
    with engine_of(*EXAMPLES) as engine:
        truths = dict(engine.execute(written).fetchall())
    assert truths["EXAMPLE-1"] is True


def test_readings_change_the_script() -> None:
    """The script is that of the readings that are chosen."""
    policy = load_policy("lemtrada")
    assert "INTERVAL '17' YEAR" in script(policy)
    assert "INTERVAL '18' YEAR" not in script(policy)
    assert "INTERVAL '18' YEAR" in script(policy, {"minimum_age": "adult"})


@pytest.mark.parametrize("dialect", sorted(REFUSED))
def test_a_dialect_that_would_be_wrong_is_refused_with_its_reason(dialect: str) -> None:
    """No script is better than one with other statuses."""
    with pytest.raises(ProblemsError) as caught:
        script(load_policy("lemtrada"), dialect=dialect)
    (problem,) = caught.value.problems
    assert problem.code == "refused-dialect"
    assert REFUSED[dialect] in problem.message


def test_an_unknown_dialect_is_told_with_the_nearest() -> None:
    """A slip in the name of a dialect is named."""
    with pytest.raises(ProblemsError, match="duckdb"):
        script(load_policy("lemtrada"), dialect="duckbd")


@pytest.mark.parametrize("dialect", sorted(WRITERS))
def test_words_of_a_policy_stay_in_their_comment(dialect: str) -> None:
    """A title that would end its comment, or a text with quotes, is no SQL."""
    text = (
        HEADER
        + """
    :- input(remark(P: case, Words: text), one, "What?").
    :- criterion(good/1, 'S', "*/ DROP TABLE cohort; /* --").
    good(P) :- remark(P, "it's '); DROP TABLE cohort; --").
    """
    )
    policy = build_policy(text.encode(), "p.pl")
    written = script(policy, dialect=dialect)
    assert "* / DROP TABLE cohort; / * --" in written
    if dialect == "duckdb":
        with duckdb.connect() as engine:
            engine.execute(
                "CREATE TABLE cohort AS SELECT 'A' AS \"case\", DATE '2024-01-01' AS asked_on, 'x' AS remark"
            )
            assert engine.execute(written).fetchall() == [("A", False)]
            assert engine.execute("SELECT count(*) FROM cohort").fetchall() == [(1,)]


def test_names_that_are_words_of_sql_are_quoted() -> None:
    """An input may be called what the language of the database calls something else."""
    text = (
        HEADER
        + """
    :- input(select(P: case, From: date, Group: text), many, "What?").
    :- input(order(P: case), one, "What?").
    :- criterion(good/1, 'S', "good").
    good(P) :- select(P, From, Group), Group = "a", asked_on(P, From), order(P).
    """
    )
    policy = build_policy(text.encode(), "p.pl")
    with duckdb.connect() as engine:
        row = 'STRUCT("from" DATE, "group" VARCHAR)'
        listed = f"[{{'from': DATE '2024-01-01', 'group': 'a'}}]::{row}[]"
        columns = f'\'A\' AS "case", DATE \'2024-01-01\' AS asked_on, {listed} AS "select", true AS "order"'
        engine.execute(f"CREATE TABLE cohort AS SELECT {columns}")
        assert engine.execute(script(policy)).fetchall() == [("A", True)]


def test_a_recursive_policy_is_refused_with_a_way_out() -> None:
    """A predicate that is defined by itself has no fixed columns."""
    text = (
        HEADER
        + """
    :- input(link(P: case, From: text, To: text), many, "What?").
    :- criterion(good/1, 'S', "good").
    linked(P, A, B) :- link(P, A, B).
    linked(P, A, C) :- linked(P, A, B), link(P, B, C).
    good(P) :- linked(P, "a", "b").
    """
    )
    with pytest.raises(ProblemsError) as caught:
        lower(build_policy(text.encode(), "p.pl"))
    (problem,) = caught.value.problems
    assert problem.code == "recursive-cohort"
    assert "linked/3" in problem.message
    assert problem.help


def test_masks_say_what_the_columns_say(tmp_path: Path) -> None:
    """Each bit of the masks is the status that the wide form has, and the manifest names it."""
    policy = load_policy("lemtrada")
    with engine_of(*EXAMPLES) as engine:
        told = run(policy, {}, engine, str(tmp_path / "out.parquet"))
        _, wide = statement(policy, {}, columns_of(engine))
        relation = engine.execute(wide)
        names = [each[0] for each in relation.description]
        truths = {row[0]: dict(zip(names, row, strict=True)) for row in relation.fetchall()}
        found = engine.execute(f"SELECT * FROM '{tmp_path}/out.parquet'")
        keys = [each[0] for each in found.description]
        rows = [dict(zip(keys, row, strict=True)) for row in found.fetchall()]
    assert len(rows) == 3
    assert told.words == -(-len(told.bits) // BITS) == 2
    assert {row["verdict"] for row in rows} == {"proved", "refuted", "undetermined"}
    for row in rows:
        for bit in told.bits:
            assert status(bit, row) is STATUSES[truths[row["case"]][bit.output.column]], bit.output.column
    assert {status(bit, row) for row in rows for bit in told.bits} == set(Status)


def test_the_manifest_says_which_statuses_are_the_greatest_of_all() -> None:
    """A criterion whose arguments can be listed has a status for each; one with dates has one for all."""
    lowered = lower(load_policy("lemtrada"))
    by: dict[Predicate, list[Output]] = {}
    for output in lowered.outputs:
        by.setdefault(output.predicate, []).append(output)
    assert len(by[Predicate("inadequate_response", 2)]) == 24
    assert not any(output.open for output in by[Predicate("inadequate_response", 2)])
    (long_trial,) = by[Predicate("long_trial", 4)]
    assert long_trial.open


def test_the_command_prints_what_the_module_writes() -> None:
    """`policykb sql` with a goal, a reading and a dialect."""
    result = command("sql", "--goal", "no_recent_dose(P)", "--dialect", "spark", "--reading", "dose_edge=inside")
    assert result.exit_code == 0
    assert "DATEDIFF" in result.stdout
    assert "`case`" in result.stdout
    refused = command("sql", "--dialect", "tsql")
    assert refused.exit_code == 2
    assert "refused-dialect" in refused.stderr


def test_without_sqlglot_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQL is an extra."""
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    for name in [each for each in sys.modules if each.startswith("kb.cohort.")]:
        monkeypatch.delitem(sys.modules, name)
    result = command("sql")
    assert result.exit_code == 2
    assert "policykb[cohort]" in result.stderr


def test_the_script_counts_no_row_that_is_only_attested() -> None:
    """A documented row is met, one that is only attested undocumented, wherever the columns have them."""
    text = (
        HEADER
        + """
    :- input(bead(P: case, On: date), many, "What?", [document]).
    :- criterion(good/1, 'S', "good").
    good(P) :- bead(P, On), asked_on(P, Day), On < Day.
    """
    )
    written = script(build_policy(text.encode(), "p.pl"), with_optional=True)
    old, new = "[DATE '2023-01-01']", "[DATE '2025-01-01']"
    beads = {"A": (old, "NULL"), "B": (new, old), "C": ("NULL", old), "D": ("[]", new), "E": (new, "[]")}
    with duckdb.connect() as engine:
        engine.execute(
            'CREATE TABLE cohort ("case" TEXT, asked_on DATE, bead DATE[], bead__attested DATE[], bead__open BOOLEAN)'
        )
        for case, (documented, attested) in beads.items():
            engine.execute(f"INSERT INTO cohort VALUES ('{case}', DATE '2024-01-01', {documented}, {attested}, NULL)")
        truths = dict(engine.execute(written).fetchall())
    assert truths == {"A": True, "B": None, "C": None, "D": False, "E": False}
