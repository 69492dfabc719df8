:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('A', "All")]).
:- input(requested_on(P: case, Day: date), one, "When was it requested?").
:- type(drug, [avonex: "Avonex", rebif]).
:- input(trial(P: case, Drug: drug, Start: date), many, "Which drugs?").
:- criterion(eligible/1, 'A', "Eligible").
eligible(P) :- trial(P, Drug, Day), requested_on(P, Drug), years_between(Day, Drug, _).
eligible(P) :- trial(P, "avonex", today), trial(P, 3, '2024-01-01').
eligible(P) :- trial(P, Drug, Day), Drug = Day, Day > 3, Drug \= "avonex", requested_on(P, Day).
eligible("A-1").
eligible(P) :- age(P, Age), Age > 17, age(P, 17.5), age(P, 17.0).
:- input(age(P: case, Years: integer), one, "How old?").
