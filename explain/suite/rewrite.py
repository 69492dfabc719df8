"""The expectation of a case file written anew: only what changed, and the rest of the file as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explain.suite.expect import WORDS, Decided, Expectation, granted, observed
from explain.suite.goals import met_texts
from kb.case_values import NULLS, TRUTHS, written
from kb.problems import Problem, ProblemsError
from kb.vocabulary import chosen_readings

WIDEST = 100
BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/()= ")


def updated(data: object, expectation: Expectation | None, decided: Decided, full: bool) -> object:
    """What a case would have to expect to be as expected: the same keys with what there is now.

    ``data`` is what its file has under `expect`, ``expectation`` what that means. ``full`` adds what is
    granted and advised, and so does it to a case that expects nothing yet.
    """
    decision = decided({})
    if not isinstance(data, Mapping) or not data:
        return decision.verdict if isinstance(data, str) and not full else observed(decision, full)
    now = observed(decision, full)
    found: dict[str, object] = {}
    for key, value in data.items():
        match key:
            case "verdict":
                found[key] = now[key]
            case "not_met" | "undocumented":
                found[key] = value if _same(value, now[key]) else now[key]
            case "grants":
                found[key] = _kept(value, granted(decision), expectation and expectation.grants)
            case "advisories":
                found[key] = _kept(value, met_texts(decision, "advisory"), expectation and expectation.advisories)
            case "criteria" if isinstance(value, Mapping) and expectation is not None:
                statuses = [WORDS[decision.answers.status(goal)] for goal in expectation.criteria]
                found[key] = dict(zip(value, statuses, strict=True))
            case "readings" if isinstance(value, Mapping):
                found[key] = {pair: _under(pair, each, expectation, decided) for pair, each in value.items()}
            case _:
                found[key] = value
    stated = data.get("verdict") is not None
    for key, value in now.items():
        # Where the verdict is stated, a list of sections that is left out means that there is none.
        if key not in found and (full or (stated and value)):
            found[key] = value
    return found


def _under(pair: str, value: object, expectation: Expectation | None, decided: Decided) -> object:
    """What there is under other readings, told as it was told: the verdict alone, or with criteria."""
    decision = decided(chosen_readings(pair))
    if not isinstance(value, Mapping):
        return decision.verdict
    found: dict[str, object] = dict(value)
    if value.get("verdict") is not None:
        found["verdict"] = decision.verdict
    if isinstance(value.get("criteria"), Mapping) and expectation is not None:
        statuses = [WORDS[decision.answers.status(goal)] for goal in expectation.under.get(pair, ())]
        found["criteria"] = dict(zip(value["criteria"], statuses, strict=True))
    return found


def _same(value: object, now: object) -> bool:
    words = (value,) if isinstance(value, str) else value
    return isinstance(words, tuple) and isinstance(now, list) and set(words) == set(now)


def _kept(value: object, now: Sequence[str], meant: object) -> object:
    """A list as it stands in the file where it means what there is now."""
    return value if meant is not None and meant == set(now) else list(now)


@dataclass(frozen=True)
class Edit:
    """A stretch of a text, and what stands there instead."""

    start: int
    end: int
    text: str


def rewritten(text: str, expect: object, path: str) -> str:
    """The text of a case file with another expectation; the rest stays as it is, character for character.

    Raises ``ProblemsError`` where the place of the expectation cannot be found.
    """
    # The reader of YAML counts a line end as one character, and leaves out the mark of byte order.
    raw = [i for i, char in enumerate(text) if not (char == "\ufeff" and i == 0) and text[i - 1 : i + 1] != "\r\n"]
    short = "".join("\n" if text[i : i + 2] == "\r\n" else text[i] for i in raw)
    raw.append(len(text))
    ending = "\r\n" if "\r\n" in text else "\n"
    for edit in sorted(_edits(short, expect, path), key=lambda each: each.start, reverse=True):
        put = edit.text.replace("\n", ending)
        text = text[: raw[edit.start]] + put + text[raw[edit.end] :]
    _hold(short, text.removeprefix("\ufeff").replace("\r\n", "\n"), expect, path)
    return text


def _hold(before: str, after: str, expect: object, path: str) -> None:
    """Refuse a text that says something else than was meant, or changed anything else."""
    old, new = _data(_places(before, path)), _data(_places(after, path))
    assert isinstance(old, dict)
    if new != {**old, "expect": _plain(expect)}:
        message = "the expectation cannot be written anew"
        raise ProblemsError([Problem("unwritable", message, path, help="write it by hand")], {})


@dataclass
class Place:
    """A value of the file: where it stands, its text where it is one value, and what stands in it, by key."""

    start: int
    end: int
    column: int
    line: int
    kind: str = "value"
    flow: bool = False
    text: str = ""
    entries: tuple[tuple[Place, Place], ...] = ()


def _edits(text: str, expect: object, path: str) -> Iterator[Edit]:
    top = _places(text, path)
    if top.kind != "map":
        raise ProblemsError([Problem("not-a-case", "a case is a map of keys", path)], {path: text})
    found = next((each for each in top.entries if each[0].text == "expect"), None)
    if top.flow:
        yield from _flow_edit(text, top, found, expect)
    elif found is None:
        end = len(text)
        apart = "" if text.endswith("\n") or not text else "\n"
        yield Edit(end, end, f"{apart}\n{_block('expect', expect, '')}\n")
    else:
        key, value = found
        yield from _value_edits(key, value, expect, " " * (key.column))


def _flow_edit(text: str, top: Place, found: tuple[Place, Place] | None, expect: object) -> Iterator[Edit]:
    said = json.dumps(expect, ensure_ascii=False)
    if found is None:
        comma = ", " if top.entries and not text[: top.end - 1].rstrip().endswith(",") else ""
        yield Edit(top.end - 1, top.end - 1, f'{comma}"expect": {said}')
    elif _data(found[1]) != _plain(expect):
        yield Edit(found[1].start, found[1].end, said)


def _value_edits(key: Place, value: Place, new: object, indent: str) -> Iterator[Edit]:
    """What is to be changed so that a key has another value; maps are changed key by key."""
    if _data(value) == _plain(new):
        return
    if isinstance(new, Mapping) and value.kind == "map" and not value.flow:
        inner = {each.text: (each, held) for each, held in value.entries}
        deeper = " " * value.column
        for name, said in new.items():
            if name in inner:
                yield from _value_edits(*inner[name], said, deeper)
        added = [_block(name, said, deeper) for name, said in new.items() if name not in inner]
        if added:
            yield Edit(value.end, value.end, "".join(f"\n{each}" for each in added))
        return
    if isinstance(new, Mapping) and value.kind == "map":
        yield Edit(value.start, value.end, json.dumps(new, ensure_ascii=False))
        return
    block = _block(key.text, new, indent)
    said = block.removeprefix(f"{indent}{_scalar(key.text)}:")
    if value.kind == "list" and not value.flow and said.startswith("\n"):
        lead = "\n" + " " * value.column
        yield Edit(value.start, value.end, lead.join(line.strip() for line in said[1:].split("\n")))
    elif value.line == key.line and not said.startswith("\n"):
        yield Edit(value.start, value.end, said[1:] if value.start < value.end else said)
    else:
        yield Edit(key.end, value.end, f":{said}")


def _block(key: str, value: object, indent: str) -> str:
    """A key with its value as lines of YAML."""
    name = f"{indent}{_scalar(key)}:"
    if isinstance(value, Mapping):
        return "\n".join([name, *(_block(inner, said, indent + "  ") for inner, said in value.items())])
    if isinstance(value, str):
        return f"{name} {_scalar(value)}"
    items = [_scalar(str(each)) for each in value] if isinstance(value, list | tuple) else []
    line = f"{name} [{', '.join(items)}]"
    if len(line) <= WIDEST and not any("," in item and item[0] not in "\"'" for item in items):
        return line
    return "\n".join([name, *(f"{indent}  - {item}" for item in items)])


def _scalar(text: str) -> str:
    """A text as YAML reads it back, plain where it can be."""
    safe = bool(text) and text[0].isalnum() and not text.endswith(" ") and set(text) <= BARE
    if safe and written(text, True) == "words" and text not in NULLS and text not in TRUTHS:
        return text
    return json.dumps(text, ensure_ascii=False) if "'" in text or not text.isprintable() else f"'{text}'"


def _plain(value: object) -> object:
    """Data with lists as tuples, as the reader of case files gives them."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    return value


def _data(place: Place) -> object:
    if place.kind == "map":
        return {key.text: _data(value) for key, value in place.entries}
    if place.kind == "list":
        return tuple(_data(value) for _, value in place.entries)
    return None if place.kind == "nothing" else place.text


def _places(text: str, path: str) -> Place:
    """Where each key and each value of a text stands."""
    from ruamel.yaml import YAML
    from ruamel.yaml import events as kinds
    from ruamel.yaml.error import MarkedYAMLError

    def node(event: Any) -> Place:
        start, end = event.start_mark, event.end_mark
        found = Place(start.index, end.index, start.column, start.line)
        inner: list[tuple[Place, Place]] = []
        if isinstance(event, kinds.ScalarEvent):
            found.text = str(event.value)
            found.kind = "nothing" if not event.style and found.text in NULLS else "value"
            if event.style in ("|", ">"):
                found.end = found.start + len(text[found.start : found.end].rstrip())
        elif isinstance(event, kinds.MappingStartEvent | kinds.SequenceStartEvent):
            found.kind = "map" if isinstance(event, kinds.MappingStartEvent) else "list"
            found.flow = bool(event.flow_style)
            last: Any = next(events)
            while not isinstance(last, kinds.MappingEndEvent | kinds.SequenceEndEvent):
                key = node(last)
                value = node(next(events)) if found.kind == "map" else key
                if found.kind == "map" and value.start == value.end:
                    # Where there is no value, the parser has read on past the comment.
                    value.start = value.end = text.index(":", key.end) + 1
                    value.line = key.line
                inner.append((key, value))
                last = next(events)
            # The end of a block is only noticed where something else begins.
            found.end = last.end_mark.index if found.flow else inner[-1][1].end if inner else found.end
            found.entries = tuple(inner)
        return found

    try:
        events = iter(YAML(typ="safe", pure=True).parse(text))
        for event in events:
            if isinstance(event, kinds.MappingStartEvent | kinds.SequenceStartEvent | kinds.ScalarEvent):
                return node(event)
    except MarkedYAMLError:
        pass
    raise ProblemsError([Problem("yaml-syntax", "this is not YAML", path)], {})
