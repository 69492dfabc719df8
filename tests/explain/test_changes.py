"""What changed between two proofs: told in text, drawn in pictures, listed for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from xml.etree import ElementTree

import pygraphviz
import pytest

from explain.changes import Changes
from explain.changes_dot import CHANGED, FRAME, changes_dot
from explain.changes_faces import ENDINGS, draw_changes
from explain.changes_json import changes_json
from explain.changes_text import WIDE, changes_text
from explain.prover import prove
from kb.answers import Status
from kb.decide import decide
from kb.policy import load_policy
from kb.read_case import load_case
from kb.what_if import what_if
from tests.explain.shown import words
from tests.explain.test_faces import case

EXAM = "baseline(skin_exam)"


def changes(name: str, assumed: Sequence[str] = (), dropped: Sequence[str] = ()) -> Changes:
    policy = load_policy("lemtrada")
    before = load_case(case(name), policy.vocabulary)
    after = what_if(before, policy.vocabulary, assumed, dropped)
    return Changes(prove(decide(policy, before)), prove(decide(policy, after)), assumed, dropped)


def repaired() -> Changes:
    return changes("refused-three-unrelated", [EXAM])


def test_nothing_changed_where_nothing_is_new() -> None:
    """The same record gives the same proof, whatever object it is."""
    same = changes("refused-three-unrelated")
    assert (same.ids, same.turns) == ((), ())
    assert "  nothing" in changes_text(same)


def test_a_criterion_whose_status_changed_is_named() -> None:
    """With both statuses, and no other criterion beside it."""
    found = [(turn.section, turn.before, turn.after) for turn in repaired().turns]
    assert found == [("A.3", Status.NOT_MET, Status.MET)] * 2


def test_what_one_proof_no_longer_needs_to_show_has_not_changed() -> None:
    """The eight exams that were met all along are folded away with their criterion, and are not marked."""
    found = repaired()
    before = {node.goal for node in found.nodes[0] if node.kind == "evidence"}
    assert len(before) == 1
    left, _ = found.sides()
    assert not any("thyroid" in point.words for point in left.changed)


def test_an_alternative_that_is_no_longer_needed_has_not_changed() -> None:
    """Who was consulted is what it was, though the prescriber is enough by now."""
    found = changes("refused-three-unrelated", ["prescriber(ms_specialist)"])
    clauses = [node.children for node in found.nodes[0] if node.kind == "clause" and not node.criterion]
    goals = [[str(child.goal) for child in children] for children in clauses]
    assert any("prescriber" in goal for each in goals for goal in each)
    assert not any("consultation_notes" in goal for each in goals for goal in each)


def test_what_a_changed_value_is_held_against_has_changed_with_it() -> None:
    """The months of a trial that ended later."""
    rows = ("treatment(ocrelizumab, '2024-02-05', '2024-04-15')", "treatment(ocrelizumab, '2024-02-05', '2024-05-28')")
    before, after = changes("refused-three-unrelated", [rows[1]], [rows[0]]).nodes
    assert all(any(node.kind == "comparison" for node in nodes) for nodes in (before, after))


def test_evidence_of_another_source_has_changed() -> None:
    """Though it says the same, and nothing follows from it."""
    found = changes("approved-hiv-addressed", ["benefit"])
    assert found.turns == ()
    assert [node.kind for node in found.nodes[1] if not node.children] == ["evidence"]


def test_evidence_that_changed_without_changing_a_status_is_marked() -> None:
    """A member who is still too weakly affected, with another score."""
    found = changes("boundary-edss-3.5", ["edss('2024-01-01', 3.0)"])
    assert found.turns == ()
    assert any("EDSS 3.0 on 2024-01-01" in point.words for point in found.sides(full=True)[1].changed)


def test_the_text_tells_both_verdicts_then_the_criteria_then_the_tree() -> None:
    """One proof after the other on a narrow terminal, the changed lines marked."""
    told = changes_text(changes("refused-three-unrelated", [EXAM], ["benefit"]))
    places = [told.index(part) for part in ("Dropped: benefit", "Assumed: baseline", "Before: ref", "After: ref")]
    places += [told.index(part) for part in ("Criteria whose status changed", "\n\nBefore\n", "\n\nAfter\n")]
    assert places == sorted(places)
    assert re.search(r"^  ~ A\.3 .*: not met, now met$", told, flags=re.MULTILINE)
    assert re.search(r"^~ +NOT MET A\.3  documented baseline tests$", told, flags=re.MULTILINE)
    assert re.search(r"^~ +met +A\.3  documented baseline tests$", told, flags=re.MULTILINE)
    assert "A.4" not in told, "what did not change is not shown"


def test_the_text_has_two_columns_where_there_is_room() -> None:
    """Each criterion stands at one height in both, and no line is too long."""
    told = changes_text(repaired(), width=WIDE)
    tree = told.partition("what did)\n")[2].splitlines()
    assert all(" |" in line for line in tree)
    assert any(line.count("documented baseline tests") == 2 for line in tree)
    assert max(map(len, tree)) <= WIDE


def test_the_picture_has_a_cluster_for_each_proof() -> None:
    """With the facts above them, and the verdict on each."""
    graph = pygraphviz.AGraph(string=changes_dot(repaired()))
    clusters = {cluster.name: words(cluster.graph_attr["label"]) for cluster in graph.subgraphs()}
    assert set(clusters) == {"cluster_before", "cluster_after"}
    assert clusters["cluster_before"].startswith("before: refuted: ")
    assert f"assumed: {EXAM}" in words(graph.graph_attr["label"])


def test_a_changed_node_is_marked_by_a_word_and_a_thick_frame() -> None:
    """And no other node is."""
    graph = pygraphviz.AGraph(string=changes_dot(repaired()))
    marked = [node for node in graph.nodes() if words(node.attr["label"]).startswith(f"{CHANGED} ")]
    assert [node for node in graph.nodes() if node.attr["penwidth"] == FRAME] == marked
    assert {node[: node.index("_")] for node in marked} == {"before", "after"}
    assert all("A.3" in words(node.attr["label"]) for node in marked)
    assert len(marked) < len(graph.nodes()) / 3


def test_before_is_drawn_above_after() -> None:
    """As one reads."""
    svg = draw_changes(repaired(), ".svg").decode()
    places = [re.search(rf">{word}: refuted", svg) for word in ("before", "after")]
    assert all(places)
    heights = [float(re.findall(r'y="(-?[\d.]+)"', svg[: place.start()])[-1]) for place in places if place]
    assert heights[0] < heights[1]


def test_the_json_lists_the_ids_that_changed() -> None:
    """Ids of the outlines, which stand in it for both sides."""
    found = repaired()
    told = changes_json(found)
    assert told["changed"] == list(found.ids)
    assert (told["before"]["status"], told["after"]["status"]) == ("not met", "not met")
    assert (told["assumed"], told["dropped"]) == ([EXAM], [])
    known = set(found.before.ids.values()) | set(found.after.ids.values())
    assert set(told["changed"]) <= known
    assert {each["id"] for each in told["criteria"]} <= set(told["changed"])


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_changes_are_written_in_every_format(ending: str) -> None:
    """The bytes start as they must."""
    drawn = draw_changes(repaired(), ending)
    pictures = {".svg": b"<?xml", ".png": b"\x89PNG", ".pdf": b"%PDF", ".dot": b"digraph"}
    assert drawn.startswith({**pictures, ".txt": b"Case ", ".json": b"{"}[ending])
    if ending == ".svg":
        assert ElementTree.fromstring(drawn).tag.endswith("svg")
    if ending == ".json":
        assert json.loads(drawn)["format"] == "policykb-changes/1"
