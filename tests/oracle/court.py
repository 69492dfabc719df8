"""Puts the same cases before the project and the oracle, and says where they or the proof differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from explain.proof import Node, walk
from explain.prover import Prover
from kb.answers import Answers, Row, Status
from kb.decide import Decision, decide
from kb.policy import Policy
from kb.problems import ProblemsError
from kb.read_case import read_case
from kb.syntax import Atom, Constant, Predicate, Term, Unknown
from tests.oracle.oracle import Question, answer
from tests.oracle.random_cases import Trial, as_yaml
from tests.oracle.shrink import shrink


def judged(policy: Policy) -> tuple[Predicate, ...]:
    """What the two must agree on: the root goal and every criterion, advisory and grant."""
    return tuple(dict.fromkeys([Predicate(policy.vocabulary.header.root, 1), *policy.vocabulary.criteria]))


@dataclass(frozen=True)
class Court:
    """Both deciders of a policy. ``file`` is what the oracle reads, ``asked`` what the two must agree on."""

    policy: Policy
    file: Path
    asked: tuple[Predicate, ...]

    def differences(self, questions: Sequence[Question]) -> list[list[str]]:
        """For each question, a line for each predicate on whose rows the two differ."""
        told = answer(self.file, self.asked, questions)
        found = []
        for question, oracle in zip(questions, told, strict=True):
            project = decide(self.policy, question.case, question.readings).answers
            lines = []
            for predicate in self.asked:
                ours, theirs = _rows(project, predicate), _rows(oracle, predicate)
                if ours != theirs:
                    lines.append(f"{predicate}: {_words(ours, theirs)} here, {_words(theirs, ours)} by the oracle")
            found.append(lines)
        return found

    def question(self, trial: Trial) -> Question:
        """The question that a trial puts. Raises ``ProblemsError`` when its record is no case."""
        return Question(read_case(as_yaml(trial.record), "case.yaml", self.policy.vocabulary), trial.readings)

    def differ(self, trial: Trial) -> bool:
        """Whether the two differ on a trial; a record that is no case shows nothing."""
        try:
            question = self.question(trial)
        except ProblemsError:
            return False
        return any(self.differences([question])[0])

    def judge(self, trials: Sequence[Trial]) -> str:
        """Nothing where the two agree on every trial; else the smallest case found that shows how they differ."""
        found = self.differences([self.question(trial) for trial in trials])
        wrong = [trial for trial, lines in zip(trials, found, strict=True) if lines]
        if not wrong:
            return ""
        smallest = shrink(min(wrong, key=lambda trial: len(as_yaml(trial.record))), self.differ)
        chosen = "".join(f" --reading {name}={value}" for name, value in smallest.readings.items())
        return "\n".join(
            [
                f"the oracle and the project differ on {len(wrong)} of {len(trials)} cases",
                *self.differences([self.question(smallest)])[0],
                f"the smallest case that shows it{', with' + chosen if chosen else ''}:",
                as_yaml(smallest.record),
            ]
        )


def unproved(decision: Decision) -> list[str]:
    """A line for the root goal and each row of a derived predicate whose proof says otherwise than the decision."""
    policy, answers = decision.policy, decision.answers
    derived = policy.clauses.keys() - policy.catalogues
    goals = [Atom(each.name, row) for each in derived for row in answers.of(each)]
    prover = Prover(decision)
    seen: set[Node] = set()
    found = []
    for goal in (decision.root, *goals):
        try:
            root = prover.whole(goal)
        except AssertionError as error:
            found.append(f"{goal}: {error}")
            prover = Prover(decision)
            continue
        nodes = [node for node in walk(root) if node not in seen]
        seen.update(nodes)
        found += [f"{goal}: {node.kind} {node.status.name}" for node in nodes if _adds_up(node) is not node.status]
        if root.status is not answers.status(goal):
            found.append(f"{goal}: {root.status.name}, decided {answers.status(goal).name}")
    return found


def _adds_up(node: Node) -> Status:
    """The status that follows from the children of a node, where nothing else enters into it."""
    statuses = [child.status for child in node.children]
    if node.kind in ("instance", "all"):
        return min(statuses, default=Status.MET)
    return max(statuses) if node.kind == "some" else node.status


def _rows(answers: Answers, predicate: Predicate) -> dict[Row, Status]:
    """The rows of a predicate, of those that differ in the label of an unknown value alone the surest."""
    found: dict[Row, Status] = {}
    for row, status in answers.of(predicate).items():
        plain = tuple(Unknown("", term.many) if isinstance(term, Unknown) else term for term in row)
        found[plain] = max(status, found.get(plain, Status.NOT_MET))
    return found


def _words(some: dict[Row, Status], other: dict[Row, Status]) -> str:
    """The rows that the other side does not have like this."""
    differing = {row: status for row, status in some.items() if other.get(row, Status.NOT_MET) is not status}
    shown = [f"({', '.join(map(_word, row[1:]))}) {status.name}" for row, status in differing.items()]
    return "; ".join(shown) or "no such row"


def _word(term: Term) -> str:
    if isinstance(term, Unknown):
        return "?*" if term.many else "?"
    return str(term.value) if isinstance(term, Constant) else "_"
