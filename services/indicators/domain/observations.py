"""Observations: what they are made of, and the revisions in which they are recorded."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from contracts.breakdown import Breakdown
from contracts.indicators import Mark, Missing, ObservationStatus, subject
from contracts.period import Period, PeriodKind
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.provenance import PRINTED, Provenance

_WORDS = {
    Missing.SUPPRESSED: "suppressed",
    Missing.NOT_AVAILABLE: "not available",
    Missing.NOT_APPLICABLE: "not applicable",
    Missing.ROUNDS_TO_ZERO: "rounds to zero",
}


class SeriesKey(NamedTuple):
    """One indicator in one area, in total or of one breakdown."""

    indicator: str
    area: str
    breakdown: Breakdown = Breakdown.TOTAL

    @property
    def subject(self) -> str:
        return subject(*self)

    @classmethod
    def parse(cls, subject: str) -> "SeriesKey":
        """The series that an event's subject names."""
        indicator, area, *breakdown = subject.split("/", 2)
        return cls(indicator, area, Breakdown.parse("".join(breakdown)))


@dataclass(frozen=True, slots=True)
class Observation:
    """What was observed in a period: a value with its marks, or the symbol that is there instead.

    Withdrawn it has neither. Limits are those that were sent.
    """

    period: Period
    value: Decimal | None
    status: ObservationStatus = ObservationStatus.FINAL
    count: Decimal | None = None
    denominator: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    note: str | None = None
    basis: str | None = None
    reason: str | None = None
    missing: Missing | None = None
    marks: tuple[Mark, ...] = ()
    provenance: Provenance = PRINTED

    @property
    def is_withdrawn(self) -> bool:
        return self.status is ObservationStatus.WITHDRAWN

    @property
    def is_provisional(self) -> bool:
        return self.status is ObservationStatus.PROVISIONAL

    @property
    def figures(self) -> tuple[object, ...]:
        """What does not change without a reason once it was final."""
        return (self.value, self.missing, self.marks, self.count, self.denominator, self.lower, self.upper)

    @property
    def content(self) -> tuple[object, ...]:
        """What makes it the same observation when it is sent again; the reason is not part of it."""
        return (*self.figures, self.status, self.note, self.basis, self.provenance)


ReadObservation = Callable[[PeriodKind], Observation]
"""An observation as sent: its period is read by the kind of its indicator, since some texts say nothing without.

Raises ``UnknownPeriodError``.
"""


def missing_reason(symbol: Missing) -> str:
    """Why there is no colour where a symbol is."""
    return f"missing: {symbol} {_WORDS[symbol]}"


@dataclass(frozen=True, slots=True)
class Revision:
    """An observation as recorded in its series. The highest number of a period is the current one.

    ``last_final`` is the number of the newest revision of this period, up to this one, that was final.
    """

    series: SeriesKey
    observation: Observation
    number: int
    actor: str
    recorded_at: datetime
    last_final: int | None = None

    @property
    def period(self) -> Period:
        return self.observation.period


@dataclass(frozen=True, slots=True)
class RecordedObservation:
    """What is current once an observation was sent: whether it is new, its series' version, and the event of it."""

    revision: Revision
    indicator: Indicator
    new: bool
    version: int
    event: str | None


class ObservationOrder(StrEnum):
    """What observations can be ordered by: area, breakdown and period, the period first, or when it was recorded."""

    SERIES = "series"
    PERIOD = "period"
    RECORDED_AT = "recorded_at"


@dataclass(frozen=True, slots=True)
class ObservationFilter:
    """Which observations are wanted: the current revision of each period, or with ``revisions`` every one.

    ``period`` is text, read by the kind of the indicator. ``as_of`` reads of those known at that moment.
    """

    area: str | None = None
    breakdown: Breakdown | None = None
    period: str | None = None
    status: ObservationStatus | None = None
    as_of: datetime | None = None
    revisions: bool = False
    changed_since: datetime | None = None
