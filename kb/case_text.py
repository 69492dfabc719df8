"""A case as plain data, written down as a case file that the reader of case files reads back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from kb import case_nodes
from kb.problems import printable
from kb.syntax import NOWHERE

# Words that YAML or the reader would not take for a plain text.
_PLAIN = re.compile(r"[a-z][a-z0-9_]*\Z")
_TAKEN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "unknown"})


def case_text(record: Mapping[str, object], comment: str = "") -> str:
    """The record as a case file in YAML: a line for each input and for each row of a list.

    ``comment`` stands above it, line by line.
    """
    lines = [f"# {printable(line)}".rstrip() for line in comment.splitlines()]
    for key, value in record.items():
        if isinstance(value, list) and value:
            lines += [f"{key}:", *(f"  - {_flow(row)}" for row in value)]
        elif isinstance(value, Mapping) and value and key in ("expect", "criteria"):
            lines.append(f"{key}:")
            lines += [f"  {_scalar(inner)}: {_flow(each)}" for inner, each in value.items()]
        else:
            lines.append(f"{key}: {_flow(value)}")
    return "\n".join(lines) + "\n"


def _flow(value: object) -> str:
    """A value on one line."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{_scalar(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case _:
            return _scalar(value)


def nodes(value: object) -> case_nodes.Node:
    """The nodes of which the text of a record is, but for their places: what a reader would make of the text."""
    match value:
        case Mapping():
            entries = ((_node(str(key)), nodes(inner)) for key, inner in value.items())
            return case_nodes.Mapping(tuple(entries), NOWHERE)
        case list() | tuple():
            return case_nodes.Sequence(tuple(map(nodes, value)), NOWHERE)
    return _node(value)


def _node(value: object) -> case_nodes.Scalar:
    plain = not isinstance(value, str) or _is_plain(value)
    return case_nodes.Scalar(_scalar(value) if plain else str(value), plain, NOWHERE)


def _is_plain(text: str) -> bool:
    return _PLAIN.match(text) is not None and text not in _TAKEN


def _scalar(value: object) -> str:
    match value:
        case None:
            return "~"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case int() | date():
            return str(value)
    text = str(value)
    return text if _is_plain(text) else json.dumps(text, ensure_ascii=False)
