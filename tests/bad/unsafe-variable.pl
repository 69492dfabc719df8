:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('A', "All")]).
:- input(requested_on(P: case, Day: date), one, "When was it requested?").
:- type(drug, [avonex: "Avonex", rebif]).
:- input(trial(P: case, Drug: drug, Start: date), many, "Which drugs?").
:- criterion(eligible/1, 'A', "Eligible").
eligible(P) :- requested_on(P, Day), Day > Start, \+ late(P, Drug), Drug \= rebif.
late(P, _Drug) :- trial(P, _, _).
late(P, rebif) :- two_of(trial(P, _, _), requested_on(P, _)).
late(P, rebif) :- trial(P, _, Day), \+ (Day > Other, Other > Day), _ > Day.
late(P, rebif) :- trial(P, _, Day), months_between(Day, End, Months), Months > 3, End > Day.
late(P, avonex) :- requested_on(P, _), \+ \+ Drug = rebif, \+ reading(window, x).
listed(Drug).
