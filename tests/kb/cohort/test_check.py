"""What is wrong with the data of a cohort is told before any work: the column, the row and the value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kb.cohort.check import rejects
from kb.cohort.data import opened
from tests.kb.cohort.cohort_files import FULL, NAMES, SITE, TRIAL, lenient, lines, member, parquet, problems, table
from tests.kb.small_vocabulary import VOCABULARY

WRONG: list[tuple[str, Any, str, str]] = [
    ("requested_on", "2024-02-30", "wrong-value", "2024-02-30"),
    ("requested_on", "2024-3-2", "wrong-value", "2024-3-2"),
    ("requested_on", "2024-03-02T10:00", "wrong-value", "2024-03-02T10:00"),
    ("requested_on", "infinity", "wrong-value", "infinity"),
    ("pregnant", "maybe", "wrong-value", "maybe"),
    ("attacks", 2.5, "wrong-value", "2.5"),
    ("attacks", "9" * 19, "wrong-value", "9" * 19),
    ("edss", "3,5", "wrong-value", "3,5"),
    ("edss", "0.00000000001", "wrong-value", "0.00000000001"),
    ("edss", "NaN", "wrong-value", "NaN"),
    ("reply", "Yes", "not-in-enumeration", "Yes"),
    ("reply", "' OR 1=1 --", "not-in-enumeration", "' OR 1=1 --"),
    ("site", {**SITE, "place": "garden"}, "not-in-enumeration", "garden"),
    ("site", {**SITE, "plaice": "home"}, "malformed-value", "plaice"),
    ("trial", [TRIAL, {**TRIAL, "drug": "rebiff"}], "not-in-enumeration", "rebiff"),
    ("trial", [{**TRIAL, "end": "2023-02-29"}], "wrong-value", "2023-02-29"),
    ("trial", [{**TRIAL, "drug": None, "start": None}], "empty-row", "NULL"),
    ("trial", {"drug": "rebif"}, "malformed-value", "rebif"),
    ("trial", [TRIAL, 5], "malformed-value", "5"),
    ("trial", "[{", "malformed-value", "[{"),
    ("relapse", ["2020-01-01", "soon"], "wrong-value", "soon"),
    ("relapse", [["2020-01-01"]], "malformed-value", "2020-01-01"),
    ("contraindication", {"hiv": "perhaps"}, "wrong-value", "perhaps"),
    ("contraindication", {"hivv": True}, "malformed-value", "hivv"),
]


@pytest.mark.parametrize("form", [lines, table])
@pytest.mark.parametrize(("column", "value", "code", "shown"), WRONG)
def test_a_value_that_is_wrong_is_told_with_its_column_and_row(
    form: Any, column: str, value: Any, code: str, shown: str, tmp_path: Path
) -> None:
    """In JSON and in CSV: one problem, which names the column, the row, the case and the value."""
    data = form(tmp_path, member(**FULL), member(case="B-2", **{column: value}))
    (problem,) = problems(data)
    row = 2 if form is lines else 3
    assert problem.code == code
    assert f"the column `{column}" in problem.message
    assert f"row {row} (case `B-2`)" in problem.message
    assert shown in problem.message


@pytest.mark.parametrize("value", ["[1]", "rebif 2020-01-01", "rebif 2020-01-01 ? extra", 'rebif "2020-01-01" ?'])
def test_a_cell_that_is_neither_json_nor_compact_is_told(value: str, tmp_path: Path) -> None:
    """With the compact form that the column takes."""
    (problem,) = problems(table(tmp_path, member(case="A-1", trial=value)))
    assert problem.code == "malformed-value"
    assert "drug start end" in problem.help


def test_an_enumeration_says_what_was_meant(tmp_path: Path) -> None:
    """The value that is nearest; or else the values there are."""
    (near,) = problems(lines(tmp_path, member(case="A", trial=[{**TRIAL, "drug": "rebiff"}])))
    (far,) = problems(lines(tmp_path, member(case="A", reply="zzzz")))
    assert near.help == "did you mean `rebif`?"
    assert far.help.startswith("values: `yes`")


def test_a_case_that_is_there_twice_or_has_no_name_is_told(tmp_path: Path) -> None:
    """A verdict needs somebody to belong to."""
    rows = [member(case=each) for each in ("A", "B", None, "A", " ")]
    twice, nameless = sorted(problems(table(tmp_path, *rows)), key=lambda each: each.code)
    assert "row 2 (case `A`)" in twice.message
    assert "row 5 (case `A`)" in twice.message
    assert "2 rows" in twice.message
    assert nameless.code == "no-case"
    assert "row 4" in nameless.message
    assert "row 6" in nameless.message


def test_only_the_first_few_of_a_kind_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    """A thousand rows that are wrong make one problem."""
    (problem,) = problems(lines(tmp_path, *(member(case=f"A-{i}", reply="no way") for i in range(1000))))
    assert problem.message.count("(case") == 3
    assert "1,000 rows" in problem.message
    assert "and 997 more" in problem.message


def test_columns_that_are_missing_unknown_or_of_another_type_are_told_together(tmp_path: Path) -> None:
    """Before any row is looked at, with what was meant."""
    kept = ", ".join(f"NULL AS {each}" for each in NAMES if each not in ("case", "relapse", "born_on", "trial", "site"))
    types = "TIMESTAMP '2024-01-01 10:00:00' AS born_on, [{'drug': 'rebif', 'start': NULL}] AS trial, 1 AS site"
    data = parquet(tmp_path / "a.parquet", f"SELECT 'A' AS \"case\", {kept}, {types}, [DATE '2024-01-01'] AS relapses")
    found = {each.message.split("`")[1]: each for each in problems(data)}
    assert {key: each.code for key, each in found.items()} == {
        "born_on": "column-type",
        "trial": "column-type",
        "site": "column-type",
        "relapse": "missing-column",
        "relapses": "unknown-column",
    }
    assert found["relapse"].help == "did you mean `relapses`?"
    assert found["relapses"].help == "did you mean `relapse`?"
    assert "lacks the field `end`" in found["trial"].message
    assert "TIMESTAMP" in found["born_on"].message
    assert "without a time" in found["born_on"].help


def test_dates_and_numbers_of_parquet_have_limits(tmp_path: Path) -> None:
    """What no case file could hold: years before 1 or after 9999, 19 digits, and a number that is none."""
    others = ", ".join(f"NULL AS {each}" for each in NAMES if each not in ("case", "born_on", "attacks", "edss"))
    rows = (
        "VALUES ('A', DATE '0044-03-15 (BC)', 1, 1.0::DOUBLE), ('B', DATE 'infinity', 2, 'nan'::DOUBLE),"
        " ('C', NULL, 1000000000000000000, 'infinity'::DOUBLE), ('D', DATE '9999-12-31', 3, 0.1)"
    )
    data = parquet(tmp_path / "a.parquet", f'SELECT *, {others} FROM ({rows}) t("case", born_on, attacks, edss)')
    checked, left = lenient(data)
    assert {each.check.column: each.count for each in checked.faults} == {"born_on": 2, "attacks": 1, "edss": 2}
    assert left == ["D"]


def test_lenient_leaves_rows_out_and_tells_each_with_its_reason(tmp_path: Path) -> None:
    """None is lost: what is left and what is left out are all the rows there are."""
    rows: list[Any] = [member(case="A"), "not json", member(case="B", reply="no way", attacks="x"), member(case="C")]
    data = lines(tmp_path, *rows, member(case="A"), "[1]", '{"case": "D", "case": "E"}')
    with opened(str(data), VOCABULARY, lenient=True) as found:
        told = list(rejects(found.connection, found.plan, found.checked))
        left = found.connection.execute('SELECT "case" FROM cohort').fetchall()
    assert left == [("C",)]
    assert (found.checked.rows, found.checked.rejected) == (7, 6)
    assert {each.place.row for each in told} == {1, 2, 3, 5, 6, 7}
    assert {each.column for each in told if each.place.row == 3} == {"reply", "attacks"}
    assert len(told) == 7


def test_a_line_of_json_that_cannot_be_read_is_told_once_and_with_its_text(tmp_path: Path) -> None:
    """Whatever is blank around it, and whatever its bytes; it is not told as a row without a name as well."""
    data = lines(tmp_path, member(case="A"), "", " \t", '{"case": "B", bad ', member(case="C"))
    with data.open("ab") as file:
        file.write(b"\r\n\xff{}\n")
    checked, left = lenient(data)
    (fault,) = checked.faults
    assert fault.check.code == "malformed-row"
    assert [(each.row, each.value) for each in fault.first] == [(2, '{"case": "B", bad'), (4, "\\xff{}")]
    assert left == ["A", "C"]


def test_many_missing_columns_are_one_problem(tmp_path: Path) -> None:
    """Each by its name; one that may be spelled otherwise in the data stands by itself."""
    found = problems(lines(tmp_path, '{"case": "A", "relapses": []}'))
    spelled, rest = [each for each in found if each.code == "missing-column"]
    assert spelled.message == "the column `relapse` is missing"
    assert spelled.help == "did you mean `relapses`?"
    assert rest.message.startswith(f"{len(NAMES) - 2} columns are missing: `requested_on`, ")


def test_lines_behind_a_quote_that_is_not_closed_are_counted_each(tmp_path: Path) -> None:
    """They may be members; all of their text is kept with what is left out, however long it is."""
    data = table(tmp_path, {**member(case="A")})
    rest = "," * (len(NAMES) - 1)
    taken = [f"C{rest}", "D" * 1200 + rest, f'E{rest}"']
    data.write_text(data.read_text() + "\n".join([f'B,"{rest[2:]}', *taken, f"F{rest}"]) + "\n")
    with opened(str(data), VOCABULARY, lenient=True) as found:
        (told,) = rejects(found.connection, found.plan, found.checked)
        left = found.connection.execute('SELECT "case" FROM cohort ORDER BY 1').fetchall()
    assert left == [("A",), ("F",)]
    assert (found.checked.rows, found.checked.rejected) == (6, 4)
    assert told.place.row == 3
    assert told.place.value is not None
    assert told.place.value.split("\n")[1:] == taken


def test_lines_of_a_table_that_cannot_be_taken_apart_are_counted(tmp_path: Path) -> None:
    """Too few cells, too many, and bytes that are no text; the lines are named."""
    data = table(tmp_path, {**member(case="A")})
    with data.open("ab") as file:
        file.write(b"B,too few\n" + b"C" + b",x" * 40 + b"\n" + b"\xff\xfe" + b"," * (len(NAMES) - 1) + b"\n")
    checked, left = lenient(data)
    assert left == ["A"]
    assert (checked.rows, checked.rejected) == (4, 3)
    assert [place.row for each in checked.faults for place in each.first] == [3, 4, 5]


def test_values_steer_no_terminal(tmp_path: Path) -> None:
    """What cannot be seen stands as its code, in values, names of cases and of columns."""
    row = {**member(case="A\x1b[2J", reply="\x1b[31m"), "\u202ecol": 1}
    for data in (lines(tmp_path, row), lines(tmp_path, {key: row[key] for key in row if key in NAMES})):
        text = str([each.message + each.help for each in problems(data)])
        assert "\x1b" not in text
        assert "\u202e" not in text


@pytest.mark.parametrize("form", [lines, table])
def test_lists_without_a_gap_are_found(form: Any, tmp_path: Path) -> None:
    """A field that is not known in one row of one member keeps its list out; no rows, or no list, keeps none out."""
    whole = {"trial": [{**TRIAL, "end": "2020-05-06"}], "relapse": ["2020-05-06"], "mri": []}
    gaps = {"trial": [TRIAL], "relapse": ["2020-05-06", None], "mri": []}

    def known(*changes: dict[str, Any]) -> frozenset[str]:
        rows = [member(**{**FULL, **whole, "case": f"A-{n}", **change}) for n, change in enumerate(changes)]
        with opened(str(form(tmp_path, *rows)), VOCABULARY) as cohort:
            return cohort.checked.whole

    lists = known({}, {"relapse": None, "trial": []})
    assert {"trial", "relapse", "mri"} <= lists
    assert known({}, {"trial": gaps["trial"]}) == lists - {"trial"}
    assert known({"relapse": gaps["relapse"]}, {}) == lists - {"relapse"}
