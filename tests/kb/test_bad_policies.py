"""Every nonsense that a policy can hold, and the exact words in which it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.codes import POLICY_CODES
from kb.parse import parse
from kb.policy import examine
from kb.problems import Problem, ProblemsError, render_all
from kb.source import decode

BAD = Path(__file__).parent.parent / "bad"
NAMES = sorted(path.name for path in BAD.glob("*.pl"))
ROOT = Path(__file__).parent.parent.parent
# No file can show what is said of a file that is not there.
WITHOUT_FILE = {"unreadable-file"}


def problems_of(data: bytes, path: str) -> tuple[tuple[Problem, ...], str]:
    """The problems of a policy file, and what is shown of them."""
    try:
        program = parse(decode(data, path), path)
        problems = tuple(examine(program)[3])
    except ProblemsError as error:
        return error.problems, str(error)
    return problems, render_all(problems, {path: program.text})


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_policy_is_told_in_these_words(name: str, regenerate: bool) -> None:
    """Every bad policy has the exact message beside it."""
    expected = BAD / name.replace(".pl", ".txt")
    shown = problems_of((BAD / name).read_bytes(), name)[1] + "\n"
    if regenerate:
        expected.write_text(shown, "utf-8")
    assert shown == expected.read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_policy_has_the_problem_it_is_named_after(name: str) -> None:
    """The code that a file is named after is among its problems, and it is the first error where it is one."""
    problems, _ = problems_of((BAD / name).read_bytes(), name)
    assert name.split(".")[0] in {problem.code for problem in problems}


def test_every_code_has_a_bad_policy() -> None:
    """There is a file for each code of the registry, and no file of another."""
    assert {name.split(".")[0] for name in NAMES} | WITHOUT_FILE == set(POLICY_CODES)


def test_every_message_belongs_to_a_bad_policy() -> None:
    """No expected message is left over from a file that is gone."""
    assert {path.name for path in BAD.glob("*.txt")} == {name.replace(".pl", ".txt") for name in NAMES}


@pytest.mark.parametrize(
    "module", ["check", "declared", "meaning", "mistakes", "parse", "safety", "source", "strata", "types", "vocabulary"]
)
def test_every_code_in_the_source_is_registered(module: str) -> None:
    """What looks like the code of a problem in the source is in the registry."""
    import ast

    reporters = {"Problem", "wrong", "warn", "problem"}
    for node in ast.walk(ast.parse((ROOT / "kb" / f"{module}.py").read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in reporters:
                assert node.args[0].value in POLICY_CODES
