"""A small vocabulary with every kind of input, for the tests of case files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kb.case import Case, Fact
from kb.read_case import read_case
from kb.syntax import NOWHERE, Constant
from kb.vocabulary import Argument, Header, Input, InputKind, Type, Vocabulary

CASE_ID = Constant("text", "A-1")


def declare(name: str, kind: InputKind, *fields: str, document: bool = False, question: str = "") -> Input:
    """An input whose fields are written ``Name: type``."""
    pairs = [field.split(": ") for field in ("P: case", *fields)]
    arguments = tuple(Argument(argument, type_name, NOWHERE) for argument, type_name in pairs)
    words = name.replace("_", " ")
    asked = question or f"What is stated of {words}?"
    return Input(name, arguments, kind, asked, words, words, document, "document", NOWHERE)


def enumerate_values(name: str, **values: str) -> Type:
    """An enumeration with its labels."""
    return Type(name, values, NOWHERE)


DRUG = enumerate_values("drug", avonex="Avonex (interferon beta-1a)", rebif="", tysabri="Tysabri (natalizumab)")
TYPES = (
    DRUG,
    enumerate_values("danger", hiv="HIV infection", active_infection=""),
    enumerate_values("exam", tsh="thyroid function tests", cbc="", skin=""),
    enumerate_values("setting", clinic="", home=""),
    Type("answer", {"yes": "", "no": "", "12": "", "unknown": ""}, NOWHERE),
)
INPUTS = (
    declare("requested_on", "one", "Date: date", question="When was the request made?"),
    declare("born_on", "one", "Date: date"),
    declare("edss", "one", "Score: decimal"),
    declare("attacks", "one", "Number: integer"),
    declare("pregnant", "one"),
    declare("consulted", "one", document=True),
    declare("signed", "one", "Date: date", document=True),
    declare("npi", "one", "Number: text"),
    declare("reply", "one", "Reply: answer"),
    declare("site", "one", "Place: setting", "SinceWhen: date"),
    declare("contraindication", "flags", "Danger: danger"),
    declare("baseline", "flags", "Exam: exam", document=True),
    declare("trial", "many", "Drug: drug", "Start: date", "End: date"),
    declare("relapse", "many", "Date: date"),
    declare("mri", "many", "Date: date", "NewLesions: integer", document=True),
)
HEADER = Header(
    "lemtrada", "Alemtuzumab", "A payer", "2024-05", None, None, ("J0202",), "eligible", "requested_on", {}, NOWHERE
)
VOCABULARY = Vocabulary(HEADER, {t.name: t for t in TYPES}, {i.name: i for i in INPUTS}, {}, {}, ())


def read(text: str, path: str = "case.yaml") -> Case:
    """The case that a text spells, named A-1 where the text does not name it."""
    if path.endswith(".pl"):
        named = text if "case(" in text else f"case('A-1').\n{text}"
    else:
        named = text if text.lstrip().startswith(("case:", "{")) else f"case: A-1\n{text}"
    return read_case(named, path, VOCABULARY)


def facts(case: Case, name: str) -> tuple[Fact, ...]:
    """The facts of a case about an input."""
    return case.facts[VOCABULARY.inputs[name].predicate]


def fact(case: Case, name: str) -> Fact:
    """The one fact of a case about an input."""
    (only,) = facts(case, name)
    return only


def atom(name: str) -> Constant:
    """A value of an enumeration."""
    return Constant("atom", name)


def day(text: str) -> Constant:
    """A date."""
    return Constant("date", date.fromisoformat(text))


def number(text: str) -> Constant:
    """A number."""
    return Constant("number", Decimal(text))
