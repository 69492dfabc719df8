r"""What rows, values that are not stated, equality and the calendar mean, worked out by hand."""

from __future__ import annotations

from kb.answers import Status
from tests.oracle.programs import Program, each, spans

NO, OPEN, YES = Status

ROWS_AND_FIELDS: list[Program] = [
    *each(
        "an order comparison",
        "goal(P) :- n(P, X), X > 3.",
        {"n(4)": YES, "n(3)": NO, "n(3.01)": YES, "n(?1)": OPEN, "~n(?1)": OPEN, "~n(4)": OPEN, "~n(3)": NO, "": NO},
    ),
    *each("a row with an unknown field is there", "goal(P) :- n(P, _).", {"n(?1)": YES, "~n(?1)": OPEN}),
    *each("a constant holds by amount", "goal(P) :- n(P, 4).", {"n(4.0)": YES, "n(?1)": OPEN, "n(4.01)": NO}),
    *each(
        "a decimal of the policy is exact",
        "goal(P) :- n(P, X), X >= 34.9.",
        {"n(34.9)": YES, "n(34.89999999999999999)": NO},
    ),
    *each("a decimal of the case is exact", "goal(P) :- n(P, X), X >= 35.", {"n(34.9999999999)": NO, "n(35.0)": YES}),
    *each("a negative number", "goal(P) :- n(P, X), X =< -2.", {"n(-2)": YES, "n(-1)": NO}),
    *each(
        "a date of the policy",
        "goal(P) :- d(P, X), X < '2023-02-28'.",
        {"d(2023-01-31)": YES, "d(2023-02-28)": NO, "d(?1)": OPEN, "~d(2024-02-29)": NO},
    ),
    *each(
        "a text is no atom of the same letters",
        'goal(P) :- words(P, "text one").',
        {'words("text one")': YES, 'words("text two")': NO, "words(?1)": OPEN},
    ),
    *each(
        "strange characters in a text",
        r'goal(P) :- words(P, X), X = "text \"q\\ é %".',
        {r'words("text \"q\\ é %")': YES, r'words("text \"q é %")': NO},
    ),
    *each("a flag", "goal(P) :- f(P, x).", {"f(x)": YES, "~f(x)": OPEN, "-f(x) f(y)": NO}),
    *each("a yes or no", "goal(P) :- p(P).", {"p": YES, "~p": OPEN, "-p": NO}),
]

EQUALITY: list[Program] = [
    *each(
        "an unknown value equals itself",
        "goal(P) :- n(P, X), n(P, Y), X = Y.",
        {"n(?1)": YES, "n(?*)": OPEN, "n(1)": YES},
    ),
    *each(
        "an unknown value differs from itself nowhere",
        r"goal(P) :- n(P, X), n(P, Y), X \= Y.",
        {"n(?1)": NO, "n(?*)": OPEN, "n(1)": NO},
    ),
    *each(
        "an unknown value is not known to be at most itself", "goal(P) :- n(P, X), n(P, Y), X =< Y.", {"n(?1)": OPEN}
    ),
    *each(
        "two values that may differ",
        r"goal(P) :- n(P, X), m(P, Y), X \= Y.",
        {"n(1) m(2)": YES, "n(1) m(1.0)": NO, "n(1) m(?1)": OPEN, "n(?1) m(?2)": OPEN, "n(?1) m(?1)": NO},
    ),
    *each(
        "a join",
        "goal(P) :- a(P, X), b(P, X).",
        {
            "a(x) b(x)": YES,
            "a(x) b(y)": NO,
            "a(x) ~b(x)": OPEN,
            "a(?1) b(x)": OPEN,
            "a(x) b(?1)": OPEN,
            "a(?1) b(?2)": OPEN,
            "a(?1) b(?1)": YES,
            "a(x) b(y) ~b(?*)": OPEN,
            "a(?1)": NO,
        },
    ),
    *each(
        "a join of three",
        "goal(P) :- a(P, X), b(P, X), c(P, X).",
        {
            "a(x) b(?1) c(x)": OPEN,
            "a(?1) b(?1) c(?1)": YES,
            "a(x) b(?1) c(y)": NO,
            "a(?1) b(x) c(y)": NO,
            "a(x) b(y) c(?1)": NO,
        },
    ),
    *each(
        "what a join says of a value counts in a comparison",
        "goal(P) :- n(P, X), m(P, X), X > 3.",
        {"n(?1) m(2)": NO, "n(2) m(?1)": NO, "n(?1) m(4)": OPEN},
    ),
    *each(
        "a variable twice in an atom",
        "goal(P) :- span(P, X, X).",
        {
            "span(2023-01-31, 2023-01-31)": YES,
            "span(2023-01-31, 2023-02-28)": NO,
            "span(2023-01-31, ?1)": OPEN,
            "span(?1, ?1)": YES,
            "span(?1, ?2)": OPEN,
        },
    ),
    *each("an anonymous variable joins nothing", "goal(P) :- a(P, _), b(P, _).", {"a(x) b(y)": YES}),
]

CALENDAR: list[Program] = [
    *spans(
        "months",
        {
            "2023-01-01 2023-03-31": 2,
            "2023-01-01 2023-04-01": 3,
            "2023-01-31 2023-02-28": 0,
            "2023-01-31 2023-03-01": 1,
            "2023-01-31 2023-03-30": 1,
            "2023-01-31 2023-03-31": 2,
            "2024-02-29 2025-02-28": 11,
            "2024-02-29 2025-03-01": 12,
            "2023-12-15 2024-01-14": 0,
            "2023-12-15 2024-01-15": 1,
            "2023-05-05 2023-05-05": 0,
        },
    ),
    *spans(
        "years",
        {
            "2007-02-28 2024-02-27": 16,
            "2007-02-28 2024-02-28": 17,
            "2008-02-29 2025-02-28": 16,
            "2008-02-29 2025-03-01": 17,
            "2023-06-01 2024-05-31": 0,
        },
    ),
    *spans(
        "days",
        {
            "2024-02-28 2024-03-01": 2,
            "2023-02-28 2023-03-01": 1,
            "1999-12-31 2000-03-01": 61,
            "1899-12-31 1900-03-01": 60,
            "2023-01-01 2024-01-01": 365,
        },
    ),
    *each(
        "0 months from 2023-01-31",
        "goal(P) :- span(P, S, E), months_between(S, E, N), N = 0.",
        {"span(2023-01-31, 2023-02-28)": YES, "span(2023-02-28, 2023-01-31)": YES},
    ),
    *each(
        "0 months from 2023-12-15",
        "goal(P) :- span(P, S, E), months_between(S, E, N), N = 0.",
        {"span(2023-12-15, 2024-01-14)": YES, "span(2024-01-14, 2023-12-15)": YES},
    ),
    *each(
        "0 years from 2023-06-01",
        "goal(P) :- span(P, S, E), years_between(S, E, N), N = 0.",
        {"span(2023-06-01, 2024-05-31)": YES, "span(2024-05-31, 2023-06-01)": YES},
    ),
    *each(
        "an unknown date",
        "goal(P) :- span(P, S, E), months_between(S, E, N), N >= 3.",
        {
            "span(?1, 2023-02-28)": OPEN,
            "span(2023-01-31, ?1)": OPEN,
            "span(2023-01-31, 2024-02-29)": YES,
            "span(2023-01-31, 2023-02-28)": NO,
            "~span(?*, ?*)": OPEN,
        },
    ),
    *each(
        "the same dates give the same unknown number",
        "goal(P) :- span(P, S, E), months_between(S, E, M), months_between(S, E, N), M = N.",
        {"span(?1, 2023-02-28)": YES, "span(?*, 2023-02-28)": OPEN},
    ),
    *each(
        "other dates give another unknown number",
        "goal(P) :- span(P, S, E), d(P, D), months_between(S, E, M), months_between(S, D, N), M = N.",
        {"span(?1, 2023-02-28) d(2023-01-31)": OPEN, "span(?1, 2023-02-28) d(2023-02-28)": YES},
    ),
    *each(
        "another unit gives another unknown number",
        "goal(P) :- span(P, S, E), months_between(S, E, M), days_between(S, E, N), M = N.",
        {"span(?1, 2023-02-28)": OPEN},
    ),
    *each(
        "a number as the third argument",
        "goal(P) :- span(P, S, E), days_between(S, E, 28).",
        {"span(2023-01-31, 2023-02-28)": YES, "span(2023-01-31, 2024-02-29)": NO, "span(2023-01-31, ?1)": OPEN},
    ),
    *each(
        "the third argument joins",
        "wanted(28). goal(P) :- days_between(S, E, N), span(P, S, E), wanted(N).",
        {"span(2023-01-31, 2023-02-28)": YES, "span(2023-01-31, 2024-02-29)": NO, "span(2023-01-31, ?1)": OPEN},
    ),
]
