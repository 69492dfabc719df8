"""What two editions declare differently: header, sections, types, inputs, criteria, readings, explanations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from kb.problems import printable
from kb.regression.difference import Edit, Subject
from kb.regression.sides import Side
from kb.syntax import Span
from kb.vocabulary import Criterion, Informational, Input, Reading, Type

# Those of the header, and the names of two in the file.
ENTRIES = ("name", "title", "payer", "edition", "effective", "until", "codes", "root", "request_date")
KEYS = {"name": "", "codes": "hcpcs"}


def declared(old: Side, new: Side) -> Iterator[Edit]:
    """Everything that the directives of two editions say differently."""
    yield from _header(old, new)
    yield from _sections(old, new)
    yield from _types(old, new)
    yield from _inputs(old, new)
    yield from _criteria(old, new)
    yield from _readings(old, new)
    yield from _informational(old, new)


def _header(old: Side, new: Side) -> Iterator[Edit]:
    before, after = (side.policy.vocabulary.header for side in (old, new))
    for entry in ENTRIES:
        left, right = (_value(getattr(header, entry)) for header in (before, after))
        if left == right:
            continue
        name, key = entry.replace("_", " ") if entry != "codes" else "HCPCS codes", KEYS.get(entry, entry)
        if left and right:
            spans = old.entry(key), new.entry(key)
            yield _both(old, new, "header", entry, (), f"{name} {left} becomes {right}", *spans)
        else:
            side = new if right else old
            yield _alone(side, bool(right), "header", entry, (), f"{name} {left or right}", side.entry(key))


def _value(value: object) -> str:
    """An entry of the header in words; nothing where it is not given."""
    if isinstance(value, tuple):
        return ", ".join(f"`{each}`" for each in value)
    if value is None or value == "":
        return ""
    return value.isoformat() if isinstance(value, date) else f"`{value}`"


def _sections(old: Side, new: Side) -> Iterator[Edit]:
    before, after = (side.policy.vocabulary.header for side in (old, new))
    for name in dict.fromkeys((*before.sections, *after.sections)):
        left, right = before.sections.get(name), after.sections.get(name)
        if left == right:
            continue
        shown = f"section `{name}`"
        if left is None or right is None:
            side, heading = (new, right) if right is not None else (old, left)
            words = f'{shown}, "{heading}"'
            yield _alone(side, right is not None, "section", name, (name,), words, side.entry("section", name))
        else:
            words = f'the heading of {shown} "{left}" becomes "{right}"'
            spans = old.entry("section", name), new.entry("section", name)
            yield _both(old, new, "section", name, (name,), words, *spans)


def _types(old: Side, new: Side) -> Iterator[Edit]:
    before, after = (side.policy.vocabulary.types for side in (old, new))

    def sections(side: Side, type_: Type) -> tuple[str, ...]:
        inputs = side.policy.vocabulary.inputs.values()
        return side.sections([e.predicate for e in inputs if any(a.type == type_.name for a in e.arguments)])

    for name in dict.fromkeys((*before, *after)):
        left, right = before.get(name), after.get(name)
        if left is None or right is None:
            side, type_ = (new, right) if right else (old, left)
            assert type_ is not None
            shown = f"type `{name}` with the values {', '.join(f'`{value}`' for value in type_.values)}"
            yield _alone(side, right is not None, "type", name, sections(side, type_), shown, type_.span)
        elif words := list(_values(left.values, right.values)):
            told = f"type `{name}`: {'; '.join(words)}"
            yield _both(old, new, "type", name, sections(new, right), told, left.span, right.span)


def _values(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for value in dict.fromkeys((*before, *after)):
        left, right = before.get(value), after.get(value)
        if left is None or right is None:
            label = left or right or ""
            yield f'value `{value}` ("{label}") was {"removed" if right is None else "added"}'
        elif left != right:
            yield f'the label of `{value}` "{left}" becomes "{right}"'


def _inputs(old: Side, new: Side) -> Iterator[Edit]:
    before, after = (side.policy.vocabulary.inputs for side in (old, new))
    for name in dict.fromkeys((*before, *after)):
        left, right = before.get(name), after.get(name)
        if left is None or right is None:
            side, input_ = (new, right) if right else (old, left)
            assert input_ is not None
            sections = side.sections([input_.predicate])
            shown = f'input `{_form(input_)}`, "{input_.question}"'
            yield _alone(side, right is not None, "input", name, sections, shown, input_.span)
        elif words := list(_input(left, right)):
            told = f"input `{name}`: {'; '.join(words)}"
            sections = new.sections([right.predicate]) or old.sections([left.predicate])
            yield _both(old, new, "input", name, sections, told, left.span, right.span)


def _form(declared_input: Input) -> str:
    """An input as it is declared: its name, its arguments and their types."""
    arguments = ", ".join(f"{each.name}: {each.type}" for each in declared_input.arguments)
    return f"{declared_input.name}({arguments})"


def _input(left: Input, right: Input) -> Iterator[str]:
    """What changed of an input. What the argument of the case is called says nothing."""
    if [(each.name, each.type) for each in left.fields] != [(each.name, each.type) for each in right.fields]:
        yield f"`{_form(left)}` becomes `{_form(right)}`"
    for what in ("kind", "change"):
        if getattr(left, what) != getattr(right, what):
            yield f"{what} `{getattr(left, what)}` becomes `{getattr(right, what)}`"
    for flag, words in (("document", "asks for a document"), ("personal", "is personal")):
        if getattr(left, flag) != getattr(right, flag):
            yield f"it {words} now" if getattr(right, flag) else f"it {words} no longer"
    for what, words in (("question", "question"), ("says", "sentence"), ("noun", "noun"), ("extends", "extends")):
        before, after = getattr(left, what), getattr(right, what)
        if before != after:
            yield f'{words} "{before}" becomes "{after}"'


def _criteria(old: Side, new: Side) -> Iterator[Edit]:
    before, after = (side.policy.vocabulary.criteria for side in (old, new))
    for predicate in dict.fromkeys((*before, *after)):
        left, right = before.get(predicate), after.get(predicate)
        name = str(predicate)
        if left is None or right is None:
            side, one = (new, right) if right else (old, left)
            assert one is not None
            shown = f'{one.kind} `{name}` of section `{one.section}`, "{one.title}"'
            yield _alone(side, right is not None, "criterion", str(predicate), (one.section,), shown, one.span)
        elif words := list(_criterion(left, right)):
            told = f"{right.kind} `{name}`: {'; '.join(words)}"
            yield _both(old, new, "criterion", str(predicate), (right.section,), told, left.span, right.span)


def _criterion(left: Criterion, right: Criterion) -> Iterator[str]:
    if left.kind != right.kind:
        yield f"{left.kind} becomes {right.kind}"
    if left.section != right.section:
        yield f"section `{left.section}` becomes `{right.section}`"
    if _title(left) != _title(right):
        yield f'title "{left.title}" becomes "{right.title}"'


def _title(criterion: Criterion) -> str:
    """A title with its arguments by their places, so that a variable of another name is no change."""
    places = {name: str(at) for at, name in enumerate(criterion.variables)}
    return re.sub(r"\{(\w+)\}", lambda found: f"{{{places.get(found[1], found[1])}}}", criterion.title)


def _readings(old: Side, new: Side) -> Iterator[Edit]:
    before, after = (side.policy.vocabulary.readings for side in (old, new))
    for name in dict.fromkeys((*before, *after)):
        left, right = before.get(name), after.get(name)
        if left is None or right is None:
            side, reading = (new, right) if right else (old, left)
            assert reading is not None
            others = ", ".join(f"`{each}`" for each in reading.alternatives)
            shown = f"reading `{name}` with the default `{reading.default}` and the alternatives {others}"
            sections = side.sections(side.testers(name))
            yield _alone(side, right is not None, "reading", name, sections, shown, reading.span)
        elif words := list(_reading(left, right)):
            told = f"reading `{name}`: {'; '.join(words)}"
            yield _both(old, new, "reading", name, new.sections(new.testers(name)), told, left.span, right.span)


def _reading(left: Reading, right: Reading) -> Iterator[str]:
    if left.default != right.default:
        yield f"default `{left.default}` becomes `{right.default}`"
    for value in dict.fromkeys((*left.values, *right.values)):
        if value not in right.values or value not in left.values:
            yield f"value `{value}` was {'removed' if value in left.values else 'added'}"
    if left.why != right.why:
        yield f'reason "{left.why}" becomes "{right.why}"'


def _informational(old: Side, new: Side) -> Iterator[Edit]:
    before, after = (side.policy.vocabulary.informational for side in (old, new))
    gone, come = _rest(before, after), _rest(after, before)
    for left in list(gone):
        if right := next((each for each in come if each.section == left.section), None):
            gone.remove(left)
            come.remove(right)
            words = f'explanation "{left.text}" becomes "{right.text}"'
            yield _both(old, new, "informational", right.section, (right.section,), words, left.span, right.span)
    for side, made, those in ((old, False, gone), (new, True, come)):
        for each in those:
            shown = f'explanation "{each.text}"'
            yield _alone(side, made, "informational", each.section, (each.section,), shown, each.span)


def _rest(notes: Sequence[Informational], others: Sequence[Informational]) -> list[Informational]:
    there = {(each.section, each.text) for each in others}
    return [each for each in notes if (each.section, each.text) not in there]


def _alone(
    side: Side, made: bool, subject: Subject, name: str, sections: tuple[str, ...], words: str, span: Span
) -> Edit:
    """A declaration that one edition alone has: the new one where it was ``made``."""
    place, text = side.place(span), side.text(span)
    told = printable(f"{words} was {'added' if made else 'removed'}")
    if made:
        return Edit("added", subject, name, sections, told, new=place, new_text=text)
    return Edit("removed", subject, name, sections, told, old=place, old_text=text)


def _both(
    old: Side, new: Side, subject: Subject, name: str, sections: tuple[str, ...], words: str, left: Span, right: Span
) -> Edit:
    """A declaration that changed."""
    places, texts = (old.place(left), new.place(right)), (old.text(left), new.text(right))
    return Edit("changed", subject, name, sections, printable(words), *places, *texts)
