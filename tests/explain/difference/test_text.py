"""The difference as text: a summary, then what changed in words, by meaning and by effect."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from explain.changes_text import WIDE
from explain.difference.text import difference_text
from explain.difference.told import Told, pairs, source
from kb.answers import Status
from kb.decide import VERDICTS
from kb.policy import build_policy
from kb.regression.difference import Meaning, Shift, Transition
from tests.commands.hostile import IN_A_POLICY, case_file, policy_file
from tests.commands.running import STEERING, flat
from tests.explain.difference.shown import FINE, difference, edited, stricter
from tests.support import FULL, MS

OLD = build_policy(MS.encode(), "old.pl")


def told(*changes: tuple[str, str], cases: tuple[tuple[str, str], ...] = ()) -> str:
    return difference_text(difference(OLD, edited(*changes), cases))


def test_two_editions_that_say_the_same_are_told_to_do_so() -> None:
    """In the summary and in the part in words, and no other part is shown."""
    text = told()
    assert "\nThe two editions say the same.\n" in text
    assert text.endswith("In words\n  nothing")


def test_an_order_of_goals_is_a_note_and_no_difference() -> None:
    """The summary says so."""
    text = flat(told(("step(P), clear(P).", "clear(P), step(P).")))
    assert "The two editions say the same, though 1 clause has its goals in another order." in text
    assert "note A, line 33: the order of the goals alone changed, which changes no decision" in text


def test_the_summary_says_what_flips_for_whom() -> None:
    """Before anything else: the text, the meaning with an example, the cases."""
    first, second, third = Told(stricter()).summary
    assert first == "The editions differ in 1 threshold, 2 clauses and 1 criterion, in A."
    assert second.startswith(
        "The new edition is less permissive: a case can turn from proved to undetermined, proved to"
    )
    assert "; for example proved to refuted: " in second
    stays = "in 1 that stays a criterion or a grant changes"
    assert third == f"Of 2 cases 1 flips: 1 from proved to refuted at A; {stays}; 1 case cannot be compared."
    text = difference_text(stricter())
    assert text.index(first) < text.index("In words") < text.index("By meaning") < text.index("By effect")


def test_a_clause_that_was_added_is_shown() -> None:
    """As it is written; where it stands in the new file, and where the others stood before."""
    text = difference_text(stricter())
    assert "           + fine(P) :- case(P), \\+ hazard(P, hiv)\n" in text
    assert "A, line 33: a goal was added: `fine(P)`" in text
    removed = difference_text(difference(edited(FINE), OLD))
    assert removed.endswith("\n           - fine(P) :- case(P), \\+ hazard(P, hiv)")
    assert "line 35 of the old edition" in removed


def test_a_long_clause_is_cut() -> None:
    """After a few lines, with how many more there are."""
    long = "Score > 3.5.\ndisabled(P) :-\n" + "    lesions(P),\n" * 12 + "    clear(P)."
    assert "  ... 6 more lines" in told(("Score > 3.5.", long))


def test_a_witness_is_told_once_with_every_turn_that_it_shows() -> None:
    """By its number, wherever it is meant."""
    text = difference_text(stricter())
    numbers = re.findall(r"^  Case (\d+): ", text, flags=re.MULTILINE)
    assert numbers == [str(at) for at in range(1, len(numbers) + 1)]
    meant = re.findall(r"\(case (\d+)\)", text)
    assert set(meant) == set(numbers)
    assert len(meant) > len(numbers)


def test_the_two_proofs_of_a_witness_are_shown_with_what_changed() -> None:
    """The threshold under both, one after the other; side by side where there is room."""
    narrow = difference_text(stricter())
    assert re.search(r"^    ~ +NOT MET trial of \d months .*, needs at least 6 months$", narrow, flags=re.MULTILINE)
    wide = difference_text(stricter(), width=WIDE + 20)
    assert re.search(r"^    ~ met     A  eligible +\| ~ NOT MET A  eligible$", wide, flags=re.MULTILINE)
    assert max(map(len, wide.splitlines())) <= WIDE + 20


def test_the_deepest_criterion_that_changed_accounts_for_a_flip() -> None:
    """Those above it are not named."""
    part = difference_text(stricter()).partition("Verdicts that flip\n")[2]
    assert part.startswith("    proved to refuted  A-1 (a.yaml)\n      ~ A  failed: Avonex: met, now not met\n  Ver")


def test_a_new_criterion_accounts_for_a_flip() -> None:
    """It is told to be new; one that is new and met accounts for nothing."""
    hiv = FULL.replace("hiv: false", "hiv: true")
    loose = MS.replace("eligible(P) :- step(P), clear(P).", "eligible(P) :- step(P).\nspare(P) :- clear(P).")
    old = build_policy(loose.encode(), "old.pl")
    new = edited(
        ("eligible(P) :- step(P).", "eligible(P) :- step(P), fine(P).\n" + FINE[1].partition("\n")[2]), text=loose
    )
    text = difference_text(difference(old, new, [("a.yaml", hiv), ("b.yaml", FULL)]))
    assert "      ~ A  no HIV: new, and not met" in text
    assert "Of 2 cases 1 flips" in text
    back = difference_text(difference(new, old, [("a.yaml", hiv)]))
    assert "      ~ A  no HIV: not met, now gone" in back


def test_a_flip_that_no_criterion_accounts_for_is_one_of_the_goal() -> None:
    """A goal of the root itself was added."""
    cases = (("a.yaml", FULL.replace("lesions: true", "lesions: false")),)
    assert "      ~ A  the goal itself" in told(("step(P), clear(P).", "step(P), clear(P), lesions(P)."), cases=cases)


def test_a_case_that_cannot_be_read_is_told_with_its_problem() -> None:
    """Once where it is the same under both."""
    text = flat(difference_text(stricter()).partition("Not comparable")[2])
    assert text.startswith("bad.yaml - in either edition: ")
    assert "`nothing`" in text
    one = told(("lesions(P: case)", "lesion(P: case)"), ("lesions(P)).", "lesion(P))."), cases=(("a.yaml", FULL),))
    assert "in the new edition: " in flat(one)
    assert "in the old edition" not in flat(one)
    assert "none can be decided under both editions; 1 case cannot be compared." in flat(one)


def test_a_verdict_that_stays_is_told_with_the_criteria_that_changed() -> None:
    """Apart from those that flip."""
    case = FULL.replace("hiv: false", "hiv: true")
    text = told(("Months >= 3", "Months >= 6"), cases=(("a.yaml", case),))
    assert "Of 1 case the case keeps the verdict, though in 1 a criterion or a grant changes." in flat(text)
    part = text.partition("Verdicts that stay, though a criterion or a grant changed\n")[2]
    assert part.startswith("    refuted  A-1 (a.yaml)\n")
    assert "      ~ A  failed: Avonex: met, now not met" in part


def test_every_relation_and_a_turn_without_a_witness_are_told() -> None:
    """Also that of a goal that the solver gave up on."""
    turn = Transition(Status.MET, Status.NOT_MET)
    criteria = (
        Shift("a(P)", "A", "one of {Many}", "incomparable", (turn,)),
        Shift("b(P)", "A", "two", "undecided"),
        Shift("c(P)", "A", "three", "equivalent"),
    )
    meaning = Meaning(
        Shift("eligible(P)", "A", "root", "more permissive", (turn,)), criteria, ("bound 1",), ("note 1",)
    )
    found = difference(OLD, OLD)
    text = difference_text(type(found)(OLD, OLD, (), meaning))
    assert "  more permissive  A  root: proved to refuted (no example was found in time)\n" in text
    assert "  incomparable  A  one of any many: met to not met (no example was found in time)\n" in text
    assert "  undecided  A  two\n" in text
    assert "  equivalent  1 criterion of A\n" in text
    assert "  Within these bounds\n    - bound 1\n  Not compared\n    - note 1" in text


def test_the_worst_turns_come_first() -> None:
    """All six of them."""
    assert [f"{VERDICTS[before]} {VERDICTS[after]}" for before, after in pairs()] == [
        "proved refuted",
        "proved undetermined",
        "undetermined refuted",
        "refuted proved",
        "undetermined proved",
        "refuted undetermined",
    ]


def test_a_part_of_a_file_is_shown_with_its_indents_and_nothing_that_steers() -> None:
    """Line by line."""
    assert source("a(P) :-\n    b(P), \x1b[31m c(P)\u202e\n\td(P)") == "a(P) :-\n    b(P), \\x1b[31m c(P)\\u202e\nd(P)"


@pytest.mark.parametrize("text", IN_A_POLICY.values(), ids=IN_A_POLICY)
def test_hostile_text_steers_no_terminal(text: str, tmp_path: Path) -> None:
    """Wherever a policy or a case can have one."""
    folder = tmp_path
    one, other = (policy_file(folder / name, words).read_bytes() for name, words in (("a", text), ("b", "plain")))
    case = case_file(folder, "plain").read_text("utf-8")
    found = difference(build_policy(one, text), build_policy(other, "new.pl"), [("a.yaml", case)])
    shown = difference_text(found, width=200)
    assert STEERING.search(shown) is None
    assert "In words" in shown


def test_what_is_equivalent_by_default_alone_or_for_want_of_an_input_is_said_to_be_so() -> None:
    """No sentence claims more than was compared."""
    reading = Told(difference(OLD, edited(("Date =< End)", "Date < End)")), meaning=True)).summary
    assert "as the old one does under the readings by default, within the bounds below." in reading[1]
    assert reading[2].startswith("Under window: trial it is less permissive: a case can turn from proved to ")
    document = Told(difference(OLD, edited(('progression?", [document]', 'progression?", []')), meaning=True)).summary
    assert document[1] == (
        "The new edition could not be compared whole, for lesions is given differently in the two editions."
    )


def test_a_requirement_of_one_edition_alone_is_shown_with_its_reasons() -> None:
    """What blocked a case that is free now, and what blocks one that was free."""
    dropped = edited(("step(P), clear(P).", "step(P)."))
    for old, new, word in ((OLD, dropped, "Old"), (dropped, OLD, "New")):
        text = difference_text(difference(old, new, meaning=True))
        proof = text[text.index("proved") :].partition(f"    {word}\n")[2]
        assert "NOT MET A  no hazard" in proof
        assert "HIV infection" in proof or "an active infection" in proof
