"""Outcomes, objectives and service standards."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from services.indicators.domain.standards import StandardLimit, StandardUnit, WorkingCalendar
from services.indicators.schemas.values import Code, Name, Text

LINKED_EXAMPLE: dict[str, Any] = {"title": "Improved A&E four hour performance", "indicators": ["ae-four-hour-wait"]}
STANDARD_EXAMPLE: dict[str, Any] = {
    "service": "Information access",
    "title": "Answer a subject access request",
    "limits": [
        {"limit": 40, "unit": "calendar_days", "valid_to": "2018-05-24"},
        {"limit": 1, "unit": "months", "valid_from": "2018-05-25"},
    ],
}


class LinkedIn(StrictBody):
    """An outcome or an objective, with the indicators that show how it goes, in order."""

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [LINKED_EXAMPLE]}}

    title: Name
    indicators: Annotated[list[Code], Field(max_length=200, default_factory=list)]


class LinkedOut(OutBody):
    code: str
    title: str
    indicators: list[str]


class LimitBody(StrictBody):
    """A limit and the dates it holds between; working days say whose calendar."""

    limit: Annotated[int, Field(ge=0, le=10_000)]
    unit: StandardUnit
    calendar: WorkingCalendar | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def standard_limit(self) -> StandardLimit:
        return StandardLimit(self.limit, self.unit, self.calendar, self.valid_from, self.valid_to)


class StandardIn(StrictBody):
    """A service standard, with its limits oldest first."""

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [STANDARD_EXAMPLE]}}

    service: Name
    title: Name
    limits: Annotated[list[LimitBody], Field(min_length=1, max_length=20)]
    source: Text | None = None


class StandardOut(StandardIn):
    model_config = OutBody.model_config

    code: str
