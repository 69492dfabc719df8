:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('A', "All")]).
:- input(requested_on(P: case, Day: date), one, "When?", [says("on {Date}")]).
:- criterion(eligible/1, 'A', "{P} is eligible {for {Drug} }").
eligible(P) :- requested_on(P, _).
