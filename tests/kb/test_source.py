"""Reading files: what is text, and what is said of what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.problems import ProblemsError
from kb.source import decode, read_text, unwelcome_characters


def test_a_file_is_read_without_its_mark_and_with_one_kind_of_line_end(tmp_path: Path) -> None:
    """Files of any editor read the same."""
    path = tmp_path / "policy with blanks.pl"
    path.write_bytes(b"\xef\xbb\xbfp(a).\r\np(b).\r\n")
    assert read_text(path) == "p(a).\np(b).\n"


@pytest.mark.parametrize("name", ["missing.pl", ".", "nul\0byte"])
def test_a_file_that_cannot_be_read_is_bad_input(tmp_path: Path, name: str) -> None:
    """No file, a folder and an impossible name are problems like any other."""
    with pytest.raises(ProblemsError) as caught:
        read_text(f"{tmp_path}/{name}")
    assert [problem.code for problem in caught.value.problems] == ["unreadable-file"]


@pytest.mark.parametrize(
    ("data", "line", "column"), [(b"a\nb\xff", 2, 2), (b"\x00", 1, 1), ("é\n".encode() + b"\xc3\xa9\x00", 2, 2)]
)
def test_bytes_that_are_no_text_are_told_by_their_place(data: bytes, line: int, column: int) -> None:
    """The place of the first bad byte is counted in characters."""
    with pytest.raises(ProblemsError) as caught:
        decode(data, "test.pl")
    (problem,) = caught.value.problems
    assert (problem.code, problem.span.line, problem.span.column) == ("encoding", line, column)


def test_characters_that_deceive_a_reader_are_found_and_others_are_not() -> None:
    """Tabs, accents and emoji are welcome; escapes and reversals are not, and a flood is cut short."""
    assert unwelcome_characters("\tnaïve 👩\u200d⚕️\n", "test.pl") == []
    assert [problem.span.column for problem in unwelcome_characters("ab\x1bc\u2066", "test.pl")] == [3, 5]
    assert len(unwelcome_characters("\x01" * 1000, "test.pl")) == 20
