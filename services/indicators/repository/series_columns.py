"""The columns that name a series, by the names they have in every table."""

from typing import Any

from contracts.breakdown import Breakdown
from services.indicators.domain.observations import SeriesKey


def series_columns(key: SeriesKey) -> dict[str, str]:
    return {"indicator": key.indicator, "area": key.area, "breakdown": key.breakdown.text}


def series_texts(key: SeriesKey) -> tuple[str, str, str]:
    """Its values, in the order of the keys of tables."""
    return key.indicator, key.area, key.breakdown.text


def series_of_row(row: Any) -> SeriesKey:
    return SeriesKey(row.indicator, row.area, Breakdown.parse(row.breakdown))
