"""A row with a gap may be another row: what is left out of a cohort's statement about that changes no status."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from kb.cohort import lower
from kb.cohort.affirmed import affirmed
from kb.policy import Policy, build_policy, load_policy
from kb.syntax import Predicate
from tests.kb.cohort.engines import judge
from tests.oracle.random_cases import Record
from tests.sampling import tries

HEAD = """
:- policy(small, [title("Small"), payer("Nobody"), edition('1'), effective('2024-01-01'), root(good),
    request_date(asked_on), section('S', "All")]).
:- type(colour, [red, blue, green]).
:- input(asked_on(P: case, Date: date), one, "When?").
:- input(bead(P: case, Colour: colour, Size: integer, Found: date), many, "Beads?", [document]).
:- input(lost(P: case, Colour: colour, On: date), many, "Which were lost?").
:- input(signed(P: case), one, "Signed?").
:- criterion(good/1, 'S', "good").
:- criterion(some/1, 'S', "some").
:- criterion(held/2, 'S', "held: {Colour}").
wanted(red).
wanted(blue).
"""
BEAD = "P, Colour, Size, Found"
ASKED = (
    "Size > 1", "Size < 3", "Size = 2", "Colour = red", "wanted(Colour)", "lost(P, Colour, _)", "signed(P)",
    "asked_on(P, Today), Found < Today", "asked_on(P, Today), months_between(Found, Today, N), N >= 2",
    "lost(P, Colour, On), On >= Found",
)  # fmt: skip
DENIED = (
    "Colour \\= blue", "\\+ lost(P, Colour, Found)", "\\+ signed(P)",
    "at_least(2, Day, (lost(P, Colour, Day), Day >= Found))",
)  # fmt: skip


def text_of(random: Random, denying: bool) -> str:
    """A policy whose clauses hold a row against goals about all its fields; ``denying``: with negations and counts."""
    conditions = ASKED + DENIED if denying else ASKED
    rules = []
    for name in "pqr":
        for _ in range(random.choice((1, 1, 2))):
            asked = random.sample(ASKED + DENIED, random.choice((1, 1, 2)))
            rules.append(f"{name}({BEAD}) :- bead({BEAD}), {', '.join(asked)}.")

    def body() -> str:
        one, two, three = (f"{name}({BEAD})" for name in random.sample("pqr", 3))
        shapes = [one, f"{one}, {two}", f"{one}, two_of({one}, {two}, {three})", f"two_of({one}, {two}, {three})"]
        parts = [f"bead({BEAD})", random.choice([*shapes, *([f"{one}, \\+ {two}"] if denying else [])])]
        if random.random() < 0.2:
            parts.reverse()
        if random.random() < 0.4:
            parts.append(random.choice(conditions))
        return ", ".join(parts)

    rules += [f"held(P, Colour) :- {body()}." for _ in range(random.choice((1, 1, 2)))]
    rules.append(f"some(P) :- {body()}.")
    rules.append("good(P) :- some(P), wanted(Colour), held(P, Colour).")
    if denying:
        rules.append("good(P) :- signed(P), \\+ held(P, red).")
    return HEAD + "\n".join(rules)


def record(random: Random, number: int) -> Record:
    """A case in whose rows much is missing."""

    def day() -> date:
        return date(2024, random.randint(1, 6), random.choice((1, 15, 28)))

    def bead() -> dict[str, object]:
        said: dict[str, object] = {
            "colour": random.choice(("red", "blue")),
            "size": random.randint(1, 3),
            "found": day(),
        }
        kept: dict[str, object] = {key: value for key, value in said.items() if random.random() < 0.6}
        origin = {"origin": "attestation"} if random.random() < 0.25 else {}
        return {**(kept or {"colour": {"value": None}}), **origin}

    found: Record = {"case": f"A-{number}", "bead": [bead() for _ in range(random.randint(0, 4))]}
    if random.random() < 0.8:
        found["asked_on"] = date(2024, 6, 1)
    if random.random() < 0.6:
        found["signed"] = random.random() < 0.5
    if random.random() < 0.8:
        rows = ({"colour": random.choice(("red", "blue")), "on": day()} for _ in range(random.randint(0, 3)))
        found["lost"] = [{key: row[key] for key in row if key == "colour" or random.random() < 0.8} for row in rows]
    return found


@pytest.mark.parametrize("denying", [False, True])
@pytest.mark.parametrize("seed", range(tries(40, 4)))
def test_rows_that_may_be_others_are_decided_alike(seed: int, denying: bool) -> None:
    """Random policies and members, by pyDatalog and as a cohort."""
    random = Random(f"{seed} {denying}")
    text = text_of(random, denying)
    wrong = judge(build_policy(text.encode(), "random.pl"), [record(random, number) for number in range(40)], {})
    assert not wrong, f"{text}\n{wrong}"


LATE = {"found": date(2024, 5, 15)}
EARLY = f"early({BEAD}) :- bead({BEAD}), Found < '2024-03-01'.\n"
TELLING: dict[str, tuple[str, list[dict[str, object]]]] = {
    "denied": (
        f"some(P) :- bead({BEAD}), early({BEAD}), \\+ reddish({BEAD}).\nreddish({BEAD}) :- bead({BEAD}), Colour = red.",
        [{"colour": "red"}, {**LATE}],
    ),
    "denied of what is passed on": (
        f"some(P) :- hue(P, Colour), \\+ of_two(P, Colour).\nhue(P, Colour) :- bead({BEAD}), early({BEAD}).\n"
        "of_two(P, Colour) :- bead(P, Colour, 2, _).",
        [{**LATE}, {"size": 2}],
    ),
    "told apart": (
        f"some(P) :- hue(P, Colour), hue(P, Other), Other \\= Colour.\nhue(P, Colour) :- bead({BEAD}), early({BEAD}).",
        [{**LATE}, {"size": 2}],
    ),
    "counted": (
        f"some(P) :- case(P), at_least(2, Colour, hue(P, Colour)).\nhue(P, Colour) :- bead({BEAD}), early({BEAD}).",
        [{"colour": "red", **LATE}, {"colour": {"value": None}}],
    ),
}


@pytest.mark.parametrize("name", TELLING)
def test_what_is_denied_or_counted_takes_a_row_for_another(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """There what is possible of two rows together is not possible of one alone; were it left out, a case would show."""
    rules, beads = TELLING[name]
    policy = build_policy(
        f"{HEAD}{EARLY}{rules}\nheld(P, Colour) :- lost(P, Colour, _).\ngood(P) :- some(P).\n".encode(), "small.pl"
    )
    case: Record = {"case": "A-1", "asked_on": date(2024, 6, 1), "bead": beads}
    assert not judge(policy, [case], {})
    monkeypatch.setattr(lower, "affirmed", lambda policy: frozenset(policy.clauses))
    assert "some: UNDOCUMENTED by pyDatalog, NOT_MET as a cohort" in judge(policy, [case], {})


def test_what_is_only_asked_for_is_told_by_all_that_hears_of_its_values() -> None:
    """A definition with a negation in it, one that a negation asks for, and one whose values reach a count are not."""
    text = f"""{HEAD}
p({BEAD}) :- bead({BEAD}), Size > 1.
q({BEAD}) :- bead({BEAD}), \\+ lost(P, Colour, Found).
pair(P, Colour) :- bead({BEAD}), p({BEAD}).
hue(P, Colour) :- pair(P, Colour).
held(P, Colour) :- bead({BEAD}), q({BEAD}).
some(P) :- case(P), at_least(2, Colour, hue(P, Colour)).
seen(P) :- held(P, _).
good(P) :- seen(P).
good(P) :- some(P), \\+ signed(P).
"""
    found = {each.name for each in affirmed(policy_of(text))}
    assert found == {"wanted", "held", "seen"}


def test_the_responses_of_the_shipped_policy_are_only_asked_for() -> None:
    """So no two courses of treatment are gone through together for each goal about one."""
    assert Predicate("inadequate_response", 2) in affirmed(load_policy("lemtrada"))


def policy_of(text: str) -> Policy:
    return build_policy(text.encode(), "small.pl")
