% The clauses of the policy that is loaded, in the form that three_truths.pl evaluates.
%
% A predicate is known by its key, 'name/arity'. A variable becomes v(N), a slot of the environment
% env(_, ..., _) of its clause. A body becomes all(Atoms, Calendar, Tests), whatever the order in which
% its goals were written.

:- module(policy, [
    compile_policy/1,
    clause/4,    % clause(Predicate, HeadArguments, Body, NumberOfVariables)
    uses/2,      % uses(Predicate, Other): a clause of the one has an atom of the other
    defined/1,   % defined(Predicate): it has clauses
    is_input/1   % is_input(Predicate): the case supplies it
]).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(prelude).

:- dynamic clause/4, uses/2, defined/1, is_input/1.

compile_policy(Policy) :-
    absolute_file_name(Policy, File),
    forall(declared_input(Head),
           ( key(Head, Key), assertz(is_input(Key)) )),
    forall(( source_file(user:Head, File), clause(user:Head, Body) ),
           compile_clause(Head, Body)).

declared_input(Head) :- declared(input(Head, _, _)).
declared_input(Head) :- declared(input(Head, _, _, _)).

key(Head, Key) :-
    functor(Head, Name, Arity),
    format(atom(Key), '~w/~d', [Name, Arity]).

compile_clause(Head, Body) :-
    term_variables(Head-Body, Variables),
    length(Variables, Size),
    findall(N, between(1, Size, N), Slots),
    maplist(slot, Slots, Variables),
    key(Head, Key),
    Head =.. [_|Terms],
    maplist(value_of_term, Terms, Arguments),
    compile_body(Key, [Body], Compiled),
    assertz(clause(Key, Arguments, Compiled, Size)),
    (   defined(Key) -> true ; assertz(defined(Key)) ).

slot(N, v(N)).

compile_body(Key, Goals0, all(Atoms, Calendar, Tests)) :-
    flat(Goals0, Goals),
    compile_goals(Goals, Key, Atoms, Calendar, Tests).

compile_one(Key, Goal, Body) :-
    compile_body(Key, [Goal], Body).

flat([], []).
flat([Goal|Rest], Flat) :-
    (   Goal = (Left, Right)
    ->  flat([Left, Right|Rest], Flat)
    ;   Goal == true
    ->  flat(Rest, Flat)
    ;   Flat = [Goal|More],
        flat(Rest, More)
    ).

compile_goals([], _, [], [], []).
compile_goals([Goal|Rest], Key, Atoms, Calendar, Tests) :-
    compile_goal(Goal, Key, Compiled),
    (   Compiled = atom(_, _)
    ->  Atoms = [Compiled|Atoms1], Calendar = Calendar1, Tests = Tests1
    ;   Compiled = elapsed(_, _, _, _)
    ->  Atoms = Atoms1, Calendar = [Compiled|Calendar1], Tests = Tests1
    ;   Atoms = Atoms1, Calendar = Calendar1, Tests = [Compiled|Tests1]
    ),
    compile_goals(Rest, Key, Atoms1, Calendar1, Tests1).

compile_goal(\+ Goal, Key, not(Body)) :- !,
    compile_one(Key, Goal, Body).
compile_goal(at_least(K, Goals), Key, count(K, Bodies)) :- !,
    maplist(compile_one(Key), Goals, Bodies).
compile_goal(at_least(K, v(N), Goal), Key, distinct(K, N, Body)) :- !,
    compile_one(Key, Goal, Body).
compile_goal(Goal, Key, Compiled) :-
    Goal =.. [Name|Goals],
    counting(Name, Goals, K), !,
    compile_goal(at_least(K, Goals), Key, Compiled).
compile_goal(Goal, _, compare(Operator, Left, Right)) :-
    Goal =.. [Operator, Term1, Term2],
    memberchk(Operator, [=, \=, <, =<, >, >=]), !,
    value_of_term(Term1, Left),
    value_of_term(Term2, Right).
compile_goal(Goal, _, elapsed(Unit, Start, End, Result)) :-
    Goal =.. [Name|Terms],
    unit(Name, Unit),
    Terms = [_, _, _], !,
    maplist(value_of_term, Terms, [Start, End, Result]).
compile_goal(Goal, Key, atom(Used, Arguments)) :-
    key(Goal, Used),
    Goal =.. [_|Terms],
    maplist(value_of_term, Terms, Arguments),
    (   uses(Key, Used) -> true ; assertz(uses(Key, Used)) ).

counting(one_of, _, 1).
counting(two_of, _, 2).
counting(three_of, _, 3).
counting(all_of, Goals, K) :- length(Goals, K).

unit(years_between, years).
unit(months_between, months).
unit(days_between, days).

value_of_term(v(N), v(N)) :- !.
value_of_term(-(Number), Value) :- !,
    value_of_term(Number, Positive),
    Value is -Positive.
value_of_term(Number, Exact) :- float(Number), !,
    exact(Number, Exact).
value_of_term(Atom, date(Y, M, D)) :-
    atom(Atom),
    calendar_date(Atom, Y, M, D), !.
value_of_term(Value, Value) :- atomic(Value).

calendar_date(Atom, Y, M, D) :-
    atom_length(Atom, 10),
    atomic_list_concat([Year, Month, Day], '-', Atom),
    maplist(atom_length, [Year, Month, Day], [4, 2, 2]),
    maplist(atom_number, [Year, Month, Day], [Y, M, D]),
    maplist(integer, [Y, M, D]).

% SWI-Prolog reads 3.5 as a float; its shortest spelling gives back the decimal that was written.
exact(Float, Exact) :-
    format(atom(Text), '~w', [Float]),
    (   atomic_list_concat([Digits, Power], e, Text)
    ->  atom_number(Power, Exponent)
    ;   Digits = Text, Exponent = 0
    ),
    atomic_list_concat([Whole, Fraction], '.', Digits),
    atom_length(Fraction, Places),
    atom_concat(Whole, Fraction, Joined),
    atom_number(Joined, Amount),
    Shift is Exponent - Places,
    (   Shift >= 0
    ->  Exact is Amount * 10 ** Shift
    ;   Exact is Amount rdiv (10 ** (-Shift))
    ).
