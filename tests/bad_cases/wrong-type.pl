case('A-1').
edss('A-1', high).
requested_on('A-1', 12).
trial('A-1', 7, "soon", '2024-01-01').
trial('A-1', '2024-01-01', unknown, unknown).
absent(edss('A-1', 3.5)).
none('A-1', edss).
