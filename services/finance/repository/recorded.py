"""The one condition for reading a past state."""

from typing import Any

from sqlalchemy import ColumnElement

from services.finance.domain.as_at import AsAt


def recorded_by(as_at: AsAt, recorded_at: Any, business_date: Any) -> list[ColumnElement[bool]]:
    """Conditions for rows that are part of the state, by the columns of their two times; none for the present one."""
    found: list[ColumnElement[bool]] = []
    if as_at.quarter is not None:
        found.append(business_date <= as_at.quarter.end)
    if as_at.as_of is not None:
        found.append(recorded_at <= as_at.as_of)
    return found
