-- What the policy kb/policies/lemtrada.pl reads in lists, by hand, where no row has a gap: the first half of the
-- statement that by_hand.sql ends.
-- Not covered: rows that are attested alone (the columns `NAME__attested`), lists that need not be complete
-- (`NAME__open`), and rows with a null in them. `covered` in by_hand.py keeps the members who have none of these.
--
-- N months are completed between two dates where the first is at most the second less N months: what is taken off ends
-- on the last day of a shorter month, so from 31 January one month is completed on 1 March and not on 28 February.
-- `coalesce(..., true)`: where the request has no date, each row counts, and `dated` makes undocumented what it met.

WITH members AS (
  SELECT *,
    CASE WHEN requested_on IS NOT NULL THEN true END AS dated,
    (requested_on - INTERVAL 1 MONTH)::DATE AS a_month_ago,
    (requested_on - INTERVAL 3 MONTH)::DATE AS three_months_ago,
    (requested_on - INTERVAL 12 MONTH)::DATE AS a_year_ago,
    -- A.2 definition: the days that each course of treatment is held against.
    list_distinct(relapse) AS relapses,
    list_transform(list_filter(mri, lambda m: m.lesions <> 'none_new'), lambda m: m.date) AS progressions,
    list_concat(list_transform(worsening, lambda w: w.date),
                list_transform(list_filter(edss, lambda e: e.score > 3.5), lambda e: e.date)) AS worse_days,
    CASE WHEN worsening IS NOT NULL AND edss IS NOT NULL THEN false END AS worse_else,
    -- C.1(c): the day of the latest finding, twice; and one more where a lesion on that day was new and asymptomatic.
    list_max(list_transform(list_filter(mri, lambda m: coalesce(m.date <= requested_on, true)),
      lambda m: (m.date - DATE '1970-01-01') * 2 + (m.lesions = 'new_asymptomatic')::INT)) AS latest_mri,
    -- A.5 and EXCLUSIONS: what is given on the day of the request.
    list_transform(list_filter(treatment, lambda t:
      coalesce(t.start <= requested_on AND t."end" >= requested_on, true)), lambda t: t.drug) AS in_use,
    -- C.3, APPENDIX and EXCLUSIONS: the doses.
    len(dose) > 0 AS dosed,
    list_min(dose) AS first_dose,
    list_max(list_filter(dose, lambda d: coalesce(d <= requested_on, true))) AS last_dose
  FROM cohort
),
trials AS (
  SELECT *,
    -- A.2: each course of treatment by itself. Without the list there may be any, and none is sure.
    CASE WHEN treatment IS NULL THEN [{
        'drug': NULL,
        'long': NULL,
        'often': len(relapses) >= 2 AND NULL,
        'lesions': len(progressions) > 0 AND NULL,
        'worse': (len(worse_days) > 0 OR worse_else) AND NULL}]
      ELSE list_transform(treatment, lambda t: {
        'drug': t.drug,
        'long': t.start <= (t."end" - INTERVAL 3 MONTH)::DATE AND t.start <= three_months_ago,
        'often': len(list_filter(relapses, lambda r:
          r >= t.start AND r <= t."end" AND r > (t."end" - INTERVAL 12 MONTH)::DATE)) >= 2,
        'lesions': len(list_filter(progressions, lambda m: m >= t.start AND m <= t."end")) > 0,
        'worse': len(list_filter(worse_days, lambda w: w >= t.start AND w <= t."end")) > 0 OR worse_else})
    END AS trials,
    dated AND CASE WHEN dose IS NOT NULL THEN last_dose IS NOT NULL END AS given,
    -- APPENDIX: the tests in their interval, and those of them that are not due soon; the rest count as yearly.
    list_filter(test_done, lambda d: coalesce(d.date <= requested_on AND d.date > CASE
      WHEN d.test IN ('cbc', 'serum_creatinine', 'urinalysis') THEN a_month_ago
      WHEN d.test = 'thyroid_function' THEN three_months_ago ELSE a_year_ago END, true)) AS in_interval
  FROM members
),
responses AS (
  SELECT *,
    list_transform(trials, lambda t: {'drug': t.drug, 'met':
      t.long AND (t.often AND t.lesions OR t.often AND t.worse OR t.lesions AND t.worse)}) AS responses,
    given AND last_dose > (requested_on - INTERVAL 48 MONTH)::DATE AS given_lately,
    list_transform(in_interval, lambda d: d.test) AS tested,
    list_transform(list_filter(in_interval, lambda d: coalesce(requested_on - d.date < CASE
      WHEN d.test IN ('cbc', 'serum_creatinine', 'urinalysis') THEN 21
      WHEN d.test = 'thyroid_function' THEN 76 ELSE 335 END, true)), lambda d: d.test) AS just_tested
  FROM trials
),
drugs AS (
  SELECT *,
    list_transform(list_filter(responses, lambda r: r.met), lambda r: r.drug) AS failed,
    CASE WHEN treatment IS NULL AND responses[1].met IS NULL THEN NULL
      ELSE list_transform(list_filter(responses, lambda r: r.met IS NULL), lambda r: r.drug) END AS perhaps,
    -- APPENDIX: whether a test is in its interval.
    dated AND list_contains(tested, 'cbc') AS cbc_in_interval,
    dated AND list_contains(tested, 'serum_creatinine') AS serum_creatinine_in_interval,
    dated AND list_contains(tested, 'urinalysis') AS urinalysis_in_interval,
    dated AND list_contains(tested, 'thyroid_function') AS thyroid_function_in_interval,
    dated AND list_contains(tested, 'skin_exam') AS skin_exam_in_interval,
    dated AND list_contains(tested, 'hpv_screening') AS hpv_screening_in_interval,
    dated AND list_contains(just_tested, 'cbc') AS cbc_just_done,
    dated AND list_contains(just_tested, 'serum_creatinine') AS serum_creatinine_just_done,
    dated AND list_contains(just_tested, 'urinalysis') AS urinalysis_just_done,
    dated AND list_contains(just_tested, 'thyroid_function') AS thyroid_function_just_done,
    dated AND list_contains(just_tested, 'skin_exam') AS skin_exam_just_done,
    dated AND list_contains(just_tested, 'hpv_screening') AS hpv_screening_just_done,
    -- A.5: every drug but alemtuzumab and those not listed is of a group
    dated AND len(list_filter(in_use, lambda d: d NOT IN ('alemtuzumab', 'other_drug'))) > 0 AS agent_in_use,
    -- C.1(c)
    CASE WHEN requested_on IS NULL THEN len(list_filter(mri, lambda m: m.lesions <> 'new_asymptomatic')) > 0 AND NULL
      WHEN mri IS NOT NULL THEN coalesce(latest_mri % 2 = 0
        AND latest_mri > ((requested_on - INTERVAL 6 MONTH)::DATE - DATE '1970-01-01') * 2, false)
    END AS lesions_stable,
    -- C.3
    given AND last_dose > a_year_ago AS recent_dose,
    -- PRESCRIBER
    list_has_any(consultant, ['board_certified_neurologist', 'ms_specialist']) AS specialist_consulted,
    -- APPENDIX
    len(list_filter(lab_value, lambda v: v.measure = 'dipstick_protein' AND v."value" >= 1)) > 0 AS dipstick_high,
    len(list_filter(lab_value, lambda v: v.measure = 'protein_creatinine_ratio' AND v."value" > 200
      OR v.measure = 'creatinine_rise' AND v."value" > 30)) > 0 AS kidneys_worse,
    -- BACKGROUND
    len(list_filter(immunization, lambda v: coalesce(planned_start - v.date < 42, true))) > 0
      AND CASE WHEN planned_start IS NOT NULL THEN true END AS immunization_late,
    -- EXCLUSIONS
    dated AND len(list_filter(in_use, lambda d:
      d NOT IN ('alemtuzumab', 'other_drug', 'rituximab', 'belimumab', 'ofatumumab', 'mitoxantrone'))) > 0
      AS modifier_in_use,
    dated AND dosed AND len(list_filter(immunization, lambda v: v.vaccine = 'live_viral'
      AND coalesce(v.date <= requested_on, true) AND coalesce(v.date > first_dose, true))) > 0
      AS live_vaccine_after_course
  FROM responses
)
