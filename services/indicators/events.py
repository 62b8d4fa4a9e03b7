"""The state of a series as its event tells it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from chassis.events.envelope import NewEvent
from contracts.breakdown import Breakdown
from contracts.colours import Colour
from contracts.envelope import Body
from contracts.indicators import (
    COMMENTARY_PUBLISHED,
    INDICATOR_UPDATED,
    MAX_CHANGED,
    OBSERVATION_LATE,
    SOURCE,
    AreaState,
    BenchmarkState,
    ChangedPeriod,
    CommentaryPublished,
    CommentaryState,
    Definition,
    IndicatorUpdated,
    ObservationLate,
    ObservationState,
    SeriesPoint,
    TargetState,
    TrendState,
    subject,
)
from contracts.period import Period
from services.indicators.domain.areas import Area
from services.indicators.domain.benchmark import BenchmarkColour
from services.indicators.domain.commentaries import CommentaryHead, CommentaryRevision
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.late_values import Reminder
from services.indicators.domain.limits import limits_of
from services.indicators.domain.observations import Revision
from services.indicators.domain.series import Point, SeriesState
from services.indicators.domain.target_colour import TargetColour
from services.indicators.domain.trend import TrendColour

B = TypeVar("B", bound=Body)
T = TypeVar("T")

_MOST_REMEMBERED: Final = 256


def updated(indicator: Indicator, area: Area, breakdown: Breakdown, state: SeriesState) -> IndicatorUpdated:
    """The whole present state, naming no change yet."""
    return _made(
        IndicatorUpdated,
        indicator=_definition_of(indicator),
        area=_area_of(area),
        breakdown=breakdown,
        latest=_latest(state.latest, indicator) if state.latest else None,
        benchmark=benchmark_state(state.benchmark),
        trend=trend_state(state.trend),
        target=_target(state.target) if state.target else None,
        series=series_points(state),
        changed=[],
        complete=False,
    )


def with_process_control(state: IndicatorUpdated, colours: Mapping[Period, Colour]) -> IndicatorUpdated:
    """The same state, with what process control says of each period that is shown."""
    points = [each.model_copy(update={"process_control": colours[each.period]}) for each in state.series]
    return state.model_copy(update={"series": points})


def benchmark_state(benchmark: BenchmarkColour) -> BenchmarkState:
    return _made(
        BenchmarkState,
        colour=benchmark.colour,
        rule=benchmark.rule.value,
        reason=benchmark.reason,
        provisional=benchmark.provisional,
    )


def trend_state(trend: TrendColour) -> TrendState:
    return _made(TrendState, colour=trend.colour, reason=trend.reason, provisional=trend.provisional)


def _target(target: TargetColour) -> TargetState:
    return TargetState(
        colour=target.colour, expected=target.expected, reason=target.reason, provisional=target.provisional
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
        frameworks=indicator.frameworks,
        dimensions=dict(indicator.dimensions),
    )


def _area(area: Area) -> AreaState:
    return AreaState(code=area.code, name=area.name, type=area.type)


def _remembering(make: Callable[[T], B]) -> Callable[[T], B]:
    """What is made of a thing that does not change, once for each: a batch has many series of few definitions."""
    known: dict[int, tuple[T, B]] = {}

    def found(of: T) -> B:
        there = known.get(id(of))
        if there is None or there[0] is not of:
            if len(known) >= _MOST_REMEMBERED:
                known.clear()
            there = known[id(of)] = (of, make(of))
        return there[1]

    return found


_definition_of, _area_of = _remembering(_definition), _remembering(_area)


def _latest(revision: Revision, indicator: Indicator) -> ObservationState:
    """Limits as sent, else as computed."""
    observed = revision.observation
    limits = limits_of(observed, indicator)
    return ObservationState(
        period=observed.period,
        value=observed.value,
        revision=revision.number,
        status=observed.status,
        count=observed.count,
        denominator=observed.denominator,
        lower=limits.lower,
        upper=limits.upper,
        missing=observed.missing,
        marks=observed.marks,
    )


def series_points(state: SeriesState) -> list[SeriesPoint]:
    return [_point(point) for point in state.points]


def _made(model: type[B], **values: Any) -> B:
    """A body of values that fit, every field named in order: as ``model_construct``, which takes thrice as long."""
    made = model.__new__(model)
    object.__setattr__(made, "__dict__", values)
    object.__setattr__(made, "__pydantic_fields_set__", set(values))
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made


def _point(point: Point) -> SeriesPoint:
    """A series has colours only; no target is ``white``."""
    observed = point.revision.observation
    return _made(
        SeriesPoint,
        period=observed.period,
        value=observed.value,
        revision=point.revision.number,
        status=observed.status,
        benchmark=point.benchmark.colour,
        trend=point.trend.colour,
        target=point.target.colour if point.target else Colour.WHITE,
        missing=observed.missing,
        marks=observed.marks,
        benchmark_provisional=point.benchmark.provisional,
        trend_provisional=point.trend.provisional,
        target_provisional=point.target.provisional if point.target else False,
        process_control=Colour.NONE,
    )


def state_events(
    state: IndicatorUpdated, changed: Sequence[Revision], before: int, *, complete: bool = False
) -> list[NewEvent]:
    """The events of a state with its ``changed`` periods, at most 500 each, numbered on from version ``before``.

    A change that touched no period of its own is one event. ``complete``: these are all periods of the series, and the
    last event says so.
    """
    parts = [changed[n : n + MAX_CHANGED] for n in range(0, len(changed), MAX_CHANGED)] or [()]
    last = len(parts)
    return [_event(state, part, before + n, complete=complete and n == last) for n, part in enumerate(parts, start=1)]


def _event(state: IndicatorUpdated, changed: Sequence[Revision], version: int, *, complete: bool) -> NewEvent:
    said = {**state.__dict__, "changed": [_changed_period(revision) for revision in changed], "complete": complete}
    return NewEvent(
        type=INDICATOR_UPDATED,
        source=SOURCE,
        subject=subject(state.indicator.code, state.area.code, state.breakdown),
        version=version,
        data=_made(IndicatorUpdated, **said),
    )


def _changed_period(revision: Revision) -> ChangedPeriod:
    observed = revision.observation
    return _made(
        ChangedPeriod,
        period=observed.period,
        value=observed.value,
        revision=revision.number,
        status=observed.status,
        missing=observed.missing,
        marks=observed.marks,
    )


def commentary_published(head: CommentaryHead, public: CommentaryRevision) -> NewEvent:
    """What is public of a commentary, as the version of ``head``."""
    written = public.commentary
    body = CommentaryPublished(
        indicator=head.indicator,
        number=head.number,
        area=written.series.area,
        breakdown=written.series.breakdown,
        period=written.period,
        revision=public.revision,
        state=CommentaryState(written.state.value),
        text=written.text,
        author=written.author or public.actor,
        source=written.source,
        published_at=public.recorded_at,
    )
    return NewEvent(COMMENTARY_PUBLISHED, SOURCE, head.subject, head.version, body)


def observation_late(told: Reminder, indicator: Indicator) -> NewEvent:
    """What is told of a late series to whoever answers for its indicator."""
    body = ObservationLate(
        indicator=indicator.code,
        name=indicator.name,
        owner=indicator.owner,
        area=told.series.area,
        breakdown=told.series.breakdown,
        latest=told.latest,
        awaited=told.awaited,
        due=told.due,
        late=told.is_late,
    )
    return NewEvent(OBSERVATION_LATE, SOURCE, told.subject, told.version, body)
