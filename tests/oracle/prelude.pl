% Lets SWI-Prolog load a policy file as it is:
%
%   swipl prelude.pl POLICY.pl
%
% Every directive of a policy becomes a fact declared(Directive). It is kept from being run, so no
% name is taken from the policy, and a directive that is not of the language is an error.

:- module(prelude, [declared/1]).

:- dynamic declared/1.

directive(policy(_, _)).
directive(type(_, _)).
directive(input(_, _, _)).
directive(input(_, _, _, _)).
directive(criterion(_, _, _)).
directive(advisory(_, _, _)).
directive(grant(_, _, _)).
directive(reading(_, _, _, _)).
directive(informational(_, _)).

% Only the files that are loaded after this one are policies, not the libraries that they bring in.
is_policy :-
    prolog_load_context(source, File),
    prolog_load_context(module, user),
    module_property(prelude, file(Here)),
    File \== Here.

:- multifile user:term_expansion/2, user:message_hook/3.
:- dynamic user:term_expansion/2, user:message_hook/3.

user:term_expansion((:- Directive), []) :-
    prelude:is_policy,
    (   prelude:directive(Directive)
    ->  assertz(prelude:declared(Directive))
    ;   print_message(error, format("no directive of a policy: ~p", [Directive]))
    ).

% The variables of a directive name the arguments of a predicate, so each stands alone; the clauses
% of a predicate may stand in any order; and so may the goals of a body, a negation before what binds
% its variables.
user:message_hook(singletons((:- Directive), _), warning, _) :-
    prelude:directive(Directive).
user:message_hook(discontiguous(_, _), warning, _) :-
    prelude:is_policy.
user:message_hook(compiler_warnings(_, Warnings), warning, _) :-
    prelude:is_policy,
    forall(member(Warning, Warnings), Warning = negation_singleton(_)).
