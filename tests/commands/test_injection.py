"""No text of a case or a policy can steer a terminal, end a label, open a tag or add a node."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pygraphviz
import pytest

from tests.commands.hostile import CONTROLS, IN_A_CASE, IN_A_POLICY, case_file, policy_file, twin
from tests.commands.running import STEERING, run, written

TEXTS = [
    *(pytest.param("case", text, id=f"case, {name}") for name, text in IN_A_CASE.items()),
    *(pytest.param("policy", text, id=f"policy, {name}") for name, text in IN_A_POLICY.items()),
]


def files(folder: Path, where: str, text: str) -> tuple[Path, Path]:
    """A policy and a case, one of them made of a text."""
    plain = "plain words"
    return policy_file(folder, text if where == "policy" else plain), case_file(
        folder, text if where == "case" else plain
    )


def faces(folder: Path, where: str, text: str) -> dict[str, str]:
    """Every face of a decision, with the exit code of a refusal each time."""
    policy, case = files(folder, where, text)
    shown = {
        "report": run("check", "--policy", policy, case),
        "table": run("check", "--policy", policy, folder / "small.yaml", case),
        "report as json": run("check", "--json", "--policy", policy, case),
        "text": run("explain", "--full", "--policy", policy, case),
    }
    assert {result.exit_code for result in shown.values()} == {1}
    found = {face: result.stdout for face, result in shown.items()}
    for ending in ("dot", "svg", "json"):
        output = folder / f"proof.{ending}"
        assert run("explain", "--full", "--policy", policy, case, "-o", output).exit_code == 1
        found[ending] = output.read_text("utf-8")
    return found


def graph(source: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The names of the nodes of a DOT source, and its edges."""
    found = pygraphviz.AGraph(string=source)
    return sorted(found.nodes()), sorted(found.edges())


def elements(svg: str) -> list[tuple[str, list[str]]]:
    """The elements of a picture in their order, each with the names of its attributes."""
    return [(each.tag, sorted(each.keys())) for each in ElementTree.fromstring(svg).iter()]


def shape(value: object) -> object:
    """A document without its texts."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items() if key != "nodes"}
    return [shape(each) for each in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize(("where", "text"), TEXTS)
def test_a_hostile_text_changes_nothing_but_words(where: str, text: str, tmp_path: Path) -> None:
    """Each face has the shape that a harmless text of the same length gives it, and no character that steers."""
    hostile, harmless = (faces(tmp_path / name, where, each) for name, each in (("a", text), ("b", twin(text))))
    # What a library indents with tabs is no terminal's.
    assert [face for face, said in hostile.items() if STEERING.search(said.replace("\n\t", "\n"))] == []
    assert graph(hostile["dot"]) == graph(harmless["dot"])
    drawn, same = (elements(found["svg"]) for found in (hostile, harmless))
    assert drawn == same
    assert {tag.rpartition("}")[2] for tag, _ in drawn} <= {
        "svg",
        "g",
        "title",
        "text",
        "polygon",
        "path",
        "a",
        "polyline",
    }
    for face in ("json", "report as json"):
        assert shape(json.loads(hostile[face])) == shape(json.loads(harmless[face]))
    for face in ("report", "text", "table"):
        assert hostile[face].count("\n") == harmless[face].count("\n")


@pytest.mark.parametrize("text", IN_A_CASE.values(), ids=IN_A_CASE)
def test_a_hostile_text_is_shown_as_it_is(text: str, tmp_path: Path) -> None:
    """It is neither swallowed nor filled in: what is a sentence to the policy is a text to the case."""
    policy, case = files(tmp_path, "case", text)
    found = json.loads(run("check", "--json", "--policy", policy, case).stdout)
    assert found["case"]["title"] == " ".join(text.split())
    answers = json.loads(run("query", "--json", "trial(P, avonex, Note)", "--policy", policy, case).stdout)
    (answer,) = answers["cases"][0]["answers"]
    assert answer["status"] == "met"
    assert len(answer["bindings"]["Note"]) >= len(text)


@pytest.mark.parametrize(
    "command",
    [
        ("trace", "--policy"),
        ("trace", "--json", "--policy"),
        ("new", "--policy"),
        ("schema", "--policy"),
        ("lint",),
        ("lint", "--json"),
        ("query", "trial(P, Drug, Note)", "small.yaml", "--policy"),
        ("query", "--json", "trial(P, Drug, Note)", "small.yaml", "--policy"),
        ("shell", "small.yaml", "--policy"),
    ],
    ids=" ".join,
)
def test_a_hostile_policy_steers_no_command(command: tuple[str, ...], tmp_path: Path) -> None:
    """Every command that prints words of a policy prints its control characters as escapes."""
    policy, case = files(tmp_path, "policy", CONTROLS)
    args = [str(case) if arg == case.name else arg for arg in command]
    result = run(*args, policy, input="predicates\ntrial(P, Drug, Note)\nwhy eligible(P)\n")
    assert (result.exit_code, result.stderr) == (0, "")
    assert STEERING.search(result.stdout) is None
    if "--json" in command or "schema" in command:
        json.loads(result.stdout)


def test_a_wrong_policy_is_told_without_its_control_characters(tmp_path: Path) -> None:
    """The excerpt of what is wrong shows them as escapes."""
    text = policy_file(tmp_path, CONTROLS).read_text("utf-8").replace("safe(P) :-", 'sfae(P, "\x1b[2J\u202e") :-')
    result = run("lint", written(tmp_path / "wrong.pl", text))
    assert result.exit_code == 2
    assert STEERING.search(result.output) is None


@pytest.mark.parametrize("spelt", [True, False], ids=["as an escape", "as it is"])
@pytest.mark.parametrize("code", [0x1B, 0x07, 0x202E, 0x2066, 0x9B], ids=hex)
@pytest.mark.parametrize("place", ['case: "§1"', 'title: "§"', 'note: "§"', 'source: "§"'])
def test_a_control_character_in_a_case_is_refused(place: str, code: int, spelt: bool, tmp_path: Path) -> None:
    """Wherever it stands, and however it is written; the message itself spells it out."""
    hostile = f"\\u{code:04x}" if spelt else chr(code)
    text = case_file(tmp_path, "plain").read_text("utf-8")
    start = place.partition("§")[0] + "plain"
    assert start in text
    case = written(tmp_path / "hostile.yaml", text.replace(start, start + hostile, 1))
    result = run("check", "--policy", policy_file(tmp_path, "plain"), case)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "case-control-character" in result.stderr
    assert STEERING.search(result.stderr) is None


def test_the_name_of_a_file_steers_nothing(tmp_path: Path) -> None:
    """Neither in a table nor in an error, nor where a file was written."""
    policy, case = files(tmp_path, "case", "plain")
    odd = tmp_path / "\x1b[31m\u202e"
    written(odd / "bad\x07.yaml", "")
    written(odd / "good\x9b.yaml", case.read_text("utf-8"))
    output = odd / "\x1b]0;title\x07.svg"
    for args in (("check", odd), ("check", "--json", odd), ("explain", odd / "good\x9b.yaml", "-o", output)):
        result = run(*args, "--policy", policy)
        assert result.exit_code in (1, 2)
        assert STEERING.search(result.output) is None
    for args in (("new", "-o", odd / "\x1b.yaml"), ("schema", "-o", output), ("demo", "-o", output), ("lint", odd)):
        assert STEERING.search(run(*args).output) is None
    ElementTree.fromstring(output.read_text("utf-8"))


@pytest.mark.parametrize("ending", ["svg", "json"])
def test_a_hostile_path_of_a_policy_leaves_the_file_well_formed(ending: str, tmp_path: Path) -> None:
    """The proof names the policy's file, which can be called anything."""
    _, case = files(tmp_path, "case", "plain")
    policy = policy_file(tmp_path / '\x1b"];evil[<script>&#x1b;', "plain")
    assert run("explain", "--policy", policy, case, "-o", tmp_path / f"proof.{ending}").exit_code == 1
    text = (tmp_path / f"proof.{ending}").read_text("utf-8")
    if ending == "json":
        json.loads(text)
    else:
        assert "script" not in {each.tag.rpartition("}")[2] for each in ElementTree.fromstring(text).iter()}


def test_two_cases_never_show_each_others_text(tmp_path: Path) -> None:
    """Every document, table row, answer and proof of a case is its own, whatever ran before it."""
    policy = policy_file(tmp_path, "plain")
    names = ("ALPHA", "BRAVO")
    alpha, bravo = (case_file(tmp_path, name, f"{name}.yaml") for name in names)
    for command in (("check", "--json"), ("query", "--json", "trial(P, Drug, Note)")):
        found = json.loads(run(*command, "--policy", policy, alpha, bravo).stdout)
        for own, other, each in zip(
            names, reversed(names), found if isinstance(found, list) else found["cases"], strict=True
        ):
            assert (own in json.dumps(each), other in json.dumps(each)) == (True, False)
    for line in run("query", "trial(P, Drug, Note)", "--policy", policy, alpha, bravo).stdout.splitlines():
        assert ("ALPHA" in line) != ("BRAVO" in line)
    told = run("shell", "--policy", policy, alpha, bravo, input="why eligible(P)\n").stdout
    first, second = told.split("Case BRAVO1")
    assert ("BRAVO" in first, "ALPHA" in second) == (False, False)
    for own, other, case in (("ALPHA", "BRAVO", alpha), ("BRAVO", "ALPHA", bravo)):
        for ending in ("svg", "json", "txt", "dot"):
            output = tmp_path / f"proof.{ending}"
            run("explain", "--full", "--policy", policy, case, "-o", output)
            text = output.read_text("utf-8")
            assert (own in text, other in text) == (True, False)
