:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('A', "All")]).
:- input(requested_on(P: case, Day: date), one, "When was it requested?").
:- type(drug, [avonex: "Avonex", rebif]).
:- input(trial(P: case, Drug: drug, Start: date), many, "Which drugs?").
:- criterion(eligible/1, 'A', "Eligible").
eligible(P) :- trial(P, Drug, _), listed(Drug), \+ (trial(P, Drug, Day), requested_on(P, Day)), at_least(1, D, trial(P, D, _)), Drug \= avonex.
eligible(Q) :- trial(Q, Drug, _), listed(Drug), \+ (trial(Q, Drug, Day), requested_on(Q, Day)), at_least(1, X, trial(Q, X, _)), Drug \= avonex.
listed(avonex).
listed(rebif).
listed(avonex).
