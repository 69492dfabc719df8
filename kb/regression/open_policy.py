"""One edition of a policy over an open case, which others can be put over as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property, partial

from kb.again import decide_again
from kb.case import Case
from kb.decide import Decision, decide
from kb.policy import Policy
from kb.regression.cones import Meanings
from kb.solving.bounds import Bounds, bounds_for
from kb.solving.formulas import Formulas, OpenCase
from kb.solving.free import FreeCase, Held, Stated, reading_key
from kb.solving.shared import anchor_of, shared_inputs
from kb.solving.usual import Contents, plain_values, usual_cases
from kb.solving.values import OpenRow
from kb.solving.witness import WitnessSearch
from kb.syntax import READING, Constant


class OpenPolicy:
    """One edition over an open case that others can be put over as well; made once, for many comparisons.

    ``others`` are the editions that it will be compared with, which widen the bounds and narrow the inputs.
    """

    def __init__(
        self,
        policy: Policy,
        readings: Mapping[str, str] | None = None,
        others: Sequence[Policy] = (),
        rows: int = 0,
        bounds: Bounds | None = None,
    ) -> None:
        """``bounds`` are those that the rules ask for, with so many ``rows`` more of each list, or these."""
        self.policy, self.others = policy, others
        self.readings = policy.readings(readings)
        self.inputs, types = shared_inputs((policy, *others))
        self.bounds: Bounds = bounds or bounds_for((policy, *others), rows)
        self.free = FreeCase(self.inputs, types, self.bounds)
        # The rows of the readings where they are open.
        self.open_readings: Sequence[OpenRow] = ()
        self.formulas = Formulas(policy, self.readings, self.case_for(policy), self.free.coding)
        self.meanings = Meanings(policy, self.readings)
        self.wide: dict[frozenset[tuple[str, int]], OpenPolicy] = {}
        self.last: Decision | None = None

    def case_for(self, policy: Policy) -> OpenCase:
        """The open case for this edition or another, with the readings open where they are."""
        case = self.free.case(policy)
        return OpenCase(case.id, {**case.rows, READING: self.open_readings}) if self.open_readings else case

    @cached_property
    def usual(self) -> list[Contents]:
        """The usual cases of the edition."""
        return [each.contents for each in usual_cases(self.policy, self.free, self.formulas)]

    @cached_property
    def search(self) -> WitnessSearch:
        """The search for witnesses near the usual cases, or near the case that says nothing where there is none."""
        steady = {self.policy.vocabulary.header.request_date}
        plain = partial(plain_values, self.free, today=anchor_of(self.policy))
        return WitnessSearch(self.free, self.usual or [self.free.silent()], steady, plain)

    def under(self, readings: Mapping[str, str]) -> OpenPolicy:
        """The same edition over the same open case, under other readings, near the same usual cases."""
        other = copy(self)
        other.search = self.search
        other.readings = self.policy.readings(readings)
        other.formulas = Formulas(self.policy, other.readings, self.case_for(self.policy), self.free.coding)
        other.meanings = Meanings(self.policy, other.readings)
        other.__dict__.pop("any_reading", None)
        other.wide = {}
        return other

    def decided(self, case: Case, readings: Mapping[str, str]) -> Decision:
        """The decision of the engine on a case; what it has in common with the last one is not worked out anew."""
        last = self.last
        self.last = decide_again(last, self.policy, case, readings) if last else decide(self.policy, case, readings)
        return self.last

    def wider(self, rows: Mapping[str, int]) -> OpenPolicy:
        """The same edition over an open case with so many rows of these lists, near the same usual cases."""
        if not rows:
            return self
        key = frozenset(rows.items())
        if key not in self.wide:
            bounds = replace(self.bounds, rows={**self.bounds.rows, **rows})
            wide = OpenPolicy(self.policy, self.readings, self.others, bounds=bounds)
            wide.usual = [{**wide.free.silent(), **contents} for contents in self.search.usual]
            self.wide[key] = wide.any_reading if self.open_readings else wide
        return self.wide[key]

    @cached_property
    def any_reading(self) -> OpenPolicy:
        """The same edition over the same open case with its readings open too; a witness says which it takes."""
        other = copy(self)
        other.wide = {}
        other.open_readings = self.free.open_readings(self.policy)
        other.formulas = Formulas(self.policy, self.readings, other.case_for(self.policy), self.free.coding)
        other.meanings = Meanings(self.policy, None)
        chosen: dict[str, Held] = {
            reading_key(name): Stated((Constant("atom", value),)) for name, value in self.readings.items()
        }
        usual = [{**contents, **chosen} for contents in self.search.usual]
        other.search = WitnessSearch(self.free, usual, self.search.steady, self.search.plain)
        return other
