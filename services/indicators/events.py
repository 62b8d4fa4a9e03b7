"""The state of a series as its event tells it."""

from collections.abc import Sequence

from chassis.events.envelope import NewEvent
from contracts.indicators import (
    INDICATOR_UPDATED,
    MAX_CHANGED,
    SOURCE,
    AreaState,
    ChangedPeriod,
    Definition,
    IndicatorUpdated,
    ObservationState,
    subject,
)
from services.indicators.domain.limits import limits_of
from services.indicators.domain.readings import Measure, Place, Reading
from services.indicators.domain.state import SeriesState


def updated(measure: Measure, place: Place, state: SeriesState) -> IndicatorUpdated:
    """The whole present state, naming no change yet."""
    return IndicatorUpdated(
        indicator=_definition(measure),
        area=AreaState(code=place.code, name=place.name, type=place.type),
        latest=_latest(state.latest, measure) if state.latest else None,
        benchmark=state.benchmark,
        trend=state.trend,
        target=state.target,
        series=list(state.series),
        changed=[],
    )


def _definition(measure: Measure) -> Definition:
    return Definition(
        code=measure.code,
        name=measure.name,
        unit=measure.unit.value,
        decimals=measure.decimals,
        polarity=measure.polarity,
        frequency=measure.frequency,
        framework=measure.framework,
    )


def _latest(reading: Reading, measure: Measure) -> ObservationState:
    """Limits as sent, else as computed."""
    limits = limits_of(reading, measure.unit)
    return ObservationState(
        period=reading.period,
        value=reading.value,
        revision=reading.revision,
        status=reading.status,
        count=reading.count,
        denominator=reading.denominator,
        lower=limits.lower,
        upper=limits.upper,
    )


def announcements(state: IndicatorUpdated, changed: Sequence[Reading], before: int) -> list[NewEvent]:
    """The events that tell of ``changed``, at most 500 periods each, numbered on from version ``before``.

    A change that touched no period of its own is one event.
    """
    parts = [changed[n : n + MAX_CHANGED] for n in range(0, len(changed), MAX_CHANGED)] or [()]
    return [_event(state, part, before + n) for n, part in enumerate(parts, start=1)]


def _event(state: IndicatorUpdated, changed: Sequence[Reading], version: int) -> NewEvent:
    periods = [ChangedPeriod(period=r.period, value=r.value, revision=r.revision, status=r.status) for r in changed]
    return NewEvent(
        type=INDICATOR_UPDATED,
        source=SOURCE,
        subject=subject(state.indicator.code, state.area.code),
        version=version,
        data=state.model_copy(update={"changed": periods}),
    )
