% Every form of the language, for random cases: joins that meet unknown values, nested negations and counts.
% It says nothing about any real policy.

:- policy(every_form, [
    title("Every form"), payer("Nobody"), edition('1'), effective('2024-01-01'),
    root(all_forms), request_date(asked_on), section('S', "All of it")
]).

:- type(colour, [red, green, blue]).
:- type(shape, [disc, square]).

:- input(asked_on(P: case, Date: date), one, "When?").
:- input(bead(P: case, Colour: colour, Shape: shape, Found: date), many, "Which beads?").
:- input(lost(P: case, Colour: colour, On: date), many, "Which were lost?", [document]).
:- input(seen(P: case, On: date), many, "When was one seen?").
:- input(liked(P: case, Colour: colour), many, "Which colours?").
:- input(weight(P: case, Amount: decimal), one, "How heavy?", [document]).
:- input(limit(P: case, Least: decimal, Most: decimal), one, "Which limits?").
:- input(count(P: case, Number: integer), one, "How many?").
:- input(remark(P: case, Words: text), one, "What was said?").
:- input(banned(P: case, Colour: colour), flags, "Which are banned?").
:- input(sealed(P: case), one, "Sealed?", [document]).
:- input(signed(P: case), one, "Signed?").

:- reading(edge, inside, [outside], "whether the limit counts").

:- criterion(all_forms/1, 'S', "all forms").
:- criterion(joined/2, 'S', "joined: {Colour}").
:- criterion(joined_three/2, 'S', "joined thrice: {Colour}").
:- criterion(matched/3, 'S', "matched: {Colour} on {On}").
:- criterion(not_lost/2, 'S', "not lost: {Colour}").
:- criterion(apart/1, 'S', "two colours").
:- criterion(within_limits/1, 'S', "within limits").
:- criterion(exact/1, 'S', "exact").
:- criterion(same_day/1, 'S', "same day").
:- criterion(recent/2, 'S', "recent: {Colour}").
:- criterion(age/2, 'S', "age {Months}").
:- criterion(same_age/1, 'S', "same age").
:- criterion(of_certain_age/1, 'S', "of a certain age").
:- criterion(two_days/1, 'S', "seen on two days").
:- criterion(three_beads/1, 'S', "three days of one colour").
:- criterion(two_joined/1, 'S', "two joined colours").
:- criterion(not_often/1, 'S', "not often").
:- criterion(some_of/1, 'S', "some of them").
:- criterion(nested/1, 'S', "nested").
:- criterion(every_liked_found/1, 'S', "every liked colour found").
:- criterion(none_banned/1, 'S', "none banned").
:- criterion(quoted/1, 'S', "quoted").
:- criterion(chained/2, 'S', "chained: {Colour}").

warm(red).
pair(red, green).
pair(green, blue).
pair(blue, blue).
wanted(2).
wanted(12).

joined(P, Colour) :- bead(P, Colour, _, _), lost(P, Colour, _).
joined_three(P, Colour) :- liked(P, Colour), lost(P, Colour, _), bead(P, Colour, _, _).
matched(P, Colour, On) :- bead(P, Colour, Shape, On), lost(P, Colour, On), Shape = disc.
not_lost(P, Colour) :- bead(P, Colour, _, Found), \+ (lost(P, Colour, On), On >= Found).
apart(P) :- bead(P, One, _, _), bead(P, Other, _, _), One \= Other.
apart(P) :- liked(P, One), pair(One, Other), bead(P, Other, _, _).
within_limits(P) :- reading(edge, inside), weight(P, W), limit(P, Least, Most), W >= Least, W =< Most.
within_limits(P) :- W > Least, W < Most, reading(edge, outside), limit(P, Least, Most), weight(P, W).
exact(P) :- weight(P, W), limit(P, W, _).
exact(P) :- weight(P, 3.5).
same_day(P) :- bead(P, _, _, Day), seen(P, Day), \+ lost(P, _, Day).
recent(P, Colour) :-
    N < 3, months_between(Found, Today, N), asked_on(P, Today), bead(P, Colour, _, Found), Found =< Today.
recent(P, Colour) :- bead(P, Colour, square, '2024-02-29').
age(P, Months) :- asked_on(P, Today), bead(P, _, _, Found), months_between(Found, Today, Months).
same_age(P) :-
    asked_on(P, Today), bead(P, red, _, First), bead(P, blue, _, Second),
    months_between(First, Today, N), months_between(Second, Today, N).
of_certain_age(P) :- asked_on(P, Today), bead(P, _, _, Found), wanted(N), months_between(Found, Today, N).
of_certain_age(P) :- asked_on(P, Today), seen(P, Day), years_between(Day, Today, 1), days_between(Day, Today, N), N < 400.
two_days(P) :- asked_on(P, Today), at_least(2, Day, (seen(P, Day), months_between(Day, Today, N), N < 12)).
three_beads(P) :- bead(P, Colour, _, _), at_least(3, Day, bead(P, Colour, _, Day)).
two_joined(P) :- case(P), at_least(2, Colour, joined(P, Colour)).
not_often(P) :- case(P), \+ at_least(2, Day, (seen(P, Day), \+ lost(P, _, Day))).
some_of(P) :- case(P), two_of(sealed(P), signed(P), joined(P, _), banned(P, red)).
some_of(P) :- case(P), all_of(sealed(P), \+ banned(P, red), one_of(signed(P), joined(P, green))).
nested(P) :-
    liked(P, Colour),
    at_least(2, [
        \+ banned(P, Colour),
        (bead(P, Colour, Shape, _), Shape \= disc),
        \+ two_of(lost(P, Colour, _), sealed(P), signed(P)),
        at_least(2, Day, (seen(P, Day), \+ lost(P, Colour, Day)))
    ]).
every_liked_found(P) :- case(P), \+ (liked(P, Colour), \+ bead(P, Colour, _, _)).
none_banned(P) :- case(P), \+ banned(P, _).
none_banned(P) :- case(P), \+ (banned(P, Colour), (bead(P, Colour, _, _), \+ warm(Colour))).
quoted(P) :- remark(P, "a note"), count(P, N), N >= 2.
quoted(P) :- remark(P, Words), Words \= "a note", count(P, -1).
chained(P, Colour) :- not_lost(P, Colour), recent(P, Colour).
chained(P, Colour) :- joined(P, Colour), \+ not_lost(P, Colour).

all_forms(P) :-
    case(P),
    three_of(
        within_limits(P), exact(P), same_day(P), same_age(P), of_certain_age(P), two_days(P), three_beads(P),
        two_joined(P), not_often(P), some_of(P), nested(P), every_liked_found(P), none_banned(P), quoted(P), apart(P)
    ),
    \+ chained(P, blue).
