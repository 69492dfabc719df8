case('A-1').
evidence(edss('A-1', 3.5), documents, "note").
evidence(edss('A-1', 3.5), X, note(1)).
