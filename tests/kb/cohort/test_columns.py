"""The layout of a cohort, as it follows from a vocabulary."""

from __future__ import annotations

import pytest

from kb.cohort.columns import Field, Rows, Scalar, Struct, allowed, columns, meaning, silence, type_words
from kb.cohort.template import template_text
from kb.problems import ProblemsError
from kb.syntax import NOWHERE
from kb.vocabulary import Input, Type, Vocabulary
from tests.kb.small_vocabulary import HEADER, VOCABULARY, declare

BY_NAME = {each.name: each for each in columns(VOCABULARY)}


def test_an_input_has_a_column_of_its_name_and_kind() -> None:
    """A value is a scalar, several are a struct, a list is a list, and flags are a struct of truths."""
    assert BY_NAME["pregnant"].type == Scalar("boolean")
    assert BY_NAME["edss"].type == Scalar("decimal")
    assert BY_NAME["reply"].type == Scalar("text", ("yes", "no", "12", "unknown"))
    assert BY_NAME["relapse"].type == Rows(Scalar("date"))
    assert BY_NAME["site"].type == Struct(
        (Field("place", Scalar("text", ("clinic", "home"))), Field("since_when", Scalar("date")))
    )
    assert BY_NAME["contraindication"].type == Struct(
        (Field("hiv", Scalar("boolean")), Field("active_infection", Scalar("boolean"))), flags=True
    )


def test_only_what_a_list_may_have_beside_it_is_optional() -> None:
    """Attested rows are told apart for lists that ask for documents, and open lists for all lists."""
    optional = {each.name for each in BY_NAME.values() if not each.required}
    assert optional == {"mri__attested", "mri__open", "trial__open", "relapse__open"}


def test_an_input_keeps_its_name_before_a_column_beside_a_list() -> None:
    """Where an input has the name of a list's optional column, the name is the input's."""
    inputs = (declare("mri", "many", "Date: date", document=True), declare("mri__attested", "one"))
    layout = columns(Vocabulary(HEADER, {}, {each.name: each for each in inputs}, {}, {}, ()))
    assert [(each.name, each.required) for each in layout if each.name == "mri__attested"] == [("mri__attested", True)]


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (declare("isOk", "one"), declare("isok", "one"), "`isOk` and `isok`"),
        (declare("Case", "one"), declare("other", "one"), "`case` and `Case`"),
        (declare("mri", "many", "Date: date"), declare("MRI__OPEN", "one"), "`mri__open` and `MRI__OPEN`"),
        (declare("risk", "flags", "Item: item"), declare("other", "one"), "`risk.hiv` and `risk.HIV`"),
    ],
)
def test_names_that_differ_in_capitals_alone_are_refused(first: Input, second: Input, told: str) -> None:
    """An engine would read one column for both: the one would decide where the other is asked for."""
    types = {"item": Type("item", {"hiv": "HIV infection", "HIV": "HIV test"}, NOWHERE)}
    inputs = {each.name: each for each in (first, second)}
    with pytest.raises(ProblemsError, match="differ in capitals alone") as caught:
        columns(Vocabulary(HEADER, types, inputs, {}, {}, ()))
    (problem,) = caught.value.problems
    assert problem.code == "columns-alike"
    assert told in problem.message


def test_a_column_is_told_in_words() -> None:
    """The type, the meaning, what null says and the values allowed, for people."""
    trial = BY_NAME["trial"]
    assert type_words(trial.type) == "list of rows (drug: value, start: date, end: date)"
    assert allowed(trial.type) == (("drug", ("avonex", "rebif", "tysabri")),)
    assert "empty list documents that there is none" in silence(trial)
    assert meaning(BY_NAME["requested_on"]) == "When was the request made?"
    assert meaning(BY_NAME["mri"]).endswith("Only what a document shows.")
    assert "only attested" in meaning(BY_NAME["mri__attested"])


def test_the_template_names_every_column_once() -> None:
    """A row of the table for each column, with its values."""
    rows = template_text(VOCABULARY).splitlines()[2:]
    assert [row.split(" | ")[0].strip("| ").removesuffix(" (optional)") for row in rows] == list(BY_NAME)
    assert "| clinic, home" not in rows[0]
    assert any("place: clinic, home" in row for row in rows)
