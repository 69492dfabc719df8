case('A-1').
policy('A-1', ocrevus).
