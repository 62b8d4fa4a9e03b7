"""Projections."""

from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.areas import AreaCode
from contracts.breakdown import Breakdown
from contracts.envelope import Timestamp
from contracts.notes import SourceNote
from contracts.period import Period, PeriodKind
from services.indicators.domain.projections import Projection, RecordedProjection
from services.indicators.schemas.provenance import Inferred, Notes, provenance_fields, provenance_of
from services.indicators.schemas.values import Code, Figure, PeriodText, Shown, Text

PROJECTION_EXAMPLE: dict[str, Any] = {
    "area": "E06000026",
    "name": "forecast-2014",
    "period": "2016/17",
    "value": "115",
    "source": "2014 business case",
}
_FIELDS = ("name", "period", "value", "lower", "upper", "source", "note")


class ProjectionIn(StrictBody):
    """What ``name`` (a forecast, a scenario) expects of a period. It is never an observation, and makes no colour."""

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [PROJECTION_EXAMPLE]}}

    area: AreaCode
    breakdown: Breakdown = Breakdown.TOTAL
    name: Code
    period: PeriodText
    value: Figure
    lower: Annotated[Figure | None, Field(description="Lower end of its range, where it has one")] = None
    upper: Annotated[Figure | None, Field(description="Upper end of its range, where it has one")] = None
    source: Text | None = None
    note: Text | None = None
    inferred: Annotated[Inferred, Field(default_factory=list)]
    notes: Annotated[Notes, Field(default_factory=list)]

    def read(self, kind: PeriodKind) -> Projection:
        """The projection, of an indicator that is recorded by ``kind``.

        Raises:
            UnknownPeriodError: its period is none of that kind.
        """
        sent = {name: getattr(self, name) for name in _FIELDS}
        sent |= {"period": Period.parse(self.period, kind), "provenance": provenance_of(self.inferred, self.notes)}
        return Projection(**sent)


class ProjectionOut(OutBody):
    indicator: str
    area: str
    breakdown: Breakdown
    name: str
    period: Period
    value: Shown
    lower: Shown | None
    upper: Shown | None
    source: str | None
    note: str | None
    inferred: list[str]
    notes: list[SourceNote]
    revision: int
    actor: str
    recorded_at: Timestamp

    @classmethod
    def of(cls, recorded: RecordedProjection) -> Self:
        projection = recorded.projection
        return cls(
            **recorded.series._asdict(),
            **{name: getattr(projection, name) for name in _FIELDS},
            **provenance_fields(projection.provenance),
            revision=recorded.number,
            actor=recorded.actor,
            recorded_at=recorded.recorded_at,
        )
