:- policy(small, [title("Small"), title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('A', "All"), section('A', "All")]).
:- policy(small, []).
:- type(drug, [avonex, rebif, avonex]).
:- type(drug, [copaxone]).
:- input(requested_on(P: case, Day: date), one, "When was it requested?").
:- input(requested_on(P: case, Day: date), one, "When was it requested?").
:- criterion(eligible/1, 'A', "Eligible").
:- advisory(eligible/1, 'A', "Eligible").
:- input(trial(P: case, Drug: drug, Drug: date), many, "Which?").
:- reading(window, a, [b, a], "why").
:- reading(window, a, [b], "why").
eligible(P) :- requested_on(P, _), trial(P, _, _), reading(window, a).
