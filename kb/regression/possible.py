"""What no case can show of a policy, by its declarations alone, and why.

Each claim follows from the kinds of the inputs, the facts of the catalogues and the goals of the clauses;
nothing is searched for. What is not claimed here may still be impossible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from kb.answers import Status
from kb.order import flatten, gives, names
from kb.policy import Policy
from kb.pretty import pretty_goal
from kb.regression.occurrences import Occurrence, apart, atoms_of, case_variables, occurrences
from kb.syntax import BETWEEN, CASE, READING, Atom, Clause, Goal, Predicate, Term, Variable, substitute

LISTED = "what is listed is closed, so nothing here is undocumented"
SETTLED = "everything else that is met gives it known values"
COMPUTED = "the calendar computes it of any two dates"
GIVEN = "there is one such value in every case, stated or not"
FILLED = "the list is not empty, and nothing else chooses from it"


class Possible:
    """What can be shown of one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.inputs = {each.predicate: each for each in policy.vocabulary.inputs.values()}
        self.silent: set[Predicate] = set()
        self.doubtful: dict[Predicate, tuple[bool, ...]] = {}
        self.constant: set[Predicate] = set()
        derived = [predicate for component in policy.components for predicate in component]
        for predicate in dict.fromkeys([*self.inputs, *policy.catalogues, *derived]):
            self.learn(predicate)

    def learn(self, predicate: Predicate) -> None:
        """Note of a predicate whether it can be undocumented, what can be unknown in it, whether it can fail."""
        declared = self.inputs.get(predicate)
        clauses = self.policy.clauses.get(predicate, ())
        if declared is not None:
            self.silent.add(predicate)
            single = declared.kind == "flags" or (declared.kind == "one" and len(declared.fields) == 1)
            self.doubtful[predicate] = (False, *(not single for _ in declared.fields))
            if declared.kind == "one" and declared.fields:
                self.constant.add(predicate)
        elif predicate in self.policy.catalogues:
            self.doubtful[predicate] = (False,) * predicate.arity
            if clauses:
                self.constant.add(predicate)
        else:
            if any(atom.predicate in self.silent for clause in clauses for atom in atoms_of(clause.body)):
                self.silent.add(predicate)
            sure = [self.sure(clause.body) for clause in clauses]
            self.doubtful[predicate] = tuple(
                any(
                    isinstance(term := clause.head.args[i], Variable) and term.name not in known
                    for clause, known in zip(clauses, sure, strict=True)
                )
                for i in range(predicate.arity)
            )
            if self.always(predicate):
                self.constant.add(predicate)

    def sure(self, goals: Iterable[Goal]) -> set[str]:
        """The variables that have a known value where goals are met."""
        atoms = [goal for goal in flatten(goals) if isinstance(goal, Atom)]
        found: set[str] = set()
        for atom in atoms:
            if atom.predicate not in BETWEEN:
                flags = self.doubtful.get(atom.predicate, (True,) * len(atom.args))
                if atom.predicate in (CASE, READING):
                    flags = (False,) * len(atom.args)
                found |= {
                    term.name
                    for term, flag in zip(atom.args, flags, strict=True)
                    if isinstance(term, Variable) and not flag
                }
        for _ in atoms:
            for atom in atoms:
                if atom.predicate in BETWEEN and names(Atom("", atom.args[:2])) <= found:
                    found |= names(atom)
        return found

    def always(self, predicate: Predicate) -> bool:
        """Whether a predicate has a row in every case, met or undocumented, where its arguments are left open."""
        tested: dict[Term, set[Term]] = {}
        for clause in self.policy.clauses.get(predicate, ()):
            cases = case_variables(self.policy, clause)
            free = [term for term in clause.head.args if not (isinstance(term, Variable) and term.name in cases)]
            if _constants(free) or len(set(free)) < len(free):
                continue
            bound = set(cases)
            readings: list[Atom] = []
            for goal in flatten(clause.body):
                if isinstance(goal, Atom) and goal.predicate == READING:
                    readings.append(goal)
                elif not (isinstance(goal, Atom) and self.never_fails(goal, bound, cases)):
                    break
                else:
                    bound |= names(goal)
            else:
                if not readings:
                    return True
                if len(readings) == 1:
                    tested.setdefault(readings[0].args[0], set()).add(readings[0].args[1])
        offered = self.policy.vocabulary.readings
        return any(
            {str(getattr(value, "value", "")) for value in values}
            >= set(offered[str(getattr(name, "value", ""))].values)
            for name, values in tested.items()
            if str(getattr(name, "value", "")) in offered
        )

    def never_fails(self, atom: Atom, bound: AbstractSet[str], cases: AbstractSet[str]) -> bool:
        """Whether an atom always has a row where these variables have a value, and the others have none."""
        if atom.predicate == CASE:
            return True
        own = atom.args[2:] if atom.predicate in BETWEEN else atom.args
        free = [term for term in own if not (isinstance(term, Variable) and term.name in cases)]
        if _constants(free) or any(isinstance(term, Variable) and term.name in bound for term in free):
            return False
        named = [term for term in free if isinstance(term, Variable) and term.name != "_"]
        if len(set(named)) < len(named):
            return False
        return atom.predicate in BETWEEN or atom.predicate in self.constant

    # What is asked of it

    def criterion(self, predicate: Predicate, status: Status) -> str:
        """Why a criterion cannot have a status; "" where it may."""
        if status is Status.UNDOCUMENTED and predicate not in self.silent:
            return "it rests on nothing that a case could leave out"
        if status is Status.NOT_MET and predicate in self.constant and predicate.arity == 1:
            return GIVEN
        return ""

    def literal(self, each: Occurrence, status: Status) -> str:
        """Why a literal cannot decide its clause alone in a status; "" where it may."""
        if status is Status.MET:
            return ""
        beside = self.beside(each)
        if implied := self.implied(each.literal, each, beside):
            return f"{implied} says as much already"
        own = self.unfailing if status is Status.NOT_MET else self.documented
        return own(each, beside)

    def unfailing(self, each: Occurrence, beside: Sequence[Goal]) -> str:
        """Why a literal cannot be not met alone."""
        literal, cases = each.literal, case_variables(self.policy, each.clause)
        if not isinstance(literal, Atom):
            return ""
        if self.never_fails(literal, self.bound(each, beside) - cases, cases):
            if literal.predicate in BETWEEN:
                return COMPUTED
            return FILLED if literal.predicate in self.policy.catalogues else GIVEN
        return self.callers(literal, each)

    def documented(self, each: Occurrence, beside: Sequence[Goal]) -> str:
        """Why a literal cannot be undocumented alone."""
        literal, cases = each.literal, case_variables(self.policy, each.clause)
        bound = self.bound(each, beside)
        if isinstance(literal, Atom) and literal.predicate in BETWEEN:
            computed = names(Atom("", literal.args[2:]))
            return COMPUTED if computed and not computed & bound else ""
        if isinstance(literal, Atom) and literal.predicate in self.silent:
            return ""
        read = names(literal)
        if isinstance(literal, Atom):
            # A value that nothing else gives is taken from the list itself.
            read = read & bound
        if read <= self.sure(beside) | cases | self.told(each.clause):
            return SETTLED if read - cases else LISTED
        return ""

    def bound(self, each: Occurrence, beside: Sequence[Goal]) -> set[str]:
        """The variables that may have a value before a literal runs."""
        found = {*case_variables(self.policy, each.clause), *self.given(each.clause)}
        head = names(each.clause.head)
        for step in each.steps[1:]:
            found |= step.around - head
        for goal in beside:
            found |= names(goal)
        return found

    def given(self, clause: Clause) -> set[str]:
        """The variables of a head to which a rule that asks for it may give a value."""
        found = set()
        for position, term in enumerate(clause.head.args):
            for call in self.calls.get(clause.head.predicate, ()):
                assert isinstance(call.literal, Atom)
                asked = call.literal.args[position]
                if isinstance(term, Variable) and (not isinstance(asked, Variable) or self.may_be_bound(call, asked)):
                    found.add(term.name)
        return found

    def may_be_bound(self, call: Occurrence, asked: Variable) -> bool:
        """Whether a variable may have a value where an atom is asked for."""
        if asked.name in names(call.clause.head) or any(asked.name in step.around for step in call.steps):
            return True
        return any(asked.name in gives(goal) for step in call.steps for goal in step.others)

    def beside(self, each: Occurrence) -> list[Goal]:
        """The goals at all steps that must be met for a literal to decide alone."""
        head = names(each.clause.head) if self.asked(each.clause.head.predicate) else set()
        found: list[Goal] = []
        bound = set(head) | case_variables(self.policy, each.clause)
        for step in each.steps:
            first = apart(step, bound)[0]
            found += first
            for goal in first:
                bound |= gives(goal)
        return found

    def implied(self, literal: Goal, each: Occurrence, beside: Sequence[Goal]) -> str:
        """The goal beside a literal that is met only where the literal is; "" where there is none."""
        if not isinstance(literal, Atom) or literal.predicate in BETWEEN:
            return ""
        for goal in beside:
            if isinstance(goal, Atom):
                for atom in self.closure(goal):
                    if covers(atom, literal, each.beside):
                        return f"`{pretty_goal(goal)}`"
        return ""

    def closure(self, atom: Atom, depth: int = 5) -> list[Atom]:
        """Atoms that are met wherever an atom is, over its own arguments."""
        found = [atom]
        clauses = self.policy.clauses.get(atom.predicate, ())
        if depth and atom.predicate not in self.policy.catalogues and clauses:
            sets = [self.below(clause, atom, depth) for clause in clauses]
            found += [each for each in sets[0] if all(each in other for other in sets[1:])]
        return found

    def below(self, clause: Clause, atom: Atom, depth: int) -> list[Atom]:
        bindings = mapping(clause, atom)
        if bindings is None:
            return []
        found: list[Atom] = []
        for goal in flatten(clause.body):
            if isinstance(goal, Atom) and names(goal) <= bindings.keys() and not _anonymous(goal):
                inner = substitute(goal, bindings)
                assert isinstance(inner, Atom)
                found += self.closure(inner, depth - 1)
        return found

    def callers(self, literal: Atom, each: Occurrence) -> str:
        """Why a literal is met wherever its clause is asked for; "" where it may not be."""
        head = each.clause.head
        if not names(literal) <= names(head) or _anonymous(literal) or not self.asked(head.predicate):
            return ""
        if head.predicate.arity == 1 and head.predicate in self.policy.vocabulary.criteria:
            return ""
        for call in self.calls.get(head.predicate, ()):
            asked = call.literal
            assert isinstance(asked, Atom)
            bindings = mapping(each.clause, asked)
            if bindings is None:
                return ""
            wanted = substitute(literal, bindings)
            assert isinstance(wanted, Atom)
            cases = case_variables(self.policy, call.clause)
            listed = any(
                wanted.args == fact.head.args for fact in self.policy.clauses.get(wanted.predicate, ()) if not fact.body
            )
            shared = names(wanted) - cases
            stands = bool(shared) and any(
                isinstance(goal, Atom) and covers(atom, wanted, names(wanted))
                for step in call.steps
                for goal in apart(step, cases)[0]
                if isinstance(goal, Atom) and names(goal) & shared
                for atom in self.closure(goal)
            )
            if not (listed or stands):
                return ""
        return "every rule that asks for it asks for this as well"

    def told(self, clause: Clause) -> set[str]:
        """The variables of a head to which every rule that asks for it gives a known value."""
        predicate = clause.head.predicate
        found = set()
        for position, term in enumerate(clause.head.args):
            asked = [self.known_at(call, position) for call in self.calls.get(predicate, ())]
            if isinstance(term, Variable) and asked and all(asked) and not self.doubtful[predicate][position]:
                found.add(term.name)
        return found

    def known_at(self, call: Occurrence, position: int) -> bool:
        """Whether an atom is asked for with a known value in a position."""
        assert isinstance(call.literal, Atom)
        term = call.literal.args[position]
        cases = case_variables(self.policy, call.clause)
        beside = [goal for step in call.steps for goal in apart(step, cases)[0]]
        return not isinstance(term, Variable) or term.name in self.sure(beside)

    @cached_property
    def calls(self) -> dict[Predicate, list[Occurrence]]:
        """Where each predicate is asked for."""
        found: dict[Predicate, list[Occurrence]] = {}
        for clause in self.policy.program.clauses:
            for each in occurrences(clause):
                if isinstance(each.literal, Atom):
                    found.setdefault(each.literal.predicate, []).append(each)
        return found

    def asked(self, predicate: Predicate) -> bool:
        """Whether a rule asks for a predicate."""
        return predicate in self.calls


def covers(atom: Atom, literal: Atom, beside: AbstractSet[str]) -> bool:
    """Whether an atom that is met is an instance of a literal, whose variables of its own may be anything."""
    if atom.predicate != literal.predicate:
        return False
    own: dict[str, Term] = {}
    for given, wanted in zip(atom.args, literal.args, strict=True):
        if isinstance(wanted, Variable) and (wanted.name == "_" or wanted.name not in beside):
            if wanted.name != "_" and own.setdefault(wanted.name, given) != given:
                return False
        elif given != wanted or (isinstance(given, Variable) and given.name == "_"):
            return False
    return True


def mapping(clause: Clause, atom: Atom) -> dict[str, Term] | None:
    """What the variables of a head stand for in a call; none where the head is no plain list of variables."""
    found: dict[str, Term] = {}
    for term, value in zip(clause.head.args, atom.args, strict=True):
        if not isinstance(term, Variable) or term.name in found or (isinstance(value, Variable) and value.name == "_"):
            return None
        found[term.name] = value
    return found


def _constants(terms: Iterable[Term]) -> bool:
    return any(not isinstance(term, Variable) for term in terms)


def _anonymous(atom: Atom) -> bool:
    return any(isinstance(term, Variable) and term.name == "_" for term in atom.args)
