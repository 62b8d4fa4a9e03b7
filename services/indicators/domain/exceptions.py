"""Performance by exception: which series need to be looked at, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from contracts.breakdown import Breakdown
from contracts.colours import Colour
from contracts.period import Period
from services.indicators.domain.areas import Area
from services.indicators.domain.benchmark import BenchmarkColour
from services.indicators.domain.commentaries import CommentaryRevision
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.observations import Observation, SeriesKey, missing_reason
from services.indicators.domain.punctuality import is_stale, stale_after
from services.indicators.domain.series import Point, SeriesState
from services.indicators.domain.target_colour import TargetColour
from services.indicators.domain.trend import TrendColour

_RED: Final = frozenset({Colour.RED, Colour.DARK_RED})


class ExceptionKind(StrEnum):
    """In the order in which they are told of a series."""

    RED = "red"
    DARK_RED = "dark_red"
    RED_TARGET = "red_target"
    NEWLY_RED = "newly_red"
    RED_AND_WORSENING = "red_and_worsening"
    STALE = "stale"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a series is an exception, in words."""

    kind: ExceptionKind
    reason: str


@dataclass(frozen=True, slots=True)
class ExceptionsQuery:
    """Exceptions of an area at the end of ``period`` or now, as known at ``as_of``; what is left out asks for all.

    ``scorecard`` are the rows of that scorecard only, ``kinds`` the only kinds that make a series an exception.
    """

    area: str
    period: Period | None = None
    breakdown: Breakdown | None = None
    scorecard: str | None = None
    kinds: frozenset[ExceptionKind] = frozenset()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """A series that is an exception, why, and what is published beside it."""

    key: SeriesKey
    indicator: Indicator
    state: SeriesState
    findings: tuple[Finding, ...]
    commentary: CommentaryRevision | None = None


@dataclass(frozen=True, slots=True)
class ExceptionsState:
    """The exceptions of an area, by indicator and breakdown; ``today`` is the day that staleness is judged on."""

    wanted: ExceptionsQuery
    area: Area
    today: date
    rows: tuple[ExceptionRow, ...]


def findings(state: SeriesState, period: Period | None, today: date) -> list[Finding]:
    """Why a series is an exception on a day, where ``period`` is the one that is looked at."""
    return [*_colours(state), *_values([point.revision.observation for point in state.points], period, today)]


def _colours(state: SeriesState) -> Iterator[Finding]:
    signals = _signals(state)
    reds = {name: reason for name, (colour, reason) in signals.items() if colour in _RED}
    trend = state.trend.colour
    if state.benchmark.colour in _RED:
        yield Finding(ExceptionKind.RED, reds["benchmark"])
    if trend is Colour.RED:
        yield Finding(ExceptionKind.RED, reds["trend"])
    if trend is Colour.DARK_RED:
        yield Finding(ExceptionKind.DARK_RED, reds["trend"])
    if "target" in reds:
        yield Finding(ExceptionKind.RED_TARGET, reds["target"])
    yield from _newly(state.points, reds)
    levels = [name for name in ("benchmark", "target") if name in reds]
    if levels and trend in _RED:
        words = " and ".join(levels)
        yield Finding(ExceptionKind.RED_AND_WORSENING, f"{words} red, and {reds['trend']}")


def _signals(state: SeriesState) -> dict[str, tuple[Colour, str]]:
    """Each colour of the latest period with its reason."""
    judged: dict[str, BenchmarkColour | TrendColour | TargetColour | None] = {
        "benchmark": state.benchmark,
        "trend": state.trend,
        "target": state.target,
    }
    return {
        name: (each.colour, f"{name}: {each.reason}{' (provisional)' if each.provisional else ''}")
        for name, each in judged.items()
        if each is not None
    }


def _newly(points: Sequence[Point], reds: dict[str, str]) -> Iterator[Finding]:
    """What is red and was not in the period that is shown before it; the first period shown is never newly red."""
    if len(points) < 2:  # noqa: PLR2004  the latest, and one before it
        return
    before = points[-2]
    colours = {
        "benchmark": before.benchmark.colour,
        "trend": before.trend.colour,
        "target": before.target.colour if before.target else Colour.WHITE,
    }
    for name in reds:
        if colours[name] not in _RED:
            was = colours[name].replace("_", " ")
            yield Finding(ExceptionKind.NEWLY_RED, f"{name} was {was} in {before.revision.period}")


def _values(shown: Sequence[Observation], period: Period | None, today: date) -> Iterator[Finding]:
    valued = [each.period for each in shown if each.value is not None]
    if valued and is_stale(valued[-1], today):
        ended = stale_after(valued[-1]).isoformat()
        yield Finding(ExceptionKind.STALE, f"the latest value is of {valued[-1]} and was stale after {ended}")
    if not shown:
        yield Finding(ExceptionKind.MISSING, "nothing was recorded")
        return
    if not valued and is_stale(shown[0].period, today):
        yield Finding(ExceptionKind.STALE, f"no value in any of the periods shown, from {shown[0].period} on")
    latest = shown[-1]
    if latest.missing is not None:
        yield Finding(ExceptionKind.MISSING, f"{missing_reason(latest.missing)} in {latest.period}")
    elif period is not None and latest.period.kind is period.kind and latest.period != period:
        yield Finding(ExceptionKind.MISSING, f"no value for {period}; the latest is of {latest.period}")
