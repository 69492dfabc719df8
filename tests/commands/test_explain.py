"""`explain`: the proof of a case, as text and in files of every kind."""

from __future__ import annotations

import json
import os
import stat
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pygraphviz
import pytest

from explain import picture
from tests.commands.running import APPROVAL, PEND, REFUSAL, STEERING, VERDICTS, flat, run, written

ENDINGS = (".html", ".svg", ".png", ".pdf", ".dot", ".txt", ".json")
MAGIC = {
    ".html": b"<!doctype html>",
    ".svg": b"<?xml",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".pdf": b"%PDF-",
    ".dot": b"digraph",
    ".json": b"{",
}


@pytest.mark.parametrize("case", VERDICTS, ids=lambda case: case.name)
def test_a_proof_is_text_by_default(case: Path) -> None:
    """The exit code is that of the goal, and every line starts with a status."""
    result = run("explain", case)
    assert (result.exit_code, result.stderr) == (VERDICTS[case][1], "")
    title, proof = result.stdout.split("\n\n", 1)
    assert title.splitlines()[1] == "Policy: Lemtrada (alemtuzumab), Molina Healthcare, edition 2024"
    assert flat(proof).startswith(
        {0: "met", 1: "NOT MET", 3: "UNDOCUMENTED"}[result.exit_code] + " BENEFIT coverage of alemtuzumab"
    )


def test_the_text_shows_every_criterion_that_fails() -> None:
    """Not the first one only, and each with its evidence."""
    told = flat(run("explain", REFUSAL).stdout)
    for words in ("NOT MET A.2(b) ", "from 2024-02-05 to 2024-04-15", "NOT MET A.3 ", "NOT MET PRESCRIBER "):
        assert words in told


@pytest.mark.parametrize("ending", [*ENDINGS, ".SVG", ".Png", ".PDF", ".DOT", ".TXT", ".Json"])
def test_the_ending_says_the_format(ending: str, tmp_path: Path) -> None:
    """In upper case as well; the terminal gets the verdict alone, and the exit code stays that of the goal."""
    output = tmp_path / f"proof{ending}"
    result = run("explain", PEND, "-o", output)
    assert (result.exit_code, result.stdout) == (3, "")
    assert flat(result.stderr).startswith(f"{output}: undetermined: coverage of alemtuzumab")
    content = output.read_bytes()
    assert content.startswith(MAGIC.get(ending.lower(), b"Case EXAMPLE-3: "))
    match ending.lower():
        case ".svg":
            assert ElementTree.fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"
        case ".pdf":
            assert content.rstrip().endswith(b"%%EOF")
        case ".png":
            assert content[-8:-4] == b"IEND"
        case ".dot":
            assert pygraphviz.AGraph(string=content.decode()).number_of_nodes() > 5
        case ".html":
            assert content.endswith(b"</html>")
        case ".json":
            assert json.loads(content)["format"] == "policykb-proof/1"
        case _:
            assert content.decode() == run("explain", PEND).stdout


def test_the_json_proof_is_a_graph(tmp_path: Path) -> None:
    """Each child is a node, the root stands for the goal, and evidence carries its source."""
    output = tmp_path / "proof.json"
    run("explain", REFUSAL, "-o", output)
    found = json.loads(output.read_text("utf-8"))
    nodes = found["nodes"]
    assert {child for node in nodes.values() for child in node["children"]} | {found["root"]} == nodes.keys()
    assert (nodes[found["root"]]["goal"], nodes[found["root"]]["status"]) == (found["goal"], found["status"])
    sources = {p["source"] for node in nodes.values() for f in node.get("evidence", ()) for p in f["pieces"]}
    assert {"Infusion center record", "Request form 2024-06-03"} <= sources


@pytest.mark.parametrize("name", ["proof.gif", "proof", ".svg", "", "proof.svg.gz", "proof.\x1b[31m\x07"])
def test_an_unknown_ending_is_refused(name: str, tmp_path: Path) -> None:
    """The known ones are named, and nothing is written."""
    result = run("explain", REFUSAL, "-o", tmp_path / name if name else "")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is no known ending; known are .html, .svg, .png, .pdf, .dot, .txt, .json" in flat(result.stderr)
    assert STEERING.search(result.stderr) is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A misspelt path is told rather than created."""
    result = run("explain", REFUSAL, "-o", tmp_path / "no" / "proof.svg")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "error[unwritable]: cannot be written: no such file or directory" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_not_written_over(tmp_path: Path) -> None:
    """Neither is what lies in the way, and no draft is left behind."""
    (tmp_path / "proof.svg").mkdir()
    result = run("explain", REFUSAL, "-o", tmp_path / "proof.svg")
    assert (result.exit_code, "error[unwritable]" in result.stderr) == (2, True)
    file = written(tmp_path / "file", "")
    assert run("explain", REFUSAL, "-o", file / "proof.svg").exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "proof.svg"]


def test_a_folder_without_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is in the system's words."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    # Root may write anywhere, so the refusal is the test's own.
    monkeypatch.setattr("tempfile.mkstemp", refused)
    result = run("explain", REFUSAL, "-o", tmp_path / "proof.svg")
    assert (result.exit_code, "permission denied" in result.stderr) == (2, True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_is_for_its_owner_alone(ending: str, tmp_path: Path) -> None:
    """It holds health data, so neither the group nor others may read it, whatever it was before."""
    output = written(tmp_path / f"proof{ending}", "old")
    output.chmod(0o644)
    run("explain", APPROVAL, "-o", output)
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert output.read_bytes() != b"old"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full in the middle costs nothing that was there before, and leaves no draft."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    output = written(tmp_path / "proof.svg", "old")
    monkeypatch.setattr(os, step, full)
    result = run("explain", REFUSAL, "-o", output)
    assert (result.exit_code, "no space left on device" in result.stderr) == (2, True)
    assert output.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [output]


@pytest.mark.parametrize(
    ("goal", "code", "words"),
    [
        ("step_b(P)", 1, "NOT MET A.2(b) inadequate response to natalizumab, ocrelizumab or fingolimod"),
        ("inadequate_response(P, rebif)", 0, "met A.2 definition inadequate response to Rebif"),
        ("inadequate_response(P, Drug)", 0, "met A.2 definition inadequate response to Rebif"),
        (r"\+ eligible(P)", 0, r"met the goal \+ eligible("),
        ("requested_on(P, Date)", 0, "met the goal requested_on("),
    ],
)
def test_any_goal_can_be_explained(goal: str, code: int, words: str) -> None:
    """The proof starts at the goal, and the exit code is the goal's."""
    result = run("explain", REFUSAL, "--goal", goal)
    assert result.exit_code == code
    assert flat(result.stdout.split("\n\n", 1)[1]).startswith(words)


def test_a_goal_is_drawn_as_well(tmp_path: Path) -> None:
    """The picture is of that goal, and smaller than that of the whole."""
    run("explain", REFUSAL, "-o", tmp_path / "whole.dot")
    run("explain", REFUSAL, "--goal", "step_b(P)", "-o", tmp_path / "part.dot")
    whole, part = (pygraphviz.AGraph(str(tmp_path / f"{name}.dot")) for name in ("whole", "part"))
    assert 0 < part.number_of_nodes() < whole.number_of_nodes()


def test_a_goal_that_is_wrong_is_refused(tmp_path: Path) -> None:
    """Its problem is told with its caret, and no file is written."""
    result = run("explain", REFUSAL, "--goal", "stp_b(P)", "-o", tmp_path / "proof.svg")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean `step_b`?" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_full_unfolds_what_is_met(tmp_path: Path) -> None:
    """Folded, an approval says that a criterion is met; in full it says on which evidence."""
    folded, full = run("explain", APPROVAL).stdout, run("explain", APPROVAL, "--full").stdout
    assert "Infusion center record" not in folded
    assert "Infusion center record" in full
    for option, lines in (((), folded), (("--full",), full)):
        run("explain", APPROVAL, "-o", tmp_path / "proof.txt", *option)
        assert (tmp_path / "proof.txt").read_text("utf-8") == lines


def test_the_picture_needs_no_graphviz_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The Graphviz inside the wheel draws where there is no `dot`, or one that fails."""
    monkeypatch.setenv("PATH", "")
    assert picture.render("digraph { a -> b }", "svg").startswith(b"<?xml")


def test_a_graphviz_that_fails_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken `dot` on the path costs nothing but time."""
    written(tmp_path / "dot", "#!/bin/sh\necho broken >&2\nexit 1\n").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert picture.render("digraph { a -> b }", "png").startswith(b"\x89PNG")
