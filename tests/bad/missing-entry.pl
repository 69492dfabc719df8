:- policy(small, [title("Small"), root(eligible), section('A', "All")]).
:- input(requested_on(P: case, Day: date), one, "When was it requested?").
:- criterion(eligible/1, 'A', "Eligible").
eligible(P) :- requested_on(P, _).
