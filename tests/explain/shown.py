"""What a picture shows, read back from its source."""

from __future__ import annotations

import html
import re

import pygraphviz

from explain.dot import LONGEST


def labels(source: str) -> list[str]:
    """The words of each node, its lines joined again, in the order of the source."""
    graph = pygraphviz.AGraph(string=source)
    return [words(node.attr["label"]) for node in graph.nodes()]


def words(label: str) -> str:
    """The words of an HTML-like label."""
    plain = re.sub(r"<[^>]*>", " ", label)
    return " ".join(html.unescape(plain).split())


def cut(text: str) -> str:
    """A text as the picture shows it: white space joined, and cut where it is far too long."""
    return " ".join((text if len(text) <= LONGEST else text[: LONGEST - 1]).split())
