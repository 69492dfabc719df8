-- The policy kb/policies/lemtrada.pl by hand: every status of every member of the view `cohort`, under its default
-- readings. The statuses are columns, named as in the lowered policy; `eligible` is the verdict.
--
-- This is its second half, after what it reads in lists (by_hand_whole.sql, or by_hand_gaps.sql for any rows).
-- The three truths are those of SQL: true is met, false is not met, null is undocumented, and so is a null scalar, flag
-- or list. `x OR NULL` is met or undocumented; `x AND NULL` is undocumented or not met.

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
    -- A.5
    attested.no_other_agent AS word_on_agents,
    NOT agent_in_use AS no_agent_on_record,
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
    lesions_stable,
    -- C.2
    attested.no_intolerable_effects OR reviewer_found.no_intolerable_effects AS word_on_effects,
    NOT (adverse_effect.immune_thrombocytopenia OR adverse_effect.glomerular_nephropathy
      OR adverse_effect.thyroid_disorder OR adverse_effect.autoimmune_condition
      OR adverse_effect.severe_infusion_reaction OR adverse_effect.stroke
      OR adverse_effect.malignancy OR adverse_effect.other_toxicity) AS no_effect_on_record,
    -- C.3
    NOT recent_dose AS no_recent_dose,
    -- DURATION
    request_kind = 'initial' AND dosed OR request_kind = 'continuation' AND NOT dosed AS request_kind_doubtful,
    -- QUANTITY
    request_kind = 'initial' AND requested_vials > 5
      OR request_kind = 'continuation' AND requested_vials > 3 AS more_vials_requested,
    -- PRESCRIBER
    prescriber IN ('board_certified_neurologist', 'ms_specialist')
      OR specialist_consulted AND consultation_notes AS qualified_prescriber,
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
    given_lately AND cbc_in_interval AND NOT cbc_just_done AS due__cbc,
    given_lately AND serum_creatinine_in_interval AND NOT serum_creatinine_just_done
      AS due__serum_creatinine,
    given_lately AND urinalysis_in_interval AND NOT urinalysis_just_done
      AS due__urinalysis,
    given_lately AND thyroid_function_in_interval AND NOT thyroid_function_just_done
      AS due__thyroid_function,
    given AND skin_exam_in_interval AND NOT skin_exam_just_done AS due__skin_exam,
    given AND hpv_screening_in_interval AND NOT hpv_screening_just_done
      AS due__hpv_screening,
    dipstick_high AS assess_protein_ratio,
    kidneys_worse OR unexplained_hematuria AS evaluate_nephropathy,
    -- BACKGROUND
    immunization_late,
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
    NOT modifier_in_use AS no_concurrent_therapy,
    request_kind = 'initial' OR request_kind = 'continuation' AND NOT live_vaccine_after_course AS no_live_vaccine,
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
