"""Tables of cases: what their cells say, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kb.answers import Status
from kb.case import Case
from kb.policy import load_policy
from kb.problems import Problem, ProblemsError
from kb.read_case import read_case
from kb.syntax import NOWHERE, Predicate
from kb.table import Cell, Table, load_table, read_table
from kb.table_case import columns, row_texts

VOCABULARY = load_policy("lemtrada").vocabulary
ROW = {
    "case": "T-1",
    "title": 'Said "so", or not',
    "requested_on": "2024-03-04",
    "benefit": "TRUE",
    "requested_vials": "5",
    "prescriber": "ms_specialist",
    "baseline.cbc": "no",
    "treatment": "rebif 2019-04-08 2021-10-25; ocrelizumab 2024-02-05 ?",
    "treatment.source": "Claims",
    "relapse": "2020-09-14; 2021-02-03",
    "dose": "none",
    "edss": "2021-03-15 3.5",
    "rems.patient": "Yes",
    "birth_date": "",
}
YAML = """
case: T-1
title: 'Said "so", or not'
requested_on: 2024-03-04
benefit: true
requested_vials: 5
prescriber: ms_specialist
baseline: {cbc: false}
treatment:
  source: Claims
  rows: [{drug: rebif, start: 2019-04-08, end: 2021-10-25}, {drug: ocrelizumab, start: 2024-02-05}]
relapse: [2020-09-14, 2021-02-03]
dose: []
edss: [{date: 2021-03-15, score: 3.5}]
rems: {patient: true}
"""


def csv(row: dict[str, str], separator: str = ",") -> str:
    """A table of one row, every cell in quotes."""
    lines = (list(row), list(row.values()))
    return "\n".join(separator.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines) + "\n"


def case_of(table: Table) -> Case:
    (row,) = row_texts(table, VOCABULARY)
    return row.case(VOCABULARY)


def says(case: Case) -> dict[Predicate, list[tuple[object, ...]]]:
    """What the facts of a case say, without their places."""
    return {
        predicate: [(fact.row, fact.status, [each.source for each in fact.evidence]) for fact in facts]
        for predicate, facts in case.facts.items()
    }


def wrong(text: str) -> tuple[Problem, ...]:
    """The problems of a table, wherever they are found."""
    problems: list[Problem] = []
    try:
        for row in row_texts(read_table(text, "t.csv"), VOCABULARY):
            try:
                row.case(VOCABULARY)
            except ProblemsError as error:
                problems += error.problems
    except ProblemsError as error:
        problems += error.problems
    return tuple(problems)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(("start", "end"), [("", "\n"), ("\ufeff", "\r\n")])
def test_a_row_says_what_a_case_file_says(separator: str, start: str, end: str) -> None:
    """Each kind of input, as spreadsheets save it: any separator, a mark of byte order, either line end."""
    text = start + csv(ROW, separator).replace("\n", end)
    case, other = case_of(read_table(text, "t.csv")), read_case(YAML, "t.yaml", VOCABULARY)
    assert says(case) == says(other)
    assert case.complete.keys() == other.complete.keys()
    assert (case.id, case.title) == (other.id, other.title)


def test_an_empty_cell_is_silence() -> None:
    """It is undocumented, and never a no."""
    case = case_of(read_table(csv({"case": "T-1", "benefit": "", "relapse": "", "baseline.cbc": ""}), "t.csv"))
    assert {fact.status for facts in case.facts.values() for fact in facts} == {Status.UNDOCUMENTED}
    assert not case.complete


def test_a_value_of_a_list_that_is_not_stated_is_unknown() -> None:
    """There was a relapse; when is not documented."""
    case = case_of(read_table("case,relapse\nT-1,?\n", "t.csv"))
    other = read_case("case: T-1\nrelapse: [{value: ~}]", "t.yaml", VOCABULARY)
    assert says(case) == says(other)


def test_evidence_names_the_line_of_its_row() -> None:
    """A quoted cell may hold line ends, and they count."""
    text = 'case,title,benefit\nT-1,"two\nlines",yes\nT-2,,no\n'
    rows = row_texts(read_table(text, "t.csv"), VOCABULARY)
    places = [row.case(VOCABULARY).facts[Predicate("benefit", 1)][0].evidence[0].place for row in rows]
    assert places == ["t.csv:3", "t.csv:4"]
    assert [(row.number, row.name) for row in rows] == [(2, "T-1"), (3, "T-2")]


def test_a_name_that_two_rows_have_is_told_of_the_later_one() -> None:
    """With the row that has it first, whose case stays; in a parquet file, without lines, as well."""
    text = "case,benefit\nT-1,yes\nT-2,no\nT-1,no\nT-1,yes\n"
    found = wrong(text)
    assert [(each.code, each.span.line, each.message) for each in found] == [
        ("case-twice", 4, "row 4, column `case`: the case `T-1` stands in row 2 already"),
        ("case-twice", 5, "row 5, column `case`: the case `T-1` stands in row 2 already"),
    ]
    table = read_table(text, "t.csv")
    nowhere = replace(table, rows=tuple(replace(row, cells=_nowhere(row.cells)) for row in table.rows))
    with pytest.raises(ProblemsError, match="row 4, column `case`: the case `T-1` stands in row 2 already"):
        row_texts(nowhere, VOCABULARY)[2].case(VOCABULARY)


def _nowhere(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """Cells as a parquet file has them."""
    return {name: replace(cell, span=NOWHERE) for name, cell in cells.items()}


def test_lines_without_a_cell_are_left_out() -> None:
    """As a spreadsheet leaves them at the end; rows keep their numbers."""
    table = read_table("case,benefit,,\nT-1,yes,,\n,,,\n\nT-2,no\n", "t.csv")
    assert [(row.number, row.cells["case"].text) for row in table.rows] == [(2, "T-1"), (5, "T-2")]


def test_what_a_row_expects_is_that_of_a_case_file() -> None:
    """Verdict, lists, and a column for each criterion and each reading."""
    row = {
        "case": "T-1",
        "expect.verdict": "refuted",
        "expect.not_met": "A.3; PRESCRIBER",
        "expect.undocumented": "none",
        "expect.grants": 'doses(5); dosage_form("a; b, c")',
        "expect.criteria.baseline_done(cbc)": "not met",
        "expect.readings.attestation=alone": "proved",
        "expect.advisories": "",
    }
    assert case_of(read_table(csv(row), "t.csv")).expect == {
        "verdict": "refuted",
        "not_met": ("A.3", "PRESCRIBER"),
        "undocumented": (),
        "grants": ("doses(5)", 'dosage_form("a; b, c")'),
        "criteria": {"baseline_done(cbc)": "not met"},
        "readings": {"attestation=alone": "proved"},
    }


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("case,birth_date\nT,5/1/1990\n", "row 2, column `birth_date`: `birth_date` wants a date", "year-month-day"),
        ("case,benefit\nT,perhaps\n", "row 2, column `benefit`: `benefit` wants `true` or `false`", ""),
        ("case,baseline.cbc\n\nT,2\n", "row 3, column `baseline.cbc`: `baseline.cbc` wants", ""),
        ("case;edss\nT;2020-01-01 3,5\n", "row 2, column `edss`: `edss[1].score` wants a number", "`3.5`"),
        ("case,prescriber\nT,neurologist\n", "and `neurologist` is none", ""),
        (
            "case,treatment\nT,rebif 2019-04-08\n",
            "`rebif 2019-04-08` has 2 values, and 3 are wanted",
            "`drug start end`",
        ),
        ("case,treatment\nT,rebiff ? ?\n", "and `rebiff` is none", "did you mean `rebif`?"),
        ("case,relapse\nT,2020-02-30\n", "row 2, column `relapse`: the date `2020-02-30`", ""),
        ("case,policy\nT,other\n", "row 2, column `policy`: the case is made for the policy `other`", ""),
        ("case,benefit\n,yes\n", "row 2, column `case`: the case has no name", ""),
        ("benefit\nyes\n", "the column `case` is missing", "the name of each case"),
        ("case,benefits\nT,yes\n", "the column `benefits` is not known", "did you mean `benefit`?"),
        ("case,baseline\nT,yes\n", "the column `baseline` is not known", "`baseline.cbc`"),
        ("case,baseline.cbd\nT,yes\n", "the column `baseline.cbd` is not known", "did you mean `cbc`?"),
        ("case,expect.verdicts\nT,x\n", "the column `expect.verdicts` is not known", "`expect.verdict`"),
        ("case,case\nT,T\n", "the column `case` stands there twice", ""),
        ("case,,benefit\nT,,yes\n", "column 2 has no name", "name it"),
        ("case,benefit\nT,yes,no\n", "row 2 has 3 cells, and the heading has 2", "put quotes"),
        ('case,title\nT,"open\n', "the quote is never closed", ""),
        ('case,title\nT,"a"b\n', "something follows the quote", ""),
        ("\n\n", "the table is empty", "policykb test --template"),
        ("case,title\nT,a\x1bb\n", "a control character, U+001B", ""),
    ],
)
def test_what_is_wrong_with_a_cell_is_told_with_its_row_and_column(text: str, message: str, help: str) -> None:
    """And with a way out."""
    (problem,) = wrong(text)
    assert message in problem.message
    assert help in problem.help
    assert problem.path == "t.csv"


def test_every_cell_that_is_wrong_is_told() -> None:
    """In every row, each at its own place."""
    found = wrong("case,benefit,birth_date\nT-1,x,y\nT-2,yes,1/1/1\n")
    assert [(each.span.line, each.span.column) for each in found] == [(2, 5), (2, 7), (3, 9)]


def test_the_columns_that_are_written_are_those_that_are_read() -> None:
    """A table with every column of the template is a table of cases."""
    heading = columns(VOCABULARY)
    table = read_table(f"{','.join(heading)}\nT-1\n", "t.csv")
    assert case_of(table).id.value == "T-1"
    assert len(set(heading)) == len(heading)


def test_a_parquet_file_says_the_same(tmp_path: Path) -> None:
    """Its numbers, dates and truths are those of its columns."""
    import polars

    values: dict[str, object] = {**ROW, "benefit": True, "requested_vials": 5, "birth_date": None, "rems.patient": True}
    values["requested_on"] = date(2024, 3, 4)
    polars.DataFrame({key: [value] for key, value in values.items()}).write_parquet(tmp_path / "t.cases.parquet")
    case = case_of(load_table(tmp_path / "t.cases.parquet"))
    assert says(case) == says(read_case(YAML, "t.yaml", VOCABULARY))


def test_problems_of_a_parquet_file_name_row_and_column(tmp_path: Path) -> None:
    """It has no lines, so these are its place."""
    import polars

    frame = polars.DataFrame({"case": ["T-1", "T-2"], "relapse": ["none", "soon"]})
    frame.write_parquet(tmp_path / "t.cases.parquet")
    rows = row_texts(load_table(tmp_path / "t.cases.parquet"), VOCABULARY)
    with pytest.raises(ProblemsError, match="row 3, column `relapse`: `relapse"):
        rows[1].case(VOCABULARY)


def test_a_cell_of_parquet_that_no_table_could_hold_is_told(tmp_path: Path) -> None:
    """A list is written as text; a number that is none is refused."""
    import polars

    path = tmp_path / "t.cases.parquet"
    polars.DataFrame({"case": ["T"], "relapse": [["2020-01-01"]], "edss": [float("nan")]}).write_parquet(path)
    with pytest.raises(ProblemsError) as found:
        load_table(path)
    assert [each.code for each in found.value.problems] == ["table-cell", "table-cell"]
    polars.DataFrame({"case": ["T"], "requested_vials": [Decimal("5")]}).write_parquet(path)
    assert load_table(path).rows[0].cells["requested_vials"].text == "5"


def test_a_file_that_is_no_parquet_is_told(tmp_path: Path) -> None:
    """In our words."""
    (tmp_path / "t.parquet").write_bytes(b"PAR1 or not")
    with pytest.raises(ProblemsError, match="this is not a parquet file"):
        load_table(tmp_path / "t.parquet")
    with pytest.raises(ProblemsError, match="no such file"):
        load_table(tmp_path / "none.csv")


def test_without_polars_it_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package does not bring it, for few need it."""
    import sys

    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ProblemsError, match=r"pip install 'policykb\[parquet\]'"):
        load_table(tmp_path / "t.parquet")
