"""The state of a series as its event tells it."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeVar

from chassis.events.envelope import NewEvent
from contracts.colours import Colour
from contracts.indicators import (
    COMMENTARY_PUBLISHED,
    INDICATOR_UPDATED,
    MAX_CHANGED,
    OBSERVATION_LATE,
    SOURCE,
    AreaState,
    CommentaryPublished,
    CommentaryState,
    Definition,
    ObservationLate,
)
from contracts.period import Period
from services.indicators.domain.areas import Area
from services.indicators.domain.benchmark import BenchmarkColour
from services.indicators.domain.commentaries import CommentaryHead, CommentaryRevision
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.late_values import Reminder
from services.indicators.domain.limits import limits_of
from services.indicators.domain.observations import Observation, Revision, SeriesKey
from services.indicators.domain.series import Point, SeriesState
from services.indicators.domain.target_colour import TargetColour
from services.indicators.domain.trend import TrendColour

T = TypeVar("T")
State = dict[str, Any]
"""What an ``IndicatorUpdated`` is as JSON, made of values that fit: an import makes one of each series, which as bodies
takes four times as long. Members of enumerations are written by ``str``, which takes a fifth of their ``value``."""

_MOST_REMEMBERED: Final = 256
_NOT_CARRIED: Final[Mapping[Period, Colour]] = {}


def updated(
    key: SeriesKey,
    indicator: Indicator,
    area: Area,
    state: SeriesState,
    process_control: Mapping[Period, Colour] = _NOT_CARRIED,
) -> State:
    """The whole present state of a series, naming no change yet; with what process control says of each period."""
    return {
        "indicator": _definition_of(indicator),
        "area": _area_of(area),
        "breakdown": dict(key.breakdown.items),
        "latest": _latest(state.latest, indicator) if state.latest else None,
        "benchmark": _benchmark(state.benchmark),
        "trend": _trend(state.trend),
        "target": _target(state.target) if state.target else None,
        "series": [_point(point, process_control) for point in state.points],
        "changed": [],
        "complete": False,
    }


def _benchmark(benchmark: BenchmarkColour) -> State:
    return {
        "colour": str(benchmark.colour),
        "rule": str(benchmark.rule),
        "reason": benchmark.reason,
        "provisional": benchmark.provisional,
    }


def _trend(trend: TrendColour) -> State:
    return {"colour": str(trend.colour), "reason": trend.reason, "provisional": trend.provisional}


def _target(target: TargetColour) -> State:
    return {
        "colour": str(target.colour),
        "expected": _text(target.expected),
        "reason": target.reason,
        "provisional": target.provisional,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def _definition(indicator: Indicator) -> State:
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
    ).model_dump(mode="json")


def _area(area: Area) -> State:
    return AreaState(code=area.code, name=area.name, type=area.type).model_dump(mode="json")


def _remembering(make: Callable[[T], State]) -> Callable[[T], State]:
    """What is made of a thing that does not change, once for each: a batch has many series of few definitions."""
    known: dict[int, tuple[T, State]] = {}

    def found(of: T) -> State:
        there = known.get(id(of))
        if there is None or there[0] is not of:
            if len(known) >= _MOST_REMEMBERED:
                known.clear()
            there = known[id(of)] = (of, make(of))
        return there[1]

    return found


_definition_of, _area_of = _remembering(_definition), _remembering(_area)


def _latest(revision: Revision, indicator: Indicator) -> State:
    """Limits as sent, else as computed."""
    observed = revision.observation
    limits = limits_of(observed, indicator)
    return {
        **_value_of(revision),
        "count": _text(observed.count),
        "denominator": _text(observed.denominator),
        "lower": _text(limits.lower),
        "upper": _text(limits.upper),
        **_symbols_of(observed),
    }


def _value_of(revision: Revision) -> State:
    observed = revision.observation
    return {
        "period": observed.period.label,
        "value": _text(observed.value),
        "revision": revision.number,
        "status": str(observed.status),
    }


def _symbols_of(observed: Observation) -> State:
    return {
        "missing": None if observed.missing is None else str(observed.missing),
        "marks": [str(mark) for mark in observed.marks],
    }


def _point(point: Point, process_control: Mapping[Period, Colour]) -> State:
    """A series has colours only; no target is ``white``."""
    observed, target = point.revision.observation, point.target
    return {
        **_value_of(point.revision),
        "benchmark": str(point.benchmark.colour),
        "trend": str(point.trend.colour),
        "target": str(target.colour if target else Colour.WHITE),
        **_symbols_of(observed),
        "benchmark_provisional": point.benchmark.provisional,
        "trend_provisional": point.trend.provisional,
        "target_provisional": target.provisional if target else False,
        "process_control": str(process_control[observed.period] if process_control else Colour.NONE),
    }


def state_events(
    key: SeriesKey, state: State, changed: Sequence[Revision], before: int, *, complete: bool = False
) -> list[NewEvent]:
    """The events of a state with its ``changed`` periods, at most 500 each, numbered on from version ``before``.

    A change that touched no period of its own is one event. ``complete``: these are all periods of the series, and the
    last event says so.
    """
    parts = [changed[n : n + MAX_CHANGED] for n in range(0, len(changed), MAX_CHANGED)] or [()]
    subject, last = key.subject, len(parts)
    return [
        NewEvent(
            type=INDICATOR_UPDATED,
            source=SOURCE,
            subject=subject,
            version=before + n,
            data={**state, "changed": list(map(_changed_period, part)), "complete": complete and n == last},
        )
        for n, part in enumerate(parts, start=1)
    ]


def _changed_period(revision: Revision) -> State:
    return {**_value_of(revision), **_symbols_of(revision.observation)}


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
