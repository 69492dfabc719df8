"""What if: facts assumed and dropped, and what is wrong with how they are written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.answers import Status
from kb.case import Case
from kb.problems import ProblemsError
from kb.syntax import Predicate, Unknown
from kb.what_if import what_if
from tests.kb.small_vocabulary import VOCABULARY, atom, day, fact, facts, number, read
from tests.kb.test_case_facts import NEAR, WELL_FORMED
from tests.sampling import tries

TEXT = """\
edss: {value: 3.5, source: "Note"}
born_on: 1990-01-01
pregnant: true
site: {place: home}
contraindication: {hiv: true, active_infection: false}
baseline: {tsh: true}
trial:
  - {drug: avonex, start: 2023-01-01, end: 2023-06-01}
  - {drug: rebif, start: 2023-07-01}
relapse: []
"""


def changed(*assumed: str, dropped: tuple[str, ...] = ()) -> Case:
    return what_if(read(TEXT), VOCABULARY, assumed, dropped)


def problem(*assumed: str, dropped: tuple[str, ...] = ()) -> str:
    """The codes of what is wrong, and all that is told of it."""
    with pytest.raises(ProblemsError) as caught:
        changed(*assumed, dropped=dropped)
    return " ".join(each.code for each in caught.value.problems) + "\n" + str(caught.value)


def status(case: Case, name: str, item: str) -> tuple[Status, str]:
    found = next(each for each in facts(case, name) if each.row[1] == atom(item))
    return found.status, found.reason


@pytest.mark.parametrize("text", ["baseline(skin)", "baseline('A-1', skin)", "baseline(skin).", " baseline( skin ) . "])
def test_the_case_and_the_full_stop_may_be_left_out(text: str) -> None:
    """A fact is understood as it is written at a command line and as it stands in a file."""
    assert status(changed(text), "baseline", "skin") == (Status.MET, "")


def test_what_is_assumed_says_so() -> None:
    """Its source is `assumed`, before any source that is stated with it, and its place is the option."""
    case = changed("edss(4.0)", 'evidence(baseline(skin), attestation, "call")')
    (piece,) = fact(case, "edss").evidence
    assert (piece.value, piece.source, piece.origin, piece.place) == ("4.0", "assumed", "document", "--assume:1")
    attested = next(each for each in facts(case, "baseline") if each.row[1] == atom("skin"))
    assert (attested.reason, attested.evidence[0].source) == ("attested", "assumed: call")


def test_an_assumed_value_replaces_the_stated_one() -> None:
    """It never conflicts with it, be it a value, a yes-or-no or a flag."""
    case = changed("edss(4.0)", "absent(pregnant)", "absent(contraindication(hiv))")
    assert fact(case, "edss").row[1] == number("4.0")
    assert fact(case, "pregnant").status is Status.NOT_MET
    assert status(case, "contraindication", "hiv") == (Status.NOT_MET, "")
    assert status(case, "contraindication", "active_infection") == (Status.NOT_MET, "")


def test_an_assumed_row_joins_the_list() -> None:
    """The other rows stay, what they do not state is not taken for what the new row does not state."""
    rows = [each.row for each in facts(changed("trial(tysabri, unknown, unknown)"), "trial")]
    assert [row[1] for row in rows] == [atom("avonex"), atom("rebif"), atom("tysabri")]
    unknown = [term for row in rows for term in row if isinstance(term, Unknown)]
    assert len(unknown) == len(set(unknown)) == 3


def test_a_list_that_is_not_given_stays_open_with_a_row_more() -> None:
    """One row that is assumed says nothing of the others; an empty list closes it."""
    mri = Predicate("mri", 3)
    case = changed("mri('2024-01-01', 2)")
    assert [each.status for each in facts(case, "mri")] == [Status.UNDOCUMENTED, Status.MET]
    assert mri not in case.complete
    closed = changed("none(mri)", "mri('2024-01-01', 2)")
    assert [each.status for each in facts(closed, "mri")] == [Status.MET]
    assert mri in closed.complete
    assert facts(changed("none(trial)"), "trial") == ()


def test_what_is_dropped_is_undocumented() -> None:
    """A flag, whatever it says, a yes-or-no, a value; a row goes, and its list stays complete."""
    dropped = ("contraindication(hiv)", "absent(contraindication(active_infection))", "pregnant", "edss(3.5)")
    case = changed(dropped=(*dropped, "trial(avonex, '2023-01-01', '2023-06-01')"))
    assert {each.reason for each in facts(case, "contraindication")} == {"missing"}
    assert (fact(case, "pregnant").reason, fact(case, "edss").reason) == ("missing", "missing")
    assert [each.row[1] for each in facts(case, "trial")] == [atom("rebif")]
    assert Predicate("trial", 4) in case.complete


def test_a_name_alone_drops_all_of_an_input() -> None:
    """A list is then as if it had not been given; the empty list is dropped like any."""
    case = changed(dropped=("trial", "contraindication", "site", "none(relapse)"))
    for name in ("trial", "contraindication", "site", "relapse"):
        assert {each.status for each in facts(case, name)} == {Status.UNDOCUMENTED}, name
    assert case.complete == {}


def test_a_row_with_a_value_that_is_not_stated_is_dropped_as_unknown() -> None:
    """`unknown` stands for what the row does not state, and for nothing else."""
    case = changed(dropped=("trial(rebif, '2023-07-01', unknown)",))
    assert [each.row[1] for each in facts(case, "trial")] == [atom("avonex")]
    assert "nothing-to-drop" in problem(dropped=("trial(avonex, '2023-01-01', unknown)",))


def test_what_is_dropped_goes_before_what_is_assumed() -> None:
    """So a row can be replaced."""
    case = changed("relapse('2024-01-01')", dropped=("none(relapse)",))
    assert [each.status for each in facts(case, "relapse")] == [Status.UNDOCUMENTED, Status.MET]
    same = changed("trial(rebif, '2023-07-01', '2023-09-01')", dropped=("trial(rebif, '2023-07-01', unknown)",))
    assert [each.row[3] for each in facts(same, "trial")] == [day("2023-06-01"), day("2023-09-01")]


def test_the_case_itself_is_left_as_it_is() -> None:
    """What was read before does not change."""
    case = read(TEXT)
    what_if(case, VOCABULARY, ["edss(4.0)"], ["pregnant"])
    assert (fact(case, "edss").row[1], fact(case, "pregnant").status) == (number("3.5"), Status.MET)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("baseline(skn)", "not-in-enumeration", "did you mean `skin`?"),
        ("baslin(skin)", "unknown-fact", "did you mean `baseline`?"),
        ("pregnnt", "unknown-fact", "did you mean `pregnant`?"),
        ("trial(avonex)", "fact-arity", "`trial(P, Drug, Start, End)`"),
        ("edss", "fact-arity", "`edss(P, Score)`"),
        ("pregnant('B-2')", "other-case", "the case is `A-1`"),
        ("absent(edss(3))", "wrong-type", "neither true nor false"),
        ("none(edss)", "wrong-type", "is no list"),
        ("edss(X)", "not-a-fact", "constants alone"),
        ("edss(3) :- pregnant", "not-a-fact", "found a rule"),
        ("X", "not-a-fact", "write `name(value)`"),
        ("edss(", "unclosed", "never closed"),
        ("", "empty-case", "the fact is empty"),
        ("edss(3\x1b)", "control-character", "U+001B"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_a_way_out(text: str, code: str, words: str) -> None:
    """Of a fact that is assumed, under a caret; the number of the line is that of the fact."""
    told = problem("pregnant", text)
    assert code in told.splitlines()[0]
    assert words in told
    assert "--> --assume:2:" in told
    assert "^" in told


def test_all_mistakes_are_shown_together() -> None:
    """Each on the line of its fact."""
    told = problem("baslin(skin)", "edss(3)", "edss(high)")
    assert "--assume:1:1" in told
    assert "--assume:3:6" in told


def test_one_value_is_not_assumed_twice() -> None:
    """Neither a value nor a flag, though two rows and two flags may be."""
    assert problem("edss(3)", "edss(4)").startswith("duplicate-key\n")
    assert problem("baseline(skin)", "absent(baseline(skin))").startswith("duplicate-key\n")
    changed("baseline(skin)", "baseline(cbc)", "relapse('2024-01-01')", "relapse('2024-02-01')")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("edss(3)", "the case states `edss(3.5)`"),
        ("consulted", "nothing of `consulted`"),
        ("mri", "nothing of `mri`"),
        ("none(trial)", "`trial(rebif, '2023-07-01', unknown)`"),
        ("baseline(skin)", "the case states `baseline(tsh)`"),
    ],
)
def test_what_is_not_there_cannot_be_dropped(text: str, words: str) -> None:
    """The help says what the case does state."""
    told = problem(dropped=(text,))
    assert told.startswith("nothing-to-drop\n")
    assert words in told


def test_a_fact_is_dropped_without_its_evidence() -> None:
    """One piece of several cannot be taken away."""
    assert problem(dropped=("evidence(pregnant, document, note)",)).startswith("not-a-fact\n")


TEXTS = st.lists(st.one_of(st.text(), NEAR, WELL_FORMED, st.sampled_from([*VOCABULARY.inputs])), max_size=3)


@settings(max_examples=tries(300, 60))
@given(TEXTS, TEXTS)
def test_any_text_is_a_change_or_a_problem(assumed: list[str], dropped: list[str]) -> None:
    """No text whatsoever raises anything else."""
    told = ""
    try:
        what_if(read(TEXT), VOCABULARY, assumed, dropped)
    except ProblemsError as error:
        told = str(error)
    assert all(char == "\n" or (char >= " " and not "\x7f" <= char <= "\x9f") for char in told)
