"""`new`, `schema`, `lint` and `trace`: what a policy says of itself."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from kb.case_nodes import read_nodes
from kb.case_problems import Report
from kb.policy import load_policy
from tests.commands.running import CASES, EXAMPLES, ROOT, flat, run, written
from tests.kb.test_schema import plain_data
from tests.support import MS

BAD = ROOT / "tests" / "bad"
SHIPPED = sorted([*EXAMPLES.glob("*.yaml"), *CASES.glob("*.yaml")])


# new and schema


@pytest.mark.parametrize(("command", "name"), [("new", "case.yaml"), ("schema", "schema.json")])
def test_what_is_printed_can_be_written(command: str, name: str, tmp_path: Path) -> None:
    """The same text goes to the terminal or to a file, which only its owner can read."""
    printed = run(command)
    assert (printed.exit_code, printed.stderr) == (0, "")
    output = tmp_path / name
    result = run(command, "-o", output)
    assert (result.exit_code, result.stdout, flat(result.stderr)) == (0, "", f"{output}: written")
    assert output.read_text("utf-8") == printed.stdout
    assert stat.S_IMODE(output.stat().st_mode) == 0o600


@pytest.mark.parametrize("command", ["new", "schema"])
def test_nothing_is_overwritten(command: str, tmp_path: Path) -> None:
    """A case that was filled in is not replaced by an empty one; neither is a folder, and no folder is made."""
    output = written(tmp_path / "case.yaml", "case: A-1\n")
    for path in (output, tmp_path):
        result = run(command, "-o", path)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "error[exists]: there is a file of this name already" in result.stderr
    assert output.read_text("utf-8") == "case: A-1\n"
    result = run(command, "-o", tmp_path / "no" / "case.yaml")
    assert (result.exit_code, "error[unwritable]" in result.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == [output]


def test_an_empty_case_is_valid_and_undocumented(tmp_path: Path) -> None:
    """What `new` writes can be decided at once: every criterion waits for documents, and none fails."""
    case = tmp_path / "case.yaml"
    run("new", "-o", case)
    result = run("check", "--json", case)
    found = json.loads(result.stdout)
    assert (result.exit_code, found["verdict"]) == (3, "undetermined")
    pending = [found["criteria"]]
    statuses = set()
    while pending:
        for point in pending.pop():
            if point["kind"] == "criterion":
                statuses.add(point["status"])
            pending.append(point["children"])
    assert "not met" not in statuses
    assert len(found["to_document"]) > 20


def test_an_empty_case_names_every_input() -> None:
    """Each with its question, ready to be filled in."""
    text = run("new").stdout
    inputs = load_policy().vocabulary.inputs.values()
    assert [each.name for each in inputs if not re.search(rf"^#\s?{each.name}:", text, re.MULTILINE)] == []
    assert [each.name for each in inputs if each.question not in flat(text.replace("#", " "))] == []


def test_the_schema_takes_every_shipped_case() -> None:
    """An editor that checks against it finds no fault in the examples, and does in a misspelt key."""
    schema = json.loads(run("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    assert len(SHIPPED) > 100
    for path in SHIPPED:
        text = path.read_text("utf-8")
        data = plain_data(read_nodes(text, Report(path.name, text)))
        assert [error.message for error in validator.iter_errors(data)] == [], path.name
        assert not validator.is_valid({**data, "edds": 4.0})


def test_another_policy_has_another_form(tmp_path: Path) -> None:
    """All of these commands take any policy file."""
    policy = written(tmp_path / "small.pl", MS)
    assert "lesions" in run("new", "--policy", policy).stdout
    assert "lesions" in json.loads(run("schema", "--policy", policy).stdout)["properties"]
    assert run("lint", policy).exit_code == 0
    assert run("trace", "--policy", policy).stdout.startswith("A  All\n")


# lint


def test_lint_finds_nothing_in_the_shipped_policy() -> None:
    """It has neither an error nor a warning."""
    result = run("lint")
    assert (result.exit_code, result.output) == (0, "lemtrada: no problems\n")
    assert json.loads(run("lint", "--json").stdout) == []


def test_lint_shows_every_error_with_its_place() -> None:
    """All problems are shown together, with a caret each, and counted."""
    result = run("lint", BAD / "arithmetic.pl")
    assert result.exit_code == 2
    assert result.stdout.count("error[arithmetic]") == 6
    assert result.stdout.count("^\n") == 6
    assert "arithmetic.pl:5:40" in result.stdout
    assert result.stdout.endswith("\n6 errors\n")


def test_lint_gives_json() -> None:
    """An editor finds code, severity, place, message and help."""
    result = run("lint", "--json", BAD / "arithmetic.pl")
    found = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (2, "")
    assert len(found) == 6
    first = min(found, key=lambda problem: problem["line"])
    assert (first["code"], first["severity"], first["line"], first["column"]) == ("arithmetic", "error", 5, 40)
    assert first["message"]
    assert first["help"]


def test_a_warning_alone_is_no_failure() -> None:
    """A policy with warnings can be used, so the exit code is 0."""
    result = run("lint", BAD / "unused-reading.pl")
    assert (result.exit_code, "warning[unused-reading]" in result.stdout) == (0, True)
    (problem,) = json.loads(run("lint", "--json", BAD / "unused-reading.pl").stdout)
    assert problem["severity"] == "warning"


@pytest.mark.parametrize(
    "args", [("lint",), ("lint", "--json"), ("trace", "--policy"), ("new", "--policy"), ("schema", "--policy")]
)
def test_a_policy_that_is_not_there_is_refused_with_a_hint(args: tuple[str, ...]) -> None:
    """The closest name is offered."""
    result = run(*args, "lemtrda")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "error[no-such-policy]" in result.stderr
    assert "did you mean `lemtrada`?" in result.stderr


@pytest.mark.parametrize("command", ["trace", "new", "schema"])
def test_a_policy_with_an_error_is_not_used(command: str) -> None:
    """Its errors are told as `lint` tells them."""
    result = run(command, "--policy", BAD / "arithmetic.pl")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == run("lint", BAD / "arithmetic.pl").stdout


# trace


def unaccounted(sections: list[dict[str, Any]]) -> list[str]:
    """The sections of a trace that nothing encodes."""
    return [section["section"] for section in sections if not section["entries"]]


def test_every_section_of_the_policy_is_accounted_for() -> None:
    """By a criterion, an advisory, a grant, or a reason why there is no rule."""
    result = run("trace", "--json")
    sections = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [each["section"] for each in sections] == list(load_policy().vocabulary.header.sections)
    assert unaccounted(sections) == []
    assert "nothing encodes this section" not in run("trace").stdout


def test_a_section_that_nothing_encodes_is_told(tmp_path: Path) -> None:
    """It is a part of the document that was forgotten."""
    policy = written(
        tmp_path / "small.pl", MS.replace("""section('A', "All")""", """section('A', "All"), section('B', "More")""")
    )
    assert unaccounted(json.loads(run("trace", "--json", "--policy", policy).stdout)) == ["B"]
    assert "B  More\n    nothing encodes this section\n" in run("trace", "--policy", policy).stdout


def test_a_trace_leads_to_the_lines_of_the_policy() -> None:
    """Each predicate of the trace stands on the lines that it is said to stand on."""
    lines = (ROOT / "kb" / "policies" / "lemtrada.pl").read_text("utf-8").splitlines()
    for section in json.loads(run("trace", "--json").stdout):
        for entry in section["entries"]:
            name = entry["predicate"].partition("/")[0] or ":- informational("
            assert entry["lines"]
            assert [line for line in entry["lines"] if not lines[line - 1].startswith(name)] == []


def test_a_trace_lists_the_readings() -> None:
    """With the default, the alternatives and why there is a choice."""
    text = run("trace").stdout
    readings = text.partition("\nreadings\n")[2]
    assert "minimum_age: seventeen (or adult): " in readings
    assert len(readings.splitlines()) == len(load_policy().vocabulary.readings)
