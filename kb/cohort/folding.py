"""Truths put together: what is settled, or said twice, is left out. Every law used holds of three truths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from kb.cohort.expressions import (
    NO,
    OPEN,
    YES,
    All,
    Among,
    Between,
    Choice,
    Column,
    Compare,
    Count,
    Distinct,
    Documented,
    Earlier,
    Exists,
    Field,
    Gaps,
    HasAttested,
    HasRows,
    Known,
    Literal,
    Missing,
    Node,
    Not,
    OneOf,
    Rest,
    Row,
    SameRow,
    Some,
    SomeDocumented,
    Source,
    Truth,
    Values,
    When,
    children,
    node,
)
from kb.cohort.renaming import Facts, replaced
from kb.cohort.required import silent_without


class Folding:
    """The laws.

    ``openable`` names the lists that can have rows and yet not be complete, ``whole`` those no row of which has a gap.
    """

    def __init__(self, openable: frozenset[str], whole: frozenset[str] = frozenset()) -> None:
        self.openable = openable
        self.whole = whole
        self.facts = Facts()

    def all_of(self, parts: Iterable[Node]) -> Node:
        """All of the parts."""
        found: dict[Node, None] = {}
        for part in parts:
            for each in part.parts if isinstance(part, All) else (part,):
                if each is NO:
                    return NO
                if each is not YES:
                    found[each] = None
        conditions = [part.condition for part in found if isinstance(part, When)]
        if conditions:
            # What need not be run is found out first.
            inner = self.all_of(part.part if isinstance(part, When) else part for part in found)
            for condition in dict.fromkeys(conditions):
                inner = self.when(condition, inner)
            return inner
        for part in found:
            if isinstance(part, Rest) and part.input not in self.openable:
                pruned = [each if each is part else self.without(each, part.input) for each in found]
                if pruned != list(found):
                    return self.all_of(pruned)
        # Where nothing better than undocumented can come, what is never false says nothing.
        rest = any(isinstance(part, Rest) for part in found)
        if rest or OPEN in found:
            found = {
                part: None for part in found if not (isinstance(part, Known | Documented) or (rest and part is OPEN))
            }
        told = {value for part in found for value in silent_without(part)}
        kept = [part for part in found if not (isinstance(part, Known) and not told.isdisjoint(part.values))]
        if not kept:
            return YES
        return kept[0] if len(kept) == 1 else node(All, tuple(kept))

    def without(self, each: Node, name: str) -> Node:
        """A truth where the list of an input has no documented row at all."""
        if isinstance(each, Exists) and not each.row.source.derived and each.row.source.name == name:
            if not each.row.source.attested:
                return NO
            return self.exists(each.row, self.assuming(each.part, {node(Documented, each.row): OPEN}))
        if isinstance(each, HasRows) and each.source.name == name and not each.source.attested:
            return NO
        if isinstance(each, SomeDocumented) and each.source.name == name:
            return self.all_of((OPEN, node(HasAttested, each.source)))
        if isinstance(each, All):
            return self.all_of(self.without(part, name) for part in each.parts)
        if isinstance(each, Some):
            return self.some_of(self.without(part, name) for part in each.parts)
        return each

    def some_of(self, parts: Iterable[Node]) -> Node:
        """Any of the parts."""
        found: dict[Node, None] = {}
        for part in parts:
            for each in part.parts if isinstance(part, Some) else (part,):
                if each is YES:
                    return YES
                if each is not NO:
                    found[each] = None
        merged = self.merged(list(found))
        # What asks for one of the others and more says nothing of its own.
        listed = [each for each in merged if not (isinstance(each, All) and any(one in merged for one in each.parts))]
        if len(listed) < 2:
            return listed[0] if listed else NO
        shared = self.factored(listed)
        return node(Some, tuple(listed)) if shared is None else shared

    def merged(self, parts: Sequence[Node]) -> list[Node]:
        """Alternatives, those over the rows of one source in one, and those that differ in a literal alone."""
        exists: dict[object, list[Exists]] = {}
        whens: dict[Node, list[Node]] = {}
        among: dict[str, list[Literal]] = {}
        literals: dict[object, list[tuple[Node, tuple[Literal, ...], tuple[Node, ...]]]] = {}
        order: dict[object, None] = {}
        other: dict[object, Node] = {}
        for part in parts:
            key: object
            if isinstance(part, Exists):
                key = part.row.source
                exists.setdefault(key, []).append(part)
            elif isinstance(part, When):
                key = ("when", part.condition)
                whens.setdefault(part.condition, []).append(part.part)
            elif isinstance(part, Among):
                key = ("among", part.name)
                among.setdefault(part.name, []).extend(part.values)
            elif (split := _split(part)) is not None:
                key = (split[0], frozenset(split[2]))
                literals.setdefault(key, []).append(split)
            else:
                key = part
                other[key] = part
            order[key] = None
        result: list[Node] = []
        for key in order:
            if key in exists:
                result.append(self.joined(exists[key]))
            elif isinstance(key, tuple) and key[0] == "among":
                result.append(node(Among, key[1], tuple(dict.fromkeys(among[key[1]]))))
            elif isinstance(key, tuple) and key[0] == "when":
                result.append(self.when(key[1], self.some_of(whens[key[1]])))
            elif key in literals:
                alike = literals[key]
                values = tuple({each.key: each for _, those, _ in alike for each in those}.values())
                value, _, rest = alike[0]
                result.append(self.all_of((one_of(value, values), *rest)))
            else:
                result.append(other[key])
        return list(dict.fromkeys(result))

    def joined(self, parts: Sequence[Exists]) -> Node:
        """Alternatives over the rows of one source."""
        if len(parts) == 1:
            return parts[0]
        source = parts[0].row.source
        row = Row(source, max(part.row.number for part in parts))
        return self.exists(row, self.some_of(replaced(part.part, {part.row: row}, self.facts) for part in parts))

    def factored(self, parts: Sequence[Node]) -> Node | None:
        """Alternatives that share a part, with it before them."""
        lists = [part.parts if isinstance(part, All) else (part,) for part in parts]
        shared = [each for each in lists[0] if all(each in those for those in lists[1:])]
        if not shared:
            return None
        rest = [self.all_of(each for each in those if each not in shared) for those in lists]
        return self.all_of((*shared, self.some_of(rest)))

    def negated(self, part: Node) -> Node:
        """Not the part."""
        match part:
            case Truth(value):
                return OPEN if value is None else NO if value else YES
            case Not(inner):
                return inner
            case Compare("=", left, right):
                return node(Compare, "\\=", left, right)
        return node(Not, part)

    def when(self, condition: Node, part: Node) -> Node:
        """The part where the condition holds, else false."""
        if condition is YES or part is NO:
            return part
        if condition is NO:
            return NO
        if isinstance(part, When) and part.condition is condition:
            return part
        return node(When, condition, part)

    def count(self, number: int, parts: Iterable[Node]) -> Node:
        """``number`` or more of the parts."""
        listed = list(parts)
        number -= sum(part is YES for part in listed)
        left = [part for part in listed if part is not YES and part is not NO]
        if number <= 0:
            return YES
        if number > len(left):
            return NO
        if number == 1:
            return self.some_of(left)
        return self.all_of(left) if number == len(left) else node(Count, number, tuple(left))

    def exists(self, row: Row, part: Node) -> Node:
        """Whether the part holds of some row. What does not speak of the row is said outside."""
        if part is NO:
            return NO
        free = self.facts.free
        if self.complete(row.source):
            part = self.unrested(part, row.source.name)
            if part is NO:
                return NO
        if part is node(Documented, row):
            return node(SomeDocumented, row.source)
        if isinstance(part, When) and row not in free(part.condition):
            return self.when(part.condition, self.exists(row, part.part))
        if isinstance(part, All) and any(row not in free(each) for each in part.parts):
            outside = [each for each in part.parts if row not in free(each)]
            inside = self.all_of(each for each in part.parts if row in free(each))
            return self.all_of((*outside, self.exists(row, inside)))
        if row not in free(part) and not row.source.derived:
            return self.all_of((part, node(HasRows, row.source)))
        canonical = Row(row.source, 1 + self.facts.height(part))
        return node(Exists, canonical, replaced(part, {row: canonical}, self.facts), self.sure_of([part]))

    def complete(self, source: Source) -> bool:
        """Whether a list that has a row has all of its rows."""
        return not source.derived and not source.attested and source.name not in self.openable

    def unrested(self, part: Node, name: str) -> Node:
        """A truth where the list of an input is complete."""
        return self.assuming(part, {node(Rest, name): NO})

    def assuming(self, part: Node, settled: Mapping[Node, Node]) -> Node:
        """A truth where some of the truths in it are settled."""
        kept: dict[Node, Node] = dict(settled)

        def go(each: Node) -> Node:
            if each not in kept:
                kept[each] = self.rebuilt(each, go)
            return kept[each]

        return go(part)

    def rebuilt(self, each: Node, go: Callable[[Node], Node]) -> Node:
        """A truth with other truths inside."""
        match each:
            case All(parts):
                return self.all_of(map(go, parts))
            case Some(parts):
                return self.some_of(map(go, parts))
            case Not(inner):
                return self.negated(go(inner))
            case When(condition, inner):
                return self.when(go(condition), go(inner))
            case Count(number, parts):
                return self.count(number, map(go, parts))
            case Exists(row, inner):
                changed = go(inner)
                return each if changed is inner else self.exists(row, changed)
            case Distinct(number, values, sure):
                changed_values = [
                    node(Values, value.rows, inner, value.value, value.label, value.many)
                    for value in values
                    if (inner := go(value.part)) is not NO
                ]
                return node(Distinct, number, tuple(changed_values), sure) if changed_values else NO
        return each

    def closed(self, rows: Sequence[Row], part: Node) -> Node:
        """Whether the part holds of some rows, the first of them outermost."""
        for row in reversed(rows):
            part = self.exists(row, part)
        return part

    def gaps(self, source: Source) -> Node:
        """Whether a row of a list has a gap."""
        return NO if source.name in self.whole else node(Gaps, source)

    def sure_of_values(self, values: Iterable[Values]) -> Node:
        """Where the values that are not ``many`` are known and there for certain, or not at all, if that is plain."""
        needed: dict[Node, None] = {}
        for each in values:
            if each.many:
                continue
            found = self.certain((each.part, each.value))
            if found is None and [row.source.derived for row in each.rows] == [False]:
                # Where there are no rows, there are no values.
                found = [self.negated(node(HasRows, each.rows[0].source))]
            if found is None:
                return NO
            needed.update(dict.fromkeys(found))
        return self.all_of(needed)

    def sure_of(self, nodes: Iterable[Node]) -> Node:
        """A truth that is never undocumented, under which nothing in some nodes is; false where that is not plain."""
        found = self.certain(nodes)
        return NO if found is None else self.all_of(found)

    def certain(self, nodes: Iterable[Node]) -> list[Node] | None:
        """What makes sure that nothing in some nodes is undocumented or not known; ``None`` where that is not plain."""
        found: list[Node] = []
        for each in nodes:
            match each:
                case Exists(_, _, sure):
                    if sure is NO:
                        return None
                    found += sure.parts if isinstance(sure, All) else [sure]
                case Field(row) if not row.source.derived:
                    found.append(self.negated(self.gaps(row.source)))
                case Column():
                    found.append(self.negated(node(Missing, each)))
                case Documented(Row(source)) | SomeDocumented(source):
                    found.append(self.negated(node(HasAttested, source)))
                case Literal() | Truth(True | False) | Missing() | Gaps() | HasRows() | HasAttested() | SameRow():
                    pass
                case All() | Some() | Not() | When() | Compare() | OneOf() | Between() | Earlier() | Choice():
                    inner = self.certain(children(each))
                    if inner is None:
                        return None
                    found += inner
                case _:
                    return None
        return found

    def values(self, rows: Sequence[Row], part: Node, value: Node, label: Node | None, many: bool) -> Values:
        """The values of something over rows, the rows numbered from the innermost."""
        height = max(map(self.facts.height, (part, value, *((label,) if label else ()))))
        names = {row: Row(row.source, height + place) for place, row in enumerate(reversed(rows), 1)}
        part, value = replaced(part, names, self.facts), replaced(value, names, self.facts)
        label = replaced(label, names, self.facts) if label else None
        return node(Values, tuple(names[row] for row in rows), part, value, label, many)


def one_of(value: Node, literals: tuple[Literal, ...]) -> Node:
    """Whether a value is among the literals."""
    if len(literals) == 1:
        return node(Compare, "=", value, literals[0])
    return node(OneOf, value, literals)


def _split(part: Node) -> tuple[Node, tuple[Literal, ...], tuple[Node, ...]] | None:
    """A truth as "a value is among these literals, and the rest"."""
    parts = part.parts if isinstance(part, All) else (part,)
    for place, each in enumerate(parts):
        rest = (*parts[:place], *parts[place + 1 :])
        if isinstance(each, OneOf):
            return each.value, each.literals, rest
        if isinstance(each, Compare) and each.operator == "=" and isinstance(each.right, Literal):
            return each.left, (each.right,), rest
    return None
