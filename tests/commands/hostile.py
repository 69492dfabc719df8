"""Hostile texts, a policy and cases that are made of them, and harmless twins of the same shape."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.commands.running import written

# What would end a label, open a tag, fill in a template or name something of Graphviz.
MARKUP = (
    '"];evil[label="',
    "<script>alert(1)</script>",
    "</svg></text>]]>",
    r"\N \G \L %s %n",
    "&lt;&#x1b;&amp;",
    "`$(id)` $HOME ';",
)
BRACES = r"{Date} {{7*7}} {% raw %} \{"
CONTROLS = "\x1b[31mred\x1b[0m\x07 \x1b]0;title\x07 \u202eesrever\u202c \x9b2J \u2066x\u2069"
LINES = "one\n\ntwo\tthree\nfour"
LONG = "long " + "x" * 9990 + " end"

# Of a case every text is shown as it is given; a reader refuses control characters.
IN_A_CASE = {**{f"markup {i}": text for i, text in enumerate(MARKUP)}, "braces": BRACES, "lines": LINES, "long": LONG}
# A policy can spell any character; in its sentences braces name an argument.
IN_A_POLICY = {**{f"markup {i}": text for i, text in enumerate(MARKUP)}, "controls": CONTROLS, "long": LONG}

POLICY = r"""
:- policy(small, [title("§"), payer("§"), edition('§'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('§', "§")]).
:- type(drug, [avonex: "§", rebif: "Rebif"]).
:- input(requested_on(P: case, Date: date), one, "When? §").
:- input(trial(P: case, Drug: drug, Note: text), many, "Which? §", [says("{Drug} § with {Note}"), noun("§")]).
:- input(remark(P: case, Note: text), one, "What else? §", [says("remarked {Note} §")]).
:- input(hazard(P: case), one, "A hazard? §", [says("a hazard §")]).
:- reading(window, request, [trial], "why §").
:- criterion(eligible/1, '§', "eligible §").
:- criterion(tried/2, '§', "tried {Drug} §").
:- criterion(remarked/2, '§', "remarked {Note} §").
:- criterion(safe/1, '§', "no hazard §").
:- advisory(noted/2, '§', "noted {Note} §").
:- informational('§', "nothing to decide §").
eligible(P) :- requested_on(P, _), tried(P, avonex), remarked(P, _), safe(P).
tried(P, Drug) :- reading(window, request), trial(P, Drug, "wanted §").
remarked(P, Note) :- remark(P, Note).
safe(P) :- case(P), \+ hazard(P).
noted(P, Note) :- trial(P, _, Note).
"""
CASE = """
case: "§1"
title: "§"
requested_on: {value: 2024-01-01, source: "§"}
trial:
  - {drug: avonex, note: "§", source: "§"}
  - {drug: rebif, note: "other §", source: "§"}
remark: {evidence: [{value: "§ one", source: "§"}, {value: "§ two", source: "§"}]}
"""


def twin(text: str) -> str:
    """A harmless text of the same length, with blanks in the same places, as it is shown."""
    # What is shown of a blank is a blank; of another control character, its escape.
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in " ".join(text.split()))
    return re.sub(r"[^\w\s]", "x", shown)


def policy_file(folder: Path, text: str) -> Path:
    """The policy with a text wherever it can have one."""
    return written(folder / "small.pl", re.sub("(['\"])((?:(?!\\1).)*)\\1", lambda m: _filled(m, text), POLICY))


def case_file(folder: Path, text: str, name: str = "small.yaml") -> Path:
    """The case with a text wherever it can have one."""
    return written(folder / name, CASE.replace("§", json.dumps(text, ensure_ascii=False)[1:-1]))


def _filled(quoted: re.Match[str], text: str) -> str:
    mark, inner = quoted[1], quoted[2]
    return mark + inner.replace("§", "".join(_spelt(char, mark) for char in text)) + mark


def _spelt(char: str, mark: str) -> str:
    if char in ("\\", mark):
        return "\\" + char
    return char if char.isprintable() else f"\\x{ord(char):x}\\"
