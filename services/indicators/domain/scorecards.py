"""Scorecards: sections hold aims, which hold indicators in order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from contracts.breakdown import Breakdown
from contracts.period import Period
from services.indicators.domain.areas import ENGLAND, Area
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
class ScorecardRow:
    line: ScorecardLine
    indicator: Indicator
    state: SeriesState


@dataclass(frozen=True, slots=True)
class ScorecardState:
    """A scorecard for one area, as at the end of ``period`` or now; as it was known at ``as_of``."""

    head: ScorecardHead
    area: Area
    period: Period | None
    as_of: datetime | None
    sections: tuple[Section[ScorecardRow], ...]
