"""Which version of a format stored content is, and values that all formats write alike."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.period import Period, PeriodKind

FORMAT = "format"

Json = dict[str, Any]
Stored = Mapping[str, Any]


class UnknownFormatError(ValueError):
    """Stored content of a version that this release does not know."""


def require_format(content: Stored, *readable: int) -> int:
    found = content.get(FORMAT, 0)
    if found not in readable:
        raise UnknownFormatError(f"format {found!r} is not one of {readable}")
    return int(found)


def number_to_json(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def number_from_json(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def date_to_json(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def date_from_json(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def period_to_json(period: Period) -> Json:
    return {"kind": period.kind.value, "start": period.start.isoformat(), "end": period.end.isoformat()}


def period_from_json(content: Stored | str) -> Period:
    """Format 0 has the label."""
    if isinstance(content, str):
        return Period.parse(content)
    first, last = date.fromisoformat(content["start"]), date.fromisoformat(content["end"])
    return Period(PeriodKind(content["kind"]), first, last)
