"""`query` and `shell`: any goal, asked of a case."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.commands.running import APPROVAL, PEND, REFUSAL, STEERING, run, written

# The command of this name hides the module where both are imported as one.
shell = import_module("commands.shell")


def test_a_query_answers_with_bindings() -> None:
    """One line for each way in which the goal holds, with the case's identifier."""
    result = run("query", "inadequate_response(P, Drug)", APPROVAL)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "met     Case EXAMPLE-2: Drug = avonex",
        "met     Case EXAMPLE-2: Drug = natalizumab",
    ]


@pytest.mark.parametrize(
    ("goal", "case", "line", "code"),
    [
        ("eligible(P)", APPROVAL, "met     Case EXAMPLE-2", 0),
        ("eligible(P)", REFUSAL, "NOT MET Case EXAMPLE-1", 1),
        ("eligible(P)", PEND, "UNDOCUMENTED Case EXAMPLE-3", 3),
        (r"\+ eligible(P)", APPROVAL, "NOT MET Case EXAMPLE-2", 1),
        (r"\+ eligible(P)", REFUSAL, "met     Case EXAMPLE-1", 0),
        (r"\+ eligible(P)", PEND, "UNDOCUMENTED Case EXAMPLE-3", 3),
        ("overdue(P, Test)", PEND, "met     Case EXAMPLE-3: Test = cbc", 0),
        ("overdue(P, Test)", APPROVAL, "NOT MET Case EXAMPLE-2: no answer", 1),
        ("tolerated(P), old_enough(P)", PEND, "UNDOCUMENTED Case EXAMPLE-3", 3),
        ("eligible(P).", REFUSAL, "NOT MET Case EXAMPLE-1", 1),
    ],
)
def test_a_query_has_a_status_and_its_exit_code(goal: str, case: Path, line: str, code: int) -> None:
    """Silence is neither yes nor no, and under a negation it stays so."""
    result = run("query", goal, case)
    assert (result.stdout, result.exit_code) == (line + "\n", code)


def test_the_best_answer_counts() -> None:
    """Of several cases one that is met is enough, then one that is undocumented."""
    assert run("query", "eligible(P)", REFUSAL, PEND).exit_code == 3
    result = run("query", "eligible(P)", REFUSAL, PEND, APPROVAL)
    assert result.exit_code == 0
    assert [line.split()[-1] for line in result.stdout.splitlines()] == ["EXAMPLE-1", "EXAMPLE-3", "EXAMPLE-2"]


def test_a_query_names_the_catalogue_too() -> None:
    """What the policy lists can be asked as what the case says."""
    lines = run("query", "step_b_drug(Drug)", REFUSAL).stdout.splitlines()
    assert [line.rpartition(" ")[2] for line in lines] == ["fingolimod", "natalizumab", "ocrelizumab"]


@pytest.mark.parametrize(
    ("goal", "told"),
    [
        ("inadequate_responce(P, Drug)", ["undefined-predicate", "did you mean `inadequate_response`?"]),
        ("eligible(P", ["unclosed", "query:1:1", "1 | eligible(P\n", "\n  | ^"]),
        ("eligible(P))", ["unclosed", "query:1:12", "\n  |            ^"]),
        ("eligible(P) old_enough(P)", ["syntax", "query:1:13", "\n  |             ^"]),
        ("eligible(P, Drug)", ["wrong-arity", "eligible"]),
        ("inadequate_response(P, avonx)", ["outside-enumeration", "did you mean `avonex`?"]),
        ("X > 3", ["unsafe-variable", "`X`"]),
        (r"\+ X > 3", ["unsafe-variable", "`X`"]),
        ("step_b_drug(Drug), Years >= 3", ["unsafe-variable", "`Years`"]),
    ],
)
def test_a_wrong_goal_is_refused_with_its_place(goal: str, told: list[str]) -> None:
    """The problem carries a code, an excerpt with a caret, and a way out."""
    result = run("query", goal, REFUSAL)
    assert (result.exit_code, result.stdout) == (2, "")
    assert [words for words in told if words not in result.stderr] == []
    assert "^" in result.stderr


def test_no_goal_is_no_query() -> None:
    """An empty goal is bad input and nothing else."""
    assert run("query", "", REFUSAL).exit_code == 2


def test_a_goal_cannot_steer_the_terminal() -> None:
    """What is wrong with it is shown with its escape codes spelled out."""
    result = run("query", "\x1b[31m\x07eligible(P)\u202e", REFUSAL)
    assert result.exit_code == 2
    assert STEERING.search(result.output) is None


def test_a_bad_case_hides_no_answer(tmp_path: Path) -> None:
    """The answers of the others are printed, and the exit code says that something is wrong."""
    result = run("query", "eligible(P)", written(tmp_path / "bad.yaml", ""), APPROVAL)
    assert (result.exit_code, result.stdout) == (2, "met     Case EXAMPLE-2\n")
    assert "error[empty-case]" in result.stderr


def test_a_query_gives_json() -> None:
    """The goal, and the answers of each case with their bindings."""
    found = json.loads(run("query", "--json", "inadequate_response(P, Drug)", APPROVAL, REFUSAL).stdout)
    assert (found["format"], found["goal"]) == ("policykb-answers/1", "inadequate_response(P, Drug)")
    assert [(each["case"]["id"], [a["bindings"] for a in each["answers"]]) for each in found["cases"]] == [
        ("EXAMPLE-2", [{"Drug": "avonex"}, {"Drug": "natalizumab"}]),
        ("EXAMPLE-1", [{"Drug": "rebif"}]),
    ]
    assert json.loads(run("query", "--json", r"\+ eligible(P)", PEND).stdout)["cases"][0]["answers"] == [
        {"status": "undocumented", "bindings": {}}
    ]


# The shell


def said(text: str, *cases: Path) -> list[str]:
    """What the shell says to each line of a text."""
    result = run("shell", *(cases or (REFUSAL,)), input=text)
    assert (result.exit_code, result.stderr) == (0, "")
    return [each.strip() for each in result.stdout.split("?- ")[1:]]


def test_the_shell_answers_goals() -> None:
    """A full stop may end a goal, and blanks around it or empty lines mean nothing."""
    answers = said("eligible(P)\n\n  inadequate_response(P, Drug).  \nquit\n")
    assert answers == ["NOT MET Case EXAMPLE-1", "", "met     Case EXAMPLE-1: Drug = rebif", ""]


def test_the_shell_asks_every_case() -> None:
    """Each answer says which case it is about, and so does each proof."""
    first, second, _ = said("eligible(P)\nwhy step_a(P)\n", REFUSAL, PEND)
    assert first.splitlines() == ["NOT MET Case EXAMPLE-1", "UNDOCUMENTED Case EXAMPLE-3"]
    assert second.startswith("Case EXAMPLE-1: ")
    assert "\nCase EXAMPLE-3: " in second


@pytest.mark.parametrize("line", ["why step_b(P)", "why step_b(P).", "why\tstep_b(P)", "  why   step_b(P)"])
def test_why_shows_the_proof(line: str) -> None:
    """The proof is that of `explain --goal`."""
    assert said(f"{line}\n")[0] == run("explain", REFUSAL, "--goal", "step_b(P)").stdout.strip()


def test_why_alone_says_what_it_wants() -> None:
    """It is no goal of the policy."""
    told, end = said("why\n")
    assert (told, end) == ("`why` wants a goal: why eligible(P)", "")


@pytest.mark.parametrize("stop", ["", "."])
def test_the_shell_helps(stop: str) -> None:
    """`help` says what can be written, `predicates` what can be asked, with the names of its arguments."""
    told, listed, _ = said(f"help{stop}\npredicates{stop}\n")
    assert [word for word in ("why", "predicates", "quit") if word not in told] == []
    assert {"eligible(P)", "treatment(P, Drug, Start, End)", "step_b_drug/1"} <= set(listed.splitlines())


@pytest.mark.parametrize("word", ["quit", "exit", "halt", "quit.", "halt."])
def test_the_shell_is_left_by_a_word(word: str) -> None:
    """What follows it is not read."""
    assert said(f"{word}\neligible(P)\n") == [""]


def test_the_end_of_the_input_ends_the_shell() -> None:
    """Also in the middle of a line; the prompt of a terminal then starts on a line of its own."""
    assert said("") == [""]
    assert said("eligible(P)") == ["NOT MET Case EXAMPLE-1", ""]
    assert run("shell", REFUSAL, input="").stdout.endswith("\n")


def test_a_mistake_does_not_end_the_shell() -> None:
    """It is told with its caret, and the next goal is answered."""
    mistakes = ["eligible(P", "eligibel(P)", "why eligibel(P)", "X > 3", "eligible(P) :- old_enough(P)", "\x1b[2J\x07"]
    answers = said("\n".join([*mistakes, "eligible(P)"]))
    assert [answer.startswith("error[") and "^" in answer for answer in answers] == [True] * 6 + [False] * 2
    assert answers[6] == "NOT MET Case EXAMPLE-1"
    assert STEERING.search("".join(answers)) is None


def test_an_interrupt_drops_the_answer_and_not_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits too long for an answer can ask something else."""
    answer = shell.answer

    def interrupted(line: str, *args: Any) -> None:
        if line == "slow(P)":
            raise KeyboardInterrupt
        answer(line, *args)

    monkeypatch.setattr(shell, "answer", interrupted)
    assert said("slow(P)\neligible(P)\n") == ["", "NOT MET Case EXAMPLE-1", ""]


def test_the_shell_does_not_start_on_a_bad_case(tmp_path: Path) -> None:
    """Its problem is told, and no goal is read."""
    result = run("shell", REFUSAL, written(tmp_path / "bad.yaml", "case: [\n"), input="eligible(P)\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "bad.yaml" in result.stderr
