"""Random small policies over the whole language, by Hypothesis: every kind of input, and predicates on one another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

from hypothesis import strategies as st

from kb.policy import Policy, build_policy
from kb.problems import ProblemsError

T = TypeVar("T")
Draw: TypeAlias = Callable[[st.SearchStrategy[T]], T]
Variables: TypeAlias = dict[str, str]
"""Variables that have a value, each with its type."""

DECLARATIONS = """
:- policy(random, [title("Random"), payer("Nobody"), edition('1'), effective('2024-01-01'), root(good),
    request_date(asked_on), section('S', "All")]).
:- type(colour, [red, green, blue]).
:- input(asked_on(P: case, Date: date), one, "When?").
:- input(born_on(P: case, Date: date), one, "When?", [document]).
:- input(tint(P: case, Colour: colour), one, "Which?").
:- input(weight(P: case, Amount: decimal), one, "How heavy?").
:- input(limit(P: case, Least: decimal, Most: decimal), one, "Which limits?").
:- input(span(P: case, From: date, Until: date), one, "From when until when?").
:- input(sealed(P: case), one, "Sealed?").
:- input(signed(P: case), one, "Signed?", [document]).
:- input(banned(P: case, Colour: colour), flags, "Which are banned?").
:- input(seen(P: case, On: date), many, "When was one seen?").
:- input(liked(P: case, Colour: colour), many, "Which colours?").
:- input(bead(P: case, Colour: colour, Found: date), many, "Which beads?", [document]).
:- input(lost(P: case, Colour: colour, On: date), many, "Which were lost?").
:- input(stay(P: case, From: date, Until: date), many, "Which stays?").
:- input(scored(P: case, On: date, Score: integer), many, "Which scores?").
:- input(note(P: case, Colour: colour, Words: text), many, "Which notes?").
:- reading(edge, inside, [outside], "whether the limit counts").
pair(red, green).
pair(green, blue).
pair(blue, blue).
wanted(2).
wanted(12).
"""
INPUTS: dict[str, tuple[str, ...]] = {
    "seen": ("date",),
    "bead": ("colour", "date"),
    "liked": ("colour",),
    "lost": ("colour", "date"),
    "scored": ("date", "number"),
    "stay": ("date", "date"),
    "note": ("colour", "text"),
    "asked_on": ("date",),
    "born_on": ("date",),
    "tint": ("colour",),
    "weight": ("number",),
    "limit": ("number", "number"),
    "span": ("date", "date"),
    "banned": ("colour",),
    "sealed": (),
    "signed": (),
}
CATALOGUES = {"pair": ("colour", "colour"), "wanted": ("number",)}
CONSTANTS = {
    "colour": ("red", "green", "blue"),
    "date": ("'2024-02-29'", "'2023-02-28'", "'2024-01-31'"),
    "number": ("0", "1", "2", "3", "12", "3.5"),
    "text": ('"a note"', '"it\'s \\\\ \\"so\\""'),
}
BINDERS = {"colour": "liked", "date": "seen", "number": "scored", "text": "note"}
ORDERS = ("<", "=<", ">", ">=", "=", "\\=")


class _Clauses:
    """Writes the clauses of one policy; ``known`` are the predicates that there are, with the types after the case."""

    def __init__(self, draw: Draw[object]) -> None:
        self.draw = draw
        self.known: dict[str, tuple[str, ...]] = {}
        self.count = 0

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices; the first is the plainest."""
        found: T = self.draw(st.sampled_from(choices))  # type: ignore[assignment]
        return found

    def chance(self, number: int) -> bool:
        """One time in so many."""
        return self.pick(range(number)) == number - 1

    def fresh(self, type: str, variables: Variables) -> str:
        self.count += 1
        name = f"{type[0].upper()}{self.count}"
        variables[name] = type
        return name

    def of(self, type: str, variables: Variables) -> list[str]:
        return [name for name, its in variables.items() if its == type]

    # Goals

    def atom(self, variables: Variables, name: str = "") -> str:
        """A goal of an input, a catalogue or an earlier predicate; its new variables get their values there."""
        if not name:
            # What is nearer to the end builds on more.
            own = [*self.known]
            kind = (
                self.pick(("input", "input", "own", "own", "catalogue")) if own else self.pick(("input", "catalogue"))
            )
            name = self.pick({"input": [*INPUTS], "own": own[::-1], "catalogue": [*CATALOGUES]}[kind])
        types = {**INPUTS, **CATALOGUES, **self.known}[name]
        args = [self.argument(type, variables) for type in types]
        return f"{name}({', '.join(args if name in CATALOGUES else ['P', *args])})"

    def argument(self, type: str, variables: Variables) -> str:
        there = self.of(type, variables)
        how = self.pick(("new", "new", "known", "known", "any", "constant"))
        if how == "known" and there:
            return self.pick(there)
        if how == "any":
            return "_"
        return self.pick(CONSTANTS[type]) if how == "constant" else self.fresh(type, variables)

    def test(self, variables: Variables, depth: int) -> str:
        """A goal that holds or not, and gives a value to an elapsed time alone."""
        kinds = ["comparison", "comparison", "elapsed", "elapsed", "negation", "negation"]
        kind = self.pick([*kinds, "count", "distinct", "distinct", "reading"] if depth else kinds)
        if kind == "comparison":
            return self.comparison(variables) or self.negation(variables, depth)
        if kind == "elapsed":
            return self.elapsed(variables) or self.negation(variables, depth)
        if kind == "negation":
            return self.negation(variables, depth)
        if kind == "reading":
            return f"reading(edge, {self.pick(('inside', 'outside'))})"
        if kind == "count":
            goals = {self.inner(variables, depth - 1): None for _ in range(self.pick((2, 3, 4)))}
            listed = list(goals)
            if len(listed) < 2:
                return listed[0] if not listed[0].startswith("(") else f"\\+ {listed[0]}"
            return f"at_least({self.pick(range(1, len(listed) + 1))}, [{', '.join(listed)}])"
        inside = dict(variables)
        name = self.pick(("seen", "bead", "lost", "scored", "stay", *self.with_values()))
        goals_there = [self.atom(inside, name)]
        mine = [each for each in inside if each not in variables]
        if not mine:
            return f"\\+ {goals_there[0]}"
        counted = self.pick(mine)
        goals_there += [self.test(inside, 0) for _ in range(self.pick((0, 1, 1)))]
        return f"at_least({self.pick((2, 2, 1, 3))}, {counted}, {self.joined(goals_there)})"

    def with_values(self) -> list[str]:
        return [name for name, types in self.known.items() if types]

    def comparison(self, variables: Variables) -> str:
        """Two values held against each other; nothing where no variable has one."""
        if not variables:
            return ""
        left = self.pick(list(variables))
        type = variables[left]
        operator = self.pick(ORDERS if type in ("number", "date") else ORDERS[4:])
        others = [each for each in self.of(type, variables) if each != left]
        right = self.pick(others) if others and self.chance(2) else self.pick(CONSTANTS[type])
        return f"{left} {operator} {right}"

    def elapsed(self, variables: Variables) -> str:
        """Units between two dates, mostly held against a number; nothing where there are no two dates."""
        dates = self.of("date", variables)
        if len(dates) < 2:
            return ""
        start = self.pick(dates)
        end = self.pick([each for each in dates if each != start])
        unit = self.pick(("months", "years", "days"))
        numbers = self.of("number", variables)
        how = self.pick(("compared", "compared", "constant", "known", "free"))
        if how == "constant":
            return f"{unit}_between({start}, {end}, {self.pick(CONSTANTS['number'][:5])})"
        if how == "known" and numbers:
            return f"{unit}_between({start}, {end}, {self.pick(numbers)})"
        new = self.fresh("number", variables)
        told = f"{unit}_between({start}, {end}, {new})"
        return f"{told}, {new} {self.pick(ORDERS)} {self.pick(CONSTANTS['number'][:5])}" if how == "compared" else told

    def negation(self, variables: Variables, depth: int) -> str:
        inside = dict(variables)
        goals = [self.atom(inside)]
        if depth and self.chance(2):
            goals.append(self.atom(inside) if self.chance(2) else self.test(inside, depth - 1))
        return f"\\+ {self.joined(goals)}"

    def inner(self, variables: Variables, depth: int) -> str:
        """A goal inside a count of goals, with variables of its own."""
        inside = dict(variables)
        if self.chance(4):
            return self.negation(inside, depth)
        goals = [self.atom(inside)]
        if self.chance(2):
            goals.append(self.test(inside, max(depth, 0)))
        return self.joined(goals)

    def joined(self, goals: Sequence[str]) -> str:
        whole = ", ".join(goals)
        return f"({whole})" if len(goals) > 1 or whole.count("(") - whole.count("\\+") > 1 or " " in whole else whole

    # Clauses

    def clause(self, name: str, types: Sequence[str]) -> str:
        variables: Variables = {}
        goals = [self.atom(variables) for _ in range(self.pick((1, 2, 2, 3)))]
        goals += [self.test(variables, 1) for _ in range(self.pick((0, 1, 1, 2)))]
        head = ["P"]
        for type in types:
            if not self.of(type, variables):
                goals.append(self.binder(type, variables))
            there = self.of(type, variables)
            head.append(self.pick(CONSTANTS[type]) if self.chance(8) else self.pick(there))
        if not any("(P" in goal for goal in goals if not goal.startswith(("\\+", "at_least"))):
            goals.append("case(P)")
        if self.chance(4):
            goals.reverse()
        return f"{name}({', '.join(head)}) :- {', '.join(goals)}."

    def binder(self, type: str, variables: Variables) -> str:
        name = BINDERS[type]
        new = self.fresh(type, variables)
        return f"{name}({', '.join(['P', *(new if each == type else '_' for each in INPUTS[name])])})"

    def predicate(self, name: str, types: tuple[str, ...]) -> list[str]:
        clauses = [self.clause(name, types) for _ in range(self.pick((1, 1, 2)))]
        self.known[name] = types
        return list(dict.fromkeys(clauses))


@st.composite
def policies(draw: Draw[object]) -> str:
    """The text of a policy: up to five predicates, each on inputs and on those before it, then the goal."""
    made = _Clauses(draw)
    kinds = [
        (),
        ("colour",),
        ("date",),
        ("number",),
        ("colour", "date"),
        ("date", "date"),
        ("date", "number"),
        ("text",),
    ]
    clauses: list[str] = []
    for number in range(made.pick((1, 2, 3, 4, 5))):
        clauses += made.predicate(f"p{number}", made.pick(kinds))
    clauses += made.predicate("good", ())
    criteria = [f":- criterion({name}/{1 + len(types)}, 'S', \"{name}\")." for name, types in made.known.items()]
    return DECLARATIONS + "\n".join([*criteria, *clauses]) + "\n"


def checked(text: str) -> Policy | None:
    """The policy, or none where the checks refuse it: a decimal for a whole number, a count that says nothing."""
    try:
        return build_policy(text.encode(), "random.pl")
    except ProblemsError:
        return None
