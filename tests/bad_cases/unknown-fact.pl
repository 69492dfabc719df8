case('A-1').
edds('A-1', 3.5).
none('A-1', relapses).
zzzz('A-1').
