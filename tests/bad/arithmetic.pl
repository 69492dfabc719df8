:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('A', "All")]).
:- input(requested_on(P: case, Day: date), one, "When was it requested?").
:- criterion(eligible/1, 'A', "Eligible").
eligible(P) :- requested_on(P, D), D > X + 1.
late(P) :- age(P, A), B is A * 2, B > 3.
half(P) :- age(P, A), A > 7/2.
minus(P) :- age(P, - 5).
sum(P) :- 1 + 2.
quotient(P) :- P/2.
