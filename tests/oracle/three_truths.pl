% An oracle for the three truths, independent of the software that it judges.
%
%   swipl -q -f none -g main -t 'halt(1)' three_truths.pl -- POLICY.pl < QUESTIONS
%
% QUESTIONS are Prolog terms: first ask(Predicates), then one case(Number, Id, Readings, Facts) for
% each case, its facts as Predicate-Rows and each row as Values-Status. The answers are lines (see
% answer/3). oracle.py writes the one and reads the other.
%
% There are no certain and possible clauses here. A body is evaluated directly: one row for each of
% its atoms makes an instance; the status of an instance is the least of the statuses in it, that of
% a goal the greatest of its instances. Statuses are 2 (met), 1 (undocumented) and 0 (not met).
%
% A value is an atom, a string, a rational number, date(Y, M, D), or not stated in the record:
% unknown(Label), or several(Label) where it stands for any number of values.
%
% Predicates that depend on themselves are out of scope, and refused.

:- module(three_truths, [main/0]).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(prelude).
:- use_module(policy).

% Arithmetic is compiled, in this file alone: in a policy it would be carried out.
:- set_prolog_flag(optimise, true).

% spelling(Value, Text): how a value was spelled before.
:- dynamic spelling/2.

main :-
    current_prolog_flag(argv, Arguments),
    last(Arguments, Policy),
    set_stream(user_input, encoding(utf8)),
    set_stream(user_output, encoding(utf8)),
    load_files(user:Policy, [encoding(utf8)]),
    compile_policy(Policy),
    read(user_input, ask(Predicates)),
    answer_cases(Predicates),
    halt.

answer_cases(Predicates) :-
    order(Predicates, Order),
    partition(of_the_case, Order, OfTheCase, Lasting),
    maplist(compute, Lasting),
    maplist(keep, Lasting),
    repeat,
    read(user_input, Question),
    (   Question == end_of_file
    ->  !
    ;   Question = case(Number, Id, Readings, Facts),
        start_case(Id, Readings, Facts),
        maplist(compute, OfTheCase),
        maplist(answer(Number), Predicates),
        fail
    ).

% order(+Predicates, -Order): all that must be computed for these, each after everything that it uses.
order(Predicates, Order) :-
    foldl(place([]), Predicates, [], Backwards),
    reverse(Backwards, Order).

place(_, Key, Placed, Placed) :- memberchk(Key, Placed), !.
place(_, Key, Placed, Placed) :- given(Key), !.
place(Running, Key, _, _) :- memberchk(Key, Running), !,
    throw(depends_on_itself(Key)).
place(_, Key, _, _) :- \+ defined(Key), !,
    throw(undefined_predicate(Key)).
place(Running, Key, Placed0, [Key|Placed]) :-
    findall(Used, uses(Key, Used), Needed),
    foldl(place([Key|Running]), Needed, Placed0, Placed).

% given(Predicate): its rows come with the case.
given('case/1').
given('reading/2').
given(Key) :- is_input(Key).

% of_the_case(+Predicate): what a case says may change its rows; those of all others stay as they are.
of_the_case(Key) :- uses(Key, Used), ( given(Used) ; of_the_case(Used) ), !.

% The case at hand
% ----------------
%
% The rows of a predicate are a list in the global variable of its key, forgotten on backtracking.

start_case(Id, Readings, Facts) :-
    b_setval('case/1', [[Id]-2]),
    findall([Name, Value]-2,
            ( declared(reading(Name, Default, _, _)),
              ( memberchk(Name=Chosen, Readings) -> Value = Chosen ; Value = Default ) ),
            Chosen),
    b_setval('reading/2', Chosen),
    findall(Key, is_input(Key), Inputs),
    maplist(without_rows, Inputs),
    maplist(state, Facts).

without_rows(Key) :- b_setval(Key, []).

state(Key-Rows) :-
    (   is_input(Key) -> b_setval(Key, Rows) ; throw(no_such_input(Key)) ).

row(Key, Values, Status) :-
    b_getval(Key, Rows),
    member(Values-Status, Rows).

% compute(+Predicate): its rows, when those of everything that it uses are there.
compute(Key) :-
    findall(Values-Status, derived(Key, Values, Status), Found),
    surest(Found, Rows),
    b_setval(Key, Rows).

% keep(+Predicate): its rows stay for all cases.
keep(Key) :-
    b_getval(Key, Rows),
    nb_setval(Key, Rows).

derived(Key, Values, Status) :-
    clause(Key, Arguments, Body, Size),
    functor(Environment, env, Size),
    instance(Body, Environment, Status),
    maplist(value_in(Environment), Arguments, Values).

% Of equal rows the one with the greatest status.
surest(Found, Rows) :-
    sort(2, @>=, Found, Descending),
    sort(1, @<, Descending, Rows).

% Instances of a body
% -------------------

% instance(+Body, +Environment, -Status): on backtracking, every instance that is not "not met".
% Every atom has its row before anything is tested, so the order of a body means nothing.
instance(all(Atoms, Calendar, Tests), Environment, Status) :-
    rows(Atoms, Environment, 2, Status1),
    calendar(Calendar, Environment, Status1, Status2),
    tests(Tests, Environment, Status2, Status).

rows([], _, Status, Status).
rows([atom(Key, Arguments)|Rest], Environment, Status0, Status) :-
    row(Key, Values, RowStatus),
    Status1 is min(Status0, RowStatus),
    meet_all(Arguments, Values, Environment, Status1, Status2),
    rows(Rest, Environment, Status2, Status).

calendar([], _, Status, Status).
calendar([elapsed(Unit, Start, End, Result)|Rest], Environment, Status0, Status) :-
    value_in(Environment, Start, From),
    value_in(Environment, End, To),
    elapsed(Unit, From, To, Value),
    meet(Result, Value, Environment, Status0, Status1),
    calendar(Rest, Environment, Status1, Status).

tests([], _, Status, Status).
tests([Test|Rest], Environment, Status0, Status) :-
    status(Test, Environment, TestStatus),
    TestStatus > 0,
    Status1 is min(Status0, TestStatus),
    tests(Rest, Environment, Status1, Status).

meet_all([], [], _, Status, Status).
meet_all([Argument|Arguments], [Value|Values], Environment, Status0, Status) :-
    meet(Argument, Value, Environment, Status0, Status1),
    meet_all(Arguments, Values, Environment, Status1, Status).

% meet(+Argument, +Value, +Environment, +Status0, -Status): the argument stands for the value.
% A variable that meets a second value keeps the one that says more.
meet(v(N), Value, Environment, Status0, Status) :- !,
    arg(N, Environment, Known),
    (   var(Known)
    ->  Known = Value,
        Status = Status0
    ;   same(Known, Value, Same),
        Same > 0,
        Status is min(Status0, Same),
        says_more(Known, Value, Better),
        setarg(N, Environment, Better)
    ).
meet(Constant, Value, _, Status0, Status) :-
    same(Constant, Value, Same),
    Same > 0,
    Status is min(Status0, Same).

value_in(Environment, v(N), Value) :- !,
    arg(N, Environment, Value),
    (   var(Value) -> throw(unbound_variable) ; true ).
value_in(_, Value, Value).

not_stated(unknown(_)).
not_stated(several(_)).

same(several(_), several(_), 1) :- !.
same(Value, Value, 2) :- !.
same(Left, Right, Status) :-
    (   ( not_stated(Left) ; not_stated(Right) ) -> Status = 1 ; Status = 0 ).

says_more(Left, Right, Better) :-
    weight(Left, Weight1),
    weight(Right, Weight2),
    (   Weight1-Left @=< Weight2-Right -> Better = Left ; Better = Right ).

weight(unknown(_), 1) :- !.
weight(several(_), 2) :- !.
weight(_, 0).

% The status of what is tested
% ----------------------------

status(compare(Operator, Left, Right), Environment, Status) :-
    value_in(Environment, Left, Value1),
    value_in(Environment, Right, Value2),
    compared(Operator, Value1, Value2, Status).
status(not(Body), Environment, Status) :-
    best(Environment, Body, Best),
    Status is 2 - Best.
status(count(K, Bodies), Environment, Status) :-
    maplist(best(Environment), Bodies, Statuses),
    sort(0, @>=, Statuses, Ranked),
    (   K =< 0 -> Status = 2
    ;   nth1(K, Ranked, Status) -> true
    ;   Status = 0
    ).
status(distinct(K, N, Body), Environment, Status) :-
    findall(Value-InstanceStatus,
            ( instance(Body, Environment, InstanceStatus), value_in(Environment, v(N), Value) ),
            Found),
    findall(Value, member(Value-2, Found), Met),
    findall(Value, member(Value-_, Found), Any),
    (   fewest(Met, Fewest), Fewest >= K -> Status = 2
    ;   enough(Any, K) -> Status = 1
    ;   Status = 0
    ).

% best(+Environment, +Body, -Status): the status of a goal that has a scope of its own.
best(Environment, Body, Best) :-
    findall(Status, instance(Body, Environment, Status), Statuses),
    max_list([0|Statuses], Best).

% The fewest different values that a list can stand for: unknown values may all equal a known one.
fewest(Values, Fewest) :-
    exclude(not_stated, Values, Known),
    sort(Known, Distinct),
    length(Distinct, Number),
    (   Values = [_|_] -> Fewest is max(1, Number) ; Fewest = 0 ).

% A list can stand for K different values or more: unknown values may all differ.
enough(Values, _) :- memberchk(several(_), Values), !.
enough(Values, K) :-
    sort(Values, Distinct),
    length(Distinct, Number),
    Number >= K.

compared(=, Left, Right, Status) :- !,
    same(Left, Right, Status).
compared(\=, Left, Right, Status) :- !,
    same(Left, Right, Same),
    Status is 2 - Same.
compared(_, Left, Right, 1) :-
    ( not_stated(Left) ; not_stated(Right) ), !.
compared(Operator, Left, Right, Status) :-
    (   rational(Left), rational(Right)
    ->  Order is sign(Left - Right)
    ;   Left = date(_, _, _), Right = date(_, _, _)
    ->  compare(Sign, Left, Right),
        nth0(Place, [<, =, >], Sign),
        Order is Place - 1
    ;   throw(no_order_between(Left, Right))
    ),
    (   Holds =.. [Operator, Order, 0], call(Holds) -> Status = 2 ; Status = 0 ).

% The calendar
% ------------

elapsed(Unit, From, To, Value) :-
    ( not_stated(From) ; not_stated(To) ), !,
    Label = elapsed(Unit, From, To),
    (   ( From = several(_) ; To = several(_) ) -> Value = several(Label) ; Value = unknown(Label) ).
elapsed(Unit, From, To, Value) :-
    To @< From, !,
    elapsed(Unit, To, From, Opposite),
    Value is -Opposite.
elapsed(days, From, To, Days) :-
    day_number(From, Day1),
    day_number(To, Day2),
    Days is Day2 - Day1.
elapsed(months, date(Y1, M1, D1), date(Y2, M2, D2), Months) :-
    Whole is 12 * (Y2 - Y1) + M2 - M1,
    (   D2 < D1 -> Months is Whole - 1 ; Months = Whole ).
elapsed(years, From, To, Years) :-
    elapsed(months, From, To, Months),
    Years is Months // 12.

% Days since 1 March of the year 0, which makes 29 February the last day of its year.
day_number(date(Y0, M0, D), Number) :-
    Y is Y0 - (14 - M0) // 12,
    M is (M0 + 9) mod 12,
    Number is 365 * Y + Y // 4 - Y // 100 + Y // 400 + (153 * M + 2) // 5 + D - 1.

% Answers
% -------

% answer(+Number, +Predicate): a line for each row, "Number Predicate Status Value ...".
answer(Number, Key) :-
    forall(row(Key, Values, Status),
           ( format('~d ~w ~d', [Number, Key, Status]),
             forall(member(Value, Values), ( put_char(' '), spell(Value) )),
             nl )).

spell(unknown(Label)) :- !, format(atom(Text), '~w', [Label]), spell('unknown', Text).
spell(several(Label)) :- !, format(atom(Text), '~w', [Label]), spell('several', Text).
spell(date(Y, M, D)) :- !, format('date:~d/~d/~d', [Y, M, D]).
spell(Number) :- rational(Number, N, D), !, format('number:~d/~d', [N, D]).
spell(Value) :- spelling(Value, Text), !, write(Text).
spell(Value) :-
    ( string(Value) -> Kind = 'text' ; Kind = 'atom' ),
    with_output_to(atom(Text), spell(Kind, Value)),
    assertz(spelling(Value, Text)),
    write(Text).

% The code of each character that is no letter or digit of ASCII stands between per cent signs.
spell(Kind, Text) :-
    format('~w:', [Kind]),
    forall(sub_atom(Text, _, 1, _, Char),
           (   char_code(Char, Code), Code < 128, char_type(Char, csym) -> put_char(Char)
           ;   char_code(Char, Code), format('%~d%', [Code])
           )).
