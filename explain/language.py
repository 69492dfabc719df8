"""Plain English, whatever it is about: clean lines, plurals, lists, sentences with gaps to fill."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from kb.answers import Status

STATUS_WORDS: Mapping[Status | str, str] = {
    Status.MET: "met",
    Status.NOT_MET: "NOT MET",
    Status.UNDOCUMENTED: "UNDOCUMENTED",
    "conflicting": "CONFLICTING",
}
# What the changes of a repair take, the most welcome first.
EFFORTS: Mapping[str, str] = {
    "document": "only has to be submitted, if true",
    "act": "a person can bring about",
    "time": "only time can change",
}
_PLACEHOLDER = re.compile(r"(\b[Aa]n?\s+)?\{(\w+)\}(\s+\w+)?(\s+\w+)?")
_DETERMINER = re.compile(r"(an?|any|another|the|no)\b", re.IGNORECASE)


def clean(text: str) -> str:
    """One line of visible characters: blanks joined, everything that could steer a screen escaped."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)


def plural(noun: str) -> str:
    """The plural of an English noun or of a phrase that ends in one ("date of birth": its first noun)."""
    head, of, rest = noun.partition(" of ")
    if head.endswith(("s", "x", "ch", "sh")):
        head = head[:-2] + "es" if head.endswith("sis") else head if head.endswith("s") else head + "es"
    elif head.endswith("y") and head[-2:-1] not in "aeiou":
        head = head[:-1] + "ies"
    else:
        head += "s"
    return head + of + rest


def counted(number: int, noun: str) -> str:
    """``1 relapse``, ``3 relapses``."""
    return f"{number} {noun if abs(number) == 1 else plural(noun)}"


def joined(words: Sequence[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``; with semicolons, before the last too, where the words hold commas."""
    if len(words) < 2:
        return "".join(words)
    if any("," in each for each in words):
        return f"{'; '.join(words[:-1])}; {last} {words[-1]}"
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def listing(words: Sequence[str], most: int = 8) -> str:
    """All the words in a row, or the first few and how many more there are."""
    comma = "; " if any("," in each for each in words) else ", "
    if len(words) <= most + 1:
        return comma.join(words)
    return f"{comma.join(words[:most])}{comma}and {len(words) - most} more"


def fill_in(template: str, values: Mapping[str, str]) -> str:
    """A sentence with its ``{Names}`` replaced, articles and what a 1 counts made to agree with them."""

    def filled(match: re.Match[str]) -> str:
        value = values.get(match[2], match[2])
        article = match[1] or ""
        if article:
            article = "" if _DETERMINER.match(value) else article[0] + ("n " if value[:1] in "aeiouAEIO" else " ")
        after = [match[3] or "", match[4] or ""]
        if value == "1":
            for i, word in enumerate(after):
                if re.search(r"(?<![sui])s$", word):
                    after[i] = word[:-3] + "y" if word.endswith("ies") else word[:-1]
                    break
        return article + value + "".join(after)

    return clean(_PLACEHOLDER.sub(filled, template))


def of_any(template: str) -> str:
    """A sentence about whatever its ``{Names}`` stand for: ``{Drug}`` reads "any drug"."""
    return fill_in(template, {match[2]: f"any {match[2].lower()}" for match in _PLACEHOLDER.finditer(template)})


def words_of(name: str) -> str:
    """A name of the policy as words: ``StartDate`` and ``start_date`` both read "start date"."""
    return clean(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower())


def unique(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines without repetition, in their order."""
    return tuple(dict.fromkeys(lines))


def bare(status: Status) -> str:
    """What is to be said where no evidence is asked."""
    return "follows from the policy itself" if status is Status.MET else "nothing in the policy gives this"


def together(status: Status, positive: bool) -> str:
    """The heading of goals that stand together; under a negation they must not all hold."""
    if positive:
        return "all of these are needed"
    return {
        Status.MET: "these do not all hold",
        Status.NOT_MET: "all of these hold",
        Status.UNDOCUMENTED: "all of these may hold",
    }[status]


def tally(statuses: Sequence[Status], count: int, positive: bool) -> str:
    """``1 of 3 met, needs 2 (1 not documented)``."""
    met, unclear = statuses.count(Status.MET), statuses.count(Status.UNDOCUMENTED)
    needs = f"needs {count}" if positive else f"must be fewer than {count}"
    more = f" ({unclear} not documented)" if unclear else ""
    return f"{met} of {len(statuses)} met, {needs}{more}"


def number(known: int, count: int, noun: str, status: Status, positive: bool, once: str = "") -> str:
    """``1 relapse counts, needs at least 2``; ``once``: what several rows have in common that count as one."""
    counts = "count" if known > 1 else "counts"
    found = f"{counted(known, noun) if known else 'no ' + noun} {counts}"
    sure = " for certain" if status is Status.UNDOCUMENTED else ""
    shared = f", each {once} once" if once else ""
    return f"{found}{sure}{shared}, {f'needs at least {count}' if positive else f'must be fewer than {count}'}"
