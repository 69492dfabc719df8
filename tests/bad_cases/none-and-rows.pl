case('A-1').
relapse('A-1', '2024-01-01').
none('A-1', relapse).
