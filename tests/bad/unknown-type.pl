:- policy(small, [title("Small"), payer("Payer"), edition('1'), effective('2024-01-01'),
                  root(eligible), request_date(requested_on), section('A', "All")]).
:- input(requested_on(P: case, Day: date), one, "When was it requested?").
:- type(drug, [avonex: "Avonex", rebif]).
:- input(trial(P: case, Drug: drug, Start: date), many, "Which drugs?").
:- criterion(eligible/1, 'A', "Eligible").
:- input(dose(P: case, Drug: drugs, Amount: float), many, "Which doses?").
eligible(P) :- dose(P, Drug, _), trial(P, Drug, _).
