"""By which series a fund's return tells its metrics, as it is stored: ``{"format": 1, "metrics": [{...}]}``."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.breakdown import Breakdown
from services.finance.domain.return_forms import Metric, MetricLink
from services.finance.domain.series import Series

FORMAT: Final = 1


def written(links: Sequence[MetricLink]) -> dict[str, Any] | None:
    """Links in the newest format; nothing where there are none."""
    if not links:
        return None
    return {
        "format": FORMAT,
        "metrics": [
            {
                "metric": one.metric.value,
                "indicator": one.series.indicator,
                "area": one.series.area,
                "breakdown": one.series.breakdown.text,
            }
            for one in links
        ],
    }


def read(stored: Mapping[str, Any] | None) -> tuple[MetricLink, ...]:
    """Links from any format.

    Raises:
        ValueError: a format that a newer version wrote.
    """
    if stored is None:
        return ()
    if stored["format"] != FORMAT:
        raise ValueError(f"metrics of format {stored['format']}; this version reads up to {FORMAT}")
    return tuple(
        MetricLink(Metric(one["metric"]), Series(one["indicator"], one["area"], Breakdown.parse(one["breakdown"])))
        for one in stored["metrics"]
    )
