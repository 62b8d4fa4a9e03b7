"""Limits of service standards."""

from collections.abc import Iterable

from services.indicators.domain.bank_holidays import WorkingCalendar
from services.indicators.domain.formats.versions import (
    FORMAT,
    Json,
    Stored,
    date_from_json,
    date_to_json,
    require_format,
)
from services.indicators.domain.standards import StandardLimit, StandardUnit


def limits_to_json(limits: Iterable[StandardLimit]) -> Json:
    return {FORMAT: 2, "limits": [_limit_to_json(limit) for limit in limits]}


def _limit_to_json(limit: StandardLimit) -> Json:
    return {
        "limit": limit.limit,
        "unit": limit.unit.value,
        "calendar": limit.calendar.value if limit.calendar else None,
        "valid_from": date_to_json(limit.valid_from),
        "valid_to": date_to_json(limit.valid_to),
        "from_next_day": limit.from_next_day,
    }


def limits_from_json(content: Stored | list[Stored]) -> tuple[StandardLimit, ...]:
    """Format 0 is the bare list; up to format 1 no limit says whether it runs from the next day."""
    if isinstance(content, list):
        return tuple(map(_limit_from_json, content))
    require_format(content, 1, 2)
    return tuple(map(_limit_from_json, content["limits"]))


def _limit_from_json(content: Stored) -> StandardLimit:
    calendar = content.get("calendar")
    return StandardLimit(
        limit=content["limit"],
        unit=StandardUnit(content["unit"]),
        calendar=WorkingCalendar(calendar) if calendar else None,
        valid_from=date_from_json(content.get("valid_from")),
        valid_to=date_from_json(content.get("valid_to")),
        from_next_day=bool(content.get("from_next_day")),
    )
