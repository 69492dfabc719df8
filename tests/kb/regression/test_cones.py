"""What rests on a change is never taken for unchanged, and what only looks other is never taken for a change."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from kb.decide import decide
from kb.policy import SHIPPED, Policy, build_policy, examine, load_policy
from kb.read_case import read_case
from kb.regression.cones import Meanings, alike, cones, inputs_below, live, unchanged
from kb.regression.mutants import mutants
from kb.syntax import Clause, Predicate, Variable, fill, substitute, variables
from tests.editions import edited
from tests.oracle.random_cases import as_yaml, random_trials
from tests.solving.enumerated import COUNTED, NEGATED, READ
from tests.support import MS, policy_of
from tests.test_oracle import EVERY_FORM


def same(old: Policy, new: Policy) -> frozenset[Predicate]:
    return unchanged(Meanings(old, old.readings()), Meanings(new, new.readings()))


def disguised(clause: Clause, random: Random) -> Clause:
    """The clause with other names of variables and its goals in another order."""
    names = {each.name for goal in (clause.head, *clause.body) for each in variables(goal)} - {"_"}
    fresh = dict(zip(names, random.sample([Variable(f"V{each}") for each in range(99)], len(names)), strict=True))
    body = [substitute(goal, fresh) for goal in clause.body]
    # The counted variable keeps its name, which `substitute` leaves alone.
    head = replace(clause.head, args=tuple(fill(term, fresh) for term in clause.head.args))
    return replace(clause, head=head, body=tuple(random.sample(body, len(body))))


@pytest.mark.parametrize("path", [SHIPPED / "lemtrada.pl", EVERY_FORM], ids=lambda path: path.stem)
def test_names_order_and_comments_change_nothing(path: str) -> None:
    """Variables renamed, goals and clauses in another order: every predicate says the same as before."""
    random = Random(1)
    policy = load_policy(path)
    clauses = [disguised(each, random) for each in policy.program.clauses]
    program = replace(policy.program, clauses=tuple(random.sample(clauses, len(clauses))))
    vocabulary, types, components, _ = examine(program)
    assert same(policy, Policy(program, vocabulary, types, components, "")) == cones(policy).keys()


@pytest.mark.parametrize("text", [MS, EVERY_FORM.read_text("utf-8")], ids=["ms", "every_form"])
def test_what_is_unchanged_under_a_mutant_is_decided_alike(text: str) -> None:
    """Nothing that rests on a mutated clause that is live is unchanged; all else is, and random cases bear it out."""
    policy = policy_of(text)
    cases = [
        read_case(as_yaml(each.record), "case.yaml", policy.vocabulary) for each in random_trials(policy, [], 3, 3)
    ]
    for mutant in mutants(policy)[::40]:
        found = same(policy, mutant.policy)
        alive = [live(each, policy.readings()) for each in (policy, mutant.policy)]
        changed = len({each.program.clauses for each in alive}) > 1
        resting = {each for one in alive for each, below in cones(one).items() if changed and mutant.predicate in below}
        assert found == cones(policy).keys() - resting, mutant.id
        for case in cases:
            before, after = decide(policy, case).answers, decide(mutant.policy, case).answers
            assert all(before.of(each) == after.of(each) for each in found), mutant.id


@pytest.mark.parametrize(
    ("text", "changes", "changed", "kept"),
    [
        (NEGATED, [("[red, green]", "[red, green, blue]")], "none", ""),
        (COUNTED, [('seen(P: case, On: date), many, "?"', 'seen(P: case, On: date), one, "?"')], "rarely", ""),
        (COUNTED, [('On: date), many, "?"', 'On: date), many, "?", [document]')], "twice", ""),
        (COUNTED, [("seen(P: case, On: date)", "seen(P: case, Day: date)")], "late", ""),
        (COUNTED, [("limit('2024-01-01')", "limit('2024-01-02')")], "twice", "late"),
        (
            COUNTED,
            [(':- input(sealed(P: case), one, "?").\n', ""), ("\nlimit(", "\nsealed(P) :- case(P).\nlimit(")],
            "rarely",
            "late",
        ),
        (READ, [("reading(way, strict, [loose]", "reading(way, loose, [strict]")], "old", "enough"),
        (READ, [("age(P, Number), least(Number)", "age(P, Number), adult(Number)")], "", "ok"),
        (READ, [("reading(way, loose), age", "age")], "old", "enough"),
        (READ, [("threshold(1, 1)", "threshold(1, 2)")], "enough", "old"),
        (READ, [("least(18).", "least(18.0).")], "", "old"),
        (READ, [("10.25", "10.250")], "", "enough"),
        (READ, [("Number > 17", "17 < Number")], "", "old"),
        (READ, [("Number > 17", "17 =< Number")], "old", "enough"),
        (READ, [("least(18).\n", "least(18).\nleast(18.00).\n")], "", "old"),
    ],
)  # fmt: skip
def test_whatever_a_predicate_rests_on_counts(
    text: str, changes: list[tuple[str, str]], changed: str, kept: str
) -> None:
    """Items of flags, kinds and documents of inputs, keys of fields, facts, readings.

    The look of a number does not, nor what stands under a reading that is not chosen.
    """
    old, new = (build_policy(each.encode(), "p.pl") for each in (text, edited(text, *changes)))
    found = {each.name for each in same(old, new)}
    assert changed not in found
    assert not kept or kept in found


def test_open_readings_are_all_alike() -> None:
    """Where readings are open, which is chosen makes no difference."""
    policy = build_policy(READ.encode(), "p.pl")
    assert unchanged(Meanings(policy, None), Meanings(policy, None)) == cones(policy).keys()
    other = {"way": "loose"}
    chosen = unchanged(Meanings(policy, policy.readings()), Meanings(policy, policy.readings(other)))
    assert {each.name for each in cones(policy).keys() - chosen} == {"old", "ok"}


def test_a_cone_holds_everything_below() -> None:
    """The inputs of the root goal are those of all its criteria; what is built in is part of what says the same."""
    policy = policy_of(MS)
    assert inputs_below(policy, Predicate("eligible", 1)) == {*policy.vocabulary.inputs}
    assert inputs_below(policy, Predicate("clear", 1)) == {"hazard"}
    meanings = Meanings(policy, policy.readings())
    assert cones(policy)[Predicate("eligible", 1)] <= alike(meanings, meanings)
