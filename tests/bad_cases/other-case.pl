case('A-1').
edss('A-2', 3.5).
