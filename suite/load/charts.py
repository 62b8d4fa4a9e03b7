"""The charts of the 2014 case: which of their points are observations, which projections, which milestones.

A chart draws what was, what is expected and what is aimed at. Only what was is an observation. Where one line is both
(``actual_or_forecast``) the chart does not say where the one ends: the case is of June 2014, so the line is read as
actual up to 2013/14, which is an inference and marked so, and as a forecast after that.
"""

from collections.abc import Iterable, Iterator, Sequence

from contracts.indicators import ObservationStatus
from contracts.period import Period
from suite.load.expected import ExpectedValue
from suite.load.row_types import PLYMOUTH, ChartRow, DerivedObservationRow, TargetRow

CASE = "2014 business case, charts"
LAST_ACTUAL = Period.parse("2013/14")
LAST_CERTAIN = Period.parse("2012/13")
"""The last year that had been counted for sure when the charts were drawn."""

_NOTES = {
    "actual": "2014 chart",
    "actual_or_forecast": "2014 chart; that the line is actual up to this year is an inference",
}


def is_actual(row: ChartRow) -> bool:
    upto = row.period.sort_key <= LAST_ACTUAL.sort_key
    return row.series == "actual" or (row.series == "actual_or_forecast" and upto)


def chart_observations(charts: Iterable[ChartRow]) -> Iterator[DerivedObservationRow]:
    """The points that were. The last inferred year is provisional: it may have been a forecast."""
    for row in filter(is_actual, charts):
        certain = row.series == "actual" or row.period.sort_key <= LAST_CERTAIN.sort_key
        yield DerivedObservationRow(
            indicator=row.indicator,
            area=PLYMOUTH,
            period=row.period,
            value=row.value,
            status=ObservationStatus.FINAL if certain else ObservationStatus.PROVISIONAL,
            basis="chart" if row.series == "actual" else "inferred",
            note=_NOTES[row.series],
            inferred=() if row.series == "actual" else ("status",),
        )


def chart_projections(charts: Iterable[ChartRow]) -> Iterator[ExpectedValue]:
    """The forecast lines whole, and what follows the last actual year on the lines that are both.

    Each is named after its line.
    """
    for row in charts:
        if row.series == "forecast" or (row.series == "actual_or_forecast" and not is_actual(row)):
            name = f"{row.series.replace('_', '-')}-2014"
            yield ExpectedValue(row.indicator, PLYMOUTH, name, row.period, row.value, CASE)


def milestones(charts: Iterable[ChartRow], target: TargetRow, targets: Sequence[TargetRow]) -> list[ChartRow]:
    """The points of the target line while this version of the target is in force."""
    ends = _next_begin(target, targets)
    return [
        row
        for row in charts
        if row.series == "target"
        and (row.indicator, PLYMOUTH) == (target.indicator, target.area)
        and row.period.start >= target.in_force_from.start
        and (ends is None or row.period.start < ends.start)
    ]


def _next_begin(target: TargetRow, targets: Sequence[TargetRow]) -> Period | None:
    series = (target.indicator, target.area)
    later = [
        row.in_force_from
        for row in targets
        if (row.indicator, row.area) == series and row.in_force_from.start > target.in_force_from.start
    ]
    return min(later, key=lambda period: period.start, default=None)
