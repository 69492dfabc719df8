"""The profile of a packet: the organisation, the notice, the member and the rights of appeal.

Law and time limits differ by programme and by organisation, so the profile holds their words and this
module only knows which of them a programme asks for. What there is to fill in stands in one table,
``SECTIONS``; the reader, the empty profile and the documentation follow it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias

from kb.syntax import NOWHERE, Span

Kind: TypeAlias = Literal["text", "paragraphs", "date", "programme", "paper"]
Value: TypeAlias = tuple[str, ...] | date

PROGRAMMES: Mapping[str, str] = {
    "medicaid": "Medicaid managed care, 42 CFR 438.404(b)",
    "medicare_advantage": "Medicare Advantage, 42 CFR 422.568(e)",
    "erisa": "a group health plan under ERISA, 29 CFR 2560.503-1(g)",
    "other": "any other",
}
PAPERS: Mapping[str, str] = {"letter": "US letter", "a4": "A4"}
EVERY = frozenset(PROGRAMMES)
NEVER: frozenset[str] = frozenset()
MEDICAID, MEDICARE, ERISA = frozenset({"medicaid"}), frozenset({"medicare_advantage"}), frozenset({"erisa"})


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in: its kind, what it is, and the programmes that ask for it."""

    kind: Kind
    what: str
    needed: frozenset[str] = EVERY


SECTIONS: Mapping[str, Mapping[str, Field]] = {
    "": {
        "programme": Field("programme", "Which programme the member is covered by"),
        "paper": Field("paper", "The size of the paper", NEVER),
    },
    "organisation": {
        "name": Field("text", "name of the organisation that sends the notice"),
        "address": Field("paragraphs", "its address, one line after the other"),
        "phone": Field("text", "its phone number for members"),
        "hours": Field("text", "when somebody answers", NEVER),
        "fax": Field("text", "its fax number", NEVER),
        "website": Field("text", "its website", NEVER),
    },
    "notice": {
        "date": Field("date", "date of this notice"),
        "reference": Field("text", "the organisation's reference for this request", NEVER),
        "approved_form": Field(
            "text", "name and number of the approved notice form that this packet goes with", MEDICARE
        ),
        "languages": Field(
            "paragraphs", "how to get this notice in another language, in large print or read aloud", NEVER
        ),
    },
    "member": {
        "name": Field("text", "name of the member"),
        "id": Field("text", "the member's number"),
        "birth_date": Field("date", "the member's date of birth", NEVER),
        "address": Field("paragraphs", "the member's address, one line after the other", NEVER),
    },
    "request": {
        "service": Field("text", "what was requested, in words that the member knows", NEVER),
        "provider": Field("text", "who requested it", NEVER),
    },
    "reviewer": {
        "name": Field("text", "name of the person who made the adverse determination"),
        "title": Field("text", "title and credentials of that person"),
        "date": Field("date", "the day on which that person made it"),
        "case": Field("text", "the case that it is about, by the name that the case file gives it"),
        "explanation": Field("paragraphs", "the reviewer's own explanation of the clinical judgment", NEVER),
    },
    "appeal": {
        "right": Field("paragraphs", "the right to an appeal, and who may ask for it"),
        "how": Field("paragraphs", "how to ask for an appeal, step by step"),
        "time_limit": Field("paragraphs", "by when an appeal has to be asked for"),
        "contact": Field("paragraphs", "where to send the appeal and whom to call, one line after the other"),
        "decision": Field("paragraphs", "how a standard appeal runs and by when it is decided", MEDICARE | ERISA),
        "expedited": Field("paragraphs", "when an appeal is expedited, and how to ask for that", EVERY - {"other"}),
        "one_level": Field("paragraphs", "the one level of appeal that comes before a state fair hearing", MEDICAID),
        "fair_hearing": Field("paragraphs", "the right to a state fair hearing, and how to ask for it", MEDICAID),
        "continued_benefits": Field(
            "paragraphs",
            "the right to keep benefits during an appeal, how to ask for it, and when the member may have to pay",
            MEDICAID,
        ),
        "further_levels": Field("paragraphs", "the levels of appeal that follow the first", MEDICARE),
        "civil_action": Field("paragraphs", "the right to a civil action under section 502(a) of ERISA", ERISA),
        "free_copies": Field(
            "paragraphs", "that the criteria and the whole file can be had free of charge, and how", MEDICAID | ERISA
        ),
        "free_explanation": Field(
            "paragraphs", "that the clinical judgment is explained free of charge on request", ERISA
        ),
        "help": Field("paragraphs", "who can help with an appeal or represent the member", NEVER),
    },
}
OPTIONAL_SECTIONS = frozenset({"request", "reviewer"})


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile that has been read: a value for each key that is filled in, by section and key.

    A text is a tuple of paragraphs or lines, of one where it is short. ``path`` is its file, ``spans`` say
    where in it each value stands.
    """

    path: str
    programme: str
    paper: str
    values: Mapping[tuple[str, str], Value]
    spans: Mapping[tuple[str, str], Span] = field(default_factory=dict, repr=False)

    def texts(self, section: str, key: str) -> tuple[str, ...]:
        """The lines or paragraphs of a text; none where it is not filled in."""
        value = self.values.get((section, key), ())
        return value if isinstance(value, tuple) else (value.isoformat(),)

    def text(self, section: str, key: str) -> str:
        """A text in one line, or a date; empty where it is not filled in."""
        return " ".join(self.texts(section, key))

    def day(self, section: str, key: str) -> date | None:
        value = self.values.get((section, key))
        return value if isinstance(value, date) else None

    def has(self, section: str) -> bool:
        return any(each == section for each, _ in self.values)

    def span(self, section: str, key: str) -> Span:
        return self.spans.get((section, key), NOWHERE)


HIDDEN = (
    ("member", "name"), ("member", "id"), ("member", "address"), ("notice", "reference"),
    ("request", "provider"), ("reviewer", "name"), ("reviewer", "case"), ("reviewer", "explanation"),
)  # fmt: skip


def redact_profile(profile: Profile) -> Profile:
    """A profile without names and identifiers of persons, and with the year alone of a birth date."""
    from explain.redact import REDACTED, VeiledDate

    values = {key: (REDACTED,) if key in HIDDEN else value for key, value in profile.values.items()}
    if born := profile.day("member", "birth_date"):
        values["member", "birth_date"] = VeiledDate(born.year, born.month, born.day)
    return replace(profile, path=REDACTED, values=values)


def needed(programme: str) -> Iterator[tuple[str, str]]:
    """The sections and keys that a programme asks for; those of an optional section only where it is there."""
    for section, fields in SECTIONS.items():
        yield from ((section, key) for key, each in fields.items() if programme in each.needed)


# The empty profile


def new_profile() -> str:
    """An empty profile, every key with what it is; what is in square brackets has to be replaced."""
    lines = [
        "# The profile of a packet: who sends the notice, to whom, and how to appeal.",
        "# Everything here is printed as it stands. Replace what is in square brackets; a packet is not",
        "# written while any is left. Remove the `#` before a key to fill it in.",
        "# The words on rights and time limits are the organisation's own: have them checked by counsel.",
    ]
    for section, fields in SECTIONS.items():
        optional = section in OPTIONAL_SECTIONS
        lines += ["", *_about(section)]
        if section:
            lines.append(f"{'# ' if optional else ''}{section}:")
        for key, each in fields.items():
            lines += _entry(key, each, indent="  " if section else "", optional=optional)
    return "\n".join(lines) + "\n"


def _about(section: str) -> list[str]:
    if section == "reviewer":
        return [
            "# Only where a person has made an adverse determination in this very case. Without it, a case that",
            "# does not meet the criteria gives a draft, and nothing is called a denial.",
        ]
    if section == "appeal":
        return ["# Each of these is a text, or a list of texts: paragraphs, or lines of an address."]
    return []


def _entry(key: str, entry: Field, indent: str, optional: bool) -> Iterator[str]:
    off = "# " if optional or not entry.needed else ""
    if entry.kind == "programme":
        yield f"# {entry.what}:"
        yield from (f"#   {name}: {words}" for name, words in PROGRAMMES.items())
        yield f'{key}: "[{" | ".join(PROGRAMMES)}]"'
    elif entry.kind == "paper":
        yield f"# {entry.what}: {' or '.join(PAPERS)}"
        yield f"{key}: {next(iter(PAPERS))}"
    else:
        if entry.needed and entry.needed < EVERY:
            yield f"{indent}# Needed for: {', '.join(each for each in PROGRAMMES if each in entry.needed)}"
        words = f"{entry.what}: year-month-day" if entry.kind == "date" else entry.what
        shown = f'["[{words}]"]' if entry.kind == "paragraphs" else f'"[{words}]"'
        yield f"{off}{indent}{key}: {shown}"
