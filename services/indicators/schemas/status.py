"""The state that observations make, as readers see it."""

from typing import Any, Self

from chassis.web.bodies import OutBody
from contracts.colours import Colour
from contracts.envelope import Timestamp
from contracts.indicators import BenchmarkState, Mark, Missing, ObservationStatus, TrendState
from contracts.period import Period
from services.indicators.domain.definitions import Unit
from services.indicators.domain.series import Point, SeriesState, SeriesStatus
from services.indicators.domain.targets import TargetColour
from services.indicators.schemas.areas import AreaOut
from services.indicators.schemas.indicators import IndicatorOut
from services.indicators.schemas.observations import ObservationOut
from services.indicators.schemas.values import Shown


class TargetStateOut(OutBody):
    colour: Colour
    expected: Shown | None
    reason: str
    provisional: bool = False

    @classmethod
    def of(cls, target: TargetColour) -> Self:
        return cls(colour=target.colour, expected=target.expected, reason=target.reason)


class PointOut(OutBody):
    """One of the six latest periods, with the colours as they stood in it."""

    period: Period
    value: Shown | None
    revision: int
    status: ObservationStatus
    benchmark: Colour
    trend: Colour
    target: Colour
    missing: Missing | None = None
    marks: tuple[Mark, ...] = ()
    benchmark_provisional: bool = False
    trend_provisional: bool = False
    target_provisional: bool = False

    @classmethod
    def of(cls, point: Point) -> Self:
        observed = point.revision.observation
        return cls(
            period=observed.period,
            value=observed.value,
            revision=point.revision.number,
            status=observed.status,
            benchmark=point.benchmark.colour,
            trend=point.trend.colour,
            target=point.target.colour if point.target else Colour.WHITE,
        )


class ColoursOut(OutBody):
    """The latest observation, its colours with their reasons, and the six latest periods, oldest first."""

    latest: ObservationOut | None
    benchmark: BenchmarkState
    trend: TrendState
    target: TargetStateOut | None
    series: list[PointOut]


def colours_fields(state: SeriesState, unit: Unit) -> dict[str, Any]:
    """The fields of ``ColoursOut``."""
    benchmark, trend = state.benchmark, state.trend
    return {
        "latest": ObservationOut.of(state.latest, unit) if state.latest else None,
        "benchmark": BenchmarkState(colour=benchmark.colour, rule=benchmark.rule, reason=benchmark.reason),
        "trend": TrendState(colour=trend.colour, reason=trend.reason),
        "target": TargetStateOut.of(state.target) if state.target else None,
        "series": [PointOut.of(point) for point in state.points],
    }


class StatusOut(ColoursOut):
    """The state of an indicator in an area.

    ``version`` is that of its newest event: 0 before the first, null when read as of a moment.
    """

    indicator: IndicatorOut
    area: AreaOut
    version: int | None
    as_of: Timestamp | None = None

    @classmethod
    def of(cls, status: SeriesStatus) -> Self:
        return cls(
            indicator=IndicatorOut.of(status.indicator),
            area=AreaOut.of(status.area),
            version=status.version,
            as_of=status.as_of,
            **colours_fields(status.state, status.indicator.unit),
        )
