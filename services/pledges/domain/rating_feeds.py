"""What the ratings of homes make of an indicator: of each period, how many homes are rated and how many well."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from contracts.period import Period, PeriodKind
from services.pledges.domain.providers import Rating, rated_homes
from services.pledges.domain.stored_fields import Stored

FORMAT: Final = 1


class FeedFrequency(StrEnum):
    MONTH = PeriodKind.MONTH
    QUARTER = PeriodKind.QUARTER
    FINANCIAL_YEAR = PeriodKind.FINANCIAL_YEAR


@dataclass(frozen=True, slots=True)
class RatingFeed:
    """Which indicator in which area takes the share of homes that are good or outstanding, from a day until a day.

    Periods that begin before ``starts_on``, or after ``ends_on``, have what was printed of them or people record.
    """

    code: str
    title: str
    indicator: str
    area: str
    frequency: FeedFrequency
    starts_on: date
    ends_on: date | None = None
    source: str | None = None

    @property
    def said(self) -> tuple[str, ...]:
        """What every event says of it, beside the periods."""
        return self.indicator, self.area, self.title, self.source or ""

    def takes(self, period: Period) -> bool:
        return self.starts_on <= period.start and (self.ends_on is None or period.start <= self.ends_on)


@dataclass(frozen=True, slots=True)
class RatedPeriod:
    """Homes by the last rating of each up to the period's last day; while it goes on, up to now, so not ``final``."""

    period: Period
    rated: int
    good_or_better: int
    final: bool


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """The newest event of a feed, and what it ``said`` of it; version 0: there was none."""

    feed: RatingFeed
    periods: tuple[RatedPeriod, ...] = ()
    version: int = 0
    said: tuple[str, ...] = ()

    def is_told(self, periods: tuple[RatedPeriod, ...]) -> bool:
        """Whether it says all that there is to say now; of a feed without a period there is nothing."""
        return periods == self.periods and (not periods or self.said == self.feed.said)

    def next_version(self, periods: tuple[RatedPeriod, ...]) -> "FeedEvent":
        return FeedEvent(self.feed, periods, self.version + 1, self.feed.said)


def rated_periods(
    feed: RatingFeed, ratings: Sequence[Rating], today: date, told: Sequence[RatedPeriod]
) -> tuple[RatedPeriod, ...]:
    """Every period in which a home was rated, and those that were ``told`` of before, oldest first."""
    before = {one.period for one in told}
    days = [one.rated_on for one in ratings] + [period.start for period in before]
    counted = (_counted(ratings, period, today) for period in _periods(feed, min(days, default=today), today))
    return tuple(one for one in counted if one.rated or one.period in before)


def _counted(ratings: Sequence[Rating], period: Period, today: date) -> RatedPeriod:
    homes = rated_homes(ratings, min(period.end, today))
    return RatedPeriod(period, homes.rated, homes.good_or_better, period.end < today)


def _periods(feed: RatingFeed, first: date, today: date) -> Iterator[Period]:
    """Those that the feed takes and that have begun, from a first day on."""
    period = _period_of(feed.frequency, max(first, feed.starts_on))
    while period.start <= today:
        if feed.takes(period):
            yield period
        period = period.next()


def _period_of(frequency: FeedFrequency, day: date) -> Period:
    if frequency is FeedFrequency.MONTH:
        return Period.month(day.year, day.month)
    quarter = Period.quarter_of(day)
    if frequency is FeedFrequency.QUARTER:
        return quarter
    april = date(day.year if day.month >= 4 else day.year - 1, 4, 1)  # noqa: PLR2004  April starts the year
    return Period.span(PeriodKind.FINANCIAL_YEAR, april, 12)


def write_event(event: FeedEvent) -> dict[str, object]:
    rows = [[one.period.label, one.rated, one.good_or_better, one.final] for one in event.periods]
    return {"format": FORMAT, "periods": rows, "said": list(event.said)}


def read_event(feed: RatingFeed, version: int, stored: Stored) -> FeedEvent:
    periods = tuple(RatedPeriod(Period.parse(label), *counts) for label, *counts in stored["periods"])
    return FeedEvent(feed, periods, version, tuple(stored["said"]))
