"""Mutants held against a suite: what kills them, what survives, and when nothing is tried."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from explain.suite.entries import Entry
from explain.suite.expect import Difference, read_expectation
from explain.suite.mutation import Mutation, mutate
from explain.suite.mutation_faces import mutation_json, mutation_text, sections
from explain.suite.trial import Trial
from kb.policy import Policy, build_policy
from kb.problems import ProblemsError
from kb.read_case import read_case
from kb.regression.mutants import mutants
from kb.syntax import Predicate

ROOT = Path(__file__).resolve().parents[3]
POLICY = r"""
:- policy(clinic, [title("Clinic"), payer("Payer"), edition('1'), effective('2024-01-01'),
                   root(covered), request_date(requested_on), section('A', "All"), section('B', "Age"),
                   section('C', "Drugs"), section('D', "Tests"), section('E', "Grants")]).
:- type(drug, [alpha: "Alpha", beta: "Beta", gamma: "Gamma"]).
:- input(requested_on(P: case, Date: date), one, "When was it requested?").
:- input(age(P: case, Years: integer), one, "How old?").
:- input(failed(P: case, Drug: drug), many, "Which drugs failed?").
:- input(tested(P: case), one, "Tested?").
:- reading(adult, eighteen, [sixteen], "who is an adult").
:- criterion(covered/1, 'A', "covered").
:- criterion(old_enough/1, 'B', "old enough").
:- criterion(tried/1, 'C', "two drugs failed").
:- criterion(fit/1, 'D', "tested").
:- grant(doses/2, 'E', "{Count} doses").
covered(P) :- old_enough(P), tried(P), fit(P).
old_enough(P) :- reading(adult, eighteen), age(P, Years), Years >= 18.
old_enough(P) :- reading(adult, sixteen), age(P, Years), Years >= 16.
tried(P) :- case(P), at_least(2, Drug, failed(P, Drug)).
fit(P) :- tested(P).
doses(P, Count) :- covered(P), amount(Count).
amount(5).
"""
FULL = "age: 20\nfailed: [alpha, beta]\ntested: true\n"


def entry(policy: Policy, name: str, record: str, expect: str) -> Entry:
    """A case of a suite."""
    text = f"case: {name}\nrequested_on: 2024-01-01\n{record}expect: {expect}\n"
    case = read_case(text, f"{name}.case.yaml", policy.vocabulary)
    return Entry(Path(f"{name}.case.yaml"), name, policy, case, read_expectation(case, policy))


@pytest.fixture(scope="module")
def policy() -> Policy:
    """A policy with three criteria, a reading and a grant."""
    return build_policy(POLICY.encode(), "clinic.pl")


def suite(policy: Policy) -> list[Entry]:
    """A suite that notices every mutant but one."""
    eve, day = FULL.replace("20", "17"), FULL.replace("20", "18")
    return [
        entry(policy, "full", FULL, "{verdict: proved, grants: [doses(5)]}"),
        entry(policy, "day", day, "{verdict: proved}"),
        entry(policy, "eve", eve, "{verdict: refuted, not_met: [B], readings: {adult=sixteen: proved}}"),
        entry(
            policy,
            "sixteen",
            FULL.replace("20", "16"),
            "{verdict: refuted, not_met: [B], readings: {adult=sixteen: proved}}",
        ),
        entry(
            policy,
            "young",
            FULL.replace("20", "15"),
            "{verdict: refuted, not_met: [B], readings: {adult=sixteen: refuted}}",
        ),
        entry(policy, "one", FULL.replace(", beta", ""), "{verdict: refuted, not_met: [C]}"),
        entry(policy, "untested", FULL.replace("true", "false"), "{verdict: refuted, not_met: [D]}"),
        entry(policy, "silent", "failed: [alpha, beta]\n", "{verdict: undetermined, undocumented: [B, D]}"),
    ]


def ids(found: Mutation) -> list[str]:
    return [each.id for each in found.survivors]


def test_a_mutant_is_killed_by_the_first_case_that_is_not_as_it_expects(policy: Policy) -> None:
    """With what is expected, and what there is under the mutant."""
    found = mutate(policy, suite(policy), {}, ["threshold"])
    assert [(each.mutant.becomes, each.case and each.case.name, each.difference) for each in found.tried] == [
        ("Years >= 17", "eve", Difference("verdict", "refuted", "proved")),
        ("Years >= 19", "day", Difference("verdict", "proved", "refuted")),
        ("Years >= 15", "young", Difference("readings.adult=sixteen", "refuted", "proved")),
        ("Years >= 17", "sixteen", Difference("readings.adult=sixteen", "proved", "refuted")),
    ]


def test_a_suite_that_tries_every_edge_kills_all_but_what_no_case_can(policy: Policy) -> None:
    """Whoever is 18 is 16, so 18 does no harm under the other reading; a grant shows on approval alone."""
    found = mutate(policy, suite(policy), {})
    assert [f"{each.was} => {each.becomes}" for each in found.survivors] == [
        "reading(adult, eighteen) => ",
        "covered(P) => case(P)",
    ]
    assert len(found.tried) > 25


def test_what_no_case_expects_survives(policy: Policy) -> None:
    """Without the grants in what is expected, no mutant of the grants is noticed."""
    cases = [each for each in suite(policy) if each.name != "full"]
    grants = {each.id for each in mutants(policy) if each.predicate.name in ("doses", "amount")}
    assert grants
    assert grants <= {each.id for each in mutate(policy, cases, {}).survivors}


def test_a_mutant_that_changes_no_status_is_killed_by_the_sections_that_stand_in_the_way(policy: Policy) -> None:
    """Where two criteria fail, the root goal fails without either of them; the sections tell."""
    both = [entry(policy, "both", "age: 3\nfailed: []\ntested: true\n", "{verdict: refuted, not_met: [B, C]}")]
    found = mutate(policy, both, {}, ["literal-dropped"])
    told = {each.mutant.was: each.difference for each in found.tried}
    assert told["old_enough(P)"] == Difference("not_met", "B; C", "C")
    assert told["tried(P)"] == Difference("not_met", "B; C", "B")
    assert told["fit(P)"] is None


def test_the_order_of_the_processes_changes_nothing(policy: Policy) -> None:
    """Two processes say what one says, in the same order."""
    cases, heard = suite(policy), []
    alone = mutate(policy, cases, {})
    both = mutate(policy, cases, {}, jobs=2, told=lambda done, total: heard.append((done, total)))
    assert [(each.mutant.id, each.case and each.case.name, each.difference) for each in both.tried] == [
        (each.mutant.id, each.case and each.case.name, each.difference) for each in alone.tried
    ]
    total = len(alone.tried)
    assert heard == [(done, total) for done in range(total + 1)]


def test_a_suite_is_decided_under_the_readings_that_are_chosen(policy: Policy) -> None:
    """Under sixteen the clause of eighteen does not apply, and its number can be any."""
    cases = [
        entry(policy, "sixteen", FULL.replace("20", "16"), "proved"),
        entry(policy, "fifteen", FULL.replace("20", "15"), "refuted"),
    ]
    found = mutate(policy, cases, {"adult": "sixteen"}, ["threshold"])
    assert [each.becomes for each in found.survivors] == ["Years >= 17", "Years >= 19"]
    assert found.readings == {"adult": "sixteen"}


def test_nothing_is_tried_where_the_suite_cannot_judge(policy: Policy) -> None:
    """A case that fails, and one that cannot be read, are told together; a suite that expects nothing is refused."""
    wrong = ProblemsError([], {})
    cases = [
        entry(policy, "full", FULL, "{verdict: refuted}"),
        Entry(Path("bad.case.yaml"), "bad", error=wrong),
        entry(policy, "one", FULL.replace(", beta", ""), "{verdict: refuted, not_met: []}"),
    ]
    with pytest.raises(ProblemsError) as caught:
        mutate(policy, cases, {})
    assert [(each.code, each.path) for each in caught.value.problems] == [
        ("failing-case", "full.case.yaml"),
        ("failing-case", "one.case.yaml"),
    ]
    assert caught.value.problems[0].message == (
        "case `full` fails under the policy itself: verdict: expected refuted, found proved"
    )
    with pytest.raises(ProblemsError) as caught:
        mutate(policy, [Entry(Path("x.case.yaml"), "x", policy, cases[0].case)], {})
    assert [each.code for each in caught.value.problems] == ["no-expectation"]


def test_what_the_engine_does_not_confirm_is_a_defect(policy: Policy) -> None:
    """The error names both, the case and the mutant."""
    trial = Trial(policy, suite(policy), {})
    mutant = mutants(policy, ["threshold"])[0]
    with pytest.raises(
        AssertionError, match=rf"formulas and the engine disagree on case full under mutant {mutant.id}"
    ):
        trial.confirm(mutant, trial.subjects[0], Difference("verdict", "proved", "undetermined"))


def test_the_text_has_the_counts_and_each_survivor_with_its_place(policy: Policy) -> None:
    """The section, the line with a caret, what is there, what it becomes."""
    cases = [each for each in suite(policy) if each.name in ("full", "young", "one")]
    text = mutation_text(mutate(policy, cases, {}, ["count-changed", "threshold"]))
    lines = text.splitlines()
    assert lines[:6] == [
        "operator       killed  survived",
        "threshold           1         3",
        "count-changed       2         0",
        "all                 3         3",
        "",
        "3 cases kill 3 of 6 mutants (50.0 percent)",
    ]
    line = (
        policy.program.text.splitlines().index("old_enough(P) :- reading(adult, eighteen), age(P, Years), Years >= 18.")
        + 1
    )
    at = lines.index(f"survived {line}:threshold:1 (section B)")
    assert lines[at + 1 : at + 7] == [
        f"  --> clinic.pl:{line}:59",
        "   |",
        f"{line} | old_enough(P) :- reading(adult, eighteen), age(P, Years), Years >= 18.",
        "   |                                                           ^^^^^^^^^^^",
        "was:     Years >= 18",
        "becomes: Years >= 17",
    ]


def test_a_hundred_percent_stands_only_where_nothing_survives(policy: Policy) -> None:
    """The text says so in words, and the number is rounded down."""
    found = mutate(policy, suite(policy), {}, ["count-changed"])
    assert found.percent == 100.0
    assert mutation_text(found).splitlines()[-1] == "8 cases kill all 2 mutants"


def test_the_json_keeps_to_its_schema(policy: Policy) -> None:
    """Survivors have null for what kills them."""
    schema = json.loads((ROOT / "docs" / "schemas" / "mutants.json").read_text("utf-8"))
    found = mutation_json(mutate(policy, suite(policy)[:2], {}))
    assert list(Draft202012Validator(schema).iter_errors(json.loads(json.dumps(found)))) == []
    mutants_json = found["mutants"]
    assert isinstance(mutants_json, list)
    assert any(each["killed_by"] is None for each in mutants_json)
    assert {"case": "full", "key": "verdict"}.items() <= next(
        each["killed_by"] for each in mutants_json if each["killed_by"]
    ).items()


def test_a_predicate_bears_on_its_own_section_or_on_those_that_use_it(policy: Policy) -> None:
    """A helper has the sections of the next criteria above it."""
    found = sections(policy)
    assert found[Predicate("tried", 1)] == ("C",)
    assert found[Predicate("amount", 1)] == ("E",)
