"""A checked policy to three-valued expressions over the columns of one member.

A predicate becomes *families* of rows: each goes through the rows of some lists, holds under a truth, and has
values. A body joins families goal by goal and keeps only the values that later goals still read, so that a truth
stands as near to the rows it speaks of as it can. What it means is docs/three-truths.md, clause by clause:
a predicate's rows have values of their own, and a variable that meets two keeps the one that says more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count, product

from kb.cohort.affirmed import affirmed
from kb.cohort.bodies import Bodies
from kb.cohort.by_value import by_value
from kb.cohort.columns import ATTESTED, OPEN
from kb.cohort.expressions import (
    NO,
    YES,
    Among,
    Distinct,
    Exists,
    Field,
    Flag,
    Literal,
    Missing,
    Named,
    Node,
    Row,
    RowNamed,
    Source,
    Values,
    When,
    children,
    node,
)
from kb.cohort.families import CASE_VALUE, Family, constant, input_families, is_literal, refuse_recursion
from kb.cohort.folding import Folding
from kb.cohort.lowered import Definition, Keys, Lowered, MemberTruth, Relation, RowTruth
from kb.cohort.needs import Need, root_needs, with_needs
from kb.cohort.outputs import Asked, Output
from kb.cohort.sharing import shared
from kb.cohort.values import Value, literal, same
from kb.order import names
from kb.policy import Policy
from kb.syntax import (
    CASE,
    READING,
    Clause,
    Constant,
    Predicate,
)


def lower(
    policy: Policy,
    readings: Mapping[str, str] | None = None,
    attested: Iterable[str] = (),
    openable: Iterable[str] = (),
    whole: Iterable[str] = (),
    goal: Predicate | None = None,
    with_clauses: bool = False,
) -> Lowered:
    """A policy under its readings, lowered: every criterion, advisory and grant, or the one goal alone.

    ``with_clauses``: also what each clause of the root goal asks for, so that all of it has a status.

    ``attested`` names the lists for which there is a column of attested rows, ``openable`` those that may have
    rows and yet not be complete, ``whole`` those of which no row has a gap, attested rows among them. Raises
    ``ProblemsError`` for a policy with a predicate that is defined by itself.
    """
    chosen = policy.readings(readings)
    refuse_recursion(policy)
    needs = root_needs(policy, chosen) if with_clauses else ()
    folding = Folding(frozenset(openable), frozenset(whole))
    return Lowering(with_needs(policy, needs), chosen, frozenset(attested), folding).run(goal, needs)


class Lowering(Bodies):
    """Lowers one policy under its readings."""

    def __init__(self, policy: Policy, readings: Mapping[str, str], attested: frozenset[str], folding: Folding) -> None:
        super().__init__(policy, folding)
        self.affirmed = affirmed(policy)
        self.readings = readings
        self.definitions: list[Definition] = []
        self.taken: set[str] = set()
        self.statuses: dict[object, Node] = {}
        self.keys: dict[tuple[Predicate, int], str] = {}
        self.known: dict[Predicate, tuple[Family, ...]] = {
            CASE: (Family((), YES, (CASE_VALUE,)),),
            READING: tuple(
                Family((), YES, (literal(Constant("atom", name)), literal(Constant("atom", value))))
                for name, value in readings.items()
            ),
        }
        for predicate in policy.catalogues & policy.clauses.keys():
            self.known[predicate] = tuple(
                Family((), YES, tuple(map(constant, clause.head.args))) for clause in policy.clauses[predicate]
            )
        for declared in policy.vocabulary.inputs.values():
            self.known[declared.predicate] = tuple(input_families(policy, declared, attested, folding.whole))
            column = declared.name.casefold()
            self.taken |= {column, f"{column}{ATTESTED}", f"{column}{OPEN}"}
        self.taken.add("case")

    def run(self, goal: Predicate | None = None, needs: Sequence[Sequence[Need]] = ()) -> Lowered:
        """Every criterion, advisory and grant, and the root goal; or another goal alone, whatever its arguments.

        ``needs`` are what the clauses of the root goal ask for.
        """
        if goal is not None:
            column = self.column(goal, (None,) * goal.arity)
            answer = Output(column, goal, "criterion", "", "", (), goal.arity > 1)
            return Lowered((answer,), column, self.readings, definitions=self.shared())
        header = self.policy.vocabulary.header
        root = self.column(Predicate(header.root, 1), (None,))
        outputs = [each for predicate in self.policy.vocabulary.criteria for each in self.outputs(predicate)]
        clauses = []
        for clause in needs:
            asked = [Asked(self.column(need.predicate, (None,)), need.condition) for need in clause]
            for need, each in zip(clause, asked, strict=True):
                if each.column not in {output.column for output in outputs}:
                    section = self.policy.vocabulary.criteria[Predicate(header.root, 1)].section
                    outputs.append(Output(each.column, need.predicate, "goal", section, need.words, (), False))
            clauses.append(tuple(asked))
        return Lowered(tuple(outputs), root, self.readings, tuple(clauses), definitions=self.shared())

    def shared(self) -> tuple[Definition, ...]:
        definitions = by_value(self.definitions, self.folding, self.name)
        return tuple(shared(definitions, self.folding.facts, self.name))

    def outputs(self, predicate: Predicate) -> Iterable[Output]:
        """The statuses of a criterion: one for each instance where these can be listed, else the greatest."""
        criterion = self.policy.vocabulary.criteria[predicate]
        told = (predicate, criterion.kind, criterion.section, criterion.title)
        listed = [self.listed(predicate, place) for place in range(1, predicate.arity)]
        if any(each is None for each in listed):
            yield Output(self.column(predicate, (None,) * predicate.arity), *told, (), True)
            return
        for args in product(*(each for each in listed if each is not None)):
            pattern = (None, *map(literal, args))
            if self.status(predicate, pattern) is not NO:
                yield Output(self.column(predicate, pattern), *told, args, False)

    def listed(self, predicate: Predicate, place: int) -> list[Constant] | None:
        """The values that an argument can have, where they can be listed."""
        declared = self.policy.vocabulary.types.get(self.policy.types[predicate][place])
        if declared is not None:
            return [Constant("atom", value) for value in declared.values]
        heads = [family.heads[place].scalar for family in self.families(predicate)]
        if all(isinstance(head, Literal) for head in heads):
            return list(dict.fromkeys(head.constant for head in heads if isinstance(head, Literal)))
        return None

    def families(self, predicate: Predicate) -> tuple[Family, ...]:
        """The families of a predicate."""
        if predicate not in self.known:
            every = [each for clause in self.policy.clauses.get(predicate, ()) for each in self.clause(clause)]
            self.known[predicate] = tuple(self.named(predicate, each) for each in self.merged(every))
        return self.known[predicate]

    def clause(self, clause: Clause) -> Iterable[Family]:
        live = names(clause.head)
        around, self.affirming = self.affirming, clause.head.predicate in self.affirmed
        found = self.instances(clause.body, {}, live)
        self.affirming = around
        for instance in found:
            heads = tuple(self.value(term, instance.env) for term in clause.head.args)
            yield Family(instance.rows, instance.part, heads)

    def named(self, predicate: Predicate, family: Family) -> Family:
        """A family over rows, its truth under a name of its own where that is worth it."""
        comment = self.comment(predicate)
        for row in family.rows:
            if self.folding.complete(row.source):
                family = replace(family, part=self.folding.unrested(family.part, row.source.name))
        if len(family.rows) == 1 and not family.rows[0].source.derived:
            row = family.rows[0]
            if comment or self.heavy(family.part):
                name = self.name(f"{predicate.name}__{row.source.name}")
                self.definitions.append(RowTruth(name, row, family.part, comment))
                return replace(family, part=node(RowNamed, row, name))
        elif family.rows:
            return self.relation(predicate, family, comment)
        return family

    def relation(self, predicate: Predicate, family: Family, comment: str) -> Family:
        """A family over rows of several lists, as the rows of a list of its own."""
        condition: Node = YES
        part = family.part
        if isinstance(part, When) and not self.free(part.condition):
            condition, part = part.condition, part.part
        name = self.name(f"{predicate.name}__rows")
        values: list[tuple[str, Node]] = []
        heads: list[Value] = []
        fresh = {}
        for place, head in enumerate(family.heads):
            if not self.told([head], family.rows):
                heads.append(head)
                continue
            values.append((f"value_{place}", head.scalar))
            if head.label is not None:
                values.append((f"label_{place}", head.label))
            fresh[place] = len(heads)
            heads.append(head)
        source = Source(name, tuple(key for key, _ in values), derived=True)
        row = Row(source, next(self.serial))
        for place in fresh:
            old = family.heads[place]
            label = node(Field, row, f"label_{place}") if old.label is not None else None
            heads[place] = Value(node(Field, row, f"value_{place}"), label, False, old.origins)
        self.definitions.append(Relation(name, family.rows, condition, part, tuple(values), comment))
        return Family((row,), node(Flag, node(Field, row, "met")), tuple(heads))

    def heavy(self, part: Node) -> bool:
        """Whether a truth goes through rows itself."""
        return isinstance(part, Exists | Distinct) or any(self.heavy(each) for each in children(part))

    def comment(self, predicate: Predicate) -> str:
        criterion = self.policy.vocabulary.criteria.get(predicate)
        return f"{criterion.section}: {criterion.title}" if criterion else ""

    def name(self, wanted: str) -> str:
        """A name that is not taken yet."""
        plain = re.sub(r"[^a-z0-9_]+", "_", wanted.lower())[:60].strip("_") or "truth"
        chosen = plain = plain if plain[0].isalpha() else f"x_{plain}"
        for number in count(2):
            if chosen not in self.taken:
                break
            chosen = f"{plain}_{number}"
        self.taken.add(chosen)
        return chosen

    def status(self, predicate: Predicate, pattern: Sequence[Value | None]) -> Node:
        """The status of a goal whose arguments are constants or, where there is none, anything."""
        key = (predicate, tuple(value and value.scalar for value in pattern))
        if key not in self.statuses:
            found = []
            keyed = self.keyed(predicate, pattern)
            if keyed is not None:
                found.append(keyed)
            for family in self.families(predicate) if keyed is None else ():
                match = [
                    same(each, head, self.folding) for each, head in zip(pattern, family.heads, strict=True) if each
                ]
                part = self.folding.all_of((*match, family.part))
                found.append(self.folding.closed(family.rows, part))
            part = self.folding.some_of(found)
            comment = self.comment(predicate)
            derived = predicate not in self.policy.inputs and predicate not in self.policy.catalogues
            if children(part) and derived and (comment or predicate.arity == 1):
                name = self.name("__".join([predicate.name, *said(pattern)]))
                self.definitions.append(MemberTruth(name, part, comment))
                part = node(Named, name)
            self.statuses[key] = part
        return self.statuses[key]

    def keyed(self, predicate: Predicate, pattern: Sequence[Value | None]) -> Node | None:
        """The status of a goal with one constant, looked up among the values that the predicate has.

        None where that is not worth it: its values are constants, or go through no rows.
        """
        places = [place for place, value in enumerate(pattern) if value is not None]
        families = self.families(predicate)
        if len(places) != 1 or not any(family.rows for family in families):
            return None
        (place,) = places
        value = pattern[place]
        assert value is not None and isinstance(value.scalar, Literal)
        if value.scalar.constant.kind != "atom" or any(is_literal(each.heads[place]) for each in families):
            return None
        if (predicate, place) not in self.keys:
            name = self.name(f"{predicate.name}__values")
            values: list[Values] = []
            unknown: list[Node] = []
            for family in families:
                head = family.heads[place]
                part = family.part
                if not head.many:
                    values.append(self.folding.values(family.rows, part, head.scalar, None, False))
                    part = self.folding.all_of((NO if head.label is None else node(Missing, head.scalar), part))
                    if isinstance(head.scalar, Field) and not head.scalar.row.source.derived:
                        part = self.folding.when(self.folding.gaps(head.scalar.row.source), part)
                unknown.append(self.folding.closed(family.rows, part))
            self.keys[predicate, place] = name
            sure = self.folding.sure_of(each.part for each in values)
            self.definitions.append(
                Keys(name, tuple(values), self.folding.some_of(unknown), sure, self.comment(predicate))
            )
        return node(Among, self.keys[predicate, place], (value.scalar,))

    def column(self, predicate: Predicate, pattern: Sequence[Value | None]) -> str:
        """The name of a status, which gets one where it has none."""
        part = self.status(predicate, pattern)
        if isinstance(part, Named):
            return part.name
        name = self.name("__".join([predicate.name, *said(pattern)]))
        self.definitions.append(MemberTruth(name, part, self.comment(predicate)))
        self.statuses[predicate, tuple(value and value.scalar for value in pattern)] = node(Named, name)
        return name


def said(pattern: Sequence[Value | None]) -> list[str]:
    """The constants of a pattern as words."""
    return [str(value.scalar.constant.value) for value in pattern if value and isinstance(value.scalar, Literal)]
