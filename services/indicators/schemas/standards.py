"""Service standards."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from services.indicators.domain.bank_holidays import WorkingCalendar
from services.indicators.domain.standards import ServiceStandard, StandardLimit, StandardUnit
from services.indicators.schemas.values import Code, Name, Text

STANDARD_EXAMPLE: dict[str, Any] = {
    "service": "Information access",
    "title": "Answer a subject access request",
    "limits": [
        {"limit": 40, "unit": "calendar_days", "valid_to": "2018-05-24"},
        {"limit": 1, "unit": "months", "calendar": "england_and_wales", "valid_from": "2018-05-25"},
    ],
}


class LimitBody(StrictBody):
    """A limit and the dates it holds between; working days, and months whose last day moves, say whose days."""

    limit: Annotated[int, Field(ge=0, le=10_000)]
    unit: StandardUnit
    calendar: WorkingCalendar | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    from_next_day: Annotated[bool, Field(description="Whether months run from the day after receipt")] = False

    def to_domain(self) -> StandardLimit:
        return StandardLimit(self.limit, self.unit, self.calendar, self.valid_from, self.valid_to, self.from_next_day)

    @classmethod
    def of(cls, limit: StandardLimit) -> Self:
        return cls(**{name: getattr(limit, name) for name in cls.model_fields})


class StandardIn(StrictBody):
    """A service standard, with its limits oldest first; one without any is qualitative."""

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [STANDARD_EXAMPLE]}}

    service: Name
    title: Name
    limits: Annotated[list[LimitBody], Field(max_length=20)]
    source: Text | None = None
    indicator: Annotated[
        Code | None, Field(description="Crude percentage that counts of how often it was met are recorded of")
    ] = None

    def to_domain(self, code: str) -> ServiceStandard:
        limits = tuple(limit.to_domain() for limit in self.limits)
        return ServiceStandard(code, self.service, self.title, limits, self.source, self.indicator)


class StandardOut(StandardIn):
    model_config = OutBody.model_config | {
        "json_schema_extra": {"examples": [STANDARD_EXAMPLE | {"code": "subject-access", "kind": "computed"}]}
    }

    code: str
    kind: Annotated[
        Literal["computed", "qualitative"],
        Field(description="Whether its deadlines are worked out, or it names no time"),
    ]

    @classmethod
    def of(cls, standard: ServiceStandard) -> Self:
        return cls(
            code=standard.code,
            service=standard.service,
            title=standard.title,
            limits=[LimitBody.of(limit) for limit in standard.limits],
            source=standard.source,
            indicator=standard.indicator,
            kind="qualitative" if standard.is_qualitative else "computed",
        )
