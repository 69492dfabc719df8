"""The order in which predicates are decided: what a predicate depends on comes first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kb.problems import Problem, printable
from kb.syntax import AtLeast, AtLeastDistinct, Atom, Goal, Negation, Predicate, Program, subgoals

if TYPE_CHECKING:
    from networkx import DiGraph


def strata(program: Program) -> tuple[tuple[Predicate, ...], ...]:
    """The strongly connected components of the predicates that clauses define, dependencies first."""
    import networkx

    graph = _dependencies(program)
    order = {predicate: i for i, predicate in enumerate(graph)}
    # Not a copy: that would copy every member too.
    whole = networkx.condensation(graph).reverse(copy=False)
    members = {node: sorted(data["members"], key=order.__getitem__) for node, data in whole.nodes(data=True)}
    ranked = networkx.lexicographical_topological_sort(whole, key=lambda node: order[members[node][0]])
    return tuple(tuple(members[node]) for node in ranked)


def cycles(program: Program) -> tuple[Problem, ...]:
    """A problem for each predicate that is negated or counted in the very loop that defines it."""
    import networkx

    graph = _dependencies(program)
    component = {}
    for number, found in enumerate(networkx.strongly_connected_components(graph)):
        component.update(dict.fromkeys(found, number))
    problems = []
    seen: set[tuple[Predicate, Predicate]] = set()
    for clause in program.clauses:
        head = clause.head.predicate
        for goal in clause.body:
            for atom, how in _swept(goal):
                edge = (head, atom.predicate)
                if not how or edge in seen or component.get(atom.predicate) != component[head]:
                    continue
                seen.add(edge)
                path = networkx.shortest_path(graph, atom.predicate, head)
                shown = " -> ".join(f"`{printable(str(each))}`" for each in (head, *path))
                message = f"`{head}` depends on itself through a {how}"
                help = f"the loop is {shown}; break it"
                problems.append(Problem("loop", message, program.path, atom.span, help))
    return tuple(problems)


def _dependencies(program: Program) -> DiGraph[Predicate]:
    """An edge from the head of each clause to each predicate of its body that clauses define."""
    import networkx

    graph: DiGraph[Predicate] = networkx.DiGraph()
    graph.add_nodes_from(clause.head.predicate for clause in program.clauses)
    for clause in program.clauses:
        for goal in clause.body:
            for atom, _ in _swept(goal):
                if atom.predicate in graph:
                    graph.add_edge(clause.head.predicate, atom.predicate)
    return graph


def _swept(goal: Goal, how: str = "") -> Iterator[tuple[Atom, str]]:
    """Each atom of a goal, with "negation" or "count" where it stands in one."""
    match goal:
        case Atom():
            yield goal, how
        case Negation():
            how = "negation"
        case AtLeast() | AtLeastDistinct():
            how = how or "count"
    for inner in subgoals(goal):
        yield from _swept(inner, how)
