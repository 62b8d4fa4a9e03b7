"""The process control of a series: a pure function of its observations, its target and what people decided."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from contracts.indicators import Mark
from contracts.period import Period
from services.indicators.domain.areas import Area
from services.indicators.domain.control.chart import LONG_SHIFT, Chart, Reading, control_chart
from services.indicators.domain.control.judgement import Assurance, PointType, Variation
from services.indicators.domain.control.limits import ControlLimits
from services.indicators.domain.control.remarks import Annotation, Recalculation, RecordedRemark
from services.indicators.domain.control.rules import Fired
from services.indicators.domain.control.settings import LEAST_POINTS, ChartSettings, Variant
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.observations import Revision, SeriesKey
from services.indicators.domain.series import SeriesState
from services.indicators.domain.target_colour import in_force
from services.indicators.domain.targets import Target, TargetKind


class Cause(StrEnum):
    """Why a recalculation is proposed."""

    BREAK = "break"
    LONG_SHIFT = "long_shift"


@dataclass(frozen=True, slots=True)
class Proposal:
    """That a person decide whether limits begin anew at ``period``."""

    period: Period
    cause: Cause
    words: str


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """An observed period on the chart; ``segment`` counts from 1. ``after_gap``: the period before it has no value."""

    revision: Revision
    segment: int
    after_gap: bool
    type: PointType
    fired: Fired
    annotation: str | None


@dataclass(frozen=True, slots=True)
class ControlSegment:
    """Periods from ``first`` to ``last`` with limits of their own; those up to ``baseline_to`` make them, None all."""

    first: Period
    last: Period
    baseline_to: Period | None
    limits: ControlLimits | None


@dataclass(frozen=True, slots=True)
class ProcessControl:
    """``target`` is what assurance is against: the value that is expected in the latest period.

    ``colours`` are the council's, which stand beside all this and do not follow from it.
    """

    key: SeriesKey
    indicator: Indicator
    settings: ChartSettings
    points: tuple[ControlPoint, ...]
    segments: tuple[ControlSegment, ...]
    variation: Variation
    assurance: Assurance
    target: Decimal | None
    warnings: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    recalculations: tuple[RecordedRemark, ...]
    colours: SeriesState

    @property
    def latest(self) -> ControlPoint | None:
        """The last point with a value, which variation is of."""
        valued = (point for point in reversed(self.points) if point.revision.observation.value is not None)
        return next(valued, None)


@dataclass(frozen=True, slots=True)
class AreaProcessControl:
    """The matrix of an area: every indicator that was recorded there, of one breakdown."""

    area: Area
    settings: ChartSettings
    rows: tuple[ProcessControl, ...]
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class SeriesProcessControl:
    area: Area
    control: ProcessControl
    as_of: datetime | None


def process_control(
    key: SeriesKey,
    indicator: Indicator,
    revisions: Iterable[Revision],
    remarks: Sequence[RecordedRemark],
    targets: Sequence[Target],
    colours: SeriesState,
    settings: ChartSettings,
) -> ProcessControl:
    """The chart of a series whose current revisions and remarks are given, and what it comes to.

    A missing period and a symbol are gaps; limits begin anew at a break in the series and where a person so decided.
    Periods of kinds that overlap make no limits: each value would be counted several times.
    """
    present = [each for each in revisions if not each.observation.is_withdrawn]
    slots = _with_gaps(sorted(present, key=lambda each: each.period.sort_key))
    decisions = [each.remark for each in remarks if isinstance(each.remark, Recalculation)]
    readings = _readings(slots, decisions)
    target = _assured(targets, colours)
    overlaps = any(each.period.overlaps for each in present)
    chart = control_chart(readings, indicator.polarity, target, settings, with_limits=not overlaps)
    return ProcessControl(
        key=key,
        indicator=indicator,
        settings=settings,
        points=_points(slots, chart, _texts(remarks)),
        segments=tuple(_segments(slots, readings, chart)),
        variation=chart.variation,
        assurance=chart.assurance,
        target=target,
        warnings=_warnings(chart, settings, overlaps=overlaps),
        proposals=tuple(sorted(_proposals(slots, chart, {each.period for each in decisions}), key=_in_time)),
        recalculations=tuple(each for each in remarks if isinstance(each.remark, Recalculation)),
        colours=colours,
    )


Slots = Sequence[Revision | None]
"""Observed periods in order; None in place of one or more periods that were not observed."""


def _with_gaps(present: Sequence[Revision]) -> Slots:
    slots: list[Revision | None] = []
    for revision in present:
        before = slots[-1] if slots else None
        if before is not None and not before.period.followed_by(revision.period):
            slots.append(None)
        slots.append(revision)
    return slots


def _readings(slots: Slots, decided: Sequence[Recalculation]) -> list[Reading]:
    readings = [Reading(each.observation.value if each else None, starts=_breaks(each)) for each in slots]
    for each in decided:
        n = _first_from(slots, each.period)
        if each.begins_anew and n is not None:
            baseline = None if each.baseline_to is None else _count_until(slots, n, each.baseline_to)
            readings[n] = replace(readings[n], starts=True, baseline=baseline)
    return readings


def _breaks(revision: Revision | None) -> bool:
    return revision is not None and Mark.BREAK in revision.observation.marks


def _first_from(slots: Slots, period: Period) -> int | None:
    """The slot of ``period``, or of the first after it where it is there no more."""
    following = (n for n, each in enumerate(slots) if each and each.period.sort_key >= period.sort_key)
    return next(following, None)


def _count_until(slots: Slots, first: int, last: Period) -> int:
    """Slots from ``first`` to the one of ``last``, at least the first."""
    end = max(n for n, each in enumerate(slots) if each and (n == first or each.period.sort_key <= last.sort_key))
    return end - first + 1


def _assured(targets: Sequence[Target], colours: SeriesState) -> Decimal | None:
    """What the target in force expects in the latest period; a range has no one value that could be passed."""
    if colours.latest is None or colours.target is None:
        return None
    target = in_force(targets, colours.latest.period)
    return None if target is None or target.kind is TargetKind.RANGE else colours.target.expected


def _points(slots: Slots, chart: Chart, annotated: Mapping[Period, str | None]) -> tuple[ControlPoint, ...]:
    number = {n: k for k, segment in enumerate(chart.segments, 1) for n in range(segment.first, segment.last + 1)}
    return tuple(
        ControlPoint(
            each,
            number[n],
            n > 0 and slots[n - 1] is None,
            chart.types[n],
            chart.fired[n],
            annotated.get(each.period),
        )
        for n, each in enumerate(slots)
        if each is not None
    )


def _texts(remarks: Sequence[RecordedRemark]) -> dict[Period, str | None]:
    found = [each.remark for each in remarks if isinstance(each.remark, Annotation)]
    return {each.period: each.text for each in found}


def _segments(slots: Slots, readings: Sequence[Reading], chart: Chart) -> Iterable[ControlSegment]:
    for segment in chart.segments:
        own = [each.period for each in slots[segment.first : segment.last + 1] if each]
        count = readings[segment.first].baseline
        based = [each.period for each in slots[segment.first :][:count] if each] if count else []
        yield ControlSegment(own[0], own[-1], based[-1] if based else None, segment.limits)


def _warnings(chart: Chart, settings: ChartSettings, *, overlaps: bool) -> tuple[str, ...]:
    if overlaps:
        return ("overlapping_periods: each value shares months with its neighbours, so there are no limits",)
    found = []
    if not chart.has_enough:
        drawn = "are not drawn" if settings.variant is Variant.MDC else "are not to be relied on"
        found.append(f"few_points: fewer than {LEAST_POINTS} values, so limits {drawn}")
    last = chart.segments[-1].limits if chart.segments else None
    if chart.has_enough and (last is None or last.mean_moving_range is None):
        found.append("no_moving_range: no two neighbours of the last segment can be compared")
    return tuple(found)


def _in_time(proposal: Proposal) -> tuple[date, date]:
    return proposal.period.sort_key


def _proposals(slots: Slots, chart: Chart, settled: AbstractSet[Period]) -> Iterable[Proposal]:
    """At breaks and long shifts that nobody has decided on."""
    breaks = [each.period for n, each in enumerate(slots) if each and n and _breaks(each)]
    for period in breaks:
        if period not in settled:
            words = "limits began anew at a break in the series: say what makes them, or that they stay as they are"
            yield Proposal(period, Cause.BREAK, words)
    for run in (run for segment in chart.segments for run in segment.long_shifts):
        first = slots[run.first]
        if first is not None and first.period not in settled:
            side = "above" if run.direction > 0 else "below"
            count = run.last - run.first + 1
            words = f"{count} values in a row are {side} the mean, and {LONG_SHIFT} could have limits of their own"
            yield Proposal(first.period, Cause.LONG_SHIFT, words)
