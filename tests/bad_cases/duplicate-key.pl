case('A-1').
case('A-2').
