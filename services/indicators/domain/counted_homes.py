"""Observations of the share of homes that are rated good or outstanding, which the pledges service counts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.indicators import Missing, ObservationStatus
from contracts.period import Period
from services.indicators.domain.observations import Observation, SeriesKey

BASIS: Final = "counted"
REASON: Final = "The ratings of homes were recorded otherwise since"
"""Why a final share changes."""
NOT_TAKEN: Final = "The share of homes is not taken from their ratings in this period any more"
"""Why a share is withdrawn."""


@dataclass(frozen=True, slots=True)
class CountedPeriod:
    """How many homes are rated in a period, and how many of them well."""

    period: Period
    rated: int
    good_or_better: int
    final: bool


@dataclass(frozen=True, slots=True)
class TakenHomes:
    """Which observations were taken from an event: their series, the note of each, and their periods."""

    key: SeriesKey
    note: str
    periods: Collection[Period]

    def holds(self, current: Observation) -> bool:
        """Whether it is still as it was taken: nobody has recorded or withdrawn it otherwise."""
        return not current.is_withdrawn and (current.basis, current.note) == (BASIS, self.note)


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

    @property
    def taken(self) -> TakenHomes:
        return TakenHomes(self.key, self.note, [one.period for one in self.periods])

    def no_longer(self, before: TakenHomes) -> TakenHomes:
        """What was taken before and is not any more: periods that the feed left, all where it left the series."""
        still = {one.period for one in self.periods} if self.key == before.key else set()
        return TakenHomes(before.key, before.note, [period for period in before.periods if period not in still])

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


def withdrawn(period: Period) -> Observation:
    """Of a period in which the share is not taken any more."""
    return Observation(period, None, ObservationStatus.WITHDRAWN, basis=BASIS, reason=NOT_TAKEN)
