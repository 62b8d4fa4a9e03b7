"""Observations on their way out: which are wanted, and what goes with each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contracts.breakdown import Breakdown
from services.indicators.domain.areas import Area
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.observations import Revision


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """What is left out is not asked about. ``start`` and ``end``: periods that lie wholly between these days.

    Of each period the current revision, unless it is withdrawn; with ``include_history`` every revision. ``as_of``
    reads of those known at that moment.
    """

    indicators: Sequence[str] = ()
    areas: Sequence[str] = ()
    breakdown: Breakdown | None = None
    start: date | None = None
    end: date | None = None
    as_of: datetime | None = None
    include_history: bool = False


@dataclass(frozen=True, slots=True)
class ExportedRevision:
    """A revision with the definitions that are in use now."""

    revision: Revision
    indicator: Indicator
    area: Area


@dataclass(frozen=True, slots=True)
class Emptiness:
    """Why nothing is found: by the filter that keeps it out, examples of what it could say instead.

    ``others`` are the filters that keep it out as well: something is found only without them, too.
    """

    filter: str
    instead: Sequence[str]
    others: Sequence[str] = ()
