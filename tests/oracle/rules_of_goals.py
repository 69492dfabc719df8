r"""What negation, counting and clauses mean, worked out by hand."""

from __future__ import annotations

from kb.answers import Status
from tests.oracle.programs import Program, each, rows

NO, OPEN, YES = Status

NEGATION: list[Program] = [
    *each(
        "a negation",
        r"goal(P) :- case(P), \+ a(P, x).",
        {
            "": YES,
            "a(x)": NO,
            "a(y)": YES,
            "~a(x)": OPEN,
            "~a(y)": YES,
            "a(?1)": OPEN,
            "~a(?*)": OPEN,
            "a(x) ~a(?*)": NO,
        },
    ),
    *each(
        "a variable of a negation alone",
        r"goal(P) :- case(P), \+ a(P, _).",
        {"": YES, "a(x)": NO, "a(?1)": NO, "~a(?*)": OPEN},
    ),
    *each(
        "a negated conjunction",
        r"goal(P) :- case(P), \+ (a(P, X), b(P, X)).",
        {"a(x) b(y)": YES, "a(x) b(x)": NO, "a(x) b(?1)": OPEN, "a(?1) b(?1)": NO},
    ),
    *each(
        "a negation with a variable from outside",
        r"goal(P) :- a(P, X), \+ b(P, X).",
        {
            "a(x) a(y) b(x)": YES,
            "a(x) b(x)": NO,
            "a(?1) b(x)": OPEN,
            "a(?1) b(?1)": NO,
            "a(x) b(?1)": OPEN,
            "a(x) b(?1) b(x)": NO,
        },
    ),
    *each("a double negation", r"goal(P) :- case(P), \+ \+ a(P, x).", {"a(x)": YES, "a(?1)": OPEN, "": NO}),
    *each(
        "a catalogue is closed",
        r"listed(x). goal(P) :- a(P, X), \+ listed(X).",
        {"a(x)": NO, "a(y)": YES, "a(?1)": OPEN, "~a(y)": OPEN},
    ),
    *each(
        "a negation of a derived predicate",
        r"some(P, X) :- a(P, X), b(P, X). goal(P) :- case(P), \+ some(P, z).",
        {"a(?1) b(x)": YES, "a(x) b(?1)": YES, "a(?1) b(z)": OPEN, "a(z) b(z)": NO},
    ),
]

COUNTING: list[Program] = [
    *each(
        "two of three",
        "goal(P) :- two_of(p(P), q(P), r(P)), case(P).",
        {
            "p q -r": YES,
            "p q ~r": YES,
            "p ~q -r": OPEN,
            "~p ~q -r": OPEN,
            "p -q -r": NO,
            "~p -q -r": NO,
            "~p ~q ~r": OPEN,
        },
    ),
    *each("one of", "goal(P) :- case(P), one_of(p(P), q(P)).", {"~p q": YES, "~p": OPEN, "-p -q": NO}),
    *each("all of", "goal(P) :- case(P), all_of(p(P), q(P)).", {"~p q": OPEN, "p q": YES, "p": NO}),
    *each(
        "a list of goals, a conjunction and a negation among them",
        r"goal(P) :- case(P), at_least(2, [p(P), \+ q(P), (r(P), a(P, x))]).",
        {"p -q": YES, "p ~q": OPEN, "p q r a(?1)": OPEN, "p q r a(y)": NO},
    ),
    *each(
        "goals that are counted have variables of their own",
        "goal(P) :- case(P), two_of((a(P, X), b(P, X)), c(P, _), p(P)).",
        {"a(x) b(x) c(y)": YES, "a(x) b(y) c(y)": NO, "a(x) b(?1) c(y)": OPEN},
    ),
    *each(
        "goals that are counted share a variable with the body",
        "goal(P) :- a(P, X), two_of(b(P, X), c(P, X)).",
        {"a(x) a(y) b(x) c(y)": NO, "a(x) b(x) c(x)": YES, "a(?1) b(x) c(x)": OPEN},
    ),
    *each(
        "a count under a negation",
        r"goal(P) :- case(P), \+ two_of(p(P), q(P), r(P)).",
        {"p ~q": OPEN, "p q": NO, "p": YES},
    ),
]

DISTINCT: list[Program] = [
    *each(
        "two distinct values",
        "goal(P) :- case(P), at_least(2, D, d(P, D)).",
        {
            "d(2023-01-31) d(2023-02-28)": YES,
            "d(2023-01-31)": NO,
            "": NO,
            "d(2023-01-31) d(?1)": OPEN,
            "d(?1) d(?2)": OPEN,
            "d(?1)": NO,
            "~d(2023-01-31) d(2023-02-28)": OPEN,
            "~d(2023-01-31) ~d(2023-02-28)": OPEN,
            "~d(?*)": OPEN,
            "d(2023-01-31) ~d(?*)": OPEN,
            "d(2023-01-31) d(2023-02-28) ~d(?*)": YES,
        },
    ),
    *each(
        "one value",
        "goal(P) :- case(P), at_least(1, D, d(P, D)).",
        {"d(?1)": YES, "~d(?1)": OPEN, "~d(?*)": OPEN, "": NO},
    ),
    *each(
        "three distinct values",
        "goal(P) :- case(P), at_least(3, D, d(P, D)).",
        {
            "d(2023-01-31) d(?1) d(?2)": OPEN,
            "d(2023-01-31) d(2023-02-28) d(?1)": OPEN,
            "d(2023-01-31) d(?1)": NO,
            "d(2023-01-31) d(2023-02-28) d(2024-02-29)": YES,
            "~d(?*)": OPEN,
        },
    ),
    *each(
        "the same value in several rows counts once",
        "goal(P) :- case(P), at_least(2, X, trial(P, X, _)).",
        {
            "trial(x, 2023-01-31) trial(x, 2023-02-28)": NO,
            "trial(x, 2023-01-31) trial(y, 2023-01-31)": YES,
            "trial(x, 2023-01-31) trial(?1, 2023-01-31)": OPEN,
            "trial(?1, 2023-01-31) trial(?1, 2023-02-28)": NO,
        },
    ),
    *each(
        "values with a condition",
        "goal(P) :- requested_on(P, Now), at_least(2, D, (d(P, D), D < Now)).",
        {
            "requested_on(2023-02-28) d(2023-01-31) d(2024-02-29)": NO,
            "requested_on(2024-02-29) d(2023-01-31) d(2023-02-28)": YES,
            "requested_on(2023-02-28) d(2023-01-31) d(?1)": OPEN,
            "requested_on(2023-02-28) d(2024-02-29) d(?1)": NO,
            "requested_on(?1) d(2023-01-31) d(2023-02-28)": OPEN,
        },
    ),
    *each(
        "a count of values under a negation",
        r"goal(P) :- case(P), \+ at_least(2, D, d(P, D)).",
        {"d(2023-01-31) d(?1)": OPEN, "d(2023-01-31)": YES, "d(2023-01-31) d(2023-02-28)": NO},
    ),
    *each(
        "a value that a join makes known counts as known",
        "goal(P) :- case(P), at_least(2, X, (a(P, X), b(P, X))).",
        {"a(?1) a(?2) b(x)": NO, "a(x) b(?1) b(?2)": NO, "a(x) a(y) b(?1) b(?2)": OPEN},
    ),
]

RULES: list[Program] = [
    rows(
        "the surest row stands",
        "found(P, X) :- a(P, X). found(P, X) :- b(P, X).",
        "~a(x) b(x) ~b(y)",
        {"x": YES, "y": OPEN},
    ),
    rows("a row keeps its unknown value", "found(P, X) :- a(P, X).", "a(?1) ~a(?*)", {"?": YES, "?*": OPEN}),
    rows("a join keeps the value that is known", "found(P, X) :- a(P, X), b(P, X).", "a(?1) b(x)", {"x": OPEN}),
    rows(
        "a join keeps the value that is known, in the other order",
        "found(P, X) :- b(P, X), a(P, X).",
        "a(?1) b(x)",
        {"x": OPEN},
    ),
    rows("a join keeps the value that stands for one", "found(P, X) :- b(P, X), a(P, X).", "~a(?*) b(?1)", {"?": OPEN}),
    rows(
        "a catalogue names the items of an unknown value",
        "listed(x). listed(y). found(P, X) :- a(P, X), listed(X).",
        "a(?1) a(y)",
        {"x": OPEN, "y": YES},
    ),
    rows("a constant in a head", "found(P, x) :- p(P). found(P, y) :- q(P).", "p ~q", {"x": YES, "y": OPEN}),
    rows(
        "the other way is not taken",
        "found(P, x) :- p(P), reading(way, left). found(P, y) :- p(P), reading(way, right).",
        "p",
        {"x": YES},
    ),
    rows(
        "the chosen way is taken",
        "found(P, x) :- p(P), reading(way, left). found(P, y) :- p(P), reading(way, right).",
        "p",
        {"y": YES},
        way="right",
    ),
    *each("a comparison may stand first", "goal(P) :- X > 3, n(P, X).", {"n(4)": YES, "n(3)": NO, "n(?1)": OPEN}),
    *each("a negation may stand first", r"goal(P) :- \+ b(P, X), a(P, X).", {"a(x) b(y)": YES, "a(x) b(x)": NO}),
    *each(
        "a count may stand first",
        "goal(P) :- two_of(b(P, X), c(P, X)), a(P, X).",
        {"a(x) b(x) c(x)": YES, "a(x) b(y) c(x)": NO},
    ),
    *each(
        "an interval may stand first",
        "goal(P) :- N >= 1, months_between(S, E, N), span(P, S, E).",
        {"span(2023-02-28, 2024-02-29)": YES, "span(2023-01-31, 2023-02-28)": NO},
    ),
    *each(
        "a conjunction in brackets is part of the body",
        "goal(P) :- (a(P, X), p(P)), b(P, X).",
        {"a(x) p b(x)": YES, "a(x) p b(y)": NO},
    ),
    *each(
        "a chain of predicates",
        r"s(P, X) :- a(P, X), \+ b(P, X). t(P) :- s(P, X), c(P, X). goal(P) :- case(P), \+ t(P).",
        {"a(x) c(x)": NO, "a(x) c(x) ~b(x)": OPEN, "a(x) c(x) b(x)": YES},
    ),
]
