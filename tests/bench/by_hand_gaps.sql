-- What the policy kb/policies/lemtrada.pl reads in lists, by hand, whatever rows there are: the first half of the
-- statement that by_hand.sql ends. A row may be attested alone (the columns `NAME__attested`), or have a null in it.
-- Not covered: lists that need not be complete (`NAME__open`), and what two courses of treatment, of which different
-- dates are missing, could be taken for together: each is judged by itself.
--
-- What a row says is a truth: `list_contains(truths, true) OR len(truths) > list_count(truths) AND NULL` is met where
-- one is true, and else undocumented where one is null. Of two lists of days one has the sure ones and the other those
-- that may be as well. Months are completed as in by_hand_whole.sql.

WITH members AS (
  SELECT *,
    (requested_on - INTERVAL 1 MONTH)::DATE AS a_month_ago,
    (requested_on - INTERVAL 3 MONTH)::DATE AS three_months_ago,
    (requested_on - INTERVAL 6 MONTH)::DATE AS half_a_year_ago,
    (requested_on - INTERVAL 12 MONTH)::DATE AS a_year_ago,
    -- A.2 definition: the days that each course of treatment is held against, the sure ones and those that may be.
    list_distinct(relapse) AS relapses,
    list_distinct(list_concat(relapse, relapse__attested)) AS may_relapses,
    len(list_filter(list_concat(relapse, relapse__attested), lambda r: r IS NULL)) AS undated_relapses,
    list_transform(list_filter(mri, lambda m: m.lesions <> 'none_new'), lambda m: m.date) AS progressions,
    list_transform(list_filter(list_concat(mri, mri__attested), lambda m: coalesce(m.lesions <> 'none_new', true)),
      lambda m: m.date) AS may_progressions,
    list_concat(list_transform(worsening, lambda w: w.date),
      list_transform(list_filter(edss, lambda e: e.score > 3.5), lambda e: e.date)) AS worse_days,
    list_concat(list_transform(list_concat(worsening, worsening__attested), lambda w: w.date),
      list_transform(list_filter(list_concat(edss, edss__attested), lambda e: coalesce(e.score > 3.5, true)),
        lambda e: e.date)) AS may_worse_days,
    -- Without the list there may be any course of treatment, and none is sure.
    list_concat(
      CASE WHEN treatment IS NULL THEN [{'drug': NULL, 'start': NULL, 'last': NULL, 'sure': NULL::BOOLEAN}]
        ELSE list_transform(treatment, lambda t: {'drug': t.drug, 'start': t.start, 'last': t."end", 'sure': true}) END,
      list_transform(treatment__attested,
        lambda t: {'drug': t.drug, 'start': t.start, 'last': t."end", 'sure': NULL::BOOLEAN})) AS treatments,
    -- C.1(c): the findings that may say that the lesions are stable, and those that may say that they are not.
    list_filter(list_concat(list_transform(mri, lambda m: {'date': m.date, 'lesions': m.lesions, 'sure': true}),
        list_transform(mri__attested, lambda m: {'date': m.date, 'lesions': m.lesions, 'sure': NULL::BOOLEAN})),
      lambda m: coalesce(m.date <= requested_on, true)) AS findings,
    -- C.3, APPENDIX and EXCLUSIONS: the doses.
    len(dose) > 0 AS dosed,
    list_min(dose) AS first_dose,
    list_transform(dose, lambda d: d <= requested_on) AS doses_given,
    -- APPENDIX: the days of tests of which it is not known which they are.
    list_transform(list_filter(test_done, lambda d: d.test IS NULL), lambda d: d.date) AS some_tests
  FROM cohort
),
trials AS (
  SELECT *,
    -- A.2: each course of treatment by itself.
    list_transform(treatments, lambda t: {
      'drug': t.drug,
      'long': t.sure AND t.start <= (t.last - INTERVAL 3 MONTH)::DATE AND t.start <= three_months_ago,
      'often': t.sure AND (len(list_filter(relapses, lambda r:
          r >= t.start AND r <= t.last AND r > (t.last - INTERVAL 12 MONTH)::DATE)) >= 2
        OR (relapse IS NULL OR undated_relapses + len(list_filter(may_relapses, lambda r: coalesce(
          r >= t.start AND r <= t.last AND r > (t.last - INTERVAL 12 MONTH)::DATE, true))) >= 2) AND NULL),
      'lesions': t.sure AND (len(list_filter(progressions, lambda m: m >= t.start AND m <= t.last)) > 0
        OR (mri IS NULL
          OR len(list_filter(may_progressions, lambda m: coalesce(m >= t.start AND m <= t.last, true))) > 0) AND NULL),
      'worse': t.sure AND (len(list_filter(worse_days, lambda w: w >= t.start AND w <= t.last)) > 0
        OR (worsening IS NULL OR edss IS NULL
          OR len(list_filter(may_worse_days, lambda w: coalesce(w >= t.start AND w <= t.last, true))) > 0) AND NULL)
    }) AS trials,
    -- A.5 and EXCLUSIONS: what is given on the day of the request.
    list_transform(treatments, lambda t:
      {'drug': t.drug, 'given': t.sure AND t.start <= requested_on AND t.last >= requested_on}) AS in_use,
    list_filter(findings, lambda m: coalesce(m.lesions = 'new_asymptomatic', true)) AS worse_findings,
    list_contains(doses_given, true) OR len(doses_given) > list_count(doses_given) AND NULL AS given,
    list_transform(dose, lambda d: d <= requested_on AND d > (requested_on - INTERVAL 48 MONTH)::DATE) AS doses_lately,
    list_transform(dose, lambda d: d <= requested_on AND d > a_year_ago) AS doses_of_a_year,
    -- APPENDIX: the tests in their interval, and those of them that are not due soon.
    list_filter(test_done, lambda d: d.date <= requested_on AND d.date > CASE
      WHEN d.test IN ('cbc', 'serum_creatinine', 'urinalysis') THEN a_month_ago
      WHEN d.test = 'thyroid_function' THEN three_months_ago ELSE a_year_ago END) AS in_interval,
    list_filter(test_done, lambda d: coalesce(d.date <= requested_on AND d.date > CASE
      WHEN d.test IN ('cbc', 'serum_creatinine', 'urinalysis') THEN a_month_ago
      WHEN d.test = 'thyroid_function' THEN three_months_ago ELSE a_year_ago END, true)) AS may_interval,
    list_transform(consultant, lambda c: c IN ('board_certified_neurologist', 'ms_specialist')) AS specialists,
    list_transform(lab_value, lambda v: v.measure = 'dipstick_protein' AND v."value" >= 1) AS dipsticks,
    list_transform(lab_value, lambda v: v.measure = 'protein_creatinine_ratio' AND v."value" > 200
      OR v.measure = 'creatinine_rise' AND v."value" > 30) AS kidney_values,
    list_transform(immunization, lambda v: planned_start - v.date < 42) AS late_immunizations,
    list_transform(immunization, lambda v: v.vaccine = 'live_viral' AND v.date <= requested_on
      AND (v.date > first_dose OR CASE WHEN len(dose) = list_count(dose) THEN false END)) AS live_vaccines
  FROM members
),
responses AS (
  SELECT *,
    list_transform(trials, lambda t: {'drug': t.drug, 'met':
      t.long AND (t.often AND t.lesions OR t.often AND t.worse OR t.lesions AND t.worse)}) AS responses,
    list_transform(in_use, lambda t: t.given AND t.drug NOT IN ('alemtuzumab', 'other_drug')) AS agents,
    list_transform(in_use, lambda t: t.given AND t.drug NOT IN (
      'alemtuzumab', 'other_drug', 'rituximab', 'belimumab', 'ofatumumab', 'mitoxantrone')) AS modifiers,
    list_transform(findings, lambda m: m.sure AND m.date <= requested_on AND m.date > half_a_year_ago
      AND m.lesions <> 'new_asymptomatic' AND NOT (
        len(list_filter(worse_findings, lambda w:
          w.sure AND w.lesions = 'new_asymptomatic' AND w.date <= requested_on AND w.date >= m.date)) > 0
        OR len(list_filter(worse_findings, lambda w: coalesce(w.date >= m.date, true))) > 0 AND NULL)) AS stable,
    list_contains(doses_lately, true) OR len(doses_lately) > list_count(doses_lately) AND NULL AS given_lately,
    list_transform(in_interval, lambda d: d.test) AS tested,
    list_transform(may_interval, lambda d: d.test) AS may_tested,
    list_transform(list_filter(in_interval, lambda d: requested_on - d.date < CASE
      WHEN d.test IN ('cbc', 'serum_creatinine', 'urinalysis') THEN 21
      WHEN d.test = 'thyroid_function' THEN 76 ELSE 335 END), lambda d: d.test) AS just_tested,
    list_transform(list_filter(may_interval, lambda d: coalesce(requested_on - d.date < CASE
      WHEN d.test IN ('cbc', 'serum_creatinine', 'urinalysis') THEN 21
      WHEN d.test = 'thyroid_function' THEN 76 ELSE 335 END, true)), lambda d: d.test) AS may_just_tested,
    len(list_filter(some_tests, lambda d: coalesce(d <= requested_on AND d > a_month_ago, true))) > 0
      AS some_of_a_month,
    len(list_filter(some_tests, lambda d: coalesce(d <= requested_on AND d > three_months_ago, true))) > 0
      AS some_of_three_months,
    len(list_filter(some_tests, lambda d: coalesce(d <= requested_on AND d > a_year_ago, true))) > 0 AS some_of_a_year,
    len(list_filter(some_tests, lambda d: coalesce(d <= requested_on AND requested_on - d < 21, true))) > 0
      AS some_of_21_days,
    len(list_filter(some_tests, lambda d: coalesce(d <= requested_on AND requested_on - d < 76, true))) > 0
      AS some_of_76_days,
    len(list_filter(some_tests, lambda d: coalesce(d <= requested_on AND requested_on - d < 335, true))) > 0
      AS some_of_335_days
  FROM trials
),
drugs AS (
  SELECT *,
    list_transform(list_filter(responses, lambda r: r.met), lambda r: r.drug) AS failed,
    CASE WHEN len(list_filter(responses, lambda r: r.drug IS NULL AND r.met IS NOT false)) = 0
      THEN list_transform(list_filter(responses, lambda r: r.met IS NULL), lambda r: r.drug) END AS perhaps,
    -- APPENDIX: whether a test is in its interval, and whether it is not due soon.
    list_contains(tested, 'cbc')
      OR (list_contains(may_tested, 'cbc') OR some_of_a_month) AND NULL AS cbc_in_interval,
    list_contains(just_tested, 'cbc')
      OR (list_contains(may_just_tested, 'cbc') OR some_of_21_days) AND NULL AS cbc_just_done,
    list_contains(tested, 'serum_creatinine')
      OR (list_contains(may_tested, 'serum_creatinine') OR some_of_a_month) AND NULL AS serum_creatinine_in_interval,
    list_contains(just_tested, 'serum_creatinine')
      OR (list_contains(may_just_tested, 'serum_creatinine') OR some_of_21_days) AND NULL AS serum_creatinine_just_done,
    list_contains(tested, 'urinalysis')
      OR (list_contains(may_tested, 'urinalysis') OR some_of_a_month) AND NULL AS urinalysis_in_interval,
    list_contains(just_tested, 'urinalysis')
      OR (list_contains(may_just_tested, 'urinalysis') OR some_of_21_days) AND NULL AS urinalysis_just_done,
    list_contains(tested, 'thyroid_function')
      OR (list_contains(may_tested, 'thyroid_function') OR some_of_three_months) AND NULL
      AS thyroid_function_in_interval,
    list_contains(just_tested, 'thyroid_function')
      OR (list_contains(may_just_tested, 'thyroid_function') OR some_of_76_days) AND NULL AS thyroid_function_just_done,
    list_contains(tested, 'skin_exam')
      OR (list_contains(may_tested, 'skin_exam') OR some_of_a_year) AND NULL AS skin_exam_in_interval,
    list_contains(just_tested, 'skin_exam')
      OR (list_contains(may_just_tested, 'skin_exam') OR some_of_335_days) AND NULL AS skin_exam_just_done,
    list_contains(tested, 'hpv_screening')
      OR (list_contains(may_tested, 'hpv_screening') OR some_of_a_year) AND NULL AS hpv_screening_in_interval,
    list_contains(just_tested, 'hpv_screening')
      OR (list_contains(may_just_tested, 'hpv_screening') OR some_of_335_days) AND NULL AS hpv_screening_just_done,
    -- A.5: every drug but alemtuzumab and those not listed is of a group
    list_contains(agents, true) OR len(agents) > list_count(agents) AND NULL AS agent_in_use,
    -- C.1(c)
    list_contains(stable, true) OR (mri IS NULL OR len(stable) > list_count(stable)) AND NULL AS lesions_stable,
    -- C.3
    list_contains(doses_of_a_year, true) OR len(doses_of_a_year) > list_count(doses_of_a_year) AND NULL AS recent_dose,
    -- PRESCRIBER
    list_contains(specialists, true) OR len(specialists) > list_count(specialists) AND NULL AS specialist_consulted,
    -- APPENDIX
    list_contains(dipsticks, true) OR len(dipsticks) > list_count(dipsticks) AND NULL AS dipstick_high,
    list_contains(kidney_values, true) OR len(kidney_values) > list_count(kidney_values) AND NULL AS kidneys_worse,
    -- BACKGROUND
    list_contains(late_immunizations, true) OR len(late_immunizations) > list_count(late_immunizations) AND NULL
      AS immunization_late,
    -- EXCLUSIONS
    list_contains(modifiers, true) OR len(modifiers) > list_count(modifiers) AND NULL AS modifier_in_use,
    dosed AND (list_contains(live_vaccines, true) OR len(live_vaccines) > list_count(live_vaccines) AND NULL)
      AS live_vaccine_after_course
  FROM responses
)
