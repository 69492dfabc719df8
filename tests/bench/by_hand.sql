-- The policy kb/policies/lemtrada.pl by hand: every status of every member of the view `cohort`, under its default
-- readings. The statuses are columns, named as in the lowered policy; `eligible` is the verdict.
--
-- The three truths are those of SQL: true is met, false is not met, null is undocumented, and so is a null scalar, flag
-- or list. `x OR NULL` is met or undocumented; `x AND NULL` is undocumented or not met.
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
    dated AND list_contains(tested, 'hpv_screening') AS hpv_screening_in_interval
  FROM responses
),
statuses AS (
  SELECT "case", request_kind,
    -- BENEFIT
    benefit AS benefit_covered,
    -- DIAGNOSIS
    diagnosis = 'rrms' OR diagnosis = 'spms'
      AND (spms_activity.relapses OR spms_activity.mri_activity) AS relapsing_form,
    -- A.1
    diagnosis = 'rrms' OR diagnosis = 'spms' AND spms_activity.relapses AS definitive_diagnosis,
    -- REQUIRED INFORMATION
    label_updated <= requested_on AND requested_on - label_updated <= 180 AS review_by_new_label,
    -- A.2 definition; `perhaps` is null where it may be any drug
    list_contains(failed, 'avonex') OR list_contains(perhaps, 'avonex') AND NULL AS inadequate_response__avonex,
    list_contains(failed, 'rebif') OR list_contains(perhaps, 'rebif') AND NULL AS inadequate_response__rebif,
    list_contains(failed, 'extavia') OR list_contains(perhaps, 'extavia') AND NULL AS inadequate_response__extavia,
    list_contains(failed, 'betaseron') OR list_contains(perhaps, 'betaseron') AND NULL
      AS inadequate_response__betaseron,
    list_contains(failed, 'plegridy') OR list_contains(perhaps, 'plegridy') AND NULL AS inadequate_response__plegridy,
    list_contains(failed, 'glatiramer') OR list_contains(perhaps, 'glatiramer') AND NULL
      AS inadequate_response__glatiramer,
    list_contains(failed, 'teriflunomide') OR list_contains(perhaps, 'teriflunomide') AND NULL
      AS inadequate_response__teriflunomide,
    list_contains(failed, 'dimethyl_fumarate') OR list_contains(perhaps, 'dimethyl_fumarate') AND NULL
      AS inadequate_response__dimethyl_fumarate,
    list_contains(failed, 'natalizumab') OR list_contains(perhaps, 'natalizumab') AND NULL
      AS inadequate_response__natalizumab,
    list_contains(failed, 'ocrelizumab') OR list_contains(perhaps, 'ocrelizumab') AND NULL
      AS inadequate_response__ocrelizumab,
    list_contains(failed, 'fingolimod') OR list_contains(perhaps, 'fingolimod') AND NULL
      AS inadequate_response__fingolimod,
    list_contains(failed, 'diroximel_fumarate') OR list_contains(perhaps, 'diroximel_fumarate') AND NULL
      AS inadequate_response__diroximel_fumarate,
    list_contains(failed, 'monomethyl_fumarate') OR list_contains(perhaps, 'monomethyl_fumarate') AND NULL
      AS inadequate_response__monomethyl_fumarate,
    list_contains(failed, 'siponimod') OR list_contains(perhaps, 'siponimod') AND NULL
      AS inadequate_response__siponimod,
    list_contains(failed, 'ozanimod') OR list_contains(perhaps, 'ozanimod') AND NULL AS inadequate_response__ozanimod,
    list_contains(failed, 'ponesimod') OR list_contains(perhaps, 'ponesimod') AND NULL
      AS inadequate_response__ponesimod,
    list_contains(failed, 'cladribine') OR list_contains(perhaps, 'cladribine') AND NULL
      AS inadequate_response__cladribine,
    list_contains(failed, 'ofatumumab') OR list_contains(perhaps, 'ofatumumab') AND NULL
      AS inadequate_response__ofatumumab,
    list_contains(failed, 'ublituximab') OR list_contains(perhaps, 'ublituximab') AND NULL
      AS inadequate_response__ublituximab,
    list_contains(failed, 'mitoxantrone') OR list_contains(perhaps, 'mitoxantrone') AND NULL
      AS inadequate_response__mitoxantrone,
    list_contains(failed, 'rituximab') OR list_contains(perhaps, 'rituximab') AND NULL
      AS inadequate_response__rituximab,
    list_contains(failed, 'belimumab') OR list_contains(perhaps, 'belimumab') AND NULL
      AS inadequate_response__belimumab,
    list_contains(failed, 'alemtuzumab') OR list_contains(perhaps, 'alemtuzumab') AND NULL
      AS inadequate_response__alemtuzumab,
    list_contains(failed, 'other_drug') OR list_contains(perhaps, 'other_drug') AND NULL
      AS inadequate_response__other_drug,
    -- A.2 and A.2 definition, of any course of treatment
    len(list_filter(trials, lambda t: t.long)) > 0
      OR len(list_filter(trials, lambda t: t.long IS NULL)) > 0 AND NULL AS long_trial,
    len(list_filter(trials, lambda t: t.often)) > 0
      OR len(list_filter(trials, lambda t: t.often IS NULL)) > 0 AND NULL AS relapses_on_drug,
    len(list_filter(trials, lambda t: t.lesions)) > 0
      OR len(list_filter(trials, lambda t: t.lesions IS NULL)) > 0 AND NULL AS lesions_on_drug,
    len(list_filter(trials, lambda t: t.worse)) > 0
      OR len(list_filter(trials, lambda t: t.worse IS NULL)) > 0 AND NULL AS disability_on_drug,
    -- A.3
    baseline.thyroid_function AS baseline_done__thyroid_function,
    baseline.cbc AS baseline_done__cbc,
    baseline.serum_creatinine AS baseline_done__serum_creatinine,
    baseline.serum_transaminases AS baseline_done__serum_transaminases,
    baseline.total_bilirubin AS baseline_done__total_bilirubin,
    baseline.urinalysis AS baseline_done__urinalysis,
    baseline.protein_creatinine_ratio AS baseline_done__protein_creatinine_ratio,
    baseline.tuberculosis_screen AS baseline_done__tuberculosis_screen,
    baseline.skin_exam AS baseline_done__skin_exam,
    -- A.4, C.4
    attested.periodic_testing AS testing_attested,
    attested.periodic_testing AS testing_kept,
    -- A.5: every drug but alemtuzumab and those not listed is of a group
    attested.no_other_agent AS word_on_agents,
    NOT (dated AND len(list_filter(in_use, lambda d:
      d NOT IN ('alemtuzumab', 'other_drug'))) > 0) AS no_agent_on_record,
    -- A.6
    attested.no_open_contraindication OR reviewer_found.no_open_contraindication AS word_on_contraindications,
    NOT contraindication.hypersensitivity OR contraindication.hypersensitivity
      AND contraindication_addressed.hypersensitivity AS contraindication_settled__hypersensitivity,
    NOT contraindication.hiv OR contraindication.hiv
      AND contraindication_addressed.hiv AS contraindication_settled__hiv,
    -- malignancy is not labelled: it cannot be settled by its absence
    contraindication.malignancy AND contraindication_addressed.malignancy AS contraindication_settled__malignancy,
    NOT (infection.controlled OR infection.uncontrolled)
      OR (infection.controlled OR infection.uncontrolled) AND infection_addressed AS infection_settled,
    -- C.1(a)
    attacks_last_6_months = 0 OR attacks_last_6_months <= attacks_6_months_before AS attacks_stable,
    -- C.1(b)
    NOT disability_course.progressed AS disability_stable,
    -- C.1(c)
    CASE WHEN requested_on IS NULL THEN len(list_filter(mri, lambda m: m.lesions <> 'new_asymptomatic')) > 0 AND NULL
      WHEN mri IS NOT NULL THEN coalesce(latest_mri % 2 = 0
        AND latest_mri > ((requested_on - INTERVAL 6 MONTH)::DATE - DATE '1970-01-01') * 2, false)
    END AS lesions_stable,
    -- C.2
    attested.no_intolerable_effects OR reviewer_found.no_intolerable_effects AS word_on_effects,
    NOT (adverse_effect.immune_thrombocytopenia OR adverse_effect.glomerular_nephropathy
      OR adverse_effect.thyroid_disorder OR adverse_effect.autoimmune_condition
      OR adverse_effect.severe_infusion_reaction OR adverse_effect.stroke
      OR adverse_effect.malignancy OR adverse_effect.other_toxicity) AS no_effect_on_record,
    -- C.3
    NOT (given AND last_dose > a_year_ago) AS no_recent_dose,
    -- DURATION
    request_kind = 'initial' AND dosed OR request_kind = 'continuation' AND NOT dosed AS request_kind_doubtful,
    -- QUANTITY
    request_kind = 'initial' AND requested_vials > 5
      OR request_kind = 'continuation' AND requested_vials > 3 AS more_vials_requested,
    -- PRESCRIBER
    prescriber IN ('board_certified_neurologist', 'ms_specialist')
      OR list_has_any(consultant, ['board_certified_neurologist', 'ms_specialist'])
        AND consultation_notes AS qualified_prescriber,
    -- AGE
    birth_date <= (requested_on - INTERVAL 17 YEAR)::DATE AS old_enough,
    -- PLACE
    place_of_service = 'hospital_outpatient' AS hospital_setting__hospital_outpatient,
    place_of_service = 'hospital_inpatient' AS hospital_setting__hospital_inpatient,
    -- ROUTE
    route = 'intravenous' AS intravenous_route,
    -- FDA USES
    diagnosis = 'cis' AS limitation_of_use,
    -- APPENDIX
    given_lately AND NOT cbc_in_interval AS overdue__cbc,
    given_lately AND NOT serum_creatinine_in_interval AS overdue__serum_creatinine,
    given_lately AND NOT urinalysis_in_interval AS overdue__urinalysis,
    given_lately AND NOT thyroid_function_in_interval AS overdue__thyroid_function,
    given AND NOT skin_exam_in_interval AS overdue__skin_exam,
    given AND NOT hpv_screening_in_interval AS overdue__hpv_screening,
    given_lately AND cbc_in_interval AND NOT (dated AND list_contains(just_tested, 'cbc')) AS due__cbc,
    given_lately AND serum_creatinine_in_interval AND NOT (dated AND list_contains(just_tested, 'serum_creatinine'))
      AS due__serum_creatinine,
    given_lately AND urinalysis_in_interval AND NOT (dated AND list_contains(just_tested, 'urinalysis'))
      AS due__urinalysis,
    given_lately AND thyroid_function_in_interval AND NOT (dated AND list_contains(just_tested, 'thyroid_function'))
      AS due__thyroid_function,
    given AND skin_exam_in_interval AND NOT (dated AND list_contains(just_tested, 'skin_exam')) AS due__skin_exam,
    given AND hpv_screening_in_interval AND NOT (dated AND list_contains(just_tested, 'hpv_screening'))
      AS due__hpv_screening,
    len(list_filter(lab_value, lambda v:
      v.measure = 'dipstick_protein' AND v."value" >= 1)) > 0 AS assess_protein_ratio,
    len(list_filter(lab_value, lambda v: v.measure = 'protein_creatinine_ratio' AND v."value" > 200
      OR v.measure = 'creatinine_rise' AND v."value" > 30)) > 0 OR unexplained_hematuria AS evaluate_nephropathy,
    -- BACKGROUND
    len(list_filter(immunization, lambda v: coalesce(planned_start - v.date < 42, true))) > 0
      AND CASE WHEN planned_start IS NOT NULL THEN true END AS immunization_late,
    -- REMS
    NOT rems.prescriber AS rems_missing__prescriber,
    NOT rems.patient AS rems_missing__patient,
    NOT rems.pharmacy AS rems_missing__pharmacy,
    NOT rems.facility AS rems_missing__facility,
    NOT rems.equipment AS rems_missing__equipment,
    -- EXCLUSIONS
    diagnosis IN ('rrms', 'spms', 'cis', 'ppms', 'prms', 'suspected_ms') AS use_for_ms,
    -- what A.6 accepts stands, and it is the use that is excluded for a cancer, not the member
    contraindication_settled__hypersensitivity AS not_excluded__hypersensitivity,
    contraindication_settled__hiv AS not_excluded__hiv,
    true AS not_excluded__malignancy,
    NOT infection.uncontrolled OR infection.uncontrolled AND infection_addressed AS no_uncontrolled_infection,
    NOT (dated AND len(list_filter(in_use, lambda d:
      d NOT IN ('alemtuzumab', 'other_drug', 'rituximab', 'belimumab', 'ofatumumab', 'mitoxantrone'))) > 0)
      AS no_concurrent_therapy,
    request_kind = 'initial' OR request_kind = 'continuation'
      AND NOT (dated AND dosed AND len(list_filter(immunization, lambda v: v.vaccine = 'live_viral'
        AND coalesce(v.date <= requested_on, true) AND coalesce(v.date > first_dose, true))) > 0) AS no_live_vaccine,
    diagnosis = 'cis' AS off_label_policy__cis,
    diagnosis = 'ppms' AS off_label_policy__ppms,
    diagnosis = 'prms' AS off_label_policy__prms,
    diagnosis = 'suspected_ms' AS off_label_policy__suspected_ms,
    diagnosis = 'transplant_induction' AS off_label_policy__transplant_induction,
    diagnosis = 'b_cell_cll' AS off_label_policy__b_cell_cll,
    diagnosis = 'other_cancer' AS off_label_policy__other_cancer,
    diagnosis = 'other_condition' AS off_label_policy__other_condition,
    -- SPECIAL CONSIDERATIONS
    request_kind IS NOT NULL OR NULL AS boxed_warning
  FROM drugs
),
sections AS (
  SELECT *,
    -- A.2(a), A.2(b)
    inadequate_response__avonex OR inadequate_response__rebif OR inadequate_response__extavia
      OR inadequate_response__betaseron OR inadequate_response__plegridy OR inadequate_response__glatiramer
      OR inadequate_response__teriflunomide OR inadequate_response__dimethyl_fumarate AS step_a,
    inadequate_response__natalizumab OR inadequate_response__ocrelizumab
      OR inadequate_response__fingolimod AS step_b,
    -- A.3
    baseline_done__thyroid_function AND baseline_done__cbc AND baseline_done__serum_creatinine
      AND baseline_done__serum_transaminases AND baseline_done__total_bilirubin AND baseline_done__urinalysis
      AND baseline_done__protein_creatinine_ratio AND baseline_done__tuberculosis_screen
      AND baseline_done__skin_exam AS baseline_complete,
    -- A.5
    word_on_agents AND no_agent_on_record AS no_other_agent,
    -- A.6
    word_on_contraindications AND contraindication_settled__hypersensitivity AND contraindication_settled__hiv
      AND infection_settled AS no_open_contraindication,
    -- C.1
    attacks_stable OR disability_stable OR lesions_stable AS positive_response,
    -- C.2
    word_on_effects AND no_effect_on_record AS tolerated,
    -- EXCLUSIONS
    use_for_ms AND not_excluded__hypersensitivity AND not_excluded__hiv AND not_excluded__malignancy
      AND no_uncontrolled_infection AND no_concurrent_therapy AND no_live_vaccine AS no_exclusion
  FROM statuses
),
verdict AS (
  SELECT *, step_a AND step_b AS inadequate_steps,
    benefit_covered AND relapsing_form AND qualified_prescriber AND old_enough AND intravenous_route AND no_exclusion
      AND (request_kind = 'initial' AND definitive_diagnosis AND step_a AND step_b AND baseline_complete
          AND testing_attested AND no_other_agent AND no_open_contraindication
        OR request_kind = 'continuation' AND positive_response AND tolerated AND no_recent_dose
          AND testing_kept) AS eligible
  FROM sections
)
SELECT * EXCLUDE (request_kind, word_on_agents, word_on_contraindications, word_on_effects),
  -- DURATION, QUANTITY, CODING, DOSAGE FORM: where the kind of request is undocumented, `eligible` is not met or null
  eligible AND request_kind = 'initial' AS doses__5,
  eligible AND request_kind = 'continuation' AS doses__3,
  eligible AND request_kind = 'initial' AS consecutive_days__5,
  eligible AND request_kind = 'continuation' AS consecutive_days__3,
  eligible AND request_kind = 'initial' AS frequency__one_course,
  eligible AND request_kind = 'continuation' AS frequency__yearly_course,
  eligible AND request_kind = 'initial' AS vials__5,
  eligible AND request_kind = 'continuation' AS vials__3,
  eligible AND request_kind = 'initial' AS billing_units__60,
  eligible AND request_kind = 'continuation' AS billing_units__36,
  eligible AS hcpcs_code__j0202,
  eligible AS dosage_form__solution_12_mg_in_1_2_ml_single_dose_vial
FROM verdict
