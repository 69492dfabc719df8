"""What several policies ask for in the same way: inputs that they share, and a plain date for a request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kb.policy import Policy
from kb.solving.bounds import FIRST_YEAR, LAST_YEAR
from kb.vocabulary import Input


def shared_inputs(policies: Sequence[Policy]) -> tuple[dict[str, Input], dict[str, tuple[str, ...]]]:
    """The inputs that all of the policies read alike, and their enumerations cut to the values that all know.

    An input that they read differently is left out, so that a case of what remains can be read under each.
    """
    first, *others = (policy.vocabulary for policy in policies)
    inputs = {}
    for name, declared in first.inputs.items():
        if all(name in each.inputs and shape(each.inputs[name]) == shape(declared) for each in others):
            inputs[name] = declared
    types = {
        name: tuple(value for value in each.values if all(value in other.types[name].values for other in others))
        for name, each in first.types.items()
        if all(name in other.types for other in others)
    }
    return inputs, types


def shape(declared: Input) -> tuple[object, ...]:
    """What decides how a case file states an input."""
    return declared.kind, declared.document, tuple((each.key, each.type) for each in declared.arguments)


def anchor_of(policy: Policy) -> date:
    """A plain date for a request: the middle of the year after the policy took effect."""
    effective = policy.vocabulary.header.effective
    year = effective.year if effective else 2024
    return date(min(max(year + 1, FIRST_YEAR), LAST_YEAR), 6, 16)
