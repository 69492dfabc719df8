:- policy(small, [title]).
:- input(requested_on(P: case, Day: date), one, "When was it requested?").
eligible(P) :- requested_on(P, _).
