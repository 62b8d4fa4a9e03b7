"""Observations as a JSON-stat 2.0 dataset."""

from collections.abc import Iterable, Sequence
from typing import Any

from chassis.web.render.json_stat import Dimension, dataset
from contracts.envelope import zulu
from services.indicators.domain.exports import ExportedRevision
from services.indicators.domain.observations import Revision

_STATUS = {"provisional": "p", "final": "", "withdrawn": "w"}


def dataset_of(exported: Sequence[ExportedRevision], *, history: bool) -> bytes:
    """The dataset by indicator, area, breakdown and period; of all that ever was, with ``history``, also by revision.

    A cell has one figure: without the revision, that of the current one.
    """
    revisions = [each.revision for each in exported]
    names = {each.indicator.code: each.indicator.name for each in exported}
    places = {each.area.code: each.area.name for each in exported}
    periods = sorted({each.period for each in revisions})
    breakdowns = sorted({each.series.breakdown.text for each in revisions})
    numbers = sorted({each.number for each in revisions})
    dimensions = [
        Dimension("indicator", "Indicator", "metric", dict(sorted(names.items())), _units(exported)),
        Dimension("area", "Area", "geo", dict(sorted(places.items()))),
        Dimension("breakdown", "Breakdown", None, {text: text or "Total" for text in breakdowns}),
        Dimension("period", "Period", "time", {period.label: period.label for period in periods}),
        Dimension("revision", "Revision", None, {str(number): f"Revision {number}" for number in numbers}),
    ]
    by = len(dimensions) if history else len(dimensions) - 1
    cells = {_place(each)[:by]: (each.observation.value, _status(each)) for each in revisions}
    recorded_at = max((each.recorded_at for each in revisions), default=None)
    return dataset("Observations of indicators", zulu(recorded_at) if recorded_at else None, dimensions[:by], cells)


def _place(revision: Revision) -> tuple[str, ...]:
    series = revision.series
    return series.indicator, series.area, series.breakdown.text, revision.period.label, str(revision.number)


def _status(revision: Revision) -> str:
    seen = revision.observation
    symbols = [seen.missing.value] if seen.missing else [mark.value for mark in seen.marks]
    return "".join(symbols) + _STATUS[seen.status.value]


def _units(exported: Iterable[ExportedRevision]) -> dict[str, Any]:
    return {
        each.indicator.code: {"label": each.indicator.unit.value, "decimals": each.indicator.decimals}
        for each in exported
    }
