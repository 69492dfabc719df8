"""The packet: a notice of a determination and what an appeal needs, before any face gives it a form.

The software recommends and never denies. A case that does not meet the criteria is called denied only
where the profile names the person who made that determination in this very case; without one the
packet is a draft and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from explain.json import about
from explain.language import clean, counted, joined
from explain.missing import missing
from explain.packet_evidence import EvidenceList
from explain.phrases import Words
from explain.points import Point
from explain.profile import Profile
from explain.proof import Proof
from explain.report import Report, report, topmost
from kb.answers import Status

if TYPE_CHECKING:
    from explain.repair import Repair, Repairs

MOST_REPAIRS = 3
Kind: TypeAlias = Literal["denial", "draft", "pend", "approval"]

PARTS: Mapping[str, str] = {
    "determination": "Determination",
    "member-and-request": "Member and request",
    "reasons": "Specific reasons",
    "missing": "What is missing, and why it matters",
    "repairs": "What would change the outcome",
    "appeal": "How to appeal",
    "criteria": "Every criterion and how it came out",
    "evidence": "Evidence reviewed",
    "proof": "Proof diagram",
    "run-again": "How this was decided, and how to run it again",
}
"""The parts of a packet: the id of each, and its heading."""
APPEAL: Mapping[str, str] = {
    "right": "Your right to appeal",
    "one_level": "One level of appeal first",
    "how": "How to ask for an appeal",
    "time_limit": "Time limit",
    "decision": "When you get a decision",
    "expedited": "If you need a fast decision",
    "continued_benefits": "Keeping benefits during the appeal",
    "fair_hearing": "State fair hearing",
    "further_levels": "Further levels of appeal",
    "civil_action": "Civil action",
    "free_copies": "Free copies",
    "free_explanation": "Free explanation",
    "help": "Help with an appeal",
    "contact": "Contact",
}
"""The keys of a profile on appeals, in the order of a packet, each with the heading that it gets."""
TITLES: Mapping[Kind, str] = {
    "denial": "Notice of adverse determination",
    "draft": "Referral to a clinical reviewer",
    "pend": "Notice: more documents are needed",
    "approval": "Notice: the criteria are met",
}
LEADS: Mapping[Kind, str] = {
    "denial": "The request is denied.",
    "draft": "Recommendation: refer to a clinician; no adverse determination has been made.",
    "pend": "The request is pended: it cannot be decided on what is documented. "
    "No adverse determination has been made.",
    "approval": "The request meets the criteria of the policy. Recommended determination: approve.",
}
STATUSES: Mapping[Status | str, str] = {
    Status.MET: "met",
    Status.NOT_MET: "not met",
    Status.UNDOCUMENTED: "not documented",
    "conflicting": "conflicting",
    "apart": "does not apply",
}
EFFORTS: Mapping[str, str] = {
    "document": "Documents that only have to be submitted, if this is so",
    "act": "What a person can still bring about",
    "time": "What only time can change",
}


def packet(
    proof: Proof, profile: Profile, repairs: Repairs | None = None, command: Sequence[str] = ()
) -> dict[str, Any]:
    """All that a packet says, as plain data; ``command`` is what writes it anew."""
    return _Packet(proof, profile).data(repairs, command)


def kind_of(status: Status, profile: Profile) -> Kind:
    """What a packet may call the outcome: a denial only with a named human reviewer."""
    if status is Status.MET:
        return "approval"
    if status is Status.UNDOCUMENTED:
        return "pend"
    return "denial" if profile.has("reviewer") else "draft"


def part_of(key: str) -> str:
    """The id of the part of a packet that holds a key of a profile on appeals."""
    return f"appeal-{key.replace('_', '-')}"


def sentence(text: str) -> str:
    """A text with a capital at its start."""
    return text[:1].upper() + text[1:]


def order_of(repair: Repair) -> tuple[list[int], list[str]]:
    """What a repair is sorted by: what only time can change, acts, documents; then its words."""
    steps = repair.steps
    counts = [sum(step.effort == effort for step in steps) for effort in ("time", "act", "document")]
    return counts, [step.words for step in steps]


def status_of(point: Point) -> str:
    if point.kind == "apart":
        return STATUSES["apart"]
    return STATUSES["conflicting" if point.conflicting else point.status]


class _Packet:
    """One packet under way."""

    def __init__(self, proof: Proof, profile: Profile) -> None:
        self.proof, self.profile = proof, profile
        self.words = Words(proof.decision)
        self.found: Report = report(proof)
        self.kind = kind_of(proof.status, profile)
        self.evidence = EvidenceList(self.words)
        self.about = about(proof.decision)

    def data(self, repairs: Repairs | None, command: Sequence[str]) -> dict[str, Any]:
        profile = self.profile
        return {
            "format": "policykb-packet/1",
            "paper": profile.paper,
            "kind": self.kind,
            "draft": self.kind == "draft",
            "title": TITLES[self.kind],
            "subject": f"{self.words.case_name()}, {clean(self.words.vocabulary.header.title)}",
            "parts": dict(PARTS),
            "organisation": self.filled("organisation"),
            "notice": self.filled("notice"),
            "member": self.filled("member"),
            "determination": self.determination(),
            "details": self.details(),
            "reasons": self.reasons(),
            "missing": self.missing(),
            "repairs": self.repairs(repairs),
            "appeal": self.appeal(),
            "criteria": self.criteria(),
            "evidence": self.evidence.rows(),
            "proof": {
                "intro": "The diagram shows how the outcome follows from the policy and the evidence. "
                "Frame, shape and word tell each status; colour only repeats it.",
                "alt": f"Proof diagram: {LEADS[self.kind]} The parts on reasons and on criteria say the same in words.",
            },
            "run_again": self.run_again(command),
        }

    def filled(self, section: str) -> dict[str, list[str]]:
        """The lines of each key of a section of the profile that is filled in."""
        return {
            key: [clean(line) for line in self.profile.texts(s, key)] for s, key in self.profile.values if s == section
        }

    def given(self, section: str, key: str) -> str:
        return clean(self.profile.text(section, key))

    # The parts

    def determination(self) -> dict[str, Any]:
        criteria = self.found.criteria
        short = [sum(point.status is status for point in criteria) for status in (Status.NOT_MET, Status.UNDOCUMENTED)]
        failing, unclear = (
            f"{number} of the {counted(len(criteria), 'criterion').replace('criterions', 'criteria')}"
            for number in short
        )
        policy = self.words.policy_title()
        told: list[str] = []
        if self.kind == "denial":
            told.append(
                f"On the evidence on file, {failing} of the coverage policy {policy} {_are(short[0])} not met. "
                "A person made this determination. It was not made by software, which recommends and never denies."
            )
        elif self.kind == "draft":
            told.append(
                f"On the evidence on file, {failing} of the coverage policy {policy} {_are(short[0])} not met. "
                "Only a named human reviewer can make an adverse determination."
            )
            told.append("This draft is for the reviewer. It is no notice, and it is not to be sent to the member.")
        elif self.kind == "pend":
            fails = "" if short[0] else " No criterion fails."
            hangs = f" {sentence(unclear)} {_are(short[1])} not documented." if short[1] else ""
            told.append(f"The coverage policy is {policy}.{fails}{hangs}")
            told.append("That something is not documented is never counted against the member.")
        else:
            told.append(f"The evidence on file meets every criterion of the coverage policy {policy}.")
        told += [f"Caution: {each}." for each in self.words.cautions()]
        return {
            "lead": LEADS[self.kind],
            "paragraphs": told,
            "reviewer": self.reviewer() if self.kind == "denial" else [],
            "explanation": [clean(t) for t in self.profile.texts("reviewer", "explanation")] * (self.kind == "denial"),
            "granted": [sentence(each.words) for each in self.found.grants],
        }

    def reviewer(self) -> list[list[str]]:
        labels = {"name": "Determination made by", "title": "Title", "date": "Date of the determination"}
        return [[label, self.given("reviewer", key)] for key, label in labels.items()]

    def details(self) -> list[list[str]]:
        """The member and the request, line by line."""
        header = self.words.vocabulary.header
        told = [
            ["Member", self.given("member", "name")],
            ["Member number", self.given("member", "id")],
            ["Date of birth", self.given("member", "birth_date")],
            ["Requested service", self.given("request", "service") or clean(header.title)],
            ["Requested by", self.given("request", "provider")],
            ["Date of the request", self.words.request_date()],
            ["Case", self.words.case_name().removeprefix("Case ")],
            ["Billing code", clean(joined(header.codes))],
            ["Coverage policy", self.words.policy_title()],
        ]
        return [[label, value] for label, value in told if value]

    def reasons(self) -> dict[str, Any]:
        intros = {
            "denial": "Each of these criteria of the policy is not met. Every reason is given, not only the first.",
            "draft": "Each of these criteria of the policy is not met. Every reason is given, not only the first.",
            "pend": "The outcome hangs on these criteria. Each can be met once it is documented.",
            "approval": "Every criterion is met. What each rests on:",
        }
        wanted = {"approval": Status.MET, "pend": Status.UNDOCUMENTED}.get(self.kind, Status.NOT_MET)
        items = [self.reason(point) for point in self.found.criteria if point.status is wanted]
        if not items:
            items = [self.reason(self.found.root)]
        return {"intro": intros[self.kind], "items": items}

    def reason(self, top: Point) -> dict[str, Any]:
        supports = {line.point: line.support for line in self.found.checklist}
        lines = list(self.lines(top))
        lines += [{"depth": 0, "status": "", "section": "", "words": each} for each in supports.get(top, ())]
        return {**self.named(top), "lines": lines, "evidence": self.evidence.cited(top)}

    def named(self, point: Point) -> dict[str, Any]:
        """A criterion by its section, the heading of that, its title and its status."""
        note = f" ({point.note})" if point.note and point.status is not Status.MET else ""
        return {
            "section": clean(point.section),
            "heading": self.words.heading(point.section),
            "title": sentence(point.words) + note,
            "status": status_of(point),
        }

    def lines(self, top: Point) -> Iterator[dict[str, Any]]:
        """What keeps a criterion from being met, step by step; what occurs again is not told again."""
        waiting = [(child, 0) for child in reversed(top.children)]
        seen: set[Point] = set()
        while waiting:
            point, depth = waiting.pop()
            if point.status is Status.MET or point.kind == "apart":
                continue
            again = point in seen and bool(point.children)
            seen.add(point)
            note = " (as told above)" if again else f" ({point.note})" if point.note else ""
            yield {
                "depth": depth,
                "status": status_of(point),
                "section": clean(point.section),
                "words": _asked(point.words) + note,
            }
            if not again:
                waiting += [(child, depth + 1) for child in reversed(point.children)]

    def missing(self) -> dict[str, Any]:
        intro = {
            "denial": "These items are not documented. They are apart from the reasons above, and would not by "
            "themselves change the outcome.",
            "draft": "These items are not documented. They are apart from the reasons above, and would not by "
            "themselves change the outcome.",
            "pend": "Please submit a document for each of these, or have it corrected.",
            "approval": "",
        }[self.kind]
        items: list[dict[str, Any]] = []
        told: set[str] = set()
        open_ones = [p for p in topmost(self.found.root.children) if p.status is Status.UNDOCUMENTED]
        if self.kind == "approval":
            open_ones = []
        for point in open_ones:
            said = missing(self.words, [point.node])
            told.update(said)
            why = (
                "Until it is documented, this criterion is neither met nor not met, and the request cannot be approved."
            )
            items.append({**self.named(point), "words": [_asked(each) for each in said], "why": why})
        if rest := [_asked(each) for each in self.found.missing if each not in told]:
            why = "Until it is documented, the policy cannot say which of its criteria apply."
            items.append(
                {
                    "section": "",
                    "heading": "",
                    "title": "The request as a whole",
                    "status": "",
                    "words": rest,
                    "why": why,
                }
            )
        nothing = "Nothing that bears on the outcome is missing." if not items else ""
        return {"intro": intro if items else nothing, "items": items}

    def repairs(self, found: Repairs | None) -> dict[str, Any]:
        """The smallest repairs; nothing in them is claimed to be so."""
        if self.kind == "approval":
            return {"intro": "Nothing has to change.", "items": [], "blocked": [], "more": ""}
        if found is None:
            intro = "The software could not work out which changes would do; the reasons above say what is needed."
            return {"intro": intro, "items": [], "blocked": [], "more": ""}
        sets = sorted(found.found, key=order_of)[:MOST_REPAIRS]
        more_of_them = found.more or len(found.found) > MOST_REPAIRS
        items = [
            [
                {"effort": words, "steps": [sentence(step.words) for step in repair.steps if step.effort == effort]}
                for effort, words in EFFORTS.items()
                if any(step.effort == effort for step in repair.steps)
            ]
            for repair in sets
        ]
        if items:
            one = (
                "This smallest set of changes"
                if len(items) == 1 and not found.more
                else "Any one of these sets of changes"
            )
            intro = f"{one} would meet the criteria, if it is true. Nothing here is claimed to be so."
        elif found.blocked:
            intro = "No change to the evidence would meet the criteria. Nothing can change this:"
        elif found.more:
            intro = "The search for changes that would do stopped before it found one."
        else:
            intro = "No change to the evidence would meet the criteria."
        more = "There are further sets; the command policykb repair lists them." if more_of_them and items else ""
        return {"intro": intro, "items": items, "blocked": [sentence(each) for each in found.blocked], "more": more}

    def appeal(self) -> dict[str, Any]:
        intro = "" if self.kind == "denial" else "These rights are about an adverse determination. None has been made."
        groups = [
            {
                "id": part_of(key),
                "heading": heading,
                "paragraphs": texts,
                "lines": key == "contact",
            }
            for key, heading in APPEAL.items()
            if (texts := [clean(text) for text in self.profile.texts("appeal", key)])
        ]
        return {"intro": intro, "groups": groups}

    def criteria(self) -> list[dict[str, Any]]:
        return [self.named(point) for point in self.found.root.children if point.kind in ("criterion", "apart")] or [
            self.named(point) for point in self.found.criteria
        ]

    def run_again(self, command: Sequence[str]) -> dict[str, Any]:
        from shlex import join

        policy, case = self.about["policy"], self.about["case"]
        rows = [
            ["Software", self.about["software"]],
            ["Policy", self.words.policy_title()],
            ["Policy file", clean(policy["file"])],
            ["SHA-256 of the policy", policy["sha256"]],
            ["Case file", clean(case["file"])],
            ["SHA-256 of the case", case["sha256"]],
            ["Verdict", self.found.verdict],
            *(["Reading chosen", each] for each in self.words.readings()),
        ]
        return {
            "intro": "The policy is a file of rules, and the case a file of evidence. With the same two files, by "
            "their SHA-256 hashes, anyone gets the same outcome, whenever it is run: every date is taken relative "
            "to the date of the request.",
            "rows": rows,
            "command": clean(join(command)) if command else "",
        }


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _asked(words: str) -> str:
    return sentence(words.removeprefix("not documented: "))
