"""Parameters that several queries share."""

from typing import Annotated

from fastapi import Depends, Query

from chassis.web.moments import AsOf
from contracts.period import Period
from services.finance.domain.as_at import AsAt
from services.finance.schemas.fields import QuarterLabel, YearLabel


def as_at(
    quarter: Annotated[
        QuarterLabel | None,
        Query(description="Read the last state whose business date is not after this financial quarter"),
    ] = None,
    as_of: AsOf = None,
) -> AsAt:
    """Which state is wanted, by default the present one."""
    return AsAt(None if quarter is None else Period.parse(quarter), as_of)


Wanted = Annotated[AsAt, Depends(as_at)]
"""``quarter=`` and ``as_of=``."""


def of_year(
    financial_year: Annotated[
        YearLabel | None, Query(description="Default: that of `quarter`, else the latest with budget lines")
    ] = None,
) -> Period | None:
    return None if financial_year is None else Period.parse(financial_year)


OfYear = Annotated[Period | None, Depends(of_year)]
"""``financial_year=`` of a fund."""
