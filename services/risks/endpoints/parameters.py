"""Parameters that several queries share."""

from typing import Annotated

from fastapi import Depends, Query

from chassis.web.moments import AsOf
from contracts.period import Period
from contracts.risks import Band
from services.risks.domain.as_at import AsAt
from services.risks.domain.rating import Kind, Status
from services.risks.domain.register import RiskFilter
from services.risks.schemas.values import QuarterLabel


def as_at(
    quarter: Annotated[
        QuarterLabel | None,
        Query(description="Read the last state whose business date is not after this financial quarter"),
    ] = None,
    as_of: AsOf = None,
) -> AsAt:
    """Which state is wanted, by default the present one."""
    return AsAt(None if quarter is None else Period.parse(quarter), as_of)


AsAtWanted = Annotated[AsAt, Depends(as_at)]
"""``quarter=`` and ``as_of=``."""


def lines_filter(
    register: Annotated[str | None, Query(max_length=60, examples=["people-2018"])] = None,
    category: Annotated[str | None, Query(max_length=120)] = None,
    department: Annotated[str | None, Query(max_length=120)] = None,
    outcome: Annotated[str | None, Query(max_length=120)] = None,
    kind: Annotated[Kind | None, Query()] = None,
    band: Annotated[Band | None, Query(description="Band of the effective rating")] = None,
    status: Annotated[Status | None, Query()] = None,
    owner: Annotated[str | None, Query(max_length=300, description="Who owns it, as the register says")] = None,
) -> RiskFilter:
    return RiskFilter(register, category, department, outcome, kind, band, status=status, owner=owner)


LinesWanted = Annotated[RiskFilter, Depends(lines_filter)]
"""What of the register is wanted, by what a line of it says."""
