"""A.2 by other engines, as people who know them would write it, of members of whom all that it reads is documented.

All of it is in two truths: none of these engines has a third. What they read are tables, one row an event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

AT_ONCE = 2000
"""Members that clingo is given at once: all of what is ground is kept in memory."""

TABLES = {
    "trial": """SELECT "case", course, t.drug AS drug, t.start AS first, t."end" AS last, asked FROM (
        SELECT "case", requested_on AS asked, unnest(treatment) AS t, generate_subscripts(treatment, 1) AS course
        FROM cohort)""",
    "relapsed": """SELECT "case", unnest(relapse) AS day FROM cohort""",
    "scanned": """SELECT "case", m.date AS day, m.lesions AS lesions FROM (
        SELECT "case", unnest(mri) AS m FROM cohort)""",
    "scored": """SELECT "case", e.date AS day, e.score AS score FROM (SELECT "case", unnest(edss) AS e FROM cohort)""",
    "worsened": """SELECT "case", w.date AS day FROM (SELECT "case", unnest(worsening) AS w FROM cohort)""",
}

# A date is a number, (12 * year + month - 1) * 32 + day - 1; a score is in tenths.
ASP = """
step(a, (avonex; rebif; extavia; betaseron; plegridy; glatiramer; teriflunomide; dimethyl_fumarate)).
step(b, (natalizumab; ocrelizumab; fingolimod)).
progress(enlarging; new_symptomatic; new_asymptomatic).

long(M, T, S, E) :- trial(M, T, _, S, E, R), three(S, E), three(S, R).
three(S, E) :- span(S, E), E / 32 - S / 32 > 3.
three(S, E) :- span(S, E), E / 32 - S / 32 = 3, E \\ 32 >= S \\ 32.
span(S, E) :- trial(_, _, _, S, E, _).
span(S, R) :- trial(_, _, _, S, _, R).

recent(M, T, D) :- long(M, T, S, E), relapsed(M, D), S <= D, D <= E, E / 32 - D / 32 < 12.
recent(M, T, D) :- long(M, T, S, E), relapsed(M, D), S <= D, D <= E, E / 32 - D / 32 = 12, E \\ 32 < D \\ 32.
shows(M, T, often) :- recent(M, T, D), recent(M, T, Other), D < Other.
shows(M, T, lesions) :- long(M, T, S, E), scanned(M, D, L), progress(L), S <= D, D <= E.
shows(M, T, worse) :- long(M, T, S, E), worsened(M, D), S <= D, D <= E.
shows(M, T, worse) :- long(M, T, S, E), scored(M, D, Score), Score > 35, S <= D, D <= E.
failed(M, Drug) :- trial(M, T, Drug, _, _, _), shows(M, T, One), shows(M, T, Other), One < Other.
met(M) :- failed(M, A), step(a, A), failed(M, B), step(b, B).
#show met/1.
"""

LOGICA = """
@Engine("duckdb");
Step("a", drug) :- drug in ["avonex", "rebif", "extavia", "betaseron", "plegridy", "glatiramer", "teriflunomide",
  "dimethyl_fumarate"];
Step("b", drug) :- drug in ["natalizumab", "ocrelizumab", "fingolimod"];

Months(start, end) = SqlExpr("((year({e}) - year({s})) * 12 + month({e}) - month({s}) - (day({e}) < day({s}))::INT)",
  {s: start, e: end});
@Ground(Long);
Long(case:, course:, drug:, first:, last:) :-
  trial(case:, course:, drug:, first:, last:, asked:), Months(first, last) >= 3, Months(first, asked) >= 3;

Often(case:, course:, days? Count= day) distinct :-
  Long(case:, course:, first:, last:), relapsed(case:, day:), day >= first, day <= last, Months(day, last) < 12;
Shows(case:, course:, sign: "often") distinct :- Often(case:, course:, days:), days >= 2;
Shows(case:, course:, sign: "lesions") distinct :-
  Long(case:, course:, first:, last:), scanned(case:, day:, lesions:), day >= first, day <= last,
  lesions in ["enlarging", "new_symptomatic", "new_asymptomatic"];
Shows(case:, course:, sign: "worse") distinct :-
  Long(case:, course:, first:, last:), worsened(case:, day:), day >= first, day <= last;
Shows(case:, course:, sign: "worse") distinct :-
  Long(case:, course:, first:, last:), scored(case:, day:, score:), score > 3.5, day >= first, day <= last;
Signs(case:, course:, signs? Count= sign) distinct :- Shows(case:, course:, sign:);
Failed(case:, drug:) distinct :- Long(case:, course:, drug:), Signs(case:, course:, signs:), signs >= 2;
Met(case:) distinct :- Failed(case:, drug: one), Step("a", one), Failed(case:, drug: other), Step("b", other);
"""


def tables(engine: duckdb.DuckDBPyConnection, kind: str) -> None:
    """The events of the view `cohort` as tables or views of their own."""
    for name, query in TABLES.items():
        engine.execute(f"CREATE {kind} {name} AS {query}")


def by_logica(engine: duckdb.DuckDBPyConnection) -> int:
    """How many members meet A.2, by Logica on DuckDB."""
    from logica.compiler import universe
    from logica.parser_py import parse

    tables(engine, "TABLE")
    program = universe.LogicaProgram(parse.ParseFile(LOGICA)["rule"])
    return len(engine.execute(program.FormattedPredicateSql("Met")).fetchall())


def by_clingo(engine: duckdb.DuckDBPyConnection) -> int:
    """How many members meet A.2, by clingo, some thousands of them at once."""
    import clingo

    engine.execute(
        f'CREATE TABLE numbered AS SELECT "case", (row_number() OVER () - 1) // {AT_ONCE} AS lot FROM cohort'
    )
    tables(engine, "TABLE")
    (lots,) = engine.execute("SELECT coalesce(max(lot) + 1, 0) FROM numbered").fetchone() or (0,)
    return sum(_lot(engine, clingo, lot) for lot in range(lots))


def _lot(engine: duckdb.DuckDBPyConnection, clingo: object, lot: int) -> int:
    def day(column: str) -> str:
        return f"(12 * year({column}) + month({column}) - 1) * 32 + day({column}) - 1"

    texts = {
        "trial": f"""'"' || "case" || '"', course, drug, {day("first")}, {day("last")}, {day("asked")}""",
        "relapsed": f"""'"' || "case" || '"', {day("day")}""",
        "scanned": f"""'"' || "case" || '"', {day("day")}, lesions""",
        "scored": f"""'"' || "case" || '"', {day("day")}, (score * 10)::INT""",
        "worsened": f"""'"' || "case" || '"', {day("day")}""",
    }
    facts = []
    for name, values in texts.items():
        written = f"SELECT '{name}(' || concat_ws(',', {values}) || ').' FROM {name} SEMI JOIN numbered n"
        rows = engine.execute(f'{written} ON n."case" = {name}."case" AND n.lot = {lot}').fetchall()
        facts += [row[0] for row in rows]
    control = clingo.Control(["--warn=none"])  # type: ignore[attr-defined]
    control.add("base", [], ASP + "\n".join(facts))
    control.ground([("base", [])])
    found = 0
    with control.solve(yield_=True) as models:
        for model in models:
            found = len(model.symbols(shown=True))
    return found
