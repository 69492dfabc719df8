% Lemtrada (alemtuzumab): the coverage policy, section by section.
% The document is its owner's; what follows says in other words what it asks for.
% A clause that starts with `reading(...)` or `request_kind(...)` applies only where that holds.

:- policy(lemtrada, [
    title("Lemtrada (alemtuzumab)"),
    payer("Molina Healthcare"),
    % The document carries the year alone.
    edition('2024'),
    effective('2024-01-01'),
    hcpcs('J0202'),
    root(eligible),
    request_date(requested_on),
    section('BENEFIT', "Benefit eligibility"),
    section('DOCUMENTATION', "Documentation requirements"),
    section('DIAGNOSIS', "Diagnosis"),
    section('REQUIRED INFORMATION', "Required medical information"),
    section('A.1', "Definitive diagnosis"),
    section('A.2', "Inadequate response to both steps"),
    section('A.2(a)', "First step of earlier therapy"),
    section('A.2(b)', "Second step of earlier therapy"),
    section('A.2 definition', "What an inadequate response is"),
    section('A.3', "Baseline tests"),
    section('A.4', "Periodic testing during treatment"),
    section('A.5', "No other agent at the same time"),
    section('A.6', "Labelled contraindications"),
    section('C.1', "Positive clinical response or stable disease"),
    section('C.1(a)', "Relapses stable or fewer"),
    section('C.1(b)', "Disability"),
    section('C.1(c)', "Recent MRI"),
    section('C.2', "Adverse effects and toxicity"),
    section('C.3', "Interval between courses"),
    section('C.4', "Periodic testing and examinations"),
    section('DURATION', "Duration of approval"),
    section('PRESCRIBER', "Prescriber requirements"),
    section('AGE', "Age restrictions"),
    section('QUANTITY', "Quantity"),
    section('PLACE', "Place of administration"),
    section('ROUTE', "Route of administration"),
    section('DRUG CLASS', "Drug class"),
    section('FDA USES', "FDA-approved uses"),
    section('COMPENDIAL', "Compendial off-label uses"),
    section('APPENDIX', "Monitoring and laboratory tests"),
    section('BACKGROUND', "Background"),
    section('REMS', "Lemtrada REMS program"),
    section('EXCLUSIONS', "Contraindications, exclusions, discontinuation"),
    section('SPECIAL CONSIDERATIONS', "Other special considerations"),
    section('CODING', "Coding and billing"),
    section('DOSAGE FORM', "Available dosage forms")
]).


% ---------------------------------------------------------------------------
% The request

:- type(kind, [initial: "initial course", continuation: "continuation course"]).
:- type(route, [
    intravenous: "intravenous infusion",
    subcutaneous: "subcutaneous injection",
    intramuscular: "intramuscular injection",
    other_route: "another route"
]).
:- type(place, [
    infusion_center: "free-standing infusion center",
    physician_office: "physician's office",
    home: "the member's home",
    hospital_outpatient: "hospital outpatient department",
    hospital_inpatient: "hospital inpatient stay"
]).
:- type(specialty, [
    board_certified_neurologist: "board-certified neurologist",
    ms_specialist: "specialist in multiple sclerosis",
    neurologist_not_certified: "neurologist without board certification",
    other_specialty: "another specialty"
]).

:- input(requested_on(P: case, Date: date), one,
    "On which date was the request received?",
    [says("requested on {Date}"), noun("date of the request"), change(time)]).
:- input(request_kind(P: case, Kind: kind), one,
    "Is this a request for the initial course, or for a continuation course?",
    [says("request for {Kind}"), noun("kind of request"), change(never)]).
:- input(benefit(P: case), one,
    "Does the member's benefit plan cover this drug?",
    [says("the benefit plan covers the drug"), noun("benefit"), change(never)]).
:- input(birth_date(P: case, Date: date), one,
    "When was the member born?",
    [says("born on {Date}"), noun("date of birth"), personal, change(never)]).
:- input(prescriber(P: case, Specialty: specialty), one,
    "What is the prescriber's specialty?",
    [says("prescribed by a {Specialty}"), noun("prescriber"), change(act)]).
:- input(consultant(P: case, Specialty: specialty), many,
    "Which specialists were consulted about this request? (an empty list: none)",
    [says("in consultation with a {Specialty}"), noun("consultation"), change(act)]).
:- input(consultation_notes(P: case), one,
    "Were the consultation notes submitted with this request?",
    [says("consultation notes submitted"), noun("consultation notes"), document, change(document)]).
:- input(route(P: case, Route: route), one,
    "By which route will the drug be given?",
    [says("given by {Route}"), noun("route"), change(act)]).
:- input(place_of_service(P: case, Place: place), one,
    "Where will the drug be given?",
    [says("given at: {Place}"), noun("place of service"), change(act)]).
:- input(planned_start(P: case, Date: date), one,
    "On which date is the first infusion of the requested course planned?",
    [says("first infusion planned on {Date}"), noun("planned first infusion"), change(act)]).
:- input(requested_vials(P: case, Count: integer), one,
    "How many 12-mg vials were requested?",
    [says("vials requested: {Count}"), noun("requested vials"), change(act)]).
:- input(label_updated(P: case, Date: date), one,
    "When did the drug's FDA label last change?",
    [says("label last changed on {Date}"), noun("date of the FDA label"), change(time)]).

% Words of the prescriber, and findings of the clinical reviewer. For these no document is asked.

:- type(statement, [
    periodic_testing: "will carry out periodic testing and examinations as the FDA label asks",
    no_other_agent: "the member is not on another disease modifying agent, B cell targeted therapy or lymphocyte trafficking blocker",
    other_agents_stop: "every other agent will be stopped before the first infusion",
    no_open_contraindication: "no labelled contraindication is left unaddressed",
    no_intolerable_effects: "no intolerable adverse effect or drug toxicity"
]).
:- type(finding, [
    no_open_contraindication: "no labelled contraindication is left unaddressed",
    no_intolerable_effects: "no intolerable adverse effect or drug toxicity"
]).

:- input(attested(P: case, Statement: statement), flags,
    "What does the prescriber attest?",
    [says("prescriber attests: {Statement}"), noun("attestation"), change(act)]).
:- input(reviewer_found(P: case, Finding: finding), flags,
    "What has the clinical reviewer found?",
    [says("reviewer found: {Finding}"), noun("reviewer's finding"), change(act)]).

:- reading(attestation, with_record, [alone],
    "A.5, A.6 and C.2 ask for the prescriber's word (A.6 and C.2 also accept the reviewer's finding), and do not say whether the word stands when the record says otherwise. Default: the record must bear it out, because the payer reserves the right to ask for records and to act when they do not support the decision; an item on which the record is silent then pends the request and never refuses it. Alternative: the word stands alone.").


% ---------------------------------------------------------------------------
% Verdict: every section that bears on coverage, for each kind of request

:- criterion(eligible/1, 'BENEFIT', "coverage of alemtuzumab under the policy").

eligible(P) :-
    request_kind(P, initial),
    benefit_covered(P),
    relapsing_form(P),
    definitive_diagnosis(P),
    inadequate_steps(P),
    baseline_complete(P),
    testing_attested(P),
    no_other_agent(P),
    no_open_contraindication(P),
    qualified_prescriber(P),
    old_enough(P),
    intravenous_route(P),
    no_exclusion(P).
eligible(P) :-
    request_kind(P, continuation),
    benefit_covered(P),
    relapsing_form(P),
    positive_response(P),
    tolerated(P),
    no_recent_dose(P),
    testing_kept(P),
    qualified_prescriber(P),
    old_enough(P),
    intravenous_route(P),
    no_exclusion(P).


% ---------------------------------------------------------------------------
% BENEFIT: coverage hangs on the member's own plan

:- criterion(benefit_covered/1, 'BENEFIT', "drug covered by the member's benefit plan").

benefit_covered(P) :- benefit(P).

:- informational('BENEFIT', "The guideline decides coverage and leaves the appropriateness of care to the provider and the member; exceptions need the provider's full medical rationale. No rule: an exception is a person's decision.").
:- informational('DOCUMENTATION', "The payer may ask for records, results and credentials, and may act when they do not support the decision or show improper billing. No rule of its own: every input that asks for a document says so, and an attested value leaves it undocumented; see also the reading `attestation`.").


% ---------------------------------------------------------------------------
% DIAGNOSIS and A.1

:- type(diagnosis, [
    rrms: "relapsing-remitting MS",
    spms: "secondary progressive MS",
    cis: "clinically isolated syndrome",
    ppms: "primary progressive MS",
    prms: "progressive-relapsing MS",
    suspected_ms: "suspected MS, not yet definitive",
    transplant_induction: "post-transplant antibody induction",
    b_cell_cll: "B-cell chronic lymphocytic leukemia",
    other_cancer: "another cancer",
    other_condition: "another condition"
]).
:- type(activity, [
    relapses: "relapses since the disease became progressive",
    mri_activity: "new or enhancing lesions on MRI"
]).

:- input(diagnosis(P: case, Diagnosis: diagnosis), one,
    "For which condition, as definitively diagnosed, is the drug requested?",
    [says("diagnosis: {Diagnosis}"), noun("diagnosis"), document, change(never)]).
:- input(spms_activity(P: case, Activity: activity), flags,
    "Which signs of activity does the secondary progressive disease show?",
    [says("secondary progressive disease with {Activity}"), noun("activity"), document, change(time)]).

:- criterion(relapsing_form/1, 'DIAGNOSIS',
    "a relapsing form of MS: relapsing-remitting, or secondary progressive and active").

relapsing_form(P) :- diagnosis(P, rrms).
relapsing_form(P) :- diagnosis(P, spms), spms_activity(P, _).

:- criterion(definitive_diagnosis/1, 'A.1',
    "definitive diagnosis of relapsing-remitting MS, or of secondary progressive MS with relapses").
:- reading(spms_course, with_relapses, [active],
    "A.1 asks for secondary progressive MS with relapses; the diagnosis section and the FDA indication say active, and activity can also be new lesions on MRI. Default: with relapses, for A.1 is the criterion itself. Alternative: activity of either sign is enough.").

definitive_diagnosis(P) :- diagnosis(P, rrms).
definitive_diagnosis(P) :- diagnosis(P, spms), spms_activity(P, relapses).
definitive_diagnosis(P) :- reading(spms_course, active), diagnosis(P, spms), spms_activity(P, _).


% ---------------------------------------------------------------------------
% REQUIRED INFORMATION

:- advisory(review_by_new_label/1, 'REQUIRED INFORMATION',
    "FDA label changed within the 180 days before the request: review by the new label").

% An advisory: the section sends the case to individual review and states no new test.
review_by_new_label(P) :-
    label_updated(P, Changed), requested_on(P, Today),
    Changed =< Today, days_between(Changed, Today, Days), Days =< 180.

:- informational('REQUIRED INFORMATION', "Doses by weight or body surface need that measurement. No rule: alemtuzumab is given in a fixed dose.").
:- informational('REQUIRED INFORMATION', "Generic drugs are mandatory where there is one. No rule: alemtuzumab for MS has no generic, and the steps of A.2 accept a drug whichever maker's product was given.").
:- informational('REQUIRED INFORMATION', "State and federal law, formulary preference and case-by-case requests for more information may weigh in. No rule: they stand outside this document.").


% ---------------------------------------------------------------------------
% A.2: step therapy

:- type(drug, [
    avonex: "Avonex (interferon beta-1a)",
    rebif: "Rebif (interferon beta-1a)",
    extavia: "Extavia (interferon beta-1b)",
    betaseron: "Betaseron (interferon beta-1b)",
    plegridy: "Plegridy (peginterferon beta-1a)",
    glatiramer: "glatiramer (Copaxone, Glatopa)",
    teriflunomide: "teriflunomide (Aubagio)",
    dimethyl_fumarate: "dimethyl fumarate (Tecfidera)",
    natalizumab: "natalizumab (Tysabri)",
    ocrelizumab: "ocrelizumab (Ocrevus)",
    fingolimod: "fingolimod (Gilenya)",
    diroximel_fumarate: "diroximel fumarate (Vumerity)",
    monomethyl_fumarate: "monomethyl fumarate (Bafiertam)",
    siponimod: "siponimod (Mayzent)",
    ozanimod: "ozanimod (Zeposia)",
    ponesimod: "ponesimod (Ponvory)",
    cladribine: "cladribine (Mavenclad)",
    ofatumumab: "ofatumumab (Kesimpta)",
    ublituximab: "ublituximab (Briumvi)",
    mitoxantrone: "mitoxantrone",
    rituximab: "rituximab",
    belimumab: "belimumab (Benlysta)",
    alemtuzumab: "alemtuzumab (Lemtrada)",
    other_drug: "another drug"
]).
:- type(lesions, [
    none_new: "no new or enlarging lesions",
    enlarging: "enlarging lesions",
    new_symptomatic: "new lesions, with symptoms",
    new_asymptomatic: "new lesions, without symptoms"
]).
:- type(sign, [
    edss_worsening: "sustained worsening of the EDSS score",
    exam_worsening: "worsening of the neurological examination",
    decreased_mobility: "decreased mobility",
    decreased_daily_living: "decreased ability to perform activities of daily living",
    other_worsening: "another documented worsening"
]).

:- input(treatment(P: case, Drug: drug, Start: date, End: date), many,
    "Which MS drugs was the member treated with, from when, and until when? (End: the day it was stopped, or the date of the request while it goes on)",
    [says("{Drug} from {Start} to {End}"), noun("treatment"), document, change(time), extends(End)]).
:- input(relapse(P: case, Date: date), many,
    "On which dates did clinical relapses begin? (an empty list: none)",
    [says("relapse on {Date}"), noun("relapse"), document, change(time)]).
:- input(mri(P: case, Date: date, Lesions: lesions), many,
    "What did each MRI of the central nervous system show, compared with the one before?",
    [says("MRI of {Date}: {Lesions}"), noun("MRI"), document, change(time)]).
:- input(edss(P: case, Date: date, Score: decimal), many,
    "Which EDSS scores were measured, and when?",
    [says("EDSS {Score} on {Date}"), noun("EDSS score"), document, change(time)]).
:- input(worsening(P: case, Date: date, Sign: sign), many,
    "Which signs of worsening disability were found, and when? (an empty list: none)",
    [says("{Sign}, found on {Date}"), noun("worsening"), document, change(time)]).

:- criterion(inadequate_steps/1, 'A.2', "inadequate response to a drug of both steps").

inadequate_steps(P) :- step_a(P), step_b(P).

:- criterion(step_a/1, 'A.2(a)',
    "inadequate response to an interferon, glatiramer, teriflunomide or dimethyl fumarate").
:- criterion(step_b/1, 'A.2(b)',
    "inadequate response to natalizumab, ocrelizumab or fingolimod").

step_a(P) :- step_a_drug(Drug), inadequate_response(P, Drug).
step_b(P) :- step_b_drug(Drug), inadequate_response(P, Drug).

% The interferons by brand, then the other three.
step_a_drug(avonex).
step_a_drug(rebif).
step_a_drug(extavia).
step_a_drug(betaseron).
step_a_drug(plegridy).
step_a_drug(glatiramer).
step_a_drug(teriflunomide).
step_a_drug(dimethyl_fumarate).

step_b_drug(natalizumab).
step_b_drug(ocrelizumab).
step_b_drug(fingolimod).

step_drug(Drug) :- step_a_drug(Drug).
step_drug(Drug) :- step_b_drug(Drug).

% Two of three, during treatment with that drug; each course of treatment is judged by itself.

:- criterion(inadequate_response/2, 'A.2 definition', "inadequate response to {Drug}").

inadequate_response(P, Drug) :-
    treatment(P, Drug, Start, End),
    long_trial(P, Drug, Start, End),
    two_of(
        relapses_on_drug(P, Drug, Start, End),
        lesions_on_drug(P, Drug, Start, End),
        disability_on_drug(P, Drug, Start, End)
    ).

:- criterion(long_trial/4, 'A.2', "trial of at least 3 months: {Drug}").
:- reading(trial_length, each_drug, [either_drug],
    "A.2 puts the trial of 3 months in brackets before it names both steps. Default: each of the two drugs needs its own 3 months, which is how the sentence reads. Alternative: 3 months on a drug of either step are enough, and the other may have been stopped sooner once the response was inadequate.").

% Counted to the day of the request at most: a trial does not include days to come.
long_trial(P, Drug, Start, End) :-
    treatment(P, Drug, Start, End), requested_on(P, Today),
    months_between(Start, End, Months), Months >= 3,
    months_between(Start, Today, SoFar), SoFar >= 3.
long_trial(P, Drug, Start, End) :-
    reading(trial_length, either_drug),
    treatment(P, Drug, Start, End), step_drug(Other), full_trial(P, Other), Other \= Drug.

full_trial(P, Drug) :-
    treatment(P, Drug, Start, End), requested_on(P, Today),
    months_between(Start, End, Months), Months >= 3,
    months_between(Start, Today, SoFar), SoFar >= 3.

:- criterion(relapses_on_drug/4, 'A.2 definition',
    "at least 2 clinical relapses within 12 months, during treatment with {Drug}").
:- reading(relapse_window, end_of_treatment, [request],
    "Relapses must fall within the past 12 months, and during treatment. Default: the 12 months up to the end of that treatment (or up to the request while it goes on), because counted back from the request the first of two drugs, stopped long ago, could hardly ever meet it. Alternative: the 12 months before the request.").

relapses_on_drug(P, Drug, Start, End) :-
    reading(relapse_window, end_of_treatment),
    treatment(P, Drug, Start, End),
    at_least(2, Date, (
        relapse(P, Date), Date >= Start, Date =< End,
        months_between(Date, End, Months), Months < 12
    )).
relapses_on_drug(P, Drug, Start, End) :-
    reading(relapse_window, request),
    treatment(P, Drug, Start, End), requested_on(P, Today),
    at_least(2, Date, (
        relapse(P, Date), Date >= Start, Date =< End, Date =< Today,
        months_between(Date, Today, Months), Months < 12
    )).

:- criterion(lesions_on_drug/4, 'A.2 definition',
    "progression of CNS lesions on MRI, during treatment with {Drug}").

lesions_on_drug(P, Drug, Start, End) :-
    treatment(P, Drug, Start, End), mri(P, Date, Lesions), lesion_progression(Lesions),
    Date >= Start, Date =< End.

lesion_progression(enlarging).
lesion_progression(new_symptomatic).
lesion_progression(new_asymptomatic).

:- criterion(disability_on_drug/4, 'A.2 definition',
    "worsening disability or an EDSS score over 3.5, during treatment with {Drug}").
:- reading(edss_over, any_score, [risen],
    "An EDSS over 3.5 is listed among the examples of worsening disability, without saying that the score must have risen. Default: any score over 3.5 during treatment counts, as listed. Alternative: it counts only where an earlier score of 3.5 or less shows that it rose.").

% The listed signs are examples, so another documented worsening counts too.
disability_on_drug(P, Drug, Start, End) :-
    treatment(P, Drug, Start, End), worsening(P, Date, _),
    Date >= Start, Date =< End.
disability_on_drug(P, Drug, Start, End) :-
    reading(edss_over, any_score),
    treatment(P, Drug, Start, End), edss(P, Date, Score), Score > 3.5,
    Date >= Start, Date =< End.
disability_on_drug(P, Drug, Start, End) :-
    reading(edss_over, risen),
    treatment(P, Drug, Start, End), edss(P, Date, Score), Score > 3.5,
    Date >= Start, Date =< End,
    edss(P, Earlier, Before), Before =< 3.5, Earlier < Date.

:- informational('A.2', "A treatment that was broken off and taken up again is two treatments: nothing says that they add up. Intolerance is not named among the reasons, so a drug that was merely not tolerated does not count. No rule: both follow from what the rules ask.").


% ---------------------------------------------------------------------------
% A.3: each baseline test by itself, each with its document

:- type(test, [
    thyroid_function: "thyroid function tests (TSH)",
    cbc: "complete blood count with differential",
    serum_creatinine: "serum creatinine",
    serum_transaminases: "serum transaminases",
    total_bilirubin: "total bilirubin",
    urinalysis: "urinalysis with urine cell counts",
    protein_creatinine_ratio: "urine protein to creatinine ratio",
    tuberculosis_screen: "tuberculosis screen",
    skin_exam: "skin exam for melanoma",
    hpv_screening: "human papillomavirus screening"
]).
:- type(baseline, [
    thyroid_function: "thyroid function tests (TSH)",
    cbc: "complete blood count with differential",
    serum_creatinine: "serum creatinine",
    serum_transaminases: "serum transaminases",
    total_bilirubin: "total bilirubin",
    urinalysis: "urinalysis with urine cell counts",
    protein_creatinine_ratio: "urine protein to creatinine ratio",
    tuberculosis_screen: "tuberculosis screen",
    skin_exam: "skin exam for melanoma"
]).

:- input(baseline(P: case, Test: baseline), flags,
    "Which baseline tests are documented?",
    [says("baseline {Test}"), noun("baseline test"), document, change(act)]).

:- criterion(baseline_complete/1, 'A.3', "documented baseline tests").
:- criterion(baseline_done/2, 'A.3', "baseline {Test}").

baseline_complete(P) :-
    baseline_done(P, thyroid_function),
    baseline_done(P, cbc),
    baseline_done(P, serum_creatinine),
    baseline_done(P, serum_transaminases),
    baseline_done(P, total_bilirubin),
    baseline_done(P, urinalysis),
    baseline_done(P, protein_creatinine_ratio),
    baseline_done(P, tuberculosis_screen),
    baseline_done(P, skin_exam).

baseline_done(P, Test) :- baseline(P, Test).


% ---------------------------------------------------------------------------
% A.4: the tests named there are examples, so one attestation covers them

:- criterion(testing_attested/1, 'A.4', "prescriber's attestation of periodic testing as the FDA label asks").

testing_attested(P) :- attested(P, periodic_testing).


% ---------------------------------------------------------------------------
% A.5: three groups of agents

:- type(group, [
    disease_modifying: "disease modifying agent",
    b_cell_targeted: "B cell targeted therapy",
    trafficking_blocker: "lymphocyte trafficking blocker"
]).

:- criterion(no_other_agent/1, 'A.5',
    "no other disease modifying agent, B cell targeted therapy or lymphocyte trafficking blocker, by the prescriber's word").
:- criterion(no_agent_on_record/1, 'A.5', "no such agent in use on the record").
:- reading(current_treatment, at_request, [until_infusion],
    "A step (b) drug may still be given when alemtuzumab is requested: ocrelizumab and natalizumab count for step (b), and as disease modifying agents they may not be concurrent. Default: what is given on the date of the request is current, which is the word used. Alternative: an agent that the prescriber attests will be stopped before the first infusion is not concurrent.").

no_other_agent(P) :-
    reading(attestation, with_record),
    attested(P, no_other_agent), no_agent_on_record(P).
no_other_agent(P) :-
    reading(attestation, alone),
    attested(P, no_other_agent).

no_agent_on_record(P) :- case(P), \+ agent_in_use(P, _, _).
no_agent_on_record(P) :- reading(current_treatment, until_infusion), attested(P, other_agents_stop).

agent_in_use(P, Drug, Group) :-
    agent_group(Drug, Group), in_use(P, Drug).

in_use(P, Drug) :-
    treatment(P, Drug, Start, End), requested_on(P, Today),
    Start =< Today, End >= Today.

% Named in the document, or plainly of the group; a drug stands in the first group that fits.
agent_group(avonex, disease_modifying).
agent_group(rebif, disease_modifying).
agent_group(extavia, disease_modifying).
agent_group(betaseron, disease_modifying).
agent_group(plegridy, disease_modifying).
agent_group(glatiramer, disease_modifying).
agent_group(teriflunomide, disease_modifying).
agent_group(dimethyl_fumarate, disease_modifying).
agent_group(diroximel_fumarate, disease_modifying).
agent_group(monomethyl_fumarate, disease_modifying).
agent_group(natalizumab, disease_modifying).
agent_group(ocrelizumab, disease_modifying).
agent_group(fingolimod, disease_modifying).
agent_group(siponimod, disease_modifying).
agent_group(ozanimod, disease_modifying).
agent_group(ponesimod, disease_modifying).
agent_group(cladribine, disease_modifying).
agent_group(ublituximab, disease_modifying).
agent_group(rituximab, b_cell_targeted).
agent_group(belimumab, b_cell_targeted).
agent_group(ofatumumab, b_cell_targeted).
agent_group(mitoxantrone, trafficking_blocker).


% ---------------------------------------------------------------------------
% A.6: labelled contraindications, absent or addressed

:- type(contraindication, [
    hypersensitivity: "known hypersensitivity or anaphylactic reaction to alemtuzumab or an excipient",
    hiv: "infection with human immunodeficiency virus (HIV)",
    malignancy: "cancer"
]).
:- type(infection, [
    controlled: "active infection, under control",
    uncontrolled: "active infection, not under control"
]).

:- input(contraindication(P: case, Contraindication: contraindication), flags,
    "Which of these does the member have?",
    [says("{Contraindication}"), noun("contraindication"), change(never)]).
:- input(infection(P: case, Infection: infection), flags,
    "Does the member have an active infection?",
    [says("{Infection}"), noun("infection"), change(time)]).
:- input(contraindication_addressed(P: case, Contraindication: contraindication), flags,
    "Which of them has the prescriber addressed in the documents submitted?",
    [says("addressed by the prescriber: {Contraindication}"), noun("prescriber's answer"), document, change(act)]).
:- input(infection_addressed(P: case), one,
    "Has the prescriber addressed the active infection in the documents submitted?",
    [says("active infection addressed by the prescriber"), noun("prescriber's answer"), document, change(act)]).

:- criterion(no_open_contraindication/1, 'A.6',
    "no labelled contraindication left unaddressed, by the prescriber's or reviewer's word").
:- criterion(contraindication_settled/2, 'A.6', "absent or addressed: {Contraindication}").
:- criterion(infection_settled/1, 'A.6', "absent or addressed: active infection").

no_open_contraindication(P) :-
    reading(attestation, with_record),
    word_on_contraindications(P),
    contraindication_settled(P, hypersensitivity),
    contraindication_settled(P, hiv),
    infection_settled(P).
no_open_contraindication(P) :-
    reading(attestation, alone),
    word_on_contraindications(P).

word_on_contraindications(P) :- attested(P, no_open_contraindication).
word_on_contraindications(P) :- reviewer_found(P, no_open_contraindication).

contraindication_settled(P, Contraindication) :-
    case(P), labelled_contraindication(Contraindication), \+ contraindication(P, Contraindication).
contraindication_settled(P, Contraindication) :-
    contraindication(P, Contraindication), contraindication_addressed(P, Contraindication).

labelled_contraindication(hypersensitivity).
labelled_contraindication(hiv).

infection_settled(P) :- case(P), \+ infection(P, _).
infection_settled(P) :- infection(P, _), infection_addressed(P).


% ---------------------------------------------------------------------------
% C.1: positive response or stable disease, in one of three ways

:- type(course, [
    progressed: "disability has progressed",
    sustained: "disability is sustained (lasting, neither better nor worse)"
]).

:- input(attacks_last_6_months(P: case, Count: integer), one,
    "How many relapses in the 6 months before the request?",
    [says("relapses in the last 6 months: {Count}"), noun("recent relapses"), document, change(time)]).
:- input(attacks_6_months_before(P: case, Count: integer), one,
    "How many relapses in the 6 months before those?",
    [says("relapses in the 6 months before those: {Count}"), noun("relapses of the half year before"), document, change(time)]).
:- input(attacks_before_treatment(P: case, Count: integer), one,
    "How many relapses in the 6 months before the first course of alemtuzumab?",
    [says("relapses in the 6 months before the first course: {Count}"), noun("relapses before treatment"), document, change(time)]).
:- input(disability_course(P: case, Course: course), flags,
    "How has disability gone since the last course?",
    [says("{Course}"), noun("course of disability"), document, change(time)]).

:- criterion(positive_response/1, 'C.1', "positive clinical response or stable disease").
:- criterion(attacks_stable/1, 'C.1(a)', "stable or smaller number of relapses within the last 6 months").
:- criterion(disability_stable/1, 'C.1(b)', "no progression of disability").
:- criterion(lesions_stable/1, 'C.1(c)', "MRI of the last 6 months without new asymptomatic lesions").

positive_response(P) :-
    case(P), one_of(attacks_stable(P), disability_stable(P), lesions_stable(P)).

:- reading(attack_baseline, half_year_before, [before_treatment],
    "C.1(a) does not say against what the relapses of the last 6 months are stable or fewer. Default: the 6 months before those, for the change lies within treatment. Alternative: the 6 months before the first course.").

% No relapse at all is stable or fewer, whatever came before.
attacks_stable(P) :- attacks_last_6_months(P, 0).
attacks_stable(P) :-
    reading(attack_baseline, half_year_before),
    attacks_last_6_months(P, Recent), attacks_6_months_before(P, Earlier), Recent =< Earlier.
attacks_stable(P) :-
    reading(attack_baseline, before_treatment),
    attacks_last_6_months(P, Recent), attacks_before_treatment(P, Earlier), Recent =< Earlier.

:- reading(sustained_disability, stable, [lasting],
    "C.1(b) can be read as lack of progression, or as lack of both progression and sustained disability. Default: a disability that lasts without progress is stable disease, which C.1 accepts. Alternative: a lasting disability fails it too.").

disability_stable(P) :-
    reading(sustained_disability, stable),
    case(P), \+ disability_course(P, progressed).
disability_stable(P) :-
    reading(sustained_disability, lasting),
    case(P), \+ disability_course(P, progressed), \+ disability_course(P, sustained).

:- reading(new_lesions, asymptomatic, [any],
    "C.1(c) excludes new asymptomatic lesions and says nothing of new lesions with symptoms. Default: as written. Alternative: any new or enlarging lesion fails it.").

% The latest findings count: a clean scan does not outweigh a later one that is not.
lesions_stable(P) :-
    mri(P, Date, Lesions), requested_on(P, Today),
    Date =< Today, months_between(Date, Today, Months), Months < 6,
    without_new_lesions(Lesions),
    \+ (mri(P, Later, Newer), Later >= Date, Later =< Today, with_new_lesions(Newer)).

with_new_lesions(new_asymptomatic).
with_new_lesions(Lesions) :- reading(new_lesions, any), lesion_progression(Lesions).

without_new_lesions(none_new).
without_new_lesions(Lesions) :- reading(new_lesions, asymptomatic), symptomatic_or_old(Lesions).

symptomatic_or_old(enlarging).
symptomatic_or_old(new_symptomatic).


% ---------------------------------------------------------------------------
% C.2: tolerance

:- type(effect, [
    immune_thrombocytopenia: "immune thrombocytopenia",
    glomerular_nephropathy: "glomerular nephropathy",
    thyroid_disorder: "thyroid disorder",
    autoimmune_condition: "another autoimmune condition",
    severe_infusion_reaction: "severe infusion reaction",
    stroke: "ischemic or hemorrhagic stroke",
    malignancy: "malignancy",
    other_toxicity: "another intolerable adverse effect or toxicity"
]).

:- input(adverse_effect(P: case, Effect: effect), flags,
    "Which intolerable adverse effects or toxicities has the member had?",
    [says("{Effect}"), noun("adverse effect"), change(never)]).

:- criterion(tolerated/1, 'C.2',
    "no intolerable adverse effect or toxicity, by the prescriber's or reviewer's word").
:- criterion(no_effect_on_record/1, 'C.2', "no intolerable adverse effect or toxicity on the record").

tolerated(P) :-
    reading(attestation, with_record),
    word_on_effects(P), no_effect_on_record(P).
tolerated(P) :-
    reading(attestation, alone),
    word_on_effects(P).

word_on_effects(P) :- attested(P, no_intolerable_effects).
word_on_effects(P) :- reviewer_found(P, no_intolerable_effects).

no_effect_on_record(P) :- case(P), \+ adverse_effect(P, _).


% ---------------------------------------------------------------------------
% C.3: the last dose

:- input(dose(P: case, Date: date), many,
    "On which dates was alemtuzumab given? (an empty list: never)",
    [says("alemtuzumab on {Date}"), noun("dose"), change(time)]).

:- criterion(no_recent_dose/1, 'C.3', "no dose of alemtuzumab within the past 12 months").
:- reading(dose_edge, outside, [inside],
    "Whether a dose given 12 months ago to the day lies within the past 12 months. Default: no, because the policy itself sets the next course 12 months after the one before. Alternative: yes; counted as 366 days, so that the same day of the year before is always inside.").
:- reading(dose_interval, to_request, [to_infusion],
    "Whether the 12 months run to the date of the request or to the first infusion that is requested. Default: to the request, since the criterion speaks of the past. Alternative: to the planned infusion, so that a course can be approved before it falls due.").

no_recent_dose(P) :- case(P), \+ recent_dose(P, _).

recent_dose(P, Date) :-
    reading(dose_edge, outside),
    dose(P, Date), interval_end(P, Day),
    Date =< Day, months_between(Date, Day, Months), Months < 12.
recent_dose(P, Date) :-
    reading(dose_edge, inside),
    dose(P, Date), interval_end(P, Day),
    Date =< Day, days_between(Date, Day, Days), Days =< 366.

interval_end(P, Day) :- reading(dose_interval, to_request), requested_on(P, Day).
interval_end(P, Day) :- reading(dose_interval, to_infusion), planned_start(P, Day).


% ---------------------------------------------------------------------------
% C.4: periodic testing goes on

:- criterion(testing_kept/1, 'C.4',
    "prescriber's attestation of periodic testing and examinations as the FDA label asks").
:- reading(monitoring, attestation, [up_to_date],
    "C.4 asks for an attestation of the testing that the appendix schedules. Default: the attestation is enough, and overdue tests are shown as advisories. Alternative: no scheduled test may be overdue either.").

testing_kept(P) :-
    reading(monitoring, attestation),
    attested(P, periodic_testing).
testing_kept(P) :-
    reading(monitoring, up_to_date),
    attested(P, periodic_testing), \+ late_test(P, _).


% ---------------------------------------------------------------------------
% DURATION, QUANTITY, CODING, DOSAGE FORM: what an approval grants

:- grant(doses/2, 'DURATION', "{Count} doses").
:- grant(consecutive_days/2, 'DURATION', "given on {Days} consecutive days").
:- grant(frequency/2, 'DURATION', "{Frequency}").
:- grant(vials/2, 'QUANTITY', "{Count} injections of 12 mg").
:- grant(hcpcs_code/2, 'CODING', "HCPCS {Code}: injection, alemtuzumab, 1 mg").
:- grant(billing_units/2, 'CODING', "{Units} billing units of 1 mg").
:- grant(dosage_form/2, 'DOSAGE FORM', "{Form}").

:- type(frequency, [
    one_course: "one course",
    yearly_course: "one course a year, 12 months after the initial or the last course"
]).

doses(P, Count) :- approved(P, Kind), course_doses(Kind, Count).
consecutive_days(P, Days) :- approved(P, Kind), course_days(Kind, Days).
frequency(P, Frequency) :- approved(P, Kind), course_frequency(Kind, Frequency).
vials(P, Count) :- approved(P, Kind), course_vials(Kind, Count).
hcpcs_code(P, Code) :- approved(P, _), code(Code).
billing_units(P, Units) :- approved(P, Kind), course_units(Kind, Units).
dosage_form(P, Form) :- approved(P, _), form(Form).

approved(P, Kind) :- eligible(P), request_kind(P, Kind).

course_doses(initial, 5).
course_doses(continuation, 3).
course_days(initial, 5).
course_days(continuation, 3).
course_frequency(initial, one_course).
course_frequency(continuation, yearly_course).
course_vials(initial, 5).
course_vials(continuation, 3).
course_units(initial, 60).
course_units(continuation, 36).
code("J0202").
form("solution, 12 mg in 1.2 mL, single-dose vial").

:- advisory(request_kind_doubtful/1, 'DURATION',
    "kind of request at odds with the doses on record: a continuation follows an earlier course, an initial request does not").

% An advisory: the document does not say how to treat a course that was begun elsewhere.
request_kind_doubtful(P) :- request_kind(P, initial), dose(P, _).
request_kind_doubtful(P) :- request_kind(P, continuation), \+ dose(P, _).

:- advisory(more_vials_requested/2, 'QUANTITY',
    "vials requested: {Count}, more than the policy grants").

% An advisory: the grant is the limit, so a larger request is approved up to it and not refused.
more_vials_requested(P, Count) :-
    request_kind(P, Kind), requested_vials(P, Count), course_vials(Kind, Most), Count > Most.

:- informational('CODING', "The list of codes may be incomplete, and codes that are no longer valid on the day of service may not be paid. No rule: that is for the claim.").


% ---------------------------------------------------------------------------
% PRESCRIBER

:- criterion(qualified_prescriber/1, 'PRESCRIBER',
    "prescribed by, or in documented consultation with, a board-certified neurologist or specialist in MS").

qualified_prescriber(P) :- prescriber(P, Specialty), qualified_specialty(Specialty).
qualified_prescriber(P) :-
    consultant(P, Specialty), qualified_specialty(Specialty), consultation_notes(P).

qualified_specialty(board_certified_neurologist).
qualified_specialty(ms_specialist).


% ---------------------------------------------------------------------------
% AGE, on the date of the request

:- criterion(old_enough/1, 'AGE', "minimum age on the date of the request").
:- reading(minimum_age, seventeen, [adult],
    "The age section says 17 years and older; the FDA indication says adults. Default: 17, the payer's own rule. Alternative: 18, by the label.").

old_enough(P) :- reading(minimum_age, seventeen), age(P, Years), Years >= 17.
old_enough(P) :- reading(minimum_age, adult), age(P, Years), Years >= 18.

age(P, Years) :- birth_date(P, Born), requested_on(P, Today), years_between(Born, Today, Years).


% ---------------------------------------------------------------------------
% PLACE, ROUTE, DRUG CLASS, FDA USES, COMPENDIAL

:- advisory(hospital_setting/2, 'PLACE',
    "planned place of service: {Place}; the site of care program recommends a place that is no hospital facility").

% An advisory: the section recommends, and leaves the decision to the site of care policy.
hospital_setting(P, Place) :- place_of_service(P, Place), hospital_place(Place).

hospital_place(hospital_outpatient).
hospital_place(hospital_inpatient).

:- criterion(intravenous_route/1, 'ROUTE', "intravenous infusion").

intravenous_route(P) :- route(P, intravenous).

:- informational('DRUG CLASS', "Monoclonal antibody for MS. No rule: it classifies and asks for nothing.").

:- advisory(limitation_of_use/1, 'FDA USES',
    "clinically isolated syndrome: the FDA label does not recommend alemtuzumab, because of its safety profile").

% An advisory that explains: the criterion of DIAGNOSIS leaves this form out already.
limitation_of_use(P) :- diagnosis(P, cis).

:- informational('FDA USES', "The label keeps the drug for patients with an inadequate response to two or more MS drugs. No rule of its own: A.2 asks for exactly that.").
:- informational('COMPENDIAL', "No off-label use is accepted. No rule of its own: the forms of DIAGNOSIS and A.1 are closed lists, and the exclusions refuse every use that is not for MS.").


% ---------------------------------------------------------------------------
% APPENDIX: the monitoring schedule. Advisories: the criteria ask for the attestation (A.4, C.4),
% and the schedule says when to test. The reading `monitoring` can make it bear on C.4.

:- type(measure, [
    dipstick_protein: "urine dipstick protein (number of plus signs)",
    protein_creatinine_ratio: "urine protein to creatinine ratio (mg/g)",
    creatinine_rise: "increase in serum creatinine (percent)"
]).

:- input(test_done(P: case, Test: test, Date: date), many,
    "Which monitoring tests were done since treatment began, and when?",
    [says("{Test} on {Date}"), noun("monitoring test"), change(act)]).
:- input(lab_value(P: case, Measure: measure, Value: decimal), many,
    "Which of these were found at the last tests? (an empty list: nothing abnormal)",
    [says("{Measure}: {Value}"), noun("laboratory value"), change(time)]).
:- input(unexplained_hematuria(P: case), one,
    "Was there blood in the urine without an explanation?",
    [says("unexplained hematuria"), noun("hematuria"), change(time)]).

:- advisory(overdue/2, 'APPENDIX', "overdue: {Test}").
:- advisory(due/2, 'APPENDIX', "due soon: {Test}").
:- advisory(assess_protein_ratio/1, 'APPENDIX',
    "urine dipstick protein of 1+ or more: assess the urine protein to creatinine ratio").
:- advisory(evaluate_nephropathy/1, 'APPENDIX', "evaluate further for nephropathy").

overdue(P, Test) :- late_test(P, Test).

late_test(P, Test) :- monitored(P, Test), \+ test_in_interval(P, Test).

due(P, Test) :-
    monitored(P, Test), test_in_interval(P, Test), \+ test_just_done(P, Test).

% Months between two tests, and the days after which the next one is due soon.
schedule(cbc, 1, 21).
schedule(serum_creatinine, 1, 21).
schedule(urinalysis, 1, 21).
schedule(thyroid_function, 3, 76).
schedule(skin_exam, 12, 335).
schedule(hpv_screening, 12, 335).

% The laboratory tests end 48 months after the last infusion; the yearly ones have no end.
laboratory(cbc).
laboratory(serum_creatinine).
laboratory(urinalysis).
laboratory(thyroid_function).
yearly(skin_exam).
yearly(hpv_screening).

monitored(P, Test) :-
    laboratory(Test), dose(P, Date), requested_on(P, Today),
    Date =< Today, months_between(Date, Today, Months), Months < 48.
monitored(P, Test) :-
    yearly(Test), dose(P, Date), requested_on(P, Today), Date =< Today.

test_in_interval(P, Test) :-
    test_done(P, Test, Date), schedule(Test, Interval, _), requested_on(P, Today),
    Date =< Today, months_between(Date, Today, Months), Months < Interval.

test_just_done(P, Test) :-
    test_done(P, Test, Date), schedule(Test, _, Soon), requested_on(P, Today),
    Date =< Today, days_between(Date, Today, Days), Days < Soon.

assess_protein_ratio(P) :- lab_value(P, dipstick_protein, Value), Value >= 1.

evaluate_nephropathy(P) :- lab_value(P, protein_creatinine_ratio, Value), Value > 200.
evaluate_nephropathy(P) :- lab_value(P, creatinine_rise, Value), Value > 30.
evaluate_nephropathy(P) :- unexplained_hematuria(P).

:- informational('APPENDIX', "Transaminases, bilirubin, the urine protein ratio, tuberculosis screening and the watch for infection and PML recur without a stated interval, and any test may be done sooner when the clinic asks for it. No rule: nothing can be said to be overdue.").


% ---------------------------------------------------------------------------
% BACKGROUND: immunisations; the rest explains

:- type(vaccine, [live_viral: "live viral vaccine", not_live: "vaccine that is not live"]).

:- input(immunization(P: case, Vaccine: vaccine, Date: date), many,
    "Which vaccines were given, or are planned, and when? (an empty list: none)",
    [says("{Vaccine} on {Date}"), noun("immunization"), change(time)]).

:- advisory(immunization_late/2, 'BACKGROUND',
    "immunization on {Date}, less than 6 weeks before the first infusion").

% An advisory: the section says what patients should do and makes no condition of it.
immunization_late(P, Date) :-
    immunization(P, _, Date), planned_start(P, First),
    days_between(Date, First, Days), Days < 42.

:- informational('BACKGROUND', "The forms of MS, their frequency, how the drug works, two courses of 12 mg a day, infusion over 4 hours and observation for 2 hours. No rule: it explains, and what it says of courses is in the grants.").


% ---------------------------------------------------------------------------
% REMS

:- type(party, [
    prescriber: "prescriber certified (enrolled and trained)",
    patient: "patient enrolled",
    pharmacy: "pharmacy certified",
    facility: "healthcare facility enrolled, and authorized to receive the drug",
    equipment: "facility with equipment and personnel on site for infusion reactions"
]).

:- input(rems(P: case, Party: party), flags,
    "Which requirements of the REMS program are shown to be met?",
    [says("REMS: {Party}"), noun("REMS"), change(act)]).

:- advisory(rems_missing/2, 'REMS', "before the drug can be dispensed, the REMS program requires: {Party}").

% Advisories: the program's requirements bind the supply of the drug; the coverage criteria do not repeat them.
rems_missing(P, Party) :- case(P), rems_requirement(Party), \+ rems(P, Party).

rems_requirement(prescriber).
rems_requirement(patient).
rems_requirement(pharmacy).
rems_requirement(facility).
rems_requirement(equipment).


% ---------------------------------------------------------------------------
% EXCLUSIONS: the later list, which is longer than that of A.6

:- criterion(no_exclusion/1, 'EXCLUSIONS', "no exclusion").
:- criterion(use_for_ms/1, 'EXCLUSIONS', "use for MS, and not for post-transplant induction, a cancer or another purpose").
:- criterion(not_excluded/2, 'EXCLUSIONS', "not excluded by: {Contraindication}").
:- criterion(no_uncontrolled_infection/1, 'EXCLUSIONS', "not excluded by: active infection that is not under control").
:- criterion(no_concurrent_therapy/1, 'EXCLUSIONS', "no concurrent therapy with another disease modifying agent for MS").
:- criterion(no_live_vaccine/1, 'EXCLUSIONS', "no live viral vaccine after a course of alemtuzumab").

no_exclusion(P) :-
    use_for_ms(P),
    not_excluded(P, hypersensitivity),
    not_excluded(P, hiv),
    not_excluded(P, malignancy),
    no_uncontrolled_infection(P),
    no_concurrent_therapy(P),
    no_live_vaccine(P).

:- reading(cancer, use, [disease],
    "The list excludes any cancer indication. Default: the use of the drug against a cancer, for an indication is what a drug is given for. Alternative: a cancer of the member as well.").
:- reading(addressed, stands, [excluded],
    "A.6 lets the prescriber address a labelled contraindication; the later list names hypersensitivity, HIV and uncontrolled infection without that. Default: what A.6 accepts as addressed stands, since a later general list would else empty it and refuse without saying so. Alternative: the later list excludes it all the same.").

use_for_ms(P) :- diagnosis(P, Diagnosis), form_of_ms(Diagnosis).

% The forms of MS that are left out are refused by DIAGNOSIS; here every use that is not for MS is.
form_of_ms(rrms).
form_of_ms(spms).
form_of_ms(cis).
form_of_ms(ppms).
form_of_ms(prms).
form_of_ms(suspected_ms).

not_excluded(P, Contraindication) :-
    case(P), labelled_contraindication(Contraindication), \+ contraindication(P, Contraindication).
not_excluded(P, Contraindication) :-
    reading(addressed, stands),
    labelled_contraindication(Contraindication),
    contraindication(P, Contraindication), contraindication_addressed(P, Contraindication).
not_excluded(P, malignancy) :- reading(cancer, use), case(P).
not_excluded(P, malignancy) :- reading(cancer, disease), case(P), \+ contraindication(P, malignancy).

no_uncontrolled_infection(P) :- case(P), \+ infection(P, uncontrolled).
no_uncontrolled_infection(P) :-
    reading(addressed, stands),
    infection(P, uncontrolled), infection_addressed(P).

no_concurrent_therapy(P) :- case(P), \+ agent_in_use(P, _, disease_modifying).
no_concurrent_therapy(P) :- reading(current_treatment, until_infusion), attested(P, other_agents_stop).

:- advisory(off_label_policy/2, 'EXCLUSIONS',
    "{Diagnosis} is no labelled use: it counts as investigational and follows the payer's off-label policy").

% An advisory: DIAGNOSIS refuses the use already; this says which policy looks at it next.
off_label_policy(P, Diagnosis) :- diagnosis(P, Diagnosis), outside_label(Diagnosis).

outside_label(cis).
outside_label(ppms).
outside_label(prms).
outside_label(suspected_ms).
outside_label(transplant_induction).
outside_label(b_cell_cll).
outside_label(other_cancer).
outside_label(other_condition).

% Before the initial course there is no course that a vaccine could follow.
no_live_vaccine(P) :- request_kind(P, initial).
no_live_vaccine(P) :- request_kind(P, continuation), \+ live_vaccine_after_course(P, _).

live_vaccine_after_course(P, Date) :-
    immunization(P, live_viral, Date), dose(P, Given), requested_on(P, Today),
    Date > Given, Date =< Today.


% ---------------------------------------------------------------------------
% SPECIAL CONSIDERATIONS

:- advisory(boxed_warning/1, 'SPECIAL CONSIDERATIONS',
    "boxed warning of the label: autoimmunity, infusion reactions, stroke, malignancies").

% An advisory that always holds: a warning to be passed on, not a condition.
boxed_warning(P) :- request_kind(P, _).

:- informational('SPECIAL CONSIDERATIONS', "What to monitor, for how long to observe after an infusion and what to tell the patient about strokes and late reactions. No rule of its own: the schedule of the appendix and the REMS advisories carry what can be tested.").
