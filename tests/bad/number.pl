:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('A', "All")]).
:- input(requested_on(P: case, Day: date), one, "When was it requested?").
:- criterion(eligible/1, 'A', "Eligible").
eligible(P) :- score(P, 1e5).
late(P) :- score(P, 1_000).
low(P) :- score(P, .5).
long(P) :- score(P, 12345678900000000000000000000000000000000000000000).
version(P) :- score(P, 1.2.3).
