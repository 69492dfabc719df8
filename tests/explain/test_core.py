"""The core of a proof: it still establishes the verdict, and nothing of it can be left out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from explain.core import core
from explain.dot import dot
from explain.faces import FORMATS, draw
from explain.json import proof_json
from explain.outline import outline
from explain.proof import Node, Proof
from explain.prover import prove
from explain.text import proof_text
from kb.answers import Status, at_least
from kb.decide import decide
from kb.syntax import Unknown
from tests.explain.test_faces import case, proof_of
from tests.sampling import tries
from tests.support import HEADER, decided, policy_of
from tests.test_cases import CASES, EXAMPLES
from tests.test_properties import POLICY, as_case, records

# No goal occurs twice in it, for a size is counted as that of a tree.
FLAGS = policy_of(
    HEADER
    + r"""
:- type(item, [a, b, c, d, e, f, g, h]).
:- input(has(P: case, Item: item), flags, "What?").
:- criterion(first/1, 'A', "first").
first(P) :- has(P, a), has(P, b).
first(P) :- has(P, c).
second(P) :- has(P, d), \+ has(P, e).
eligible(P) :- first(P), two_of(has(P, f), second(P), (has(P, g), has(P, h))).
"""
)
SHARING = policy_of(
    HEADER
    + r"""
:- type(item, [a, b, c, d]).
:- input(has(P: case, Item: item), flags, "What?").
:- criterion(first/1, 'A', "first").
:- criterion(second/1, 'A', "second").
:- criterion(third/1, 'A', "third").
first(P) :- has(P, d).
first(P) :- has(P, a), has(P, b).
second(P) :- has(P, c), has(P, b).
third(P) :- first(P).
third(P) :- has(P, a), second(P).
eligible(P) :- case(P), \+ third(P), \+ first(P), two_of(third(P), has(P, c), has(P, d)).
eligible(P) :- has(P, d), third(P).
"""
)
GIVEN = st.dictionaries(st.sampled_from("abcd"), st.booleans())


def parts(node: Node, with_cut: bool = True) -> list[Node]:
    """What a node of a core rests on, with what was cut."""
    every = [part for child in node.children for part in (child.children if child.kind == "folded" else (child,))]
    return [*every, *(node.cut if with_cut else ())]


def extreme(node: Node, high: bool, unknown: frozenset[Node] = frozenset()) -> Status:
    """The most or the least that a status can be, when everything that was cut can be anything."""
    every, cut = parts(node), {*node.cut, *unknown}
    if not every:
        return node.status
    turned = high is not (node.kind == "negation")
    found = [
        (Status.MET if turned else Status.NOT_MET) if part in cut else extreme(part, turned, unknown) for part in every
    ]
    match node.kind:
        case "goal" | "some" | "folded":
            return max(found)
        case "negation":
            return found[0].opposite
        case "count":
            return at_least(node.count, found)
        case "distinct" if any(part.bindings for part in every):
            return different(node, every, found)
    # A clause whose head fits less than surely is no surer than that.
    own = node.status if node.status < min(part.status for part in every) else Status.MET
    return min(own, *found)


def different(node: Node, every: list[Node], found: list[Status]) -> Status:
    """The status of a count of different values."""
    surest: dict[object, Status] = {}
    for part, status in zip(every, found, strict=True):
        value = part.bindings[0][1]
        surest[value] = max(status, surest.get(value, Status.NOT_MET))
    met = [value for value, status in surest.items() if status is Status.MET]
    could = [value for value, status in surest.items() if status is not Status.NOT_MET]
    many = any(isinstance(value, Unknown) and value.many for value in could)
    certain = max(sum(not isinstance(value, Unknown) for value in met), bool(met))
    return Status(2 if certain >= node.count else 1 if (math.inf if many else len(could)) >= node.count else 0)


def steps(root: Node) -> Iterator[tuple[Node, Node]]:
    """Every step of a core from a node to what it rests on."""
    seen: set[Node] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            for part in parts(node, with_cut=False):
                yield node, part
                waiting.append(part)


def without(root: Node, step: tuple[Node, Node]) -> Node:
    """A core without one of its steps."""
    made: dict[Node, Node] = {}

    def copy(node: Node) -> Node:
        if node not in made:
            kept = [part for part in parts(node, with_cut=False) if (node, part) != step]
            cut = (*node.cut, *([step[1]] if node is step[0] else []))
            made[node] = replace(node, children=tuple(map(copy, kept)), cut=cut)
        return made[node]

    return copy(root)


def establishes(root: Node) -> bool:
    return extreme(root, True) is extreme(root, False) is root.status


def hold(proof: Proof) -> None:
    """What must hold of the core of a proof."""
    smallest = core(proof)
    assert smallest.status is proof.status
    assert establishes(smallest.root)
    for step in steps(smallest.root):
        assert not establishes(without(smallest.root, step)), f"{step[1].goal} can be left out"


@given(records)
def test_the_core_establishes_the_verdict_and_nothing_of_it_can_be_left_out(record: Mapping[str, Any]) -> None:
    """Whatever was cut can be anything; whatever stayed is needed."""
    hold(prove(decide(POLICY, as_case(POLICY, record))))


@pytest.mark.sampled(40)
@pytest.mark.parametrize("path", [*EXAMPLES, *CASES], ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_the_core_of_a_shipped_case_establishes_its_verdict(path: Path) -> None:
    """For whole policies as for small ones; and it is no larger than the proof."""
    proof = proof_of(path)
    smallest = core(proof)
    assert establishes(smallest.root)
    assert smallest.status is proof.status
    assert len(list(smallest.nodes())) < len(list(proof.nodes()))


def flagged(flags: Mapping[str, bool]) -> str:
    """A case with these flags."""
    has = ", ".join(f"{name}: {str(value).lower()}" for name, value in flags.items())
    return f"case: A-1\nrequested_on: 2024-01-01\nhas: {{{has}}}\n"


@example({"a": True, "d": False})
@given(GIVEN)
def test_nothing_of_a_core_can_be_left_out_where_steps_are_shared(flags: Mapping[str, bool]) -> None:
    """A step that is there for one goal may show what another needs."""
    hold(prove(decided(SHARING, flagged(flags))))


@settings(max_examples=tries(40, 8))
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.booleans()))
def test_no_part_of_a_small_proof_is_smaller_than_its_core(flags: Mapping[str, bool]) -> None:
    """Every smaller set of steps is tried, and none establishes the verdict."""
    proof = prove(decided(FLAGS, flagged(flags)))
    size = len({part for _, part in steps(core(proof).root)})
    every = {part for _, part in steps(proof.root)}
    if math.comb(len(every), max(0, size - 1)) < 30_000 and size:
        for kept in combinations(every, size - 1):
            unknown = frozenset(every - set(kept))
            statuses = {extreme(proof.root, high, unknown) for high in (True, False)}
            assert statuses != {proof.status}, [str(node.goal) for node in kept]


def test_a_refusal_keeps_one_failing_conjunct_of_each_alternative() -> None:
    """Three criteria fail on their own, and one of them is enough."""
    proof = proof_of(case("refused-three-unrelated"))
    whole, smallest = outline(proof), outline(core(proof))
    failing = [[p for p in root.children if p.status is Status.NOT_MET and p.section] for root in (whole, smallest)]
    assert [len(each) for each in failing] == [3, 1]


def test_what_is_counted_is_still_told_of_all() -> None:
    """A tally speaks of all that were counted, though only those stay that are needed."""
    told = proof_text(core(proof_of(case("approved-avonex-natalizumab"))), full=True)
    assert "2 of 3 met, needs 2" in told or "3 of 3 met, needs 2" in told


def test_the_nodes_of_a_core_have_the_ids_of_the_whole_proof() -> None:
    """So that the one can be found in the other."""
    proof = proof_of(case("refused-three-unrelated"))
    smallest = core(proof)
    goals = {proof.ids[node]: node.goal for node in proof.nodes()}
    assert {smallest.ids[node]: node.goal for node in smallest.nodes()}.items() <= goals.items()


@pytest.mark.parametrize(("ending", "full"), [*product(FORMATS, [False, True])])
def test_the_core_has_every_face(ending: str, full: bool) -> None:
    """It is written in every format, folded and unfolded."""
    assert draw(core(proof_of(case("pended-mri"))), ending, full=full)


def test_every_face_says_that_it_shows_the_core_alone() -> None:
    """A reader must not take it for the whole."""
    proof = proof_of(case("refused-three-unrelated"))
    assert "the core alone" in proof_text(core(proof))
    assert "the core alone" in dot(core(proof))
    assert proof_json(core(proof))["core"] is True
    assert "the core alone" not in proof_text(proof) + dot(proof)
    assert proof_json(proof)["core"] is False
