"""Observations of the share of homes that are rated good or outstanding, which the pledges service counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.indicators import Missing, ObservationStatus
from contracts.period import Period
from services.indicators.domain.observations import Observation, SeriesKey

BASIS: Final = "counted"
REASON: Final = "The ratings of homes were recorded otherwise since"
"""Why a final share changes."""


@dataclass(frozen=True, slots=True)
class CountedPeriod:
    """How many homes are rated in a period, and how many of them well."""

    period: Period
    rated: int
    good_or_better: int
    final: bool


@dataclass(frozen=True, slots=True)
class CountedHomes:
    """All that an event says of one feed; the newest event is that of the highest (generation, version)."""

    subject: str
    generation: int
    version: int
    event_id: str
    key: SeriesKey
    note: str
    periods: Sequence[CountedPeriod]

    def observations(self) -> list[Observation]:
        return [self._observation(one) for one in self.periods]

    def _observation(self, counted: CountedPeriod) -> Observation:
        """Its value is the one that count and denominator make; where no home is rated there is none."""
        nothing = not counted.rated
        return Observation(
            period=counted.period,
            value=None,
            status=ObservationStatus.FINAL if counted.final else ObservationStatus.PROVISIONAL,
            count=None if nothing else Decimal(counted.good_or_better),
            denominator=None if nothing else Decimal(counted.rated),
            note=self.note,
            basis=BASIS,
            missing=Missing.NOT_AVAILABLE if nothing else None,
        )
