"""The difference in words: every kind of change in its sentence, and nothing where nothing changed."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from kb.policy import Policy, build_policy, load_policy
from kb.pretty import pretty
from kb.regression.canonical import canonical
from kb.regression.difference import Edit
from kb.regression.words import edits
from kb.syntax import Clause, Goal, Predicate, Program, Term, Variable, substitute, variables
from tests.support import MS, policy_of

COUNT = "two_of(relapses(P), disabled(P), lesions(P))"
WINDOW = "at_least(2, Date, (relapse(P, Date), months_between(Date, Now, Months), Months < 12))"
# What replaces what in the small policy; then the kind, the subject and the sentence of each edit.
CHANGES: list[tuple[str, str, list[tuple[str, str, str]]]] = [
    (
        "Months >= 3.",
        "Months >= 6.",
        [("changed", "threshold", "threshold 3 becomes 6 (`Months >= 3` → `Months >= 6`)")],
    ),
    (
        "Months >= 3.",
        "6 =< Months.",
        [("changed", "threshold", "threshold 3 becomes 6 (`Months >= 3` → `6 =< Months`)")],
    ),
    ("Months >= 3.", "Months > 3.", [("changed", "clause", "`Months >= 3` becomes `Months > 3`")]),
    (
        WINDOW,
        WINDOW.replace("months_between", "days_between").replace("12", "365"),
        [
            (
                "changed",
                "clause",
                "unit month becomes day (`months_between(Date, Now, Months)` → `days_between(Date, Now, Months)`); "
                "threshold 12 becomes 365 (`Months < 12` → `Months < 365`)",
            )
        ],
    ),
    (
        COUNT,
        COUNT.replace("two_of", "one_of"),
        [("changed", "threshold", f"count 2 becomes 1 (`{COUNT}` → `{COUNT.replace('two_of', 'one_of')}`)")],
    ),
    (
        COUNT,
        COUNT.replace("two_of", "three_of"),
        [("changed", "threshold", f"count 2 becomes 3 (`{COUNT}` → `{COUNT.replace('two_of', 'three_of')}`)")],
    ),
    (COUNT, COUNT.replace("two_of", "at_least").replace("(rel", "(2, [rel").replace("ns(P))", "ns(P)])"), []),
    (COUNT, COUNT.replace("lesions", r"\+ lesions"), [("changed", "clause", r"`lesions(P)` becomes `\+ lesions(P)`")]),
    (
        COUNT,
        COUNT.replace("lesions(P)", "lesions(P), clear(P)"),
        [("changed", "clause", "a goal was added to the count: `clear(P)`")],
    ),
    ("step_drug(copaxone).\n", "", [("removed", "fact", "`copaxone` was removed from the list `step_drug/1`")]),
    (
        "step_drug(copaxone).",
        "step_drug(copaxone).\nstep_drug(other_drug).",
        [("added", "fact", "`other_drug` was added to the list `step_drug/1`")],
    ),
    ("step(P), clear(P).", "step(P).", [("changed", "clause", "a goal was removed: `clear(P)`")]),
    (
        "step(P), clear(P).",
        "step(P), clear(P), lesions(P).",
        [("changed", "clause", "a goal was added: `lesions(P)`")],
    ),
    (
        "step(P), clear(P).",
        "clear(P), step(P).",
        [("reordered", "clause", "the order of the goals alone changed, which changes no decision")],
    ),
    ("hazard(P, _).", "hazard(P, hiv).", [("changed", "clause", "`hazard(P, _)` becomes `hazard(P, hiv)`")]),
    (
        "Score > 3.5.",
        "Score > 3.5.\ndisabled(P) :- lesions(P).",
        [("added", "clause", "a way to meet `disabled/1` was added: `lesions(P)`")],
    ),
    (
        "trial(P, _, Start, End)",
        "trial(P, _, End, Start)",
        [("changed", "clause", "`trial(P, _, Start, End)` becomes `trial(P, _, End, Start)`")],
    ),
    (
        "edition('1')",
        "edition('2'), until('2025-01-01')",
        [
            ("changed", "header", "edition `1` becomes `2`"),
            ("added", "header", "until 2025-01-01 was added"),
        ],
    ),
    (
        "section('A', \"All\")",
        "section('A', \"Everything\"), section('B', \"New\")",
        [
            ("changed", "section", 'the heading of section `A` "All" becomes "Everything"'),
            ("added", "section", 'section `B`, "New" was added'),
        ],
    ),
    (
        'avonex: "Avonex"',
        'avonex: "Avonex (interferon)", plegridy: "Plegridy"',
        [
            (
                "changed",
                "type",
                'type `drug`: the label of `avonex` "Avonex" becomes "Avonex (interferon)"; '
                'value `plegridy` ("Plegridy") was added',
            )
        ],
    ),
    (
        'one, "EDSS?", [noun("EDSS")]',
        'one, "Which EDSS?", [noun("EDSS"), document]',
        [
            (
                "changed",
                "input",
                'input `edss`: it asks for a document now; question "EDSS?" becomes "Which EDSS?"',
            )
        ],
    ),
    (
        ":- input(lesions(",
        ':- input(pregnant(P: case), one, "Pregnant?").\n:- input(lesions(',
        [("added", "input", 'input `pregnant(P: case)`, "Pregnant?" was added')],
    ),
    (
        "'A', \"failed: {Drug}\"",
        "'A', \"failed by {Drug}\"",
        [("changed", "criterion", 'criterion `failed/2`: title "failed: {Drug}" becomes "failed by {Drug}"')],
    ),
    (
        ":- criterion(clear/1, 'A', \"no hazard\").\n",
        "",
        [("removed", "criterion", 'criterion `clear/1` of section `A`, "no hazard" was removed')],
    ),
    (
        'request, [trial], "where the window ends"',
        'trial, [request, both], "the end"',
        [
            (
                "changed",
                "reading",
                "reading `window`: default `request` becomes `trial`; value `both` was added; "
                'reason "where the window ends" becomes "the end"',
            )
        ],
    ),
    (
        "step_drug(avonex).",
        ":- informational('A', \"nothing to say\").\nstep_drug(avonex).",
        [("added", "informational", 'explanation "nothing to say" was added')],
    ),
]


def changed(old: str, new: str, text: str = MS) -> Policy:
    """A policy with one text replaced by another, which must be there once."""
    assert text.count(old) == 1, old
    return policy_of(text.replace(old, new))


def differ(old: str, new: str) -> tuple[Edit, ...]:
    return edits(policy_of(MS), changed(old, new))


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES, ids=[f"{at}" for at in range(len(CHANGES))])
def test_a_change_is_told_in_a_sentence(old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    """With its kind and its subject, and nothing else is told."""
    assert [(each.kind, each.subject, each.sentence) for each in differ(old, new)] == expected


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES, ids=[f"{at}" for at in range(len(CHANGES))])
def test_a_change_turned_back_is_a_change_too(old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    """What was added is removed, and both have the same sections and places."""
    opposite = {"added": "removed", "removed": "added"}
    forth, back = differ(old, new), edits(changed(old, new), policy_of(MS))
    assert len(back) == len(expected)
    assert {(opposite.get(each.kind, each.kind), each.new, each.new_text) for each in back} == {
        (each.kind, each.old, each.old_text) for each in forth
    }


def test_a_clause_belongs_to_the_nearest_criteria_above_it() -> None:
    """Each with its section, in the order of the policy."""
    text = MS.replace("section('A', \"All\")", "section('A', \"All\"), section('B', \"B\"), section('C', \"C\")")
    text = text.replace("failed/2, 'A'", "failed/2, 'C'").replace("clear/1, 'A'", "clear/1, 'B'")
    both = text.replace("clear(P) :- case(P),", "clear(P) :- case(P), disabled(P),")
    (edit,) = edits(policy_of(text), changed("Score > 3.5", "Score > 4", text))
    assert edit.sections == ("C",)
    (edit,) = edits(policy_of(both), changed("Score > 3.5", "Score > 4", both))
    assert edit.sections == ("B", "C")


def test_an_edit_has_both_places_and_both_texts() -> None:
    """As they are written, with the lines that they start on."""
    (edit,) = edits(policy_of(MS), policy_of("% one line more\n" + MS.replace("Score > 3.5", "Score > 4")))
    assert edit.old is not None
    assert edit.new is not None
    assert MS.split("\n")[edit.old.line - 1].startswith("disabled(P) :-")
    assert edit.new.line == edit.old.line + 1
    assert (edit.old_text, edit.new_text) == (
        "disabled(P) :- edss(P, Score), Score > 3.5",
        "disabled(P) :- edss(P, Score), Score > 4",
    )


def test_a_title_that_names_a_threshold_that_moved_is_told() -> None:
    """Unless it was changed with it, or names another number."""
    titled = MS.replace('"failed: {Drug}"', '"failed after 3 months: {Drug}"')
    (edit,) = edits(policy_of(titled), changed("Months >= 3", "Months >= 6", titled))
    assert edit.sentence.endswith('; the title "failed after 3 months: {Drug}" still says 3')
    told = edits(
        policy_of(titled), policy_of(titled.replace("Months >= 3", "Months >= 6").replace("after 3", "after 6"))
    )
    assert not any("still says" in each.sentence for each in told)
    other = MS.replace('"failed: {Drug}"', '"failed after 13 or 3.5 months: {Drug}"')
    (edit,) = edits(policy_of(other), changed("Months >= 3", "Months >= 6", other))
    assert "still says" not in edit.sentence


def test_a_fact_of_several_values_is_told_by_the_value_that_changed() -> None:
    """A row is known by its other values."""
    listed = MS + "weeks(avonex, 12).\nweeks(rebif, 8).\nok(P) :- trial(P, D, _, _), weeks(D, 12).\n"
    (edit,) = edits(policy_of(listed), changed("weeks(rebif, 8)", "weeks(rebif, 9)", listed))
    assert (edit.kind, edit.subject) == ("changed", "fact")
    assert edit.sentence == "8 becomes 9 (`weeks(rebif, 8)` → `weeks(rebif, 9)`)"


def test_each_changed_clause_is_told_against_its_own_counterpart() -> None:
    """Two clauses of one predicate that both changed, and changed places."""
    text = MS + (
        "late(P) :- reading(window, request), requested_on(P, Day), Day >= '2024-01-01'.\n"
        "late(P) :- reading(window, trial), trial(P, _, Day, _), Day >= '2020-01-01'.\n"
        ":- criterion(late/1, 'A', \"late\").\n"
    )
    first, second = text.rstrip().split("\n")[-3:-1]
    swapped = text.replace(first, "%").replace(
        second, second.replace("2020", "2021") + "\n" + first.replace("2024", "2023")
    )
    assert {each.sentence for each in edits(policy_of(text), policy_of(swapped))} == {
        "date '2024-01-01' becomes '2023-01-01' (`Day >= '2024-01-01'` → `Day >= '2023-01-01'`)",
        "date '2020-01-01' becomes '2021-01-01' (`Day >= '2020-01-01'` → `Day >= '2021-01-01'`)",
    }


def test_clauses_that_share_nothing_are_one_removed_and_one_added() -> None:
    """A change is told only where something stayed."""
    found = edits(policy_of(MS), changed("disabled(P) :- edss(P, Score), Score > 3.5.", "disabled(P) :- lesions(P)."))
    assert sorted(each.kind for each in found if each.subject == "clause") == ["added", "removed"]


def test_hostile_text_steers_nothing() -> None:
    """Sentences show what cannot be seen as its code."""
    (edit,) = differ('"no hazard"', '"no \\x1B\\[31mhazard\\x202E\\"')
    assert "\\x1b[31mhazard\\u202e" in edit.sentence
    assert edit.sentence.isprintable()


# Nothing changed


def renamed(clause: Clause, kept: set[Predicate], chance: random.Random) -> Clause:
    """The clause with other names for its variables, those of a criterion's head apart, as titles name them."""
    named = {term.name for term in clause.head.args if isinstance(term, Variable)}
    keep = named if clause.head.predicate in kept else set()
    every = {each.name for goal in (clause.head, *clause.body) for each in variables(goal)} - keep - {"_"}
    bindings: dict[str, Term] = {
        name: Variable(f"X{chance.randrange(10**6)}_{at}") for at, name in enumerate(sorted(every))
    }
    head = substitute(clause.head, bindings)
    assert isinstance(head, type(clause.head))
    return Clause(head, tuple(substitute(goal, bindings) for goal in clause.body), clause.span)


def shuffled(program: Program, kept: set[Predicate], seed: int, *, goals: bool) -> str:
    """The text of a program in another order, another layout and with other names."""
    chance = random.Random(seed)
    clauses = [renamed(clause, kept, chance) for clause in program.clauses]
    chance.shuffle(clauses)
    directives = list(program.directives)
    chance.shuffle(directives)

    def body(clause: Clause) -> tuple[Goal, ...]:
        return tuple(chance.sample(clause.body, len(clause.body))) if goals else clause.body

    mixed = tuple(Clause(clause.head, body(clause), clause.span) for clause in clauses)
    return "% shuffled\n\n" + pretty(replace(program, directives=tuple(directives), clauses=mixed))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_shipped_policy_in_another_order_layout_and_naming_says_the_same(seed: int) -> None:
    """No edit at all; with the goals in another order, notes alone."""
    policy = load_policy("lemtrada")
    kept = set(policy.vocabulary.criteria)
    moved = build_policy(shuffled(policy.program, kept, seed, goals=False).encode(), "moved.pl")
    assert edits(policy, moved) == ()
    mixed = build_policy(shuffled(policy.program, kept, seed, goals=True).encode(), "mixed.pl")
    found = edits(policy, mixed)
    assert {each.kind for each in found} == {"reordered"}
    assert len(found) > 20


def test_a_renamed_variable_of_a_title_is_no_change() -> None:
    """The title names the argument, by whatever name."""
    text = MS.replace('"failed: {Drug}"', '"failed: {Medicine}"').replace(
        "failed(P, Drug) :- long(P, Drug),", "failed(P, Medicine) :- long(P, Medicine),"
    )
    assert edits(policy_of(MS), policy_of(text)) == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a(X) :- b(X, Y), c(Y, 4).", "a(P) :- c(Q, 4.0), b(P, Q).", True),
        ("a(X) :- b(X, Y), b(Y, X).", "a(P) :- b(Q, P), b(P, Q).", True),
        ("a(X) :- b(X, Y), Y >= 3.", "a(P) :- b(P, Q), 3 =< Q.", True),
        ("a(X) :- b(X, Y), b(X, Z), c(Y), d(Z).", "a(X) :- b(X, Y), b(X, Z), c(Z), d(Y).", True),
        ("a(X) :- b(X, Y), b(X, Z), c(Y), d(Z).", "a(X) :- b(X, Y), b(X, Z), c(Z), d(Z).", False),
        (
            "a(X) :- b(Y, Z), b(Z, Y), b(V, W), b(W, V), c(X).",
            "a(X) :- b(Y, Z), b(Z, V), b(V, W), b(W, Y), c(X).",
            False,
        ),
        ("a(X) :- b(X, _), b(X, _).", "a(X) :- b(X, Y), b(X, Y).", False),
        ("a(X) :- c(X), at_least(2, D, b(X, D)).", "a(X) :- at_least(2, E, b(X, E)), c(X).", True),
        ("a(X) :- b(X, 1.00000000000000000000000000000000001).", "a(X) :- b(X, 1).", False),
        ("a(X) :- b(X, 'c').", 'a(X) :- b(X, "c").', False),
        (r"a(X) :- b(X), \+ c(X, _).", r"a(X) :- b(X), c(X, _).", False),
        ("a(X) :- two_of(b(X), c(X), d(X)).", "a(X) :- two_of(d(X), c(X), b(X)).", True),
        ("a(X) :- all_of(b(X), c(X)).", "a(X) :- all_of(c(X), b(X)).", True),
        ("a(X) :- (b(X), c(X)), d(X).", "a(X) :- d(X), c(X), b(X).", True),
    ],
)
def test_two_clauses_have_one_form_when_they_say_the_same(one: str, other: str, same: bool) -> None:
    """And never otherwise."""
    from kb.parse import parse

    forms = [canonical(parse(text + "\n", "x").clauses[0]) for text in (one, other)]
    assert (forms[0] == forms[1]) is same
