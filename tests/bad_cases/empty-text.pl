case(' ').
npi('A-1', "").
