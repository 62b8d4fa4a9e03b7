"""Scorecards: sections hold aims, which hold indicators in order."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from contracts.breakdown import Breakdown
from contracts.period import Period
from services.indicators.domain.areas import ENGLAND, Area
from services.indicators.domain.commentaries import CommentaryRevision
from services.indicators.domain.comparisons import Comparison, Rank
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.provenance import PRINTED, Provenance
from services.indicators.domain.series import SeriesState

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Aim(Generic[Row]):
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section(Generic[Row]):
    code: str
    name: str
    aims: tuple[Aim[Row], ...]


@dataclass(frozen=True, slots=True)
class ScorecardHead:
    """``area`` is shown unless a reader names another; ``comparator`` is the area it is compared with."""

    code: str
    name: str
    area: str | None = None
    comparator: str = ENGLAND


@dataclass(frozen=True, slots=True)
class ScorecardLine:
    indicator: str
    breakdown: Breakdown = Breakdown.TOTAL
    provenance: Provenance = PRINTED


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A scorecard as defined."""

    head: ScorecardHead
    sections: tuple[Section[ScorecardLine], ...] = ()

    @property
    def lines(self) -> list[ScorecardLine]:
        """In order."""
        return [line for section in self.sections for aim in section.aims for line in aim.rows]

    @property
    def indicators(self) -> list[str]:
        """Every indicator on it, once, in order."""
        return list(dict.fromkeys(line.indicator for line in self.lines))


@dataclass(frozen=True, slots=True)
class ScorecardQuery:
    """How a scorecard is to be shown: what is left out is as it defines it, or as it is now.

    ``breakdown`` takes the place of every row's own. ``comparator`` is the code of an area or of a group of areas,
    ``england``, or ``parent``: the first area that the one shown is part of.
    """

    area: str | None = None
    breakdown: Breakdown | None = None
    period: Period | None = None
    comparator: str | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScorecardRow:
    """A row with the state of its series; ``breakdown`` is the one shown.

    ``compared`` is what the comparator has in the latest period, ``rank`` where it stands among a group's areas,
    ``commentary`` what is published beside it.
    """

    line: ScorecardLine
    breakdown: Breakdown
    indicator: Indicator
    state: SeriesState
    compared: Decimal | None = None
    rank: Rank | None = None
    commentary: CommentaryRevision | None = None


@dataclass(frozen=True, slots=True)
class ScorecardState:
    """A scorecard for one area, as at the end of ``period`` or now; as it was known at ``as_of``."""

    head: ScorecardHead
    area: Area
    comparison: Comparison
    period: Period | None
    as_of: datetime | None
    sections: tuple[Section[ScorecardRow], ...]
