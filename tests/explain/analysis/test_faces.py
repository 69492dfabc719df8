"""The analysis as text, as JSON and as cases: by section and title, in the sentences of the policy."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from explain.analysis.cases import reading_cases
from explain.analysis.json import analysis_json
from explain.analysis.text import analysis_text
from explain.suite.entries import entries
from explain.suite.policies import Policies
from explain.suite.run import result
from kb.editions import Editions
from kb.policy import build_policy
from kb.regression.analysis import analyze
from tests.commands.hostile import IN_A_POLICY, policy_file
from tests.commands.running import STEERING, flat, written
from tests.explain.analysis.shown import POLICY, everything, nothing
from tests.explain.test_schemas import faults
from tests.support import policy_of

TEXT = analysis_text(everything(), width=200)


def part(heading: str, text: str = TEXT) -> str:
    """What stands under a heading."""
    return text.partition(f"\n{heading}\n")[2].partition("\n\n")[0]


def line_of(rule: str) -> int:
    return POLICY[: POLICY.index(rule)].count("\n") + 1


def test_a_criterion_that_never_changes_is_told_by_its_section_and_title() -> None:
    """And in what it never is."""
    assert part("Criteria that can never be met, or never fail") == "  A  two ages at once: can never be met"


def test_a_clause_is_told_with_its_place_and_what_covers_it() -> None:
    """Both are shown as they are written."""
    told = part("Clauses that add nothing, or can never be met")
    one, other = line_of("tried(P) :- trial(P, avonex, _)."), line_of("tried(P) :- trial(P, _, _).")
    assert f"  A, line {one}: adds nothing: whatever it gives, the clause at line {other} gives as well" in told
    assert f"    {one} | tried(P) :- trial(P, avonex, _)." in told
    assert f"    {other} | tried(P) :- trial(P, _, _)." in told


def test_a_clause_that_can_never_be_met_is_told_apart_by_whether_it_can_go() -> None:
    """One that may leave its goal undocumented must stay."""
    told = part("Clauses that add nothing, or can never be met").split("\n")
    gone, stays = line_of("tried_twice(P) :- dose(P, _), kept(avonex)"), line_of("eligible(P) :- odd(P)")
    assert f"  A, line {gone}: can never be met" in told
    words = "can never be met; where something is not documented it can leave its goal undocumented"
    assert f"  A, line {stays}: {words}" in told


def test_criteria_are_grouped_by_what_implies_them() -> None:
    """Two that imply each other are told once."""
    told = part("Criteria that follow from others")
    assert told.split("\n") == [
        "  A  a dozen years",
        "    is met where and only where: B  at least twelve",
        "  A  both drugs tried",
        "    implies: A  a drug tried",
        "  B  old enough",
        "    implies: A  a dozen years",
        "    implies: B  at least twelve",
    ]


def test_the_least_is_told_in_the_sentences_of_the_policy_without_dates() -> None:
    """What a list must not hold, and what is not so, in a sentence each."""
    told = part("The least that has to be documented")
    assert "- born on a date" in told
    assert "- Avonex from a date" in told
    assert "- doses: none" in told
    assert "- hazard, none of these: HIV infection, a stroke, a clot" in told
    assert re.search(r"\d{4}-\d\d", told) is None


def test_what_ways_have_in_common_is_told_once() -> None:
    """Then what each adds."""
    rules = POLICY.replace("eligible(P) :- odd(P), dozen(P), tried_twice(P).\n", "")
    rules = rules.replace("tried(P) :- trial(P, avonex, _).", "tried(P) :- hazard(P, hiv).")
    rules = rules.replace("\\+ hazard(P, _), \\+ dose(P, _)", "\\+ hazard(P, clot)")
    found = analyze(policy_of(rules.replace("eligible(P) :- odd", "spare(P) :- odd")))
    told = part("The least that has to be documented", analysis_text(found, width=200))
    assert "2 ways by the clause at line" in told
    assert told.count("- requested on: a date") == 1
    assert "way 1, with 4 things in all, adds" in told
    assert "      - HIV infection" in told


def test_rows_that_say_the_same_without_their_dates_are_counted() -> None:
    """Two doses are two."""
    found = analyze(policy_of(POLICY.replace("\\+ dose(P, _).", "at_least(2, Day, dose(P, Day)).")))
    assert "- dose on a date: 2 of them" in analysis_text(found)


def test_readings_are_told_with_the_case_on_which_they_differ() -> None:
    """The verdicts, the criterion that accounts for them, and what is unusual."""
    told = part("Readings that differ").split("\n")
    assert told[:3] == [
        "  B  minimum: seventeen or adult",
        "    A  eligible: proved with `seventeen`, refuted with `adult`",
        "    ~ B  old enough: met, now not met",
    ]
    assert re.fullmatch(r"    - born on 2007-06-17 \(usually: born on 1987-06-03\)", told[3])
    assert told[-1] == "    no case within the bounds tells them apart"


def test_a_policy_about_which_there_is_little_to_say_says_so() -> None:
    """No part is left out, but that of what was not settled."""
    text = analysis_text(nothing())
    said = "1 criterion can never be met, or never fail; every clause adds something; no criterion implies another."
    assert said in flat(text)
    assert "  A  eligible: can never fail" in text
    assert text.count("\n  none") == 3
    assert "What could not be decided" not in text


def test_what_was_not_settled_and_the_bounds_are_told() -> None:
    """Of the one nothing is claimed, and all else holds within the other."""
    text = analysis_text(replace(everything(), undecided=("whether A (x) can be met",)))
    assert part("What could not be decided", text) == "  - whether A (x) can be met"
    assert "at most 2 of each: trial, dose" in text.partition("\nWithin these bounds\n")[2]


def test_no_name_of_the_policy_stands_where_there_is_a_title() -> None:
    """But in the excerpts and for the readings, whose names are given on the command line."""
    shown = "\n".join(line for line in TEXT.split("\n") if not re.match(r" *\d* \|", line))
    for name in ("tried_twice", "dozen(", "birth_date", "/1", "(P)"):
        assert name not in shown, name


@pytest.mark.parametrize("found", [everything(), nothing()], ids=["everything", "nothing"])
def test_the_json_keeps_to_its_schema(found: object) -> None:
    """With every kind of finding, and with none."""
    assert faults("analysis", analysis_json(found)) == []  # type: ignore[arg-type]


def test_the_json_says_what_the_text_says() -> None:
    """With the cases in full."""
    told = json.loads(json.dumps(analysis_json(everything())))
    assert told["constants"] == [{"criterion": {"section": "A", "title": "two ages at once"}, "never": "met"}]
    assert {(each["kind"], each["can_go"]) for each in told["clauses"]} == {
        ("shadowed", True),
        ("never", True),
        ("never", False),
    }
    assert told["implications"][0]["criteria"][1] == {"section": "B", "title": "at least twelve"}
    first, second = told["readings_that_differ"]
    assert first["witness"]["verdicts"] == ["proved", "refuted"]
    assert first["witness"]["case"]["birth_date"] == "2007-06-17"
    assert second["witness"] is None
    assert told["ways"][0]["case"]["trial"]


def test_a_width_is_kept() -> None:
    """But by what is shown as it is written."""
    lines = [line for line in analysis_text(everything(), width=60).split("\n") if "|" not in line]
    assert max(map(len, lines)) <= 60


def test_the_witnesses_are_cases_that_a_suite_passes(tmp_path: Path) -> None:
    """With the verdict under both values of the reading; also where a criterion alone tells them apart."""
    advised = POLICY + (
        ":- advisory(young/1, 'B', \"young\").\nyoung(P) :- reading(unused_window, long), birth_date(P, _).\n"
    )
    policy = policy_of(advised)
    cases = dict(reading_cases(analyze(policy)))
    assert list(cases) == ["reading-1", "reading-2"]
    assert 'readings: {"minimum=seventeen": proved, "minimum=adult": refuted}' in cases["reading-1"]
    assert '"young": ' in cases["reading-2"] or "young: " in cases["reading-2"]
    files = [written(tmp_path / f"{name}.case.yaml", text) for name, text in cases.items()]
    known = Policies("small", known={"small": Editions((policy,), policy)})
    outcomes = [result(entry, {}).outcome for entry in entries(files, known)]
    assert outcomes == ["passed", "passed"]


@pytest.mark.parametrize("text", IN_A_POLICY.values(), ids=IN_A_POLICY)
def test_hostile_text_steers_no_terminal(text: str, tmp_path: Path) -> None:
    """Wherever a policy can have one."""
    found = analyze(build_policy(policy_file(tmp_path, text).read_bytes(), text))
    assert STEERING.search(analysis_text(found, width=200)) is None
    assert faults("analysis", analysis_json(found)) == []
    for _, case in reading_cases(found):
        assert STEERING.search(case.partition("\ncase: ")[0]) is None
