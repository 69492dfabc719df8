:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('A', "All")]).
:- input(requested_in(P: case, Day: date), one, "When?").
:- criterion(eligible/1, 'A', "Eligible").
eligible(P) :- requested_in(P, _).
