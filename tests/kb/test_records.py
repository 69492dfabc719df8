"""Decision records: what a line holds, and how lines are added by many at once."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from kb.append import append_line
from kb.problems import Problem, ProblemsError
from kb.records import FORMAT, Record, append_record, key, line_of, read_records, record_of, row_of
from kb.syntax import Constant, Predicate, Variable
from tests.support import FULL, HEADER, MS, decided, policy_of

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2024, 2, 1, 12, 30, 15, 999, tzinfo=UTC)
VERSION = "policykb 9"


def record(text: str = FULL, policy: str = MS) -> Record:
    return record_of(decided(policy_of(policy), text), VERSION, NOW)


# What a record holds


def test_a_record_says_what_was_decided() -> None:
    """The verdict, the statuses by stable keys, the readings by default among them, and the hashes."""
    found = record()
    assert (found.verdict, found.requested_on, found.edition) == ("proved", "2024-01-01", "1")
    assert found.readings == {"window": "request"}
    assert found.statuses == {"eligible": "met", "step": "met", "failed(avonex)": "met", "clear": "met"}
    assert found.case_sha256 == decided(policy_of(MS), FULL).case.hash
    assert found.policy_sha256 == policy_of(MS).hash


def test_a_criterion_without_values_is_there_when_it_is_not_met() -> None:
    """One with values is not: what is not listed is not met."""
    found = record(FULL.replace("2023-06-01", "2023-01-02"))
    assert found.statuses == {"eligible": "not met", "step": "not met", "clear": "met"}


def test_the_time_is_told_in_utc() -> None:
    """Wherever the machine is."""
    east = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert record_of(decided(policy_of(MS), FULL), VERSION, east).recorded_at == "2024-02-01T12:30:15Z"


def test_a_record_names_nobody() -> None:
    """Neither the case, its title, its file or a source, nor a text that somebody wrote."""
    policy = (
        HEADER
        + """
:- input(remark(P: case, Note: text), many, "Which remarks?").
:- criterion(remarked/2, 'A', "remarked {Note}").
:- criterion(same/3, 'A', "{One} and {Two}").
remarked(P, Note) :- remark(P, Note).
same(P, One, Two) :- remark(P, One), remark(P, Two), requested_on(P, _).
eligible(P) :- remarked(P, _).
"""
    )
    text = (
        'case: Jane Roe\ntitle: Jane\nrequested_on: 2024-01-01\nremark: [{value: "Jane Roe", source: "Dr. Doe"}, x]\n'
    )
    line = line_of(record(text, policy)).decode()
    assert re.search("Jane|Roe|Doe|case.yaml", line) is None
    keys = json.loads(line)["statuses"].keys()
    assert len([key for key in keys if re.fullmatch(r"remarked\(text:[0-9a-f]{16}\)", key)]) == 2
    assert len([key for key in keys if re.fullmatch(r"same\(text:[0-9a-f]{16}, text:[0-9a-f]{16}\)", key)]) == 4


def test_a_value_that_is_not_known_has_a_key() -> None:
    """By the place in the case, which is the same each time."""
    policy = (
        MS + ":- criterion(tried/3, 'A', \"{Drug} until {End}\").\ntried(P, Drug, End) :- trial(P, Drug, _, End).\n"
    )
    text = FULL.replace(", end: 2023-08-01", "")
    assert "tried(rebif, ?trial[2].End)" in record(text, policy).statuses
    assert "tried(avonex, 2023-06-01)" in record(text, policy).statuses


def test_a_key_tells_its_row() -> None:
    """But for what it does not say: a text, an unknown value, and what is no value of the type."""
    case, values, any_ = Constant("atom", "c"), {"drug": ["avonex"]}, Variable("_")
    row = (case, Constant("atom", "avonex"), Constant("date", date(2024, 1, 2)), Constant("number", Decimal("1.50")))
    types = ("case", "drug", "date", "decimal")
    assert row_of(key(Predicate("p", 4), row, case), types, values, case) == row
    assert row_of("p(text:1a2b, ?x.Y, other, 2.5)", ("case", "text", "date", "drug", "integer"), values, case) == (
        case,
        *(any_ for _ in range(4)),
    )
    assert row_of("p(1)", ("integer",), values, case) == (Constant("number", 1),)
    assert row_of("p(1, 2)", ("case", "integer"), values, case) == (case, any_)
    assert row_of("p", ("case",), values, case) == (case,)


def test_a_date_that_is_not_stated_is_null() -> None:
    """And not a word that could be taken for one."""
    found = record(FULL.replace("requested_on: 2024-01-01\n", ""))
    assert found.requested_on is None
    assert json.loads(line_of(found))["requested_on"] is None


def test_a_line_reads_back(tmp_path: Path) -> None:
    """As the record that it was made of."""
    path = tmp_path / "records.jsonl"
    both = [record(), record(FULL.replace("edss: 4.0", "edss: 2.0"))]
    assert [append_record(path, each) for each in both] == [True, True]
    assert list(read_records(path)) == [(1, both[0]), (2, both[1])]


# Adding lines


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Whatever the mask of the process says."""
    before = os.umask(0)
    try:
        append_line(tmp_path / "new", b"line\n")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600


def test_processes_that_append_at_once_tear_and_lose_nothing(tmp_path: Path) -> None:
    """Eight of them, each a hundred lines of very unlike lengths."""
    path, each, many = tmp_path / "records.jsonl", 100, 8
    code = (
        "import sys; from pathlib import Path; from kb.append import append_line\n"
        "sys.stdin.readline()\n"
        f"for i in range({each}):\n"
        "    who = sys.argv[2]\n"
        "    line = f'{who} {i} ' + who * (i * i * 7 % 20011)\n"
        "    assert append_line(Path(sys.argv[1]), line.encode() + b'\\n')\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, path, who], cwd=ROOT, stdin=subprocess.PIPE, text=True)
        for who in "abcdefgh"[:many]
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        process.communicate()
        assert process.returncode == 0
    lines = path.read_text().splitlines()
    wanted = {f"{who} {i} " + who * (i * i * 7 % 20011) for who in "abcdefgh"[:many] for i in range(each)}
    assert len(lines) == each * many
    assert set(lines) == wanted
    # They did write at the same time, or nothing was tested.
    assert len({line[0] for line in lines[: each * 2]}) > 1


def test_a_torn_end_is_told_and_never_glued_onto(tmp_path: Path) -> None:
    """What is torn keeps its line, the new record has its own, and the next append finds all well."""
    path = tmp_path / "records.jsonl"
    append_record(path, record())
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:100])
    assert append_record(path, record()) is False
    assert append_record(path, record()) is True
    assert path.read_bytes() == whole + whole[:100] + b"\n" + whole + whole
    kinds = [type(found) for _, found in read_records(path)]
    assert kinds == [Record, Problem, Record, Record]


def test_a_line_that_lacks_its_end_alone_is_still_read(tmp_path: Path) -> None:
    """Nothing of the record is missing."""
    path = tmp_path / "records.jsonl"
    path.write_bytes(line_of(record()).rstrip())
    assert list(read_records(path)) == [(1, record())]
    assert append_record(path, record()) is False
    assert list(read_records(path)) == [(1, record()), (2, record())]


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """The limit of a file's size stands for the disk; a part of a line is taken back."""
    path = tmp_path / "records.jsonl"
    code = (
        "import resource, signal, sys; from pathlib import Path; from kb.append import append_line\n"
        "from kb.problems import ProblemsError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "path = Path(sys.argv[1])\n"
        "append_line(path, b'x' * 59 + b'\\n')\n"
        "try: append_line(path, b'y' * 59 + b'\\n')\n"
        "except ProblemsError as error: print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, path], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "error[unwritable]: cannot be written: the disk is full" in ran.stdout
    assert path.read_bytes() == b"x" * 59 + b"\n"


@pytest.mark.parametrize("name", [".", "missing/records.jsonl", "/dev/null"])
def test_what_cannot_be_appended_to_is_a_problem(tmp_path: Path, name: str) -> None:
    """A folder, a folder that is missing, a device."""
    with pytest.raises(ProblemsError) as caught:
        append_line(tmp_path / name, b"line\n")
    assert [each.code for each in caught.value.problems] == ["unwritable"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"nonsense\n", "the line is not a record"),
        (b"[1, 2]\n", "the line is not a record"),
        (b'{"format": "policykb-report/1"}\n', "the line is not a record"),
        (b"\xff\xfe\n", "the line is not a record"),
        (b"[" * 100_000 + b"\n", "the line is not a record"),
        (line_of(record()).replace(b"record/1", b"record/2"), "a format that this release does not know"),
        (line_of(record()).replace(b'"verdict":"proved"', b'"verdict":"denied"'), "`verdict`"),
        (line_of(record()).replace(b'"clear":"met"', b'"clear":"yes"'), "`statuses`"),
        (line_of(record()).replace(b'"case_sha256":"', b'"case_sha256":"g'), "`case_sha256`"),
        (line_of(record()).replace(b'"edition":"1",', b""), "`edition`"),
        (line_of(record())[:-40], "the last line of the file was cut"),
    ],
    ids=str,
)
def test_a_damaged_line_is_told_with_its_number(tmp_path: Path, line: bytes, told: str) -> None:
    """And the others are read."""
    path = tmp_path / "records.jsonl"
    path.write_bytes(line_of(record()) + b"\n" + line)
    (_, first), (number, found) = read_records(path)
    assert isinstance(found, Problem)
    assert (first, number, found.code, found.span.line) == (record(), 3, "damaged-record", 3)
    assert told in found.message


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    """As any other that cannot be read."""
    with pytest.raises(ProblemsError, match="unreadable-file"):
        list(read_records(tmp_path / "nothing"))


def test_the_format_is_the_one_that_is_promised() -> None:
    """The number after the name changes when a key changes its meaning."""
    assert json.loads(line_of(record()))["format"] == FORMAT == "policykb-record/1"
