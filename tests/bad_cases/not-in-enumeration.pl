case('A-1').
contraindication('A-1', hvi).
trial('A-1', no, unknown, unknown).
