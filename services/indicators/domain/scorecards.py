"""Scorecards: sections hold aims, which hold indicators in order."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from contracts.period import Period
from services.indicators.domain.definitions import ENGLAND, Area, Indicator
from services.indicators.domain.series import SeriesState

Row = TypeVar("Row")
Made = TypeVar("Made")


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
class Scorecard:
    """A scorecard as defined; a row is an indicator's code."""

    head: ScorecardHead
    sections: tuple[Section[str], ...] = ()

    @property
    def indicators(self) -> list[str]:
        """Every indicator on it, once, in order."""
        return list(dict.fromkeys(row for s in self.sections for aim in s.aims for row in aim.rows))


@dataclass(frozen=True, slots=True)
class ScorecardRow:
    indicator: Indicator
    state: SeriesState


@dataclass(frozen=True, slots=True)
class ScorecardState:
    """A scorecard for one area, as at the end of ``period`` or now."""

    head: ScorecardHead
    area: Area
    period: Period | None
    sections: tuple[Section[ScorecardRow], ...]
