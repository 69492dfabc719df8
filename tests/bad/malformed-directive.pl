:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('A', "All")]).
:- input(requested_on(P: case, Day: date), one, "When was it requested?").
:- criterion(eligible/1, 'A', "Eligible").
:- type(drug).
:- type(drug, avonex).
:- type(drug, []).
:- type(drug, ["avonex"]).
:- type('A drug', [avonex]).
:- type(drug, [avonex: avonex]).
:- input(a, one, "A?").
:- input(a(P), one, "A?").
:- input(a(Day: date), one, "A?").
:- input(a(P: case, Other: case), one, "A?").
:- input(a(P: case), some, "A?").
:- input(a(P: case), many, "A?").
:- input(a(P: case, Day: date), flags, "A?").
:- input(a(P: case), one, a).
:- input(a(P: case), one, "A?", [sais("a")]).
:- input(a(P: case), one, "A?", [says]).
:- input(a(P: case), one, "A?", [change(soon)]).
:- input(a(P: case), one, "A?", [noun("a", "b")]).
:- input(a(P: case), one, "A?", ["a"]).
:- criterion(eligible, 'A', "Eligible").
:- criterion(eligible/1, A, "Eligible").
:- criterion(eligible/1, 'A', "").
:- reading(window, a, [], "why").
:- informational("A", a).
eligible(P) :- requested_on(P, _).
