"""The state that observations make, as readers see it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody
from contracts.breakdown import Breakdown
from contracts.colours import Colour
from contracts.envelope import Timestamp
from contracts.indicators import BenchmarkState, Mark, Missing, ObservationStatus, TrendState
from contracts.period import Period
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.series import Point, SeriesState, SeriesStatus
from services.indicators.domain.target_colour import TargetColour
from services.indicators.schemas.areas import AreaOut
from services.indicators.schemas.indicators import IndicatorOut
from services.indicators.schemas.observations import ObservationOut
from services.indicators.schemas.values import Shown


class TargetStateOut(OutBody):
    colour: Colour
    expected: Shown | None
    reason: str
    provisional: bool

    @classmethod
    def of(cls, target: TargetColour) -> Self:
        return cls(**asdict(target))


class PointOut(OutBody):
    """A period of the series as shown, with the colours as they were in it, and which of them are provisional."""

    period: Period
    value: Shown | None
    missing: Missing | None
    marks: list[Mark]
    revision: int
    status: ObservationStatus
    benchmark: Colour
    trend: Colour
    target: Colour
    benchmark_provisional: bool
    trend_provisional: bool
    target_provisional: bool

    @classmethod
    def of(cls, point: Point) -> Self:
        observed = point.revision.observation
        return cls(
            period=observed.period,
            value=observed.value,
            missing=observed.missing,
            marks=list(observed.marks),
            revision=point.revision.number,
            status=observed.status,
            benchmark=point.benchmark.colour,
            trend=point.trend.colour,
            target=point.target.colour if point.target else Colour.WHITE,
            benchmark_provisional=point.benchmark.provisional,
            trend_provisional=point.trend.provisional,
            target_provisional=point.target.provisional if point.target else False,
        )


class ColoursOut(OutBody):
    """The latest observation, its colours with their reasons, and the series, oldest first.

    The series is what was observed in the six periods ending at the latest with a value or a symbol; periods without
    an observation are not listed.
    """

    latest: ObservationOut | None
    benchmark: BenchmarkState
    trend: TrendState
    target: TargetStateOut | None
    series: list[PointOut]


def three_colours(state: SeriesState) -> dict[str, Any]:
    """Benchmark, trend and target, as fields of a body."""
    return {
        "benchmark": BenchmarkState(**asdict(state.benchmark)),
        "trend": TrendState(**asdict(state.trend)),
        "target": TargetStateOut.of(state.target) if state.target else None,
    }


def colours_fields(state: SeriesState, indicator: Indicator) -> dict[str, Any]:
    """The fields of ``ColoursOut``."""
    return {
        "latest": ObservationOut.of(state.latest, indicator) if state.latest else None,
        **three_colours(state),
        "series": [PointOut.of(point) for point in state.points],
    }


class StatusOut(ColoursOut):
    """The state of an indicator in an area, in total or of a breakdown.

    ``version`` is that of its newest event: 0 before the first, null when read as of a moment.
    """

    indicator: IndicatorOut
    area: AreaOut
    breakdown: Breakdown
    version: int | None
    as_of: Timestamp | None = None

    @classmethod
    def of(cls, status: SeriesStatus) -> Self:
        return cls(
            indicator=IndicatorOut.of(status.indicator),
            area=AreaOut.of(status.area),
            breakdown=status.key.breakdown,
            version=status.version,
            as_of=status.as_of,
            **colours_fields(status.state, status.indicator),
        )


class GapOut(ColoursOut):
    """An inequality gap in an area, in total or of a breakdown."""

    indicator: IndicatorOut
    breakdown: Breakdown

    @classmethod
    def of(cls, status: SeriesStatus) -> Self:
        return cls(
            indicator=IndicatorOut.of(status.indicator),
            breakdown=status.key.breakdown,
            **colours_fields(status.state, status.indicator),
        )


class GapsOut(OutBody):
    """The inequality gaps of an indicator in an area."""

    items: Annotated[list[GapOut], Field(description="The gaps that are derived from it, by their codes")]
    as_of: Timestamp | None = None

    @classmethod
    def of(cls, found: Sequence[SeriesStatus], as_of: datetime | None) -> Self:
        return cls(items=[GapOut.of(each) for each in found], as_of=as_of)
