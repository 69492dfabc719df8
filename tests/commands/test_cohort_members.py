"""One member of a cohort explained, and any goal asked of all."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kb.cohort.members import member
from kb.policy import load_policy
from kb.read_case import load_case
from tests.commands.running import APPROVAL, PEND, REFUSAL, VERDICTS, run, written
from tests.explain.test_schemas import faults


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three examples as a cohort."""
    policy = load_policy("lemtrada")
    rows = [member(load_case(file, policy.vocabulary), policy) for file in VERDICTS]
    keys = {key for row in rows for key in row}
    texts = (json.dumps({**dict.fromkeys(keys), **row}, default=str) for row in rows)
    return written(tmp_path_factory.mktemp("cohort") / "members.ndjson", "".join(f"{each}\n" for each in texts))


def name(file: Path) -> str:
    return str(load_case(file, load_policy("lemtrada").vocabulary).id.value)


@pytest.mark.parametrize("file", VERDICTS, ids=lambda file: file.stem)
def test_a_member_is_explained_as_its_case_is(file: Path, data: Path, tmp_path: Path) -> None:
    """With the same steps, and the same exit code; what only a case file has, such as sources, is not there."""
    verdict, code = VERDICTS[file]
    of_case, of_member = run("explain", file), run("explain", data, "--case", name(file))
    assert of_member.exit_code == of_case.exit_code == code
    steps = [re.findall(r"^ *(?:met|NOT MET|UNDOCUMENTED|n/a)\b", each.stdout, re.M) for each in (of_case, of_member)]
    assert steps[0] == steps[1]
    assert len(steps[0]) > 10
    checked = run("check", data, "--case", name(file), "--json")
    assert checked.exit_code == code
    assert json.loads(checked.stdout)["verdict"] == verdict
    page = tmp_path / "page.html"
    assert run("explain", data, "--case", name(file), "-o", page, "--redact").exit_code == code
    assert name(file) not in page.read_text("utf-8")


def test_facts_can_be_assumed_of_a_member(data: Path) -> None:
    """As of a case."""
    result = run("explain", data, "--case", name(APPROVAL), "--drop", "benefit")
    assert result.exit_code == 3
    assert "benefit" in result.stdout


def test_who_is_not_there_is_told(data: Path) -> None:
    """And nobody else is named."""
    result = run("explain", data, "--case", "EXAMPLE-")
    assert result.exit_code == 2
    assert "no-member" in result.stderr
    assert name(REFUSAL) not in result.output
    assert run("check", data, data, "--case", name(REFUSAL)).exit_code == 2


def test_a_goal_is_asked_of_every_member(data: Path, tmp_path: Path) -> None:
    """As text, as JSON by its schema, of a file or of a folder."""
    result = run("query", "eligible(P)", data)
    assert result.exit_code == 0
    assert "eligible(P): 3 members" in result.stdout
    assert f"met for {name(APPROVAL)}" in result.stdout
    told = json.loads(run("query", "eligible(P)", data.parent, "--json", "--first", "0").stdout)
    assert faults("cohort-answers", told) == []
    assert (told["met"], told["not_met"], told["undocumented"], told["first"]) == (1, 1, 1, [])
    assert run("query", "eligible(P), \\+ benefit_covered(P)", data).exit_code == 1


def test_cases_are_asked_as_before(data: Path, tmp_path: Path) -> None:
    """A folder of cases is none of a cohort; what goes with a cohort alone is refused."""
    assert "3 members" not in run("query", "eligible(P)", PEND.parent).output
    assert run("query", "eligible(P)", PEND, "--first", "3").exit_code == 2
    assert run("query", "eligible(P)", data, "--redact").exit_code == 2
    assert run("query", "eligible(P)", tmp_path).exit_code == 2


def test_a_cohort_is_no_case(data: Path) -> None:
    """Without a member's name it says how to name one."""
    for arguments in (("explain", data), ("check", data), ("explain", data, "--assume", "relapse('2024-01-01')")):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "--case ID takes one member" in " ".join(result.stderr.split())
