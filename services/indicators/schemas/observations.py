"""Observations."""

from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.envelope import Timestamp
from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.indicators.domain.definitions import Unit
from services.indicators.domain.limits import limits_of
from services.indicators.domain.observations import Observation, RecordedObservation, Revision
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

    def to_domain(self) -> Observation:
        return Observation(**{name: getattr(self, name) for name in type(self).model_fields if name != "area"})


class LimitsOut(OutBody):
    """The 95% limits that colours use: as sent, else computed from count and denominator."""

    lower: Shown
    upper: Shown
    computed: bool

    @classmethod
    def of(cls, observation: Observation, unit: Unit) -> Self | None:
        limits = limits_of(observation, unit)
        if limits.lower is None or limits.upper is None:
            return None
        return cls(lower=limits.lower, upper=limits.upper, computed=limits.computed)


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

    @classmethod
    def of(cls, revision: Revision, unit: Unit) -> Self:
        return cls(**_fields(revision, unit))


def _fields(revision: Revision, unit: Unit) -> dict[str, Any]:
    """The fields of ``ObservationOut``."""
    observed = revision.observation
    return {
        **{name: getattr(observed, name) for name in type(observed).__slots__},
        "indicator": revision.series.indicator,
        "area": revision.series.area,
        "limits": LimitsOut.of(observed, unit),
        "revision": revision.number,
        "actor": revision.actor,
        "recorded_at": revision.recorded_at,
    }


class RecordedOut(ObservationOut):
    """What is current once an observation was sent.

    ``version`` is the version of the state of this indicator in this area, as its events carry it; ``event`` is
    the id of the event that tells of this change, null where nothing changed.
    """

    version: int
    event: str | None

    @classmethod
    def of_recorded(cls, recorded: RecordedObservation) -> Self:
        fields = _fields(recorded.revision, recorded.unit)
        return cls(**fields, version=recorded.version, event=recorded.event)
