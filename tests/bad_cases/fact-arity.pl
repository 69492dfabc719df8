case('A-1').
edss('A-1').
trial('A-1', avonex).
evidence(edss('A-1', 3.5)).
none(relapse).
none('A-1', relapse, mri).
absent(none('A-1', relapse)).
evidence(none('A-1'), document, "note").
