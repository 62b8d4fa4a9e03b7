"""Breakdowns that are named in a query or a body."""

from chassis.errors import FieldError
from contracts.breakdown import Breakdown
from services.indicators.domain.definitions import Indicator
from services.indicators.errors import ReferenceInvalid


def refuse_undeclared(indicator: Indicator, breakdown: Breakdown, field: str = "breakdown") -> None:
    """See that an indicator declares a breakdown.

    Raises:
        ReferenceInvalid: it does not.
    """
    undeclared = indicator.breakdown_fault(breakdown)
    if undeclared:
        raise ReferenceInvalid("The indicator is not broken down so.", [FieldError(field, undeclared)])
