"""What pledges and actions know of indicators: the colours each series last published."""

from dataclasses import dataclass

from contracts.colours import Colour
from contracts.period import Period


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """An indicator in an area."""

    indicator: str
    area: str


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of a series at its latest period; all None until an event told of it."""

    period: Period | None = None
    benchmark: Colour | None = None
    trend: Colour | None = None
    target: Colour | None = None


@dataclass(frozen=True, slots=True)
class LinkedIndicator:
    """A series that a pledge or action is linked to, with its latest colours."""

    key: SeriesKey
    colours: Colours


@dataclass(frozen=True, slots=True)
class SeriesUpdate:
    """The colours that version ``version`` of a series' event carries."""

    key: SeriesKey
    version: int
    event_id: str
    colours: Colours
