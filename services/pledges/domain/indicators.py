"""What pledges and actions know of indicators: the colours each series last published."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from contracts.breakdown import Breakdown
from contracts.colours import Colour
from contracts.period import Period


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """An indicator in an area, in total or of one breakdown."""

    indicator: str
    area: str
    breakdown: Breakdown = Breakdown.TOTAL

    @classmethod
    def parse(cls, subject: str) -> "SeriesKey":
        """The series that an event's subject names."""
        indicator, area, *breakdown = subject.split("/", 2)
        return cls(indicator, area, Breakdown.parse("".join(breakdown)))


@dataclass(frozen=True, slots=True)
class Colours:
    """Value and colours of a series at its latest period, and which are provisional; None until an event told of it.

    ``value`` is None too where a symbol stands instead, and with ``unit`` where the event came before these were kept.
    """

    period: Period | None = None
    benchmark: Colour | None = None
    trend: Colour | None = None
    target: Colour | None = None
    benchmark_provisional: bool = False
    trend_provisional: bool = False
    target_provisional: bool = False
    value: Decimal | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class LinkedIndicator:
    """A series that a pledge or action is linked to. ``pending``: no event has told of it yet."""

    key: SeriesKey
    colours: Colours
    pending: bool = False

    @property
    def said(self) -> Mapping[str, Any]:
        """All of it by field: the series, whether it is pending, and what was published of it."""
        shown = {each.name: getattr(self.colours, each.name) for each in fields(self.colours)}
        key = {each.name: getattr(self.key, each.name) for each in fields(self.key)}
        return {**key, "pending": self.pending, **shown}


@dataclass(frozen=True, slots=True)
class SeriesUpdate:
    """The colours that a series' event carries; the newest event is that of the highest (generation, version)."""

    key: SeriesKey
    generation: int
    version: int
    event_id: str
    colours: Colours
