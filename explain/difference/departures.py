"""In what a witness departs from a usual case, in the sentences of the policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from explain.language import clean, fill_in, plural
from kb.policy import Policy
from kb.syntax import Constant
from kb.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kb.solving.free import Held, Slot
    from kb.solving.witness import Departure

USUALLY = " (usually: "


def sayer(policy: Policy) -> Callable[[Departure], str]:
    """What puts a departure into words: what the witness holds, and what a usual case holds in its place."""
    vocabulary = policy.vocabulary

    def say(departure: Departure) -> str:
        slot = departure.slot
        said, usual = (told(vocabulary, slot, held) for held in (departure.held, departure.usual))
        declared = vocabulary.inputs.get(slot.declared.name, slot.declared)
        if departure.held is None and usual and (slot.number is not None):
            return f"without: {usual}"
        if not said:
            noun = clean(declared.noun)
            about = plural(noun) if declared.kind == "many" else usual.removesuffix(": no") or noun
            return f"not documented: {about}"
        return f"{said}{USUALLY}{usual})" if usual and usual != said else said

    return say


def parted(sentence: str) -> tuple[str, str]:
    """A departure in its two parts: what the witness holds, and what a usual case holds in its place."""
    said, mark, usual = sentence.partition(USUALLY)
    return (said, usual.removesuffix(")")) if mark else (sentence, "")


def told(vocabulary: Vocabulary, slot: Slot, held: Held) -> str:
    """What a slot holds, in a sentence; nothing where it holds nothing."""
    declared = vocabulary.inputs.get(slot.declared.name, slot.declared)
    if held is None:
        return ""
    if isinstance(held, bool):
        if declared.kind == "many":
            return f"{plural(clean(declared.noun))} documented" if held else ""
        values = {field.name: clean(vocabulary.label(field.type, slot.item)) for field in declared.fields}
        return fill_in(declared.says, values) + ("" if held else ": no")
    values = {
        field.name: value(vocabulary, field.type, term)
        for field, term in zip(declared.fields, held.fields, strict=True)
    }
    return fill_in(declared.says, values) + (" (attested only)" if held.attested else "")


def value(vocabulary: Vocabulary, type_name: str, term: Constant | None) -> str:
    """The words for the value of a field."""
    if term is None:
        return f"a {clean(type_name)} that is not stated"
    match term.value:
        case date() as day:
            return day.isoformat()
        case Decimal() as number:
            return format(number, "f")
        case int() as number:
            return str(number)
    return clean(vocabulary.label(type_name, str(term.value)))
