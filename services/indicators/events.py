"""The state of a series as its event tells it."""

from collections.abc import Sequence

from chassis.events.envelope import NewEvent
from contracts.colours import Colour
from contracts.indicators import (
    INDICATOR_UPDATED,
    MAX_CHANGED,
    SOURCE,
    AreaState,
    BenchmarkState,
    ChangedPeriod,
    Definition,
    IndicatorUpdated,
    ObservationState,
    SeriesPoint,
    TargetState,
    TrendState,
    subject,
)
from services.indicators.domain.definitions import Area, Indicator
from services.indicators.domain.limits import limits_of
from services.indicators.domain.observations import Revision
from services.indicators.domain.series import Point, SeriesState


def updated(indicator: Indicator, area: Area, state: SeriesState) -> IndicatorUpdated:
    """The whole present state, naming no change yet."""
    benchmark, trend, target = state.benchmark, state.trend, state.target
    return IndicatorUpdated(
        indicator=_definition(indicator),
        area=AreaState(code=area.code, name=area.name, type=area.type),
        latest=_latest(state.latest, indicator) if state.latest else None,
        benchmark=BenchmarkState(colour=benchmark.colour, rule=benchmark.rule.value, reason=benchmark.reason),
        trend=TrendState(colour=trend.colour, reason=trend.reason),
        target=TargetState(colour=target.colour, expected=target.expected, reason=target.reason) if target else None,
        series=series_points(state),
        changed=[],
    )


def _definition(indicator: Indicator) -> Definition:
    return Definition(
        code=indicator.code,
        name=indicator.name,
        unit=indicator.unit.value,
        decimals=indicator.decimals,
        polarity=indicator.polarity,
        frequency=indicator.frequency.value,
        framework=indicator.framework,
    )


def _latest(revision: Revision, indicator: Indicator) -> ObservationState:
    """Limits as sent, else as computed."""
    observed = revision.observation
    limits = limits_of(observed, indicator.unit)
    return ObservationState(
        period=observed.period,
        value=observed.value,
        revision=revision.number,
        status=observed.status,
        count=observed.count,
        denominator=observed.denominator,
        lower=limits.lower,
        upper=limits.upper,
    )


def series_points(state: SeriesState) -> list[SeriesPoint]:
    return [_point(point) for point in state.points]


def _point(point: Point) -> SeriesPoint:
    """A series has colours only; no target is ``white``."""
    observed = point.revision.observation
    return SeriesPoint.model_construct(
        period=observed.period,
        value=observed.value,
        revision=point.revision.number,
        status=observed.status,
        benchmark=point.benchmark.colour,
        trend=point.trend.colour,
        target=point.target.colour if point.target else Colour.WHITE,
    )


def state_events(state: IndicatorUpdated, changed: Sequence[Revision], before: int) -> list[NewEvent]:
    """The events of a state with its ``changed`` periods, at most 500 each, numbered on from version ``before``.

    A change that touched no period of its own is one event.
    """
    parts = [changed[n : n + MAX_CHANGED] for n in range(0, len(changed), MAX_CHANGED)] or [()]
    return [_event(state, part, before + n) for n, part in enumerate(parts, start=1)]


def _event(state: IndicatorUpdated, changed: Sequence[Revision], version: int) -> NewEvent:
    return NewEvent(
        type=INDICATOR_UPDATED,
        source=SOURCE,
        subject=subject(state.indicator.code, state.area.code),
        version=version,
        data=state.model_copy(update={"changed": [_changed_period(revision) for revision in changed]}),
    )


def _changed_period(revision: Revision) -> ChangedPeriod:
    observed = revision.observation
    return ChangedPeriod(period=observed.period, value=observed.value, revision=revision.number, status=observed.status)
