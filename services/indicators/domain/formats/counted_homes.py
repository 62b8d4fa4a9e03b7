"""Which observations were taken from an event that counts homes."""

from contracts.breakdown import Breakdown
from services.indicators.domain.counted_homes import TakenHomes
from services.indicators.domain.formats.versions import (
    FORMAT,
    Json,
    Stored,
    period_from_json,
    period_to_json,
    require_format,
)
from services.indicators.domain.observations import SeriesKey


def taken_to_json(taken: TakenHomes) -> Json:
    indicator, area, breakdown = taken.key
    series = {"indicator": indicator, "area": area, "breakdown": breakdown.text}
    return {FORMAT: 1, **series, "note": taken.note, "periods": [period_to_json(each) for each in taken.periods]}


def taken_from_json(content: Stored) -> TakenHomes:
    require_format(content, 1)
    key = SeriesKey(content["indicator"], content["area"], Breakdown.parse(content["breakdown"]))
    return TakenHomes(key, content["note"], [period_from_json(each) for each in content["periods"]])
