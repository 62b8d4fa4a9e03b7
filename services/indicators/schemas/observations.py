"""Observations."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.areas import AreaCode
from contracts.breakdown import Breakdown
from contracts.envelope import Timestamp
from contracts.indicators import Mark, Missing, ObservationStatus
from contracts.notes import SourceNote
from contracts.period import Period, PeriodKind
from contracts.reasons import Reason
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.limits import limits_of
from services.indicators.domain.observations import Observation, RecordedObservation, Revision, SeriesKey
from services.indicators.schemas.provenance import Inferred, Notes, provenance_fields, provenance_of
from services.indicators.schemas.values import Code, Denominator, Figure, Name, PeriodText, Shown, Tally, Text

OBSERVATION_EXAMPLE: dict[str, Any] = {
    "area": "E06000026",
    "period": "Jan-18",
    "value": "81.6",
    "status": "final",
}
SYMBOL_EXAMPLE: dict[str, Any] = {
    "area": "E06000026",
    "breakdown": {"sex": "male"},
    "period": "2015 - 17",
    "missing": "[c]",
    "status": "final",
}


MOST_AT_ONCE = 5000
"""Observations of one call."""


class ObservationIn(StrictBody):
    """A value of an indicator in an area and a period: in total, or of a breakdown that the indicator declares.

    Instead of a value there may be a symbol in ``missing``: [c] suppressed, [x] not available, [z] not applicable,
    [low] rounds to zero. Values may carry ``marks``: [e] estimated, [u] low reliability, [b] break in the series.
    Of a crude indicator count and denominator make the value, to the digits it prints; left out, it is computed.
    A percentage is between 0 and 100; counts, rates and days are not negative. ``reason`` is needed to change what
    once was final and to withdraw it; a withdrawal has no value.
    """

    model_config = StrictBody.model_config | {
        "json_schema_extra": {
            "examples": [
                OBSERVATION_EXAMPLE,
                OBSERVATION_EXAMPLE | {"value": "81.7", "reason": "Late returns from the emergency department"},
                OBSERVATION_EXAMPLE | {"value": None, "status": "withdrawn", "reason": "Counted twice"},
                SYMBOL_EXAMPLE,
            ]
        }
    }

    area: AreaCode
    breakdown: Breakdown = Breakdown.TOTAL
    period: PeriodText
    value: Figure | None = None
    missing: Missing | None = None
    marks: Annotated[list[Mark], Field(max_length=3, default_factory=list)]
    status: ObservationStatus = ObservationStatus.PROVISIONAL
    count: Tally | None = None
    denominator: Denominator | None = None
    lower: Annotated[Figure | None, Field(description="Lower 95% limit, where the source gives one")] = None
    upper: Annotated[Figure | None, Field(description="Upper 95% limit, where the source gives one")] = None
    note: Text | None = None
    basis: Annotated[Name | None, Field(description="How it is known: printed, inferred, a narrative")] = None
    reason: Reason | None = None
    inferred: Annotated[Inferred, Field(default_factory=list)]
    notes: Annotated[Notes, Field(default_factory=list)]

    def read(self, kind: PeriodKind) -> Observation:
        """The observation, of an indicator that is recorded by ``kind``.

        Raises:
            UnknownPeriodError: its period is none of that kind.
        """
        same = ("value", "missing", "status", "count", "denominator", "lower", "upper", "note", "basis", "reason")
        return Observation(
            period=Period.parse(self.period, kind),
            **{name: getattr(self, name) for name in same},
            marks=tuple(sorted(set(self.marks))),
            provenance=provenance_of(self.inferred, self.notes),
        )


class ObservationEntryIn(ObservationIn):
    """An observation that names its indicator, beside others in one call."""

    model_config = StrictBody.model_config | {
        "json_schema_extra": {"examples": [{"indicator": "ae-four-hour-wait", **OBSERVATION_EXAMPLE}]}
    }

    indicator: Code

    @property
    def series(self) -> SeriesKey:
        return SeriesKey(self.indicator, self.area, self.breakdown)


class ObservationsIn(StrictBody):
    """Observations that are recorded together, all or none."""

    observations: Annotated[
        list[ObservationEntryIn],
        Field(min_length=1, max_length=MOST_AT_ONCE, description=f"At most {MOST_AT_ONCE}, of any indicators"),
    ]


class LimitsOut(OutBody):
    """The 95% limits that colours use: as sent, else computed from count and denominator."""

    lower: Shown
    upper: Shown
    computed: bool

    @classmethod
    def of(cls, observation: Observation, indicator: Indicator) -> Self | None:
        limits = limits_of(observation, indicator)
        if limits.lower is None or limits.upper is None:
            return None
        return cls(lower=limits.lower, upper=limits.upper, computed=limits.computed)


class ObservationOut(OutBody):
    indicator: str
    area: str
    breakdown: Breakdown
    period: Period
    value: Shown | None
    missing: Missing | None
    marks: list[Mark]
    status: ObservationStatus
    count: Shown | None
    denominator: Shown | None
    lower: Shown | None
    upper: Shown | None
    limits: LimitsOut | None
    note: str | None
    basis: str | None
    reason: str | None
    inferred: list[str]
    notes: list[SourceNote]
    revision: int
    actor: str
    recorded_at: Timestamp

    @classmethod
    def of(cls, revision: Revision, indicator: Indicator) -> Self:
        return cls(**_fields(revision, indicator))


class ListedObservationOut(ObservationOut):
    """An observation of a list, with the sort key of its period where that is asked for."""

    sort_key: Annotated[
        str | None,
        Field(description="The Fingertips sort key of the period, on request; null also where its kind has none"),
    ]

    @classmethod
    def of_listed(cls, revision: Revision, indicator: Indicator, *, sort_keys: bool) -> Self:
        key = revision.period.fingertips_key if sort_keys else None
        return cls(**_fields(revision, indicator), sort_key=None if key is None else str(key))


def _fields(revision: Revision, indicator: Indicator) -> dict[str, Any]:
    """The fields of ``ObservationOut``."""
    observed, series = revision.observation, revision.series
    same = ("period", "value", "missing", "status", "count", "denominator", "lower", "upper", "note", "basis", "reason")
    return {
        **{name: getattr(observed, name) for name in same},
        **provenance_fields(observed.provenance),
        **series._asdict(),
        "marks": list(observed.marks),
        "limits": LimitsOut.of(observed, indicator),
        "revision": revision.number,
        "actor": revision.actor,
        "recorded_at": revision.recorded_at,
    }


class RecordedOut(ObservationOut):
    """What is current once an observation was sent.

    ``version`` is the version of the state of this series, as its events carry it; ``event`` is the id of the event
    that lists this change, null where nothing changed.
    """

    version: int
    event: str | None

    @classmethod
    def of_recorded(cls, recorded: RecordedObservation) -> Self:
        fields = _fields(recorded.revision, recorded.indicator)
        return cls(**fields, version=recorded.version, event=recorded.event)


class BulkEntryOut(OutBody):
    """What became of one of several observations: which revision is current, and the event that tells of it."""

    indicator: str
    area: str
    breakdown: Breakdown
    period: Period
    revision: int
    version: int
    event: str | None

    @classmethod
    def of(cls, recorded: RecordedObservation) -> Self:
        revision = recorded.revision
        return cls(
            **revision.series._asdict(),
            period=revision.period,
            revision=revision.number,
            version=recorded.version,
            event=recorded.event,
        )


class BulkOut(OutBody):
    """What became of observations that were sent together, in the order sent."""

    recorded: Annotated[int, Field(description="How many are new revisions")]
    unchanged: Annotated[int, Field(description="How many were current already")]
    observations: Annotated[list[BulkEntryOut], Field(description="Each of them, in the order sent")]

    @classmethod
    def of(cls, recorded: Sequence[RecordedObservation]) -> Self:
        new = sum(each.new for each in recorded)
        entries = [BulkEntryOut.of(each) for each in recorded]
        return cls(recorded=new, unchanged=len(entries) - new, observations=entries)
