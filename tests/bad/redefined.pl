:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('A', "All")]).
:- input(requested_on(P: case, Day: date), one, "When was it requested?").
:- type(drug, [avonex: "Avonex", rebif]).
:- input(trial(P: case, Drug: drug, Start: date), many, "Which drugs?").
:- criterion(eligible/1, 'A', "Eligible").
:- type(date, [today]).
:- input(reading(P: case), one, "Read?").
eligible(P) :- requested_on(P, _).
trial(P, avonex, Day) :- requested_on(P, Day).
years_between(X, Y, 3) :- trial(_, _, X), trial(_, _, Y).
two_of(P) :- trial(P, _, _).
