"""What a policy declares, read from its directives."""

from __future__ import annotations

from datetime import date

from kb.declarations import read_vocabulary
from kb.parse import parse
from kb.syntax import NOWHERE, Predicate
from kb.vocabulary import Vocabulary

POLICY = """
:- policy(small, [title("Small"), payer("Payer"), edition('2024-05'), effective('2024-01-01'), until('2025-01-01'),
                  hcpcs('J0202', 'J0203'), root(eligible), request_date(requested_on),
                  section('A', "All"), section('A.1', "Some")]).
:- type(drug, [avonex: "Avonex (interferon)", other_drug]).
:- criterion(trial/3, 'A.1', "tried {Drug}").
:- input(requested_on(P: case, Day: date), one, "When?").
:- input(active(P: case), one, "Active?").
:- input(trial(P: case, Drug: drug, StartDate: date), many, "Which?",
         [says("{Drug} from {StartDate}"), noun("treatment"), document, change(time)]).
:- input(sign(P: case, Drug: drug), flags, "Which?").
:- criterion(eligible/1, 'A', "all").
:- advisory(late/2, 'A', "late: {Day}").
:- grant(doses/2, 'A', "{N} doses").
:- reading(window, request, [trial, either], "two ways to count").
:- informational('A', "only a heading").
eligible(P) :- active(P).
late(P, '2024-01-01') :- active(P).
late(_P, _Day) :- active(_).
doses(_, 5).
"""


def vocabulary(text: str = POLICY) -> Vocabulary:
    """The vocabulary of a text without problems."""
    found, problems = read_vocabulary(parse(text, "test.pl"))
    assert problems == ()
    return found


def test_the_header_says_whose_policy_it_is() -> None:
    """Every entry of the policy is read."""
    header = vocabulary().header
    assert (header.name, header.title, header.payer, header.edition) == ("small", "Small", "Payer", "2024-05")
    assert (header.effective, header.until) == (date(2024, 1, 1), date(2025, 1, 1))
    assert (header.codes, header.root, header.request_date) == (("J0202", "J0203"), "eligible", "requested_on")
    assert header.sections == {"A": "All", "A.1": "Some"}


def test_a_value_has_its_label_or_its_own_words() -> None:
    """A label is optional."""
    assert vocabulary().types["drug"].values == {"avonex": "Avonex (interferon)", "other_drug": "other drug"}


def test_an_input_says_what_it_asks_for() -> None:
    """Everything that the fourth argument gives is read."""
    trial = vocabulary().inputs["trial"]
    assert trial.predicate == Predicate("trial", 3)
    assert (trial.kind, trial.question, trial.says) == ("many", "Which?", "{Drug} from {StartDate}")
    assert (trial.noun, trial.document, trial.change) == ("treatment", True, "time")
    assert [(field.key, field.type) for field in trial.fields] == [("drug", "drug"), ("start_date", "date")]


def test_an_input_has_words_even_where_none_are_given() -> None:
    """The fourth argument is optional."""
    requested, active = vocabulary().inputs["requested_on"], vocabulary().inputs["active"]
    assert (requested.says, requested.noun, requested.document) == ("requested on: {Day}", "requested on", False)
    assert (active.says, active.fields, active.change) == ("active", (), "document")
    assert vocabulary().inputs["sign"].kind == "flags"


def test_a_criterion_names_the_arguments_of_its_predicate() -> None:
    """The names come from the heads of the clauses, or from the input, declared before or after."""
    criteria = vocabulary().criteria
    assert criteria[Predicate("eligible", 1)].variables == ("P",)
    assert criteria[Predicate("late", 2)].variables == ("P", "Day")
    assert criteria[Predicate("doses", 2)].variables == ("", "")
    assert criteria[Predicate("trial", 3)].variables == ("P", "Drug", "StartDate")
    assert {each.kind for each in criteria.values()} == {"criterion", "advisory", "grant"}


def test_a_reading_has_its_default_first() -> None:
    """The values are the default and the alternatives."""
    assert vocabulary().readings["window"].values == ("request", "trial", "either")


def test_what_informs_is_kept() -> None:
    """An informational entry has its section and its words."""
    (entry,) = vocabulary().informational
    assert (entry.section, entry.text) == ("A", "only a heading")


def test_what_is_malformed_is_left_out_and_the_rest_is_read() -> None:
    """A vocabulary is there even when something is wrong, so that all problems can be found."""
    found, problems = read_vocabulary(parse(":- type(drug).\n:- type(sign, [weakness]).\n", "test.pl"))
    assert [problem.code for problem in problems] == ["malformed-directive"]
    assert list(found.types) == ["sign"]
    assert found.header.span == NOWHERE


def test_labels_are_found_by_type_and_value() -> None:
    """A value that is not declared reads as its own words."""
    found = vocabulary()
    assert found.label("drug", "avonex") == "Avonex (interferon)"
    assert found.label("nothing", "some_value") == "some value"
