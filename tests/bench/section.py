"""A.2 by hand: in SQL for DuckDB, and for Polars."""

from __future__ import annotations

STEP_A = ("avonex", "rebif", "extavia", "betaseron", "plegridy", "glatiramer", "teriflunomide", "dimethyl_fumarate")
STEP_B = ("natalizumab", "ocrelizumab", "fingolimod")
PROGRESS = ("enlarging", "new_symptomatic", "new_asymptomatic")


def months(start: str, end: str) -> str:
    """Completed months between two dates in SQL, as the rules count them."""
    return (
        f"((year({end}) - year({start})) * 12 + month({end}) - month({start})"
        f" - CASE WHEN {end} >= {start} THEN (day({end}) < day({start}))::INT"
        f" ELSE -(day({end}) > day({start}))::INT END)"
    )


def in_three_truths(file: str) -> str:
    """A.2 in three truths, as someone who knows DuckDB and the policy would write it: null is undocumented."""

    def rows(name: str, *fields: str) -> str:
        """The rows of a list, those that are only attested with them; a row that is, is sure."""
        values = ", ".join(f"'{each}': r.{each}" for each in fields) or "'day': r"
        parts = [
            f"list_transform({name}{ending}, lambda r: {{{values}, 'sure': {sure}}})"
            for ending, sure in (("", "TRUE"), ("__attested", "NULL::BOOLEAN"))
        ]
        return f"CASE WHEN {name} IS NOT NULL THEN list_concat({', '.join(parts)}) END AS {name}"

    def some(name: str, row: str, holds: str) -> str:
        """Whether a row of a list does; null where one may, or where there is no list."""
        found = f"list_transform({name}, lambda {row}: {row}.sure AND {holds})"
        return (
            f"CASE WHEN {name} IS NULL THEN NULL WHEN list_contains({found}, TRUE) THEN TRUE"
            f" WHEN list_count({found}) < len({name}) THEN NULL ELSE FALSE END"
        )

    during = "{0} >= t.start AND {0} <= t.last"
    recent = f"r.sure AND {during.format('r.day')} AND {months('r.day', 't.last')} < 12"
    often = f"""CASE
        WHEN len(list_distinct(list_transform(list_filter(relapse, lambda r: {recent}), lambda r: r.day))) >= 2
          THEN TRUE
        WHEN relapse IS NULL
          OR len(list_distinct(list_transform(list_filter(relapse, lambda r: coalesce({recent}, TRUE)),
             lambda r: r.day))) + len(list_filter(relapse, lambda r: r.day IS NULL)) >= 2 THEN NULL ELSE FALSE END"""
    lesions = some("mri", "m", f"m.lesions IN {PROGRESS} AND {during.format('m.date')}")
    signs = some("worsening", "w", during.format("w.date"))
    scores = some("edss", "e", f"e.score > 3.5 AND {during.format('e.date')}")
    may = "t.met IS NOT FALSE AND coalesce(t.drug IN {0}, TRUE)"

    def step(drugs: tuple[str, ...]) -> str:
        return (
            f"CASE WHEN len(list_filter(judged, lambda t: t.met AND t.drug IN {drugs})) > 0 THEN TRUE"
            f" WHEN len(list_filter(judged, lambda t: {may.format(drugs)})) > 0 THEN NULL ELSE FALSE END"
        )

    # Where there is no list, there may be any treatment.
    nothing = "{'drug': NULL, 'start': NULL, 'last': NULL, 'sure': NULL::BOOLEAN}"
    return f"""
        WITH members AS (
          SELECT "case", requested_on, {rows("relapse")}, {rows("mri", "date", "lesions")},
            {rows("worsening", "date")}, {rows("edss", "date", "score")},
            list_concat(
              CASE WHEN treatment IS NULL THEN [{nothing}] ELSE list_transform(treatment,
                lambda t: {{'drug': t.drug, 'start': t.start, 'last': t."end", 'sure': TRUE}}) END,
              list_transform(treatment__attested,
                lambda t: {{'drug': t.drug, 'start': t.start, 'last': t."end", 'sure': NULL::BOOLEAN}})) AS treatment
          FROM '{file}'
        ), trials AS (
          SELECT "case", list_transform(treatment, lambda t: {{
            'drug': t.drug,
            'long': t.sure AND {months("t.start", "t.last")} >= 3 AND {months("t.start", "requested_on")} >= 3,
            'often': {often},
            'lesions': {lesions},
            'worse': ({signs}) OR ({scores})
          }}) AS trials FROM members
        ), judged AS (
          SELECT "case", list_transform(trials, lambda t: {{'drug': t.drug, 'met': CASE
            WHEN t.often::INT + t.lesions::INT + t.worse::INT IS NOT NULL
              THEN t.long AND t.often::INT + t.lesions::INT + t.worse::INT >= 2
            WHEN coalesce(t.often, FALSE)::INT + coalesce(t.lesions, FALSE)::INT + coalesce(t.worse, FALSE)::INT >= 2
              THEN t.long
            WHEN coalesce(t.often, TRUE)::INT + coalesce(t.lesions, TRUE)::INT + coalesce(t.worse, TRUE)::INT >= 2
              THEN CASE WHEN t.long IS FALSE THEN FALSE END
            ELSE FALSE END}}) AS judged FROM trials
        )
        SELECT "case", {step(STEP_A)} AND {step(STEP_B)} AS met FROM judged"""


def in_two_truths(file: str) -> str:
    """A.2 in two truths, as someone who knows DuckDB would write it."""
    end = 't."end"'
    during = f"{{0}} >= t.start AND {{0}} <= {end}"
    recent = f"{during.format('r')} AND {months('r', end)} < 12"
    met = f"""
        {months("t.start", end)} >= 3 AND {months("t.start", "requested_on")} >= 3
        AND (len(list_distinct(list_filter(relapse, lambda r: {recent}))) >= 2)::INT
          + (len(list_filter(mri, lambda m: m.lesions IN {PROGRESS} AND {during.format("m.date")})) > 0)::INT
          + (len(list_filter(worsening, lambda w: {during.format("w.date")})) > 0
             OR len(list_filter(edss, lambda e: e.score > 3.5 AND {during.format("e.date")})) > 0)::INT >= 2"""
    return f"""
        SELECT "case", list_has_any(failed, {list(STEP_A)}) AND list_has_any(failed, {list(STEP_B)}) AS met
        FROM (SELECT "case", list_transform(list_filter(treatment, lambda t: {met}), lambda t: t.drug) AS failed
              FROM '{file}')"""


def by_polars(file: str, out: str) -> object:
    """A.2 in two truths, as someone who knows Polars would write it: its lists have no inner loops, so rows explode."""
    import polars as pl

    col = pl.col

    def months(start: pl.Expr, end: pl.Expr) -> pl.Expr:
        whole = (end.dt.year() - start.dt.year()) * 12 + end.dt.month() - start.dt.month()
        return whole - (end.dt.day() < start.dt.day()).cast(pl.Int32)

    members = pl.scan_parquet(file).with_row_index("member")
    tried = members.select("member", "requested_on", "treatment").explode("treatment").unnest("treatment")
    tried = tried.filter(months(col.start, col.end) >= 3, months(col.start, col.requested_on) >= 3)
    tried = tried.filter(col.drug.is_in([*STEP_A, *STEP_B])).with_row_index("trial")
    spans = tried.select("trial", "member", "start", "end")

    def events(name: str) -> pl.LazyFrame:
        rows = members.select("member", name).explode(name)
        return rows.drop_nulls() if name == "relapse" else rows.unnest(name)

    def within(name: str, date: str, *conditions: pl.Expr) -> pl.LazyFrame:
        joined = spans.join(events(name), on="member")
        return joined.filter(col(date) >= col.start, col(date) <= col.end, *conditions)

    relapses = within("relapse", "relapse", months(col.relapse, col.end) < 12)
    often = relapses.group_by("trial").agg(col.relapse.n_unique() >= 2).filter(col.relapse).select("trial")
    lesions = within("mri", "date", col.lesions.is_in(PROGRESS)).select("trial").unique()
    worse = within("worsening", "date").select("trial")
    scored = within("edss", "date", col.score > pl.lit("3.5").cast(pl.Decimal(28, 10))).select("trial")
    disabled = pl.concat([worse, scored]).unique()
    failed = pl.concat([often, lesions, disabled]).group_by("trial").len().filter(col.len >= 2)
    steps = tried.join(failed, on="trial").group_by("member")
    both = steps.agg(col.drug.is_in(STEP_A).any().alias("a"), col.drug.is_in(STEP_B).any().alias("b"))
    met = members.select("case", "member").join(both, on="member", how="left")
    met.select("case", met=(col.a & col.b).fill_null(False)).sink_parquet(out)
    found = pl.read_parquet(out)
    return (int(found["met"].sum()), len(found))
