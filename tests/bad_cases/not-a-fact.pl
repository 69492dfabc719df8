case('A-1').
pregnant(P) :- case(P).
:- edss('A-1', 3.5).
edss('A-1', Score).
pregnant.
absent(pregnant).
evidence(pregnant, document, "note").
