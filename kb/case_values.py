"""Values of a case: from the text of the file to typed constants, or to a problem that says what was expected."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from kb.case import Origin
from kb.case_problems import Report, listed, shown
from kb.problems import did_you_mean, printable
from kb.syntax import Constant, Span
from kb.vocabulary import Vocabulary

MOST_DIGITS = 18
ORIGINS: tuple[Origin, ...] = ("document", "attestation", "override")
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
YES_OR_NO = {"yes": True, "y": True, "on": True, "no": False, "n": False, "off": False}
WANTED = {
    "boolean": "`true` or `false`",
    "date": "a date",
    "integer": "a whole number",
    "decimal": "a number",
    "text": "a text",
}

Written: TypeAlias = Literal["nothing", "truth", "number", "words", "quoted", "date"]
"""How a value is written: in YAML by the look of a plain scalar, in Prolog by the kind of the constant."""

_NUMBER = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_DIGITS = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)")
_ALMOST_NUMBER = re.compile(r"[-+]?[0-9][0-9_,.' ]*(?:[eE][-+]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt]|\s+)[0-9].*", re.DOTALL)
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]?([0-9]{1,2})[-/.]?([0-9]{1,2})")
_DATE_HELP = "a date is written year-month-day: `2024-03-02`"


def written(text: str, plain: bool) -> Written:
    """How YAML 1.2 reads a scalar: by its look where it is plain, as words where it is quoted."""
    if not plain:
        return "quoted"
    if text in NULLS:
        return "nothing"
    if text in TRUTHS:
        return "truth"
    return "number" if _NUMBER.fullmatch(text) else "words"


class Values:
    """Converts the values of one case file by the types of a policy's vocabulary.

    ``silence`` is the advice on how to say, in this form of a case file, that nothing is known.
    """

    def __init__(self, vocabulary: Vocabulary, report: Report, silence: str = "leave the key out") -> None:
        self.vocabulary = vocabulary
        self.report = report
        self.silence = f"where nothing is known, {silence}"

    def wanted(self, type_name: str) -> str:
        """The words for what a type expects."""
        if type_name in WANTED:
            return WANTED[type_name]
        words = printable(type_name.replace("_", " "))
        return f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"

    def value(self, type_name: str, text: str, how: Written, key: str, span: Span) -> Constant | bool | None:
        """The value that a text spells for a type; ``None``, and a problem in the report, where it spells none."""
        if type_name == "boolean":
            return self.truth(text, how, key, span)
        if type_name == "date":
            return self.date(text, how, key, span)
        if type_name in ("integer", "decimal"):
            return self.number(type_name, text, how, key, span)
        if type_name in self.vocabulary.types:
            return self.item(type_name, text, how, key, span)
        return self.text(text, how, key, span)

    def wrong_type(self, type_name: str, text: str, key: str, span: Span, advice: str = "") -> None:
        message = f"{key} wants {self.wanted(type_name)}, found {shown(text)}"
        self.report.wrong("wrong-type", message, span, advice)

    def truth(self, text: str, how: Written, key: str, span: Span) -> bool | None:
        if how == "truth":
            return TRUTHS[text]
        lower = text.lower()
        if lower in YES_OR_NO:
            right = "true" if YES_OR_NO[lower] else "false"
            advice = f"write `{right}`: `{lower}` is a word in YAML 1.2"
            self.report.wrong(
                "yes-no-word", f"{key} wants `true` or `false`, found the word {shown(text)}", span, advice
            )
        elif how == "quoted" and text in TRUTHS:
            message = f"{key} wants `true` or `false`, found the quoted text {shown(text)}"
            self.report.wrong("wrong-type", message, span, "remove the quotes")
        else:
            self.wrong_type("boolean", text, key, span)
        return None

    def text(self, text: str, how: Written, key: str, span: Span) -> Constant | None:
        if how == "truth":
            self.wrong_type("text", text, key, span, "put quotes around it")
            return None
        if not text.strip():
            advice = "name the case: `case: A-1`" if key == "`case`" else self.silence
            self.report.wrong("empty-text", f"{key} is an empty text", span, advice)
            return None
        return Constant("text", text, span)

    def date(self, text: str, how: Written, key: str, span: Span) -> Constant | None:
        if _DATE.fullmatch(text):
            try:
                return Constant("date", date.fromisoformat(text), span)
            except ValueError:
                message = f"the date {shown(text)} of {key} does not exist"
                self.report.wrong("no-such-date", message, span, _DATE_HELP)
        elif _DATE_AND_TIME.fullmatch(text):
            message = f"{key} wants a date without a time, found {shown(text)}"
            self.report.wrong("date-time", message, span, f"write `{text[:10]}`")
        elif any(char.isdigit() for char in text):
            message = f"{key} wants a date, found {shown(text)}"
            self.report.wrong("date-format", message, span, _date_help(text))
        else:
            advice = _DATE_HELP if text.lower() not in YES_OR_NO else self.silence
            self.wrong_type("date", text, key, span, advice)
        return None

    def number(self, type_name: str, text: str, how: Written, key: str, span: Span) -> Constant | None:
        if how == "quoted" and _NUMBER.fullmatch(text):
            message = f"{key} wants {self.wanted(type_name)}, found the quoted text {shown(text)}"
            self.report.wrong("quoted-number", message, span, "remove the quotes")
        elif how == "number" and _DIGITS.fullmatch(text):
            if sum(map(str.isdigit, text)) > MOST_DIGITS:
                message = f"the number {shown(text)} of {key} has more than {MOST_DIGITS} digits"
                self.report.wrong("number-format", message, span)
                return None
            amount = Decimal(text)
            if type_name == "decimal":
                return Constant("number", amount if "." in text else int(text), span)
            if amount == int(amount):
                return Constant("number", int(amount), span)
            self.wrong_type(type_name, text, key, span)
        elif how == "number" or _ALMOST_NUMBER.fullmatch(text):
            message = f"{key} wants {self.wanted(type_name)} written out, found {shown(text)}"
            advice = (
                "write digits alone" if type_name == "integer" else "write digits alone, with a point if need be: `3.5`"
            )
            self.report.wrong("number-format", message, span, advice)
        else:
            self.wrong_type(type_name, text, key, span)
        return None

    def item(self, type_name: str, text: str, how: Written, key: str, span: Span) -> Constant | None:
        values = self.vocabulary.types[type_name].values
        if text in values and how in ("words", "quoted"):
            return Constant("atom", text, span)
        wanted = self.wanted(type_name)
        if text in values:
            self.wrong_type(type_name, text, key, span, f'put quotes around it: `"{printable(text)}"`')
        elif how == "truth" or text.lower() in YES_OR_NO:
            message = f"{key} wants {wanted}, found the word {shown(text)}"
            listing, bracket, _ = key.strip("`").partition("[")
            advice = self.silence
            if bracket:
                advice = f"for none at all, write an empty list: `{listing}: []`; {advice}"
            self.report.wrong("yes-no-word", message, span, advice)
        elif how in ("number", "date"):
            self.wrong_type(type_name, text, key, span, self.near(type_name, text))
        else:
            message = f"{key} wants {wanted}, and {shown(text)} is none"
            self.report.wrong("not-in-enumeration", message, span, self.near(type_name, text))
        return None

    def near(self, type_name: str, text: str) -> str:
        """The value of an enumeration that was meant, by name or by label; else the values there are."""
        values = self.vocabulary.types[type_name].values
        word = text[:80].strip().lower().replace(" ", "_").replace("-", "_")
        named = {value.lower(): value for value in values}
        labels = {label.lower(): value for value, label in values.items() if label}
        close = did_you_mean(word, named)
        if word in named:
            return f"did you mean `{printable(named[word])}`?"
        if not close and len(word) > 2:
            plain = text[:80].strip().lower()
            held = [value for label, value in labels.items() if plain in label]
            close = f"did you mean `{printable(held[0])}`?" if len(held) == 1 else ""
        return close or f"one of {listed(values)}"


def _date_help(text: str) -> str:
    """How to write the date that was meant, where the year stands first."""
    if match := _YEAR_FIRST.fullmatch(text):
        try:
            meant = date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return _DATE_HELP
        return f"write `{meant.isoformat()}`"
    return _DATE_HELP
