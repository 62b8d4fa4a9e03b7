"""Observations and the state they make."""

from typing import Annotated, Any

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.colours import Colour
from contracts.envelope import Timestamp
from contracts.indicators import BenchmarkState, ObservationStatus, TrendState
from contracts.period import Period
from services.indicators.domain.entry import Entry
from services.indicators.schemas.definitions import AreaOut, IndicatorOut
from services.indicators.schemas.values import AreaCode, Denominator, Figure, Name, Shown, Tally, Text

OBSERVATION_EXAMPLE: dict[str, Any] = {
    "area": "E06000026",
    "period": "Jan-18",
    "value": "81.6",
    "status": "final",
}


class ObservationIn(StrictBody):
    """A value of an indicator in an area and a period.

    A percentage is between 0 and 100; counts, rates and days are not negative. ``reason`` is needed to change a
    final value and to withdraw one; a withdrawal has no value.
    """

    model_config = StrictBody.model_config | {
        "json_schema_extra": {
            "examples": [
                OBSERVATION_EXAMPLE,
                OBSERVATION_EXAMPLE | {"value": "81.7", "reason": "Late returns from the emergency department"},
                OBSERVATION_EXAMPLE | {"value": None, "status": "withdrawn", "reason": "Counted twice"},
            ]
        }
    }

    area: AreaCode
    period: Period
    value: Figure | None = None
    status: ObservationStatus = ObservationStatus.PROVISIONAL
    count: Tally | None = None
    denominator: Denominator | None = None
    lower: Annotated[Figure | None, Field(description="Lower 95% limit, where the source gives one")] = None
    upper: Annotated[Figure | None, Field(description="Upper 95% limit, where the source gives one")] = None
    note: Text | None = None
    basis: Annotated[Name | None, Field(description="How it is known: printed, inferred, a narrative")] = None
    reason: Text | None = None

    def entry(self) -> Entry:
        return Entry(**{name: getattr(self, name) for name in type(self).model_fields})


class LimitsOut(OutBody):
    """The 95% limits that colours use: as sent, else computed from count and denominator."""

    lower: Shown
    upper: Shown
    computed: bool


class ObservationOut(OutBody):
    indicator: str
    area: str
    period: Period
    value: Shown | None
    status: ObservationStatus
    count: Shown | None
    denominator: Shown | None
    lower: Shown | None
    upper: Shown | None
    limits: LimitsOut | None
    note: str | None
    basis: str | None
    reason: str | None
    revision: int
    actor: str
    recorded_at: Timestamp


class RecordedOut(ObservationOut):
    """An observation as it stands after it was sent.

    ``version`` is the version of the state of this indicator in this area, as its events carry it; ``event`` is
    the id of the event that tells of this change, null where nothing changed.
    """

    version: int
    event: str | None


class TargetStateOut(OutBody):
    colour: Colour
    expected: Shown | None
    reason: str


class PointOut(OutBody):
    """One of the six latest periods, with the colours as they stood in it."""

    period: Period
    value: Shown | None
    revision: int
    status: ObservationStatus
    benchmark: Colour
    trend: Colour
    target: Colour


class ColoursOut(OutBody):
    """The latest observation, its colours with their reasons, and the six latest periods, oldest first."""

    latest: ObservationOut | None
    benchmark: BenchmarkState
    trend: TrendState
    target: TargetStateOut | None
    series: list[PointOut]


class StatusOut(ColoursOut):
    """The state of an indicator in an area.

    ``version`` is that of its newest event: 0 before the first, null when read as of a moment.
    """

    indicator: IndicatorOut
    area: AreaOut
    version: int | None
    as_of: Timestamp | None = None
