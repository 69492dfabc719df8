"""Editions of a policy made for a test: copies of one text with another edition, other dates and an edit."""

from __future__ import annotations

from pathlib import Path

from kb.policy import SHIPPED
from tests.support import FULL, MS

LEMTRADA = (SHIPPED / "lemtrada.pl").read_text("utf-8")
DATED = "edition('1'), effective('2024-01-01')"
# A second edition of the small policy and of the shipped one, by the threshold that it changes.
SHORTER = ("Months >= 3", "Months >= 1")


def small(edition: str, effective: str, until: str = "", *changes: tuple[str, str]) -> str:
    """The text of the small policy as another edition, with texts replaced."""
    ends = f", until('{until}')" if until else ""
    return edited(MS, (DATED, f"edition('{edition}'), effective('{effective}'){ends}"), *changes)


def lemtrada(edition: str, effective: str, *changes: tuple[str, str]) -> str:
    """The text of the shipped policy as another edition."""
    dated = (("edition('2024')", f"edition('{edition}')"), ("effective('2024-01-01')", f"effective('{effective}')"))
    return edited(LEMTRADA, *dated, *changes)


def edited(text: str, *changes: tuple[str, str]) -> str:
    """A text with texts replaced wherever they stand; each must be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def folder_of(folder: Path, **files: str) -> Path:
    """A folder of policy files, each by its name without the ending."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.pl").write_text(text, "utf-8")
    return folder


def case_on(path: Path, day: str) -> Path:
    """A case file of the small policy whose request is made on a day, or has this as its date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(edited(FULL, ("requested_on: 2024-01-01", f"requested_on: {day}")).lstrip(), "utf-8")
    return path
