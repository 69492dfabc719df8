"""From a record that shows something to a smallest one that still shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.oracle.random_cases import Record, Trial


def shrink(trial: Trial, shows: Callable[[Trial], bool]) -> Trial:
    """Leave out whatever can be left out, part after part, until no part can.

    ``shows`` says whether a smaller trial still shows what the given one does.
    """
    smaller = True
    while smaller:
        smaller = False
        for path in list(_paths(trial)):
            for candidate in _without(trial, path):
                if shows(candidate):
                    trial, smaller = candidate, True
                    break
    return trial


Path = tuple[Any, ...]


def _paths(trial: Trial) -> Iterator[Path]:
    """Where something could be left out: readings, then the record from the outside in, lists from the end."""
    yield from (("readings", name) for name in trial.readings)
    found: list[Path] = [("record", key) for key in trial.record if key != "case"]
    while found:
        yield from found
        found = [deeper for path in found for deeper in _inside(path, _at(trial.record, path[1:]))]


def _inside(path: Path, value: object) -> list[Path]:
    match value:
        case dict():
            return [(*path, key) for key in value]
        case list():
            return [(*path, place) for place in reversed(range(len(value)))]
        case _:
            return []


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _without(trial: Trial, path: Path) -> Iterator[Trial]:
    """The trial without the part at a path, or with something plainer in its place; nothing where it is gone."""
    kind, *steps = path
    if kind == "readings":
        yield Trial(trial.record, {name: value for name, value in trial.readings.items() if name != steps[0]})
        return
    try:
        value = _at(trial.record, tuple(steps))
    except (KeyError, IndexError, TypeError):
        return
    yield Trial(_rebuilt(trial.record, steps, None), trial.readings)
    if isinstance(value, dict):
        for plainer in ("value", "rows"):
            if plainer in value:
                yield Trial(_rebuilt(trial.record, steps, [value[plainer]]), trial.readings)
    if isinstance(value, list) and value:
        yield Trial(_rebuilt(trial.record, steps, [[]]), trial.readings)


def _rebuilt(value: Any, steps: list[Any], new: list[Any] | None) -> Any:
    """A copy of a value with the part at the steps replaced by the one thing in ``new``, or left out."""
    first, *rest = steps
    if isinstance(value, dict):
        return _rebuilt_map(value, first, rest, new)
    changed = list(value)
    changed[first : first + 1] = [_rebuilt(value[first], rest, new)] if rest else (new or [])
    return changed


def _rebuilt_map(value: Record, first: str, rest: list[Any], new: list[Any] | None) -> Record:
    if not rest and new is None:
        return {key: inner for key, inner in value.items() if key != first}
    changed = _rebuilt(value[first], rest, new) if rest else (new or [None])[0]
    return {**value, first: changed}
